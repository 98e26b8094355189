"""What a loop hands on is returned as it is, where nothing else knows it."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.3, -0.7, 1.1])


def momentum(x, rate, steps):
    v = np.zeros_like(x)
    for _ in range(steps):
        v = 0.9 * v - rate * np.sin(x)
        x = x + v
    return x @ x


def written(x, rate, steps):
    for _ in range(steps):
        y = x * rate
        y[0] += x[1] * x[2]
        x = x + y
    return np.sum(x**2)


def handed_on(x, rate, steps):
    for _ in range(steps):
        y = x
        x = rate * x
        x[1:] += y[:-1]
    return np.sum(x * y) if steps else np.sum(x)


def swapped(x, rate, steps):
    y = 2.0 * x
    for _ in range(steps):
        x, y = y, x * rate + y
    return np.sum(x * x) + np.sum(y)


@pytest.mark.parametrize("steps", [0, 1, 3])
@pytest.mark.parametrize(
    "function", [momentum, written, handed_on, swapped], ids=lambda f: f.__name__
)
def test_gradients_are_right_and_nobody_else_s(function, steps):
    check(function, X, 0.1, steps, argnums=(0, 1))
    gradient = sourcead.grad(function)
    first, given = gradient(X, 0.1, steps), X.copy()
    kept = first.copy()
    first[...] = 7.0
    assert np.array_equal(gradient(X, 0.1, steps), kept)
    assert np.array_equal(X, given)


def test_nothing_is_copied():
    assert "copy" not in sourcead.grad(momentum).source_for(X, 0.1, 3)


def test_second_order():
    check(sourcead.grad(lambda x: momentum(x, 0.1, 3)), X)


def in_turns_of_turns(x, y):
    total = 0.0
    start = 2.0 * x
    for k in range(3):
        z = start
        for i in range(2):
            z = z + y * x[i]
            total += np.sum(z * z) * z[i]
    return total + np.sum(start)


def bodies(x, y):
    for _ in range(2):
        a = np.zeros_like(x)
        for i in range(3):
            for j in range(3):
                if i != j:
                    a[i] += (x[j] - x[i]) * y[j]
        y = y + 0.1 * a
        x = x + 0.1 * y
    return np.sum(x * x)


def no_turn(x, y):
    z = x * y
    for i in range(0):
        z = z * y
        z[i] += y[i]
    w = z * 2.0
    z[0] *= 3.0
    return np.sum(z * w)


@pytest.mark.parametrize("f", [in_turns_of_turns, bodies, no_turn], ids=lambda f: f.__name__)
def test_loops_in_loops(f):
    check(f, np.array([0.6, 1.1, 0.8]), np.array([1.4, 0.7, 1.2]), argnums=(0, 1))


def test_what_a_turn_writes_to_is_not_copied():
    x = np.array([0.6, 1.1, 0.8])
    assert ".copy()" not in sourcead.grad(bodies, (0, 1)).source_for(x, x)
