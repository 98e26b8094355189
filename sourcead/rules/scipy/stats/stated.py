# mypy: allow-untyped-defs, allow-untyped-calls
"""Formulas of distributions at loc 0 and scale 1, in place of SciPy's own.

SciPy's are compiled, write by masks, or take a short cut at a value of a shape (`c == 0`), where the slope in
that shape would be lost.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sourcead.runtime.scipy_densities import normal_log_density
from sourcead.runtime.scipy_families import gaussian_log_mass, log1p_ratio

__all__ = ["STATED"]

# ---- extreme values: log(1 - c z) / c is smooth at c = 0 -----------------------------------------


def genextreme_logcdf(z, c):
    return -np.exp(-z * log1p_ratio(-c * z))


def genextreme_logpdf(z, c):
    exponent = -z * log1p_ratio(-c * z)
    return exponent - np.exp(exponent) - np.log1p(-c * z)


def genextreme_pdf(z, c):
    return np.exp(genextreme_logpdf(z, c))


def genextreme_cdf(z, c):
    return np.exp(genextreme_logcdf(z, c))


def genextreme_sf(z, c):
    return -np.expm1(genextreme_logcdf(z, c))


def genextreme_logsf(z, c):
    return np.log(genextreme_sf(z, c))


def genextreme_ppf(q, c):
    x = -np.log(-np.log(q))
    return x * special.exprel(-c * x)


def genextreme_isf(q, c):
    x = -np.log(-np.log1p(-q))
    return x * special.exprel(-c * x)


def genpareto_logsf(z, c):
    return -z * log1p_ratio(c * z)


def genpareto_logpdf(z, c):
    return genpareto_logsf(z, c) - np.log1p(c * z)


def genpareto_pdf(z, c):
    return np.exp(genpareto_logpdf(z, c))


def genpareto_sf(z, c):
    return np.exp(genpareto_logsf(z, c))


def genpareto_cdf(z, c):
    return -np.expm1(genpareto_logsf(z, c))


def genpareto_logcdf(z, c):
    return np.log(genpareto_cdf(z, c))


def genpareto_isf(q, c):
    x = -np.log(q)
    return x * special.exprel(c * x)


def genpareto_ppf(q, c):
    x = -np.log1p(-q)
    return x * special.exprel(c * x)


# ---- skewed, truncated and wrapped normal distributions --------------------------------------------


def skewnorm_logpdf(z, a):
    return math.log(2.0) + normal_log_density(z) + special.log_ndtr(a * z)


def skewnorm_pdf(z, a):
    return np.exp(skewnorm_logpdf(z, a))


def skewnorm_cdf(z, a):
    return special.ndtr(z) - 2.0 * special.owens_t(z, a)


def skewnorm_sf(z, a):
    return special.ndtr(-z) + 2.0 * special.owens_t(z, a)


def truncnorm_logpdf(z, a, b):
    return normal_log_density(z) - gaussian_log_mass(a, b)


def truncnorm_pdf(z, a, b):
    return np.exp(truncnorm_logpdf(z, a, b))


def truncnorm_logcdf(z, a, b):
    return gaussian_log_mass(a, z) - gaussian_log_mass(a, b)


def truncnorm_logsf(z, a, b):
    return gaussian_log_mass(z, b) - gaussian_log_mass(a, b)


def truncnorm_cdf(z, a, b):
    return np.exp(truncnorm_logcdf(z, a, b))


def truncnorm_sf(z, a, b):
    return np.exp(truncnorm_logsf(z, a, b))


# ---- others ------------------------------------------------------------------------------------------


def cosine_cdf(z):
    return 0.5 + (z + np.sin(z)) / (2.0 * math.pi)


def cosine_sf(z):
    return 0.5 - (z + np.sin(z)) / (2.0 * math.pi)


def geninvgauss_logpdf(z, p, b):
    """Of the Bessel function the exponential part is taken out: `kve`."""
    return (p - 1.0) * np.log(z) - 0.5 * b * (z + 1.0 / z - 2.0) - np.log(2.0 * special.kve(p, b))


def geninvgauss_pdf(z, p, b):
    return np.exp(geninvgauss_logpdf(z, p, b))


def genhyperbolic_logpdf(z, p, a, b):
    gap, root = np.sqrt((a - b) * (a + b)), np.sqrt(1.0 + z * z)
    front = p * np.log(gap) - (p - 0.5) * np.log(a) - 0.5 * math.log(2.0 * math.pi)
    bessel = np.log(special.kve(p - 0.5, a * root)) - np.log(special.kve(p, gap))
    return front + bessel + gap - a * root + b * z + (p - 0.5) * np.log(root)


def genhyperbolic_pdf(z, p, a, b):
    return np.exp(genhyperbolic_logpdf(z, p, a, b))


def ncx2_logpdf(z, df, nc):
    """The limit where `nc` is 0: in `nc` there is no slope."""
    order, safe = 0.5 * df - 1.0, np.where(nc > 0.0, nc, 1.0)
    log_bessel = np.log(special.ive(order, np.sqrt(z * safe)))
    central = special.xlogy(order, 0.5 * z) - 0.5 * z - special.gammaln(0.5 * df)
    shifted = 0.5 * order * np.log(z / safe) - 0.5 * (np.sqrt(z) - np.sqrt(safe)) ** 2 + log_bessel
    return np.where(nc > 0.0, shifted, central) - math.log(2.0)


def ncx2_pdf(z, df, nc):
    return np.exp(ncx2_logpdf(z, df, nc))


# ---- counts --------------------------------------------------------------------------------------------


def poisson_sf(k, mu):
    return special.gammainc(np.floor(k) + 1.0, mu)


def binom_sf(k, n, p):
    count = np.floor(k)
    return special.betainc(count + 1.0, n - count, p)


def bernoulli_cdf(k, p):
    return 1.0 - p


def bernoulli_sf(k, p):
    return p


def nbinom_cdf(k, n, p):
    return special.betainc(n, np.floor(k) + 1.0, p)


def nbinom_sf(k, n, p):
    return special.betainc(np.floor(k) + 1.0, n, 1.0 - p)


def nbinom_logcdf(k, n, p):
    return np.log(nbinom_cdf(k, n, p))


def zipf_logpmf(k, a):
    return -a * np.log(k) - np.log(special.zeta(a, 1.0))


def zipf_pmf(k, a):
    return np.exp(zipf_logpmf(k, a))


def skellam_pmf(k, mu1, mu2):
    bessel = special.ive(np.abs(k), 2.0 * np.sqrt(mu1 * mu2))
    return np.exp(-((np.sqrt(mu1) - np.sqrt(mu2)) ** 2)) * (mu1 / mu2) ** (0.5 * k) * bessel


STATED = {
    name: function
    for name, function in list(globals().items())
    if name.rpartition("_")[2]
    in ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf")
}
"""By the name of the distribution and its method."""
