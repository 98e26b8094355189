# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats.gaussian_kde`: a density as the mean of Gaussians around the points of a sample.

Differentiated in the sample, its weights and the width, and in the points where the density is read.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from sourcead.ir.kinds import Array, Np, Unknown
from sourcead.rules.forms import formula, helpers, refused
from sourcead.rules.registry import Programs
from sourcead.rules.scipy.kinds import record
from sourcead.runtime import scipy_kernels
from sourcead.runtime.scipy_kernels import log_kernels

TESTS = "rules/test_scipy_kernels.py"


def _estimate(dataset, bw_method=None, weights=None):
    if not isinstance(dataset, Array):
        return Unknown()
    table = Array("float64", (None, None))
    fields = {"dataset": table, "covariance": table, "_weights": Array("float64", (None,))}
    return record(stats.gaussian_kde, (), **fields)


@formula(
    stats.gaussian_kde,
    wrt=("dataset", "bw_method", "weights"),
    kind=_estimate,
    samples=Programs(TESTS, "gaussian_kde("),
)
def gaussian_kde(dataset, bw_method=None, weights=None):
    """The sample as columns, the covariance of each Gaussian, and the weights."""
    if callable(bw_method):
        raise NotImplementedError("derivatives of gaussian_kde: bw_method is a number or a word")
    data = np.reshape(dataset, (-1, np.shape(dataset)[-1]))
    d, n = np.shape(data)
    shares = np.full(n, 1.0 / n) if weights is None else weights / np.sum(weights)
    squares = np.sum(shares * shares)
    if bw_method is None or bw_method == "scott":
        width = squares ** (1.0 / (d + 4.0))
    elif bw_method == "silverman":
        width = (4.0 * squares / (d + 2.0)) ** (1.0 / (d + 4.0))
    else:
        width = bw_method
    deviations = data - np.reshape(data @ shares, (-1, 1))
    covariance = (deviations * shares) @ np.transpose(deviations) / (1.0 - squares)
    return data, covariance * width**2, shares


def _at_points(self, points):
    return Array("float64", (None,))


@formula(
    stats.gaussian_kde.evaluate,
    kind=_at_points,
    samples=Programs(TESTS, "gaussian_kde("),
)
def evaluate(self, points):
    logs = log_kernels(self.dataset, self.covariance, points)
    return np.exp(logs) @ self._weights


@formula(
    stats.gaussian_kde.logpdf,
    kind=lambda self, x: _at_points(self, x),
    samples=Programs(TESTS, "gaussian_kde("),
)
def logpdf(self, x):
    """Also far from the sample, where the density is 0 to rounding."""
    return special.logsumexp(log_kernels(self.dataset, self.covariance, x), axis=1, b=self._weights)


@formula(
    stats.gaussian_kde.integrate_box_1d,
    kind=lambda self, low, high: Np("float64"),
    samples=Programs(TESTS, "integrate_box_1d("),
)
def integrate_box_1d(self, low, high):
    if len(self.covariance) != 1:
        raise NotImplementedError("integrals over an interval: of a sample of numbers")
    width = np.sqrt(self.covariance[0, 0])
    above, below = (high - self.dataset[0]) / width, (low - self.dataset[0]) / width
    return np.sum(self._weights * (special.ndtr(above) - special.ndtr(below)))


refused(
    stats.gaussian_kde.set_bandwidth,
    way_out="bw_method, where the estimate is made",
)
refused(
    stats.gaussian_kde.integrate_box,
    stats.gaussian_kde.integrate_kde,
    stats.gaussian_kde.resample,
    way_out="compute it from the estimate at points: np.trapezoid of its values",
)
helpers(scipy_kernels)
