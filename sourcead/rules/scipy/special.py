# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: functions of one element, or of the elements at the same place.

Orders, degrees and counts are not differentiated (`wrt` leaves them out), nor are parameters of
hypergeometric functions whose derivative has no form that is safe everywhere.  Formulas: Abramowitz
and Stegun, and the Digital Library of Mathematical Functions (dlmf.nist.gov), by chapter.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sourcead.rules.forms import constant, elementwise, forward_rule, helper, helpers, reverse_rule
from sourcead.rules.numpy.samples import call, present
from sourcead.rules.registry import lookup
from sourcead.rules.scipy.kinds import stretched_like
from sourcead.runtime import scipy_asymptotic, scipy_elliptic, scipy_gamma, scipy_incomplete
from sourcead.runtime.powers import log_or_zero, power_slope
from sourcead.runtime.quotients import ratio
from sourcead.runtime.scipy_asymptotic import kolmogorov_slope, one_minus_2x
from sourcead.runtime.scipy_elliptic import ellipeinc_in_m, ellipkinc_in_m, elliprc_in_x
from sourcead.runtime.scipy_gamma import rgamma_slope, zeta_in_x
from sourcead.runtime.scipy_incomplete import betainc_in_parameters, gammainc_in_a

helpers(scipy_asymptotic, scipy_elliptic, scipy_gamma, scipy_incomplete)

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


@elementwise(special.multigammaln, domain=((2.0, 4.0), [1, 3]), wrt=("a",))
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


# ---- error functions and the normal distribution -------------------------------------------


@elementwise(special.erf)
def erf(y, x):
    return 2.0 / math.sqrt(math.pi) * np.exp(-x * x)


@elementwise(special.erfc)
def erfc(y, x):
    return -2.0 / math.sqrt(math.pi) * np.exp(-x * x)


@elementwise(special.erfi)
def erfi(y, x):
    return 2.0 / math.sqrt(math.pi) * np.exp(x * x)


@elementwise(special.erfcx, also={"complex": lambda y, x: 2.0 * (x * y - 1.0 / math.sqrt(math.pi))})
def erfcx(y, x):
    """`2 x y - 2 / sqrt(pi)`, without its cancellation for large x."""
    return -2.0 / math.sqrt(math.pi) * one_minus_2x(x, 0.5 * math.sqrt(math.pi) * y, -1.0)


@elementwise(special.dawsn, also={"complex": lambda y, x: 1.0 - 2.0 * x * y})
def dawsn(y, x):
    """`1 - 2 x y`, without its cancellation for large x."""
    return one_minus_2x(x, y, 1.0)


@elementwise(special.wofz)
def wofz(y, z):
    return 2j / math.sqrt(math.pi) - 2.0 * z * y


@elementwise(special.erfinv, domain="unit")
def erfinv(y, x):
    return 0.5 * math.sqrt(math.pi) * np.exp(y * y)


@elementwise(special.erfcinv, domain=(0.1, 1.9))
def erfcinv(y, x):
    return -0.5 * math.sqrt(math.pi) * np.exp(y * y)


@elementwise(special.ndtr)
def ndtr(y, x):
    return np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


@elementwise(special.log_ndtr, domain=(-20.0, 5.0))
def log_ndtr(y, x):
    """Density over distribution function, which are both 0 in the tail: their ratio is 1 / erfcx."""
    return math.sqrt(2.0 / math.pi) / special.erfcx(-x / math.sqrt(2.0))


@elementwise(special.ndtri, domain=(0.05, 0.95))
def ndtri(y, x):
    return math.sqrt(2.0 * math.pi) * np.exp(0.5 * y * y)


@elementwise(*present(special, "ndtri_exp"), domain=(-3.0, -0.1))
def ndtri_exp(y, x):
    return math.sqrt(0.5 * math.pi) * special.erfcx(-y / math.sqrt(2.0))


@elementwise(special.owens_t, domain=("real", "real"))
def owens_t(y, h, a):
    in_h = np.exp(-0.5 * h * h) * special.erf(a * h / math.sqrt(2.0)) / math.sqrt(8.0 * math.pi)
    in_a = np.exp(-0.5 * h * h * (1.0 + a * a)) / (2.0 * math.pi * (1.0 + a * a))
    return -in_h, in_a


@elementwise(special.voigt_profile, domain=("real", "positive", "positive"))
def voigt_profile(y, x, sigma, gamma):
    """The real part of Faddeeva's w at (x + i gamma) / (sigma sqrt 2), and w' = 2i / sqrt(pi) - 2 z w."""
    z = (x + 1j * gamma) / (math.sqrt(2.0) * sigma)
    slope = 2j / math.sqrt(math.pi) - 2.0 * z * special.wofz(z)
    unit = 1.0 / (2.0 * math.sqrt(math.pi) * sigma * sigma)
    in_sigma = -(y + np.real(z * slope) / (math.sqrt(2.0 * math.pi) * sigma)) / sigma
    return unit * np.real(slope), in_sigma, -unit * np.imag(slope)


# ---- logistic function and logarithms ------------------------------------------------------


@elementwise(special.expit)
def expit(y, x):
    return y * (1.0 - y)


@elementwise(special.logit, domain=(0.1, 0.9))
def logit(y, x):
    return 1.0 / (x * (1.0 - x))


@elementwise(special.log_expit)
def log_expit(y, x):
    return special.expit(-x)


@elementwise(*present(special, "softplus"))
def softplus(y, x):
    return special.expit(x)


@elementwise(special.expm1)
def expm1(y, x):
    return np.exp(x)


@elementwise(special.log1p, domain="positive")
def log1p(y, x):
    return 1.0 / (1.0 + x)


@elementwise(special.exp2)
def exp2(y, x):
    return y * math.log(2.0)


@elementwise(special.exp10)
def exp10(y, x):
    return y * math.log(10.0)


@elementwise(special.exprel)
def exprel(y, x):
    """exprel(x) = (exp(x) - 1) / x is 1F1(1; 2; x): no division, also at 0."""
    return 0.5 * special.hyp1f1(2.0, 3.0, x)


@elementwise(special.cbrt, domain="positive", singular=True)
def cbrt(y, x):
    return 1.0 / (3.0 * y * y)


@elementwise(special.cosm1)
def cosm1(y, x):
    return -np.sin(x)


@elementwise(special.powm1, domain=("positive", "real"), singular=True)
def powm1(result, x, y):
    return power_slope(x, y), (result + 1.0) * log_or_zero(x)


@elementwise(special.xlogy, domain=("real", "positive"), singular=True)
def xlogy(result, x, y):
    """The slope in y is 0 where x = 0, also at y = 0."""
    return np.log(y), ratio(x, y)


@elementwise(special.xlog1py, domain=("real", "positive"), singular=True)
def xlog1py(result, x, y):
    return special.log1p(y), ratio(x, 1.0 + y)


@elementwise(special.entr, domain="positive", singular=True)
def entr(y, x):
    return -1.0 - np.log(x)


@elementwise(special.rel_entr, domain=("positive", "positive"), singular=True)
def rel_entr(result, x, y):
    return np.log(x / np.where((x == 0.0) & (y == 0.0), 1.0, y)) + 1.0, -ratio(x, y)


@elementwise(special.kl_div, domain=("positive", "positive"), singular=True)
def kl_div(result, x, y):
    return np.log(x / np.where((x == 0.0) & (y == 0.0), 1.0, y)), 1.0 - ratio(x, y)


# ---- Box-Cox: (x ** lmbda - 1) / lmbda = log(x) exprel(lmbda log(x)) -------------------------


@elementwise(special.boxcox, domain=("positive", "real"), singular=True)
def boxcox(y, x, lmbda):
    """In lmbda: log(x)**2 exprel'(lmbda log(x)), finite at lmbda = 0; at x = 0 it is 1 / lmbda**2."""
    log_x = log_or_zero(x)
    in_lmbda = np.where(
        x == 0.0, y * y, 0.5 * log_x * log_x * special.hyp1f1(2.0, 3.0, lmbda * log_x)
    )
    return np.power(x, lmbda - 1.0), in_lmbda


@elementwise(special.boxcox1p, domain=("positive", "real"), singular=True)
def boxcox1p(y, x, lmbda):
    log_x = special.log1p(x)
    in_lmbda = 0.5 * log_x * log_x * special.hyp1f1(2.0, 3.0, lmbda * log_x)
    return np.power(1.0 + x, lmbda - 1.0), in_lmbda


@elementwise(special.inv_boxcox, domain=((0.1, 0.9), "unit"), singular=True)
def inv_boxcox(x, y, lmbda):
    return np.power(x, 1.0 - lmbda), -0.5 * x * y * y * special.hyp2f1(2.0, 2.0, 3.0, -lmbda * y)


@elementwise(special.inv_boxcox1p, domain=((0.1, 0.9), "unit"), singular=True)
def inv_boxcox1p(x, y, lmbda):
    in_lmbda = -0.5 * (1.0 + x) * y * y * special.hyp2f1(2.0, 2.0, 3.0, -lmbda * y)
    return np.power(1.0 + x, 1.0 - lmbda), in_lmbda


# ---- robust losses -------------------------------------------------------------------------


@elementwise(special.huber, domain=("positive", "real"))
def huber(y, delta, r):
    return np.maximum(np.abs(r) - delta, 0.0), np.clip(r, -delta, delta)


@elementwise(special.pseudo_huber, domain=("positive", "real"))
def pseudo_huber(y, delta, r):
    root = np.hypot(1.0, r / delta)
    return 2.0 * y / delta - r * r / (delta * root), r / root


# ---- trigonometric functions of degrees ----------------------------------------------------


@elementwise(special.sindg)
def sindg(y, x):
    return math.pi / 180.0 * special.cosdg(x)


@elementwise(special.cosdg)
def cosdg(y, x):
    return -math.pi / 180.0 * special.sindg(x)


@elementwise(special.tandg)
def tandg(y, x):
    return math.pi / 180.0 * (1.0 + y * y)


@elementwise(special.cotdg, domain=(20.0, 70.0))
def cotdg(y, x):
    return -math.pi / 180.0 * (1.0 + y * y)


# ---- Bessel functions ----------------------------------------------------------------------
# The order is not differentiated.  Differences of neighbouring orders, not y0 - y1 / x: finite at 0.


@elementwise(special.j0)
def j0(y, x):
    return -special.j1(x)


@elementwise(special.j1)
def j1(y, x):
    return 0.5 * (special.j0(x) - special.jv(2, x))


@elementwise(special.y0, domain="positive")
def y0(y, x):
    return -special.y1(x)


@elementwise(special.y1, domain="positive")
def y1(y, x):
    return 0.5 * (special.y0(x) - special.yv(2, x))


@elementwise(special.i0)
def i0(y, x):
    return special.i1(x)


@elementwise(special.i1)
def i1(y, x):
    return 0.5 * (special.i0(x) + special.iv(2, x))


@elementwise(special.i0e)
def i0e(y, x):
    return special.i1e(x) - np.sign(x) * y


@elementwise(special.i1e)
def i1e(y, x):
    return 0.5 * (special.i0e(x) + special.ive(2, x)) - np.sign(x) * y


@elementwise(special.k0, domain="positive")
def k0(y, x):
    return -special.k1(x)


@elementwise(special.k1, domain="positive")
def k1(y, x):
    return -0.5 * (special.k0(x) + special.kv(2, x))


@elementwise(special.k0e, domain="positive")
def k0e(y, x):
    return y - special.k1e(x)


@elementwise(special.k1e, domain="positive")
def k1e(y, x):
    return y - 0.5 * (special.k0e(x) + special.kve(2, x))


@elementwise(special.jv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def jv(y, v, z):
    return 0.5 * (special.jv(v - 1, z) - special.jv(v + 1, z))


@elementwise(special.yn, domain=([0, 2], "positive"), wrt=("x",))
def yn(y, n, x):
    return 0.5 * (special.yv(n - 1, x) - special.yv(n + 1, x))


@elementwise(special.yv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def yv(y, v, z):
    return 0.5 * (special.yv(v - 1, z) - special.yv(v + 1, z))


@elementwise(special.iv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def iv(y, v, z):
    return 0.5 * (special.iv(v - 1, z) + special.iv(v + 1, z))


@elementwise(special.kn, domain=([0, 2], "positive"), wrt=("x",))
def kn(y, n, x):
    return -0.5 * (special.kv(n - 1, x) + special.kv(n + 1, x))


@elementwise(special.kv, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def kv(y, v, z):
    return -0.5 * (special.kv(v - 1, z) + special.kv(v + 1, z))


# Scaled by exp(-|Im z|) and exp(-|Re z|), which is not holomorphic: real arguments only.
@elementwise(special.jve, domain=([0, 2, 1.5], "positive"), wrt=("z",), also={"complex": None})
def jve(y, v, z):
    return 0.5 * (special.jve(v - 1, z) - special.jve(v + 1, z))


@elementwise(special.yve, domain=([0, 2, 1.5], "positive"), wrt=("z",), also={"complex": None})
def yve(y, v, z):
    return 0.5 * (special.yve(v - 1, z) - special.yve(v + 1, z))


@elementwise(special.ive, domain=([0, 2, 1.5], "positive"), wrt=("z",), also={"complex": None})
def ive(y, v, z):
    return 0.5 * (special.ive(v - 1, z) + special.ive(v + 1, z)) - np.sign(z) * y


@elementwise(special.kve, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def kve(y, v, z):
    return y - 0.5 * (special.kve(v - 1, z) + special.kve(v + 1, z))


@elementwise(special.hankel1, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel1(y, v, z):
    return 0.5 * (special.hankel1(v - 1, z) - special.hankel1(v + 1, z))


@elementwise(special.hankel2, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel2(y, v, z):
    return 0.5 * (special.hankel2(v - 1, z) - special.hankel2(v + 1, z))


@elementwise(special.hankel1e, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel1e(y, v, z):
    return 0.5 * (special.hankel1e(v - 1, z) - special.hankel1e(v + 1, z)) - 1j * y


@elementwise(special.hankel2e, domain=([0, 2, 1.5], "positive"), wrt=("z",))
def hankel2e(y, v, z):
    return 0.5 * (special.hankel2e(v - 1, z) - special.hankel2e(v + 1, z)) + 1j * y


@elementwise(special.spherical_jn, domain=([0, 1, 3], "positive", [False, True]), wrt=("z",))
def spherical_jn(y, n, z, derivative=False):
    if not derivative:
        return special.spherical_jn(n, z, True)
    return (n * (n + 1) / (z * z) - 1.0) * special.spherical_jn(n, z) - 2.0 / z * y


@elementwise(special.spherical_yn, domain=([0, 1, 3], "positive", [False, True]), wrt=("z",))
def spherical_yn(y, n, z, derivative=False):
    if not derivative:
        return special.spherical_yn(n, z, True)
    return (n * (n + 1) / (z * z) - 1.0) * special.spherical_yn(n, z) - 2.0 / z * y


@elementwise(special.spherical_in, domain=([0, 1, 3], "positive", [False, True]), wrt=("z",))
def spherical_in(y, n, z, derivative=False):
    if not derivative:
        return special.spherical_in(n, z, True)
    return (n * (n + 1) / (z * z) + 1.0) * special.spherical_in(n, z) - 2.0 / z * y


@elementwise(special.spherical_kn, domain=([0, 1, 3], "positive", [False, True]), wrt=("z",))
def spherical_kn(y, n, z, derivative=False):
    if not derivative:
        return special.spherical_kn(n, z, True)
    return (n * (n + 1) / (z * z) + 1.0) * special.spherical_kn(n, z) - 2.0 / z * y


# Kelvin functions: x f'' + f' is -x bei, x ber, -x kei and x ker.
@elementwise(special.ber)
def ber(y, x):
    return special.berp(x)


@elementwise(special.bei)
def bei(y, x):
    return special.beip(x)


@elementwise(special.ker, domain="positive")
def ker(y, x):
    return special.kerp(x)


@elementwise(special.kei, domain="positive")
def kei(y, x):
    return special.keip(x)


@elementwise(special.berp)
def berp(y, x):
    return -special.bei(x) - y / np.where(x == 0.0, 1.0, x)


@elementwise(special.beip)
def beip(y, x):
    """At 0 bei is x**2 / 4, so that the slope of its derivative is 1 / 2."""
    return np.where(x == 0.0, 0.5, special.ber(x) - y / np.where(x == 0.0, 1.0, x))


@elementwise(special.kerp, domain="positive")
def kerp(y, x):
    return -special.kei(x) - y / x


@elementwise(special.keip, domain="positive")
def keip(y, x):
    return special.ker(x) - y / x


@elementwise(special.struve, domain=([0, 1, 1.5], "positive"), wrt=("x",))
def struve(y, v, x):
    edge = special.rgamma(v + 1.5) * np.power(0.5 * x, v) / math.sqrt(math.pi)
    return 0.5 * (special.struve(v - 1, x) - special.struve(v + 1, x) + edge)


@elementwise(special.modstruve, domain=([0, 1, 1.5], "positive"), wrt=("x",))
def modstruve(y, v, x):
    edge = special.rgamma(v + 1.5) * np.power(0.5 * x, v) / math.sqrt(math.pi)
    return 0.5 * (special.modstruve(v - 1, x) + special.modstruve(v + 1, x) + edge)


@elementwise(special.itstruve0, domain="positive")
def itstruve0(y, x):
    return special.struve(0, x)


# ---- integrals -----------------------------------------------------------------------------


@elementwise(special.exp1, domain="positive")
def exp1(y, x):
    return -np.exp(-x) / x


@elementwise(special.expi, domain="positive")
def expi(y, x):
    return np.exp(x) / x


@elementwise(special.expn, domain=([0, 1, 3], "positive"), wrt=("x",))
def expn(y, n, x):
    """E_n' = -E_(n-1), and E_0(x) = exp(-x) / x."""
    return np.where(n == 0, -y * (1.0 + 1.0 / x), -special.expn(np.maximum(n - 1, 0), x))


@elementwise(special.spence, domain="positive")
def spence(y, x):
    """log(x) / (1 - x) is -2F1(1, 1; 2; 1 - x): no division, also at 1."""
    return -special.hyp2f1(1.0, 1.0, 2.0, 1.0 - x)


@elementwise(special.kolmogorov, domain="positive")
def kolmogorov(y, x):
    return kolmogorov_slope(x)


# ---- elliptic integrals: the second argument is the parameter m, not the modulus -------------


@elementwise(special.ellipk, domain=(-2.0, 0.9))
def ellipk(y, m):
    """By Carlson's R_D: (E / (1 - m) - K) / (2 m) would be 0 / 0 at m = 0."""
    return special.elliprd(0.0, 1.0, 1.0 - m) / 6.0


@elementwise(special.ellipkm1, domain=(0.1, 0.9))
def ellipkm1(y, p):
    return -special.elliprd(0.0, 1.0, p) / 6.0


@elementwise(special.ellipe, domain=(-2.0, 0.9))
def ellipe(y, m):
    return -special.elliprd(0.0, 1.0 - m, 1.0) / 6.0


@elementwise(special.ellipkinc, domain=((-4.0, 4.0), (-0.5, 0.9)))
def ellipkinc(y, phi, m):
    return 1.0 / np.sqrt(1.0 - m * np.sin(phi) ** 2), ellipkinc_in_m(phi, m)


@elementwise(special.ellipeinc, domain=((-4.0, 4.0), (-0.5, 0.9)))
def ellipeinc(y, phi, m):
    return np.sqrt(1.0 - m * np.sin(phi) ** 2), ellipeinc_in_m(phi, m)


@elementwise(special.elliprc, domain=("positive", "positive"))
def elliprc(result, x, y):
    in_x = elliprc_in_x(result, x, y)
    return in_x, -(0.5 * result + x * in_x) / y


@elementwise(special.elliprf, domain=("positive", "positive", "positive"))
def elliprf(result, x, y, z):
    return (
        -special.elliprd(y, z, x) / 6.0,
        -special.elliprd(z, x, y) / 6.0,
        -special.elliprd(x, y, z) / 6.0,
    )


@elementwise(special.elliprg, domain=("positive", "positive", "positive"))
def elliprg(result, x, y, z):
    first = special.elliprf(x, y, z)
    return (
        0.25 * (first - x * special.elliprd(y, z, x) / 3.0),
        0.25 * (first - y * special.elliprd(z, x, y) / 3.0),
        0.25 * (first - z * special.elliprd(x, y, z) / 3.0),
    )


@elementwise(special.elliprd, domain=((0.3, 0.6), (0.7, 1.0), (1.2, 2.0)))
def elliprd(result, x, y, z):
    """By the Euler-Poisson equation and homogeneity (DLMF 19.18); NaN where z equals x or y.

    At x = 0 the slope in x is infinite, and x times it is 0.
    """
    in_x = -0.5 * (result - special.elliprd(y, z, x)) / (x - z)
    in_y = -0.5 * (result - special.elliprd(z, x, y)) / (y - z)
    moved = np.where(x == 0.0, 0.0, x * in_x) + np.where(y == 0.0, 0.0, y * in_y)
    return in_x, in_y, -(1.5 * result + moved) / z


@elementwise(special.agm, domain=("positive", "positive"))
def agm(y, a, b):
    """1 / agm(a, b) = (2 / pi) R_F(0, a**2, b**2)."""
    unit = 2.0 / (3.0 * math.pi) * y * y
    return (
        unit * np.abs(a) * special.elliprd(0.0, b * b, a * a),
        unit * np.abs(b) * special.elliprd(0.0, a * a, b * b),
    )


# ---- hypergeometric functions: parameters are not differentiated ---------------------------


@elementwise(special.hyp0f1, domain=([0.7, 2.0], "real"), wrt=("z",))
def hyp0f1(y, v, z):
    return special.hyp0f1(v + 1.0, z) / v


@elementwise(special.hyp1f1, domain=([0.7, 2.0], [1.3, 3.0], "real"), wrt=("x",))
def hyp1f1(y, a, b, x):
    return a / b * special.hyp1f1(a + 1.0, b + 1.0, x)


@elementwise(special.hyp2f1, domain=([0.7, 2.0], [1.3], [2.4], (-1.5, 0.9)), wrt=("z",))
def hyp2f1(y, a, b, c, z):
    return a * b / c * special.hyp2f1(a + 1.0, b + 1.0, c + 1.0, z)


@elementwise(special.hyperu, domain=([0.7, 2.0], [1.3, 3.0], "positive"), wrt=("x",))
def hyperu(y, a, b, x):
    return -a * special.hyperu(a + 1.0, b + 1.0, x)


# ---- orthogonal polynomials: the degree is not differentiated ------------------------------
# A derivative is a polynomial of the next family, without a division that fails at x = 1 or -1.


@elementwise(special.eval_jacobi, domain=([0, 1, 3, 2.5], [0.5], [1.0], "unit"), wrt=("x",))
def eval_jacobi(y, n, alpha, beta, x):
    slope = 0.5 * (n + alpha + beta + 1.0) * special.eval_jacobi(n - 1, alpha + 1.0, beta + 1.0, x)
    return np.where(n == 0, 0.0, slope)


@elementwise(special.eval_legendre, domain=([0, 1, 3, 2.5], "unit"), wrt=("x",))
def eval_legendre(y, n, x):
    return np.where(n == 0, 0.0, 0.5 * (n + 1.0) * special.eval_jacobi(n - 1, 1.0, 1.0, x))


@elementwise(special.eval_sh_legendre, domain=([0, 1, 3], "unit"), wrt=("x",))
def eval_sh_legendre(y, n, x):
    return np.where(n == 0, 0.0, (n + 1.0) * special.eval_jacobi(n - 1, 1.0, 1.0, 2.0 * x - 1.0))


@elementwise(special.eval_gegenbauer, domain=([0, 1, 3], [0.7, 2.0], "unit"), wrt=("x",))
def eval_gegenbauer(y, n, alpha, x):
    return np.where(n == 0, 0.0, 2.0 * alpha * special.eval_gegenbauer(n - 1, alpha + 1.0, x))


@elementwise(special.eval_chebyt, domain=([0, 1, 3, 2.5], "unit"), wrt=("x",))
def eval_chebyt(y, n, x):
    return n * special.eval_chebyu(n - 1, x)


@elementwise(special.eval_chebyu, domain=([0, 1, 3], "unit"), wrt=("x",))
def eval_chebyu(y, n, x):
    return np.where(n == 0, 0.0, 2.0 * special.eval_gegenbauer(n - 1, 2.0, x))


@elementwise(special.eval_sh_chebyt, domain=([0, 1, 3], "unit"), wrt=("x",))
def eval_sh_chebyt(y, n, x):
    return 2.0 * n * special.eval_chebyu(n - 1, 2.0 * x - 1.0)


@elementwise(special.eval_hermite, domain=([0, 1, 3], "real"), wrt=("x",))
def eval_hermite(y, n, x):
    return 2.0 * n * special.eval_hermite(np.maximum(n - 1, 0), x)


@elementwise(special.eval_hermitenorm, domain=([0, 1, 3], "real"), wrt=("x",))
def eval_hermitenorm(y, n, x):
    return n * special.eval_hermitenorm(np.maximum(n - 1, 0), x)


@elementwise(special.eval_laguerre, domain=([0, 1, 3], "real"), wrt=("x",))
def eval_laguerre(y, n, x):
    return np.where(n == 0, 0.0, -special.eval_genlaguerre(n - 1, 1.0, x))


@elementwise(special.eval_genlaguerre, domain=([0, 1, 3], [0.7, 2.0], "real"), wrt=("x",))
def eval_genlaguerre(y, n, alpha, x):
    return np.where(n == 0, 0.0, -special.eval_genlaguerre(n - 1, alpha + 1.0, x))


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


@elementwise(special.bdtr, domain=([0, 2], [4], (0.1, 0.9)), wrt=("p",))
def bdtr(y, k, n, p):
    k = np.floor(k)
    log_rate = (
        special.xlogy(k, p) + special.xlog1py(n - k - 1.0, -p) - special.betaln(n - k, k + 1.0)
    )
    return -np.exp(log_rate)


@elementwise(special.bdtrc, domain=([0, 2], [4], (0.1, 0.9)), wrt=("p",))
def bdtrc(y, k, n, p):
    k = np.floor(k)
    log_rate = (
        special.xlogy(k, p) + special.xlog1py(n - k - 1.0, -p) - special.betaln(n - k, k + 1.0)
    )
    return np.exp(log_rate)


@elementwise(special.nbdtr, domain=([0, 2], [4], (0.1, 0.9)), wrt=("p",))
def nbdtr(y, k, n, p):
    return np.exp(special.xlogy(n - 1.0, p) + special.xlog1py(k, -p) - special.betaln(n, k + 1.0))


@elementwise(special.nbdtrc, domain=([0, 2], [4], (0.1, 0.9)), wrt=("p",))
def nbdtrc(y, k, n, p):
    return -np.exp(special.xlogy(n - 1.0, p) + special.xlog1py(k, -p) - special.betaln(n, k + 1.0))


# ---- implicit functions --------------------------------------------------------------------


@elementwise(special.lambertw, domain=("positive", [0, -1], [1e-8]), wrt=("z",))
def lambertw(y, z, k=0, tol=1e-8):
    """y exp(y) = z; by exp(-y), so that the slope at z = 0 is 1."""
    return np.exp(-y) / (1.0 + y)


@elementwise(special.wrightomega)
def wrightomega(y, z):
    return y / (1.0 + y)


# ---- several results -----------------------------------------------------------------------


def _points(rng):
    return [call(rng.uniform(0.3, 2.5, (2, 3))), call(1.3), call(np.array(0.7))]


def _combined(y_bar, slopes):
    """The sum of `y_bar[i] * slopes[i]` over the results that something flows back from."""
    return sum(bar * slope for bar, slope in zip(y_bar, slopes) if bar is not None)


@reverse_rule(special.sici, wrt=("x",), samples=_points)
@helper
def sici(y_bar, y, x):
    return _combined(y_bar, (np.sinc(x / math.pi), np.cos(x) / x))


@forward_rule(special.sici)
def sici_tangent(y, x, *, x_dot):
    return np.sinc(x / math.pi) * x_dot, np.cos(x) / x * x_dot


@reverse_rule(special.shichi, wrt=("x",), samples=_points)
@helper
def shichi(y_bar, y, x):
    """sinh(x) / x is exprel(2 x) exp(-x), also at 0."""
    return _combined(y_bar, (special.exprel(2.0 * x) * np.exp(-x), np.cosh(x) / x))


@forward_rule(special.shichi)
def shichi_tangent(y, x, *, x_dot):
    return special.exprel(2.0 * x) * np.exp(-x) * x_dot, np.cosh(x) / x * x_dot


@reverse_rule(special.fresnel, wrt=("z",), samples=_points)
@helper
def fresnel(y_bar, y, z):
    return _combined(y_bar, (np.sin(0.5 * math.pi * z * z), np.cos(0.5 * math.pi * z * z)))


@forward_rule(special.fresnel)
def fresnel_tangent(y, z, *, z_dot):
    return np.sin(0.5 * math.pi * z * z) * z_dot, np.cos(0.5 * math.pi * z * z) * z_dot


def _around_zero(rng):
    return [call(rng.uniform(-2.5, 2.5, (2, 3))), call(1.3), call(np.array(-0.7))]


@reverse_rule(special.airy, wrt=("z",), samples=_around_zero)
@helper
def airy(y_bar, y, z):
    """`(Ai, Ai', Bi, Bi')`, with f'' = z f."""
    return _combined(y_bar, (y[1], z * y[0], y[3], z * y[2]))


@forward_rule(special.airy)
def airy_tangent(y, z, *, z_dot):
    return y[1] * z_dot, z * y[0] * z_dot, y[3] * z_dot, z * y[2] * z_dot


def _airye_slopes(y, z):
    """Ai is scaled by exp(2/3 z**1.5), Bi by exp(-|Re(2/3 z**1.5)|), which is 1 for z < 0."""
    root = np.sqrt(np.maximum(z, 0.0))
    return y[1] + root * y[0], z * y[0] + root * y[1], y[3] - root * y[2], z * y[2] - root * y[3]


@reverse_rule(special.airye, wrt=("z",), samples=_points)
@helper
def airye(y_bar, y, z):
    return _combined(y_bar, _airye_slopes(y, z))


@forward_rule(special.airye)
@helper
def airye_tangent(y, z, *, z_dot):
    slopes = _airye_slopes(y, z)
    return slopes[0] * z_dot, slopes[1] * z_dot, slopes[2] * z_dot, slopes[3] * z_dot


def _arguments_of_ellipj(rng):
    m = rng.uniform(0.1, 0.9, (2, 3))
    return [
        call(rng.uniform(-3.0, 3.0, (2, 3)), m),
        call(0.7, 0.4),
        call(rng.normal(size=3), 0.3),
        call(0.7, m),
    ]


def _ellipj_in_m(y, m):
    """From F(am, m) = u: the amplitude moves by -dn dF/dm."""
    sn, cn, dn, am = y
    am_m = -dn * ellipkinc_in_m(am, m)
    return cn * am_m, -sn * am_m, -0.5 * sn * (sn + 2.0 * m * cn * am_m) / dn, am_m


@reverse_rule(special.ellipj, wrt=("u", "m"), samples=_arguments_of_ellipj)
@helper
def ellipj(y_bar, y, u, m):
    sn, cn, dn, _ = y
    in_u = (cn * dn, -sn * dn, -m * sn * cn, dn)
    return _combined(y_bar, in_u), _combined(y_bar, _ellipj_in_m(y, m))


@forward_rule(special.ellipj)
@helper
def ellipj_tangent(y, u, m, *, u_dot, m_dot):
    sn, cn, dn, _ = y
    along = [0.0, 0.0, 0.0, 0.0]
    if u_dot is not None:
        along = [slope * u_dot for slope in (cn * dn, -sn * dn, -m * sn * cn, dn)]
    if m_dot is not None:
        along = [a + slope * m_dot for a, slope in zip(along, _ellipj_in_m(y, m))]
    return tuple(along)


for _named, _kind in (
    (ellipj, stretched_like(2, 2, 3)),
    (ellipj_tangent, stretched_like(4, 1, 2)),
):
    _helper = lookup(_named)
    assert _helper is not None
    _helper.kind = _kind

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


# ---- sums of exponentials ------------------------------------------------------------------


def _summands(rng):
    a = rng.normal(size=(2, 3))
    return [
        call(a),
        call(a, keepdims=True),
        call(a, axis=0),
        call(a, axis=-1, keepdims=True),
        call(a, axis=(0, 1)),
        call(a + 1000.0, axis=1),
        call(np.array([0.3, -np.inf, 0.8])),
        call(a, b=np.abs(rng.normal(size=(2, 3)))),
        call(a, 1, np.abs(rng.normal(size=3))),
        call(a, axis=1, b=rng.normal(size=(2, 3)), return_sign=True),
        call(a, axis=1, b=rng.normal(size=(2, 1)), keepdims=True, return_sign=True),
        call(0.7),
    ]


def _shares(y, a, axis, b, keepdims, return_sign):
    """exp(a - y), with the sign of the sum, and y spread over the axes that were summed."""
    total, sign = y if return_sign else (y, 1.0)
    if axis is not None and not keepdims:
        total = np.expand_dims(total, axis)
        sign = np.expand_dims(sign, axis) if return_sign else 1.0
    # A sum of nothing but zeros has y = -inf, and -inf - -inf is NaN.
    return sign * np.exp(a - np.where(np.isneginf(total), 0.0, total))


@reverse_rule(special.logsumexp, wrt=("a", "b"), samples=_summands)
@helper
def logsumexp(y_bar, y, a, axis=None, b=None, keepdims=False, return_sign=False):
    """Entries of -inf have slope 0, and so has everything where all entries are -inf."""
    if return_sign:
        y_bar = y_bar[0]
    if y_bar is None:
        return None, None
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    b_bar = y_bar * _shares(y, a, axis, b, keepdims, return_sign)
    return (b_bar, None) if b is None else (b * b_bar, b_bar)


@forward_rule(special.logsumexp)
@helper
def logsumexp_tangent(y, a, axis=None, b=None, keepdims=False, return_sign=False, *, a_dot, b_dot):
    shares = _shares(y, a, axis, b, keepdims, return_sign)
    moved = 0.0 if a_dot is None else a_dot if b is None else b * a_dot
    moved = moved if b_dot is None else moved + b_dot
    y_dot = np.sum(shares * moved, axis=axis, keepdims=keepdims)
    return (y_dot, np.zeros_like(y_dot)) if return_sign else y_dot


def _with_axes(rng):
    x = rng.normal(size=(2, 3))
    return [call(x), call(x, axis=0), call(x, axis=-1), call(x, axis=(0, 1)), call(x[0])]


@reverse_rule(special.softmax, wrt=("x",), samples=_with_axes)
def softmax(y_bar, y, x, axis=None):
    return y * (y_bar - np.sum(y * y_bar, axis=axis, keepdims=True))


@forward_rule(special.softmax)
def softmax_tangent(y, x, axis=None, *, x_dot):
    return y * (x_dot - np.sum(y * x_dot, axis=axis, keepdims=True))


@reverse_rule(special.log_softmax, wrt=("x",), samples=_with_axes)
def log_softmax(y_bar, y, x, axis=None):
    return y_bar - np.exp(y) * np.sum(y_bar, axis=axis, keepdims=True)


@forward_rule(special.log_softmax)
def log_softmax_tangent(y, x, axis=None, *, x_dot):
    return x_dot - np.sum(np.exp(y) * x_dot, axis=axis, keepdims=True)


# ---- results that do not vary --------------------------------------------------------------

constant(special.gammasgn, special.round)
