"""`tangent_of(value, given)` where derivative code is differentiated in turn: written out by the kinds of the parts.

tangent_of(bodies, dots)       is      [tangent_of(b, d) for b, d in zip(bodies, dots)]
tangent_of(body, dot)          is      a body with the attributes tangent_of(body.x, dot.x), ...

What stands at two places of the structure has one tangent there; here each place has its own, and an
argument of which two places are one is refused while the program runs.
"""
# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    List,
    Never,
    NoneKind,
    Np,
    Object,
    Py,
    Tuple,
    Unknown,
    carries,
    dtype_of,
)
from sourcead.ir.nodes import UNDEFINED, Call, Const, Ref
from sourcead.runtime.held_once import check_attributes, check_held_once
from sourcead.runtime.lists import tangent_of
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.making import fresh_object

__all__ = ["STRUCTURED_TANGENTS", "attributes_of", "keys_of"]


# -- for lists and dicts of unknown length, said in Python -------------------------------------------


def of_each(values, given):
    return [tangent_of(value, dot) for value, dot in zip(values, given)]


def zeros_of_each(values):
    return [tangent_of(value, None) for value in values]


def of_entries(values, given):
    made = {}
    for key in list(values):
        made[key] = tangent_of(values[key], given[key])
    return made


def zeros_of_entries(values):
    made = {}
    for key in list(values):
        made[key] = tangent_of(values[key], None)
    return made


# -- by kinds --------------------------------------------------------------------------------------


def _tangent_of(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 2 or not any(map(s.holds_varied, args)):
        return None
    value, given = args
    if isinstance(s.kind(value), (List, Dict, Object)):
        s.emit(Call(Ref("check_held_once", check_held_once), (s.operand(value),)), NoneKind(), "_")
    return _made(s, value, given, hint)


def _made(s: Context, value: Val, given: Val, hint: str) -> Val:
    kind = s.kind(value)
    is_zero = isinstance(s.kind(given), NoneKind)
    match kind:
        case Py() | Np() if is_zero and carries(kind):
            dtype = dtype_of(kind)
            return Const(0j if dtype is not None and dtype.kind == "c" else 0.0)
        case Py() | Np():
            return given if carries(kind) else Const(None)
        case Array() if is_zero:
            return s.call(Ref("np.zeros_like", np.zeros_like), [value], [], hint)
        case Array():
            return s.call(Ref("np.array", np.array), [given], [], hint)
        case Tuple(items, cls):
            parts = [_part(s, value, given, Const(i)) for i in range(len(items))]
            return Virtual(tuple(parts), "tuple", cls)
        case List():
            return _of_list(s, value, given, is_zero, hint)
        case Dict():
            return _of_dict(s, value, given, is_zero, hint)
        case Object(cls):
            made = fresh_object(s, cls, Ref(cls.__name__, cls), hint)
            for name in attributes_of(s, value):
                dot = Const(None) if is_zero else s.attr(given, name)
                part = _made(s, s.attr(value, name), dot, name)
                s.store_field(made, s.kind(made), name, part)  # type: ignore[arg-type]
            return made
        case Unknown():
            s.refuse(
                "an argument holds things of several kinds at one place, is changed, and its derivative is "
                "differentiated once more",
                "pass lists of things of one kind, or a tuple",
            )
        case _:
            return Const(None)


def _part(s: Context, value: Val, given: Val, slot: Const) -> Val:
    dot = given if isinstance(s.kind(given), NoneKind) else s.getitem(given, slot)
    return _made(s, s.getitem(value, slot), dot, "t")


def _of_list(s: Context, value: Val, given: Val, is_zero: bool, hint: str) -> Val:
    items = s.components(value)
    if items is not None:
        parts = [_part(s, value, given, Const(i)) for i in range(len(items))]
        return s.fresh_list(s.operand(Virtual(tuple(parts), "list"), hint))
    function, args = (zeros_of_each, [value]) if is_zero else (of_each, [value, given])
    return s.inline(s.lower(function), function, args, [])


def _of_dict(s: Context, value: Val, given: Val, is_zero: bool, hint: str) -> Val:
    keys = keys_of(s, value)
    if keys is None:
        function, args = (zeros_of_entries, [value]) if is_zero else (of_entries, [value, given])
        return s.inline(s.lower(function), function, args, [])
    parts = [(key, _part(s, value, given, Const(key))) for key in keys]
    return s.fresh_dict([o for key, part in parts for o in (Const(key), part)], hint)


def keys_of(s: Context, value: Val) -> list[Any] | None:
    """The keys of a dict, if it certainly has these."""
    kind, held = s.kind(value), s.memory.known(value)
    assert isinstance(kind, Dict)
    if held is not None and held.complete:
        return list(held.slots)
    keys = s.heap.known(kind.site)
    return keys if all(s.heap.is_certain(kind.site, key) for key in keys) else None


def attributes_of(s: Context, value: Val) -> list[str]:
    """The attributes of an object at this point; where that is not certain, a test goes into the program."""
    kind, held = s.kind(value), s.memory.known(value)
    assert isinstance(kind, Object)
    if held is not None and held.complete and UNDEFINED not in held.slots.values():
        return [str(name) for name in held.slots]
    known = s.heap.known(kind.site)
    names = [str(n) for n in known if not isinstance(s.heap.read(kind.site, n), Never)]
    certain = [n for n in names if s.heap.is_certain(kind.site, n)]
    if len(certain) < len(names):
        names = certain or names
        test = Ref("check_attributes", check_attributes)
        allowed = s.operand(Virtual(tuple(map(Const, names))))
        s.emit(Call(test, (s.operand(value), allowed)), NoneKind(), "_")
    return names


STRUCTURED_TANGENTS: dict[Any, Handler] = {tangent_of: _tangent_of}
