"""Lists of numbers have adjoints without helpers; a list that is only summed has none."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def squares(x):
    return sum([v * v for v in x])


def generated(x):
    return sum(math.sin(v) * v for v in x)


def appended(x, n):
    terms = []
    for k in range(n):
        terms.append(x**k)
    return sum(terms)


def of_some(x):
    terms = []
    for v in x:
        if v > 0.2:
            terms.append(v * v)
    return sum(terms) * x[0]


def read_as_well(x):
    terms = [v * v for v in x]
    return sum(terms) + terms[1] * terms[-1]


def summed_twice(x):
    terms = [v * v for v in x]
    return sum(terms) * sum(terms)


def changed_behind(x):
    terms = [v * v for v in x]
    total = sum(terms)
    terms[0] = x[1]
    terms.append(x[2] * x[2])
    return total * terms[0] + sum(terms)


def taken_from(x):
    terms = [v * v for v in x]
    last = terms.pop()
    return sum(terms) * last


def of_lists(x):
    rows = [[v * w for w in x] for v in x]
    return sum([sum(row) for row in rows])


def of_arrays(x):
    return np.sum(sum([v * x for v in x]) ** 2)


def with_start(x):
    return sum([v * v for v in x], x[0])


def left_early(x):
    terms = []
    for v in x:
        if v > 0.8:
            break
        terms.append(v * v)
    return sum(terms)


def nested(x, n):
    total = 0.0
    for k in range(n):
        total += sum([v**k for v in x]) * x[0]
    return total


def of_given(xs):
    xs[0] *= 2.0
    return sum(xs) * xs[1] - 3.0 * xs[2]


def subtracted(xs):
    total = 0.0
    for i in range(len(xs) - 1):
        total += (xs[i + 1] - xs[i]) ** 2
    return total


POINTS = np.array([0.5, 0.9, 0.3, 0.1])
OF_ARRAYS = [
    squares, generated, of_some, read_as_well, summed_twice, changed_behind, taken_from, of_lists, of_arrays,
    with_start, left_early,
]  # fmt: skip
OF_LISTS = [squares, generated, of_some, read_as_well, summed_twice, changed_behind, taken_from, of_given, subtracted]  # fmt: skip


@pytest.mark.parametrize("function", OF_ARRAYS, ids=lambda f: f.__name__)
def test_of_arrays(function):
    check(function, POINTS)


@pytest.mark.parametrize("function", OF_LISTS, ids=lambda f: f.__name__)
def test_of_lists(function):
    check(function, POINTS.tolist())


@pytest.mark.parametrize("n", [1, 4])
def test_of_loops(n):
    check(appended, 0.7, n)
    check(nested, POINTS, n)


def test_nothing_is_made_for_what_is_only_summed():
    source = sourcead.grad(squares).source_for(POINTS)
    assert "zeros_like" not in source and "add_items" not in source and "append" not in source
    assert "xs_bar = [0.0] * len(xs)" in sourcead.grad(subtracted).source_for([1.0, 2.0, 4.0])
    assert "xs_bar[i] -= " in sourcead.grad(subtracted).source_for([1.0, 2.0, 4.0])


def test_empty():
    assert sourcead.grad(appended)(0.7, 0) == 0.0
    assert sourcead.grad(squares)(np.zeros(0)).shape == (0,)
    assert sourcead.grad(subtracted)([1.0]) == [0.0]


def test_results_are_new_lists_of_floats():
    given = [1.0, 2.0, 3.0]
    found = sourcead.grad(squares)(given)
    assert found == [2.0, 4.0, 6.0] and found is not given and type(found[0]) is float


def test_second_order():
    check(sourcead.grad(squares), POINTS)
    check(lambda x: sourcead.jvp(read_as_well, (x,), (POINTS,))[1], POINTS)


def sums_in_sums(x):
    total = []
    for v in x:
        inner = []
        for w in x:
            inner.append(sum([v * w * u for u in x]))
        total.append(sum(inner) * v)
    return sum(total)


def test_sums_of_sums():
    check(sums_in_sums, POINTS)
    check(sums_in_sums, POINTS.tolist())
