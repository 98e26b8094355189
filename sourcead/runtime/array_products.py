"""Products without one factor, and their running form: exact where factors are zero.

>>> product_of_others(np.array([2.0, 0.0, 3.0]), None)
array([0., 6., 0.])
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["cumprod_adjoint", "cumprod_tangent", "product_of_others"]


def product_of_others(a: Any, axis: Any) -> Any:
    """For each element of `a` the product of all others along `axis` (None, an int or a tuple)."""
    if axis is None or np.ndim(a) == 0:
        return np.reshape(_others(np.reshape(a, (-1,)), 0), np.shape(a))
    if isinstance(axis, int):
        return _others(a, axis)
    last = tuple(range(-len(axis), 0))
    moved = np.moveaxis(a, axis, last)
    kept = np.shape(moved)[: np.ndim(a) - len(axis)]
    lanes = np.reshape(moved, (*kept, math.prod(np.shape(moved)[len(kept) :])))
    return np.moveaxis(np.reshape(_others(lanes, -1), np.shape(moved)), last, axis)


def _others(a: Any, axis: int) -> Any:
    """The product of what stands before, times the product of what stands behind."""
    lanes = np.moveaxis(a, axis, -1)
    ones = np.ones_like(lanes[..., :1])
    before = np.cumprod(np.concatenate([ones, lanes[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([ones, lanes[..., :0:-1]], axis=-1), axis=-1)
    return np.moveaxis(before * behind[..., ::-1], -1, axis)


def cumprod_adjoint(y_bar: Any, y: Any, a: Any, axis: int) -> Any:
    """Adjoint of `y = cumprod(a, axis)`.

    Without zeros the reversed running sum of y * y_bar, divided by a.  With zeros
    a_bar[k] = (a[0] ... a[k-1]) * s[k], where s[k] = y_bar[k] + a[k+1] * s[k+1].
    """
    if np.ndim(a) == 0:  # y has one element
        return np.reshape(y_bar, ())
    if np.all(a != 0):
        return np.flip(np.cumsum(np.flip(y * y_bar, axis), axis), axis) / a
    factors, seeds = np.moveaxis(a, axis, 0), np.moveaxis(y_bar, axis, 0)
    before = np.cumprod(np.concatenate([np.ones_like(factors[:1]), factors[:-1]]), axis=0)
    behind = [seeds[-1]]
    for k in range(len(factors) - 2, -1, -1):
        behind.append(seeds[k] + factors[k + 1] * behind[-1])
    return np.moveaxis(before * np.stack(behind[::-1]), 0, axis)


def cumprod_tangent(y: Any, a: Any, a_dot: Any, axis: int) -> Any:
    """Tangent of `y = cumprod(a, axis)`: y_dot[k] = y_dot[k-1] * a[k] + y[k-1] * a_dot[k]."""
    if np.ndim(a) == 0:
        return np.reshape(a_dot, np.shape(y))
    if np.all(a != 0):
        return y * np.cumsum(a_dot / a, axis)
    values, factors, moves = (
        np.moveaxis(y, axis, 0),
        np.moveaxis(a, axis, 0),
        np.moveaxis(a_dot, axis, 0),
    )
    steps = [moves[0]]
    for k in range(1, len(factors)):
        steps.append(steps[-1] * factors[k] + values[k - 1] * moves[k])
    return np.moveaxis(np.stack(steps), 0, axis)
