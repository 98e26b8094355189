# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: distributions of vectors, of counts and of matrices that are stated by formulas."""

from __future__ import annotations

from functools import partial

import numpy as np
from scipy import special, stats

from sourcead.ir.kinds import Array, Np, Number, is_scalar
from sourcead.rules.forms import constant, formula, helpers, refused
from sourcead.rules.numpy.samples import call, positive_definite
from sourcead.rules.scipy.kinds import density_of_vectors
from sourcead.runtime import scipy_ensembles as ensembles
from sourcead.runtime.scipy_densities import gaussian_rows, gaussian_size
from sourcead.runtime.scipy_ensembles import (
    log_determinant,
    matrices,
    on_simplex,
    scale_matrix,
    squared_distance,
)

# ---- Student's t in several dimensions ---------------------------------------------------------------


def _points(rng):
    shape = positive_definite(rng, 3, 3)
    x, loc = rng.normal(size=3), rng.normal(size=3)
    return [
        call(x, loc, shape, 3.5),
        call(rng.normal(size=(4, 3)), loc, shape, df=2.0),
        call(x, loc, np.array([1.0, 2.0, 3.0]), 4.0),
        call(x, shape=shape),
    ]


def _of_points(x, loc=None, shape=None, *options, **named):
    return density_of_vectors(x, loc, shape)


_density_of_t = partial(formula, wrt=("x", "loc", "shape", "df"), samples=_points, kind=_of_points)


@_density_of_t(stats.multivariate_t.logpdf)
def multivariate_t_logpdf(x, loc=None, shape=1, df=1):
    if df == np.inf:
        raise NotImplementedError("derivatives of multivariate_t: of finite df")
    n = gaussian_size(loc, shape)
    full = scale_matrix(shape, n)
    deviations = gaussian_rows(x, n) - (0.0 if loc is None else loc)
    rest = special.gammaln(0.5 * (df + n)) - special.gammaln(0.5 * df)
    rest = rest - 0.5 * n * np.log(df * np.pi) - 0.5 * log_determinant(full)
    found = rest - 0.5 * (df + n) * np.log1p(squared_distance(deviations, full) / df)
    return np.reshape(found, np.shape(x)[:-1])[()]


@_density_of_t(stats.multivariate_t.pdf)
def multivariate_t_pdf(x, loc=None, shape=1, df=1):
    return np.exp(multivariate_t_logpdf(x, loc, shape, df))


# ---- counts --------------------------------------------------------------------------------------------


def _tested(known):
    return Array("bool", known.dims) if isinstance(known, Array) else None


constant(ensembles.is_possible, kind=_tested)


def _probabilities(rng):
    p = np.array([0.2, 0.3, 0.5])
    return [
        call(np.array([2, 1, 3]), 6, p),
        call(np.array([[2, 1, 3], [1, 4, 1], [6, 0, 0]]), 6, p),
        call(np.array([[2, 1, 3], [0, 6, 0]]), 6, np.stack([p, p[::-1]])),
    ]


def _of_counts(place):
    """Of one vector of probabilities a number for each row of counts."""

    def kind(*given):
        x, p = given[0], given[place]
        if not isinstance(x, Array) or not isinstance(p, Array) or len(p.dims) != 1:
            return Number()
        if not all(is_scalar(k) for i, k in enumerate(given) if i not in (0, place)):
            return Number()
        return Array("float64", x.dims[:-1]) if len(x.dims) > 1 else Np("float64")

    return kind


def _log_multinomial(x, n, p):
    """As constants."""
    return stats.multinomial.logpmf(x, n, p)


constant(_log_multinomial, kind=_of_counts(2))


_probability = partial(formula, wrt=("p",), samples=_probabilities, kind=_of_counts(2))


@_probability(stats.multinomial.logpmf)
def multinomial_logpmf(x, n, p):
    """The last entry of p is what the others leave."""
    counts = np.asarray(x)
    shares = special.xlogy(counts, on_simplex(p)) - special.gammaln(counts + 1.0)
    found = special.gammaln(n + 1.0) + np.sum(shares, axis=-1)
    return ensembles.density_in_lanes(found, _log_multinomial(x, n, p))


@_probability(stats.multinomial.pmf)
def multinomial_pmf(x, n, p):
    return np.exp(multinomial_logpmf(x, n, p))


@formula(
    stats.multinomial.mean,
    wrt=("p",),
    samples=lambda rng: [
        call(6, np.array([0.2, 0.3, 0.5])),
        call(np.array([2, 3]), np.array([0.2, 0.8])),
    ],
    kind=lambda n, p: p if is_scalar(n) and isinstance(p, Array) else Number(),
)
def multinomial_mean(n, p):
    return np.reshape(n, (*np.shape(n), 1)) * on_simplex(p)


refused(
    stats.multinomial.cov,
    stats.multinomial.entropy,
    way_out="compute it from n and p with NumPy: n * (np.diag(p) - np.outer(p, p))",
)

if hasattr(stats, "dirichlet_multinomial"):  # of later versions

    def _log_compound(x, alpha, n):
        """As constants."""
        return stats.dirichlet_multinomial.logpmf(x, alpha, n)

    constant(_log_compound, kind=_of_counts(1))

    def _categories(rng):
        alpha = rng.uniform(0.5, 3.0, 3)
        return [
            call(np.array([2, 0, 1]), alpha, 3),
            call(np.array([[2, 0, 1], [1, 1, 1], [0, 1, 2]]), alpha, 3),
        ]

    _compound_probability = partial(
        formula, wrt=("alpha",), samples=_categories, kind=_of_counts(1)
    )

    @_compound_probability(stats.dirichlet_multinomial.logpmf)
    def dirichlet_multinomial_logpmf(x, alpha, n):
        counts, total = np.asarray(x), np.sum(alpha, axis=-1)
        each = special.gammaln(counts + alpha) - special.gammaln(alpha)
        each = each - special.gammaln(counts + 1.0)
        found = special.gammaln(total) + special.gammaln(n + 1.0) - special.gammaln(n + total)
        return ensembles.density_in_lanes(found + np.sum(each, axis=-1), _log_compound(x, alpha, n))

    @_compound_probability(stats.dirichlet_multinomial.pmf)
    def dirichlet_multinomial_pmf(x, alpha, n):
        return np.exp(dirichlet_multinomial_logpmf(x, alpha, n))


@formula(
    stats.dirichlet.entropy,
    wrt=("alpha",),
    samples=lambda rng: [call(rng.uniform(0.5, 3.0, n)) for n in (2, 4)],
    kind=lambda alpha: Np("float64"),
)
def dirichlet_entropy(alpha):
    total = np.sum(alpha)
    mass = np.sum(special.gammaln(alpha)) - special.gammaln(total)
    rest = (total - len(alpha)) * special.psi(total)
    return mass + rest - np.sum((alpha - 1.0) * special.psi(alpha))


# ---- matrices ------------------------------------------------------------------------------------------


def _positive(rng):
    x, scale = positive_definite(rng, 3, 3), positive_definite(rng, 3, 3)
    stack = np.stack([positive_definite(rng, 3, 3) for _ in range(2)], axis=-1)
    return [
        call(x, 4.5, scale),
        call(stack, 5.0, scale),
        call(x, 3.5, np.array([1.0, 2.0, 0.7])),
    ]


def _of_matrices(x, df, scale):
    if not isinstance(x, Array) or len(x.dims) not in (2, 3):
        return Number()
    return Array("float64", x.dims[2:]) if len(x.dims) == 3 else Np("float64")


_density_of_matrices = partial(
    formula, wrt=("x", "df", "scale"), samples=_positive, kind=_of_matrices
)


@_density_of_matrices(stats.invwishart.logpdf)
def invwishart_logpdf(x, df, scale):
    if np.ndim(x) != 2 and np.ndim(x) != 3:
        raise NotImplementedError(
            "derivatives of invwishart: at a matrix, or a stack (n, n, count)"
        )
    n = np.shape(x)[0]
    places, full = matrices(x), scale_matrix(scale, n)
    trace = np.trace(np.linalg.solve(places, full), axis1=-2, axis2=-1)
    found = 0.5 * df * log_determinant(full) - 0.5 * trace - 0.5 * df * n * np.log(2.0)
    return (
        found - 0.5 * (df + n + 1.0) * log_determinant(places) - special.multigammaln(0.5 * df, n)
    )


@_density_of_matrices(stats.invwishart.pdf)
def invwishart_pdf(x, df, scale):
    return np.exp(invwishart_logpdf(x, df, scale))


# ---- refused -------------------------------------------------------------------------------------------

refused(
    *(stats.multivariate_normal.cdf, stats.multivariate_normal.logcdf, stats.multivariate_t.cdf),
    way_out="scipy.integrate.dblquad of the density, or scipy.stats.norm.cdf of independent variables",
)
helpers(ensembles)
