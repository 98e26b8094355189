"""Lists that hold floats of Python and of NumPy, and integers: whole lists in calls, and their elements."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead


def squares(x):
    y = np.array(x)
    return (y**2).sum()


def length(x):
    return np.linalg.norm(np.asarray(x, float)) ** 2


def without_the_least(x):
    return sum(sorted(x)[1:]) ** 2


def twice(x):
    return np.array([x, x]).sum() * x[0]


def steps(x):
    s = 0.0
    for v in x:
        s += v * v
    return s


def neighbours(x):
    return sum(a * b for a, b in zip(x, x[1:]))  # noqa: RUF007


GRADIENTS = [
    (squares, [3.0, 5.0, 6.0]),
    (length, [3.0, 5.0, 6.0]),
    (without_the_least, [0.0, 11.0, 11.0]),
    (twice, [2.0 * 7.0 + 3.0, 3.0, 3.0]),
    (steps, [3.0, 5.0, 6.0]),
    (neighbours, [2.5, 4.5, 2.5]),
]


@pytest.mark.parametrize(
    "x", [[1.5, 2.5, 3.0], [1.5, np.float64(2.5), 3.0], [np.float64(1.5), 2.5, 3.0]]
)
@pytest.mark.parametrize("function, expected", GRADIENTS)
def test_floats_of_both_kinds(function, expected, x):
    assert sourcead.grad(function)(x) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("x", [[1.5, 2.5, 3], [1, np.float64(2.5), 3.0], [1.5, np.float64(2.5), 3]])
@pytest.mark.parametrize("function, expected", GRADIENTS)
def test_with_an_integer_the_floats_are_right_or_it_is_refused(function, expected, x):
    try:
        found = sourcead.grad(function)(x)
    except sourcead.SourceADError:
        return
    for value, bar, slope in zip(x, found, expected):
        if isinstance(value, float):
            assert bar == pytest.approx(slope, rel=1e-14)
        else:
            assert bar is None


@pytest.mark.parametrize("x", [[1.5, 2.5, 3], [1, np.float64(2.5), 3.0]])
def test_an_integer_that_becomes_part_of_an_array_is_refused(x):
    with pytest.raises(sourcead.IntegerArgument):
        sourcead.grad(squares)(x)


def test_one_gradient_for_lists_of_different_kinds():
    gradient = sourcead.grad(steps)
    assert gradient([1.5, 2.5]) == [3.0, 5.0]
    assert gradient([1.5, np.float64(2.5)]) == [3.0, 5.0]
    with pytest.raises(sourcead.IntegerArgument):
        gradient([1.5, 2])
    assert gradient([np.float64(1.5), 2.5]) == [3.0, 5.0]


@pytest.mark.parametrize("dot", [None, 0.0])
def test_an_integer_has_no_tangent_or_zero(dot):
    value, tangent = sourcead.jvp(twice, ([1.5, 2.5, 3],), ([1.0, 0.5, dot],))
    assert value == 21.0
    assert tangent == pytest.approx(17.0 + 0.5 * 3.0, rel=1e-14)
