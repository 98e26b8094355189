"""Undoing changes of shape where the undoing has to be worked out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sourcead.runtime.accumulate import unbroadcast

__all__ = [
    "inverse_permutation",
    "meshgrid_adjoint",
    "ravel_from_memory",
    "reading_order",
    "repeat_adjoint",
    "reshape_each",
    "rollaxis_back",
    "sum_tiles",
    "unbroadcast_change",
    "unravel_from_memory",
    "windows_adjoint",
]  # fmt: skip


def inverse_permutation(axes: Any) -> tuple[int, ...] | None:
    """The axes that undo a transposition; None (reverse them all) undoes itself.

    `axes` may be what `x.transpose(...)` was called with: (1, 0), ((1, 0),), (None,) or ().

    >>> inverse_permutation((1, 2, 0)), inverse_permutation((-1, 0, 1)), inverse_permutation(())
    ((2, 0, 1), (1, 2, 0), None)
    """
    if axes is not None and len(axes) == 1 and not isinstance(axes[0], int):
        axes = axes[0]
    if axes is None or len(axes) == 0:
        return None
    order = [int(axis) % len(axes) for axis in axes]
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def reading_order(a: Any, order: str) -> str:
    """ "C" or "F": what `order="A"` means for this array."""
    if order == "A":
        return "F" if np.isfortran(a) else "C"
    return order


def unravel_from_memory(y_bar: Any, a: Any) -> Any:
    """Adjoint of `np.ravel(a, order="K")`: the elements as they lie in memory, slowest axis first."""
    strides = [abs(s) for s in np.asarray(a).strides]
    order = sorted(range(np.ndim(a)), key=lambda axis: -strides[axis])
    moved = np.reshape(y_bar, [np.shape(a)[axis] for axis in order])
    return np.transpose(moved, sorted(range(len(order)), key=order.__getitem__))


def ravel_from_memory(values: Any, a: Any) -> Any:
    """The tangent of `np.ravel(a, order="K")`: in the order in which `a`, not its tangent, lies in memory."""
    strides = [abs(s) for s in np.asarray(a).strides]
    order = sorted(range(np.ndim(a)), key=lambda axis: -strides[axis])
    return np.ravel(
        np.transpose(values, order)
    )  # contiguous, as the primal is: a view where that is one


def rollaxis_back(y_bar: Any, axis: int, start: int) -> Any:
    """Adjoint of `np.rollaxis(a, axis, start)`."""
    rank = np.ndim(y_bar)
    axis, start = axis % rank, start + rank if start < 0 else start
    return np.moveaxis(y_bar, start - 1 if start > axis else start, axis)


def reshape_each(bars: Any, arrays: Any) -> tuple[Any, ...]:
    """Each adjoint in the shape of its array; zeros for None, of a result that is not used."""
    return tuple(
        [
            np.zeros_like(a) if b is None else np.reshape(b, np.shape(a))
            for b, a in zip(bars, arrays)
        ]
    )


def meshgrid_adjoint(bars: Any, arrays: Any, indexing: str, sparse: bool) -> tuple[Any, ...]:
    """Adjoint of `np.meshgrid`: each grid summed over the axes of the other vectors."""
    rank = len(arrays)
    out: list[Any] = []
    for k, (bar, array) in enumerate(zip(bars, arrays)):
        axis = 1 - k if indexing == "xy" and rank > 1 and k < 2 else k
        if bar is None:
            out.append(np.zeros_like(array))
        else:
            summed = np.sum(bar, axis=tuple(i for i in range(rank) if i != axis))
            out.append(np.reshape(summed, np.shape(array)))
    return tuple(out)


def sum_tiles(y_bar: Any, shape: tuple[int, ...], reps: Any) -> Any:
    """Adjoint of `np.tile(a, reps)` for an `a` of `shape`: the tiles summed."""
    times = list(reps) if np.iterable(reps) else [reps]
    rank = max(len(times), len(shape))
    times = [1] * (rank - len(times)) + times
    sizes = [1] * (rank - len(shape)) + list(shape)
    split = np.reshape(y_bar, [n for pair in zip(times, sizes) for n in pair])
    return np.reshape(np.sum(split, axis=tuple(range(0, 2 * rank, 2))), shape)


def repeat_adjoint(y_bar: Any, shape: tuple[int, ...], repeats: Any, axis: int | None) -> Any:
    """Adjoint of `np.repeat(a, repeats, axis)`: the copies of each element summed."""
    if axis is None:
        flat = repeat_adjoint(y_bar, (math.prod(shape),), repeats, 0)
        return np.reshape(flat, shape)
    size = shape[axis]
    lanes = np.moveaxis(y_bar, axis, 0)
    counts = np.broadcast_to(repeats, (size,))
    if size and np.all(counts == counts[0]):
        summed = np.sum(np.reshape(lanes, (size, counts[0], *np.shape(lanes)[1:])), axis=1)
    else:
        ends = np.cumsum(counts)
        zero = np.zeros_like(lanes[:0].sum(axis=0, keepdims=True))
        running = np.concatenate([zero, np.cumsum(lanes, axis=0)])
        summed = running[ends] - running[ends - counts]
    return np.moveaxis(summed, 0, axis)


def unbroadcast_change(adjoint_dot: Any, like: Any) -> Any:
    """The tangent of `unbroadcast(adjoint, like)`: zeros where the adjoint has none."""
    return np.zeros_like(like) if adjoint_dot is None else unbroadcast(adjoint_dot, like)


def windows_adjoint(y_bar: Any, shape: tuple[int, ...], window_shape: Any, axis: Any) -> Any:
    """Adjoint of `sliding_window_view`: what each element received in all the windows that show it."""
    sizes = tuple(window_shape) if np.iterable(window_shape) else (window_shape,)
    if axis is None:
        axes = tuple(range(len(shape)))
    else:
        axes = tuple(axis) if np.iterable(axis) else (axis,)
    # Undone axis by axis, last window axis first: shift each place of the window, then add up.
    for size, one in reversed(list(zip(sizes, axes))):
        moved = np.moveaxis(y_bar, one % len(shape), -2)
        total: Any = 0.0
        for k in range(size):
            widths = [(0, 0)] * (np.ndim(moved) - 2) + [(k, size - 1 - k)]
            total = total + np.pad(moved[..., k], widths)
        y_bar = np.moveaxis(total, -1, one % len(shape))
    return y_bar
