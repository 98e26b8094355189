# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Covariance, correlation, counting with weights. (Means and quantiles stand with the reductions.)"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import forward_rule, linear, refused, reverse_rule
from sourcead.rules.numpy.kinds import counts
from sourcead.rules.numpy.samples import call
from sourcead.runtime.covariance import (
    correlation_adjoint,
    correlation_tangent,
    covariance_adjoints,
    covariance_tangent,
)
from sourcead.runtime.histograms import (
    density_adjoints,
    density_tangent,
    histogram_adjoints,
    histogram_tangent,
)


def _variables(rng):
    return [
        call(rng.normal(size=(3, 5))),
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(5, 3)), rowvar=False),
        call(rng.normal(size=(5,)), rng.normal(size=(5,))),
        call(rng.normal(size=(2, 5)), rng.normal(size=(3, 5))),
        call(rng.normal(size=(5, 2)), rng.normal(size=(5, 3)), False),
    ]


@reverse_rule(
    np.cov,
    wrt=("m", "y"),
    samples=lambda rng: [
        *_variables(rng),
        call(rng.normal(size=(3, 5)), bias=True),
        call(rng.normal(size=(3, 5)), ddof=0),
        call(rng.normal(size=(3, 5)), None, True, False, 2),
        call(rng.normal(size=(3, 5)), fweights=np.array([1, 2, 1, 3, 2])),
        call(rng.normal(size=(3, 5)), aweights=np.array([1, 2, 3, 1, 2])),
        call(
            rng.normal(size=(2, 4)),
            fweights=np.array([1, 2, 1, 3]),
            aweights=np.array([2, 1, 1, 3]),
        ),
        call(rng.normal(size=(2, 4)) + 1j * rng.normal(size=(2, 4))),
    ],
)
def cov(
    c_bar,
    c,
    m,
    y=None,
    rowvar=True,
    bias=False,
    ddof=None,
    fweights=None,
    aweights=None,
    *,
    dtype=None,
):
    m_bar, y_bar = covariance_adjoints(c_bar, m, y, rowvar, bias, ddof, fweights, aweights)
    return m_bar, y_bar


@forward_rule(np.cov)
def cov_tangent(
    c,
    m,
    y=None,
    rowvar=True,
    bias=False,
    ddof=None,
    fweights=None,
    aweights=None,
    *,
    dtype=None,
    m_dot,
    y_dot,
):
    return covariance_tangent(c, m, y, rowvar, bias, ddof, fweights, aweights, m_dot, y_dot)


@reverse_rule(np.corrcoef, wrt=("x", "y"), samples=_variables)
def corrcoef(r_bar, r, x, y=None, rowvar=True, *, dtype=None):
    c = np.cov(x, y, rowvar)
    c_bar = correlation_adjoint(r_bar, r, c)
    x_bar, y_bar = covariance_adjoints(c_bar, x, y, rowvar, False, None, None, None)
    return x_bar, y_bar


@forward_rule(np.corrcoef)
def corrcoef_tangent(r, x, y=None, rowvar=True, *, dtype=None, x_dot, y_dot):
    c = np.cov(x, y, rowvar)
    c_dot = covariance_tangent(c, x, y, rowvar, False, None, None, None, x_dot, y_dot)
    return correlation_tangent(r, c, c_dot)


@linear(
    np.bincount,
    wrt="weights",
    samples=lambda rng: [
        call(np.array([0, 2, 1, 2]), rng.normal(size=(4,))),
        call(np.array([0, 2, 1, 2]), weights=rng.normal(size=(4,)), minlength=6),
    ],
    kind=counts,
)
def bincount(y_bar, x, weights=None, minlength=0):
    return np.take(y_bar, x)


@reverse_rule(
    np.histogram,
    wrt=("a", "weights", "bins", "range"),
    samples=lambda rng: [
        call(rng.normal(size=(9,)), 4),
        call(rng.normal(size=(9,)), 4, weights=rng.normal(size=(9,))),
        call(rng.normal(size=(9,)), 4, (-1.0, 1.5)),
        call(
            rng.normal(size=(3, 3)),
            np.array([-2.0, -0.5, 0.0, 1.0]),
            weights=rng.normal(size=(3, 3)),
        ),
        call(rng.normal(size=(9,)), 4, density=True),
        call(rng.normal(size=(9,)), 3, weights=rng.uniform(0.5, 1.5, size=(9,)), density=True),
    ],
)
def histogram(y_bar, y, a, bins=10, range=None, *, weights=None, density=None):
    """The counts are constant; weights are summed in their bins; the edges follow the range of `a`."""
    if density:
        sums_bar, edges_bar = density_adjoints(y_bar[0], y_bar[1], y, a, weights)
        return histogram_adjoints(sums_bar, edges_bar, y[1], a, bins, range, weights)
    return histogram_adjoints(y_bar[0], y_bar[1], y[1], a, bins, range, weights)


@forward_rule(np.histogram)
def histogram_forward(
    y,
    a,
    bins=10,
    range=None,
    *,
    weights=None,
    density=None,
    a_dot,
    weights_dot,
    bins_dot,
    range_dot,
):
    y_dot = histogram_tangent(y, a, bins, range, weights_dot, a_dot, bins_dot, range_dot)
    return density_tangent(y_dot, y, a, weights) if density else y_dot


# ---- refused ---------------------------------------------------------------------------------------

refused(
    np.histogram2d,
    np.histogramdd,
    way_out="np.bincount of places found among constant edges, with weights",
)
refused(np.histogram_bin_edges, way_out="the second result of np.histogram")
