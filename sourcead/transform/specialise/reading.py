"""`base[index]`: of tuples, lists, dicts and arrays.

A read of which the memory knows the value writes nothing: it is that value."""

from __future__ import annotations

import enum
import operator
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import partial
from typing import Any, cast

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Number,
    Object,
    Partial,
    Py,
    Slice,
    Text,
    Tuple,
    Unknown,
    Value,
    carries,
    is_number,
)
from sourcead.ir.nodes import Const, Name, Op, Ref
from sourcead.runtime.gathers import item_of
from sourcead.signature import kind_of
from sourcead.transform.builder import Val, Virtual, constant_slice
from sourcead.transform.heap import ITEM
from sourcead.transform.indexing import element_kind, is_basic
from sourcead.transform.specialise import numpy_library
from sourcead.transform.specialise.absent import definite
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.context import Again, Context, Unreached
from sourcead.transform.specialise.each_class import by_class, is_one_of_several
from sourcead.transform.specialise.fixed_numbers import fixed
from sourcead.transform.specialise.flags import fails
from sourcead.transform.specialise.iteration import seen
from sourcead.transform.specialise.keys import key_operand, member_of
from sourcead.transform.specialise.live import live_operand
from sourcead.transform.specialise.module_variables import variable_of_module
from sourcead.transform.specialise.namespaces import entry, owner
from sourcead.transform.specialise.nothing_yet import is_nothing_yet, note_nothing, of_nothing
from sourcead.transform.specialise.results import written_out

__all__ = [
    "components",
    "constant_place",
    "getitem",
    "note_entry_read",
    "slot",
    "tell_apart",
    "tuple_of",
]


def components(s: Context, value: Val, block: list[Any] | None = None) -> list[Val] | None:
    """The items of a tuple (or unmutated list display) of known length."""
    value = definite(s, seen(s, value), "cannot unpack non-iterable NoneType object")
    if isinstance(value, Virtual) and value.form in ("tuple", "list"):
        return list(value.items)
    held = s.memory.list_items(value) or of_live_list(s, value)
    if held is not None:
        return list(held)
    kind = s.kind(value)
    if isinstance(kind, Value) and isinstance(kind.value, enum.EnumMeta):
        return [member_of(each) for each in list[enum.Enum](kind.value)]
    if not isinstance(kind, Tuple) or not isinstance(value, (Name, Ref)):
        return None
    known = s.definitions.get(value) if isinstance(value, Name) else None
    if isinstance(known, Op) and known.op == "tuple":
        return list(known.args)
    if block is not None:
        s.open.append(block)
    items: list[Val] = [
        s.emit(Op("getitem", (value, Const(i))), k, "t", s.is_varied(value) and carries(k))
        for i, k in enumerate(kind.items)
    ]
    for i, item in enumerate(items):
        s.share_part(item, value, i)
    if block is not None:
        s.open.pop()
    return items


def of_live_list(s: Context, ref: Val) -> list[Val] | None:
    """The elements of a list of functions, or of constants of several types, that a global variable holds."""
    known = s.kind(ref)
    if not isinstance(ref, Ref) or not isinstance(known, List):
        return None
    site = known.site
    kind = kind_of(ref.value, ref.path)
    kinds = kind.items if isinstance(kind, List) else None
    changes = s.heap.is_assigned(site, ITEM) or site in s.heap.escaped
    if kinds is None or changes:
        return None
    if not all(callable(v) or _is_settled(k) for v, k in zip(ref.value, kinds)):
        return None
    return [live_operand(f"{ref.path}[{i}]", v) for i, v in enumerate(ref.value)]


def _is_settled(kind: Kind) -> bool:
    """Can nothing that is in it be written?"""
    match kind:
        case Tuple(items):
            return all(map(_is_settled, items))
        case _:
            return isinstance(kind, (Value, Py, Np, Text, NoneKind))


def getitem(s: Context, base: Val, index: Val, hint: str = "t") -> Val:
    if isinstance(base, Name) and base in s.flats and s.is_varied(s.flats[base]):
        template = s.lower(numpy_library.flat_get)
        return s.inline(template, numpy_library.flat_get, [s.flats[base], index], [])
    base = definite(s, base, "'NoneType' object is not subscriptable")
    variable = variable_of_module(s, base, index)
    if variable is not None:
        return variable
    held_by = owner(s, base)
    if held_by is not None and s.holds_varied(held_by):
        return entry(s, held_by, index)
    items = None if isinstance(s.kind(base), List) else s.components(base)
    if items is not None:
        picked = picked_item(s, base, items, index)
        if picked is not None:
            return picked
    if is_nothing_yet(s, [base, index]):
        return of_nothing(s, hint)
    kind = s.kind(base)
    joined = _joined(s, kind, index)
    if joined is not None:
        return joined
    match kind:
        case Value(value=enum.EnumMeta() as cls) if (
            isinstance(index, Const) and index.value in cls.__members__
        ):
            return member_of(cls[index.value])
        case Array():
            return array_element(s, base, kind, index, hint)
        case List(_, site):
            return list_item(s, base, site, index, hint)
        case Dict(_, site):
            return dict_item(s, base, site, index, hint)
        case Object() if is_one_of_several(s, base):
            return by_class(s, base, lambda each: s.getitem(each, index, hint), hint)
        case Object(cls) if cls is range:
            sliced = isinstance(index, Virtual) or isinstance(s.kind(index), Slice)
            found = Object(range) if sliced else Py(int)
            return s.emit(Op("getitem", (s.operand(base), s.operand(index))), found, hint)
        case Object(cls) if hasattr(cls, "__getitem__"):
            return s.call_method_of(base, cls.__getitem__, [index], hint)
        case Number():
            varied = s.is_varied(base)
            if varied:
                return s.call(Ref("item_of", item_of), [base, s.operand(index)], [], hint)
            return s.emit(
                Op("getitem", (s.operand(base), s.operand(index))), Number(), hint, varied
            )
    if s.holds_varied(index) and not isinstance(kind, Tuple):
        s.refuse(
            "something of unknown kind is indexed with what carries a derivative",
            "say what it does with NumPy functions, or with a class of your own",
        )
    varied = s.is_varied(base)
    item = tuple_item(s, kind)
    if not isinstance(kind, Text):
        raise_if_certain(s, operator.getitem, [base, index])
    if varied and isinstance(kind, Tuple) and not is_number(item):
        s.refuse(
            "of a tuple of unlike things, which carry a derivative, one is picked by an index that is not known here",
            "make a list of lists of it, or arrays of one shape",
        )
    if varied and not is_number(item):
        s.refuse(
            "a value of unknown kind that carries a derivative is indexed here",
            "convert it with np.asarray, or annotate the parameter",
        )
    name = s.emit(Op("getitem", (s.operand(base), s.operand(index))), item, hint, varied)
    s.share_part(name, base, None)
    return name


JOINING = {id(np.r_): numpy_library.in_a_row, id(np.c_): numpy_library.in_columns}


def _joined(s: Context, kind: Kind, index: Val) -> Val | None:
    """`np.r_[a, b]` and `np.c_[a, b]` of numbers and arrays: by the functions that say what they do."""
    function = JOINING.get(id(kind.value)) if isinstance(kind, Value) else None
    if function is None:
        return None
    items = s.components(index) if isinstance(s.kind(index), Tuple) else [index]
    plain = (Py, Np, Array, List)
    if not items or not all(isinstance(s.kind(item), plain) for item in items):
        return None  # a slice stands for `arange`, a text for how the rest is joined
    return s.inline(s.lower(function), function, _in_one_precision(s, items), [])


def _in_one_precision(s: Context, items: list[Val]) -> list[Val]:
    """Python's numbers beside arrays and numbers of NumPy's in single precision are in single precision."""
    kinds = list(map(s.kind, items))
    firm = [np.dtype(k.dtype) for k in kinds if isinstance(k, (Array, Np))]
    weak = [k.type(1) for k in kinds if isinstance(k, Py)]
    if not firm or not weak or any(isinstance(k, List) for k in kinds):
        return items
    dtype = np.result_type(*firm, *weak)
    if dtype.name not in ("float16", "float32", "complex64"):
        return items
    single = Ref(f"np.{dtype.name}", dtype.type)
    return [s.call(single, [i], []) if isinstance(k, Py) else i for i, k in zip(items, kinds)]


def tuple_item(s: Context, kind: Kind) -> Kind:
    if not isinstance(kind, Tuple):
        return kind if isinstance(kind, Text) else Unknown()
    item = _covering(s, kind.items)
    if isinstance(item, Unknown) and all(map(_is_plain_tuple, kind.items)):
        return _of_some_length(s, kind)
    return item


def _covering(s: Context, kinds: Iterable[Kind]) -> Kind:
    found: Kind = Never()
    for each in kinds:
        found = s.heap.cover(found, each)
    return found


def _is_plain_tuple(kind: Kind) -> bool:
    return isinstance(kind, Tuple) and kind.cls is tuple and not carries(kind)


def _of_some_length(s: Context, rows: Tuple) -> Kind:
    """One of several tuples of different lengths, in which nothing carries a derivative."""
    parts = [row.items for row in rows.items if isinstance(row, Tuple)]
    return tuple_of(s, [each for items in parts for each in items])


def tuple_of(s: Context, kinds: Iterable[Kind]) -> Kind:
    """The kind of a tuple of some length, of things of these kinds."""
    held = _covering(s, kinds)
    if isinstance(held, (Never, Unknown)):
        return Unknown()
    site = s.new_site("row")
    s.heap.store(site, ITEM, held)
    return List(Unknown(), site, cls=tuple)


def picked_item(s: Context, base: Val, items: list[Val], index: Val) -> Val | None:
    if (
        isinstance(index, Const)
        and isinstance(index.value, int)
        and -len(items) <= index.value < len(items)
    ):
        return items[index.value]
    part = constant_slice(index)
    if part is not None:
        return Virtual(tuple(items[part]))
    known = index if _are_alike(s, items, index) else fixed(s, index)
    if known != index:
        return picked_item(s, base, items, known)
    if isinstance(base, Virtual):
        return s.getitem(s.operand(base), index)
    return None


def _are_alike(s: Context, items: list[Val], index: Val) -> bool:
    """Is what is picked of one kind, whichever element it is?"""
    is_slice = isinstance(index, Virtual) or isinstance(s.kind(index), Slice)
    return not is_slice and len(set(map(s.kind, items))) < 2


def array_element(s: Context, base: Val, kind: Array, index: Val, hint: str) -> Val:
    parts = index_parts(s, index)
    bounds = [p.items if isinstance(p, Virtual) and p.form == "slice" else None for p in parts]
    found = element_kind(kind, list(map(partial(written_out, s), parts)), bounds)
    varied = s.is_varied(base)
    if isinstance(found, Unknown) and varied:
        found = Number(real=np.dtype(kind.dtype).kind != "c")
    name = s.emit(Op("getitem", (s.operand(base), s.operand(index))), found, hint, varied)
    if is_basic(list(map(s.kind, parts))) is not False:
        s.share(name, base)
    return name


def index_parts(s: Context, index: Val) -> list[Val]:
    items = (
        s.components(index) if not (isinstance(index, Virtual) and index.form != "tuple") else None
    )
    return items if items is not None and isinstance(s.kind(index), Tuple) else [index]


def list_item(s: Context, base: Val, site: str, index: Val, hint: str) -> Val:
    items = s.memory.list_items(base) or of_live_list(s, base)
    if items is not None:
        picked = constant_index(items, index)
        if isinstance(picked, list):
            name = s.emit(Op("getitem", (s.operand(base), s.operand(index))), Unknown(), hint)
            return s.list_like(name, site, picked)
        if picked is not None:
            return picked
    tell_apart(s, site)
    _missing(s, base, index)
    held = stored(s, site)
    name = s.emit(
        Op("getitem", (s.operand(base), s.operand(index))),
        held,
        hint,
        s.heap.is_varied(site, ITEM),
    )
    if isinstance(held, Never) and s.trials and not s.derivative:
        note_nothing(s, name)
    if isinstance(index, Virtual) and index.form == "slice":
        return s.list_like(name, site)
    s.share_slot(name, site, ITEM, read=True)
    if items is not None:
        note_choice(s, name, index, dict(enumerate(items)))
    return name


def tell_apart(s: Context, site: str) -> None:
    """A list of unlike things that an argument's attribute holds: from the start, each is read by itself."""
    unlike = s.heap.is_external(site) and isinstance(s.heap.read(site, ITEM), Unknown)
    if unlike and 0 in s.heap.known(site) and not s.derivative and s.heap.follow(site):
        raise Again


def dict_item(s: Context, base: Val, site: str, index: Val, hint: str) -> Val:
    kind = s.kind(base)
    if isinstance(kind, Dict) and kind.cls in (defaultdict, Counter):
        return _item_or_default(s, base, kind, index, hint)
    return own_item(s, base, site, index, hint)


def _item_or_default(s: Context, base: Val, kind: Dict, index: Val, hint: str) -> Val:
    """`d[k]` of a dict that makes what is missing (`defaultdict`), or gives a zero for it (`Counter`)."""
    if isinstance(index, Virtual):
        index = s.operand(index)
    there = s.op("contains", [base, index])
    decided = s.truth(there)
    if decided:
        return own_item(s, base, kind.site, index, hint)
    if kind.cls is Counter:
        if decided is False:
            return Const(0)
        _, (found,) = s.fork(
            s.operand(there),
            lambda: (True, [own_item(s, base, kind.site, index, hint)]),
            lambda: (True, [Const(0)]),
            [hint],
        )
        return cast(Val, found)
    factory = s.factories.get(kind.site)
    if factory is None:
        s.refuse(
            "an item is read of a `defaultdict` of which it is not known here what it makes",
            "use `setdefault`, or make it in this function",
        )
    if factory == Const(None):
        return own_item(s, base, kind.site, index, hint)

    def made() -> tuple[bool, list[Val]]:
        s.store(base, index, s.call(factory, [], []), None)
        return True, []

    if decided is False:
        made()
    else:
        s.fork(s.operand(there), lambda: (True, []), made, [])
    return own_item(s, base, kind.site, index, hint)


def own_item(s: Context, base: Val, site: str, index: Val, hint: str) -> Val:
    """The item of a dict that is there."""
    if isinstance(index, Const):
        held = s.memory.get(base, index.value)
        if held is not None:
            return held
    _missing(s, base, index)
    slot = index.value if isinstance(index, Const) else ITEM
    absent = isinstance(s.slot(site, slot), Never) and not (s.catches or s.derivative)
    if absent and not s.trials:
        fails(s, KeyError, index)  # nothing is ever stored there
    if isinstance(index, Ref) and isinstance(index.value, enum.Enum):
        slot = index.value if index.value in s.heap.known(site) else ITEM
    varied = s.heap.is_varied(site, slot) or s.heap.is_varied(site, ITEM)
    if slot == ITEM:
        varied = s.heap.is_varied(site)
    name = s.emit(
        Op("getitem", (s.operand(base), s.operand(index))),
        s.slot(site, slot),
        hint,
        varied,
    )
    if absent:
        note_nothing(s, name)
    note_entry_read(s, name, site, slot)
    s.share_slot(name, site, slot, read=True)
    if isinstance(base, Name) and isinstance(index, Const):
        s.memory.learn(base, slot, name)
    known = s.memory.known(base)
    if known is not None and known.complete:
        note_choice(s, name, index, known.slots)
    elif slot == ITEM:
        keys = s.heap.known(site)
        kinds = [s.heap.read(site, key) for key in keys]
        certain = len(keys) <= MAX_CHOICES and all(s.heap.is_certain(site, key) for key in keys)
        if certain and all(isinstance(k, Value) and callable(k.value) for k in kinds):
            note_choice(s, name, index, {k: s.getitem(base, key_operand(k)) for k in keys})
    return name


MAX_CHOICES = 16  # functions in a dict, one of which is called


def _missing(s: Context, base: Val, index: Val) -> None:
    """An index that is certainly not there raises here."""
    contents = s.memory.known(base)
    if contents is None or not isinstance(index, Const) or not contents.complete:
        return
    if contents.form == "dict" and index.value not in contents.slots:
        fails(s, KeyError, index)
    if contents.form == "list" and isinstance(index.value, int):
        if not -len(contents.slots) <= index.value < len(contents.slots):
            fails(s, IndexError, Const("list index out of range"))


def note_choice(s: Context, name: Name, index: Val, options: dict[Hashable, Any]) -> None:
    """One of a few functions was picked by an index that is not known: a call of it becomes a chain of tests."""
    functions = [isinstance(s.kind(v), (Value, Closure, Bound, Partial)) for v in options.values()]
    if functions and all(functions):
        s.choices[name] = (s.operand(index), dict(options))


def stored(s: Context, site: str) -> Kind:
    """What a list's elements are; while a recursive function's result is not known yet, maybe not even that."""
    kind = s.heap.read(site, ITEM)
    if isinstance(kind, Never) and s.solving is not None and s.solving.result is None:
        raise Unreached
    return kind


def slot(s: Context, site: str, slot: Hashable) -> Kind:
    """What a dict may hold under a key (all keys: ITEM)."""
    kind = s.heap.cover(s.heap.read(site, slot), s.heap.read(site, ITEM))
    if slot == ITEM:
        for known in s.heap.known(site):
            kind = s.heap.cover(kind, s.heap.read(site, known))
    return kind


def note_entry_read(s: Context, name: Name, site: str, slot: Hashable) -> None:
    if s.heap.is_external(site) and not s.heap.is_assigned(site, slot):
        s.entry_reads.add(name)


def constant_index(items: list[Val], index: Val) -> Val | list[Val] | None:
    """The element (or list of elements) at an index that is known, else None."""
    place = constant_place(items, index)
    if place is not None:
        return items[place]
    part = constant_slice(index)
    return None if part is None else items[part]


def constant_place(items: Sequence[Any] | None, index: Val) -> int | None:
    """The position that a known index means, counted from the front."""
    if items is None or not isinstance(index, Const) or not isinstance(index.value, int):
        return None
    return index.value % len(items) if -len(items) <= index.value < len(items) else None
