# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Sorting, and what is read off sorted values: medians and quantiles.

Where elements tie, the derivative is that of the order in which NumPy's argsort has them.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.samples import call, methods
from sourcead.runtime.gathers import in_order
from sourcead.runtime.quantiles import (
    for_each_quantile,
    quantile_change,
    quantile_spread,
    to_each_quantile,
)

constant(
    np.argsort,
    np.argmax,
    np.argmin,
    np.nanargmax,
    np.nanargmin,
    np.argpartition,
    np.lexsort,
    np.searchsorted,
    np.digitize,
    *methods("argsort", "argmax", "argmin", "argpartition", "searchsorted"),
)


def _sorted(rng):
    return [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(3, 4))),
        call(rng.normal(size=(3, 4)), axis=0),
        call(rng.normal(size=(3, 4)), axis=-1),
        call(rng.normal(size=(3, 4)), axis=None),
        call(rng.normal(size=(3, 4)), 1, "stable"),
        call(np.zeros((0,))),
    ]


@reverse_rule(np.sort, wrt=("a",), samples=_sorted)
def sort(y_bar, y, a, axis=-1, kind=None, *, stable=None):
    if axis is None:
        return np.reshape(in_order(y_bar, np.argsort(a, axis=None), 0), np.shape(a))
    return in_order(y_bar, np.argsort(a, axis=axis), axis)


@forward_rule(np.sort)
def sort_tangent(y, a, axis=-1, kind=None, *, stable=None, a_dot):
    if axis is None:
        return np.take(a_dot, np.argsort(a, axis=None))
    return np.take_along_axis(a_dot, np.argsort(a, axis=axis), axis)


@linear(
    in_order,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(2, 4)), np.argsort(rng.normal(size=(2, 4)), axis=1), 1)
    ],
)
def in_order_adjoint(x_bar, y_bar, order, axis):
    return np.take_along_axis(x_bar, order, axis)


@reverse_rule(
    np.sort_complex,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))),
    ],
)
def sort_complex(y_bar, y, a):
    return in_order(y_bar, np.argsort(a, axis=-1), -1)


@forward_rule(np.sort_complex)
def sort_complex_tangent(y, a, *, a_dot):
    return np.take_along_axis(a_dot, np.argsort(a, axis=-1), -1)


@reverse_rule(
    np.partition,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=(7,)), 2),
        call(rng.normal(size=(3, 6)), 3),
        call(rng.normal(size=(6, 3)), [1, 4], axis=0),
        call(rng.normal(size=(3, 6)), 3, axis=None),
    ],
)
def partition(y_bar, y, a, kth, axis=-1):
    """Which element went where is read off both orders: argpartition may arrange the rest differently."""
    if axis is None:
        sorted_bar = np.take(y_bar, np.argsort(y))
        return np.reshape(in_order(sorted_bar, np.argsort(a, axis=None), 0), np.shape(a))
    sorted_bar = np.take_along_axis(y_bar, np.argsort(y, axis=axis), axis)
    return in_order(sorted_bar, np.argsort(a, axis=axis), axis)


@forward_rule(np.partition)
def partition_tangent(y, a, kth, axis=-1, *, a_dot):
    if axis is None:
        return in_order(np.take(a_dot, np.argsort(a, axis=None)), np.argsort(y), 0)
    sorted_dot = np.take_along_axis(a_dot, np.argsort(a, axis=axis), axis)
    return in_order(sorted_dot, np.argsort(y, axis=axis), axis)


# ---- quantiles -----------------------------------------------------------------------------


def _reduced(rng, *more):
    a = rng.normal(size=(3, 5))
    b = rng.normal(size=(2, 3, 4))
    return [
        call(a, *more),
        call(rng.normal(size=(6,)), *more),
        call(a, *more, axis=0),
        call(a, *more, axis=-1, keepdims=True),
        call(b, *more, axis=(0, 2)),
        call(b, *more, axis=(-1, 0), keepdims=True),
        call(a, *more, keepdims=True),
    ]


@reverse_rule(np.median, wrt=("a",), samples=_reduced)
def median(y_bar, y, a, axis=None, *, keepdims=False, overwrite_input=False):
    """For an even count half to each of the two in the middle."""
    return quantile_spread(y_bar, a, 0.5, axis, "linear")


@forward_rule(np.median)
def median_tangent(y, a, axis=None, *, keepdims=False, overwrite_input=False, a_dot):
    return np.reshape(quantile_change(a_dot, a, 0.5, axis, "linear"), np.shape(y))


METHODS = (
    "linear",
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
)


def _quantiles(rng, scale=1.0):
    a = rng.normal(size=(3, 7))
    return [
        *_reduced(rng, 0.37 * scale),
        *_reduced(rng, [0.23 * scale, 0.57 * scale])[:4],
        call(a, np.array([[0.1, 0.83], [0.35, 0.62]]) * scale, axis=1),
        *[call(a, 0.43 * scale, axis=1, method=method) for method in METHODS],
    ]


@reverse_rule(np.quantile, wrt=("a", "q"), samples=_quantiles)
def quantile(y_bar, y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False):
    moves = np.reshape(quantile_change(a, a, q, axis, method, order=1), np.shape(y))
    a_bar = quantile_spread(y_bar, a, q, axis, method)
    return a_bar, to_each_quantile(y_bar * moves, q)


@forward_rule(np.quantile)
def quantile_tangent(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    y_dot = np.zeros_like(y)
    if a_dot is not None:
        y_dot = y_dot + np.reshape(quantile_change(a_dot, a, q, axis, method), np.shape(y))
    if q_dot is not None:
        moves = np.reshape(quantile_change(a, a, q, axis, method, order=1), np.shape(y))
        y_dot = y_dot + moves * for_each_quantile(q_dot, q, y)
    return y_dot


@reverse_rule(np.percentile, wrt=("a", "q"), samples=lambda rng: _quantiles(rng, 100.0))
def percentile(
    y_bar, y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False
):
    fraction = np.divide(q, 100.0)
    moves = np.reshape(quantile_change(a, a, fraction, axis, method, order=1), np.shape(y))
    a_bar = quantile_spread(y_bar, a, fraction, axis, method)
    return a_bar, np.divide(to_each_quantile(y_bar * moves, q), 100.0)


@forward_rule(np.percentile)
def percentile_tangent(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    fraction = np.divide(q, 100.0)
    y_dot = np.zeros_like(y)
    if a_dot is not None:
        y_dot = y_dot + np.reshape(quantile_change(a_dot, a, fraction, axis, method), np.shape(y))
    if q_dot is not None:
        moves = np.reshape(quantile_change(a, a, fraction, axis, method, order=1), np.shape(y))
        y_dot = y_dot + moves * for_each_quantile(np.divide(q_dot, 100.0), q, y)
    return y_dot


def _holes(calls):
    """The same with NaN elements. (Before NumPy 2 the axes of a two-dimensional q came out wrong.)"""
    out = []
    for (a, *rest), kwargs in calls:
        if np.lib.NumpyVersion(np.__version__) >= "2.0.0" or all(np.ndim(q) < 2 for q in rest):
            a = a.copy()
            a.flat[1] = np.nan
            out.append(((a, *rest), kwargs))
    return out


@reverse_rule(np.nanmedian, wrt=("a",), samples=lambda rng: _holes(_reduced(rng)))
def nanmedian(y_bar, y, a, axis=None, *, keepdims=False, overwrite_input=False):
    return quantile_spread(y_bar, a, 0.5, axis, "linear", True)


@forward_rule(np.nanmedian)
def nanmedian_tangent(y, a, axis=None, *, keepdims=False, overwrite_input=False, a_dot):
    return np.reshape(quantile_change(a_dot, a, 0.5, axis, "linear", True), np.shape(y))


@reverse_rule(np.nanquantile, wrt=("a", "q"), samples=lambda rng: _holes(_quantiles(rng)))
def nanquantile(
    y_bar, y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False
):
    moves = np.reshape(quantile_change(a, a, q, axis, method, True, order=1), np.shape(y))
    a_bar = quantile_spread(y_bar, a, q, axis, method, True)
    return a_bar, to_each_quantile(y_bar * moves, q)


@forward_rule(np.nanquantile)
def nanquantile_tangent(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    y_dot = np.zeros_like(y)
    if a_dot is not None:
        y_dot = y_dot + np.reshape(quantile_change(a_dot, a, q, axis, method, True), np.shape(y))
    if q_dot is not None:
        moves = np.reshape(quantile_change(a, a, q, axis, method, True, order=1), np.shape(y))
        y_dot = y_dot + moves * for_each_quantile(q_dot, q, y)
    return y_dot


@reverse_rule(np.nanpercentile, wrt=("a", "q"), samples=lambda rng: _holes(_quantiles(rng, 100.0)))
def nanpercentile(
    y_bar, y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False
):
    fraction = np.divide(q, 100.0)
    moves = np.reshape(quantile_change(a, a, fraction, axis, method, True, order=1), np.shape(y))
    a_bar = quantile_spread(y_bar, a, fraction, axis, method, True)
    return a_bar, np.divide(to_each_quantile(y_bar * moves, q), 100.0)


@forward_rule(np.nanpercentile)
def nanpercentile_tangent(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    fraction = np.divide(q, 100.0)
    y_dot = np.zeros_like(y)
    if a_dot is not None:
        y_dot = y_dot + np.reshape(
            quantile_change(a_dot, a, fraction, axis, method, True), np.shape(y)
        )
    if q_dot is not None:
        moves = np.reshape(
            quantile_change(a, a, fraction, axis, method, True, order=1), np.shape(y)
        )
        y_dot = y_dot + moves * for_each_quantile(np.divide(q_dot, 100.0), q, y)
    return y_dot


# ---- the two helpers are each other's transpose --------------------------------------------


def _weighed(rng):
    a = rng.normal(size=(3, 7))
    return [
        call(rng.normal(size=(3, 7)), a, 0.37, None, "linear"),
        call(rng.normal(size=(3, 7)), a, np.array([0.2, 0.6]), 1, "hazen"),
        call(rng.normal(size=(3, 7)), a, 0.37, 0, "linear", False, 1),
    ]


@reverse_rule(quantile_change, wrt=("values", "a", "q"), samples=_weighed)
def quantile_change_back(y_bar, y, values, a, q, axis, method, skip_nan=False, order=0):
    """Which element stands where does not change: nothing flows to `a`."""
    moves = quantile_change(values, a, q, axis, method, skip_nan, order + 1)
    values_bar = quantile_spread(y_bar, a, q, axis, method, skip_nan, order)
    return values_bar, None, to_each_quantile(y_bar * moves, q)


@forward_rule(quantile_change)
def quantile_change_tangent(
    y, values, a, q, axis, method, skip_nan=False, order=0, *, values_dot, a_dot, q_dot
):
    y_dot = np.zeros_like(y)
    if values_dot is not None:
        y_dot = y_dot + quantile_change(values_dot, a, q, axis, method, skip_nan, order)
    if q_dot is not None:
        moves = quantile_change(values, a, q, axis, method, skip_nan, order + 1)
        y_dot = y_dot + moves * for_each_quantile(q_dot, q, y)
    return y_dot


def _spread(rng):
    a = rng.normal(size=(3, 7))
    return [
        call(rng.normal(), a, 0.37, None, "linear"),
        call(rng.normal(size=(2, 3)), a, np.array([0.2, 0.6]), 1, "hazen"),
        call(rng.normal(size=(7,)), a, 0.37, 0, "linear", False, 1),
    ]


@reverse_rule(quantile_spread, wrt=("y_bar", "a", "q"), samples=_spread)
def quantile_spread_back(x_bar, x, y_bar, a, q, axis, method, skip_nan=False, order=0):
    seeds = quantile_change(x_bar, a, q, axis, method, skip_nan, order)
    moves = quantile_change(x_bar, a, q, axis, method, skip_nan, order + 1)
    seeds_bar = np.reshape(seeds, np.shape(y_bar))
    return seeds_bar, None, to_each_quantile(y_bar * np.reshape(moves, np.shape(y_bar)), q)


@forward_rule(quantile_spread)
def quantile_spread_tangent(
    x, y_bar, a, q, axis, method, skip_nan=False, order=0, *, y_bar_dot, a_dot, q_dot
):
    x_dot = np.zeros_like(x)
    if y_bar_dot is not None:
        x_dot = x_dot + quantile_spread(y_bar_dot, a, q, axis, method, skip_nan, order)
    if q_dot is not None:
        moved = y_bar * for_each_quantile(q_dot, q, y_bar)
        x_dot = x_dot + quantile_spread(moved, a, q, axis, method, skip_nan, order + 1)
    return x_dot
