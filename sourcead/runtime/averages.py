"""How the weights of `np.average` stand beside the array: one for each element, or along an axis.

>>> align_weights(np.array([1.0, 2.0]), (2, 3), 0).shape
(2, 1)
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["align_weights", "sum_to_weights"]


def align_weights(weights: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """`weights` in a shape that broadcasts against an array of `shape`."""
    if np.ndim(weights) == len(shape):
        return weights
    axes = _weighted_axes(shape, axis)
    order = sorted(range(len(axes)), key=axes.__getitem__)
    stretched = [1] * len(shape)
    for a in axes:
        stretched[a] = shape[a]
    return np.reshape(np.transpose(weights, order), stretched)


def sum_to_weights(each_bar: Any, weights: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The adjoint of `align_weights` with broadcasting: sums over the axes that share a weight."""
    each_bar = np.broadcast_to(each_bar, shape)
    if np.ndim(weights) == len(shape):
        return each_bar
    axes = _weighted_axes(shape, axis)
    others = tuple(a for a in range(len(shape)) if a not in axes)
    summed = np.sum(each_bar, axis=others)
    order = sorted(range(len(axes)), key=axes.__getitem__)
    return np.transpose(summed, sorted(range(len(axes)), key=order.__getitem__))


def _weighted_axes(shape: tuple[int, ...], axis: Any) -> list[int]:
    axes = (axis,) if isinstance(axis, int) else axis
    return [a % len(shape) for a in axes]
