"""Second derivatives of functions that take `*values`, by one of these."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

import sourcead

X, Y = np.array([1.0, 2.0]), np.array([0.5, 3.0])


def cubes(*values: Any) -> Any:
    return np.sum(values[0] ** 3 * values[1] ** 2)


@pytest.mark.parametrize("argnum", [0, 1])
def test_matrices_and_products(argnum: int) -> None:
    expected = [6 * X * Y**2, 2 * X**3][argnum]
    v = np.array([0.3, -1.0])
    np.testing.assert_allclose(sourcead.hessian(cubes, argnum)(X, Y), np.diag(expected))
    np.testing.assert_allclose(sourcead.hvp(cubes, argnum)(X, Y, v), expected * v)
    slopes = sourcead.jacobian(lambda *values: values[0] ** 3 * values[1] ** 2, argnum)(X, Y)
    np.testing.assert_allclose(slopes, np.diag([3 * X**2 * Y**2, 2 * X**3 * Y][argnum]))


KNOTS = np.arange(4.0)


def spline(y: Any, ends: str = "natural") -> Any:
    return np.sum(CubicSpline(KNOTS, y, bc_type=ends)(np.array([0.5, 1.5])) ** 2)


def test_a_value_that_is_none_on_the_other_branch() -> None:
    """The function is quadratic: its gradients differ by columns of the Hessian."""
    gradient = sourcead.grad(spline)
    expected = [gradient(e) - gradient(np.zeros(4)) for e in np.eye(4)]
    np.testing.assert_allclose(sourcead.hessian(spline)(np.ones(4)), expected, atol=1e-12)
