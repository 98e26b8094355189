# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: quantiles, which invert a distribution function in one of its arguments.

Where x solves F(x, a) = p, it moves by 1 / F_x with p, and by -F_a / F_x with a.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from sourcead.rules.forms import elementwise, refused
from sourcead.runtime.scipy_asymptotic import kolmogorov_slope
from sourcead.runtime.scipy_incomplete import betainc_in_parameters, gammainc_in_a
from sourcead.runtime.scipy_quantiles import beta_density, gamma_density

# ---- of gamma distributions ----------------------------------------------------------------


@elementwise(special.chdtri, domain=("positive", (0.1, 0.9)))
def chdtri(x, v, p):
    rate = 1.0 / gamma_density(0.5 * v, 0.5 * x)
    return -gammainc_in_a(0.5 * v, 0.5 * x) * rate, -2.0 * rate


@elementwise(special.pdtri, domain=([0, 2, 1.5], (0.1, 0.9)), wrt=("y",))
def pdtri(m, k, y):
    return -1.0 / gamma_density(np.floor(k) + 1.0, m)


@elementwise(special.gdtrix, domain=("positive", "positive", (0.1, 0.9)))
def gdtrix(x, a, b, p):
    rate = 1.0 / gamma_density(b, a * x) / a
    return -x / a, -gammainc_in_a(b, a * x) * rate, rate


@elementwise(special.gdtria, domain=((0.1, 0.9), "positive", "positive"))
def gdtria(a, p, b, x):
    rate = 1.0 / gamma_density(b, a * x) / x
    return rate, -gammainc_in_a(b, a * x) * rate, -a / x


@elementwise(special.gdtrib, domain=("positive", (0.1, 0.9), "positive"))
def gdtrib(b, a, p, x):
    density, in_b = gamma_density(b, a * x), gammainc_in_a(b, a * x)
    return -x * density / in_b, 1.0 / in_b, -a * density / in_b


# ---- of beta distributions -----------------------------------------------------------------


@elementwise(special.bdtri, domain=([0, 2, 1.5], [4, 3.7], (0.1, 0.9)), wrt=("y",))
def bdtri(p, k, n, y):
    """1 - p is a quantile of a beta distribution."""
    k, n = np.floor(k), np.trunc(n)
    return -1.0 / beta_density(n - k, k + 1.0, 1.0 - p)


@elementwise(special.nbdtri, domain=([0, 2], [4], (0.1, 0.9)), wrt=("y",))
def nbdtri(p, k, n, y):
    k, n = np.trunc(k), np.trunc(n)
    return 1.0 / beta_density(n, k + 1.0, p)


@elementwise(special.fdtri, domain=("positive", "positive", (0.1, 0.9)))
def fdtri(x, dfn, dfd, p):
    a, b, u = 0.5 * dfn, 0.5 * dfd, dfn * x / (dfn * x + dfd)
    in_a, in_b = betainc_in_parameters(a, b, u)
    rate = x / (u * (1.0 - u)) / beta_density(a, b, u)
    return -x / dfn - 0.5 * in_a * rate, x / dfd - 0.5 * in_b * rate, rate


@elementwise(special.stdtrit, domain=("positive", (0.1, 0.9)))
def stdtrit(t, df, p):
    in_a, _ = betainc_in_parameters(0.5 * df, 0.5, df / (df + t * t))
    log_density = (
        -0.5 * (df + 1.0) * np.log1p(t * t / df) - 0.5 * np.log(df) - special.betaln(0.5 * df, 0.5)
    )
    rate = np.exp(-log_density)
    return 0.25 * np.sign(t) * in_a * rate + 0.5 * t / df, rate


# ---- of others -----------------------------------------------------------------------------


@elementwise(special.kolmogi, domain=(0.1, 0.9))
def kolmogi(x, p):
    return 1.0 / kolmogorov_slope(x)


@elementwise(special.nrdtrimn, domain=((0.1, 0.4), "positive", "real"))
def nrdtrimn(mn, p, std, x):
    """The mean of the normal distribution with probability p below x."""
    z = special.ndtri(p)
    return -std * np.sqrt(2.0 * np.pi) * np.exp(0.5 * z * z), -z, 1.0


@elementwise(special.nrdtrisd, domain=((-1.0, 0.0), (0.6, 0.9), (0.5, 1.0)))
def nrdtrisd(std, mn, p, x):
    z = special.ndtri(p)
    return -1.0 / z, -std / z * np.sqrt(2.0 * np.pi) * np.exp(0.5 * z * z), 1.0 / z


refused(
    special.bdtrik, special.bdtrin, special.btdtria, special.btdtrib, special.chdtriv, special.chndtridf,
    special.chndtrinc, special.chndtrix, special.fdtridfd, special.nbdtrik, special.nbdtrin, special.ncfdtr,
    special.ncfdtri, special.ncfdtridfd, special.ncfdtridfn, special.ncfdtrinc, special.nctdtr, special.nctdtridf,
    special.nctdtrinc, special.nctdtrit, special.pdtrik, special.smirnov, special.smirnovi, special.stdtridf,
    special.tklmbda,
    way_out="scipy.optimize.brentq of the distribution function that it inverts, or a rule with sourcead.rule",
)  # fmt: skip
