"""Picking elements and putting adjoints back where they were picked, repeats summed.

Each pair is each other's transpose: `take_adjoint` of `np.take`, `take_along_axis_adjoint` of
`np.take_along_axis`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sourcead.runtime.accumulate import unbroadcast

__all__ = [
    "choose_adjoint",
    "choose_tangent",
    "compress_adjoint",
    "in_order",
    "item_adjoint",
    "item_of",
    "item_tangent",
    "select_adjoints",
    "select_tangent",
    "take_adjoint",
    "take_along_axis_adjoint",
]


def take_adjoint(
    y_bar: Any, shape: Any, indices: Any, axis: int | None = None, mode: str = "raise"
) -> Any:
    """Adjoint of `np.take(a, indices, axis, mode=mode)` for an `a` of `shape`.

    >>> take_adjoint(np.array([1.0, 2.0, 4.0]), (3,), np.array([0, 2, 0]))
    array([5., 0., 2.])
    """
    if axis is None:
        return np.reshape(
            take_adjoint(np.ravel(y_bar), (math.prod(shape),), np.ravel(indices), 0, mode), shape
        )
    size = shape[axis]
    rest = shape[:axis] + shape[axis % len(shape) + 1 :]
    picked = np.asarray(indices, np.intp)
    if mode == "wrap":
        picked = picked % max(size, 1)
    elif mode == "clip":
        picked = np.clip(picked, 0, size - 1)
    at = axis % len(shape)
    lanes = np.moveaxis(y_bar, tuple(range(at, at + picked.ndim)), tuple(range(picked.ndim)))
    out = np.zeros((size, *rest), np.result_type(y_bar))
    np.add.at(out, picked, lanes)
    return np.moveaxis(out, 0, at)


def item_of(base: Any, index: Any) -> Any:
    """`base[index]`, of an array whose kind is known only while the program runs."""
    return base[index]


def item_adjoint(y_bar: Any, shape: tuple[int, ...], index: Any) -> Any:
    """Adjoint of `base[index]` for a `base` of `shape`.

    >>> item_adjoint(2.0, (3,), 1)
    array([0., 2., 0.])
    """
    out = np.zeros(shape, np.result_type(y_bar))
    np.add.at(out, index, y_bar)
    return out


def item_tangent(base_dot: Any, base: Any, index: Any) -> Any:
    """The tangent of `base[index]`."""
    return np.broadcast_to(base_dot, np.shape(base))[index]


def take_along_axis_adjoint(y_bar: Any, shape: Any, indices: Any, axis: int | None = -1) -> Any:
    """Adjoint of `np.take_along_axis(a, indices, axis)` for an `a` of `shape`."""
    if axis is None:
        return np.reshape(take_along_axis_adjoint(y_bar, (math.prod(shape),), indices, 0), shape)
    at = axis % len(shape)
    full = tuple(
        max(n, m) if i != at else m for i, (n, m) in enumerate(zip(shape, np.shape(indices)))
    )
    places = list(np.ogrid[tuple(slice(n) for n in full)])
    places = [np.where(shape[i] == 1, 0, p) if i != at else indices for i, p in enumerate(places)]
    out = np.zeros(shape, np.result_type(y_bar))
    np.add.at(out, tuple(np.broadcast_arrays(*places)), np.broadcast_to(y_bar, full))
    return out


def in_order(y_bar: Any, order: Any, axis: int) -> Any:
    """Put the sorted adjoint back: `out[order[i]] = y_bar[i]` along `axis`, for a permutation `order`."""
    return np.take_along_axis(y_bar, np.argsort(order, axis=axis), axis)


def compress_adjoint(y_bar: Any, shape: Any, condition: Any, axis: int | None) -> Any:
    """Adjoint of `np.compress(condition, a, axis)` for an `a` of `shape`."""
    return take_adjoint(y_bar, shape, np.flatnonzero(condition), axis)


def choose_adjoint(y_bar: Any, a: Any, choices: Any, mode: str) -> Any:
    """Adjoint of `np.choose(a, choices, mode=mode)`: to each choice where it was taken."""
    count = len(choices)
    taken = np.asarray(a)
    if mode == "wrap":
        taken = taken % count
    elif mode == "clip":
        taken = np.clip(taken, 0, count - 1)
    bars = [unbroadcast(np.where(taken == k, y_bar, 0.0), c) for k, c in enumerate(choices)]
    return np.stack(bars) if isinstance(choices, np.ndarray) else tuple(bars)


def choose_tangent(a: Any, choices: Any, choices_dot: Any, mode: str) -> Any:
    """The tangent of `np.choose`; None among the tangents stands for zero."""
    dots = [np.zeros(np.shape(c)) if d is None else d for c, d in zip(choices, choices_dot)]
    return np.choose(a, dots, mode=mode)  # type: ignore[call-overload]


def select_adjoints(
    y_bar: Any, condlist: Any, choicelist: Any, default: Any
) -> tuple[tuple[Any, ...], Any]:
    """Adjoints of `np.select`: to the choice of the first condition that holds, else to the default."""
    bars: list[Any] = []
    left = np.asarray(True)
    for condition, choice in zip(condlist, choicelist):
        bars.append(unbroadcast(np.where(left & condition, y_bar, 0.0), choice))
        left = left & ~np.asarray(condition)
    return tuple(bars), unbroadcast(np.where(left, y_bar, 0.0), default)


def select_tangent(y: Any, condlist: Any, choices_dot: Any, default_dot: Any) -> Any:
    """The tangent of `np.select`; None stands for zero."""
    if choices_dot is None:
        choices_dot = [None] * len(condlist)
    dots = [np.zeros_like(y) if d is None else d for d in choices_dot]
    y_dot = np.select(condlist, dots, 0.0 if default_dot is None else default_dot)
    return y_dot.astype(np.result_type(y), copy=False)
