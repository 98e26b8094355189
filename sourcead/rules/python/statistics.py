# mypy: allow-untyped-defs, allow-untyped-calls
"""`statistics`: means, spreads and medians of lists of numbers.

A median goes to the one or two values that it is made of; the standard deviation of equal values has
derivative 0.
"""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np

from sourcead.ir.kinds import Py, Tuple
from sourcead.rules.forms import formula, forward_rule, helpers, leaving_out, reverse_rule
from sourcead.rules.registry import Effects
from sourcead.runtime import means

helpers(means)

NUMBER = Effects("scalar")


def number(*args, **kwargs):
    return Py(float)


def _data(rng):
    return [((list(map(float, rng.uniform(0.5, 3.0, n))),), {}) for n in (2, 5, 6)]


@reverse_rule(statistics.mean, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def mean(y_bar, y, data):
    return (y_bar / len(data),) * len(data)


@forward_rule(statistics.mean)
def mean_tangent(y, data, *, data_dot):
    return means.total(data_dot) / len(data)


def _weighted(rng):
    calls: list[Any] = _data(rng)
    return [
        *calls,
        (([1.0, 2.0, 4.0], [0.5, 1.5, 2.0]), {}),
        (([1.0, 2.0],), {"weights": [1.0, 3.0]}),
    ]


def fmean_samples(rng):
    """Weights came with Python 3.11."""
    import sys

    return _weighted(rng) if sys.version_info >= (3, 11) else _data(rng)


@reverse_rule(
    statistics.fmean, wrt=("data", "weights"), samples=fmean_samples, effects=NUMBER, kind=number
)
def fmean(y_bar, y, data, weights=None):
    if weights is None:
        return (y_bar / len(data),) * len(data), None
    return means.weighted_bars(y_bar, y, data, weights)


@forward_rule(statistics.fmean)
def fmean_tangent(y, data, weights=None, *, data_dot, weights_dot):
    if weights is None:
        return means.total(data_dot) / len(data)
    return means.weighted_tangent(y, data, weights, data_dot, weights_dot)


@reverse_rule(statistics.geometric_mean, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def geometric_mean(y_bar, y, data):
    return means.inverses(data, 1, y_bar * y / len(data))


@forward_rule(statistics.geometric_mean)
def geometric_mean_tangent(y, data, *, data_dot):
    return means.along(means.inverses(data, 1, y / len(data)), data_dot)


@reverse_rule(statistics.harmonic_mean, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def harmonic_mean(y_bar, y, data):
    return means.inverses(data, 2, y_bar * y * y / len(data))


@forward_rule(statistics.harmonic_mean)
def harmonic_mean_tangent(y, data, *, data_dot):
    return means.along(means.inverses(data, 2, y * y / len(data)), data_dot)


@reverse_rule(statistics.variance, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def variance(y_bar, y, data):
    return means.deviations(data, 2.0 * y_bar / (len(data) - 1))


@forward_rule(statistics.variance)
def variance_tangent(y, data, *, data_dot):
    return means.along(means.deviations(data, 2.0 / (len(data) - 1)), data_dot)


@reverse_rule(statistics.pvariance, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def pvariance(y_bar, y, data):
    return means.deviations(data, 2.0 * y_bar / len(data))


@forward_rule(statistics.pvariance)
def pvariance_tangent(y, data, *, data_dot):
    return means.along(means.deviations(data, 2.0 / len(data)), data_dot)


@reverse_rule(statistics.stdev, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def stdev(y_bar, y, data):
    return means.deviations(data, y_bar / (y * (len(data) - 1)) if y else 0.0)


@forward_rule(statistics.stdev)
def stdev_tangent(y, data, *, data_dot):
    return means.along(means.deviations(data, 1.0 / (y * (len(data) - 1)) if y else 0.0), data_dot)


@reverse_rule(statistics.pstdev, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def pstdev(y_bar, y, data):
    return means.deviations(data, y_bar / (y * len(data)) if y else 0.0)


@forward_rule(statistics.pstdev)
def pstdev_tangent(y, data, *, data_dot):
    return means.along(means.deviations(data, 1.0 / (y * len(data)) if y else 0.0), data_dot)


@reverse_rule(statistics.median, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def median(y_bar, y, data):
    return means.middle(data, y_bar, 0.5, 0.5)


@forward_rule(statistics.median)
def median_tangent(y, data, *, data_dot):
    return means.along(means.middle(data, 1.0, 0.5, 0.5), data_dot)


@reverse_rule(statistics.median_low, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def median_low(y_bar, y, data):
    return means.middle(data, y_bar, 1.0, 0.0)


@forward_rule(statistics.median_low)
def median_low_tangent(y, data, *, data_dot):
    return means.along(means.middle(data, 1.0, 1.0, 0.0), data_dot)


@reverse_rule(statistics.median_high, wrt=("data",), samples=_data, effects=NUMBER, kind=number)
def median_high(y_bar, y, data):
    return means.middle(data, y_bar, 0.0, 1.0)


@forward_rule(statistics.median_high)
def median_high_tangent(y, data, *, data_dot):
    return means.along(means.middle(data, 1.0, 0.0, 1.0), data_dot)


# ---- of two lists: as formulas -------------------------------------------------------------------


def _pairs(rng):
    x, y = rng.uniform(0.5, 3.0, 6), rng.uniform(0.5, 3.0, 6)
    return [((list(map(float, x)), list(map(float, y))), {})]


def _lines(rng):
    """`proportional` came with Python 3.11."""
    calls: list[Any] = _pairs(rng)
    if "proportional" not in (statistics.linear_regression.__kwdefaults__ or {}):
        return calls
    return [*calls, *[(args, {"proportional": True}) for args, _ in _pairs(rng)]]


def _line(*args, **kwargs):
    return Tuple((Py(float), Py(float)), LINE)


LINE = type(statistics.linear_regression([1.0, 2.0], [1.0, 3.0]))


@formula(statistics.covariance, samples=_pairs, kind=number)
def covariance(x, y):
    a, b = np.asarray(x), np.asarray(y)
    return np.sum((a - np.mean(a)) * (b - np.mean(b))) / (len(a) - 1)


@formula(statistics.correlation, samples=_pairs, kind=number)
def correlation(x, y):
    a, b = np.asarray(x), np.asarray(y)
    a, b = a - np.mean(a), b - np.mean(b)
    return np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b))


@formula(statistics.linear_regression, samples=_lines, kind=_line)
def linear_regression(x, y, *, proportional=False):
    """Slope and intercept; a line through the origin where they are proportional."""
    a, b = np.asarray(x), np.asarray(y)
    if proportional:
        return np.sum(a * b) / np.sum(a * a), 0.0
    slope = np.sum((a - np.mean(a)) * (b - np.mean(b))) / np.sum((a - np.mean(a)) ** 2)
    return slope, np.mean(b) - slope * np.mean(a)


leaving_out(statistics.median, statistics.median_low, statistics.median_high)
