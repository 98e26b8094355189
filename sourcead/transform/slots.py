"""Lists, dicts, objects and cells while specialising: made, read and written.

Each read and write is done three times over: in the program (the statement is written), in the heap
(what the slot may hold at any time) and in the memory (what it holds now).  A read of which the
memory knows the value writes nothing: it is that value.
"""

from __future__ import annotations

import types
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Number,
    Object,
    Partial,
    Tuple,
    Unknown,
    Value,
    join,
)
from sourcead.ir.nodes import (
    UNDEFINED,
    Attr,
    Call,
    Const,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Store,
    StoreAttr,
)
from sourcead.transform.builder import Builder, Val, Virtual
from sourcead.transform.heap import ITEM, Heap
from sourcead.transform.memory import Memory

__all__ = ["TRACKED", "Slots", "class_attribute", "raw_class_attribute"]

TRACKED = 64  # lists with more elements are not followed element by element


class Slots(Builder):
    """The part of the specialiser that knows containers."""

    heap: Heap
    memory: Memory
    entered: list[Any]  # the call sites that lead to the code being written
    escapes: int  # how often an unknown function got hold of something
    ordinal: int  # how many containers the statement has made
    choices: dict[Name, tuple[Operand, dict[Hashable, Any]]]  # functions picked by an index
    entry_reads: set[Name]  # reads that certainly see what an argument held on entry

    if TYPE_CHECKING:

        def op(self, op: str, args: list[Val], hint: str = "t") -> Val: ...
        def call_method_of(
            self, receiver: Val, function: Any, args: list[Any], hint: str
        ) -> Val: ...
        def refuse(self, cause: str, way_out: str, error: Any = ...) -> Any: ...
        def operator_kind(
            self, op: str, kinds: list[Kind], operands: Sequence[Operand]
        ) -> Kind: ...
        def components(self, value: Val, block: list[Any] | None = None) -> list[Val] | None: ...

    # -- sites -------------------------------------------------------------------------------

    def new_site(self, hint: str) -> str:
        """The name of the place where a container is made: the same whenever this place is come by."""
        self.ordinal += 1
        calls = "/".join(f"{o.line}.{o.column}" for o in self.entered)
        return f"{hint}@{calls}:{self.origin.line}.{self.origin.column}.{self.ordinal}"

    def holds_varied(self, value: Val) -> bool:
        """Does the value vary, or anything that can be reached from it?"""
        return (
            self.is_varied(value)
            or any(map(self.heap.is_varied, self.reachable([value])))
            or any(map(self.is_varied, self.carried_by(value)))
        )

    def carried_by(self, value: Val) -> list[Val]:
        """The values that a function or tuple carries along."""
        kind = self.kind(value)
        match kind:
            case Closure(_, captured, defaults):
                inner = [*captured, *(v for _, v in defaults)]
            case Bound(receiver):
                inner = [receiver]
            case Partial(function, args, kwargs):
                inner = [function, *args, *(v for _, v in kwargs)]
            case _:
                cell = self.memory.known(value)
                inner = list(value.items) if isinstance(value, Virtual) else []
                if cell is not None and cell.form == "cell":
                    inner = [v for v in cell.slots.values() if v is not UNDEFINED]
        return [*inner, *(v for i in inner if i is not value for v in self.carried_by(i))]

    def reachable(self, values: Sequence[Val]) -> set[str]:
        """The sites of all containers that these values lead to."""
        found: set[str] = set()
        todo: list[Kind] = [self.kind(w) for v in values for w in (v, *self.carried_by(v))]
        while todo:
            match todo.pop():
                case List(_, site) | Dict(_, site) | Object(_, site) if site and site not in found:
                    found.add(site)
                    todo.extend(self.heap.read(site, slot) for slot in self.heap.known(site))
                case Tuple(items):
                    todo.extend(items)
                case Closure(_, captured, defaults):
                    todo.extend(self.kind(v) for v in (*captured, *(d for _, d in defaults)))
                case Bound(receiver):
                    todo.append(self.kind(receiver))
        return found

    def escape(self, values: Sequence[Val], blind: bool) -> None:
        """An unknown function got hold of these values: it may write what they lead to, now or later.

        `blind`: it may also write what earlier calls kept, and the caller's objects.
        """
        sites = self.reachable(values)
        self.escapes += bool(sites) or blind
        self.heap.escape(sites)
        for name, held in list(self.memory.contents.items()):
            if held.site in sites or (
                blind and (held.site in self.heap.escaped or self.heap.is_external(held.site))
            ):
                self.memory.forget(name)

    # -- making ------------------------------------------------------------------------------

    def fresh_list(self, name: Operand, items: Sequence[Any] | None = None) -> Name:
        """Register a list just made as a site of its own; `items` if they are not those of its display."""
        assert isinstance(name, Name)
        definition = self.definitions.get(name)
        site = self.new_site(name.hint)
        if items is None:
            items = definition.args if isinstance(definition, Op) else ()
        self.kinds[name] = List(Unknown(), site)
        for item in items:
            if isinstance(item, Star):
                self.heap.store(
                    site, ITEM, self.element_kind_of(item.value), self.holds_varied(item.value)
                )  # type: ignore[arg-type]
            else:
                self.put(site, ITEM, item)
        if len(items) <= TRACKED and not any(isinstance(i, Star) for i in items):
            self.memory.begin(name, site, "list", dict(enumerate(items)))
        return name

    def element_kind_of(self, value: Val) -> Kind:
        kind = self.kind(value)
        return self.heap.read(kind.site, ITEM) if isinstance(kind, List) else Unknown()

    def list_like(self, name: Name, site: str, items: Sequence[Any] | None = None) -> Name:
        """`name` is a new list of the elements of the list at `site`."""
        own = self.new_site(name.hint)
        self.kinds[name] = List(Unknown(), own)
        self.heap.store(own, ITEM, self.heap.read(site, ITEM), self.heap.is_varied(site, ITEM))
        if self.heap.is_varied(site, ITEM):
            self.varied.add(name)
        if items is not None and len(items) <= TRACKED:
            self.memory.begin(name, own, "list", dict(enumerate(items)))
        return name

    def fresh_dict(self, args: Sequence[Val], hint: str) -> Name:
        operands = tuple(map(self.operand, args))
        name = self.emit(Op("dict", operands), Unknown(), hint)
        site = self.new_site(hint)
        self.kinds[name] = Dict(Unknown(), site)
        for key, value in zip(operands[::2], operands[1::2]):
            self.put(site, key.value if isinstance(key, Const) else ITEM, value)
        if all(isinstance(k, Const) for k in operands[::2]):
            held = {k.value: v for k, v in zip(operands[::2], operands[1::2])}  # type: ignore[union-attr]
            self.memory.begin(name, site, "dict", held)  # type: ignore[arg-type]
        return name

    def fresh_set(self, args: Sequence[Val], hint: str) -> Name:
        """Sets are of inactive values; what they hold is known for the kinds of their elements."""
        if any(
            map(
                self.holds_varied,
                (getattr(a, "value", a) if isinstance(a, Star) else a for a in args),
            )
        ):
            self.refuse("a set of values that carry a derivative", "use a list")
        name = self.emit(Op("set", tuple(map(self.operand, args))), Unknown(), hint)
        site = self.new_site(hint)
        self.kinds[name] = Object(set, site)
        for arg in args:
            self.heap.store(site, ITEM, Unknown() if isinstance(arg, Star) else self.kind(arg))
        return name

    def fresh_object(self, cls: type, func: Operand, hint: str) -> Name:
        name = self.emit(Call(Ref("object.__new__", object.__new__), (func,)), Unknown(), hint)
        site = self.new_site(cls.__name__)
        self.kinds[name] = Object(cls, site)
        self.memory.begin(name, site, "object", {})
        return name

    # -- reading -----------------------------------------------------------------------------

    def list_item(self, base: Val, site: str, index: Val, hint: str) -> Val:
        items = self.memory.list_items(base)
        if items is not None:
            picked = constant_index(items, index)
            if isinstance(picked, list):
                name = self.emit(
                    Op("getitem", (self.operand(base), self.operand(index))), Unknown(), hint
                )
                return self.list_like(name, site, picked)
            if picked is not None:
                return picked  # type: ignore[no-any-return]
        name = self.emit(
            Op("getitem", (self.operand(base), self.operand(index))),
            self.heap.read(site, ITEM),
            hint,
            self.heap.is_varied(site, ITEM),
        )
        if isinstance(index, Virtual) and index.form == "slice":
            return self.list_like(name, site)
        self.share_slot(name, site, ITEM, read=True)
        if items is not None:
            self.note_choice(name, index, dict(enumerate(items)))
        return name

    def dict_item(self, base: Val, site: str, index: Val, hint: str) -> Val:
        if isinstance(index, Const):
            held = self.memory.get(base, index.value)
            if held is not None:
                return held  # type: ignore[no-any-return]
        slot = index.value if isinstance(index, Const) else ITEM
        varied = self.heap.is_varied(site, slot) or self.heap.is_varied(site, ITEM)
        if slot == ITEM:
            varied = self.heap.is_varied(site)
        name = self.emit(
            Op("getitem", (self.operand(base), self.operand(index))),
            self.slot(site, slot),
            hint,
            varied,
        )
        self.note_entry_read(name, site, slot)
        self.share_slot(name, site, slot, read=True)
        if isinstance(base, Name) and isinstance(index, Const):
            self.memory.learn(base, slot, name)
        known = self.memory.known(base)
        if known is not None and known.complete:
            self.note_choice(name, index, known.slots)
        return name

    def note_choice(self, name: Name, index: Val, options: dict[Hashable, Any]) -> None:
        """One of a few functions was picked by an index that is not known: a call of it becomes a chain of tests."""
        functions = [
            isinstance(self.kind(v), (Value, Closure, Bound, Partial)) for v in options.values()
        ]
        if functions and all(functions):
            self.choices[name] = (self.operand(index), dict(options))

    def slot(self, site: str, slot: Hashable) -> Kind:
        """What a dict may hold under a key (all keys: ITEM)."""
        kind = join(self.heap.read(site, slot), self.heap.read(site, ITEM))
        if slot == ITEM:
            for known in self.heap.known(site):
                kind = join(kind, self.heap.read(site, known))
        return kind

    def note_entry_read(self, name: Name, site: str, slot: Hashable) -> None:
        if self.heap.is_external(site) and not self.heap.is_assigned(site, slot):
            self.entry_reads.add(name)

    def field(self, base: Val, kind: Object, attr: str, hint: str) -> Val:
        """An instance's attribute: property, own field, method, or class attribute, in Python's order."""
        found = class_attribute(kind.cls, attr)
        if isinstance(found, property):
            return self.call_method_of(base, found.fget, [], hint)
        known = self.memory.get(base, attr)
        if known is not None:
            return known  # type: ignore[no-any-return]
        contents = self.memory.known(base)
        absent = contents is not None and contents.complete and found is not None
        held = self.heap.read(kind.site, attr)
        if not isinstance(held, Never) and not absent:
            name = self.emit(
                Attr(self.operand(base), attr), held, hint, self.heap.is_varied(kind.site, attr)
            )
            self.note_entry_read(name, kind.site, attr)
            self.share_slot(name, kind.site, attr, read=True)
            if isinstance(base, Name):
                self.memory.learn(base, attr, name)
            return name
        if found is not None:
            return self.class_field(base, kind.cls, attr, found, hint)
        return self.emit(Attr(self.operand(base), attr), Unknown(), hint)

    def class_field(self, base: Val, cls: type, attr: str, found: Any, hint: str) -> Val:
        raw = raw_class_attribute(cls, attr)
        path = f"{cls.__name__}.{attr}"
        if isinstance(raw, (staticmethod, classmethod)):
            return Ref(path, getattr(cls, attr))
        if callable(found) and hasattr(found, "__get__"):
            return self.bind_field(base, found, attr, hint)
        return self.live_value(path, found)

    def live_value(self, path: str, value: Any) -> Val:
        """A live object as an operand: a constant where it is one."""
        if (
            value is None
            or value is Ellipsis
            or type(value) in (bool, int, float, complex, str, bytes)
        ):
            return Const(value)
        if type(value) is tuple and not value:
            return Virtual(())
        return Ref(path, value, live=not callable(value))

    def bind_field(self, base: Val, function: Any, attr: str, hint: str) -> Val:
        name = self.emit(Attr(self.operand(base), attr), Unknown(), hint)
        self.kinds[name] = Bound(base, function)
        return name

    # -- writing -----------------------------------------------------------------------------

    def store_list(self, base: Val, site: str, index: Val, value: Val, op: str | None) -> None:
        items = self.memory.list_items(base)
        place = constant_place(items, index)
        if op is not None and place is not None and items is not None:
            value = self.op(f"i{op.rstrip('_')}", [items[place], value])
            if value == items[place]:
                return  # an array or list, written in place
            op = None
        held = self.operand(value)
        if isinstance(index, Virtual) and index.form == "slice":
            self.store_list_slice(base, site, index, value, held)
            return
        self.heap.store(site, ITEM, self.stored_kind(site, ITEM, held, op), self.is_varied(held))
        self.share_slot(held, site, ITEM)
        self.heap.assign(site, ITEM)
        self.add(Store(self.operand(base), self.operand(index), held, op, self.origin))
        if place is None:
            self.memory.forget(base)
            self.memory.forget_site(site)
        else:
            self.memory.put(base, site, place, held)

    def store_list_slice(
        self, base: Val, site: str, index: Virtual, value: Val, held: Operand
    ) -> None:
        items, new = self.memory.list_items(base), self.components(value)
        for each in new or ():
            self.put(site, ITEM, each)
        if new is None:
            other = self.kind(value)
            if not isinstance(other, List) and self.holds_varied(value):
                self.refuse(
                    "a slice of a list receives something of unknown structure that carries a derivative",
                    "assign a list or tuple",
                )
            self.heap.store(
                site,
                ITEM,
                self.element_kind_of(value),
                isinstance(other, List) and self.heap.is_varied(other.site, ITEM),
            )
        self.heap.assign(site, ITEM)
        self.add(Store(self.operand(base), self.operand(index), held, None, self.origin))
        if items is None or new is None or not all(isinstance(i, Const) for i in index.items):
            self.memory.forget_site(site)
            return
        items[slice(*(i.value for i in index.items))] = new  # type: ignore[union-attr]
        self.memory.set_items(base, items)  # type: ignore[arg-type]

    def store_dict(self, base: Val, site: str, index: Val, value: Val, op: str | None) -> None:
        if (
            op is not None
            and isinstance(index, Const)
            and self.memory.get(base, index.value) is not None
        ):
            old = self.memory.get(base, index.value)
            value = self.op(f"i{op.rstrip('_')}", [old, value])
            if value == old:
                return
            op = None
        slot = index.value if isinstance(index, Const) else ITEM
        held = self.operand(value)
        self.heap.store(site, slot, self.stored_kind(site, slot, held, op), self.is_varied(held))
        self.share_slot(held, site, slot)
        self.heap.assign(site, slot)
        self.add(Store(self.operand(base), self.operand(index), held, op, self.origin))
        if not isinstance(index, Const):
            self.memory.forget(base)
            self.memory.forget_site(site)
        elif op is None:
            self.memory.put(base, site, slot, held)
        else:
            self.memory.forget_slot(site, slot)

    def stored_kind(self, site: str, slot: Any, value: Val, op: str | None) -> Kind:
        if op is None:
            return self.kind(value)
        return self.operator_kind(
            op, [self.slot(site, slot), self.kind(value)], [UNDEFINED, self.operand(value)]
        )

    def store_field(self, base: Val, kind: Object, attr: str, value: Val) -> None:
        """`base.attr = value` of an instance, where no property or `__setattr__` takes it."""
        held = self.operand(value)
        self.put(kind.site, attr, held)
        self.heap.assign(kind.site, attr)
        self.check_same_object(kind, attr, held)
        if kind.cls.__setattr__ is object.__setattr__:
            self.add(StoreAttr(self.operand(base), attr, held, None, self.origin))
        else:  # a frozen dataclass, or a `__setattr__` that has come to its end
            setter = Ref("object.__setattr__", object.__setattr__)
            self.emit(Call(setter, (self.operand(base), Const(attr), held)), NoneKind(), "_")
        self.memory.put(base, kind.site, attr, held)

    def check_same_object(self, kind: Object, attr: str, value: Operand) -> None:
        """An object that is reached through a global may be an argument too."""
        others = [
            s for s in self.heap.sites_holding(attr) if s != kind.site and self.heap.is_external(s)
        ]
        mixed = [s for s in others if self.heap.is_global(s) or self.heap.is_global(kind.site)]
        if self.is_varied(value) and self.heap.is_external(kind.site) and mixed:
            self.refuse(
                f"an active value is stored to attribute `{attr}` of an object that is reached by several ways",
                "pass the object as one argument",
            )

    # -- arrays in common --------------------------------------------------------------------

    def put(self, site: str, slot: Hashable, value: Val) -> None:
        """The heap learns of a store."""
        self.heap.store(site, slot, self.kind(value), self.holds_varied(value))
        self.share_slot(value, site, slot)

    def share_slot(self, value: Val, site: str, slot: Hashable, read: bool = False) -> None:
        """An array that is read out of a slot, not knowing which, may be any that is stored there."""
        if not isinstance(value, Name) or not isinstance(
            self.kind(value), (Array, Number, Unknown)
        ):
            return
        if read:
            self.heap.read_blindly(site, slot)
        if self.heap.is_read_blindly(site, slot):
            self.heap.share(str(value), f"{site} {slot!r}")
            if self.heap.shares_varied(str(value)) and isinstance(self.kind(value), Array):
                self.varied.add(value)

    def share(self, a: Val, b: Val) -> None:
        """Two arrays may have storage in common."""
        if (
            isinstance(a, Name)
            and isinstance(b, Name)
            and isinstance(self.kind(a), (Array, Number, Unknown))
        ):
            self.heap.share(str(a), str(b))
            if self.heap.shares_varied(str(a)) and isinstance(self.kind(a), Array):
                self.varied.update((a, b))


# -- positions -------------------------------------------------------------------------------


def constant_index(items: list[Any], index: Val) -> Any:
    """The element (or list of elements) at an index that is known, else None."""
    place = constant_place(items, index)
    if place is not None:
        return items[place]
    if (
        isinstance(index, Virtual)
        and index.form == "slice"
        and all(isinstance(i, Const) for i in index.items)
    ):
        return items[slice(*(i.value for i in index.items))]  # type: ignore[union-attr]
    return None


def constant_place(items: Sequence[Any] | None, index: Val) -> int | None:
    """The position that a known index means, counted from the front."""
    if items is None or not isinstance(index, Const) or not isinstance(index.value, int):
        return None
    return index.value % len(items) if -len(items) <= index.value < len(items) else None


# -- classes ---------------------------------------------------------------------------------


def class_attribute(cls: type, attr: str) -> Any:
    """What the class gives for the name: a property itself, otherwise what look-up on the class finds."""
    raw = raw_class_attribute(cls, attr)
    if isinstance(raw, property):
        return raw
    if isinstance(raw, (types.MemberDescriptorType, types.GetSetDescriptorType)):
        return None  # a slot of the instance
    return getattr(cls, attr, None)


def raw_class_attribute(cls: type, attr: str) -> Any:
    for base in cls.__mro__:
        if attr in vars(base):
            return vars(base)[attr]
    return None
