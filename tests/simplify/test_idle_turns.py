"""Turns in which nothing flows back keep nothing, and are not gone back over."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check

A, B = np.array([[1.1, 0.1], [0.2, 1.3]]), np.array([1.0, -0.5])


def heron(x):
    y = x
    for _ in range(50):
        if abs(y * y - x) < 1e-12:
            break
        y = 0.5 * (y + x / y)
    return y


def heron_tested_last(x):
    y = x
    while True:
        new = 0.5 * (y + x / y)
        if abs(new - y) < 1e-12:
            break
        y = new
    return y


def richardson(A, b):
    x = b * 0.0
    for _ in range(20):
        r = b - A @ x
        if r @ r < 1e-12:
            break
        x = x + 0.5 * r
    return x @ x


def jacobi(A, b):
    x = np.zeros_like(b)
    d = np.diag(A)
    for _ in range(30):
        new = x + (b - A @ x) / d
        if np.linalg.norm(new - x) < 1e-12:
            break
        x = new
    return x @ x


def steps(rate, x):
    """A step that is too long is taken again, shorter."""
    t, h = 0.0, 0.4
    while t < 1.0:
        new = x - h * rate * x * x
        if abs(new - x) > 0.1:
            h *= 0.5
            continue
        x, t = new, t + h
    return x


def skipped(x, n):
    total = 0.0
    for k in range(n):
        v = math.sin(k * x)
        if v < 0.0:
            continue
        total += v * x
    return total


def left_with_a_value(x):
    """The last turn hands on what the others do not: it is gone back over."""
    y = x
    for _ in range(50):
        new = 0.5 * (y + x / y)
        if abs(new - y) < 1e-12:
            y = new * new
            break
        y = new
    return y


def left_with_a_store(x, n):
    y = x * 1.0
    for k in range(n):
        v = y[k] * y[0]
        if v > 0.5:
            y[k] = v * v
            break
        y[k + 1] *= v
    return np.sum(y)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (heron, (2.0,)),
        (heron_tested_last, (2.0,)),
        (left_with_a_value, (2.0,)),
        (steps, (0.7, 1.3)),
        (richardson, (A, B)),
        (jacobi, (A, B)),
    ],
)
def test_gradients_are_right(function, args):
    check(function, *args)


def test_no_turn_is_left():
    assert sourcead.grad(heron)(1.0) == 1.0


@pytest.mark.parametrize("start", [0.3, 0.9])
def test_gradients_of_stores_are_right(start):
    check(lambda x: left_with_a_store(x, 3), start + np.array([0.1, 0.3, -0.2, 0.5]))


def test_gradients_of_skipped_turns_are_right():
    check(lambda x: skipped(x, 9), 0.7)


def test_a_singular_slope_in_such_a_turn_is_not_met():
    def root(x):
        y = x
        for _ in range(5):
            s = math.sqrt(y)
            if s == 0.0:
                break
            y = y - 0.5 * s
        return y

    assert sourcead.grad(root)(0.25) == 0.5  # 1 - 0.25 / 0.5; s is 0 in the second turn


@pytest.mark.parametrize("function", [heron, heron_tested_last])
def test_the_test_is_not_kept(function):
    source = sourcead.grad(function).source_for(2.0)
    assert "saved.append(y)" in source
    assert "for y in reversed(saved):" in source
    assert source.count("if ") == 1
    assert "0.0 +" not in source


def test_nothing_is_kept_of_a_step_that_is_taken_again():
    source = sourcead.grad(steps, (0, 1)).source_for(0.7, 1.3)
    _, _, back = source.partition("reversed(")
    assert "if " not in back


def series(x):
    total, term = 0.0, x
    for k in range(1, 50):
        if abs(term) < 1e-9:
            break
        total += term
        term = -term * x / k
    return total


def test_what_a_turn_keeps_is_on_one_list():
    check(series, 0.5)
    source = sourcead.grad(series).source_for(0.5)
    assert "saved.append((k, t))" in source
    assert "saved_1" not in source
