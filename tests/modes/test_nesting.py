"""Derivatives of derivatives, in both modes, against closed forms."""

from __future__ import annotations

import math

import sourcead


def product(x):
    return math.sin(x) * x**3


def by_leibniz(x: float, order: int) -> float:
    powers = [x**3, 3.0 * x**2, 6.0 * x, 6.0, 0.0]
    return sum(
        math.comb(order, k) * powers[k] * math.sin(x + (order - k) * math.pi / 2.0)
        for k in range(order + 1)
    )


def multiplied(x):
    y = 1.0
    while y < 100.0:
        y = y * x
    return y


def test_to_fourth_order_in_reverse() -> None:
    derivative = product
    for order in range(1, 5):
        derivative = sourcead.grad(derivative)
        expected = by_leibniz(0.7, order)
        assert abs(derivative(0.7) - expected) < 1e-12 * max(1.0, abs(expected))


def test_forward_over_reverse_over_reverse() -> None:
    second = sourcead.grad(sourcead.grad(product))
    value, third = sourcead.jvp(second, (0.7,), (2.0,))
    assert abs(value - by_leibniz(0.7, 2)) < 1e-12
    assert abs(third - 2.0 * by_leibniz(0.7, 3)) < 1e-12


def test_while_loops_to_second_order() -> None:
    x, n = 1.7, 9  # 1.7**9 is the first power above 100
    first, second = n * x ** (n - 1), n * (n - 1) * x ** (n - 2)
    assert abs(sourcead.grad(multiplied)(x) - first) < 1e-10
    assert abs(sourcead.grad(sourcead.grad(multiplied))(x) - second) < 1e-9
    assert abs(sourcead.hessian(multiplied)(x) - second) < 1e-9


def test_a_function_that_takes_a_gradient_inside() -> None:
    def inner(x):
        return sourcead.grad(multiplied)(x) * x

    x, n = 1.7, 9
    assert abs(sourcead.grad(inner)(x) - n * n * x ** (n - 1)) < 1e-9
