# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Sorting, and what is read off sorted values: medians and quantiles.

Where elements tie, the derivative is that of the order in which NumPy's argsort has them.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.samples import call, methods
from sourcead.runtime.gathers import in_order
from sourcead.runtime.quantiles import quantile_adjoints, quantile_tangent

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
    a_bar, _ = quantile_adjoints(y_bar, a, 0.5, axis, "linear")
    return a_bar


@forward_rule(np.median)
def median_tangent(y, a, axis=None, *, keepdims=False, overwrite_input=False, a_dot):
    return quantile_tangent(y, a, 0.5, axis, "linear", a_dot, None)


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
    a_bar, q_bar = quantile_adjoints(y_bar, a, q, axis, method)
    return a_bar, q_bar


@forward_rule(np.quantile)
def quantile_forward(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    return quantile_tangent(y, a, q, axis, method, a_dot, q_dot)


@reverse_rule(np.percentile, wrt=("a", "q"), samples=lambda rng: _quantiles(rng, 100.0))
def percentile(
    y_bar, y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False
):
    a_bar, fraction_bar = quantile_adjoints(y_bar, a, np.divide(q, 100.0), axis, method)
    return a_bar, np.divide(fraction_bar, 100.0)


@forward_rule(np.percentile)
def percentile_forward(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    if q_dot is not None:
        q_dot = np.divide(q_dot, 100.0)
    return quantile_tangent(y, a, np.divide(q, 100.0), axis, method, a_dot, q_dot)


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
    a_bar, _ = quantile_adjoints(y_bar, a, 0.5, axis, "linear", True)
    return a_bar


@forward_rule(np.nanmedian)
def nanmedian_tangent(y, a, axis=None, *, keepdims=False, overwrite_input=False, a_dot):
    return quantile_tangent(
        y, a, 0.5, axis, "linear", np.where(np.isnan(a), 0.0, a_dot), None, True
    )


@reverse_rule(np.nanquantile, wrt=("a", "q"), samples=lambda rng: _holes(_quantiles(rng)))
def nanquantile(
    y_bar, y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False
):
    a_bar, q_bar = quantile_adjoints(y_bar, a, q, axis, method, True)
    return a_bar, q_bar


@forward_rule(np.nanquantile)
def nanquantile_tangent(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    if a_dot is not None:
        a_dot = np.where(np.isnan(a), 0.0, a_dot)
    return quantile_tangent(y, a, q, axis, method, a_dot, q_dot, True)


@reverse_rule(np.nanpercentile, wrt=("a", "q"), samples=lambda rng: _holes(_quantiles(rng, 100.0)))
def nanpercentile(
    y_bar, y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False
):
    a_bar, fraction_bar = quantile_adjoints(y_bar, a, np.divide(q, 100.0), axis, method, True)
    return a_bar, np.divide(fraction_bar, 100.0)


@forward_rule(np.nanpercentile)
def nanpercentile_tangent(
    y, a, q, axis=None, *, method="linear", keepdims=False, overwrite_input=False, a_dot, q_dot
):
    if a_dot is not None:
        a_dot = np.where(np.isnan(a), 0.0, a_dot)
    if q_dot is not None:
        q_dot = np.divide(q_dot, 100.0)
    return quantile_tangent(y, a, np.divide(q, 100.0), axis, method, a_dot, q_dot, True)
