"""The slope of a vector or matrix norm, of the shape of the array; 0 where the norm is 0.

At ties (the largest entry, row or column) the slope is shared equally.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.quotients import over_length

__all__ = ["norm_slope"]


def norm_slope(a: Any, ord: Any, axis: Any) -> Any:
    a = np.asarray(a)
    if axis is None and (ord is None or a.ndim not in (1, 2)):
        return over_length(np.conj(a), np.sqrt(np.sum(np.abs(a) ** 2)))
    axes = tuple(range(a.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) == 1:
        return _vector_slope(a, ord, axes[0])
    return _matrix_slope(a, ord, axes)


def _sign(a: Any) -> Any:
    return over_length(np.conj(a), np.abs(a))


def _vector_slope(a: Any, ord: Any, axis: int) -> Any:
    sizes = np.abs(a)
    if ord is None or ord == 2:
        return over_length(np.conj(a), np.sqrt(np.sum(sizes**2, axis=axis, keepdims=True)))
    if ord in (np.inf, -np.inf):
        return _sign(a) * _shared(sizes, axis, ord)
    if ord == 0:
        return np.zeros_like(a)
    if ord == 1:
        return _sign(a)
    y = np.sum(sizes**ord, axis=axis, keepdims=True) ** (1.0 / ord)
    return _sign(a) * np.where(
        sizes == 0.0, 0.0, over_length(np.where(sizes == 0.0, 1.0, sizes), y) ** (ord - 1.0)
    )


def _shared(sizes: Any, axis: int, ord: float) -> Any:
    y = (np.max if ord > 0.0 else np.min)(sizes, axis=axis, keepdims=True)
    chosen = sizes == y
    return chosen / np.sum(chosen, axis=axis, keepdims=True)


def _matrix_slope(a: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    rows, columns = axes[0] % a.ndim, axes[1] % a.ndim
    if ord is None or ord == "fro":
        return over_length(np.conj(a), np.sqrt(np.sum(np.abs(a) ** 2, axis=axes, keepdims=True)))
    if ord in (1, -1, np.inf, -np.inf):
        summed, compared = (rows, columns) if abs(ord) == 1 else (columns, rows)
        sums = np.sum(np.abs(a), axis=summed, keepdims=True)
        return _sign(a) * _shared(sums, compared, ord)
    u, s, vh = np.linalg.svd(np.moveaxis(a, (rows, columns), (-2, -1)), full_matrices=False)
    weights = (np.ones_like(s) if ord == "nuc" else _shared(s, -1, ord)) * (s > 0.0)  # 0 at 0
    return np.moveaxis(np.conj((u * weights[..., np.newaxis, :]) @ vh), (-2, -1), (rows, columns))
