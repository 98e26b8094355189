# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: descriptive statistics."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import call

# ---- descriptive statistics ------------------------------------------------------------------


def _tables(rng, **kwargs):
    a = rng.uniform(0.5, 2.0, (4, 3))
    return [
        call(a, **kwargs),
        call(a, 1, **kwargs),
        call(a, axis=None, **kwargs),
        call(a[:, 0].copy(), **kwargs),
    ]


def _mean(a, axis):
    return np.mean(a, axis=axis, keepdims=True)


def _spread(y_bar, axis):
    """A statistic's seed against the array that it was taken of."""
    return y_bar if axis is None else np.expand_dims(y_bar, axis)


def _count(a, axis):
    return np.size(a) if axis is None else np.shape(a)[axis]


def _zscore_parts(a, axis, ddof):
    deviation = a - _mean(a, axis)
    size = _count(a, axis) - ddof
    scale = np.sqrt(np.sum(deviation**2, axis=axis, keepdims=True) / size)
    return deviation, size, scale


@reverse_rule(stats.zscore, wrt=("a",), samples=lambda rng: [*_tables(rng), *_tables(rng, ddof=1)])
@helper
def zscore(y_bar, y, a, axis=0, ddof=0):
    _, size, scale = _zscore_parts(a, axis, ddof)
    projected = y_bar - _mean(y_bar, axis)
    return (projected - y * np.sum(y * y_bar, axis=axis, keepdims=True) / size) / scale


@forward_rule(stats.zscore)
@helper
def zscore_tangent(y, a, axis=0, ddof=0, *, a_dot):
    _, size, scale = _zscore_parts(a, axis, ddof)
    moved = a_dot - _mean(a_dot, axis)
    return (moved - y * np.sum(y * moved, axis=axis, keepdims=True) / size) / scale


def _standardised_moment_slope(a, axis, order, bias):
    """The slope of the standardised moment of an order (3: skewness, 4: kurtosis) in each entry."""
    n = _count(a, axis)
    deviation = a - _mean(a, axis)
    variance = _mean(deviation**2, axis)
    z = deviation / np.sqrt(variance)
    moment = _mean(z**order, axis)
    slope = (
        order
        / n
        * (z ** (order - 1) - _mean(z ** (order - 1), axis) - moment * z)
        / np.sqrt(variance)
    )
    if bias:
        return slope
    if order == 3:
        return slope * math.sqrt(n * (n - 1.0)) / (n - 2.0)
    return slope * (n * n - 1.0) / ((n - 2.0) * (n - 3.0))


@reverse_rule(
    stats.skew, wrt=("a",), samples=lambda rng: [*_tables(rng), *_tables(rng, bias=False)]
)
@helper
def skew(y_bar, y, a, axis=0, bias=True):
    return _spread(y_bar, axis) * _standardised_moment_slope(a, axis, 3, bias)


@forward_rule(stats.skew)
@helper
def skew_tangent(y, a, axis=0, bias=True, *, a_dot):
    return np.sum(_standardised_moment_slope(a, axis, 3, bias) * a_dot, axis=axis)


def _longer_tables(rng, **kwargs):
    a = rng.uniform(0.5, 2.0, (5, 6))
    return [
        call(a, **kwargs),
        call(a, 1, **kwargs),
        call(a, axis=None, **kwargs),
        call(a[:, 0].copy(), **kwargs),
    ]


@reverse_rule(
    stats.kurtosis,
    wrt=("a",),
    samples=lambda rng: [
        *_longer_tables(rng),
        *_longer_tables(rng, bias=False),
        *_longer_tables(rng, fisher=False),
    ],
)
@helper
def kurtosis(y_bar, y, a, axis=0, fisher=True, bias=True):
    return _spread(y_bar, axis) * _standardised_moment_slope(a, axis, 4, bias)


@forward_rule(stats.kurtosis)
@helper
def kurtosis_tangent(y, a, axis=0, fisher=True, bias=True, *, a_dot):
    return np.sum(_standardised_moment_slope(a, axis, 4, bias) * a_dot, axis=axis)


@reverse_rule(stats.gmean, wrt=("a",), samples=_tables)
@helper
def gmean(y_bar, y, a, axis=0):
    return _spread(y_bar * y, axis) / (_count(a, axis) * a)


@forward_rule(stats.gmean)
def gmean_tangent(y, a, axis=0, *, a_dot):
    return y * np.mean(a_dot / a, axis=axis)


@reverse_rule(stats.hmean, wrt=("a",), samples=_tables)
@helper
def hmean(y_bar, y, a, axis=0):
    return _spread(y_bar * y * y, axis) / (_count(a, axis) * a * a)


@forward_rule(stats.hmean)
def hmean_tangent(y, a, axis=0, *, a_dot):
    return y * y * np.mean(a_dot / (a * a), axis=axis)


def _sem_slope(a, axis, ddof):
    n = _count(a, axis)
    deviation, size, scale = _zscore_parts(a, axis, ddof)
    return np.where(scale == 0.0, 0.0, deviation / np.where(scale == 0.0, 1.0, scale)) / (
        size * math.sqrt(n)
    )


@reverse_rule(stats.sem, wrt=("a",), samples=lambda rng: [*_tables(rng), *_tables(rng, ddof=0)])
@helper
def sem(y_bar, y, a, axis=0, ddof=1):
    """0 where all values are equal."""
    return _spread(y_bar, axis) * _sem_slope(a, axis, ddof)


@forward_rule(stats.sem)
@helper
def sem_tangent(y, a, axis=0, ddof=1, *, a_dot):
    return np.sum(_sem_slope(a, axis, ddof) * a_dot, axis=axis)


@reverse_rule(
    stats.entropy,
    wrt=("pk", "qk"),
    samples=lambda rng: [
        call(rng.uniform(0.5, 2.0, (4, 3))),
        call(rng.uniform(0.5, 2.0, (4, 3)), axis=1, base=2.0),
        call(rng.uniform(0.5, 2.0, 4), rng.uniform(0.5, 2.0, 4)),
        call(rng.uniform(0.5, 2.0, (4, 3)), rng.uniform(0.5, 2.0, (4, 3)), 2.0, 1),
    ],
)
@helper
def entropy(y_bar, y, pk, qk=None, base=None, axis=0):
    """Both are normalised first: -sum of p log p, or the sum of p log(p / q)."""
    y_bar = _spread(y_bar if base is None else y_bar / math.log(base), axis)
    y = _spread(y if base is None else y * math.log(base), axis)
    total = np.sum(pk, axis=axis, keepdims=True)
    if qk is None:
        return y_bar * (-np.log(pk / total) - y) / total, None
    q_total = np.sum(qk, axis=axis, keepdims=True)
    in_p = (np.log(pk / total * q_total / qk) - y) / total
    return y_bar * in_p, y_bar * (1.0 / q_total - pk / total / qk)


@forward_rule(stats.entropy)
def entropy_tangent(y, pk, qk=None, base=None, axis=0, *, pk_dot, qk_dot):
    pk_slope, qk_slope = entropy(np.ones_like(y), y, pk, qk, base, axis)
    y_dot = 0.0 if pk_dot is None else np.sum(pk_slope * pk_dot, axis=axis)
    return y_dot if qk_dot is None else y_dot + np.sum(qk_slope * qk_dot, axis=axis)
