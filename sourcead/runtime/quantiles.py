"""Quantiles as weighted sums of sorted values.

A quantile lies at a position between two sorted values and weighs them linearly.  NumPy's many
methods differ only in that position, and NumPy itself tells it: it is the quantile of 0, 1, 2, ...

>>> quantile_weights(0.5, 4, "linear")
array([[0. , 0.5, 0.5, 0. ]])
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = [
    "for_each_quantile", "quantile_change", "quantile_spread", "quantile_weights", "to_each_quantile",
]  # fmt: skip


def quantile_weights(q: Any, n: int, method: str) -> Any:
    """Row i: the weights of the n sorted values in the quantile of q[i]."""
    position = _position(np.ravel(q), n, method)
    return np.maximum(0.0, 1.0 - np.abs(position[:, None] - np.arange(n)))


def _position(q: Any, n: int, method: str) -> Any:
    if n == 0:
        return np.full(np.shape(q), np.nan)
    places = np.arange(n, dtype=np.float64)
    return np.asarray(np.quantile(places, np.asarray(q, np.float64), method=method))  # type: ignore[call-overload]


def _slope(q: Any, n: int, method: str) -> Any:
    """How the position moves with q: not at all for methods that jump, nor beyond the ends."""
    slopes = {
        "linear": n - 1.0,
        "interpolated_inverted_cdf": float(n),
        "hazen": float(n),
        "weibull": n + 1.0,
        "median_unbiased": n + 1.0 / 3.0,
        "normal_unbiased": n + 0.25,
    }
    position = _position(q, n, method)
    inside = (position > 0.0) & (position < n - 1.0) if method != "linear" else position >= 0.0
    return slopes.get(method, 0.0) * inside


def _lanes(a: Any, axis: Any) -> Any:
    """`a` with the reduced axes flattened into a last one."""
    if axis is None:
        return np.reshape(a, (-1,))
    axes = axis if isinstance(axis, tuple) else (axis,)
    moved = np.moveaxis(a, axes, tuple(range(-len(axes), 0)))
    kept = np.shape(moved)[: np.ndim(a) - len(axes)]
    return np.reshape(moved, (*kept, math.prod(np.shape(moved)[len(kept) :])))


def _from_lanes(lanes: Any, shape: tuple[int, ...], axis: Any) -> Any:
    if axis is None:
        return np.reshape(lanes, shape)
    axes = axis if isinstance(axis, tuple) else (axis,)
    last = tuple(range(-len(axes), 0))
    moved = np.moveaxis(np.empty(shape, bool), axes, last).shape
    return np.moveaxis(np.reshape(lanes, moved), last, axes)


def quantile_change(
    values: Any, a: Any, q: Any, axis: Any, method: str, skip_nan: bool = False, order: int = 0
) -> Any:
    """`values` at the places of a's elements, weighed as `np.quantile(a, q, axis, method=method)` weighs those.

    That is the quantile's tangent along a_dot = values; with `order` 1 the weights are the slopes of the
    weights in q, and beyond that 0 (a quantile is piecewise linear in q).  Shape: q's axes, then the
    axes of `a` that are left.

    >>> values = np.array([10.0, 30.0, 20.0])
    >>> float(quantile_change(values, np.array([1.0, 3.0, 2.0]), 0.25, None, "linear"))
    15.0
    """
    lanes = _lanes(a, axis)
    places = np.argsort(lanes, axis=-1)
    ordered = np.take_along_axis(_lanes(values, axis), places, -1)
    if skip_nan:
        ordered = np.where(np.isnan(np.take_along_axis(lanes, places, -1)), 0.0, ordered)
    weights = _weights(lanes, q, method, skip_nan, order).astype(
        np.result_type(ordered), copy=False
    )
    with np.errstate(invalid="ignore"):  # an infinite value of weight zero has no part in it
        total = np.sum(np.where(weights == 0.0, 0.0, weights * ordered), axis=-1)
    return np.reshape(total, (*np.shape(q), *np.shape(lanes)[:-1]))[()]


def quantile_spread(
    y_bar: Any, a: Any, q: Any, axis: Any, method: str, skip_nan: bool = False, order: int = 0
) -> Any:
    """The transpose of `quantile_change`: y_bar, weighed, at the places of the elements of `a`."""
    lanes = _lanes(a, axis)
    places = np.argsort(lanes, axis=-1)
    seeds = np.reshape(y_bar, (np.size(q), *np.shape(lanes)[:-1], 1))  # keepdims only adds ones
    weights = _weights(lanes, q, method, skip_nan, order).astype(np.result_type(y_bar), copy=False)
    ordered_bar = np.sum(seeds * weights, axis=0)
    lanes_bar = np.take_along_axis(ordered_bar, np.argsort(places, axis=-1), -1)
    return _from_lanes(lanes_bar, np.shape(a), axis)


def to_each_quantile(y_bar: Any, q: Any) -> Any:
    """What belongs to one q, summed: the lanes of `a`."""
    return np.reshape(np.sum(np.reshape(y_bar, (np.size(q), -1)), axis=1), np.shape(q))


def for_each_quantile(q_dot: Any, q: Any, y: Any) -> Any:
    """A number for each q in a shape that broadcasts against the result `y`, whose first axes are q's."""
    return np.reshape(q_dot, np.shape(q) + (1,) * (np.ndim(y) - np.ndim(q)))


def _weights(lanes: Any, q: Any, method: str, skip_nan: bool, order: int) -> Any:
    """For each q and lane the weights of the sorted values, or their slopes in q."""
    if order > 1:
        return np.zeros((np.size(q), *np.shape(lanes)))
    return _weights_and_slopes(lanes, q, method, skip_nan)[order]


def _weights_and_slopes(lanes: Any, q: Any, method: str, skip_nan: bool) -> tuple[Any, Any]:
    """For each q and lane the weights of the sorted values, and their change with q."""
    n = np.shape(lanes)[-1]
    ones = (1,) * (np.ndim(lanes) - 1)
    flat = np.ravel(q)
    if not skip_nan:
        weights = np.reshape(quantile_weights(flat, n, method), (np.size(q), *ones, n))
        return weights, np.reshape(_moves(flat, n, n, method), (np.size(q), *ones, n))
    weights = np.zeros((np.size(q), *np.shape(lanes)))
    slopes = np.zeros((np.size(q), *np.shape(lanes)))
    counts = np.sum(~np.isnan(lanes), axis=-1)
    for count in np.unique(counts):
        if count > 0:
            row = np.zeros((np.size(q), n))
            row[:, :count] = quantile_weights(flat, int(count), method)
            weights[:, counts == count] = row[:, None]
            change = _moves(flat, int(count), n, method)
            slopes[:, counts == count] = change[:, None]
    return weights, slopes


def _moves(q: Any, count: int, n: int, method: str) -> Any:
    """The slope of the quantile in q: up by the upper neighbour, down by the lower one."""
    position = _position(q, count, method)
    below = np.clip(np.floor(position), 0, max(count - 2, 0))[:, None]
    places = np.arange(n)
    sign = (places == below + 1).astype(float) - (places == below)
    return sign * _slope(q, count, method)[:, None] * (count > 1)
