"""`base[index] = value`, `base.attr = value` and `op=`.

Each store is done three times over: in the program (the statement is written), in the heap (what the
slot may hold at any time) and in the memory (what it holds now)."""

from __future__ import annotations

from collections import Counter, defaultdict
from types import FunctionType
from typing import Any

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    NoneKind,
    Number,
    Object,
    Unknown,
    Value,
    dtype_of,
)
from sourcead.ir.nodes import UNDEFINED, Attr, Call, Const, Name, Operand, Ref, Store, StoreAttr
from sourcead.runtime.complex_parts import complex_of
from sourcead.signature import added_to
from sourcead.transform.builder import Val, Virtual, constant_slice
from sourcead.transform.heap import ITEM
from sourcead.transform.imaginary import is_imaginary
from sourcead.transform.operations import INPLACE
from sourcead.transform.specialise import numpy_library
from sourcead.transform.specialise.attributes import class_attribute, raw_class_attribute
from sourcead.transform.specialise.class_variables import store_class_attribute
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.descriptors import is_descriptor, named_entry, set_by
from sourcead.transform.specialise.each_class import by_class, is_one_of_several
from sourcead.transform.specialise.function_attributes import set_attribute_of_function
from sourcead.transform.specialise.lists import list_method, note_length
from sourcead.transform.specialise.making import list_item_kind
from sourcead.transform.specialise.module_variables import set_attribute, set_entry_of_module
from sourcead.transform.specialise.namespaces import owner, set_entry
from sourcead.transform.specialise.reading import constant_place
from sourcead.transform.specialise.rows import as_array
from sourcead.transform.specialise.sequences import by
from sourcead.transform.specialise.special_methods import is_set_plainly
from sourcead.transform.specialise.variables import looked_at

__all__ = ["inplace", "store", "store_attr", "store_field", "vary"]

WHOLE = frozenset({"floordiv", "matmul"})
"""Operators whose result is computed whole, and then stored: they have no partial derivatives."""


def store(s: Context, base: Val, index: Val, value: Val, op: str | None) -> None:
    array = s.flats.get(base) if isinstance(base, Name) else None
    if array is not None and (s.holds_varied(value) or s.is_varied(array)):
        if op is not None:
            value = s.op(op, [s.getitem(base, index), value])
        by(s, numpy_library.flat_set, [array, index, value])
        return None
    held_by = owner(s, base)
    if held_by is not None:
        return set_entry(s, held_by, index, value, op)
    if set_entry_of_module(s, base, index, value, op):
        return None
    whole = imaginary_part_of(s, base)
    if whole is not None and s.is_varied(value):
        store_part(s, whole, "imag", index, value, op)
        return None
    kind = s.kind(base)
    target = s.operand(base)
    s.changes(base)
    match kind:
        case List(_, site):
            store_list(s, base, site, index, value, op)
            return None
        case Dict(_, site):
            store_dict(s, base, site, index, value, op)
            return None
        case Object() if is_one_of_several(s, base):

            def stored(each: Val) -> Val:
                s.store(each, index, value, op)
                return Const(None)

            by_class(s, base, stored, "_")
            return None
        case Object(cls) if hasattr(cls, "__setitem__"):
            if op is not None:
                value = s.op(op, [s.getitem(base, index), value])
            s.call_method_of(base, cls.__setitem__, [index, value], "_")
            return None
        case Array():
            value = as_array(s, value)
            if op in WHOLE and (s.is_varied(value) or s.is_varied(base)):
                value, op = s.op(op, [s.getitem(base, index), value]), None
            if s.is_varied(value):
                vary(s, target)
        case _:
            if s.is_varied(value) or s.is_varied(base):
                s.refuse(
                    "an active value is stored into something of unknown kind",
                    "make its kind known: np.asarray, a list, a dict, or an annotation",
                )
    s.add(Store(target, s.operand(index), s.operand(value), op, s.origin))


def vary(s: Context, name: Operand) -> None:
    """Storage receives an active value: it varies, and so does every array that may share it."""
    dtype = dtype_of(s.kind(name))
    if isinstance(name, Name) and dtype is not None and dtype.kind in "fc":
        if not s.derivative:
            check_imaginary(s, name)
        if s.is_kept_by_cache(s.operand(looked_at(s, name))):
            s.refuse(
                "a value that carries a derivative is stored into an array that a cache keeps",
                "store into a copy",
            )
        s.heap.vary(str(name))


def store_attr(s: Context, base: Val, attr: str, value: Val, op: str | None) -> None:
    s.changes(base)
    kind = s.kind(base)
    if isinstance(kind, Value) and isinstance(kind.value, type) and not s.derivative:
        store_class_attribute(s, kind.value, attr, value, op)
        return
    if set_attribute(s, base, attr, value, op):
        return
    if set_attribute_of_function(s, base, attr, value, op):
        return
    target = s.operand(base)
    if attr == "__class__":
        s.refuse(
            "the class of an object is assigned",
            "make a new object, or keep what varies in an attribute",
        )
    if is_one_of_several(s, base):

        def stored(each: Val) -> Val:
            s.store_attr(each, attr, value, op)
            return Const(None)

        by_class(s, base, stored, "_")
        return
    if isinstance(kind, Dict) and added_to(kind.cls):
        own_setter: Any = kind.cls.__setattr__
        if own_setter is dict.__setitem__:
            s.store(base, Const(attr), value, op)
            return
        if isinstance(own_setter, FunctionType) and op is None:
            s.call_method_of(base, own_setter, [Const(attr), value], "_")
            return
    if isinstance(kind, Object):
        found = class_attribute(kind.cls, attr)
        if isinstance(found, property) and found.fset and not named_entry(kind.cls, attr):
            if op is not None:
                value = s.op(op, [s.attr(base, attr), value])
            s.call_method_of(base, found.fset, [value], "_")
            return
        raw = raw_class_attribute(kind.cls, attr)
        if is_descriptor(raw) or hasattr(type(raw), "__set__"):
            whole = value if op is None else s.op(op, [s.attr(base, attr), value])
            if set_by(s, base, kind, attr, raw, whole):
                return
        if op is not None:
            value = s.op(f"i{op.rstrip('_')}", [s.attr(base, attr), value])
            op = None
        own = kind.cls.__setattr__
        if isinstance(own, FunctionType) and not hasattr(kind.cls, "__dataclass_fields__"):
            s.call_method_of(base, own, [Const(attr), value], "_")
            return
        held = s.operand(value)
        s.store_field(base, kind, attr, held)
        return
    if isinstance(kind, Array) and attr in ("real", "imag"):
        store_part(s, base, attr, Const(Ellipsis), value, op)
        return
    if isinstance(kind, Array) and attr == "flat" and op is None:
        everything = Virtual((Const(None),) * 3, "slice")
        s.store(s.attr(base, attr), everything, value, None)
        return
    if isinstance(kind, Array) and attr == "shape":
        s.refuse("the shape of an array is assigned", "use reshape")
    if s.is_varied(value):
        s.refuse(
            f"an active value is stored to attribute `{attr}` of something of unknown kind",
            "make its kind known",
        )
    s.add(StoreAttr(target, attr, s.operand(value), op, s.origin))


def store_part(s: Context, base: Val, attr: str, index: Val, value: Val, op: str | None) -> None:
    """`z.real[index] = value`, `z.imag[index] = value`; index: `...` where the part itself is assigned.

    The adjoint of an imaginary part is that of z times -1j: no view of it, as the part is one of z.  So
    where a derivative goes in, all of z is written.
    """
    parts = {name: s.attr(base, name) for name in ("real", "imag")}
    dtype = dtype_of(s.kind(base))
    if attr == "real" or dtype is None or dtype.kind != "c" or not s.is_varied(value):
        s.store(parts[attr], index, value, op)
        return
    if op is not None:
        value = s.op(op, [s.getitem(parts[attr], index), value])
    real = s.getitem(parts["real"], index)
    s.store(base, index, s.call(Ref("complex_of", complex_of), [real, value], []), None)


def imaginary_part_of(s: Context, base: Val) -> Name | None:
    """The array z, of `z.imag` as an expression that has no name."""
    made = s.definitions.get(base) if isinstance(base, Name) and base.hint == "t" else None
    if isinstance(made, Attr) and made.attr == "imag" and isinstance(made.value, Name):
        dtype = dtype_of(s.kind(made.value))
        return made.value if dtype is not None and dtype.kind == "c" else None
    return None


def check_imaginary(s: Context, target: Name) -> None:
    """The adjoint of an imaginary part cannot be written through a view."""
    if is_imaginary(s, target):
        s.refuse(
            "a value that carries a derivative is stored into the imaginary part of an array, as a view",
            "write `z.imag = ...` or `z.imag[...] = ...`",
        )


def inplace(s: Context, op: str, args: list[Val], hint: str) -> Val:
    """`x += y`: rebinds a number or tuple, writes an array or list in place."""
    plain = INPLACE[op]
    target, value = args
    match s.kind(target):
        case Array() if plain in WHOLE and (s.is_varied(target) or s.is_varied(value)):
            s.store(target, Const(Ellipsis), s.op(plain, args), None)
            return target
        case Array():
            value = as_array(s, value)
            s.changes(target)
            held = s.operand(target)
            if s.is_varied(value):
                vary(s, held)
            s.add(Store(held, Const(Ellipsis), s.operand(value), plain, s.origin))
            return held
        case List(_, site) if plain == "add":
            return extend_list(s, target, site, value)
        case Object() if is_one_of_several(s, target):
            return by_class(s, target, lambda each: s.op(op, [each, value], hint), hint)
        case Object(cls) if hasattr(cls, f"__{op}__"):
            return s.call_method_of(target, getattr(cls, f"__{op}__"), [value], hint)
        case Number() | Unknown() if s.is_varied(target) or s.is_varied(value):
            s.refuse(
                "`op=` on a value whose kind is not known: a number would be rebound, an array written in place",
                "annotate the parameter, or convert it first",
            )
    return s.op(plain, args, hint)


def extend_list(s: Context, target: Val, site: str, value: Val) -> Val:

    list_method(s, target, site, "extend", [value], [], "_")
    return target


def store_list(s: Context, base: Val, site: str, index: Val, value: Val, op: str | None) -> None:
    items = s.memory.list_items(base)
    place = constant_place(items, index)
    if op is not None and place is not None and items is not None:
        value = s.op(f"i{op.rstrip('_')}", [items[place], value])
        if value == items[place]:
            return  # an array or list, written in place
        op = None
    if op is not None and not is_slice(index) and reads_first(s, base, site, ITEM, value, op):
        old = s.getitem(base, index)
        value = s.op(f"i{op.rstrip('_')}", [old, value])
        if value == old:
            return
        op = None
    held = s.operand(value)
    if isinstance(index, Virtual) and index.form == "slice":
        store_list_slice(s, base, site, index, value, held)
        return
    s.heap.store(site, ITEM, stored_kind(s, site, ITEM, held, op), s.holds_varied(held))
    s.share_slot(held, site, ITEM)
    s.heap.assign(site, ITEM)
    s.add(Store(s.operand(base), s.operand(index), held, op, s.origin))
    if place is None:
        s.memory.forget(base)
        s.memory.forget_site(site)
    else:
        s.memory.put(base, site, place, held)


def is_slice(index: Val) -> bool:
    return isinstance(index, Virtual) and index.form == "slice"


def reads_first(s: Context, base: Val, site: str, slot: Any, value: Val, op: str) -> bool:
    """Is `base[slot] op= value` the same as a read, an operation and a store?

    For an array, which is written in place; for an operation whose derivative needs the old number; for an
    entry of a dict.
    """
    varied = s.is_varied(value) or s.is_varied(base) or s.heap.is_varied(site)
    is_sum = op in ("add", "sub") and isinstance(s.kind(base), List)
    return isinstance(s.slot(site, slot), (Array, List)) or (varied and not is_sum)


def store_list_slice(
    s: Context, base: Val, site: str, index: Virtual, value: Val, held: Operand
) -> None:
    items, new = s.memory.list_items(base), s.components(value)
    for each in new or ():
        s.put(site, ITEM, each)
    if new is None:
        other = s.kind(value)
        if not isinstance(other, List) and s.holds_varied(value):
            s.refuse(
                "a slice of a list receives something of unknown structure that carries a derivative",
                "assign a list or tuple",
            )
        if isinstance(other, List):
            s.heap.copy(other.site, ITEM, site)
        else:
            s.heap.store(site, ITEM, list_item_kind(s, value))
    s.heap.assign(site, ITEM)
    size, where = note_length(s, base, site), s.operand(index)
    if size is not None and isinstance(where, Name):
        s.lengths[where] = size
    s.add(Store(s.operand(base), where, held, None, s.origin))
    part = constant_slice(index)
    if items is None or new is None or part is None:
        s.memory.forget_site(site)
        return
    items[part] = new
    s.memory.set_items(base, items)


def store_dict(s: Context, base: Val, site: str, index: Val, value: Val, op: str | None) -> None:
    old = s.memory.get(base, index.value) if isinstance(index, Const) else None
    if op is not None and old is not None:
        value = s.op(f"i{op.rstrip('_')}", [old, value])
        if value == old:
            return
        op = None
    slot = index.value if isinstance(index, Const) else ITEM
    if not isinstance(index, Const):
        s.heap.note_key(site, s.kind(index), s.holds_varied(index))
    kind = s.kind(base)
    makes = isinstance(kind, Dict) and kind.cls in (defaultdict, Counter)
    if op is not None and (makes or reads_first(s, base, site, slot, value, op)):
        old = s.getitem(base, index)
        value = s.op(f"i{op.rstrip('_')}", [old, value])
        if value == old:
            return
        op = None
    held = s.operand(value)
    s.heap.store(site, slot, stored_kind(s, site, slot, held, op), s.holds_varied(held))
    s.share_slot(held, site, slot)
    s.heap.assign(site, slot)
    s.add(Store(s.operand(base), s.operand(index), held, op, s.origin))
    if not isinstance(index, Const):
        s.memory.forget(base)
        s.memory.forget_site(site)
    elif op is None:
        s.memory.put(base, site, slot, held)
    else:
        s.memory.forget_slot(site, slot)


def stored_kind(s: Context, site: str, slot: Any, value: Val, op: str | None) -> Kind:
    if op is None:
        return s.kind(value)
    return s.operator_kind(op, [s.slot(site, slot), s.kind(value)], [UNDEFINED, s.operand(value)])


def store_field(s: Context, base: Val, kind: Object, attr: str, value: Val) -> None:
    """`base.attr = value` of an instance, where no property or `__setattr__` takes it."""
    held = s.operand(value)
    s.put(kind.site, attr, held)
    s.heap.assign(kind.site, attr)
    check_same_object(s, kind, attr, held)
    if is_set_plainly(kind.cls):
        s.add(StoreAttr(s.operand(base), attr, held, None, s.origin))
    else:  # a frozen dataclass, or a `__setattr__` that has come to its end
        setter = Ref("object.__setattr__", object.__setattr__)
        s.emit(Call(setter, (s.operand(base), Const(attr), held)), NoneKind(), "_")
    s.memory.put(base, kind.site, attr, held)


def check_same_object(s: Context, kind: Object, attr: str, value: Operand) -> None:
    """An object that is reached through a global may be an argument too."""
    others = [o for o in s.heap.sites_holding(attr) if o != kind.site and s.heap.is_external(o)]
    mixed = [o for o in others if s.heap.is_global(o) or s.heap.is_global(kind.site)]
    if s.is_varied(value) and s.heap.is_external(kind.site) and mixed:
        s.refuse(
            f"an active value is stored to attribute `{attr}` of an object that is reached by several ways",
            "pass the object as one argument",
        )
