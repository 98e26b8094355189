# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.special`: integrals, elliptic and hypergeometric functions, orthogonal polynomials."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from sourcead.rules.forms import elementwise
from sourcead.runtime.scipy_asymptotic import kolmogorov_slope
from sourcead.runtime.scipy_elliptic import ellipeinc_in_m, ellipkinc_in_m, elliprc_in_x

# ---- integrals -----------------------------------------------------------------------------


@elementwise(special.exp1, domain="positive")
def exp1(y, x):
    return -np.exp(-x) / x


@elementwise(special.expi, domain="positive")
def expi(y, x):
    return np.exp(x) / x


@elementwise(special.expn, domain=([0, 1, 3, 2.6], "positive"), wrt=("x",))
def expn(y, n, x):
    """E_n' = -E_(n-1), and E_0(x) = exp(-x) / x; an order that is no integer is cut off."""
    n = np.trunc(n)
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


# ---- implicit functions --------------------------------------------------------------------


@elementwise(special.lambertw, domain=("positive", [0, -1], [1e-8]), wrt=("z",))
def lambertw(y, z, k=0, tol=1e-8):
    """y exp(y) = z; by exp(-y), so that the slope at z = 0 is 1."""
    return np.exp(-y) / (1.0 + y)


@elementwise(special.wrightomega)
def wrightomega(y, z):
    return y / (1.0 + y)
