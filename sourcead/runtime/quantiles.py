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

__all__ = ["nanquantile_weights", "quantile_adjoints", "quantile_tangent", "quantile_weights"]


def quantile_weights(q: Any, n: int, method: str) -> Any:
    """Row i: the weights of the n sorted values in the quantile of q[i]."""
    position = _position(np.ravel(q), n, method)
    return np.maximum(0.0, 1.0 - np.abs(position[:, None] - np.arange(n)))


def _position(q: Any, n: int, method: str) -> Any:
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


def quantile_adjoints(
    y_bar: Any, a: Any, q: Any, axis: Any, method: str, skip_nan: bool = False
) -> tuple[Any, Any]:
    """Adjoints of `np.quantile(a, q, axis, method=method)` in `a` and `q`."""
    lanes = _lanes(a, axis)
    order = np.argsort(lanes, axis=-1)
    ordered = np.take_along_axis(lanes, order, -1)
    seeds = np.reshape(y_bar, (np.size(q), *np.shape(lanes)[:-1]))  # keepdims only adds ones
    weights, slopes = _weights_and_slopes(lanes, q, method, skip_nan)
    weights = weights.astype(np.result_type(a), copy=False)
    ordered_bar = np.sum(np.expand_dims(seeds, -1) * weights, axis=0)
    lanes_bar = np.take_along_axis(ordered_bar, np.argsort(order, axis=-1), -1)
    finite = np.where(np.isnan(ordered), 0.0, ordered) if skip_nan else ordered
    moves = np.sum(slopes * finite, axis=-1)
    q_bar = np.sum(seeds * moves, axis=tuple(range(1, np.ndim(seeds))))
    q_bar = np.asarray(q_bar, np.result_type(y_bar))
    return _from_lanes(lanes_bar, np.shape(a), axis), np.reshape(q_bar, np.shape(q))


def quantile_tangent(
    y: Any, a: Any, q: Any, axis: Any, method: str, a_dot: Any, q_dot: Any, skip_nan: bool = False
) -> Any:
    """The tangent of `np.quantile(a, q, axis, method=method)`, in the shape of its result `y`."""
    lanes = _lanes(a, axis)
    order = np.argsort(lanes, axis=-1)
    ordered = np.take_along_axis(lanes, order, -1)
    weights, slopes = _weights_and_slopes(lanes, q, method, skip_nan)
    total: Any = 0.0
    if a_dot is not None:
        moved = np.take_along_axis(_lanes(a_dot, axis), order, -1)
        total = total + np.sum(weights * moved, axis=-1)
    if q_dot is not None:
        finite = np.where(np.isnan(ordered), 0.0, ordered) if skip_nan else ordered
        moves = np.sum(slopes * finite, axis=-1)
        total = total + np.reshape(q_dot, (np.size(q),) + (1,) * (np.ndim(lanes) - 1)) * moves
    return np.reshape(total, np.shape(y))


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


def nanquantile_weights(lanes: Any, q: Any, method: str) -> Any:
    """As `quantile_weights`, for lanes of which the NaN elements do not count (they sort last)."""
    return _weights_and_slopes(lanes, q, method, True)[0]
