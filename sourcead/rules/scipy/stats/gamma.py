# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: the gamma and beta families."""

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
)
from sourcead.runtime.scipy_incomplete import betainc_in_parameters, gammainc_in_a

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
    return log_distribution_slopes(
        y, np.exp(densities.gamma_log_density(z, a) - y), z, scale, in_a / np.exp(y)
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
    return log_distribution_slopes(
        y, -np.exp(densities.gamma_log_density(z, a) - y), z, scale, -in_a / np.exp(y)
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
    return log_distribution_slopes(
        y,
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
    return log_distribution_slopes(
        y,
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
    return log_distribution_slopes(
        y,
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
    return log_distribution_slopes(
        y,
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
