"""Built-in functions that ask something about a value: `isinstance`, `len`, `np.shape`.

Each handler returns the value, or None where the call is to be treated like any other."""

from __future__ import annotations

from collections import deque
from types import FunctionType, GeneratorType, WrapperDescriptorType
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    List,
    Never,
    NoneKind,
    Np,
    Number,
    Object,
    Py,
    Text,
    Tuple,
    Value,
    is_optional,
    without_none,
)
from sourcead.ir.nodes import UNDEFINED, Call, Const, Ref
from sourcead.runtime.frames import Frame
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.operations import class_of
from sourcead.transform.specialise import library
from sourcead.transform.specialise.attribute_names import by_name, constant_text
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.each_class import asked, by_class, is_one_of_several, possible
from sourcead.transform.specialise.function_objects import class_shown
from sourcead.transform.specialise.sequences import by
from sourcead.transform.specialise.special_methods import has_call

__all__ = ["QUESTIONS"]

NO_NUMBERS = {list, tuple, dict, set, str, bytes, deque}
"""Classes that a number is not of, whichever of Python's and NumPy's it is."""


def _isinstance(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0])
    cls = type(args[0].value) if isinstance(args[0], Const) else class_of(without_none(kind))
    if cls is not None and issubclass(cls, Frame):
        cls = GeneratorType
    if cls is not None:
        cls = class_shown(s, cls)
    tested = s.kind(args[1])
    wanted: Any = tested.value if isinstance(tested, Value) else None
    if wanted is None:
        items = s.components(args[1]) or []
        classes = [k.value for k in map(s.kind, items) if isinstance(k, Value)]
        wanted = tuple(classes) if items and len(classes) == len(items) else None
    if wanted is not None and is_one_of_several(s, args[0]) and not is_optional(kind):
        return asked(s, args[0], lambda each: issubclass(_shown(s, each), wanted))
    if cls is None and isinstance(kind, (Number, Py, Np)) and wanted is not None:
        asked_for = wanted if isinstance(wanted, tuple) else (wanted,)
        return Const(False) if set(asked_for) <= NO_NUMBERS else None
    if cls is None or wanted is None:
        return None
    found = issubclass(cls, wanted)
    if is_optional(kind) and found != issubclass(type(None), wanted):
        return None  # it may be None
    return Const(found)


def _len(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    items = s.components(args[0])
    if items is not None:
        return Const(len(items))
    if isinstance(args[0], Const) and isinstance(args[0].value, str):
        return Const(len(args[0].value))
    kind = s.kind(args[0])
    if is_one_of_several(s, args[0]):
        return by_class(s, args[0], lambda each: s.call(Ref("len", len), [each], [], hint), hint)
    own = getattr(kind.cls, "__len__", None) if isinstance(kind, Object) else None
    if own is not None and not isinstance(own, WrapperDescriptorType):
        return s.call_method_of(args[0], own, [], hint)
    raise_if_certain(s, len, [args[0]])
    return s.emit(Call(Ref("len", len), (s.operand(args[0]),)), Py(int), hint)


def _hasattr(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind, attr = s.kind(args[0]), args[1]
    if not isinstance(attr, Const):
        name = constant_text(s, attr)
        return None if name is None else _hasattr(s, [args[0], name], kwargs, hint)
    if is_one_of_several(s, args[0]):
        return by_class(
            s, args[0], lambda each: s.call(Ref("hasattr", hasattr), [each, attr], [], hint), hint
        )
    if isinstance(kind, Object):
        known = s.memory.get(args[0], attr.value)
        if known is not None:
            there = known != UNDEFINED or hasattr(kind.cls, attr.value)
            return _is_found(s, args) if not there and _finds_others(kind) else Const(there)
        if not isinstance(s.heap.read(kind.site, attr.value), Never):
            return None  # may come and go
        if attr.value == "__dict__":  # every class has one of its own
            return Const(kind.cls.__dictoffset__ != 0)
        if hasattr(kind.cls, attr.value):
            return Const(True)
        return _is_found(s, args) if _finds_others(kind) else None
    cls = class_of(kind)
    return (
        Const(hasattr(cls, attr.value))
        if cls is not None and not isinstance(kind, Value)
        else (Const(hasattr(kind.value, attr.value)) if isinstance(kind, Value) else None)
    )


def _finds_others(kind: Object) -> bool:
    """Does its class say what an attribute is that is not there?"""
    return isinstance(getattr(kind.cls, "__getattr__", None), FunctionType)


def _is_found(s: Context, args: list[Any]) -> Val:
    """`hasattr` of something that is not there: does `__getattr__` find it?"""
    return by(s, library.is_found, args[:2])


def _found_or(s: Context, args: list[Any], kind: Object, hint: str) -> Val:
    """`getattr` with a default, of an object of such a class."""
    value, attr, default = args
    held = s.memory.get(value, attr.value)
    is_there = held is not None and held != UNDEFINED
    if is_there or hasattr(kind.cls, attr.value):
        return s.attr(value, attr.value, hint)
    if held is None and not isinstance(s.heap.read(kind.site, attr.value), Never):
        return s.attr(value, attr.value, hint)  # which refuses what may be there or not
    return by(s, library.found_or, [value, attr, default])


def _getattr(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) < 2:
        return None
    if not isinstance(args[1], Const):
        name = constant_text(s, args[1])
        return (
            by_name(s, args, hint)
            if name is None
            else _getattr(s, [args[0], name, *args[2:]], kwargs, hint)
        )
    if is_one_of_several(s, args[0]):
        getter = Ref("getattr", getattr)
        return by_class(s, args[0], lambda each: s.call(getter, [each, *args[1:]], [], hint), hint)
    if len(args) == 3:
        kind = s.kind(args[0])
        default: Val = args[2]
        if isinstance(kind, Object) and _finds_others(kind):
            return _found_or(s, args, kind, hint)
        has = _hasattr(s, args[:2], [], hint)
        if isinstance(has, Const) and has.value is False:
            return default
        if (
            isinstance(kind, Object)
            and isinstance(s.heap.read(kind.site, args[1].value), Never)
            and not hasattr(kind.cls, args[1].value)
        ):
            return default
        if not (isinstance(has, Const) and has.value is True):
            return _there_or(s, args, hint)
    return s.attr(args[0], args[1].value, hint)


def _shown(s: Context, cls: Any) -> type:
    """The class as the program sees it, of an object or of a live function."""
    if isinstance(cls, Value):
        return type(cls.value)
    return class_shown(s, cls)


def _there_or(s: Context, args: list[Any], hint: str) -> Val | None:
    """`getattr(obj, name, default)` of an attribute that may be there: the program looks."""
    value, attr, default = args
    if not isinstance(s.kind(value), Object):
        return None
    asked_for = Call(Ref("hasattr", hasattr), (s.operand(value), attr))
    there = s.emit(asked_for, Py(bool), "there")
    _, found = s.fork(
        there,
        lambda: (True, [s.attr(value, attr.value, hint)]),
        lambda: (True, [default]),
        [hint],
    )
    chosen: Val = found[0]
    return chosen


def _callable(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if is_one_of_several(s, args[0]):
        return asked(s, args[0], lambda each: has_call(_shown(s, each)))
    match s.kind(args[0]):
        case Value(value=obj):
            return Const(callable(obj))
        case Closure() | Bound():
            return Const(True)
        case Py() | Np() | Array() | NoneKind() | Text() | Tuple() | List() | Dict():
            return Const(False)
        case Object(cls) if cls in s.function_classes:
            return Const(True)
        case Object(cls):
            return Const(has_call(cls))
        case _:
            return None


def _type(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if any(map(s.holds_varied, args[1:])):
        s.refuse(
            "a class is made that holds what carries a derivative", "use an instance of a class"
        )
    if len(args) != 1:
        return None
    if _may_be_function(s, args[0]):
        return by_class(s, args[0], lambda each: s.call(Ref("type", type), [each], [], hint), hint)
    cls = class_of(s.kind(args[0]))
    if cls is None:
        return None
    shown = class_shown(s, cls)
    return Ref(shown.__name__, shown)


def _may_be_function(s: Context, value: Val) -> bool:
    """Is it one of several objects of which some stand for functions?"""
    return is_one_of_several(s, value) and any(c in s.function_classes for c in possible(s, value))


def _ndim(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    match s.kind(args[0]):
        case Array(_, dims):
            return Const(len(dims))
        case Py() | Np():
            return Const(0)
        case _:
            return None


def _shape(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    match s.kind(args[0]):
        case Array():
            return s.attr(args[0], "shape", hint)
        case Py() | Np():
            return Virtual(())
        case _:
            return None


def _size(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 1 or kwargs or not isinstance(s.kind(args[0]), Array):
        return None
    return s.attr(args[0], "size", hint)


QUESTIONS: dict[Any, Handler] = {
    isinstance: _isinstance, len: _len, hasattr: _hasattr, getattr: _getattr, callable: _callable, type: _type,
    np.ndim: _ndim, np.shape: _shape, np.size: _size,
}  # fmt: skip
