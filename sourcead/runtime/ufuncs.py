"""What the derivatives of the methods of universal functions need."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["beside", "running_source", "segments_adjoint"]


def beside(a: Any, b: Any) -> Any:
    """`a` with as many axes behind its own as `b` has: what `ufunc.outer` combines with `b`.

    >>> beside(np.ones(3), np.ones((2, 4))).shape
    (3, 1, 1)
    """
    return np.reshape(a, np.shape(a) + (1,) * np.ndim(b))


def running_source(y: Any, a: Any, axis: int) -> Any:
    """For each element of a running maximum (or minimum) `y` of `a` the index it came from.

    >>> running_source(np.array([1.0, 1.0, 4.0, 4.0]), np.array([1.0, 1.0, 4.0, 2.0]), 0)
    array([0, 0, 2, 2])
    """
    values = np.moveaxis(y, axis, 0)
    changed = np.concatenate([np.ones_like(values[:1], bool), values[1:] != values[:-1]])
    places = np.reshape(np.arange(len(values)), (-1,) + (1,) * (values.ndim - 1))
    return np.moveaxis(np.maximum.accumulate(np.where(changed, places, 0), axis=0), 0, axis)


def segments_adjoint(y_bar: Any, shape: Any, indices: Any, axis: int) -> Any:
    """Adjoint of `np.add.reduceat(a, indices, axis)` for an `a` of `shape`.

    Segment k goes from indices[k] to indices[k + 1], or is one element where these do not rise.
    """
    starts = np.asarray(indices)
    size = shape[axis]
    next_starts = np.append(starts[1:], size)
    stops = np.where(next_starts > starts, next_starts, starts + 1)
    lanes = np.moveaxis(y_bar, axis, 0)
    changes = np.zeros((size + 1, *np.shape(lanes)[1:]), np.result_type(y_bar))
    np.add.at(changes, starts, lanes)
    np.add.at(changes, stops, -lanes)
    return np.moveaxis(np.cumsum(changes[:-1], axis=0), 0, axis)
