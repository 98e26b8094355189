"""Groups of statements that differ in bounds only are a loop, where they are long and have nothing else to do with each other."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(0)


def stencil(u, c, row, column):
    u[row:-1:2, column:-1:2] += c * np.sin(
        u[row - 1 : -2 : 2, column:-1:2] + u[row + 1 :: 2, column:-1:2] - u[row:-1:2, column:-1:2]
    )


def four_calls(u, c, n):
    for _ in range(n):
        stencil(u, c, 1, 1)
        stencil(u, c, 2, 2)
        stencil(u, c, 1, 2)
        stencil(u, c, 2, 1)
    return np.sum(u**2)


def a_loop_over_constants(u, c, n):
    for _ in range(n):
        for row, column in ((1, 1), (2, 2), (1, 2), (2, 1)):
            stencil(u, c, row, column)
    return np.sum(u**2)


def without_a_loop_around(u, c, n):
    for row in (1, 2, 3, 4):
        u[row:-1] += c * (u[row - 1 : -2] - 2.0 * u[row:-1] + u[row + 1 :])
        u[row:-1] *= n
    return np.sum(u**2)


def one_of_them_is_another(u, c, n):
    for _ in range(n):
        stencil(u, c, 1, 1)
        stencil(u, c, 2, 2)
        u *= 0.5
        stencil(u, c, 1, 2)
        stencil(u, c, 2, 1)
    return np.sum(u**2)


def other_numbers(u, c, n):
    """The factors differ, not only the bounds."""
    for _ in range(n):
        for row, factor in ((1, 0.5), (2, 0.25), (3, 0.125), (1, 2.0)):
            u[row:-1] += factor * c * (u[row - 1 : -2] * u[row + 1 :] - u[row:-1])
    return np.sum(u**2)


def read_behind(u, c, n):
    """What the groups compute is read together behind them."""
    total = 0.0
    for _ in range(n):
        parts = []
        for row in (1, 2, 3, 4):
            v = c * np.sin(u[row - 1 : -5 + row - 1] * u[row : -5 + row])
            u[row : -5 + row] += v
            parts.append(v)
        total += np.sum(parts[0] * parts[1] * parts[2] * parts[3])
    return total + np.sum(u)


def what_is_kept_twice(u, c, n):
    for _ in range(n):
        for row in (1, 2, 3):
            a = np.sin(u[row - 1 : -4 + row - 1])
            b = np.exp(-u[row + 1 : -4 + row + 1 or None])
            u[row : -4 + row] += c * a * b
            u[row : -4 + row] *= 0.9
    return np.sum(u**2)


PROGRAMS = [
    four_calls,
    a_loop_over_constants,
    without_a_loop_around,
    one_of_them_is_another,
    other_numbers,
    read_behind,
    what_is_kept_twice,
]


def args():
    return RNG.random((8, 8)), 0.3, 2


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_derivatives_are_right(program):
    check(program, *args())


@pytest.mark.parametrize("program", [four_calls, a_loop_over_constants], ids=lambda p: p.__name__)
def test_calls_with_other_constants_are_a_loop(program):
    source = sourcead.grad(program, (0, 1)).source_for(*args())
    assert "for i, j in ((1, 1), (2, 2), (1, 2), (2, 1)):" in source
    assert "for i, j in ((2, 1), (1, 2), (2, 2), (1, 1)):" in source
    assert "u[i - 1:-2:2, j:-1:2]" in source


@pytest.mark.parametrize(
    "program", [one_of_them_is_another, other_numbers], ids=lambda p: p.__name__
)
def test_what_differs_in_more_than_bounds_stays_apart(program):
    source = sourcead.grad(program, (0, 1)).source_for(*args())
    assert "for i" not in source


def test_the_second_order_is_right():
    u, c, n = args()
    exact = sourcead.grad(lambda c: sourcead.grad(four_calls, 1)(u.copy(), c, n))(c)
    h = 1e-5
    first = [sourcead.grad(four_calls, 1)(u.copy(), c + s * h, n) for s in (1.0, -1.0)]
    assert np.isclose(exact, (first[0] - first[1]) / (2.0 * h), rtol=1e-7)
