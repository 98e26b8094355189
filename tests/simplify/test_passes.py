"""The last passes change how a derivative is computed, never what it is; each where it would go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests import numeric

RNG = np.random.default_rng(0)


def recurrent(w, h, xs):
    for x in xs:
        h = np.tanh(w @ h + x)
    return h @ h


def recurrent_in_place(w, h, xs):
    for x in xs:
        h[...] = np.tanh(w @ h + x)
    return h @ h


def carried_and_added_to(w, h, xs):
    """The adjoint that goes to the next turn is added to there: what was kept must not change."""
    total = 0.0
    for x in xs:
        total += np.sum(w @ h)
        h = h * x
    return total


def rows_of_what_is_written(w, rows):
    """A row that is kept for a product is overwritten by the turn before."""
    total = 0.0
    for i in range(1, len(rows)):
        y = w @ rows[i - 1]
        rows[i] = np.sin(y) + rows[i]
        total += np.sum(y * y)
    return total


def stretched_by_one_row(c, u):
    """c may have one row: then it is stretched, and its adjoint is a sum."""
    for _ in range(2):
        u[1:-1] += c * (u[2:] - u[:-2])
    return np.sum(u**2)


def weights_along_one_axis(x, w):
    return np.sum((x * w) ** 2) + np.sum(np.exp(x) * w)


def means(x):
    centred = x - np.mean(x, axis=0)
    return np.mean(centred**3)


def written_between(x, s):
    y = x * s
    z = y * s
    y *= 2.0
    return np.sum(y * z)


def elements_twice(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += x[i] * x[i + 1] - x[i] / (2.0 + x[i + 1] ** 2)
    return total


def first_and_last(x):
    """`x[0]` and `x[-1]` are the same element of one."""
    y = x.copy()
    for i in range(len(y)):
        y[i] = y[0] * y[-1] + y[i]
    return np.sum(y * y)


CASES: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (recurrent, (0.4 * RNG.normal(size=(3, 3)), RNG.normal(size=3), RNG.normal(size=(4, 3)))),
    (recurrent, (0.4 * RNG.normal(size=(3, 3)), RNG.normal(size=3), np.zeros((0, 3)))),
    (
        recurrent_in_place,
        (0.4 * RNG.normal(size=(3, 3)), RNG.normal(size=3), RNG.normal(size=(4, 3))),
    ),
    (
        carried_and_added_to,
        (RNG.normal(size=(3, 3)), RNG.normal(size=3), RNG.normal(size=(4, 3))),
    ),
    (rows_of_what_is_written, (0.4 * RNG.normal(size=(3, 3)), RNG.normal(size=(4, 3)))),
    (stretched_by_one_row, (RNG.normal(size=(4, 3)), RNG.normal(size=(6, 3)))),
    (stretched_by_one_row, (RNG.normal(size=(1, 3)), RNG.normal(size=(6, 3)))),
    (stretched_by_one_row, (RNG.normal(size=(4, 1)), RNG.normal(size=(6, 3)))),
    (stretched_by_one_row, (RNG.normal(size=(1, 1)), RNG.normal(size=(3, 1)))),
    (weights_along_one_axis, (RNG.normal(size=(4, 3)), RNG.normal(size=3))),
    (weights_along_one_axis, (RNG.normal(size=(4, 3)), RNG.normal(size=(4, 1)))),
    (weights_along_one_axis, (RNG.normal(size=(1, 3)), RNG.normal(size=(4, 1)))),
    (means, (RNG.normal(size=(4, 3)),)),
    (written_between, (RNG.normal(size=4), 0.7)),
    (elements_twice, (RNG.normal(size=5),)),
    (first_and_last, (np.array([0.7]),)),
    (first_and_last, (np.array([0.7, -0.4, 0.3]),)),
]


@pytest.mark.parametrize(
    ("function", "args"), CASES, ids=[f"{f.__name__}-{i}" for i, (f, _) in enumerate(CASES)]
)
def test_derivatives_are_right(function: Callable[..., Any], args: tuple[Any, ...]) -> None:
    numeric.check(function, *args)


def test_outer_products_are_summed_by_one_product_of_matrices() -> None:
    args = CASES[0][1]
    source = sourcead.grad(recurrent, (0, 2)).source_for(*args)
    assert "np.outer" not in source
    assert ".T @ " in source


def test_shapes_that_agree_are_not_looked_at() -> None:
    def heat(u, c, steps):
        for _ in range(steps):
            u[1:-1] += c * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        return np.sum(u**2)

    source = sourcead.grad(heat, (0, 1)).source_for(np.ones(6), np.full(4, 0.1), 2)
    assert "unbroadcast" not in source
    assert ".copy()" not in source


def test_steps_of_slices_that_agree_are_not_looked_at() -> None:
    def red(u):
        u[1:-1:2] += 0.5 * (u[0:-2:2] + u[2::2])
        return np.sum(u**2)

    gradient = sourcead.grad(red)
    assert "unbroadcast" not in gradient.source_for(np.ones(6))
    for n in range(3, 9):
        numeric.check(red, RNG.normal(size=n))


def recurrence(x):
    n = len(x)
    for i in range(1, n):
        x[i] -= 0.5 * x[i - 1] * x[i]
    y = 1.0 * x
    for i in range(1, n):
        x[i] *= x[i - 1]
    return np.sum(x**2) + np.sum(x * y) + np.sum(y**3)


def test_a_list_becomes_an_array_again_once_it_has_changed():
    x = np.array([0.7, -0.4, 1.1, 0.3])
    argument = x.copy()
    found = sourcead.grad(recurrence)(argument)
    left = x.copy()
    recurrence(left)
    assert np.array_equal(argument, left)
    for k in range(4):
        moved = x + 1e-30j * (np.arange(4) == k)
        assert abs(found[k] - recurrence(moved).imag / 1e-30) < 1e-12
