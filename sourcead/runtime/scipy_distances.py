"""Slopes of distances between points, and adjoints of tables of distances; 0 where points are equal."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.quotients import over_length

__all__ = ["pair_slopes", "table_adjoints", "table_tangent", "vector_slope", "weight_slope"]


def vector_slope(d: Any, difference: Any, metric: str, p: float, w: Any) -> Any:
    """The slope of a distance in the differences of coordinates (along the last axis).

    At ties of the largest coordinate (chebyshev) the slope is shared equally.
    """
    d = np.expand_dims(d, -1)
    weights = 1.0 if w is None else w
    if metric == "euclidean":
        return weights * over_length(difference, d)
    if metric == "sqeuclidean":
        return 2.0 * weights * difference
    if metric == "cityblock":
        return weights * np.sign(difference)
    if metric == "chebyshev":
        largest = (np.abs(difference) == d) & (difference != 0.0) & (np.asarray(weights) > 0.0)
        shares = np.where(largest, np.sign(difference), 0.0)
        return over_length(shares, np.sum(np.abs(shares), axis=-1, keepdims=True))
    if metric == "minkowski":
        return weights * np.sign(difference) * over_length(np.abs(difference), d) ** (p - 1.0)
    raise NotImplementedError(f"the metric {metric!r} has no derivative rule")


def weight_slope(d: Any, difference: Any, metric: str, p: float) -> Any:
    """The slope of a distance in the weights of the coordinates."""
    d = np.expand_dims(d, -1)
    sizes = np.abs(difference)
    if metric == "euclidean":
        return 0.5 * over_length(sizes**2, d)
    if metric == "sqeuclidean":
        return sizes**2
    if metric == "cityblock":
        return sizes
    if metric == "minkowski":
        return over_length(sizes**p, p * np.where(d == 0.0, 0.0, np.abs(d)) ** (p - 1.0))
    return np.zeros_like(sizes)


def pair_slopes(d: Any, a: Any, b: Any, metric: str, p: float) -> tuple[Any, Any]:
    """The slopes of d[i] = distance(a[i], b[i]) in the coordinates of a and of b."""
    if metric == "cosine":
        return _cosine_slope(d, a, b), _cosine_slope(d, b, a)
    slope = vector_slope(d, a - b, metric, p, None)
    return slope, -slope


def _cosine_slope(d: Any, a: Any, b: Any) -> Any:
    """1 - a.b / (|a| |b|) in a: the part of b's direction across a, over |a|."""
    size_a = np.sqrt(np.sum(a * a, axis=-1, keepdims=True))
    unit_b = over_length(b, np.sqrt(np.sum(b * b, axis=-1, keepdims=True)))
    across = unit_b - np.expand_dims(1.0 - d, -1) * over_length(a, size_a)
    return -over_length(across, size_a)


def table_adjoints(d_bar: Any, d: Any, a: Any, b: Any, metric: str, p: float) -> tuple[Any, Any]:
    """The adjoints of the rows of a and b from that of d[i, j] = distance(a[i], b[j])."""
    if metric in ("euclidean", "sqeuclidean"):  # without a table of differences
        pull = over_length(d_bar, d) if metric == "euclidean" else 2.0 * d_bar
        return (
            np.sum(pull, axis=1)[:, np.newaxis] * a - pull @ b,
            np.sum(pull, axis=0)[:, np.newaxis] * b - pull.T @ a,
        )
    if metric == "cosine":
        return _cosine_adjoint(d_bar, d, a, b), _cosine_adjoint(d_bar.T, d.T, b, a)
    slopes = vector_slope(d, a[:, np.newaxis] - b, metric, p, None) * d_bar[..., np.newaxis]
    return np.sum(slopes, axis=1), -np.sum(slopes, axis=0)


def _cosine_adjoint(d_bar: Any, d: Any, a: Any, b: Any) -> Any:
    """1 - a.b / (|a| |b|): the part of each b across a, over |a|."""
    size_a = np.sqrt(np.sum(a * a, axis=1))[:, np.newaxis]
    unit_a, unit_b = (
        over_length(a, size_a),
        over_length(b, np.sqrt(np.sum(b * b, axis=1))[:, np.newaxis]),
    )
    across = d_bar @ unit_b - np.sum(d_bar * (1.0 - d), axis=1)[:, np.newaxis] * unit_a
    return -over_length(across, size_a)


def table_tangent(d: Any, a: Any, b: Any, metric: str, p: float, a_dot: Any, b_dot: Any) -> Any:
    moved = 0.0 if a_dot is None else a_dot[:, np.newaxis]
    moved = moved if b_dot is None else moved - b_dot
    if metric != "cosine":
        return np.sum(vector_slope(d, a[:, np.newaxis] - b, metric, p, None) * moved, axis=-1)
    tangent = np.zeros_like(d)
    if a_dot is not None:
        tangent = tangent + _cosine_tangent(d, a, b, a_dot)
    if b_dot is not None:
        tangent = tangent + _cosine_tangent(d.T, b, a, b_dot).T
    return tangent


def _cosine_tangent(d: Any, a: Any, b: Any, a_dot: Any) -> Any:
    size_a = np.sqrt(np.sum(a * a, axis=1))[:, np.newaxis]
    unit_b = over_length(b, np.sqrt(np.sum(b * b, axis=1))[:, np.newaxis])
    moved = over_length(a_dot, size_a)
    return (1.0 - d) * np.sum(over_length(a, size_a) * moved, axis=1)[
        :, np.newaxis
    ] - moved @ unit_b.T
