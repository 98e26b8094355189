"""Loops over single elements work on lists, and nobody can tell but by the time it takes."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests import numeric


def smoothed(u, rounds):
    for _ in range(rounds):
        for i in range(1, len(u) - 1):
            u[i] = 0.25 * u[i - 1] + 0.5 * u[i] + 0.25 * u[i + 1] ** 2
    return np.sum(u * u)


def over_grid(u, v):
    rows, columns = u.shape
    total = 0.0
    for i in range(1, rows):
        for j in range(columns - 1):
            total += u[i, j] * v[i - 1, j + 1] ** 2
    return total


def divided(x, d):
    total = 0.0
    for i in range(len(x)):
        total += x[i] / d[i]
    return total


def chosen(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 0.0:
            y[i] = x[i] * math.sin(x[i])
        else:
            y[i] = 1
    return np.sum(y)


def whole_between(x):
    y = np.empty(len(x))
    for i in range(len(x)):
        y[i] = x[i] ** 3
    z = np.cumsum(y)
    total = 0.0
    for i in range(len(x)):
        total += z[i] * y[i]
    return total


POINTS: dict[Callable[..., Any], tuple[Any, ...]] = {
    smoothed: (np.linspace(0.1, 0.9, 6), 3),
    over_grid: (np.linspace(0.5, 1.5, 12).reshape(3, 4), np.linspace(-1.0, 1.0, 12).reshape(3, 4)),
    divided: (np.array([1.0, 2.0, 3.0]), np.array([0.5, -1.0, 2.0])),
    chosen: (np.array([0.3, -0.2, 1.5]),),
    whole_between: (np.linspace(-1.0, 1.0, 5),),
}


@pytest.mark.parametrize("function", POINTS, ids=lambda f: f.__name__)
def test_loops_over_elements_work_on_lists(function: Callable[..., Any]) -> None:
    args = POINTS[function]
    assert ".tolist()" in sourcead.grad(function).source_for(*args)
    numeric.check(function, *args)


def test_the_argument_is_left_as_the_primal_leaves_it() -> None:
    u, rounds = POINTS[smoothed]
    by_primal, by_gradient = u.copy(), u.copy()
    value = smoothed(by_primal, rounds)
    found, _ = sourcead.value_and_grad(smoothed)(by_gradient, rounds)
    assert found == value
    assert by_gradient.tobytes() == by_primal.tobytes()


def test_the_value_has_the_type_of_the_primals() -> None:
    u, v = POINTS[over_grid]
    value, _ = sourcead.value_and_grad(over_grid)(u, v)
    assert type(value) is np.float64
    assert value == over_grid(u, v)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1)])
def test_a_gradient_has_the_shape_of_its_argument_without_elements_too(
    shape: tuple[int, int],
) -> None:
    assert sourcead.grad(over_grid)(np.ones(shape), np.ones(shape)).shape == shape


def test_a_quotient_by_zero_is_infinite_as_in_numpy() -> None:
    gradient = sourcead.grad(divided, (0, 1))
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        x_bar, d_bar = gradient(np.array([1.0, 2.0]), np.array([0.0, 4.0]))
    assert x_bar.tolist() == [math.inf, 0.25]
    assert d_bar.tolist() == [-math.inf, -0.125]
    assert {warning.category for warning in seen} == {RuntimeWarning}
    x_bar, d_bar = gradient(np.array([1.0, 2.0]), np.array([2.0, 4.0]))
    assert x_bar.tolist() == [0.5, 0.25]


def test_an_exception_is_the_primals() -> None:
    short = np.ones(3), np.ones(2)
    with pytest.raises(IndexError) as by_primal:
        divided(*short)
    with pytest.raises(IndexError) as by_gradient:
        sourcead.grad(divided)(*short)
    assert str(by_gradient.value) == str(by_primal.value)


def test_an_argument_that_is_written_before_an_exception_is_written_as_by_the_primal() -> None:
    def overwritten(x, d):
        for i in range(len(x)):
            x[i] = x[i] * d[i]
        return x[0]

    by_primal, by_gradient = np.full(3, 2.0), np.full(3, 2.0)
    with pytest.raises(IndexError):
        overwritten(by_primal, np.array([3.0, 4.0]))
    with pytest.raises(IndexError):
        sourcead.grad(overwritten)(by_gradient, np.array([3.0, 4.0]))
    assert by_gradient.tolist() == by_primal.tolist() == [6.0, 8.0, 2.0]


def test_what_is_printed_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    def talking(x, d):
        total = 0.0
        for i in range(len(x)):
            print(i)
            total += x[i] / d[i]
        return total

    with np.errstate(divide="ignore"):
        sourcead.grad(talking)(np.ones(2), np.zeros(2))
    assert capsys.readouterr().out == "0\n1\n"


def test_fractional_powers_of_negative_elements_are_numpys() -> None:
    def powers(x):
        total = 0.0
        for i in range(len(x)):
            total += x[i] ** 1.5
        return total

    with np.errstate(invalid="ignore"):
        found = sourcead.grad(powers)(np.array([-1.0, 4.0]))
    assert np.isnan(found[0])
    assert found[1] == 3.0


def test_an_array_seen_through_a_view_stays_an_array() -> None:
    def through_a_view(x):
        y = x.copy()
        inner = y[1:]
        for i in range(len(x) - 1):
            inner[i] = 2.0 * inner[i]
            y[i] = y[i + 1] * x[i]
        return np.sum(y)

    numeric.check(through_a_view, np.array([0.5, 1.5, -1.0]))
