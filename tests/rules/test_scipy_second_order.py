"""Second derivatives of SciPy's solvers and interpolants: of a tangent, in either mode; or refused by name.

References are differences of the first derivative.
"""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate, interpolate, optimize

import sourcead

X = np.linspace(0.0, 2.0, 6)
Y = 2.0 * np.exp(-0.8 * X) + 0.05 * np.sin(7.0 * X)
TIMES = np.array([0.0, 0.5, 1.0])
GRID = (np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 3.0]))
HEIGHTS = np.arange(9.0).reshape(3, 3) ** 2
POINTS = np.array([[0.3, 0.4], [1.2, 2.0]])


def decay(u, t, k):
    return -k * u * u


def path(k):
    start = np.array([1.0, 0.5])
    return np.sum(integrate.odeint(decay, start, TIMES, args=(k,), rtol=1e-11, atol=1e-12)[-1] ** 2)


def initial_value_problem(k):
    found = integrate.solve_ivp(
        lambda t, u, k: decay(u, t, k),
        (0.0, 1.0),
        np.array([1.0, 0.5]),
        args=(k,),
        rtol=1e-11,
        atol=1e-12,
    )
    return found.y[0, -1]


def spline(y):
    return interpolate.make_interp_spline(X, y**2)(0.7)


def heights(v):
    return np.sum(interpolate.RegularGridInterpolator(GRID, v)(POINTS) ** 2)


def points(q):
    return np.sum(interpolate.RegularGridInterpolator(GRID, HEIGHTS)(q) ** 2)


def exponential(x, a, b):
    return a * np.exp(-b * x)


def slopes_of_exponential(x, a, b):
    return np.stack([np.exp(-b * x), -a * x * np.exp(-b * x)], axis=1)


def parameters(y):
    tight = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "jac": slopes_of_exponential}
    found, _ = optimize.curve_fit(exponential, X, y, [2.0, 1.0], **tight)
    return found[0] * found[1] ** 2


def covariance(y):
    _, found = optimize.curve_fit(lambda x, a, b: a * x + b * x * x, X, y)
    return 1e3 * found[0, 1]


BOTH = [
    (path, 0.7),
    (initial_value_problem, 0.7),
    (heights, HEIGHTS),
    (points, POINTS),
    (parameters, Y),
    pytest.param(covariance, Y, marks=pytest.mark.slow),
]


def along_and_slope(f, x):
    """A direction, the derivative along it as a function, and how the gradient changes along it."""
    d = np.random.default_rng(0).normal(size=np.shape(x)) if np.ndim(x) else 1.0
    gradient, step = sourcead.grad(f), 1e-4
    change = (gradient(x + step * d) - gradient(x - step * d)) / (2.0 * step)
    return d, lambda x: sourcead.jvp(f, (x,), (d,))[1], change


@pytest.mark.parametrize("f, x", [*BOTH, (spline, Y)], ids=lambda v: getattr(v, "__name__", ""))
def test_the_tangent_of_a_tangent(f, x):
    d, rate, change = along_and_slope(f, x)
    found = sourcead.jvp(rate, (x,), (d,))[1]
    np.testing.assert_allclose(found, np.sum(change * d), rtol=1e-6)


@pytest.mark.parametrize("f, x", BOTH, ids=lambda v: getattr(v, "__name__", ""))
def test_the_gradient_of_a_tangent(f, x):
    _, rate, change = along_and_slope(f, x)
    np.testing.assert_allclose(sourcead.grad(rate)(x), change, rtol=1e-6)


@pytest.mark.parametrize("f, x", [(path, 0.7), (initial_value_problem, 0.7)], ids=["odeint", "solve_ivp"])  # fmt: skip
def test_the_derivative_of_a_gradient_is_refused_with_the_way_out(f, x):
    gradient = sourcead.grad(f)
    for derivative in (
        lambda: sourcead.jvp(gradient, (x,), (1.0,)),
        lambda: sourcead.grad(gradient)(x),
    ):
        with pytest.raises(sourcead.NoRule, match="take the derivative of a tangent instead"):
            derivative()


@pytest.mark.parametrize("f, x", [(heights, HEIGHTS), (spline, Y)], ids=["grid", "spline"])
def test_the_derivative_of_a_gradient_of_an_interpolant_is_refused(f, x):
    gradient = sourcead.grad(f)
    with pytest.raises(sourcead.SourceADError, match=f"in {f.__name__}"):
        sourcead.grad(lambda x: np.sum(gradient(x)))(x)
