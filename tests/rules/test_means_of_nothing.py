"""The mean of no elements is NaN, with NumPy's warning; its derivative raises nothing that the program does not."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead

X = np.linspace(0.1, 1.0, 6)


def in_turns(x, n):
    total = 0.0
    for k in range(n):
        total += np.mean(x[x > 0.13 * k])
    return total


def scaled_in_turns(x, n):
    total = np.float64(0.0)
    for k in range(n):
        total = total + x[x > 0.13 * k].mean() * 2.0
    return -total


def in_a_branch(x, n):
    found = np.mean(x[x > 0.13 * n])
    if n > 3:
        found = found + 1.0
    return found


@pytest.mark.parametrize("function", [in_turns, scaled_in_turns, in_a_branch])
@pytest.mark.filterwarnings("ignore:Mean of empty", "ignore:invalid value", "ignore:divide by zero")
def test_nothing_is_raised(function):
    assert np.isnan(function(X, 10))
    value, x_bar = sourcead.value_and_grad(function)(X, 10)
    assert np.isnan(value)
    assert x_bar.shape == X.shape
    assert np.all(np.isfinite(sourcead.grad(function)(X, 3)))
