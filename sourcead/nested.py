"""Arguments and results that are nested: which numbers and arrays do they hold, and where?

A value is taken apart into its leaves (what carries a derivative: floats, complex numbers, arrays of
these) and its structure (everything else), and put together again with other leaves.  Tuples,
namedtuples, lists, dicts, dataclasses and objects with attributes are structure.  What carries no
derivative (strings, integers, functions, an object in which no leaf can be reached) is None in
what is put together.

>>> leaves, structure = flatten({"w": [1.0, 2.0], "name": "layer", "n": 3})
>>> leaves
[1.0, 2.0]
>>> unflatten(structure, [10.0, 20.0])
{'w': [10.0, 20.0], 'name': None, 'n': None}
>>> paths(structure)
["['w'][0]", "['w'][1]"]
"""

from __future__ import annotations

import copy
import functools
import random
import types
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, is_dataclass
from enum import Enum
from typing import Any, TypeAlias, Union

import numpy as np

__all__ = [
    "Leaf", "Node", "Spot", "Structure", "StructureMismatch",
    "flatten", "flatten_like", "is_leaf", "paths", "replace", "unflatten",
]  # fmt: skip

Leaf: TypeAlias = Union[float, complex, "np.ndarray[Any, Any]", np.generic]


class Spot(Enum):
    """An end of the structure: a leaf, or something that carries no derivative."""

    LEAF = "leaf"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Node:
    """A container or object: its class, the index, key or attribute of each part, and the parts."""

    cls: type
    keys: tuple[Hashable, ...]
    parts: tuple[Structure, ...]


Structure: TypeAlias = Union[Node, Spot]


class StructureMismatch(ValueError):
    """A value does not have the structure of another; `path` is the place, as in `['w'][0]`."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        super().__init__(message)


def is_leaf(value: Any) -> bool:
    """Does `value` carry a derivative by itself?"""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "fc"
    return isinstance(value, (float, complex))


# -- take apart ------------------------------------------------------------------------------


def flatten(value: Any) -> tuple[list[Any], Structure]:
    """The leaves of `value`, in order, and the structure that they were taken from.

    An object that contains itself has no derivative at the inner place (None).
    """
    leaves: list[Any] = []
    return leaves, _take(value, leaves, ())


def _take(value: Any, leaves: list[Any], above: tuple[int, ...]) -> Structure:
    if is_leaf(value):
        leaves.append(value)
        return Spot.LEAF
    entries = None if id(value) in above else _entries(value)
    if entries is None:
        return Spot.ABSENT
    before = len(leaves)
    parts = tuple(_take(part, leaves, (*above, id(value))) for part in entries.values())
    if len(leaves) == before and not _is_declared(value):
        return Spot.ABSENT
    return Node(type(value), tuple(entries), parts)


def flatten_like(structure: Structure, value: Any) -> list[Any]:
    """What `value` holds at the leaves of `structure`: a cotangent's or tangent's numbers, in order.

    Where the structure has no leaf, anything may stand (usually None).  An object may also be given
    as another one with the same attributes.  Raises `StructureMismatch` where a part is missing or
    too many.
    """
    return list(_take_like(structure, value, ""))


def _take_like(structure: Structure, value: Any, path: str) -> Iterator[Any]:
    match structure:
        case Spot.ABSENT:
            return
        case Spot.LEAF:
            yield value
        case Node(cls, keys, parts):
            entries = _entries(value)
            if entries is None or _family(type(value)) is not _family(cls):
                raise StructureMismatch(
                    path, f"{_article(cls)} is expected, {_article(type(value))} is given"
                )
            if entries.keys() != set(keys):
                raise StructureMismatch(
                    path, f"{_listed(keys)} expected, {_listed(tuple(entries))} given"
                )
            for key, part in zip(keys, parts):
                yield from _take_like(part, entries[key], path + _step(cls, key))


# -- put together ----------------------------------------------------------------------------


def unflatten(structure: Structure, leaves: Iterable[Any]) -> Any:
    """A value of the structure with the given leaves, and None where there is no derivative."""
    supply = iter(leaves)
    value = _put(structure, supply)
    if next(supply, structure) is not structure:
        raise ValueError("more leaves than the structure has places")
    return value


def _put(structure: Structure, supply: Iterator[Any]) -> Any:
    match structure:
        case Spot.ABSENT:
            return None
        case Spot.LEAF:
            try:
                return next(supply)
            except StopIteration:
                raise ValueError("fewer leaves than the structure has places") from None
        case Node(cls, keys, parts):
            return _assemble(cls, keys, [_put(part, supply) for part in parts])


def _assemble(cls: type, keys: Sequence[Any], values: list[Any]) -> Any:
    """An instance made without calling its class: `__init__` may do anything, and validate."""
    blank: Any = tuple if issubclass(cls, tuple) else cls
    return _fill(blank.__new__(cls), keys, values)


def _fill(twin: Any, keys: Sequence[Any], values: list[Any]) -> Any:
    """The container or object with these parts: itself, or, where it is a tuple, another."""
    if isinstance(twin, tuple):
        return tuple.__new__(type(twin), values)
    if isinstance(twin, list):
        twin[:] = values
    elif isinstance(twin, dict):
        twin.update(zip(keys, values))
    else:
        for key, value in zip(keys, values):
            object.__setattr__(twin, key, value)  # also where the class is frozen
    return twin


def replace(value: Any, leaves: Iterable[Any]) -> Any:
    """`value` with other leaves.  Everything that is no leaf is the same object; `value` is not changed.

    >>> replace({"w": [1.0, 2.0], "n": 3}, [10.0, 20.0])
    {'w': [10.0, 20.0], 'n': 3}
    """
    return _replace(value, flatten(value)[1], iter(leaves))


def _replace(value: Any, structure: Structure, supply: Iterator[Any]) -> Any:
    match structure:
        case Spot.ABSENT:
            return value
        case Spot.LEAF:
            return next(supply)
        case Node(cls, keys, parts):
            entries = (_entries(value) or {}).values()
            new = [_replace(entry, part, supply) for entry, part in zip(entries, parts)]
            twin = value if issubclass(cls, tuple) else copy.copy(value)
            return _fill(twin, keys, new)


# -- places ----------------------------------------------------------------------------------


def paths(structure: Structure, prefix: str = "") -> list[str]:
    """How each leaf is reached, in order: what is written behind the argument's name."""
    return list(_paths(structure, prefix))


def _paths(structure: Structure, prefix: str) -> Iterator[str]:
    match structure:
        case Spot.LEAF:
            yield prefix
        case Node(cls, keys, parts):
            for key, part in zip(keys, parts):
                yield from _paths(part, prefix + _step(cls, key))


def _step(cls: type, key: Hashable) -> str:
    return f".{key}" if _family(cls) is object else f"[{key!r}]"


# -- what is structure -----------------------------------------------------------------------

_OPAQUE = (
    type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType,
    functools.partial, np.ndarray, np.generic, Enum, BaseException,
)  # fmt: skip
# and generators: NumPy imports `np.random` where it is used first


def _entries(value: Any) -> dict[Any, Any] | None:
    """The parts by index, key or attribute; None for what has no parts."""
    if isinstance(value, (tuple, list)):
        return dict(enumerate(value))
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, _OPAQUE) or _is_generator(value):
        return None
    return _attributes(value) or None


def _is_generator(value: Any) -> bool:
    return isinstance(value, (np.random.Generator, np.random.RandomState, random.Random))


def _attributes(value: Any) -> dict[str, Any]:
    """Attributes of the instance, in slots and in its dictionary."""
    slots = (name for cls in type(value).__mro__ for name in _slots(cls))
    found = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    return {**found, **getattr(value, "__dict__", {})}


def _slots(cls: type) -> list[str]:
    """Names of the slots that a class adds, as attributes are found (private names are mangled)."""
    return [
        name
        for name, member in vars(cls).items()
        if isinstance(member, types.MemberDescriptorType) and name != "__dict__"
    ]


def _is_declared(value: Any) -> bool:
    """Is it structure even where it holds no leaf?"""
    return isinstance(value, (tuple, list, dict)) or is_dataclass(value)


def _family(cls: type) -> type:
    return next((family for family in (tuple, list, dict) if issubclass(cls, family)), object)


# -- words -----------------------------------------------------------------------------------


def _article(cls: type) -> str:
    return f"{'an' if cls.__name__[0] in 'aeiouAEIOU' else 'a'} {cls.__name__}"


def _listed(keys: tuple[Any, ...]) -> str:
    if all(isinstance(key, int) for key in keys):
        return f"{len(keys)} item{'s' * (len(keys) != 1)}"
    return ", ".join(map(str, keys)) or "nothing"
