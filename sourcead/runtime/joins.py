"""Taking joined arrays apart again, and joining the parts of a split one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = [
    "block_adjoint",
    "column_parts",
    "depth_parts",
    "filled",
    "insert_adjoint",
    "join_parts",
    "parts_along",
    "row_parts",
    "side_parts",
    "split_flat",
    "split_points",
    "unstacked",
]


def filled(bars: Any, arrays: Any) -> list[Any]:
    """The adjoints (or tangents) of `arrays`, zeros where there is none."""
    return [
        np.zeros(np.shape(a)) if b is None else b
        for b, a in zip(bars or [None] * len(arrays), arrays)
    ]


def split_points(arrays: Any, axis: int) -> list[int]:
    """Where each array but the first begins in their concatenation.

    >>> split_points((np.zeros(2), np.zeros(3), np.zeros(1)), 0)
    [2, 5]
    """
    points: list[int] = []
    end = 0
    for array in arrays[:-1]:
        end += np.shape(array)[axis]
        points.append(end)
    return points


def _parts(y_bar: Any, arrays: Any, extents: list[int], axis: int) -> tuple[Any, ...]:
    """The part of each array, `extents` long, in the array's own shape."""
    lanes = np.moveaxis(y_bar, axis, 0)
    parts: list[Any] = []
    start = 0
    for array, extent in zip(arrays, extents):
        part = np.moveaxis(lanes[start : start + extent], 0, axis)
        parts.append(np.reshape(part, np.shape(array)))
        start += extent
    return tuple(parts)


def split_flat(y_bar: Any, arrays: Any) -> tuple[Any, ...]:
    """Adjoint of `np.concatenate(arrays, axis=None)`."""
    return _parts(y_bar, arrays, [math.prod(np.shape(a)) for a in arrays], 0)


def parts_along(y_bar: Any, arrays: Any, axis: int) -> tuple[Any, ...]:
    """Adjoint of `np.concatenate(arrays, axis)`."""
    return tuple(np.split(y_bar, split_points(arrays, axis), axis))


def unstacked(y_bar: Any, arrays: Any, axis: int) -> tuple[Any, ...]:
    """Adjoint of `np.stack(arrays, axis)`."""
    return tuple(np.moveaxis(y_bar, axis, 0))


def row_parts(y_bar: Any, arrays: Any) -> tuple[Any, ...]:
    """Adjoint of `np.vstack`: a vector is one row."""
    return _parts(y_bar, arrays, [np.shape(a)[0] if np.ndim(a) > 1 else 1 for a in arrays], 0)


def side_parts(y_bar: Any, arrays: Any) -> tuple[Any, ...]:
    """Adjoint of `np.hstack`: vectors are joined end to end."""
    if np.ndim(arrays[0]) < 2:
        return split_flat(y_bar, arrays)
    return _parts(y_bar, arrays, [np.shape(a)[1] for a in arrays], 1)


def depth_parts(y_bar: Any, arrays: Any) -> tuple[Any, ...]:
    """Adjoint of `np.dstack`."""
    return _parts(y_bar, arrays, [np.shape(a)[2] if np.ndim(a) > 2 else 1 for a in arrays], 2)


def column_parts(y_bar: Any, arrays: Any) -> tuple[Any, ...]:
    """Adjoint of `np.column_stack`: a vector is one column."""
    return _parts(y_bar, arrays, [np.shape(a)[1] if np.ndim(a) > 1 else 1 for a in arrays], 1)


def block_adjoint(y_bar: Any, nested: Any) -> Any:
    """Adjoint of `np.block`: the innermost lists are joined along the last axis, the next along the one before."""
    return _unblock(y_bar, nested, _depth(nested))


def _depth(nested: Any) -> int:
    return 1 + _depth(nested[0]) if isinstance(nested, list) else 0


def _unblock(y_bar: Any, nested: Any, depth: int) -> Any:
    if not isinstance(nested, list):
        return np.reshape(y_bar, np.shape(nested))
    lanes = np.moveaxis(y_bar, -depth, 0)
    parts: list[Any] = []
    start = 0
    for entry in nested:
        extent = _extent(entry, depth)
        part = np.moveaxis(lanes[start : start + extent], 0, -depth)
        parts.append(_unblock(part, entry, depth - 1))
        start += extent
    return tuple(parts)


def _extent(entry: Any, depth: int) -> int:
    while isinstance(entry, list):
        entry = entry[0]
    return np.shape(entry)[-depth] if np.ndim(entry) >= depth else 1


def join_parts(bars: Any, parts: Any, axis: int) -> Any:
    """Adjoint of a split into `parts`: zeros where no adjoint came back."""
    return np.concatenate(
        [np.zeros_like(p) if b is None else b for b, p in zip(bars, parts)], axis=axis
    )


def insert_adjoint(
    y_bar: Any, arr: Any, obj: Any, values: Any, axis: int | None
) -> tuple[Any, Any]:
    """Adjoints of `np.insert(arr, obj, values, axis)`.

    The same insertion of numbers that count the elements says where each element of the result came
    from: numbers from 0 up count those of `arr`, from -1 down those of `values`.
    """
    size, inserted = math.prod(np.shape(arr)), math.prod(np.shape(values))
    own = np.reshape(np.arange(size), np.shape(arr))
    source = np.insert(own, obj, np.reshape(-1 - np.arange(inserted), np.shape(values)), axis)
    bars = np.zeros(size + inserted, np.result_type(y_bar))
    np.add.at(bars, source, y_bar)  # values that were inserted several times are summed
    values_bar = np.reshape(bars[size:][::-1], np.shape(values))
    if np.iscomplexobj(values):  # of which an array of real numbers has taken the real parts
        values_bar = values_bar + 0j
    return np.reshape(bars[:size], np.shape(arr)), values_bar[()]
