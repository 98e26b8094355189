"""Angles of spaces and products with orthogonal factors, in programs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import linalg

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(5)
A, B = RNG.normal(size=(5, 2)), RNG.normal(size=(5, 3))
NEAR = A @ RNG.normal(size=(2, 2)) + 0.05 * RNG.normal(size=(5, 2))
RIGHT = RNG.normal(size=5)


def wide_angles(a):
    return np.sum(linalg.subspace_angles(a, B) * np.array([1.0, 3.0]))


def in_the_larger_space(a):
    return linalg.subspace_angles(np.hstack((a, B[:, :1])), B[:, 1:])[0] ** 2


def small_angles(a):
    return np.sum(linalg.subspace_angles(a, NEAR) ** 2 * np.array([1.0, 3.0]))


def least_squares(a):
    projected, r = linalg.qr_multiply(a, RIGHT)
    return np.sum(linalg.solve_triangular(r, projected) ** 2)


def product_from_the_left(a):
    product, _ = linalg.qr_multiply(a, a[:2] ** 2, mode="left")
    return np.sum(product**3)


@pytest.mark.parametrize(
    "f",
    [wide_angles, in_the_larger_space, small_angles, least_squares, product_from_the_left],
    ids=lambda f: f.__name__,
)
def test_slopes_agree_with_differences(f):
    check(f, A)


@pytest.mark.parametrize("f", [wide_angles, small_angles, least_squares], ids=lambda f: f.__name__)
def test_second_order(f):
    grad, direction = sourcead.grad(f), np.cos(np.arange(10.0)).reshape(5, 2)
    expected = (grad(A + 1e-6 * direction) - grad(A - 1e-6 * direction)) / 2e-6
    np.testing.assert_allclose(sourcead.hvp(f)(A, direction), expected, rtol=1e-6, atol=1e-7)


def test_columns_that_depend_on_one_another_are_refused():
    with pytest.raises(sourcead.SourceADError, match="independent columns"):
        sourcead.grad(wide_angles)(np.ones((5, 2)))
