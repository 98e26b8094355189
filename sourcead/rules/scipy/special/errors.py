# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: error functions, the logistic function, logarithms, Box-Cox, robust losses."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sourcead.rules.forms import elementwise
from sourcead.rules.numpy.samples import present
from sourcead.runtime.powers import log_or_zero, power_slope
from sourcead.runtime.quotients import ratio
from sourcead.runtime.scipy_asymptotic import one_minus_2x

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
