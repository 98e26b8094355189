# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: densities and distribution functions of the common families, and descriptive statistics.

The rules belong to methods of the distributions' objects (`stats.norm.logpdf`).  Locations, scales and
shapes are differentiated, counts are not.  Outside of the support the slopes are 0.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

from sourcead.ir.kinds import Array
from sourcead.rules.forms import constant, elementwise, forward_rule, helper, helpers, reverse_rule
from sourcead.rules.numpy.samples import call, positive_definite
from sourcead.rules.registry import Rule, register
from sourcead.rules.scipy.kinds import density_of_columns, density_of_vectors
from sourcead.runtime import scipy_densities as densities
from sourcead.runtime.scipy_densities import (
    density_slopes,
    distribution_slopes,
    log_density_slopes,
    quantile_slopes,
    t_in_df,
)  # fmt: skip
from sourcead.runtime.scipy_incomplete import betainc_in_parameters, gammainc_in_a

_matrix = Array("float64", (None, None))
for _part in (densities.gaussian_covariance, densities.gaussian_rows):
    register(Rule(_part.__name__, "source", (_part,), kind=lambda *given: _matrix))
helpers(densities)

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
    return distribution_slopes(
        math.sqrt(2.0 / math.pi) / special.erfcx(-z / math.sqrt(2.0)), z, scale
    )


@elementwise(stats.norm.logsf, domain=((-3.0, 20.0), (-0.2, 0.0), (1.0, 1.3)))
def norm_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(
        -math.sqrt(2.0 / math.pi) / special.erfcx(z / math.sqrt(2.0)), z, scale
    )


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
    return distribution_slopes(
        np.exp(densities.t_log_density(z, df) - y), z, scale, in_df / np.exp(y)
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
    return distribution_slopes(
        -np.exp(densities.t_log_density(z, df) - y), z, scale, -in_df / np.exp(y)
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


# ---- gamma ----------------------------------------------------------------------------------


@elementwise(stats.gamma.logpdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_logpdf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_a = densities.gamma_scores(z, a)
    return log_density_slopes(y, score, z, scale, in_a)


@elementwise(stats.gamma.pdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_pdf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_a = densities.gamma_scores(z, a)
    return density_slopes(y, score, z, scale, in_a)


@elementwise(stats.gamma.cdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_cdf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    in_a = gammainc_in_a(a, np.maximum(z, 0.0))
    return distribution_slopes(np.exp(densities.gamma_log_density(z, a)), z, scale, in_a)


@elementwise(stats.gamma.logcdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_logcdf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    in_a = gammainc_in_a(a, np.maximum(z, 0.0))
    return distribution_slopes(
        np.exp(densities.gamma_log_density(z, a) - y), z, scale, in_a / np.exp(y)
    )


@elementwise(stats.gamma.sf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_sf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    in_a = gammainc_in_a(a, np.maximum(z, 0.0))
    return distribution_slopes(-np.exp(densities.gamma_log_density(z, a)), z, scale, -in_a)


@elementwise(stats.gamma.logsf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_logsf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    in_a = gammainc_in_a(a, np.maximum(z, 0.0))
    return distribution_slopes(
        -np.exp(densities.gamma_log_density(z, a) - y), z, scale, -in_a / np.exp(y)
    )


@elementwise(stats.gamma.ppf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_ppf(y, q, a, loc=0, scale=1):
    z = (y - loc) / scale
    in_a = gammainc_in_a(a, np.maximum(z, 0.0))
    return quantile_slopes(np.exp(densities.gamma_log_density(z, a)), z, scale, in_a)


@elementwise(stats.gamma.isf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def gamma_isf(y, q, a, loc=0, scale=1):
    z = (y - loc) / scale
    in_a = gammainc_in_a(a, np.maximum(z, 0.0))
    return quantile_slopes(-np.exp(densities.gamma_log_density(z, a)), z, scale, -in_a)


# ---- inverse gamma --------------------------------------------------------------------------


@elementwise(stats.invgamma.logpdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def invgamma_logpdf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    score = (1.0 / densities.positive(z) - a - 1.0) / densities.positive(z)
    in_a = -np.log(densities.positive(z)) - special.psi(a)
    return log_density_slopes(y, score, z, scale, in_a)


@elementwise(stats.invgamma.pdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def invgamma_pdf(y, x, a, loc=0, scale=1):
    z = (x - loc) / scale
    score = (1.0 / densities.positive(z) - a - 1.0) / densities.positive(z)
    in_a = -np.log(densities.positive(z)) - special.psi(a)
    return density_slopes(y, score, z, scale, in_a)


# ---- beta -----------------------------------------------------------------------------------


@elementwise(
    stats.beta.logpdf, domain=((0.1, 0.8), "positive", "positive", (-0.2, 0.0), (1.0, 1.3))
)
def beta_logpdf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_a, in_b = densities.beta_scores(z, a, b)
    return log_density_slopes(y, score, z, scale, in_a, in_b)


@elementwise(stats.beta.pdf, domain=((0.1, 0.8), "positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def beta_pdf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_a, in_b = densities.beta_scores(z, a, b)
    return density_slopes(y, score, z, scale, in_a, in_b)


@elementwise(stats.beta.cdf, domain=((0.1, 0.8), "positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def beta_cdf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_a, in_b = betainc_in_parameters(a, b, np.clip(z, 0.0, 1.0))
    return distribution_slopes(np.exp(densities.beta_log_density(z, a, b)), z, scale, in_a, in_b)


@elementwise(
    stats.beta.logcdf, domain=((0.1, 0.8), "positive", "positive", (-0.2, 0.0), (1.0, 1.3))
)
def beta_logcdf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_a, in_b = betainc_in_parameters(a, b, np.clip(z, 0.0, 1.0))
    return distribution_slopes(
        np.exp(densities.beta_log_density(z, a, b) - y),
        z,
        scale,
        in_a / np.exp(y),
        in_b / np.exp(y),
    )


@elementwise(stats.beta.sf, domain=((0.1, 0.8), "positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def beta_sf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_a, in_b = betainc_in_parameters(a, b, np.clip(z, 0.0, 1.0))
    return distribution_slopes(-np.exp(densities.beta_log_density(z, a, b)), z, scale, -in_a, -in_b)


@elementwise(stats.beta.logsf, domain=((0.1, 0.8), "positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def beta_logsf(y, x, a, b, loc=0, scale=1):
    z = (x - loc) / scale
    in_a, in_b = betainc_in_parameters(a, b, np.clip(z, 0.0, 1.0))
    return distribution_slopes(
        -np.exp(densities.beta_log_density(z, a, b) - y),
        z,
        scale,
        -in_a / np.exp(y),
        -in_b / np.exp(y),
    )


@elementwise(stats.beta.ppf, domain=((0.1, 0.9), "positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def beta_ppf(y, q, a, b, loc=0, scale=1):
    z = (y - loc) / scale
    in_a, in_b = betainc_in_parameters(a, b, np.clip(z, 0.0, 1.0))
    return quantile_slopes(np.exp(densities.beta_log_density(z, a, b)), z, scale, in_a, in_b)


@elementwise(stats.beta.isf, domain=((0.1, 0.9), "positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def beta_isf(y, q, a, b, loc=0, scale=1):
    z = (y - loc) / scale
    in_a, in_b = betainc_in_parameters(a, b, np.clip(z, 0.0, 1.0))
    return quantile_slopes(-np.exp(densities.beta_log_density(z, a, b)), z, scale, -in_a, -in_b)


# ---- chi-squared ----------------------------------------------------------------------------


@elementwise(stats.chi2.logpdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_logpdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_df = densities.chi2_scores(z, df)
    return log_density_slopes(y, score, z, scale, in_df)


@elementwise(stats.chi2.pdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_pdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_df = densities.chi2_scores(z, df)
    return density_slopes(y, score, z, scale, in_df)


@elementwise(stats.chi2.cdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_cdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = 0.5 * gammainc_in_a(0.5 * df, 0.5 * np.maximum(z, 0.0))
    return distribution_slopes(
        np.exp(densities.gamma_log_density(0.5 * z, 0.5 * df) - math.log(2.0)), z, scale, in_df
    )


@elementwise(stats.chi2.logcdf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_logcdf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = 0.5 * gammainc_in_a(0.5 * df, 0.5 * np.maximum(z, 0.0))
    return distribution_slopes(
        np.exp(densities.gamma_log_density(0.5 * z, 0.5 * df) - math.log(2.0) - y),
        z,
        scale,
        in_df / np.exp(y),
    )


@elementwise(stats.chi2.sf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_sf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = 0.5 * gammainc_in_a(0.5 * df, 0.5 * np.maximum(z, 0.0))
    return distribution_slopes(
        -np.exp(densities.gamma_log_density(0.5 * z, 0.5 * df) - math.log(2.0)), z, scale, -in_df
    )


@elementwise(stats.chi2.logsf, domain=("positive", "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_logsf(y, x, df, loc=0, scale=1):
    z = (x - loc) / scale
    in_df = 0.5 * gammainc_in_a(0.5 * df, 0.5 * np.maximum(z, 0.0))
    return distribution_slopes(
        -np.exp(densities.gamma_log_density(0.5 * z, 0.5 * df) - math.log(2.0) - y),
        z,
        scale,
        -in_df / np.exp(y),
    )


@elementwise(stats.chi2.ppf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_ppf(y, q, df, loc=0, scale=1):
    z = (y - loc) / scale
    in_df = 0.5 * gammainc_in_a(0.5 * df, 0.5 * np.maximum(z, 0.0))
    return quantile_slopes(
        np.exp(densities.gamma_log_density(0.5 * z, 0.5 * df) - math.log(2.0)), z, scale, in_df
    )


@elementwise(stats.chi2.isf, domain=((0.1, 0.9), "positive", (-0.2, 0.0), (1.0, 1.3)))
def chi2_isf(y, q, df, loc=0, scale=1):
    z = (y - loc) / scale
    in_df = 0.5 * gammainc_in_a(0.5 * df, 0.5 * np.maximum(z, 0.0))
    return quantile_slopes(
        -np.exp(densities.gamma_log_density(0.5 * z, 0.5 * df) - math.log(2.0)), z, scale, -in_df
    )


# ---- F --------------------------------------------------------------------------------------


@elementwise(stats.f.logpdf, domain=("positive", (2.0, 5.0), (2.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def f_logpdf(y, x, dfn, dfd, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_dfn, in_dfd = densities.f_scores(z, dfn, dfd)
    return log_density_slopes(y, score, z, scale, in_dfn, in_dfd)


@elementwise(stats.f.pdf, domain=("positive", (2.0, 5.0), (2.0, 5.0), (-0.2, 0.0), (1.0, 1.3)))
def f_pdf(y, x, dfn, dfd, loc=0, scale=1):
    z = (x - loc) / scale
    score, in_dfn, in_dfd = densities.f_scores(z, dfn, dfd)
    return density_slopes(y, score, z, scale, in_dfn, in_dfd)


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
    return distribution_slopes(np.exp(np.where(z > 0.0, -z, -np.inf) - y), z, scale)


@elementwise(stats.expon.sf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(np.where(z > 0.0, -z, -np.inf)), z, scale)


@elementwise(stats.expon.logsf, domain=("positive", (-0.2, 0.0), (1.0, 1.3)))
def expon_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(np.where(z > 0.0, -z, -np.inf) - y), z, scale)


@elementwise(stats.expon.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def expon_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(np.where(z > 0.0, -z, -np.inf)), z, scale)


@elementwise(stats.expon.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def expon_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(np.where(z > 0.0, -z, -np.inf)), z, scale)


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
    return distribution_slopes(np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf) - y), z, scale)


@elementwise(stats.uniform.sf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf)), z, scale)


@elementwise(stats.uniform.logsf, domain=((0.1, 0.7), (-0.2, 0.0), (1.0, 1.3)))
def uniform_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(np.where((z > 0.0) & (z < 1.0), 0.0, -np.inf) - y), z, scale)


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
    return distribution_slopes(np.exp(-np.abs(z) - math.log(2.0) - y), z, scale)


@elementwise(stats.laplace.sf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-np.abs(z) - math.log(2.0)), z, scale)


@elementwise(stats.laplace.logsf, domain=("nonzero", (-0.2, 0.0), (1.0, 1.3)))
def laplace_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-np.abs(z) - math.log(2.0) - y), z, scale)


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
    return distribution_slopes(np.exp(-np.log1p(z * z) - math.log(math.pi) - y), z, scale)


@elementwise(stats.cauchy.sf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-np.log1p(z * z) - math.log(math.pi)), z, scale)


@elementwise(stats.cauchy.logsf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def cauchy_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-np.log1p(z * z) - math.log(math.pi) - y), z, scale)


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
    return distribution_slopes(np.exp(special.log_expit(z) + special.log_expit(-z) - y), z, scale)


@elementwise(stats.logistic.sf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(special.log_expit(z) + special.log_expit(-z)), z, scale)


@elementwise(stats.logistic.logsf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def logistic_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(special.log_expit(z) + special.log_expit(-z) - y), z, scale)


@elementwise(stats.logistic.ppf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def logistic_ppf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(np.exp(special.log_expit(z) + special.log_expit(-z)), z, scale)


@elementwise(stats.logistic.isf, domain=((0.1, 0.9), (-0.2, 0.0), (1.0, 1.3)))
def logistic_isf(y, q, loc=0, scale=1):
    z = (y - loc) / scale
    return quantile_slopes(-np.exp(special.log_expit(z) + special.log_expit(-z)), z, scale)


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
    return distribution_slopes(
        np.exp(densities.lognorm_log_density(z, s) - y), z, scale, in_s / np.exp(y)
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
    return distribution_slopes(
        -np.exp(densities.lognorm_log_density(z, s) - y), z, scale, -in_s / np.exp(y)
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
    return distribution_slopes(
        np.exp(densities.pareto_log_density(z, b) - y), z, scale, in_b / np.exp(y)
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
    return distribution_slopes(
        -np.exp(densities.pareto_log_density(z, b) - y), z, scale, -in_b / np.exp(y)
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
    return distribution_slopes(
        np.exp(densities.weibull_log_density(z, c) - y), z, scale, in_c / np.exp(y)
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
    return distribution_slopes(
        -np.exp(densities.weibull_log_density(z, c) - y), z, scale, -in_c / np.exp(y)
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
    return distribution_slopes(np.exp(-z - np.exp(-z) - y), z, scale)


@elementwise(stats.gumbel_r.sf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_sf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-z - np.exp(-z)), z, scale)


@elementwise(stats.gumbel_r.logsf, domain=("real", (-0.2, 0.0), (1.0, 1.3)))
def gumbel_r_logsf(y, x, loc=0, scale=1):
    z = (x - loc) / scale
    return distribution_slopes(-np.exp(-z - np.exp(-z) - y), z, scale)


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


# ---- counts ----------------------------------------------------------------------------------


@elementwise(stats.poisson.logpmf, domain=([0, 1, 4], "positive"), wrt=("mu",))
def poisson_logpmf(y, k, mu, loc=0):
    return np.where(np.isfinite(y), (k - loc) / mu - 1.0, 0.0)


@elementwise(stats.poisson.pmf, domain=([0, 1, 4], "positive"), wrt=("mu",))
def poisson_pmf(y, k, mu, loc=0):
    return y * ((k - loc) / mu - 1.0)


@elementwise(stats.poisson.cdf, domain=([0, 1, 4, 2.5], "positive"), wrt=("mu",))
def poisson_cdf(y, k, mu, loc=0):
    """The sum up to k telescopes."""
    count = np.floor(k - loc)
    inner = np.maximum(count, 0.0)
    log_mass = special.xlogy(inner, mu) - mu - special.gammaln(inner + 1.0)
    return np.where(count < 0.0, 0.0, -np.exp(log_mass))


@elementwise(stats.binom.logpmf, domain=([0, 1, 4], [4], (0.1, 0.9)), wrt=("p",))
def binom_logpmf(y, k, n, p, loc=0):
    return np.where(np.isfinite(y), (k - loc) / p - (n - (k - loc)) / (1.0 - p), 0.0)


@elementwise(stats.binom.pmf, domain=([0, 1, 4], [4], (0.1, 0.9)), wrt=("p",))
def binom_pmf(y, k, n, p, loc=0):
    return y * ((k - loc) / p - (n - (k - loc)) / (1.0 - p))


@elementwise(stats.binom.cdf, domain=([0, 1, 3, 4], [4], (0.1, 0.9)), wrt=("p",))
def binom_cdf(y, k, n, p, loc=0):
    count = np.floor(k - loc)
    inside = (count >= 0.0) & (count < n)
    inner = np.where(inside, count, 0.0)
    log_mass = special.xlogy(inner, p) + special.xlog1py(n - inner - 1.0, -p)
    return np.where(inside, -np.exp(log_mass - special.betaln(n - inner, inner + 1.0)), 0.0)


@elementwise(stats.bernoulli.logpmf, domain=([0, 1], (0.1, 0.9)), wrt=("p",))
def bernoulli_logpmf(y, k, p, loc=0):
    return np.where(np.isfinite(y), (k - loc) / p - (1.0 - (k - loc)) / (1.0 - p), 0.0)


@elementwise(stats.bernoulli.pmf, domain=([0, 1], (0.1, 0.9)), wrt=("p",))
def bernoulli_pmf(y, k, p, loc=0):
    return y * ((k - loc) / p - (1.0 - (k - loc)) / (1.0 - p))


@elementwise(stats.geom.logpmf, domain=([1, 2, 5], (0.1, 0.9)), wrt=("p",))
def geom_logpmf(y, k, p, loc=0):
    return np.where(np.isfinite(y), 1.0 / p - (k - loc - 1.0) / (1.0 - p), 0.0)


@elementwise(stats.geom.pmf, domain=([1, 2, 5], (0.1, 0.9)), wrt=("p",))
def geom_pmf(y, k, p, loc=0):
    return y * (1.0 / p - (k - loc - 1.0) / (1.0 - p))


@elementwise(stats.nbinom.logpmf, domain=([0, 1, 4], "positive", (0.1, 0.9)), wrt=("n", "p"))
def nbinom_logpmf(y, k, n, p, loc=0):
    inside = np.isfinite(y)
    count = np.where(inside, k - loc, 0.0)
    in_n = special.psi(count + n) - special.psi(n) + np.log(p)
    return np.where(inside, in_n, 0.0), np.where(inside, n / p - count / (1.0 - p), 0.0)


@elementwise(stats.nbinom.pmf, domain=([0, 1, 4], "positive", (0.1, 0.9)), wrt=("n", "p"))
def nbinom_pmf(y, k, n, p, loc=0):
    count = np.maximum(k - loc, 0.0)
    return y * (special.psi(count + n) - special.psi(n) + np.log(p)), y * (
        n / p - count / (1.0 - p)
    )


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
    return np.reshape(_gaussian_dot(x, mean, cov, x_dot, mean_dot, cov_dot), np.shape(y))


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
    return y * np.reshape(_gaussian_dot(x, mean, cov, x_dot, mean_dot, cov_dot), np.shape(y))


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


# ---- results that do not vary ----------------------------------------------------------------

constant(stats.rankdata)
