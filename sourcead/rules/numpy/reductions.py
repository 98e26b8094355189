# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Sums, products, means: along no, one or several axes.

An adjoint is spread back by `np.expand_dims` over the axes that the reduction took away, and
`np.broadcast_to`.  What stands behind `axis` (and `dtype`) is taken by keyword only, because NumPy
has `out` in between.  `np.divide` where a count may be zero: Python's own division would raise.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.kinds import numeric
from sourcead.rules.numpy.samples import call, masked, methods, reduced
from sourcead.runtime.array_products import product_of_others
from sourcead.runtime.averages import align_weights, sum_to_weights
from sourcead.runtime.quotients import over_length

constant(np.all, np.any, np.count_nonzero, *methods("all", "any"))


def _empty(rng):
    return [call(np.zeros((0,))), call(np.zeros((0, 3)), axis=0), call(np.zeros((0, 3)), axis=1)]


def _complex(rng):
    return [call(rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3)), axis=1)]


# ---- sum and product -----------------------------------------------------------------------


@reverse_rule(
    np.sum,
    *methods("sum"),
    wrt=("a", "initial"),
    samples=lambda rng: [
        *reduced(rng),
        *_empty(rng),
        *masked(rng),
        *_complex(rng),
        call(rng.normal(size=(2, 3)), axis=1, initial=2.5),
        call(rng.normal(size=(2, 3)), axis=()),
        call(rng.normal(size=(3,)).astype(np.float32), dtype=np.float64),
    ],
    kind=numeric(np.sum),
)
def sum(y_bar, y, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True):
    if axis is None or keepdims:
        a_bar = np.broadcast_to(y_bar, np.shape(a))
    else:
        a_bar = np.broadcast_to(np.expand_dims(y_bar, axis), np.shape(a))
    if where is not True:
        a_bar = np.where(where, a_bar, 0.0)
    return a_bar, y_bar


@forward_rule(np.sum)
def sum_tangent(
    y, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True, a_dot, initial_dot
):
    if a_dot is None:
        return np.broadcast_to(initial_dot, np.shape(y))
    y_dot = np.sum(a_dot, axis=axis, keepdims=keepdims, where=where)
    if initial_dot is not None:
        y_dot = y_dot + initial_dot
    return y_dot


@reverse_rule(
    np.prod,
    *methods("prod"),
    wrt=("a", "initial"),
    samples=lambda rng: [
        *reduced(rng),
        *_empty(rng),
        *masked(rng),
        *_complex(rng),
        *masked(rng, initial=1.5),
        call(np.array([2.0, 0.0, 3.0])),
        call(np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 3.0]]), axis=1),
        call(np.array([[2.0, 0.0, 3.0], [0.0, 0.0, 3.0]]), axis=0),
    ],
)
def prod(y_bar, y, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True):
    """Exact with zeros: one zero leaves the product of the others, two leave 0."""
    initial_bar = y_bar * np.prod(a, axis=axis, keepdims=keepdims, where=where)
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    if where is True:
        return y_bar * initial * product_of_others(a, axis), initial_bar
    others = product_of_others(np.where(where, a, 1.0), axis)
    return np.where(where, y_bar * initial * others, 0.0), initial_bar


@forward_rule(np.prod)
def prod_tangent(
    y, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True, a_dot, initial_dot
):
    if a_dot is None:
        return initial_dot * np.prod(a, axis=axis, keepdims=keepdims, where=where)
    if where is True:
        others = product_of_others(a, axis)
    else:
        others = product_of_others(np.where(where, a, 1.0), axis)
    y_dot = initial * np.sum(a_dot * others, axis=axis, keepdims=keepdims, where=where)
    if initial_dot is not None:
        y_dot = y_dot + initial_dot * np.prod(a, axis=axis, keepdims=keepdims, where=where)
    return y_dot


# ---- mean, variance ------------------------------------------------------------------------


@linear(
    np.mean,
    *methods("mean"),
    wrt="a",
    samples=lambda rng: [
        *reduced(rng),
        *masked(rng),
        *_complex(rng),
        call(np.zeros((0, 3)), axis=1),
    ],
)
def mean(y_bar, a, axis=None, dtype=None, *, keepdims=False, where=True):
    if where is not True:
        chosen = np.broadcast_to(where, np.shape(a))
        y_bar = y_bar / np.sum(chosen, axis=axis, keepdims=keepdims, dtype=np.result_type(a))
    elif axis is None:
        y_bar = np.divide(y_bar, np.size(a))
    elif isinstance(axis, int):
        y_bar = np.divide(y_bar, np.shape(a)[axis])
    else:
        y_bar = np.divide(y_bar, np.size(a) // max(np.size(y_bar), 1))
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    if where is not True:
        return np.where(where, y_bar, 0.0)
    return np.broadcast_to(y_bar, np.shape(a))


def _spread(rng):
    """`ddof` and `correction`, `mean`."""
    a = rng.normal(size=(3, 4))
    newer = (
        [call(a, axis=1, correction=1)] if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else []
    )
    return [
        *newer,
        *reduced(rng)[:-2],
        call(a, ddof=1),
        call(a, axis=0, ddof=1, keepdims=True),
        *masked(rng),
        *_complex(rng),
    ]


def _given_mean(rng):
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return []
    a = rng.normal(size=(3, 4))
    return [call(a, axis=1, mean=rng.normal(size=(3, 1))), call(a, mean=0.1, ddof=1)]


def _count(a, y, axis, keepdims, where):
    """How many elements each result was made of."""
    if where is not True:
        chosen = np.broadcast_to(where, np.shape(a))
        return np.sum(chosen, axis=axis, keepdims=keepdims, dtype=np.result_type(y))
    if axis is None:
        return np.size(a)
    if isinstance(axis, int):
        return np.shape(a)[axis]
    return np.size(a) // max(np.size(y), 1)


def _deviation(a, axis, where, mean):
    """From the mean, or from the mean that was given; conjugate where it is complex."""
    if mean is None:
        deviation = a - np.mean(a, axis=axis, keepdims=True, where=where)
    else:
        deviation = a - mean
    if np.iscomplexobj(deviation):
        return np.conj(deviation)
    return deviation


def _change(deviation, a_dot, mean_dot):
    """Half the tangent of the squared deviation."""
    if mean_dot is None:
        return deviation * a_dot
    if a_dot is None:
        return -deviation * mean_dot
    return deviation * (a_dot - mean_dot)


@reverse_rule(
    np.var,
    *methods("var"),
    wrt=("a", "mean"),
    samples=lambda rng: [*_spread(rng), *_given_mean(rng), call(np.ones((3, 2)), axis=0)],
)
def var(
    y_bar,
    y,
    a,
    axis=None,
    dtype=None,
    *,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=None,
):
    """2 (a - mean) / (n - ddof): what flows through the mean itself cancels, unless it was given."""
    if correction is not None:
        ddof = correction
    count = _count(a, y, axis, True, where)
    deviation = _deviation(a, axis, where, mean)
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    a_bar = np.divide(2.0 * y_bar, count - ddof) * deviation
    if where is not True:
        a_bar = np.where(where, a_bar, 0.0)
    if mean is None:
        return a_bar, None
    return a_bar, -a_bar


@forward_rule(np.var)
def var_tangent(
    y,
    a,
    axis=None,
    dtype=None,
    *,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=None,
    a_dot,
    mean_dot,
):
    if correction is not None:
        ddof = correction
    count = _count(a, y, axis, keepdims, where)
    deviation = _deviation(a, axis, where, mean)
    change = _change(deviation, a_dot, mean_dot)
    return np.sum(2.0 * np.real(change), axis=axis, keepdims=keepdims, where=where) / (count - ddof)


@reverse_rule(
    np.std,
    *methods("std"),
    wrt=("a", "mean"),
    samples=lambda rng: [*_spread(rng), *_given_mean(rng)],
)
def std(
    y_bar,
    y,
    a,
    axis=None,
    dtype=None,
    *,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=None,
):
    """0 where the deviation is 0."""
    if correction is not None:
        ddof = correction
    count = _count(a, y, axis, True, where)
    deviation = _deviation(a, axis, where, mean)
    y_bar = over_length(y_bar, y)
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    a_bar = np.divide(y_bar, count - ddof) * deviation
    if where is not True:
        a_bar = np.where(where, a_bar, 0.0)
    if mean is None:
        return a_bar, None
    return a_bar, -a_bar


@forward_rule(np.std)
def std_tangent(
    y,
    a,
    axis=None,
    dtype=None,
    *,
    ddof=0,
    keepdims=False,
    where=True,
    mean=None,
    correction=None,
    a_dot,
    mean_dot,
):
    if correction is not None:
        ddof = correction
    count = _count(a, y, axis, keepdims, where)
    deviation = _deviation(a, axis, where, mean)
    change = _change(deviation, a_dot, mean_dot)
    var_dot = np.sum(np.real(change), axis=axis, keepdims=keepdims, where=where) / (count - ddof)
    return over_length(var_dot, y)


@reverse_rule(
    np.average,
    wrt=("a", "weights"),
    samples=lambda rng: [
        *reduced(rng)[:-2],
        call(rng.normal(size=(3, 4)), weights=rng.uniform(0.5, 2.0, (3, 4))),
        call(rng.normal(size=(3, 4)), axis=0, weights=rng.uniform(0.5, 2.0, (3,))),
        call(rng.normal(size=(3, 4)), axis=-1, weights=rng.uniform(0.5, 2.0, (4,)), keepdims=True),
        call(rng.normal(size=(3, 4)), axis=1, weights=rng.uniform(0.5, 2.0, (3, 4)), returned=True),
        call(rng.normal(size=(3, 4)), axis=0, weights=rng.uniform(0.5, 2.0, (3,)), returned=True),
        call(rng.normal(size=(3, 4)), axis=0, returned=True),
    ],
)
def average(y_bar, y, a, axis=None, weights=None, returned=False, *, keepdims=False):
    weights_sum_bar = None
    if returned:
        y, _ = y
        y_bar, weights_sum_bar = y_bar
    if axis is not None and not keepdims:
        y = np.expand_dims(y, axis)
        if y_bar is not None:
            y_bar = np.expand_dims(y_bar, axis)
        if weights_sum_bar is not None:
            weights_sum_bar = np.expand_dims(weights_sum_bar, axis)
    if weights is None:
        if y_bar is None:
            return None, None
        share = np.size(y) / max(np.size(a), 1)
        return np.broadcast_to(y_bar * share, np.shape(a)), None
    aligned = align_weights(weights, np.shape(a), axis)
    total = np.sum(aligned, axis=axis, keepdims=True)
    a_bar = None
    each_bar = 0.0
    if y_bar is not None:
        a_bar = np.broadcast_to(y_bar * (aligned / total), np.shape(a))
        each_bar = y_bar * ((a - y) / total)
    if weights_sum_bar is not None:
        each_bar = each_bar + weights_sum_bar
    return a_bar, sum_to_weights(each_bar, weights, np.shape(a), axis)


@forward_rule(np.average)
def average_tangent(
    y, a, axis=None, weights=None, returned=False, *, keepdims=False, a_dot, weights_dot
):
    if returned:
        y, _ = y
    if weights is None:
        y_dot = np.mean(a_dot, axis=axis, keepdims=keepdims)
        if returned:
            return y_dot, None
        return y_dot
    aligned = align_weights(weights, np.shape(a), axis)
    share = aligned / np.sum(aligned, axis=axis, keepdims=True)
    total_dot = None
    y_dot = 0.0
    if a_dot is not None:
        y_dot = np.sum(a_dot * share, axis=axis, keepdims=keepdims)
    if weights_dot is not None:
        aligned_dot = np.broadcast_to(align_weights(weights_dot, np.shape(a), axis), np.shape(a))
        if axis is not None and not keepdims:
            y = np.expand_dims(y, axis)
        total = np.sum(aligned, axis=axis, keepdims=True)
        y_dot = y_dot + np.sum(aligned_dot * ((a - y) / total), axis=axis, keepdims=keepdims)
        total_dot = np.sum(aligned_dot, axis=axis, keepdims=keepdims)
    if returned:
        return y_dot, total_dot
    return y_dot


# ---- without NaN ---------------------------------------------------------------------------


def _with_nan(rng):
    a = rng.normal(size=(4, 4))
    a[0, 1] = a[2, 3] = a[2, 1] = np.nan
    return [
        call(a),
        call(a, axis=0),
        call(a, axis=-1, keepdims=True),
        call(a, axis=(0, 1)),
        call(a[0].astype(np.float32)),
        call(a, axis=1, where=rng.random((4, 4)) < 0.8),
    ]


def _with_nan_and_initial(rng):
    return [*_with_nan(rng), call(np.array([1.5, np.nan, -0.5]), initial=2.5)]


def _with_nan_and_ddof(rng):
    a = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    a[0, 1] = np.nan
    more = [(args, {**kwargs, "ddof": 1}) for args, kwargs in _with_nan(rng)]
    return [*_with_nan(rng), *more, call(a), call(a, axis=0, ddof=1)]


def _present(a, where):
    if where is True:
        return ~np.isnan(a)
    return ~np.isnan(a) & where


@reverse_rule(np.nansum, wrt=("a",), samples=_with_nan_and_initial)
def nansum(y_bar, y, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True):
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    if where is True:
        return np.where(np.isnan(a), 0.0, y_bar)
    return np.where(_present(a, where), y_bar, 0.0)


@forward_rule(np.nansum)
def nansum_tangent(
    y, a, axis=None, dtype=None, *, keepdims=False, initial=0, where=True, a_dot
):  # fmt: skip
    if where is True:
        return np.sum(np.where(np.isnan(a), 0.0, a_dot), axis=axis, keepdims=keepdims)
    return np.sum(np.where(_present(a, where), a_dot, 0.0), axis=axis, keepdims=keepdims)


@reverse_rule(np.nanmean, wrt=("a",), samples=_with_nan)
def nanmean(y_bar, y, a, axis=None, dtype=None, *, keepdims=False, where=True):
    counted = _present(a, where)
    y_bar = y_bar / np.sum(counted, axis=axis, keepdims=keepdims, dtype=np.result_type(a))
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    return np.where(counted, y_bar, 0.0)


@forward_rule(np.nanmean)
def nanmean_tangent(y, a, axis=None, dtype=None, *, keepdims=False, where=True, a_dot):
    counted = _present(a, where)
    total = np.sum(np.where(counted, a_dot, 0.0), axis=axis, keepdims=keepdims)
    return total / np.sum(counted, axis=axis, keepdims=keepdims, dtype=np.result_type(a))


@reverse_rule(np.nanprod, wrt=("a",), samples=_with_nan_and_initial)
def nanprod(y_bar, y, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True):
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    counted = _present(a, where)
    others = product_of_others(np.where(counted, a, 1.0), axis)
    return np.where(counted, y_bar * initial * others, 0.0)


@forward_rule(np.nanprod)
def nanprod_tangent(
    y, a, axis=None, dtype=None, *, keepdims=False, initial=1, where=True, a_dot
):  # fmt: skip
    counted = _present(a, where)
    others = product_of_others(np.where(counted, a, 1.0), axis)
    moved = np.where(counted, a_dot * others, 0.0)
    return initial * np.sum(moved, axis=axis, keepdims=keepdims)


def _deviation_without_nan(a, axis, where):
    """As `_deviation`."""
    if where is True:
        deviation = a - np.nanmean(a, axis=axis, keepdims=True)
    else:
        deviation = a - np.nanmean(a, axis=axis, keepdims=True, where=where)
    if np.iscomplexobj(deviation):
        return np.conj(deviation)
    return deviation


@reverse_rule(np.nanvar, wrt=("a",), samples=_with_nan_and_ddof)
def nanvar(
    y_bar, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None
):  # fmt: skip
    if correction is not None:
        ddof = correction
    counted = _present(a, where)
    count = np.sum(counted, axis=axis, keepdims=True, dtype=np.result_type(y))
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    deviation = _deviation_without_nan(a, axis, where)
    return np.where(counted, 2.0 * y_bar / (count - ddof) * deviation, 0.0)


@forward_rule(np.nanvar)
def nanvar_tangent(
    y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None, a_dot
):  # fmt: skip
    if correction is not None:
        ddof = correction
    counted = _present(a, where)
    count = np.sum(counted, axis=axis, keepdims=keepdims, dtype=np.result_type(y))
    deviation = _deviation_without_nan(a, axis, where)
    change = np.where(counted, 2.0 * np.real(deviation * a_dot), 0.0)
    return np.sum(change, axis=axis, keepdims=keepdims) / (count - ddof)


@reverse_rule(np.nanstd, wrt=("a",), samples=_with_nan_and_ddof)
def nanstd(
    y_bar, y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None
):  # fmt: skip
    """0 where the deviation is 0."""
    if correction is not None:
        ddof = correction
    counted = _present(a, where)
    count = np.sum(counted, axis=axis, keepdims=True, dtype=np.result_type(y))
    y_bar = over_length(y_bar, y)
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    deviation = _deviation_without_nan(a, axis, where)
    return np.where(counted, y_bar / (count - ddof) * deviation, 0.0)


@forward_rule(np.nanstd)
def nanstd_tangent(
    y, a, axis=None, dtype=None, *, ddof=0, keepdims=False, where=True, correction=None, a_dot
):  # fmt: skip
    if correction is not None:
        ddof = correction
    counted = _present(a, where)
    count = np.sum(counted, axis=axis, keepdims=keepdims, dtype=np.result_type(y))
    deviation = _deviation_without_nan(a, axis, where)
    change = np.where(counted, np.real(deviation * a_dot), 0.0)
    return over_length(np.sum(change, axis=axis, keepdims=keepdims) / (count - ddof), y)
