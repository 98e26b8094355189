"""Comparisons of numbers that are still there are made again; others are kept."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def every_other(x, n):
    total = 0.0
    for k in range(n):
        if k % 2 == 1:
            continue
        total += x**k
    return total


def by_what_is_overwritten(x, n):
    for k in range(n):
        if x > 0.5:
            x = 2.0 - 2.0 * x * x
        else:
            x = x + 0.3 * k
        if x > 0.5 and k != 2:
            x = x * x
    return x


def by_elements(u, c):
    for i in range(1, len(u)):
        if u[i] > c:
            u[i] = u[i] * u[i - 1]
        if u[i - 1] < c:
            u[i - 1] *= 2.0 * u[i]
    return np.sum(u * u)


def until_large(x):
    y = x
    for _ in range(20):
        if y > 10.0:
            return y * x
        y = y * y + x
    return -y


def nested(x, n):
    total = x
    for i in range(n):
        for j in range(n):
            if i < j:
                total = total + x * j
            elif i == j:
                total = math.sin(total)
            else:
                total = total * x
    return total


def by_arrays(x):
    if x[0] < 0.6:
        x[0] = 3.0 * x[1]
    if x[0] >= 0.6:
        x[1] = x[0] * x[0]
    return np.sum(x**2)


@pytest.mark.parametrize("n", [1, 2, 6])
def test_of_loops(n):
    check(every_other, 0.7, n)
    check(by_what_is_overwritten, 0.3, n)
    check(nested, 0.4, n)


def test_of_elements():
    check(by_elements, np.array([0.3, 0.9, 0.7, 0.2, 1.1]), 0.5)
    check(by_arrays, np.array([0.5, 0.9]))
    check(until_large, 1.4)


def test_not_a_number_is_on_the_same_side():
    for x in (math.nan, math.inf, 0.5):
        value, _ = sourcead.value_and_grad(by_what_is_overwritten)(x, 3)
        assert np.float64(value).tobytes() == np.float64(by_what_is_overwritten(x, 3)).tobytes()


def test_nothing_is_kept_for_a_counter():
    source = sourcead.grad(every_other).source_for(0.7, 4)
    assert "saved" not in source
    assert "if k % 2 != 1:" in source


def test_second_order():
    check(sourcead.grad(by_what_is_overwritten), 0.3, 4)
    check(sourcead.grad(nested), 0.4, 3)


def chain(x, y):
    z = y * y
    if x < 0.0:
        z = -z * x
    elif x * y < 1.0:
        y = x * z
        if y < 0.5:
            z = math.sin(y) * z
        x = y * x
    else:
        x = x * x
    return z * x + y


def chain_of_results(x, y):
    if x < 0.0:
        return 0.0
    if y < x:
        return x * y
    if math.exp(x) < y:
        return y * y
    return x + y


@pytest.mark.parametrize("function", [chain, chain_of_results])
@pytest.mark.parametrize("x", [-0.4, 0.3, 0.9, 2.5])
def test_branches_in_branches(function, x):
    check(function, x, 0.8, argnums=(0, 1))
    check(sourcead.grad(function), x, 0.8, argnums=(0, 1))
