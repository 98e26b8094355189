"""Double integrals and running integrals, in programs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate

import sourcead
from tests.numeric import check

X = np.array([1.3, 0.5, 0.3, 1.7, 0.9])
PLACES = np.arange(5.0)


def of_what_the_integrand_captures(x):
    return integrate.dblquad(lambda a, b: np.exp(-a * b * x[0]) + x[1], 0, 1, 0, 1)[0]


def between_curves(x):
    lower, upper = lambda b: b * x[2], lambda b: x[3] + b
    return integrate.dblquad(lambda a, b, p: np.exp(-a * b * p), 0, x[1], lower, upper, (x[0],))[0]


def with_an_estimate(x):
    found, _ = integrate.dblquad(
        lambda a, b, p, q: np.exp(-a * b * p) * q, x[4], x[1], 0.0, x[2], args=(x[0], x[3])
    )
    return found**2


later = pytest.mark.skipif(not hasattr(integrate, "cumulative_simpson"), reason="later SciPy")


def running(x):
    return np.sum(integrate.cumulative_simpson(x) ** 2)


def running_from_a_start(x):
    found = integrate.cumulative_simpson(np.outer(x, x), dx=x[1], axis=0, initial=x[2])
    return np.sum(found**2 * np.cos(PLACES))


def running_on_a_grid(x):
    return np.sum(integrate.cumulative_simpson(x**2, x=np.cumsum(x), initial=0) ** 2)


@pytest.mark.parametrize(
    "f",
    [
        of_what_the_integrand_captures,
        between_curves,
        with_an_estimate,
        pytest.param(running, marks=later),
        pytest.param(running_from_a_start, marks=later),
        pytest.param(running_on_a_grid, marks=later),
    ],
    ids=lambda f: f.__name__,
)
def test_slopes_agree_with_differences(f):
    check(f, X)


def test_the_estimate_is_the_one_of_scipy():
    def both(x):
        upper = lambda b: x[1] + b
        found, error = integrate.dblquad(lambda a, b: np.exp(-a * b * x[0]), 0, 1, 0, upper)
        return found, error

    value, _ = sourcead.value_and_grad(both, has_aux=True)(X)
    assert value == both(X)


def test_second_order():
    grad, steps = sourcead.grad(between_curves), 1e-5 * np.eye(5)
    expected = np.array([(grad(X + s) - grad(X - s)) / 2e-5 for s in steps])
    found = sourcead.hessian(between_curves)(X)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-8)


def single(x):
    return integrate.quad(lambda t: x[0] * np.exp(-x[1] * t * t), 0.0, 1.0)[0]


def single_with_args(x):
    return integrate.quad(lambda t, p: p[0] * np.exp(-p[1] * t * t), 0.0, 1.0, args=(x,))[0]


def several(x):
    return integrate.quad_vec(lambda t: x * np.exp(-x[1] * t * t), 0.0, 1.0, epsrel=1e-5)[0][0]


@pytest.mark.parametrize("f", [single, single_with_args, several, of_what_the_integrand_captures])
@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")
def test_of_single_precision_what_is_integrated_is_not_its_noise(f):
    x, v = X.astype(np.float32), np.ones(5, np.float32)
    found = sourcead.grad(f)(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, sourcead.grad(f)(X), rtol=2e-6, atol=1e-7)
    np.testing.assert_allclose(sourcead.jvp(f, (x,), (v,))[1], np.sum(found), rtol=2e-6)
