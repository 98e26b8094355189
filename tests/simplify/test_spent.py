"""Adjoints of elements are set to zero where anybody could read them again, and only there."""

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.4, 1.3, -0.7, 0.2])


def mapped(x):
    y = np.empty(len(x))
    for i in range(len(x)):
        y[i] = math.sin(x[i])
    return np.sum(y * y)


def mapped_twice(x):
    """The second loop overwrites what the first has made: its adjoint is zero there."""
    y = np.empty(len(x))
    for i in range(len(x)):
        y[i] = math.sin(x[i])
    total = 0.0
    for i in range(1, len(x)):
        total += y[i]
        y[i] = math.cos(x[i])
    return total + np.sum(y * y)


def read_by_neighbours(x):
    y = np.zeros(len(x))
    for i in range(1, len(x)):
        y[i] = x[i] * y[i - 1] + x[i]
    return np.sum(y * y)


def counted_from_the_end(x):
    y = np.empty(len(x))
    for i in range(-2, len(x)):
        y[i] = math.sin(x[i]) * (i + 3.0)
    return np.sum(y * y)


def in_a_loop_of_loops(x):
    y = np.zeros(len(x))
    total = 0.0
    for k in range(3):
        for i in range(len(x)):
            y[i] = math.sin(x[i] * (k + 1.0))
        total += y[1] * y[2]
    return total


PROGRAMS = [mapped, mapped_twice, read_by_neighbours, counted_from_the_end, in_a_loop_of_loops]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_right(program):
    check(program, X)


def test_what_is_read_for_the_last_time_is_left():
    assert "= 0.0" not in sourcead.grad(mapped).source_for(X)
    assert "y_bar[i] = 0.0" in sourcead.grad(counted_from_the_end).source_for(X)
