# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.stats`: distributions of counts; the counts are not differentiated."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from sourcead.rules.forms import elementwise

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
