"""Pullbacks of functions that put several of their lists into one: each gradient is as long as its argument."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead


def joined(a, b):
    return np.concatenate([a, b]) ** 2


def side_by_side(a, b):
    return np.hstack([a, b]) * a[0]


def in_turn(a, b):
    return np.array([sum(row) * row[0] for row in [a, b]])


@pytest.mark.parametrize("f", [joined, side_by_side, in_turn])
@pytest.mark.parametrize("a, b", [([1.0, 2.0, 3.0], [4.0, 5.0]), ([1.0, 2.0], [4.0, 5.0, 6.0])])
def test_gradients_are_as_long_as_the_lists(f, a, b):
    value, pullback = sourcead.vjp(f, a, b)
    expected = sourcead.grad(lambda x, y: np.sum(f(x, y)), (0, 1))(a, b)
    assert pullback(np.ones_like(value)) == expected
    a[0] = 9.0
    assert pullback(np.ones_like(value)) == expected
