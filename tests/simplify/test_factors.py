"""Constant factors of one statement's adjoint are multiplied when it is compiled."""

import math

import numpy as np

import sourcead
from tests.numeric import check


def of_a_power(x, y):
    for _ in range(3):
        k = -1.0 / (x * x + y * y) ** 1.5
        x, y = x + 0.1 * k * x, y + 0.1 * k * y
    return x * y


def of_arrays(u):
    return np.sum(0.5 * (u**2) ** 1.5)


def sixths(x, y, z):
    return math_of((x + 2.0 * y + 2.0 * z) / 6.0)


def far_from_one(x):
    """No reciprocals of integers."""
    t = 123456789.0 * x + 1.23456e-7 * x * x + 0.7071067811865476 * x
    return t * t * 1e-18 / 30000000.0


def math_of(x):
    return np.sin(x)


def test_right():
    check(of_a_power, 0.7, 0.4)
    check(of_arrays, np.array([0.4, 1.3]))
    check(sixths, 0.7, 0.4, 0.1)
    check(far_from_one, 0.7)


def test_one_factor():
    source = sourcead.grad(of_a_power, (0, 1)).source_for(0.7, 0.4)
    assert "2.0 * (1.5" not in source
    assert "3.0 *" in source


def test_a_quotient_is_one():
    source = sourcead.grad(sixths, (0, 1, 2)).source_for(0.7, 0.4, 0.1)
    assert "0.1666" not in source and "0.333" not in source
    assert "/ 3.0" in source


def in_branches(x):
    """What a branch computes is read behind it."""
    y = math.log(x) * x if x > 0.5 else x * x
    return y * y


def test_in_branches():
    for x in (0.7, 0.3):
        check(in_branches, x)
        second = sourcead.jvp(lambda x: sourcead.jvp(in_branches, (x,), (1.0,))[1], (x,), (1.0,))[1]
        assert np.isclose(second, sourcead.grad(sourcead.grad(in_branches))(x))
