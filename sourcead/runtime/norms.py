"""Slopes of vector and matrix norms: the derivative of a norm is the sum of slope * tangent.

At the zero vector every slope is 0; elements (rows, singular values) that tie share equally.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sourcead.runtime.quotients import over_length
from sourcead.runtime.spectra import singular_slope

__all__ = [
    "cond_slope",
    "is_extreme",
    "is_vector_norm",
    "matrix_norm_slope",
    "norm_slope",
    "spread_norm",
    "vector_norm_slope",
]


def norm_slope(x: Any, ord: Any, axis: Any) -> Any:
    """Of `np.linalg.norm(x, ord, axis)`."""
    if axis is None:
        if (
            ord is None
            or (ord in ("f", "fro") and np.ndim(x) == 2)
            or (ord == 2 and np.ndim(x) == 1)
        ):
            return _two_slope(x, tuple(range(np.ndim(x))))
        axis = tuple(range(np.ndim(x)))
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    if ord is None:
        return _two_slope(x, axes)
    return vector_norm_slope(x, ord, axes) if len(axes) == 1 else matrix_norm_slope(x, ord, axes)


def is_vector_norm(ord: Any, axis: Any, rank: int) -> bool:
    """Is `np.linalg.norm(x, ord, axis)` the root of the sum of squares, or the sum of magnitudes?

    >>> is_vector_norm(None, None, 2), is_vector_norm(2, None, 2), is_vector_norm(1, 0, 2)
    (True, False, True)
    """
    if axis is None:
        return ord is None or (ord == "fro" and rank == 2) or (ord in (1, 2) and rank == 1)
    return isinstance(axis, int) and (ord is None or ord in (1, 2))


def is_extreme(ord: Any) -> bool:
    """Is this the order of the largest, or of the least magnitude?

    >>> is_extreme(-math.inf), is_extreme(2)
    (True, False)
    """
    return ord in (math.inf, -math.inf)


def spread_norm(y: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """A norm, or its adjoint, in a shape that broadcasts against `x`."""
    if axis is None or keepdims:
        return y
    return np.expand_dims(y, tuple(axis) if isinstance(axis, list) else axis)


def _unit(x: Any) -> Any:
    """conj(x) / |x|, and 0 at 0."""
    if np.iscomplexobj(x):
        return over_length(np.conj(x), np.abs(x))
    return np.sign(x)


def _safe(y: Any) -> Any:
    return np.where(y == 0, 1.0, y)


def _two_slope(x: Any, axes: tuple[int, ...]) -> Any:
    length = np.sqrt(np.sum(np.real(x * np.conj(x)), axis=axes, keepdims=True))
    return over_length(np.conj(x), length)


def _shared(picked: Any, axes: Any, dtype: Any) -> Any:
    return picked / np.maximum(np.sum(picked, axis=axes, keepdims=True, dtype=dtype), 1)


def vector_norm_slope(x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    """Of the vector norm over all of `axes`."""
    size = np.abs(x)
    if ord == 0:
        return np.zeros_like(x)
    if ord == 2:
        return _two_slope(x, axes)
    if ord == 1:
        return _unit(x)
    if is_extreme(ord):
        if ord > 0:
            picked = size == np.max(size, axis=axes, keepdims=True)
        else:
            picked = size == np.min(size, axis=axes, keepdims=True)
        return _unit(x) * _shared(picked, axes, np.result_type(size))
    length = np.sum(size**ord, axis=axes, keepdims=True) ** (1.0 / ord)
    ratio = (_safe(size) / _safe(length)) ** (ord - 1.0)
    if ord > 1:
        ratio = np.where(size == 0, 0.0, ratio)
    return _unit(x) * ratio


def matrix_norm_slope(x: Any, ord: Any, axes: tuple[int, ...]) -> Any:
    """Of the matrix norm over a pair of axes."""
    if ord is None or ord == "f" or ord == "fro":
        return _two_slope(x, axes)
    matrices = np.moveaxis(x, axes, (-2, -1))
    if is_extreme(ord) or ord == 1 or ord == -1:
        summed, other = (-1, -2) if is_extreme(ord) else (-2, -1)
        sums = np.sum(np.abs(matrices), axis=summed, keepdims=True)
        if ord > 0:
            picked = sums == np.max(sums, axis=other, keepdims=True)
        else:
            picked = sums == np.min(sums, axis=other, keepdims=True)
        slope = _unit(matrices) * _shared(picked, other, np.result_type(sums))
    else:
        s = np.linalg.svd(matrices, compute_uv=False)
        if ord == "nuc":
            weights = np.where(s > 0, 1.0, 0.0).astype(s.dtype)
        else:
            chosen = s[..., :1] if ord == 2 else s[..., -1:]
            picked = (s == chosen) & (s > 0)
            weights = _shared(picked, -1, s.dtype)
        slope = singular_slope(matrices, weights)
    return np.moveaxis(slope, (-2, -1), axes)


def cond_slope(x: Any, p: Any) -> Any:
    """Of `np.linalg.cond(x, p)`."""
    if p is None or p == 2 or p == -2:
        s = np.linalg.svd(x, compute_uv=False)
        largest, least = s[..., :1], s[..., -1:]
        place = np.arange(np.shape(s)[-1])
        first, last = place == 0, place == np.shape(s)[-1] - 1
        if p == -2:
            return singular_slope(x, last / largest - first * (least / largest**2))
        return singular_slope(x, first / least - last * (largest / least**2))
    inverse = np.linalg.inv(x)
    axes = (-2, -1)
    norm_x = np.linalg.norm(x, p, axis=axes, keepdims=True)
    norm_inverse = np.linalg.norm(inverse, p, axis=axes, keepdims=True)
    back = np.swapaxes(inverse, -1, -2)
    slope = back @ matrix_norm_slope(inverse, p, axes) @ back
    return matrix_norm_slope(x, p, axes) * norm_inverse - norm_x * slope
