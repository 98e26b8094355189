"""Temporaries have the names that the user gives to what they become."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def rotated(point, angle):
    x, y = point
    c, s = math.cos(angle), math.sin(angle)
    return c * x - s * y, s * x + c * y


def twice_rotated(x, y, angle):
    p = rotated((x * y, x - y), angle)
    q = rotated(p, p[0] * angle)
    return p[0] * q[0] * p[1] + q[1] ** 2 * q[0]


def test_parts_of_a_result_are_called_after_it():
    source = sourcead.grad(twice_rotated, (0, 1, 2)).source_for(0.3, 0.4, 0.5)
    assert "p_0" in source and "p_1" in source
    assert "p_0_bar" in source
    check(twice_rotated, 0.3, 0.4, 0.5, argnums=(0, 1, 2))


def test_unpacked_parts_have_their_own_names():
    source = sourcead.grad(twice_rotated, (0, 1, 2)).source_for(0.3, 0.4, 0.5)
    assert "x_1 = x * y" in source  # `x, y = point`
    assert "point_0" not in source


def integrated(x, v, step, steps):
    for _ in range(steps):
        state = pushed(x, v, 0.5 * step)
        x, v = pushed(state[0], state[1] * x, step)
    return x * v


def pushed(x, v, h):
    return x + h * v, v - h * math.sin(x) * v


def test_arguments_have_the_names_of_the_parameters():
    source = sourcead.grad(integrated, (0, 1, 2)).source_for(0.3, 0.4, 0.05, 4)
    assert "h = 0.5 * step" in source
    check(integrated, 0.3, 0.4, 0.05, 4, argnums=(0, 1, 2))


def shadowing(x, y):
    """A callee's names may be those of the caller, with other values."""
    y, x = swapped(x, y * y)
    y, x = swapped(x * y, y)
    return x * y * y + np.sin(x)


def swapped(y, x):
    return x * y, y - x * y


@pytest.mark.parametrize("reopen", [False, True])
def test_names_that_are_used_for_several_values_are_told_apart(reopen):
    check(shadowing, 0.7, 0.3, argnums=(0, 1))
    if reopen:
        check(sourcead.grad(shadowing), 0.7, 0.3, argnums=(0, 1))
        check(lambda x, y: sourcead.jvp(shadowing, (x, y), (1.0, 0.5))[1], 0.7, 0.3)


def guarded(x):
    """A name that is also that of a global which the text reads."""
    t = halves(x)
    return np.sum(t[0] * t[1])


def halves(np_):
    math = np_ * 2.0
    return math, np.exp(math)


def test_words_of_the_text_are_not_taken():
    check(guarded, np.array([0.3, 0.2]))
