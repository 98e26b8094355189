"""Functions without a rule whose own source would be gone into are refused by name, with a way out that works."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate, interpolate
from scipy.integrate import quad
from scipy.spatial.transform import Rotation

import sourcead
from sourcead import stop_gradient
from tests.numeric import check

X = np.array([1.3, 0.5, 0.3, 1.7, 0.9])
PLACES = np.arange(5.0)
TURN = Rotation.from_rotvec([0.1, 0.2, 0.3])

REFUSED = {
    "intersect1d": (lambda x: np.sum(np.intersect1d(x, X)), "x[np.isin(x, y)]"),
    "setdiff1d": (lambda x: np.sum(np.setdiff1d(x, X[:2])), "x[np.isin(x, y)]"),
    "histogram2d": (lambda x: np.sum(np.histogram2d(X, X, weights=x)[0]), "np.bincount"),
    "Rbf": (lambda x: interpolate.Rbf(PLACES, x)(0.5), "np.linalg.solve"),
    "BPoly": (lambda x: interpolate.BPoly(x[:, np.newaxis], PLACES[:2])(0.5), "np.polyval"),
    "derivative": (
        lambda x: interpolate.make_interp_spline(PLACES, x).derivative()(0.5),
        "spline(t, 1)",
    ),
    "integrate": (
        lambda x: interpolate.make_interp_spline(PLACES, x).integrate(0, 1),
        "fixed_quad",
    ),
    "Rotation": (lambda x: Rotation(x[:4]).as_matrix()[0, 1], "np.cos(a)) * K @ K"),
    "from_rotvec": (lambda x: Rotation.from_rotvec(x[:3]).as_matrix()[0, 1], "K @ K"),
    "from_euler": (lambda x: Rotation.from_euler("xyz", x[:3]).apply(X[:3])[0], "K @ K"),
    "apply": (lambda x: np.sum(TURN.apply(x[:3])), "vectors @ r.as_matrix().T"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_message_names_the_function_and_a_way_out(name):
    f, way_out = REFUSED[name]
    with pytest.raises(sourcead.NoRule, match=f"`{name}` has no derivative rule") as caught:
        sourcead.grad(f)(X)
    assert way_out in str(caught.value)


def of_coefficients(x):
    return np.polyval(x, 0.5) ** 2 + np.polynomial.polynomial.polyval(0.5, x) ** 2


def sorted_representatives(x):
    return np.sum(x[np.unique(stop_gradient(x), return_index=True)[1]] ** 2 * PLACES)


def through_points(x):
    return np.polyval(np.polyfit(PLACES, x, len(x) - 1), 0.5) ** 2


def double_integral(x):
    return quad(lambda a: quad(lambda b: a * b * x[0] ** 2, 0, 1)[0], 0, 1)[0]


def slope_of_a_spline(x):
    return interpolate.CubicSpline(PLACES, x)(0.5, 1) ** 2


def integral_of_a_spline(x):
    spline = interpolate.CubicSpline(PLACES, x)
    return integrate.fixed_quad(lambda t: spline(t), 0.0, 1.0, n=4)[0] ** 2


def running_integral(x):
    return np.sum(integrate.cumulative_trapezoid(x) ** 2)


def matrix_of(v):
    a = np.linalg.norm(v)
    x, y, z = v / a
    K = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.eye(3) + np.sin(a) * K + (1 - np.cos(a)) * K @ K


def turned_by_a_vector(x):
    return np.sum(matrix_of(x[:3]) @ x[2:] * PLACES[:3]) ** 2


def turned_by_a_constant(x):
    turn = Rotation.from_euler("xyz", X[:3])
    return np.sum(x[:3] @ turn.as_matrix().T * PLACES[:3]) ** 2


def test_the_matrix_of_a_rotation_is_that_of_scipy():
    expected = Rotation.from_rotvec(X[:3]).as_matrix()
    np.testing.assert_allclose(matrix_of(X[:3]), expected, atol=1e-15)


@pytest.mark.parametrize(
    "f",
    [
        turned_by_a_vector,
        turned_by_a_constant,
        of_coefficients,
        sorted_representatives,
        through_points,
        double_integral,
        running_integral,
        slope_of_a_spline,
        integral_of_a_spline,
    ],
    ids=lambda f: f.__name__,
)
def test_the_way_out_is_differentiated(f):
    check(f, X)
