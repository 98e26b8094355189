"""Slopes of densities and distribution functions: in x, in the shapes, in loc and in scale.

A family is stated at z = (x - loc) / scale: by its score (the slope of the log density in z), and the
slopes in its shapes.  Outside of the support every slope is 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from sourcead.runtime.quotients import ratio
from sourcead.runtime.scipy_families import gaussian_log_mass
from sourcead.runtime.scipy_incomplete import betainc_in_parameters
from sourcead.runtime.triangles import as_read, to_read

__all__ = [
    "beta_log_density",
    "beta_scores",
    "chi2_scores",
    "covariance_bar",
    "density_slopes",
    "distribution_slopes",
    "f_scores",
    "gamma_log_density",
    "gamma_scores",
    "gaussian_covariance",
    "gaussian_rows",
    "gaussian_size",
    "log_density_slopes",
    "log_distribution_slopes",
    "lognorm_in_s",
    "lognorm_log_density",
    "lognorm_scores",
    "normal_log_density",
    "pareto_in_b",
    "pareto_log_density",
    "positive",
    "quantile_slopes",
    "t_in_df",
    "t_log_density",
    "t_scores",
    "truncnorm_scores",
    "weibull_in_c",
    "weibull_log_density",
    "weibull_scores",
]


def log_density_slopes(y: Any, score: Any, z: Any, scale: Any, *in_shapes: Any) -> tuple[Any, ...]:
    """Of a log density y: -inf outside of the support."""
    inside = np.isfinite(y)
    slopes = (score / scale, *in_shapes, -score / scale, -(1.0 + z * score) / scale)
    return tuple([np.where(inside, slope, 0.0) for slope in slopes])


def density_slopes(y: Any, score: Any, z: Any, scale: Any, *in_shapes: Any) -> tuple[Any, ...]:
    """Of a density y: 0 outside of the support."""
    inside = y > 0.0
    slopes = (score / scale, *in_shapes, -score / scale, -(1.0 + z * score) / scale)
    return tuple([np.where(inside, y * slope, 0.0) for slope in slopes])


def distribution_slopes(density: Any, z: Any, scale: Any, *in_shapes: Any) -> tuple[Any, ...]:
    """Of a distribution function, from the density at z; or of a multiple of it. At an infinite z all are 0."""
    inside = ~np.isinf(z)
    finite = np.where(inside, z, 0.0)
    slopes = (density / scale, *in_shapes, -density / scale, -finite * density / scale)
    return tuple([np.where(inside, slope, 0.0) for slope in slopes])


def log_distribution_slopes(
    y: Any, ratio: Any, z: Any, scale: Any, *in_shapes: Any
) -> tuple[Any, ...]:
    """Of the logarithm y of a distribution function, which is -inf outside of the support: there all are 0."""
    inside = ~np.isneginf(y)
    return tuple(
        [np.where(inside, s, 0.0) for s in distribution_slopes(ratio, z, scale, *in_shapes)]
    )


def quantile_slopes(density: Any, z: Any, scale: Any, *in_shapes: Any) -> tuple[Any, ...]:
    """Of the inverse of a distribution function, at its result z; the ends of the support do not move with shapes.

    An infinite end does not move with loc and scale either.
    """
    finite = np.isfinite(z)
    moved = [np.where(finite, -scale * ratio(slope, density), 0.0) for slope in in_shapes]
    return (scale / density, *moved, np.where(finite, 1.0, 0.0), np.where(finite, z, 0.0))


def t_in_df(df: Any, t: Any) -> Any:
    """The slope of Student's distribution function in df, by 1 - I_u(df / 2, 1 / 2) / 2 for t > 0."""
    in_a, _ = betainc_in_parameters(0.5 * df, 0.5, df / (df + t * t))
    log_density = (
        -0.5 * (df + 1.0) * np.log1p(t * t / df) - 0.5 * np.log(df) - special.betaln(0.5 * df, 0.5)
    )
    return -0.25 * np.sign(t) * in_a - 0.5 * t / df * np.exp(log_density)


# -- log densities at z -----------------------------------------------------------------------


def normal_log_density(z: Any) -> Any:
    return -0.5 * z * z - 0.5 * math.log(2.0 * math.pi)


def t_log_density(z: Any, df: Any) -> Any:
    return (
        -0.5 * (df + 1.0) * np.log1p(z * z / df) - 0.5 * np.log(df) - special.betaln(0.5 * df, 0.5)
    )


def gamma_log_density(z: Any, a: Any) -> Any:
    return np.where(
        z > 0.0, special.xlogy(a - 1.0, np.maximum(z, 0.0)) - z - special.gammaln(a), -np.inf
    )


def beta_log_density(z: Any, a: Any, b: Any) -> Any:
    inner = np.clip(z, 0.0, 1.0)
    log_density = (
        special.xlogy(a - 1.0, inner) + special.xlog1py(b - 1.0, -inner) - special.betaln(a, b)
    )
    return np.where((z > 0.0) & (z < 1.0), log_density, -np.inf)


# -- scores and slopes of log densities in the shapes -----------------------------------------


def positive(z: Any) -> Any:
    """z inside of the support, 1 elsewhere: for formulas whose result is not used there."""
    return np.where(z > 0.0, z, 1.0)


def t_scores(z: Any, df: Any) -> tuple[Any, Any]:
    square = z * z
    in_df = special.psi(0.5 * (df + 1.0)) - special.psi(0.5 * df) - 1.0 / df
    in_df = in_df - np.log1p(square / df) + (df + 1.0) * square / (df * (df + square))
    return -(df + 1.0) * z / (df + square), 0.5 * in_df


def gamma_scores(z: Any, a: Any) -> tuple[Any, Any]:
    z = positive(z)
    return (a - 1.0) / z - 1.0, np.log(z) - special.psi(a)


def beta_scores(z: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    z = np.where((z > 0.0) & (z < 1.0), z, 0.5)
    common = special.psi(a + b)
    in_a, in_b = np.log(z) - special.psi(a) + common, np.log1p(-z) - special.psi(b) + common
    return (a - 1.0) / z - (b - 1.0) / (1.0 - z), in_a, in_b


def chi2_scores(z: Any, df: Any) -> tuple[Any, Any]:
    z = positive(z)
    return (0.5 * df - 1.0) / z - 0.5, 0.5 * (np.log(0.5 * z) - special.psi(0.5 * df))


def lognorm_scores(z: Any, s: Any) -> tuple[Any, Any]:
    z = positive(z)
    log_z = np.log(z)
    return -(1.0 + log_z / (s * s)) / z, log_z * log_z / s**3 - 1.0 / s


def weibull_scores(z: Any, c: Any) -> tuple[Any, Any]:
    z = positive(z)
    power = z**c
    return (c - 1.0 - c * power) / z, 1.0 / c + np.log(z) * (1.0 - power)


def f_scores(z: Any, dfn: Any, dfd: Any) -> tuple[Any, Any, Any]:
    z = positive(z)
    both, total = dfd + dfn * z, dfn + dfd
    common = 0.5 + 0.5 * special.psi(0.5 * total) - 0.5 * np.log(both)
    in_dfn = common + 0.5 * (np.log(dfn * z) - special.psi(0.5 * dfn)) - 0.5 * total * z / both
    in_dfd = common + 0.5 * (np.log(dfd) - special.psi(0.5 * dfd)) - 0.5 * total / both
    return (0.5 * dfn - 1.0) / z - 0.5 * total * dfn / both, in_dfn, in_dfd


def truncnorm_scores(z: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    log_mass = gaussian_log_mass(a, b)
    in_a = np.exp(normal_log_density(a) - log_mass)
    return -z, in_a, -np.exp(normal_log_density(b) - log_mass)


# -- log densities and slopes of distribution functions with one shape ---------------------------


def lognorm_log_density(z: Any, s: Any) -> Any:
    log_z = np.log(positive(z))
    return np.where(z > 0.0, normal_log_density(log_z / s) - log_z - np.log(s), -np.inf)


def lognorm_in_s(z: Any, s: Any) -> Any:
    log_z = np.log(positive(z))
    return np.where(z > 0.0, -np.exp(normal_log_density(log_z / s)) * log_z / (s * s), 0.0)


def pareto_log_density(z: Any, b: Any) -> Any:
    return np.where(z > 1.0, np.log(b) - (b + 1.0) * np.log(np.maximum(z, 1.0)), -np.inf)


def pareto_in_b(z: Any, b: Any) -> Any:
    log_z = np.log(np.maximum(z, 1.0))
    return np.exp(-b * log_z) * log_z


def weibull_log_density(z: Any, c: Any) -> Any:
    inner = positive(z)
    return np.where(z > 0.0, np.log(c) + (c - 1.0) * np.log(inner) - inner**c, -np.inf)


def weibull_in_c(z: Any, c: Any) -> Any:
    inner = positive(z)
    power = inner**c
    return np.where(z > 0.0, power * np.log(inner) * np.exp(-power), 0.0)


# -- multivariate normal ------------------------------------------------------------------------


def gaussian_size(mean: Any, cov: Any) -> int:
    """The number of variables."""
    if mean is not None:
        return int(np.size(mean))
    return int(np.shape(cov)[0]) if np.ndim(cov) else 1


def gaussian_rows(x: Any, n: int) -> Any:
    """A row for each point; of one variable, every entry is a point."""
    return np.reshape(x, (-1, n))


def gaussian_covariance(cov: Any, n: int) -> Any:
    """A number stands for a multiple of the identity, a vector for a diagonal."""
    if np.ndim(cov) == 0:
        return cov * np.eye(n)
    return np.diag(cov) if np.ndim(cov) == 1 else as_read(cov, "symmetric", lower=True)


def covariance_bar(full_bar: Any, cov: Any) -> Any:
    """The adjoint of `gaussian_covariance`."""
    if np.ndim(cov) == 0:
        return np.trace(full_bar)
    return (
        np.diagonal(full_bar) if np.ndim(cov) == 1 else to_read(full_bar, "symmetric", lower=True)
    )
