# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: exponential, Pareto and Weibull distributions."""

from __future__ import annotations

import numpy as np
from scipy import stats

from sourcead.rules.forms import elementwise
from sourcead.runtime import scipy_densities as densities
from sourcead.runtime.scipy_densities import (
    density_slopes,
    distribution_slopes,
    log_density_slopes,
    log_distribution_slopes,
    quantile_slopes,
)

# ---- exponential ----------------------------------------------------------------------------


@elementwise(stats.expon.logpdf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -np.ones_like(z)
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.expon.pdf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -np.ones_like(z)
    return density_slopes(y, score, z, scale)


@elementwise(stats.expon.cdf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(np.where(z > 0.0, -z, -np.inf)), z, scale)


@elementwise(stats.expon.logcdf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_logcdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, np.exp(np.where(z > 0.0, -z, -np.inf) - y), z, scale)


@elementwise(stats.expon.sf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(np.where(z > 0.0, -z, -np.inf)), z, scale)


@elementwise(stats.expon.logsf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(y, -np.exp(np.where(z > 0.0, -z, -np.inf) - y), z, scale)


@elementwise(stats.expon.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def expon_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(np.where(z > 0.0, -z, -np.inf)), z, scale)


@elementwise(stats.expon.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def expon_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(np.where(z > 0.0, -z, -np.inf)), z, scale)


# ---- Pareto ---------------------------------------------------------------------------------


@elementwise(stats.pareto.logpdf, domain=((1.5, 4.0), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_logpdf(y, x, b, loc=0, scale=1):
    z = (x - loc) / scale
    score = -(b + 1.0) / densities.positive(z)
    in_b = 1.0 / b - np.log(densities.positive(z))
    return log_density_slopes(y, score, z, scale, in_b)


@elementwise(stats.pareto.pdf, domain=((1.5, 4.0), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_pdf(y, x, b, loc=0, scale=1):
    z = (x - loc) / scale
    score = -(b + 1.0) / densities.positive(z)
    in_b = 1.0 / b - np.log(densities.positive(z))
    return density_slopes(y, score, z, scale, in_b)


@elementwise(stats.pareto.cdf, domain=((1.5, 4.0), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_cdf(y, x, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_b = densities.pareto_in_b(z, b)
    return distribution_slopes(np.exp(densities.pareto_log_density(z, b)), z, scale, in_b)


@elementwise(stats.pareto.logcdf, domain=((1.5, 4.0), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_logcdf(y, x, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_b = densities.pareto_in_b(z, b)
    return log_distribution_slopes(
        y, np.exp(densities.pareto_log_density(z, b) - y), z, scale, in_b / np.exp(y)
    )


@elementwise(stats.pareto.sf, domain=((1.5, 4.0), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_sf(y, x, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_b = densities.pareto_in_b(z, b)
    return distribution_slopes(-np.exp(densities.pareto_log_density(z, b)), z, scale, -in_b)


@elementwise(stats.pareto.logsf, domain=((1.5, 4.0), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_logsf(y, x, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_b = densities.pareto_in_b(z, b)
    return log_distribution_slopes(
        y, -np.exp(densities.pareto_log_density(z, b) - y), z, scale, -in_b / np.exp(y)
    )


@elementwise(stats.pareto.ppf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_ppf(y, q, b, loc=0, scale=1):
    z = (y - loc) / scale
    in_b = densities.pareto_in_b(z, b)
    return quantile_slopes(np.exp(densities.pareto_log_density(z, b)), z, scale, in_b)


@elementwise(stats.pareto.isf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def pareto_isf(y, q, b, loc=0, scale=1):
    z = (y - loc) / scale
    in_b = densities.pareto_in_b(z, b)
    return quantile_slopes(-np.exp(densities.pareto_log_density(z, b)), z, scale, -in_b)


# ---- Weibull --------------------------------------------------------------------------------


@elementwise(stats.weibull_min.logpdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_logpdf(y, x, c, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_c = densities.weibull_scores(z, c)
    return log_density_slopes(y, score, z, scale, in_c)


@elementwise(stats.weibull_min.pdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_pdf(y, x, c, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_c = densities.weibull_scores(z, c)
    return density_slopes(y, score, z, scale, in_c)


@elementwise(stats.weibull_min.cdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_cdf(y, x, c, loc=0, scale=1):
    z = (x - loc) / scale
    in_c = densities.weibull_in_c(z, c)
    return distribution_slopes(np.exp(densities.weibull_log_density(z, c)), z, scale, in_c)


@elementwise(stats.weibull_min.logcdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_logcdf(y, x, c, loc=0, scale=1):
    z = (x - loc) / scale
    in_c = densities.weibull_in_c(z, c)
    return log_distribution_slopes(
        y, np.exp(densities.weibull_log_density(z, c) - y), z, scale, in_c / np.exp(y)
    )


@elementwise(stats.weibull_min.sf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_sf(y, x, c, loc=0, scale=1):
    z = (x - loc) / scale
    in_c = densities.weibull_in_c(z, c)
    return distribution_slopes(-np.exp(densities.weibull_log_density(z, c)), z, scale, -in_c)


@elementwise(stats.weibull_min.logsf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_logsf(y, x, c, loc=0, scale=1):
    z = (x - loc) / scale
    in_c = densities.weibull_in_c(z, c)
    return log_distribution_slopes(
        y, -np.exp(densities.weibull_log_density(z, c) - y), z, scale, -in_c / np.exp(y)
    )


@elementwise(stats.weibull_min.ppf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_ppf(y, q, c, loc=0, scale=1):
    z = (y - loc) / scale
    in_c = densities.weibull_in_c(z, c)
    return quantile_slopes(np.exp(densities.weibull_log_density(z, c)), z, scale, in_c)


@elementwise(stats.weibull_min.isf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def weibull_min_isf(y, q, c, loc=0, scale=1):
    z = (y - loc) / scale
    in_c = densities.weibull_in_c(z, c)
    return quantile_slopes(-np.exp(densities.weibull_log_density(z, c)), z, scale, -in_c)
