"""Two arrays that are joined: their adjoints are slices, whether they stand in a tuple or in a list."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def in_a_list(x, y):
    z = np.concatenate([x * y[0], y])
    return np.sum(z * z * np.arange(5.0))


def in_turns(x, y):
    h = y
    for t in range(len(x)):
        z = np.concatenate([x[t : t + 2], h])
        h = np.tanh(z[: len(y)] * h)
    return np.sum(h * h)


def of_matrices(x, y):
    a, b = np.outer(x, y), np.outer(y, y)
    z = np.concatenate([a, b])
    return np.sum(z @ z.T)


def changed_before(x, y):
    both = [x, y]
    both[1] = both[1] * x[0]
    z = np.concatenate(both)
    return np.sum(z * z * z)


def changed_behind(x, y):
    both = [x * 2.0, y]
    z = np.concatenate(both)
    both.append(z)
    return np.sum(z * z) * both[-1][0]


ALL = (in_a_list, in_turns, of_matrices, changed_before, changed_behind)


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_derivatives(f):
    check(f, np.array([0.6, 1.1, 0.8]), np.array([1.4, 0.7]), argnums=(0, 1))


@pytest.mark.parametrize("f", ALL[:3], ids=lambda f: f.__name__)
def test_slices(f):
    source = sourcead.grad(f, (0, 1)).source_for(np.ones(3), np.ones(2))
    assert "parts_along" not in source
