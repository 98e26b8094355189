"""Factors that stand more than once in a product give one contribution, with the right sign and the right sum."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def growth(y, k):
    return y + 0.1 * (math.cos(y) - k * y * y)


def negated(x, y):
    return math.exp(-x * x) - y * (-x) * x


def cubes(x, y):
    return 0.5 * x * x * x - x * (y * x) + x * y * x * y


def differences(x, y):
    t = x * y
    return t * x - 2.0 * t * x + y * (x * x)


def divided(x, y):
    return x * x / y * x + (x / y) * x * y


def active_factors(x, y):
    t = x * y
    u = t * x
    return u * t + math.sin(u) * t * x


def used_twice(x, y):
    t = 0.5 * x
    u = t * x
    return u * t + y * t * x


def carried(x, y):
    for _ in range(4):
        x = x + 0.1 * (y * x * x) - 0.05 * x * x * x
        y = y - 0.1 * x * y * y
    return x * y


def chosen(x, y):
    t = y * x if x > 0.0 else -x
    return t * x + t * y * x


NUMBERS = [
    growth,
    negated,
    cubes,
    differences,
    divided,
    active_factors,
    used_twice,
    carried,
    chosen,
]


@pytest.mark.parametrize("function", NUMBERS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [0.7, -0.4])
def test_of_numbers(function, x):
    check(function, x, 0.3, argnums=(0, 1))
    check(sourcead.grad(function), x, 0.3, argnums=(0, 1))


def powers(x, c):
    return np.sum(c * x * x + x * x * x)


def overwritten(x, c):
    t = c * x
    x *= 2.0
    return np.sum(t * x)


def factor_overwritten(x, c):
    y = x.copy()
    t = c * y
    u = t * y
    y[0] = 3.0
    return np.sum(u * y) + np.sum(t * y)


def product_overwritten(x, c):
    y = x * 1.0
    t = c * y
    t[1:] = 0.5 * y[:-1]
    return np.sum(t * y)


def product_added_to(x, c):
    y = x * 1.0
    t = c * y
    view = t[1:]
    view += y[1:]
    return np.sum(t * y * y)


def stretched(x, c):
    A = np.outer(c, c)
    return np.sum(A * x * x) + np.sum((c[:, None] * x) * x)


def seen_through(x, c):
    y = np.sin(x)
    view = y[::-1]
    t = c * y
    view[0] = 0.0
    return np.sum(t * y)


ARRAYS = [powers, overwritten, factor_overwritten, product_overwritten, product_added_to, stretched, seen_through]  # fmt: skip


@pytest.mark.parametrize("function", ARRAYS, ids=lambda f: f.__name__)
def test_of_arrays(function):
    x, c = np.array([0.3, -0.7, 1.1]), np.array([1.5, 0.4, -0.2])
    check(function, x, c, argnums=(0, 1))
    check(function, np.zeros(3), c, argnums=(0, 1))


def test_one_contribution_is_printed():
    source = sourcead.grad(growth).source_for(0.7, 0.3)
    assert "- 2.0 * (t_bar * (k * y)) -" in source
    source = sourcead.grad(powers).source_for(np.ones(3), np.ones(3))
    assert source.count("+=") == 1


def test_a_cube_has_three_times_the_square():
    def cube(x):
        return np.sum(x * x * x)

    assert "x_bar = 3.0 * out_bar * (x * x)" in sourcead.grad(cube).source_for(np.ones(3))
    check(cube, np.array([0.3, -0.7, 0.0]))
    check(lambda x: np.sum(sourcead.grad(cube)(x) ** 2), np.array([0.3, -0.7, 1.2]))


def test_of_single_precision_and_of_integers_nothing_is_changed():
    x, c = np.array([0.3, 0.7], np.float32), np.array([1.5, 0.4], np.float32)
    assert sourcead.grad(powers)(x, c).dtype == np.float32
    assert sourcead.grad(lambda x, n: n * x * x)(0.5, 3) == 3.0


def test_gradient_and_value_and_gradient_have_the_same_bits():
    for function in NUMBERS:
        _, both = sourcead.value_and_grad(function, (0, 1))(0.7, 0.3)
        assert both == sourcead.grad(function, (0, 1))(0.7, 0.3)
        again, _ = sourcead.value_and_grad(sourcead.grad(function))(0.7, 0.3)
        assert again == sourcead.grad(function)(0.7, 0.3)


@pytest.mark.parametrize("special", [np.inf, -np.inf, np.nan, 0.0, 1e200])
def test_special_values(special):
    with np.errstate(all="ignore"):
        found = sourcead.grad(powers)(np.array([special, 1.0]), np.array([2.0, 3.0]))
    assert found[1] == 9.0
    assert not np.isfinite(special) or special == 1e200 or found[0] == 0.0
