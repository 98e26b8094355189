# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: the gamma function and its relatives, also incomplete."""

from __future__ import annotations

import numpy as np
from scipy import special

from sourcead.ir.kinds import Array, Np
from sourcead.rules.forms import elementwise, of_real_numbers
from sourcead.rules.numpy.samples import present
from sourcead.runtime.scipy_gamma import rgamma_slope, zeta_in_x
from sourcead.runtime.scipy_incomplete import betainc_in_parameters, gammainc_in_a

# ---- gamma and its relatives ---------------------------------------------------------------


@elementwise(special.gamma, domain="positive")
def gamma(y, x):
    return y * special.psi(x)


@elementwise(special.gammaln, special.loggamma, domain="positive")
def gammaln(y, x):
    return special.psi(x)


@elementwise(
    special.psi, domain="positive", also={"complex": None}
)  # polygamma is for real numbers
def psi(y, x):
    return special.polygamma(1, x)


@elementwise(special.polygamma, domain=([0, 1, 3], "positive"), wrt=("x",))
def polygamma(y, n, x):
    return special.polygamma(n + 1, x)


@elementwise(special.rgamma, domain=(-3.5, 4.0))
def rgamma(y, x):
    """Finite at the poles of gamma, where `-psi(x) * y` is infinity times zero."""
    return rgamma_slope(x)


@elementwise(special.beta, domain=("positive", "positive"))
def beta(y, a, b):
    return y * (special.psi(a) - special.psi(a + b)), y * (special.psi(b) - special.psi(a + b))


@elementwise(special.betaln, domain=("positive", "positive"))
def betaln(y, a, b):
    return special.psi(a) - special.psi(a + b), special.psi(b) - special.psi(a + b)


def _doubles(a, d):
    """Whatever it is given, this function computes with doubles."""
    return Array("float64", a.dims) if isinstance(a, Array) and a.dims else Np("float64")


@elementwise(special.multigammaln, domain=((2.0, 4.0), [1, 3]), wrt=("a",), kind=_doubles)
def multigammaln(y, a, d):
    return np.sum(special.psi(np.asarray(a)[..., np.newaxis] - 0.5 * np.arange(d)), axis=-1)


@elementwise(special.poch, domain=("positive", "positive"))
def poch(y, z, m):
    return y * (special.psi(z + m) - special.psi(z)), y * special.psi(z + m)


@elementwise(special.binom, domain=((2.0, 4.0), (0.5, 1.5)))
def binom(y, n, k):
    above = special.psi(n - k + 1.0)
    return y * (special.psi(n + 1.0) - above), y * (above - special.psi(k + 1.0))


@elementwise(special.zeta, domain=((1.5, 6.0), "positive"))
def zeta(y, x, q=None):
    if q is None:
        return zeta_in_x(x, 1.0), None
    return zeta_in_x(x, q), -x * special.zeta(x + 1.0, q)


@elementwise(special.zetac, domain=(1.5, 6.0))
def zetac(y, x):
    return zeta_in_x(x, 1.0)


# ---- incomplete gamma and beta -------------------------------------------------------------


@elementwise(special.gammainc, domain=("positive", "positive"))
def gammainc(y, a, x):
    return gammainc_in_a(a, x), np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))


@elementwise(special.gammaincc, domain=("positive", "positive"))
def gammaincc(y, a, x):
    return -gammainc_in_a(a, x), -np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))


@elementwise(special.gammaincinv, domain=("positive", (0.1, 0.9)))
def gammaincinv(x, a, y):
    density = np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))
    return -gammainc_in_a(a, x) / density, 1.0 / density


@elementwise(special.gammainccinv, domain=("positive", (0.1, 0.9)))
def gammainccinv(x, a, y):
    density = np.exp(special.xlogy(a - 1.0, x) - x - special.gammaln(a))
    return -gammainc_in_a(a, x) / density, -1.0 / density


@elementwise(special.betainc, domain=("positive", "positive", (0.1, 0.9)))
def betainc(y, a, b, x):
    in_a, in_b = betainc_in_parameters(a, b, x)
    in_x = np.exp(special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b))
    return in_a, in_b, in_x


@elementwise(*present(special, "betaincc"), domain=("positive", "positive", (0.1, 0.9)))
def betaincc(y, a, b, x):
    in_a, in_b = betainc_in_parameters(a, b, x)
    in_x = np.exp(special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b))
    return -in_a, -in_b, -in_x


@elementwise(special.betaincinv, domain=("positive", "positive", (0.1, 0.9)))
def betaincinv(x, a, b, y):
    in_a, in_b = betainc_in_parameters(a, b, x)
    density = np.exp(
        special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b)
    )
    return -in_a / density, -in_b / density, 1.0 / density


@elementwise(*present(special, "betainccinv"), domain=("positive", "positive", (0.1, 0.9)))
def betainccinv(x, a, b, y):
    in_a, in_b = betainc_in_parameters(a, b, x)
    density = np.exp(
        special.xlogy(a - 1.0, x) + special.xlog1py(b - 1.0, -x) - special.betaln(a, b)
    )
    return -in_a / density, -in_b / density, -1.0 / density


of_real_numbers(special.rgamma)
