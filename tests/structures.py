"""Nested values in tests: their differentiable leaves, faithful copies, comparison bit by bit.

>>> pairing({"a": 2.0, "n": None}, {"a": 3.0, "n": None})
6.0
"""

from __future__ import annotations

import copy
import re
import types
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np

__all__ = [
    "arrays",
    "fresh",
    "has_leaf",
    "leaves",
    "map_leaves",
    "pairing",
    "same_content",
    "size",
    "titled",
]

_OPAQUE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)


def is_leaf(value: Any) -> bool:
    """Does `value` carry a derivative by itself?"""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fc"
    return isinstance(value, (float, complex, np.floating, np.complexfloating))


def children(value: Any) -> dict[Any, Any]:
    """The parts of a container or object by index, key or attribute; empty for anything else."""
    match value:
        case tuple() | list():
            return dict(enumerate(value))
        case dict():
            return dict(value)
        case Enum() | np.ndarray() | np.generic() | np.random.Generator():
            return {}
        case _ if isinstance(value, _OPAQUE):
            return {}
        case _ if is_dataclass(value):
            return {f.name: getattr(value, f.name) for f in fields(value) if hasattr(value, f.name)}
        case _:
            return dict(getattr(value, "__dict__", {}))


def rebuild(value: Any, parts: dict[Any, Any]) -> Any:
    """A container like `value` with other parts."""
    match value:
        case tuple() if hasattr(value, "_fields"):
            return type(value)(*parts.values())
        case tuple() | list():
            return type(value)(parts.values())
        case dict():
            twin = copy.copy(value)
            twin.update(parts)
            return twin
        case _:
            twin = copy.copy(value)
            for name, part in parts.items():
                object.__setattr__(twin, name, part)  # also in frozen dataclasses
            return twin


def map_leaves(function: Callable[..., Any], first: Any, *others: Any, rest: Any = None) -> Any:
    """Apply `function` to corresponding leaves; what carries no derivative becomes `rest(value)`, or None."""
    if is_leaf(first):
        return function(first, *others)
    parts = children(first)
    if not parts:
        if isinstance(first, (tuple, list, dict)):
            return first
        return rest(first) if rest else None
    other_parts = [children(other) for other in others]
    return rebuild(
        first,
        {
            key: map_leaves(function, part, *(other.get(key) for other in other_parts), rest=rest)
            for key, part in parts.items()
        },
    )


def leaves(value: Any) -> Iterator[Any]:
    """The leaves that carry derivatives, in order."""
    if is_leaf(value):
        yield value
    for part in children(value).values():
        yield from leaves(part)


def has_leaf(value: Any) -> bool:
    return next(leaves(value), None) is not None


def pairing(bar: Any, dot: Any) -> float:
    """Sum of Re(bar * dot) over leaves, unconjugated as in JAX; a None contributes nothing."""
    if bar is None or dot is None:
        return 0.0
    if is_leaf(bar) or is_leaf(dot):
        return float(np.sum(np.asarray(bar) * np.asarray(dot)).real)
    bars, dots = children(bar), children(dot)
    return sum(pairing(bars[key], dots[key]) for key in bars.keys() & dots.keys())


def size(value: Any) -> float:
    """Euclidean norm over all leaves."""
    return float(sum(np.sum(np.abs(np.asarray(leaf)) ** 2) for leaf in leaves(value)) ** 0.5)


def arrays(value: Any, seen: set[int] | None = None) -> Iterator[np.ndarray]:
    """Every array reachable through containers and attributes, once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        yield value
    for part in children(value).values():
        yield from arrays(part, seen)


# -- copies ----------------------------------------------------------------------------------


def fresh(value: Any) -> Any:
    """A deep copy in which arrays that shared memory share it again, with the same layout.

    `copy.deepcopy` alone gives each view storage of its own.
    """
    memo: dict[int, Any] = {}
    for array in list(arrays(value)):
        base = _outermost_base(array)
        if id(base) not in memo:
            memo[id(base)] = base.copy(order="K")
        if array is not base:
            memo[id(array)] = _same_view(array, base, memo[id(base)])
    return copy.deepcopy(value, memo)


def _outermost_base(array: np.ndarray) -> np.ndarray:
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _same_view(view: np.ndarray, base: np.ndarray, twin: np.ndarray) -> np.ndarray:
    offset = view.__array_interface__["data"][0] - base.__array_interface__["data"][0]
    buffer = twin if twin.flags.c_contiguous else twin.T
    result: np.ndarray = np.ndarray(view.shape, view.dtype, buffer, offset, view.strides)
    result.flags.writeable = view.flags.writeable
    return result


# -- comparison ------------------------------------------------------------------------------


def same_content(left: Any, right: Any, twins: dict[int, int] | None = None) -> bool:
    """Equal bit by bit, with the same sharing of objects, and NaNs equal to themselves."""
    twins = {} if twins is None else twins
    if id(left) in twins and _has_identity(left):
        return twins[id(left)] == id(right)
    twins[id(left)] = id(right)
    match left:
        case np.ndarray():
            return _same_array(left, right)
        case float() | complex() | np.floating() | np.complexfloating():
            return _same_number(left, right)
        case np.random.Generator():
            return bool(left.bit_generator.state == right.bit_generator.state)
    if type(left) is not type(right):
        return False
    mine, theirs = children(left), children(right)
    if not mine and not theirs:
        return left is right or _plainly_equal(left, right)
    return list(mine) == list(theirs) and all(
        same_content(mine[key], theirs[key], twins) for key in mine
    )


def _has_identity(value: Any) -> bool:
    return isinstance(value, (np.ndarray, list, dict)) or hasattr(value, "__dict__")


def _same_array(left: np.ndarray, right: Any) -> bool:
    return (
        isinstance(right, np.ndarray)
        and left.dtype == right.dtype
        and left.shape == right.shape
        and left.tobytes() == right.tobytes()
    )


def _same_number(left: Any, right: Any) -> bool:
    """Same bits; a Python float may stand for an np.float64."""
    if isinstance(right, np.ndarray) or not np.isscalar(right):
        return False
    mine, theirs = np.asarray(left), np.asarray(right)
    if mine.dtype in (np.longdouble, np.clongdouble):  # ten bytes of a number, six of nothing
        return mine.dtype == theirs.dtype and (
            left == right or bool(left != left and right != right)
        )
    return mine.dtype == theirs.dtype and mine.tobytes() == theirs.tobytes()


def _plainly_equal(left: Any, right: Any) -> bool:
    equality: object = type(left).__eq__
    if equality is object.__eq__:
        return True  # two fresh objects without attributes and without an equality of their own
    return bool(left == right)


def titled(value: Any) -> str:
    """The value in the name of a test: without its address, which is another one in each process."""
    return re.sub(r" at 0x\w+", "", repr(value))[:60]
