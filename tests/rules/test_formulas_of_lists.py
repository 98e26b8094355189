"""Functions with a formula as their rule, of lists that the program fills."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

import sourcead
from tests.numeric import check, directional

X = np.array([0.4, 1.3, 2.1, 0.9, 1.7])
GIVEN = [0.3, 0.8, 0.1, 0.7, 0.5]


def of_an_arrays_items(x):
    return statistics.covariance(list(x), GIVEN)


def of_a_comprehension(x):
    return statistics.correlation([u * u for u in x], GIVEN)


def of_a_list_that_is_written(x):
    values = []
    for u in x:
        values.append(u * x[0])
    values[2] = x[1] ** 2
    line = statistics.linear_regression(values, list(x))
    return line.slope * line.intercept + statistics.linear_regression(GIVEN, values)[1]


def through_the_origin(x):
    return statistics.linear_regression(GIVEN, list(x), proportional=True).slope


PROGRAMS = [of_an_arrays_items, of_a_comprehension, of_a_list_that_is_written]
if "proportional" in (statistics.linear_regression.__kwdefaults__ or {}):  # Python 3.11
    PROGRAMS.append(through_the_origin)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_derivatives(program):
    check(program, X)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_second_derivatives(program):
    gradient, v = sourcead.grad(program), np.array([0.3, -1.0, 0.2, 0.7, 0.1])
    expected = directional(gradient, (X,), (v,), v).value
    np.testing.assert_allclose(v @ sourcead.hvp(program)(X, v), expected, rtol=1e-7, atol=1e-10)


def test_a_pullback_keeps_the_numbers_of_a_list_that_is_changed_later():
    given = list(X)
    _, pullback = sourcead.vjp(of_a_list, given)
    before = pullback(1.0)
    given[1] = 9.0
    assert pullback(1.0) == before


def of_a_list(values):
    return statistics.correlation(values, GIVEN) * statistics.covariance(values, values)
