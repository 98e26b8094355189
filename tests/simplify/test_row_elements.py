"""Loops over the rows of an array that look at elements run on lists, as those over its elements do."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check

P = np.array([[0.3, 1.2], [-0.7, 0.4], [1.1, -0.5]])


def unpacked(points):
    total = 0.0
    for x, y in points:
        total += x * x * y + math.sin(y)
    return total


def unpacked_nonlinear(points, c):
    total = 1.0
    for x, y in points:
        total = total + math.sin(c * x) * y * total
    return total


def by_index(points):
    total = 0.0
    for p in points:
        total += p[0] * p[1] + p[-1] ** 2
    return total


def rows_written(points):
    a = points * 1.0
    for i in range(1, len(a)):
        row, last = a[i], a[i - 1]
        row[0] += last[0] * row[1]
        row[1] *= last[1]
    return np.sum(a)


def rows_kept(points):
    """The whole row is looked at: nothing is done."""
    total = 0.0
    for p in points:
        total += p[0] * np.sum(p)
    return total


def rows_handed_on(points):
    last = points[0]
    total = 0.0
    for i in range(len(points)):
        row = points[i]
        total += row[0] * last[1]
        last = row
    return total * last[0]


def pairs(points):
    total = 0.0
    for i in range(len(points)):
        xi, yi = points[i]
        for j in range(i):
            xj, yj = points[j]
            total += math.hypot(xi - xj, yi - yj)
    return total


@pytest.mark.parametrize(
    "function", [unpacked, by_index, rows_written, rows_kept, rows_handed_on, pairs]
)
def test_gradients_are_right(function):
    check(function, P)
    check(lambda p: np.sum(sourcead.grad(function)(p) ** 2), P)


def test_of_two_arguments():
    check(unpacked_nonlinear, P, 0.7, argnums=(0, 1))


@pytest.mark.parametrize("function", [unpacked, by_index, pairs])
def test_they_run_on_lists(function):
    source = sourcead.grad(function).source_for(P)
    assert "points.tolist()" in source
    assert "len(points[" not in source


def test_the_length_of_rows_is_checked_once():
    source = sourcead.grad(unpacked).source_for(P)
    assert "if points.shape[1] != 2:" in source


def test_without_rows():
    assert sourcead.grad(unpacked)(np.zeros((0, 2))).shape == (0, 2)
    assert sourcead.grad(unpacked)(np.zeros((0, 3))).shape == (0, 3)  # nothing is unpacked


def test_exceptions_are_those_of_the_program():
    with pytest.raises(ValueError, match="values to unpack"):
        sourcead.grad(unpacked)(np.ones((2, 3)))
    with pytest.raises(ValueError, match="values to unpack"):
        sourcead.grad(unpacked)(np.ones((2, 1)))
    with pytest.raises(IndexError) as raised:
        by_index(np.ones((2, 1)))
    with pytest.raises(IndexError, match=str(raised.value)):
        sourcead.grad(by_index)(np.ones((2, 1)))


def checked(x, n):
    if len(x) < n:
        raise ValueError("too short")
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i - 1]
    return total


def test_loops_behind_a_check_run_on_lists():
    x = P.ravel()
    check(lambda x: checked(x, 3), x)
    assert "x.tolist()" in sourcead.grad(checked).source_for(x, 3)
    with pytest.raises(ValueError, match="too short"):
        sourcead.grad(checked)(x, 9)
