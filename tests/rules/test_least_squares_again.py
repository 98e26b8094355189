"""Second derivatives of `lstsq` and `polyfit`, by all ways; references are differences of the gradient."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead

RNG = np.random.default_rng(3)
TALL = RNG.normal(size=(4, 2))
TARGETS = np.arange(4.0)
GRID = np.linspace(0.0, 3.0, 5)
HEIGHTS = GRID**2 - GRID**3
STEP = 1e-5


def solution(a):
    return np.sum(np.linalg.lstsq(a, TARGETS, rcond=None)[0] ** 2)


def of_lists(x):
    rows = [[1.0, x[0]], [2.0, x[1]], [1.0, 0.4]]
    return np.sum(np.linalg.lstsq(rows, [1.0, 2.0, x[0]], rcond=None)[0] ** 2)


def fitted_heights(y):
    return np.polyval(np.polyfit(GRID, y, 2), 1.5) ** 2


def fitted_grid(x):
    return np.polyval(np.polyfit(x, HEIGHTS, 2), 1.5) ** 2


def linear(y):
    return np.polyval(np.polyfit(GRID, y, 2), 1.5)


CASES = [
    (solution, TALL),
    (of_lists, np.array([0.3, 0.8])),
    (fitted_heights, HEIGHTS + 0.1),
    (fitted_grid, GRID + 0.1),
    (linear, HEIGHTS),
]


@pytest.mark.parametrize(("f", "x"), CASES, ids=[f.__name__ for f, _ in CASES])
def test_second_derivatives(f, x):
    along, gradient = RNG.normal(size=x.shape), sourcead.grad(f)
    change = (gradient(x + STEP * along) - gradient(x - STEP * along)) / (2.0 * STEP)

    def rate(x):
        return sourcead.jvp(f, (x,), (along,))[1]

    tolerance = {"rtol": 1e-6, "atol": 1e-7 * np.max(np.abs(change)) + 1e-9}
    hessian = np.reshape(sourcead.hessian(f)(x), (x.size, x.size))
    np.testing.assert_allclose(hessian @ along.ravel(), change.ravel(), **tolerance)
    np.testing.assert_allclose(sourcead.grad(rate)(x), change, **tolerance)
    twice = sourcead.jvp(rate, (x,), (along,))[1]
    np.testing.assert_allclose(twice, np.sum(change * along), **tolerance)
