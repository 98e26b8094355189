"""Shadows: storage beside storage, with the same structure and the same aliasing (docs/storage.md, "Words").

A shadow belongs to memory.  Arrays find theirs by their base: the shadow of a base is as many bytes
of zeros, and an array's shadow is the view of them that its own offset and strides make.

>>> u = np.arange(6.0)
>>> shadows = Shadows()
>>> shadows.of(u[1:])[0] = 5.0
>>> shadows.of(u.reshape(2, 3)).tolist()
[[0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]

Lists, dicts, objects and cells find theirs by identity: a slot of the shadow holds the adjoint (or
tangent) of a number, or the shadow of what the slot refers to.

>>> rows = [u, u[2:], 0.5]
>>> shadows.of(rows)[1][0] = 7.0
>>> shadows.of(rows)[0].tolist(), shadows.of(rows)[2]
([0.0, 5.0, 7.0, 0.0, 0.0, 0.0], 0.0)
"""

from __future__ import annotations

from dataclasses import dataclass
from types import CellType, FunctionType, ModuleType
from typing import Any

import numpy as np

__all__ = [
    "CELL", "Box", "Shadows", "base_of", "get_slot", "has_slot", "is_number", "put_slot", "remove_slot",
]  # fmt: skip


@dataclass(slots=True, eq=False)
class Box:
    """What a name is bound to: a value and what stands beside it.

    `shadow`: of a number its adjoint (in forward mode its tangent), of storage its shadow, of
    everything else None.
    """

    value: Any
    shadow: Any


def is_number(value: Any) -> bool:
    """Can it carry a derivative, and not be written?"""
    return isinstance(value, (float, complex, np.inexact))


# -- slots -----------------------------------------------------------------------------------------

CELL = "cell_contents"  # the one slot of a cell


def get_slot(holder: Any, key: Any) -> Any:
    match holder:
        case list() | tuple() | dict():
            return holder[key]
        case CellType():
            return holder.cell_contents
        case _:
            return getattr(holder, key)


def put_slot(holder: Any, key: Any, value: Any) -> None:
    match holder:
        case list() | dict():
            holder[key] = value
        case CellType():
            holder.cell_contents = value
        case _:
            setattr(holder, key, value)


def remove_slot(holder: Any, key: Any) -> None:
    match holder:
        case dict():
            del holder[key]
        case CellType():
            del holder.cell_contents
        case _:
            delattr(holder, key)


def has_slot(holder: Any, key: Any) -> bool:
    try:
        get_slot(holder, key)
    except (LookupError, AttributeError, ValueError):
        return False
    return True


# -- the table -------------------------------------------------------------------------------------


class _Slots(dict[Any, Any]):
    """The shadow of a dict, object or cell; a slot is there when it is first asked for."""

    def __init__(self, holder: Any, shadows: Shadows) -> None:
        super().__init__()
        self.holder = holder
        self.shadows = shadows

    def __missing__(self, key: Any) -> Any:
        self[key] = self.shadows.beside(get_slot(self.holder, key))
        return self[key]


class Shadows:
    """The shadows of one gradient call.  `known` keeps the storage alive, so that an id stays its own."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Any, Any]] = {}

    def beside(self, value: Any) -> Any:
        """What stands beside a value at first: 0 for a number, its shadow for storage."""
        return 0.0 if is_number(value) else self.of(value)

    def of(self, value: Any) -> Any:
        """The shadow of storage, born now if this is the first time; None if it has none."""
        match value:
            case np.ndarray():
                return self._view(value)
            case list() | tuple():
                return self._list(value)
            case (
                None | bool() | int() | str() | bytes() | slice() | range() | type() | ModuleType()
            ):
                return None
            case FunctionType() | np.generic():
                return None
            case dict() | CellType():
                return self._slots(value)
            case _:
                return self._slots(value) if hasattr(value, "__dict__") else None

    def _view(self, array: np.ndarray) -> np.ndarray | None:
        base = base_of(array)
        if array.dtype.kind not in "fc":  # whole numbers carry no derivative
            self.known.setdefault(id(base), (base, None))
            return None
        first, length = _extent(base)
        if id(base) not in self.known:
            self.known[id(base)] = base, bytearray(length)
        memory = self.known[id(base)][1]
        offset = _address(array) - first if array.size else 0
        return np.ndarray(array.shape, array.dtype, memory, offset, array.strides)

    def _list(self, items: list[Any] | tuple[Any, ...]) -> list[Any]:
        if id(items) not in self.known:
            self.known[id(items)] = items, (shadow := [])
            shadow += [self.beside(item) for item in items]
        return self.known[id(items)][1]

    def _slots(self, holder: Any) -> _Slots:
        if id(holder) not in self.known:
            self.known[id(holder)] = holder, _Slots(holder, self)
        return self.known[id(holder)][1]


def base_of(array: np.ndarray) -> np.ndarray:
    """The memory of an array: its outermost base."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _address(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def _extent(array: np.ndarray) -> tuple[int, int]:
    """The lowest address of an array, and how many bytes there are from it to the highest."""
    ends = [stride * (size - 1) for stride, size in zip(array.strides, array.shape) if size]
    before, behind = sum(e for e in ends if e < 0), sum(e for e in ends if e > 0)
    return _address(array) + before, behind - before + array.itemsize
