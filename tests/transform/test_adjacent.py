"""Neighbouring parts of an array of which the same is computed."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def gates(w, x):
    n = len(x)
    z = w * np.sin(w)
    a, b, c = sigmoid(z[:n]), sigmoid(z[n : 2 * n]), sigmoid(z[2 * n :])
    return np.sum(a * x + b * np.tanh(c))


def cut_off(w, x):
    """The parts reach beyond the end."""
    z = w * 2.0
    a, b = np.exp(-z[:3]), np.exp(-z[3:9])
    return np.sum(a) * np.sum(b * b) + np.sum(x)


def from_the_end(w, x):
    z = w * 2.0
    a, b = np.exp(-z[:-2]), np.exp(-z[-2:6])
    return np.sum(a) * np.sum(b * b) + np.sum(x)


def written(w, x):
    z = w * 2.0
    a = np.exp(-z[:2])
    z[3] = x[0]
    b = np.exp(-z[2:4])
    a *= b
    return np.sum(a * b * w[0])


def returned(w, x):
    z = w * 2.0
    return np.exp(-z[:2]), np.exp(-z[2:4]) * x[0]


def parts_computed(f):
    """How often the generated function calls `np.exp`."""
    lines = sourcead.grad(f).source_for(W, X).splitlines()
    return sum(line.partition("#")[0].count("np.exp(") for line in lines)


W, X = np.array([0.3, -0.5, 0.9, 0.2, -1.1, 0.6]), np.array([0.4, 1.3])


@pytest.mark.parametrize("f", [gates, cut_off, from_the_end, written], ids=lambda f: f.__name__)
def test_gradient(f):
    check(f, W, X, directions=1)
    value, _ = sourcead.value_and_grad(f)(W, X)
    assert value == f(W.copy(), X)


def test_computed_at_once():
    counts = [parts_computed(f) for f in (gates, cut_off, from_the_end, written)]
    assert counts == [1, 1, 2, 2]


def test_results_that_are_seen_stay_arrays_of_their_own():
    value, _ = sourcead.vjp(returned, W, X)
    assert all(part.base is None for part in value)


def test_a_part_that_nobody_reads_gives_nothing():
    def half(w):
        z = w * 2.0
        a, b = 1.0 / (z[:2] - 1.0), 1.0 / (z[2:4] - 1.0)
        return np.sum(a) + 0.0 * len(b)

    with np.errstate(divide="ignore"):
        w_bar = sourcead.grad(half)(np.array([1.0, 2.0, 0.5, 3.0]))
    np.testing.assert_allclose(w_bar, [-2.0, -2.0 / 9.0, 0.0, 0.0])
