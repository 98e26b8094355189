# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: distributions that are moved and stretched: uniform, Laplace, Cauchy, logistic, Gumbel, von Mises."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from sourcead.rules.forms import elementwise
from sourcead.runtime.scipy_densities import (
    density_slopes,
    distribution_slopes,
    log_density_slopes,
    log_distribution_slopes,
    quantile_slopes,
)

# ---- uniform --------------------------------------------------------------------------------


@elementwise(stats.uniform.logpdf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = np.zeros_like(z)
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.uniform.pdf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = np.zeros_like(z)
    return density_slopes(y, score, z, scale)


@elementwise(stats.uniform.cdf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf)), z, scale)


@elementwise(stats.uniform.logcdf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_logcdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(
        y, np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf) - y), z, scale
    )


@elementwise(stats.uniform.sf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf)), z, scale)


@elementwise(stats.uniform.logsf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(
        y, -np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf) - y), z, scale
    )


@elementwise(stats.uniform.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def uniform_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf)), z, scale)


@elementwise(stats.uniform.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def uniform_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf)), z, scale)


# ---- Laplace --------------------------------------------------------------------------------


@elementwise(stats.laplace.logpdf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -np.sign(z)
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.laplace.pdf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -np.sign(z)
    return density_slopes(y, score, z, scale)


@elementwise(stats.laplace.cdf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(-np.abs(z) - math.log(2.0)), z, scale)


@elementwise(stats.laplace.logcdf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_logcdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, np.exp(-np.abs(z) - math.log(2.0) - y), z, scale)


@elementwise(stats.laplace.sf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-np.abs(z) - math.log(2.0)), z, scale)


@elementwise(stats.laplace.logsf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, -np.exp(-np.abs(z) - math.log(2.0) - y), z, scale)


@elementwise(stats.laplace.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def laplace_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(-np.abs(z) - math.log(2.0)), z, scale)


@elementwise(stats.laplace.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def laplace_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(-np.abs(z) - math.log(2.0)), z, scale)


# ---- Cauchy ---------------------------------------------------------------------------------


@elementwise(stats.cauchy.logpdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -2.0 * z / (1.0 + z * z)
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.cauchy.pdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -2.0 * z / (1.0 + z * z)
    return density_slopes(y, score, z, scale)


@elementwise(stats.cauchy.cdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(-np.log1p(z * z) - math.log(math.pi)), z, scale)


@elementwise(stats.cauchy.logcdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_logcdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, np.exp(-np.log1p(z * z) - math.log(math.pi) - y), z, scale)


@elementwise(stats.cauchy.sf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-np.log1p(z * z) - math.log(math.pi)), z, scale)


@elementwise(stats.cauchy.logsf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, -np.exp(-np.log1p(z * z) - math.log(math.pi) - y), z, scale)


@elementwise(stats.cauchy.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def cauchy_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(-np.log1p(z * z) - math.log(math.pi)), z, scale)


@elementwise(stats.cauchy.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def cauchy_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(-np.log1p(z * z) - math.log(math.pi)), z, scale)


# ---- logistic -------------------------------------------------------------------------------


@elementwise(stats.logistic.logpdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -np.tanh(0.5 * z)
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.logistic.pdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -np.tanh(0.5 * z)
    return density_slopes(y, score, z, scale)


@elementwise(stats.logistic.cdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(special.log_expit(z) + special.log_expit(-z)), z, scale)


@elementwise(stats.logistic.logcdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_logcdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(
        y, np.exp(special.log_expit(z) + special.log_expit(-z) - y), z, scale
    )


@elementwise(stats.logistic.sf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(special.log_expit(z) + special.log_expit(-z)), z, scale)


@elementwise(stats.logistic.logsf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(
        y, -np.exp(special.log_expit(z) + special.log_expit(-z) - y), z, scale
    )


@elementwise(stats.logistic.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def logistic_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(special.log_expit(z) + special.log_expit(-z)), z, scale)


@elementwise(stats.logistic.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def logistic_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(special.log_expit(z) + special.log_expit(-z)), z, scale)


# ---- Gumbel ---------------------------------------------------------------------------------


@elementwise(stats.gumbel_r.logpdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = np.exp(-z) - 1.0
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.gumbel_r.pdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = np.exp(-z) - 1.0
    return density_slopes(y, score, z, scale)


@elementwise(stats.gumbel_r.cdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(-z - np.exp(-z)), z, scale)


@elementwise(stats.gumbel_r.logcdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_logcdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, np.exp(-z - np.exp(-z) - y), z, scale)


@elementwise(stats.gumbel_r.sf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-z - np.exp(-z)), z, scale)


@elementwise(stats.gumbel_r.logsf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, -np.exp(-z - np.exp(-z) - y), z, scale)


@elementwise(stats.gumbel_r.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(-z - np.exp(-z)), z, scale)


@elementwise(stats.gumbel_r.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(-z - np.exp(-z)), z, scale)


# ---- Gumbel, left ---------------------------------------------------------------------------


@elementwise(stats.gumbel_l.logpdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_l_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = 1.0 - np.exp(z)
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.gumbel_l.pdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_l_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = 1.0 - np.exp(z)
    return density_slopes(y, score, z, scale)


@elementwise(stats.gumbel_l.cdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_l_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(z - np.exp(z)), z, scale)


# ---- von Mises ------------------------------------------------------------------------------


@elementwise(stats.vonmises.logpdf, domain=("unit", "positive", (-0.2, 0.0), (1.0, 1.3)))
def vonmises_logpdf(y, x, kappa, loc=0, scale=1):
    z = (x - loc) / scale
    score = -kappa * np.sin(z)
    in_kappa = np.cos(z) - special.i1e(kappa) / special.i0e(kappa)
    return log_density_slopes(y, score, z, scale, in_kappa)


@elementwise(stats.vonmises.pdf, domain=("unit", "positive", (-0.2, 0.0), (1.0, 1.3)))
def vonmises_pdf(y, x, kappa, loc=0, scale=1):
    z = (x - loc) / scale
    score = -kappa * np.sin(z)
    in_kappa = np.cos(z) - special.i1e(kappa) / special.i0e(kappa)
    return density_slopes(y, score, z, scale, in_kappa)
