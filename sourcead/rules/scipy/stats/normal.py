# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: the normal distribution and its relatives, Student's t."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from sourcead.rules.forms import elementwise
from sourcead.runtime import scipy_densities as densities
from sourcead.runtime.scipy_densities import (
    density_slopes,
    distribution_slopes,
    log_density_slopes,
    log_distribution_slopes,
    quantile_slopes,
    t_in_df,
)

# ---- normal ---------------------------------------------------------------------------------


@elementwise(stats.norm.logpdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def norm_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return -z / scale, z / scale, (z * z - 1.0) / scale


@elementwise(stats.norm.pdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def norm_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return -y * z / scale, y * z / scale, y * (z * z - 1.0) / scale


@elementwise(stats.norm.cdf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def norm_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(np.exp(densities.normal_log_density(z)), z, scale)


@elementwise(stats.norm.sf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def norm_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(densities.normal_log_density(z)), z, scale)


@elementwise(stats.norm.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def norm_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(densities.normal_log_density(z)), z, scale)


@elementwise(stats.norm.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def norm_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(densities.normal_log_density(z)), z, scale)


@elementwise(stats.norm.logcdf, domain=((-20.0, 3.0), (-0.2, 0.0), (1.0, 1.3)))
def norm_logcdf(y, x, loc=0, scale=1):
    """Density over distribution function are both 0 in the tail: their ratio is 1 / erfcx."""
    z = (x - loc) / scale
    return log_distribution_slopes(
        y, math.sqrt(2.0 / math.pi) / special.erfcx(-z / math.sqrt(2.0)), z, scale
    )


@elementwise(stats.norm.logsf, domain=((-3.0, 20.0), (-0.2, 0.0), (1.0, 1.3)))
def norm_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return log_distribution_slopes(
        y, -math.sqrt(2.0 / math.pi) / special.erfcx(z / math.sqrt(2.0)), z, scale
    )


@elementwise(stats.norm.mean, domain=("real", "positive"))
def norm_mean(y, loc=0, scale=1):
    return 1.0, 0.0


@elementwise(stats.norm.var, domain=("real", "positive"))
def norm_var(y, loc=0, scale=1):
    return 0.0, 2.0 * scale


@elementwise(stats.norm.std, domain=("real", "positive"))
def norm_std(y, loc=0, scale=1):
    return 0.0, 1.0


@elementwise(stats.norm.entropy, domain=("real", "positive"))
def norm_entropy(y, loc=0, scale=1):
    return 0.0, 1.0 / scale


# ---- Student --------------------------------------------------------------------------------


@elementwise(stats.t.logpdf, domain=("real", (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_logpdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_df = densities.t_scores(z, df)
    return log_density_slopes(y, score, z, scale, in_df)


@elementwise(stats.t.pdf, domain=("real", (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_pdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_df = densities.t_scores(z, df)
    return density_slopes(y, score, z, scale, in_df)


@elementwise(stats.t.cdf, domain=("real", (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_cdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = t_in_df(df, z)
    return distribution_slopes(np.exp(densities.t_log_density(z, df)), z, scale, in_df)


@elementwise(stats.t.logcdf, domain=("real", (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_logcdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = t_in_df(df, z)
    return log_distribution_slopes(
        y, np.exp(densities.t_log_density(z, df) - y), z, scale, in_df / np.exp(y)
    )


@elementwise(stats.t.sf, domain=("real", (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_sf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = t_in_df(df, z)
    return distribution_slopes(-np.exp(densities.t_log_density(z, df)), z, scale, -in_df)


@elementwise(stats.t.logsf, domain=("real", (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_logsf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = t_in_df(df, z)
    return log_distribution_slopes(
        y, -np.exp(densities.t_log_density(z, df) - y), z, scale, -in_df / np.exp(y)
    )


@elementwise(stats.t.ppf, domain=((0.1, 0.9), (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_ppf(y, q, df, loc=0, scale=1):
    z = (y - loc) / scale
    in_df = t_in_df(df, z)
    return quantile_slopes(np.exp(densities.t_log_density(z, df)), z, scale, in_df)


@elementwise(stats.t.isf, domain=((0.1, 0.9), (1.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def t_isf(y, q, df, loc=0, scale=1):
    z = (y - loc) / scale
    in_df = t_in_df(df, z)
    return quantile_slopes(-np.exp(densities.t_log_density(z, df)), z, scale, -in_df)


# ---- log-normal -----------------------------------------------------------------------------


@elementwise(stats.lognorm.logpdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_logpdf(y, x, s, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_s = densities.lognorm_scores(z, s)
    return log_density_slopes(y, score, z, scale, in_s)


@elementwise(stats.lognorm.pdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_pdf(y, x, s, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_s = densities.lognorm_scores(z, s)
    return density_slopes(y, score, z, scale, in_s)


@elementwise(stats.lognorm.cdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_cdf(y, x, s, loc=0, scale=1):
    z = (x - loc) / scale
    in_s = densities.lognorm_in_s(z, s)
    return distribution_slopes(np.exp(densities.lognorm_log_density(z, s)), z, scale, in_s)


@elementwise(stats.lognorm.logcdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_logcdf(y, x, s, loc=0, scale=1):
    z = (x - loc) / scale
    in_s = densities.lognorm_in_s(z, s)
    return log_distribution_slopes(
        y, np.exp(densities.lognorm_log_density(z, s) - y), z, scale, in_s / np.exp(y)
    )


@elementwise(stats.lognorm.sf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_sf(y, x, s, loc=0, scale=1):
    z = (x - loc) / scale
    in_s = densities.lognorm_in_s(z, s)
    return distribution_slopes(-np.exp(densities.lognorm_log_density(z, s)), z, scale, -in_s)


@elementwise(stats.lognorm.logsf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_logsf(y, x, s, loc=0, scale=1):
    z = (x - loc) / scale
    in_s = densities.lognorm_in_s(z, s)
    return log_distribution_slopes(
        y, -np.exp(densities.lognorm_log_density(z, s) - y), z, scale, -in_s / np.exp(y)
    )


@elementwise(stats.lognorm.ppf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_ppf(y, q, s, loc=0, scale=1):
    z = (y - loc) / scale
    in_s = densities.lognorm_in_s(z, s)
    return quantile_slopes(np.exp(densities.lognorm_log_density(z, s)), z, scale, in_s)


@elementwise(stats.lognorm.isf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def lognorm_isf(y, q, s, loc=0, scale=1):
    z = (y - loc) / scale
    in_s = densities.lognorm_in_s(z, s)
    return quantile_slopes(-np.exp(densities.lognorm_log_density(z, s)), z, scale, -in_s)


# ---- truncated normal -----------------------------------------------------------------------


@elementwise(
    stats.truncnorm.logpdf, domain=((-0.5, 0.5), (-2.0, -1.0), (1.0, 2.0), (-0.2, 0.0), (1.0, 1.3))
)
def truncnorm_logpdf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_a, in_b = densities.truncnorm_scores(z, a, b)
    return log_density_slopes(y, score, z, scale, in_a, in_b)


@elementwise(
    stats.truncnorm.pdf, domain=((-0.5, 0.5), (-2.0, -1.0), (1.0, 2.0), (-0.2, 0.0), (1.0, 1.3))
)
def truncnorm_pdf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_a, in_b = densities.truncnorm_scores(z, a, b)
    return density_slopes(y, score, z, scale, in_a, in_b)


# ---- half-normal ----------------------------------------------------------------------------


@elementwise(stats.halfnorm.logpdf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def halfnorm_logpdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -z
    return log_density_slopes(y, score, z, scale)


@elementwise(stats.halfnorm.pdf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def halfnorm_pdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    score = -z
    return density_slopes(y, score, z, scale)


@elementwise(stats.halfnorm.cdf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def halfnorm_cdf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(
        np.exp(np.where(z > 0.0, densities.normal_log_density(z) + math.log(2.0), -np.inf)),
        z,
        scale,
    )
