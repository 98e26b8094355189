# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: distribution functions by Cephes' names, counts as real numbers."""

from __future__ import annotations

import numpy as np
from scipy import special

from sourcead.rules.forms import elementwise
from sourcead.runtime.scipy_incomplete import betainc_in_parameters, gammainc_in_a

# ---- distribution functions (Cephes' names) ------------------------------------------------


@elementwise(special.chdtr, domain=("positive", "positive"))
def chdtr(y, v, x):
    density = np.exp(special.xlogy(0.5 * v - 1.0, 0.5 * x) - 0.5 * x - special.gammaln(0.5 * v))
    return 0.5 * gammainc_in_a(0.5 * v, 0.5 * x), 0.5 * density


@elementwise(special.chdtrc, domain=("positive", "positive"))
def chdtrc(y, v, x):
    density = np.exp(special.xlogy(0.5 * v - 1.0, 0.5 * x) - 0.5 * x - special.gammaln(0.5 * v))
    return -0.5 * gammainc_in_a(0.5 * v, 0.5 * x), -0.5 * density


@elementwise(special.gdtr, domain=("positive", "positive", "positive"))
def gdtr(y, a, b, x):
    density = np.exp(special.xlogy(b - 1.0, a * x) - a * x - special.gammaln(b))
    return x * density, gammainc_in_a(b, a * x), a * density


@elementwise(special.gdtrc, domain=("positive", "positive", "positive"))
def gdtrc(y, a, b, x):
    density = np.exp(special.xlogy(b - 1.0, a * x) - a * x - special.gammaln(b))
    return -x * density, -gammainc_in_a(b, a * x), -a * density


@elementwise(
    special.chndtr, domain=("positive", "positive", "positive"), wrt=("x", "nc"), singular=True
)
def chndtr(y, x, df, nc):
    """A mixture of central ones by Poisson's weights: in nc it is the difference of df + 2 and df, halved."""
    order = 0.5 * df - 1.0
    ratio = np.where(nc > 0.0, nc, 1.0) * x
    shifted = special.ive(order, np.sqrt(ratio)) * np.exp(
        0.5 * order * np.log(np.where(nc > 0.0, x / np.where(nc > 0.0, nc, 1.0), 1.0))
        - 0.5 * (np.sqrt(x) - np.sqrt(nc)) ** 2
    )
    central = np.exp(special.xlogy(order, 0.5 * x) - 0.5 * x - special.gammaln(0.5 * df))
    in_x = 0.5 * np.where(nc > 0.0, shifted, central)
    return in_x, 0.5 * (special.chndtr(x, df + 2.0, nc) - special.chndtr(x, df, nc))


@elementwise(special.stdtr, domain=("positive", "real"))
def stdtr(y, df, t):
    """For t > 0 this is 1 - I_u(df / 2, 1 / 2) / 2 with u = df / (df + t**2)."""
    in_a, _ = betainc_in_parameters(0.5 * df, 0.5, df / (df + t * t))
    log_density = (
        -0.5 * (df + 1.0) * np.log1p(t * t / df) - 0.5 * np.log(df) - special.betaln(0.5 * df, 0.5)
    )
    density = np.exp(log_density)
    in_df = -0.25 * np.sign(t) * in_a - 0.5 * t * density / df
    return in_df, density


@elementwise(special.fdtr, domain=("positive", "positive", "positive"))
def fdtr(y, dfn, dfd, x):
    """The regularised incomplete beta function of dfn / 2 and dfd / 2 at u = dfn x / (dfn x + dfd)."""
    u, a, b = dfn * x / (dfn * x + dfd), 0.5 * dfn, 0.5 * dfd
    in_a, in_b = betainc_in_parameters(a, b, u)
    rate = np.exp(special.xlogy(a, u) + special.xlog1py(b, -u) - special.betaln(a, b))
    return 0.5 * in_a + rate / dfn, 0.5 * in_b - rate / dfd, rate / x


@elementwise(special.fdtrc, domain=("positive", "positive", "positive"))
def fdtrc(y, dfn, dfd, x):
    u, a, b = dfn * x / (dfn * x + dfd), 0.5 * dfn, 0.5 * dfd
    in_a, in_b = betainc_in_parameters(a, b, u)
    rate = np.exp(special.xlogy(a, u) + special.xlog1py(b, -u) - special.betaln(a, b))
    return -0.5 * in_a - rate / dfn, rate / dfd - 0.5 * in_b, -rate / x


@elementwise(special.pdtr, domain=([0, 3, 2.5], "positive"), wrt=("m",))
def pdtr(y, k, m):
    return -np.exp(special.xlogy(np.floor(k), m) - m - special.gammaln(np.floor(k) + 1.0))


@elementwise(special.pdtrc, domain=([0, 3, 2.5], "positive"), wrt=("m",))
def pdtrc(y, k, m):
    return np.exp(special.xlogy(np.floor(k), m) - m - special.gammaln(np.floor(k) + 1.0))


@elementwise(special.bdtr, domain=([0, 2], [4, 3.7], (0.1, 0.9)), wrt=("p",))
def bdtr(y, k, n, p):
    k, n = np.floor(k), np.trunc(n)
    log_rate = (
        special.xlogy(k, p) + special.xlog1py(n - k - 1.0, -p) - special.betaln(n - k, k + 1.0)
    )
    return -np.exp(log_rate)


@elementwise(special.bdtrc, domain=([0, 2], [4, 3.7], (0.1, 0.9)), wrt=("p",))
def bdtrc(y, k, n, p):
    k, n = np.floor(k), np.trunc(n)
    log_rate = (
        special.xlogy(k, p) + special.xlog1py(n - k - 1.0, -p) - special.betaln(n - k, k + 1.0)
    )
    return np.exp(log_rate)


@elementwise(special.nbdtr, domain=([0, 2, 1.4], [4, 3.7], (0.1, 0.9)), wrt=("p",))
def nbdtr(y, k, n, p):
    """Counts that are no integers are cut off, as SciPy does."""
    k, n = np.trunc(k), np.trunc(n)
    return np.exp(special.xlogy(n - 1.0, p) + special.xlog1py(k, -p) - special.betaln(n, k + 1.0))


@elementwise(special.nbdtrc, domain=([0, 2, 1.4], [4, 3.7], (0.1, 0.9)), wrt=("p",))
def nbdtrc(y, k, n, p):
    k, n = np.trunc(k), np.trunc(n)
    return -np.exp(special.xlogy(n - 1.0, p) + special.xlog1py(k, -p) - special.betaln(n, k + 1.0))


# ---- counts as real numbers ----------------------------------------------------------------


@elementwise(special.comb, domain=((2.0, 4.0), (0.5, 1.5)), wrt=("N", "k"))
def comb(y, N, k, *, exact=False, repetition=False):
    if repetition:
        above = special.psi(N + k)
        return y * (above - special.psi(N)), y * (above - special.psi(k + 1.0))
    above = special.psi(N - k + 1.0)
    return y * (special.psi(N + 1.0) - above), y * (above - special.psi(k + 1.0))


@elementwise(special.perm, domain=((2.0, 4.0), (0.5, 1.5)), wrt=("N", "k"))
def perm(y, N, k, exact=False):
    above = special.psi(N - k + 1.0)
    return y * (special.psi(N + 1.0) - above), y * above


@elementwise(special.factorial, domain="positive", wrt=("n",))
def factorial(y, n, exact=False):
    return y * special.psi(n + 1.0)
