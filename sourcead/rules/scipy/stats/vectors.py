# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: distributions of vectors: normal and Dirichlet."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import call, positive_definite
from sourcead.rules.scipy.kinds import density_of_columns, density_of_vectors
from sourcead.runtime import scipy_densities as densities

# ---- vectors ---------------------------------------------------------------------------------


def _gaussians(rng):
    cov = positive_definite(rng, 3, 3)
    x, mean = rng.normal(size=3), rng.normal(size=3)
    return [
        call(x, mean, cov),
        call(rng.normal(size=(4, 3)), mean, cov),
        call(x, mean, 1.5),
        call(x, mean, np.array([1.0, 2.0, 3.0])),
        call(rng.normal(size=4), 0.3, 1.5),
        call(0.4, 0.3, 1.5),
        call(x, mean=mean),
        call(x, cov=cov),
        call(rng.normal(size=(2, 1))),
    ]


def _gaussian_parts(x, mean, cov):
    """Deviations as rows, the precision matrix, and the precision times each deviation."""
    n = densities.gaussian_size(mean, cov)
    deviations = densities.gaussian_rows(x, n) - (0.0 if mean is None else mean)
    precision = np.linalg.inv(densities.gaussian_covariance(cov, n))
    return deviations, precision, deviations @ precision


def _gaussian_bars(y_bar, x, mean, cov):
    _, precision, pulled = _gaussian_parts(x, mean, cov)
    weighted = np.reshape(y_bar, (-1, 1)) * pulled
    full_bar = 0.5 * (np.transpose(pulled) @ weighted - np.sum(y_bar) * precision)
    x_bar = -np.reshape(weighted, np.shape(x))
    mean_bar = None if mean is None else np.reshape(np.sum(weighted, axis=0), np.shape(mean))
    return x_bar, mean_bar, densities.covariance_bar(full_bar, cov)


def _gaussian_dot(x, mean, cov, x_dot, mean_dot, cov_dot):
    _, precision, pulled = _gaussian_parts(x, mean, cov)
    n = len(precision)
    y_dot = 0.0
    if x_dot is not None:
        y_dot = y_dot - np.sum(pulled * densities.gaussian_rows(x_dot, n), axis=-1)
    if mean_dot is not None:
        y_dot = y_dot + np.sum(pulled * mean_dot, axis=-1)
    if cov_dot is not None:
        full_dot = densities.gaussian_covariance(cov_dot, n)
        y_dot = y_dot + 0.5 * (
            np.sum(pulled @ full_dot * pulled, axis=-1) - np.sum(precision * full_dot)
        )
    return y_dot


@reverse_rule(
    stats.multivariate_normal.logpdf,
    wrt=("x", "mean", "cov"),
    samples=_gaussians,
    kind=density_of_vectors,
)
@helper
def multivariate_normal_logpdf(y_bar, y, x, mean=None, cov=1):
    """One covariance for all rows of x; of a matrix SciPy reads the lower triangle."""
    return _gaussian_bars(y_bar, x, mean, cov)


@forward_rule(stats.multivariate_normal.logpdf)
@helper
def multivariate_normal_logpdf_tangent(y, x, mean=None, cov=1, *, x_dot, mean_dot, cov_dot):
    return np.reshape(_gaussian_dot(x, mean, cov, x_dot, mean_dot, cov_dot), np.shape(y))[()]


@reverse_rule(
    stats.multivariate_normal.pdf,
    wrt=("x", "mean", "cov"),
    samples=_gaussians,
    kind=density_of_vectors,
)
@helper
def multivariate_normal_pdf(y_bar, y, x, mean=None, cov=1):
    return _gaussian_bars(y_bar * y, x, mean, cov)


@forward_rule(stats.multivariate_normal.pdf)
@helper
def multivariate_normal_pdf_tangent(y, x, mean=None, cov=1, *, x_dot, mean_dot, cov_dot):
    return y * np.reshape(_gaussian_dot(x, mean, cov, x_dot, mean_dot, cov_dot), np.shape(y))[()]


@reverse_rule(
    stats.multivariate_normal.entropy,
    wrt=("cov",),
    samples=lambda rng: [
        call(None, positive_definite(rng, 3, 3)),
        call(rng.normal(size=3), np.array([1.0, 2.0, 3.0])),
    ],
)
def multivariate_normal_entropy(y_bar, y, mean=None, cov=1):
    n = densities.gaussian_size(mean, cov)
    return densities.covariance_bar(
        0.5 * y_bar * np.linalg.inv(densities.gaussian_covariance(cov, n)), cov
    )


@forward_rule(stats.multivariate_normal.entropy)
def multivariate_normal_entropy_tangent(y, mean=None, cov=1, *, cov_dot):
    n = densities.gaussian_size(mean, cov)
    precision = np.linalg.inv(densities.gaussian_covariance(cov, n))
    return 0.5 * np.sum(precision * densities.gaussian_covariance(cov_dot, n))


def _simplex(rng):
    alpha = rng.uniform(1.5, 3.0, 3)
    return [call(np.array([0.2, 0.5]), alpha), call(np.array([[0.2, 0.1], [0.5, 0.3]]), alpha)]


def _dirichlet_slopes(x, alpha):
    """In x (given without its last entry, or with it: then as if all were free) and in alpha."""
    column = (-1,) + (1,) * (np.ndim(x) - 1)
    last = np.shape(x)[0] == len(alpha) - 1
    full = np.concatenate([x, 1.0 - np.sum(x, axis=0, keepdims=True)]) if last else x
    in_x = np.reshape(alpha - 1.0, column) / full
    in_alpha = np.log(full) + np.reshape(special.psi(np.sum(alpha)) - special.psi(alpha), column)
    return in_x[:-1] - in_x[-1:] if last else in_x, in_alpha


@reverse_rule(stats.dirichlet.logpdf, wrt=("x", "alpha"), samples=_simplex, kind=density_of_columns)
@helper
def dirichlet_logpdf(y_bar, y, x, alpha):
    in_x, in_alpha = _dirichlet_slopes(x, alpha)
    return y_bar * in_x, np.sum(np.reshape(y_bar * in_alpha, (len(alpha), -1)), axis=1)


@forward_rule(stats.dirichlet.logpdf)
@helper
def dirichlet_logpdf_tangent(y, x, alpha, *, x_dot, alpha_dot):
    in_x, in_alpha = _dirichlet_slopes(x, alpha)
    y_dot = 0.0 if x_dot is None else np.sum(in_x * x_dot, axis=0)
    return y_dot if alpha_dot is None else y_dot + np.tensordot(alpha_dot, in_alpha, 1)


@reverse_rule(stats.dirichlet.pdf, wrt=("x", "alpha"), samples=_simplex, kind=density_of_columns)
def dirichlet_pdf(y_bar, y, x, alpha):
    return dirichlet_logpdf(y_bar * y, None, x, alpha)


@forward_rule(stats.dirichlet.pdf)
def dirichlet_pdf_tangent(y, x, alpha, *, x_dot, alpha_dot):
    return y * dirichlet_logpdf_tangent(y, x, alpha, x_dot=x_dot, alpha_dot=alpha_dot)
