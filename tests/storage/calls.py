"""What calls do in the reference interpreter: elementary functions, methods of containers, the user's own.

Each is said by steps of the `Machine`.  A callable that is not here raises `NotInterpreted`.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterator
from types import (
    BuiltinFunctionType,
    FunctionType,
    GetSetDescriptorType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
)
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.storage.derivatives import FUNCTIONS, LINEAR, PARTIALS, REARRANGING, REDUCED
from tests.storage.shadows import Box

if TYPE_CHECKING:
    from tests.storage.interpreter import Interpreter
    from tests.storage.machine import Machine

__all__ = ["NotInterpreted", "attribute", "call", "method", "set_attribute"]


class NotInterpreted(Exception):
    """The program does something that has no step here."""


# Run as they are: no derivative goes in or comes out.
PLAIN: set[Any] = {
    len, range, int, bool, str, isinstance, hasattr, print, id, type, callable, slice, math.floor,
    np.zeros, np.ones, np.empty, np.zeros_like, np.ones_like, np.empty_like, np.eye,
    np.argmax, np.argmin, np.argsort, np.shape, np.size, np.ndim, np.any, np.all, np.isnan,
    np.floor, np.sign, np.random.default_rng, np.errstate, np.nonzero, np.flatnonzero, np.lexsort,
    np.shares_memory, np.may_share_memory,
}  # fmt: skip


def is_library(thing: Any) -> bool:
    """Is it NumPy's or Python's, not the user's?"""
    return thing.__module__.partition(".")[0] in ("numpy", "builtins", "contextlib", "_thread")


# -- functions ---------------------------------------------------------------------------------------


def call(frame: Interpreter, callee: Any, args: list[Box], kwargs: dict[str, Box]) -> Box:
    machine = frame.machine
    raw, options = [arg.value for arg in args], {key: box.value for key, box in kwargs.items()}
    if hasattr(callee, "captured"):  # a closure made in the program
        return callee.run(args, kwargs)
    if isinstance(callee, MethodType):
        return call(frame, callee.__func__, [machine.box(callee.__self__), *args], kwargs)
    if "__call__" in vars(type(callee)) and isinstance(type(callee).__call__, FunctionType):
        return call(frame, type(callee).__call__, [machine.box(callee), *args], kwargs)
    if callee in FUNCTIONS and not options.keys() - {"out"}:
        return _elementwise(machine, callee, args, kwargs.get("out"))
    if callee in LINEAR:
        return _linear(machine, callee, machine.array(args[0]), raw[1:], options)
    if callee in REARRANGING:
        return machine.rearranged(lambda first: callee(first, *raw[1:], **options), args[0])
    if callee in SPECIAL and not options:
        return SPECIAL[callee](frame, *args)
    if callee in PLAIN:
        return machine.box(callee(*raw, **options))
    if isinstance(callee, type):
        return _instance(frame, callee, args, kwargs)
    if isinstance(callee, FunctionType) and not is_library(callee):
        return frame.of(callee, machine).run(args, kwargs)
    raise NotInterpreted(f"a call of {callee}")


def _elementwise(machine: Machine, callee: Any, args: list[Box], out: Box | None) -> Box:
    partials = PARTIALS[FUNCTIONS[callee]]
    *args, out = args if len(args) > len(partials) else [*args, out]
    if len(args) != len(partials):
        raise NotInterpreted(f"{callee} of {len(args)} arguments")
    result = machine.elementwise(callee, partials, *args)
    if out is None:
        return result
    machine.store(out, ..., result)
    return out


def _linear(
    machine: Machine, callee: Any, arg: Box, positional: list[Any], options: dict[str, Any]
) -> Box:
    options |= dict(zip(("axis",), positional, strict=True)) if positional else {}
    transposed = LINEAR[callee](np.shape(arg.value), **options)
    return machine.linear(lambda array: callee(array, **options), transposed, arg)


def _is_plain_namedtuple(cls: Any) -> bool:
    """Is it a namedtuple, without a `__new__` of its own?"""
    if not issubclass(cls, tuple) or not hasattr(cls, "_make"):
        return False
    module = getattr(cls.__new__, "__globals__", {}).get("__name__", "")
    return bool(module.startswith("namedtuple_"))


def _instance(frame: Interpreter, cls: type, args: list[Box], kwargs: dict[str, Box]) -> Box:
    """A new object: its `__init__` is the user's function, or a dataclass' stores of its fields."""
    machine = frame.machine
    if issubclass(cls, BaseException) and not any(arg.shadow is not None for arg in args):
        return machine.box(cls(*(arg.value for arg in args)))
    if _is_plain_namedtuple(cls) and len(args) == len(cls._fields):
        return machine.display(cls._make, args)
    if isinstance(cls.__init__, FunctionType) and not is_library(cls.__init__):
        made = machine.box(cls.__new__(cls))
        if hasattr(cls, "__dataclass_fields__"):
            _fields(machine, cls, made, args, kwargs)
        else:
            frame.of(cls.__init__, machine).run([made, *args], kwargs)
        return made
    if cls.__init__ is object.__init__ and cls.__new__ is object.__new__:
        return machine.box(cls())
    raise NotInterpreted(f"an object of {cls}")


def _fields(machine: Machine, cls: Any, made: Box, args: list[Box], kwargs: dict[str, Box]) -> None:
    fields = cls.__dataclass_fields__
    given = dict(zip(fields, args)) | kwargs
    if given.keys() != fields.keys() or hasattr(cls, "__post_init__"):
        raise NotInterpreted("a dataclass with defaults")
    for name, box in given.items():
        machine.store_slot(made, name, box)


# -- functions with steps of their own ---------------------------------------------------------------


def _copyto(frame: Interpreter, target: Box, given: Box) -> Box:
    frame.machine.store(target, ..., given)
    return frame.machine.box(None)


def _add_at(frame: Interpreter, base: Box, index: Box, given: Box) -> Box:
    frame.machine.add_at(base, index.value, given)
    return frame.machine.box(None)


def _sum(frame: Interpreter, items: Box, start: Box | None = None) -> Box:
    boxes = [*([start] if start else []), *frame.each(items)]
    first = 0 if start is None else start.value
    behind = slice(1 if start else 0, None)

    def add_up(*values: Any) -> Any:
        return builtins.sum(values[behind], first)

    return frame.machine.elementwise(
        add_up, (lambda y, *_: np.ones(np.shape(y)),) * len(boxes), *boxes
    )


def _chosen(choose: Callable[..., Any]) -> Callable[..., Box]:
    def picked(frame: Interpreter, *args: Box) -> Box:
        boxes = list(frame.each(args[0])) if len(args) == 1 else list(args)
        return boxes[choose(range(len(boxes)), key=lambda i: boxes[i].value)]

    return picked


def _collected(make: Callable[[list[Any]], Any]) -> Callable[..., Box]:
    def collect(frame: Interpreter, *items: Box) -> Box:
        return frame.machine.display(make, [box for given in items for box in frame.each(given)])

    return collect


def _zip(frame: Interpreter, *items: Box) -> Box:
    def pairs() -> Iterator[Box]:
        for parts in zip(*map(frame.each, items)):
            yield frame.machine.display(tuple, list(parts))

    return Box(pairs(), None)


def _enumerate(frame: Interpreter, items: Box, start: Box | None = None) -> Box:
    def pairs() -> Iterator[Box]:
        for number, box in enumerate(frame.each(items), start.value if start else 0):
            yield frame.machine.display(tuple, [frame.machine.box(number), box])

    return Box(pairs(), None)


def _reversed(frame: Interpreter, items: Box) -> Box:
    return Box((box for box in reversed(list(frame.each(items)))), None)


def _full(frame: Interpreter, shape: Box, given: Box) -> Box:
    made = frame.machine.box(np.full(shape.value, given.value))
    frame.machine.store(made, ..., given)
    return made


def _linspace(frame: Interpreter, first: Box, last: Box, count: Box) -> Box:
    way = np.linspace(0.0, 1.0, count.value)
    partials = (lambda *_: 1.0 - way), (lambda *_: way), None
    return frame.machine.elementwise(np.linspace, partials, first, last, count)


def _arange(frame: Interpreter, *args: Box) -> Box:
    """Of a stop nothing depends; of a start all elements; of a step each by its place."""
    if len(args) == 1:
        return frame.machine.box(np.arange(args[0].value))
    partials = lambda y, *_: np.ones(np.shape(y)), None, lambda y, *_: np.arange(len(y))
    return frame.machine.elementwise(np.arange, partials[: len(args)], *args)


SPECIAL: dict[Any, Callable[..., Box]] = {
    np.copyto: _copyto, np.add.at: _add_at, np.full: _full, np.linspace: _linspace, np.arange: _arange,
    np.dot: lambda frame, a, b: frame.machine.matmul(a, b),
    np.matmul: lambda frame, a, b: frame.machine.matmul(a, b),
    sum: _sum, max: _chosen(max), min: _chosen(min),
    list: _collected(list), tuple: _collected(tuple),
    zip: _zip, enumerate: _enumerate, reversed: _reversed,
    iter: lambda frame, items: Box(frame.each(items), None),
    dict: lambda frame, *given: frame.operation("dict_merge", list(given)),
}  # fmt: skip


# -- methods -----------------------------------------------------------------------------------------


def method(
    frame: Interpreter, base: Box, name: str, args: list[Box], kwargs: dict[str, Box]
) -> Box:
    machine, value = frame.machine, base.value
    raw, options = [arg.value for arg in args], {key: box.value for key, box in kwargs.items()}
    match value:
        case list() if name in LIST_METHODS and not options:
            return LIST_METHODS[name](frame, base, *args)
        case dict() if name in DICT_METHODS and not options:
            return DICT_METHODS[name](frame, base, *args)
        case np.ndarray() if name in REDUCED:
            return _linear(machine, REDUCED[name], base, raw, options)
        case np.ndarray() if name in (
            "copy",
            "ravel",
            "reshape",
            "transpose",
            "flatten",
            "squeeze",
            "astype",
        ):
            return machine.rearranged(lambda array: getattr(array, name)(*raw, **options), base)
        case np.ndarray() if name == "fill":
            return _copyto(frame, base, args[0])
        case np.ndarray() if name == "dot":
            return machine.matmul(base, args[0])
        case np.random.Generator():
            return machine.opaque(
                lambda: getattr(value, name)(*raw, **options), *raw, *options.values()
            )
        case ModuleType() | type():
            return call(frame, getattr(value, name), args, kwargs)
        case str() | int() | range():
            return machine.box(getattr(value, name)(*raw, **options))
        case np.ndarray() if name in ("any", "all", "argmax", "argmin", "argsort"):
            return machine.box(getattr(value, name)(*raw, **options))
        case _ if hasattr(value, "__dict__") or hasattr(value, "_fields"):
            return call(frame, attribute(frame, base, name).value, args, kwargs)
        case _:
            raise NotInterpreted(f"{type(value).__name__}.{name}")


METHODS = (
    FunctionType | MethodType | BuiltinFunctionType | MethodDescriptorType | GetSetDescriptorType
)


def attribute(frame: Interpreter, base: Box, name: str) -> Box:
    match base.value:
        case np.ndarray() if name == "T":
            return frame.machine.rearranged(np.transpose, base)
        case tuple() if name in getattr(base.value, "_fields", ()):
            return frame.machine.read_slot(base, base.value._fields.index(name))
        case _ if name in getattr(base.value, "__dict__", ()) and base.shadow is not None:
            return frame.machine.read_slot(base, name)
        case np.ndarray() if name not in ("shape", "size", "ndim", "dtype"):
            raise NotInterpreted(f"ndarray.{name}")
        case float() | complex():
            raise NotInterpreted(f"{type(base.value).__name__}.{name}")
    found = getattr(type(base.value), name, None)
    if isinstance(found, property) and isinstance(found.fget, FunctionType):
        return frame.of(found.fget, frame.machine).run([base])
    if found is None and isinstance(getattr(type(base.value), "__getattr__", None), FunctionType):
        raise NotInterpreted(f"{name}, which the class finds")
    if hasattr(found, "__get__") and not isinstance(found, METHODS):
        raise NotInterpreted(f"{type(found).__name__} {name}")
    return frame.machine.box(getattr(base.value, name))


def set_attribute(frame: Interpreter, base: Box, name: str, given: Box) -> None:
    found = getattr(type(base.value), name, None)
    if isinstance(found, property) and isinstance(found.fset, FunctionType):
        frame.of(found.fset, frame.machine).run([base, given])
    elif isinstance(type(base.value).__setattr__, FunctionType):
        raise NotInterpreted(f"{name}, which the class stores")
    elif base.shadow is not None and not isinstance(base.value, np.ndarray):
        frame.machine.store_slot(base, name, given)
    else:
        raise NotInterpreted(f"{type(base.value).__name__}.{name} = ...")


def _change(operation: Callable[..., Any]) -> Callable[..., Box]:
    """A method of lists whose arguments are places."""

    def changed(frame: Interpreter, base: Box, *args: Box) -> Box:
        raw = [arg.value for arg in args]
        return frame.machine.change(base, lambda xs, new: operation(xs, new, *raw))

    return changed


def _append(frame: Interpreter, base: Box, given: Box) -> Box:
    return frame.machine.change(base, lambda xs, new: xs.append(new[0]), given)


def _extend(frame: Interpreter, base: Box, given: Box) -> Box:
    return frame.machine.change(base, lambda xs, new: xs.extend(new), *frame.each(given))


def _insert(frame: Interpreter, base: Box, place: Box, given: Box) -> Box:
    return frame.machine.change(base, lambda xs, new: xs.insert(place.value, new[0]), given)


def _sort(frame: Interpreter, base: Box) -> Box:
    order = sorted(range(len(base.value)), key=lambda i: base.value[i])

    def permute(xs: list[Any], _: list[Any]) -> None:
        xs[:] = [xs[i] for i in order]

    return frame.machine.change(base, permute)


def _list_copy(frame: Interpreter, base: Box) -> Box:
    return frame.machine.display(list, list(frame.each(base)))


LIST_METHODS: dict[str, Callable[..., Box]] = {
    "append": _append, "extend": _extend, "insert": _insert, "sort": _sort, "copy": _list_copy,
    "pop": _change(lambda xs, _, place=-1: xs.pop(place)),
    "reverse": _change(lambda xs, _: xs.reverse()),
    "clear": _change(lambda xs, _: xs.clear()),
}  # fmt: skip


def _get(frame: Interpreter, base: Box, key: Box, default: Box | None = None) -> Box:
    if key.value in base.value:
        return frame.machine.read_slot(base, key.value)
    return frame.machine.box(None) if default is None else default


def _pop(frame: Interpreter, base: Box, key: Box, default: Box | None = None) -> Box:
    if key.value in base.value or default is None:
        return frame.machine.remove_slot(base, key.value)
    return default


def _set_default(frame: Interpreter, base: Box, key: Box, default: Box) -> Box:
    if key.value not in base.value:
        frame.machine.store_slot(base, key.value, default)
    return frame.machine.read_slot(base, key.value)


def _update(frame: Interpreter, base: Box, other: Box) -> Box:
    for key in list(other.value):
        frame.machine.store_slot(base, key, frame.machine.read_slot(other, key))
    return frame.machine.box(None)


def _values(frame: Interpreter, base: Box) -> Box:
    return Box((frame.machine.read_slot(base, key) for key in list(base.value)), None)


def _items(frame: Interpreter, base: Box) -> Box:
    def pair(key: Any) -> Box:
        return frame.machine.display(
            tuple, [frame.machine.box(key), frame.machine.read_slot(base, key)]
        )

    return Box((pair(key) for key in list(base.value)), None)


def _clear(frame: Interpreter, base: Box) -> Box:
    for key in list(base.value):
        frame.machine.remove_slot(base, key)
    return frame.machine.box(None)


DICT_METHODS: dict[str, Callable[..., Box]] = {
    "get": _get, "pop": _pop, "setdefault": _set_default, "update": _update, "clear": _clear,
    "values": _values, "items": _items,
    "keys": lambda frame, base: Box((frame.machine.box(key) for key in list(base.value)), None),
    "copy": lambda frame, base: frame.mapping(
        [(frame.machine.box(key), frame.machine.read_slot(base, key)) for key in base.value]
    ),
}  # fmt: skip
