"""SciPy's functions inside differentiated programs: the compiler around the rules."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.integrate as si
import scipy.linalg as la
import scipy.optimize as so
import scipy.signal as sg
import scipy.special as sp
import scipy.stats as st

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 3)) + 4.0 * np.eye(3)
P = A @ A.T
B = RNG.normal(size=3)
X = RNG.uniform(0.5, 2.0, 5)


def special_functions(x):
    return np.sum(sp.gammaln(x) * sp.erf(x)) + sp.logsumexp(x) + np.sum(sp.softmax(x, axis=0) ** 2)


def incomplete_gamma(a, x):
    return np.sum(sp.gammainc(a, x))


def bessel(x):
    return sp.jv(1.5, x) * sp.polygamma(1, x)


def system(a, b):
    return np.sum(la.solve(a, b) ** 2)


def definite_system(a, b):
    return np.sum(la.solve(a, b, assume_a="pos") ** 2)


def cholesky(a, b):
    c = la.cho_factor(a)
    return np.sum(la.cho_solve(c, b) ** 3)


def lu(a, b):
    factors = la.lu_factor(a)
    return np.sum(la.lu_solve(factors, b) ** 3)


def singular_values(a):
    u, s, vh = la.svd(a, full_matrices=False)
    return np.sum(u**3) * np.sum(s) + np.sum(vh**3)


def exponential(a):
    return np.sum(la.expm(0.3 * a) ** 2)


def likelihood(x, mean, scale):
    return np.sum(st.norm.logpdf(x, mean, scale)) + np.sum(st.norm.logcdf(x, loc=mean, scale=scale))


def other_densities(x):
    return st.t.logpdf(x, df=3.0) * st.gamma.logpdf(x, 2.0, scale=1.5)


def gaussian(x, mean, cov):
    return st.multivariate_normal.logpdf(x, mean, cov)


def filtered(b, a, x):
    return np.sum(sg.lfilter(b, a, x) ** 2)


def convolved(x, y):
    return np.sum(sg.fftconvolve(x, y, mode="same") ** 2) + np.sum(sg.convolve(x, y) ** 3)


def integrals(y, x):
    return si.simpson(y, x=x) + si.trapezoid(y, x) ** 2


CASES = [
    (special_functions, X),
    (incomplete_gamma, 1.3, X),
    (bessel, 1.3),
    (system, A, B),
    (definite_system, P, B),
    (cholesky, P, B),
    (lu, A, B),
    (singular_values, A + np.diag([0.0, 5.0, 9.0])),
    (exponential, A),
    (likelihood, X, 0.3, 1.2),
    (other_densities, 1.3),
    (gaussian, B, 0.3 * B, P),
    (filtered, np.array([1.0, 0.5]), np.array([2.0, 0.3, 0.1]), X),
    (convolved, X, B),
    (integrals, X, np.array([0.0, 1.0, 1.5, 3.0, 4.5])),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_programs_with_scipy_are_differentiated(case):
    check(*case)


# -- lanes that are not selected -----------------------------------------------------------------

LANES = [
    ("gammaln", lambda x: x * sp.gammaln(x), 0.0, 2.0, 0.845568670196934),
    (
        "erfinv",
        lambda x: sp.erfinv(1.0 - x),
        0.0,
        0.5,
        -0.5 * np.sqrt(np.pi) * np.exp(sp.erfinv(0.5) ** 2),
    ),
    ("gamma.logpdf", lambda x: x * st.gamma.logpdf(x, 2.0), 0.0, 2.0, -2.306852819440055),
    ("norm.ppf", lambda x: st.norm.ppf(x), 0.0, 0.5, np.sqrt(2.0 * np.pi)),
    ("expon.logpdf", lambda x: x * st.expon.logpdf(x), -1.0, 0.5, -1.0),
]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("case", LANES, ids=lambda case: case[0])
def test_poles_and_ends_of_what_is_not_selected_contribute_zero(case):
    _, function, beyond, inside, slope = case
    x = np.array([beyond, inside])
    gradient = sourcead.grad(lambda x: np.sum(np.where(x > 0.0, function(x), 0.0)))(x)
    np.testing.assert_allclose(gradient, [0.0, slope], rtol=1e-12)


# -- functions passed to SciPy: parameters in `args` ---------------------------------------------


def cubic(x, a):
    return x**3 - a * x - 1.0


def bell(t, a):
    return np.exp(-a * t * t)


def two_equations(x, a):
    return np.array([x[0] ** 2 + x[1] - a, x[0] - x[1]])


def bracketed(a):
    return so.brentq(cubic, 0.0, 5.0, args=(a,)) ** 2


def started(a):
    return so.newton(cubic, 2.0, args=(a,))


def several(a):
    return np.sum(so.fsolve(two_equations, np.array([1.0, 1.0]), (a,)) ** 2)


def area(a):
    return si.quad(bell, 0.0, a, args=(a,))[0]


@pytest.mark.parametrize("program", [bracketed, started, several, area])
def test_roots_and_integrals_move_with_their_parameters(program):
    check(program, 2.0, rtol=1e-5)


def test_an_order_that_carries_a_derivative_is_refused():
    with pytest.raises(sourcead.SourceADError, match="no derivative in its argument `v`"):
        sourcead.grad(lambda v: sp.jv(v, 2.0))(1.5)


@pytest.mark.parametrize("side, shape", [("right", (2, 4)), ("left", (4, 2)), ("right", (3, 3))])
def test_polar_factors_of_which_one_is_singular(side, shape):
    """Of a wide matrix that on the right, of a tall one that on the left."""
    weights = RNG.normal(size=(max(shape),) * 2)

    def f(a):
        u, p = la.polar(a, side)
        return np.sum(u**3) + np.sum(weights[: len(p), : len(p)] * p * p)

    a = RNG.normal(size=shape)
    check(f, a)
    grad, v = sourcead.grad(f), RNG.normal(size=shape)
    expected = (grad(a + 1e-6 * v) - grad(a - 1e-6 * v)) / 2e-6
    np.testing.assert_allclose(sourcead.hvp(f)(a, v), expected, rtol=1e-6, atol=1e-7)
