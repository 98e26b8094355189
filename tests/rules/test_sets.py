"""Distinct elements of arrays, in programs: values carry slopes, places and counts are integers."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([1.3, 0.5, 0.2, 1.7, 0.9])
PLACES = np.arange(5.0)


def values(x):
    return np.sum(np.unique(x) ** 2 * PLACES)


def with_counts(x):
    found, counts = np.unique(np.concatenate((x, 2.0 * x)), return_counts=True)
    return np.sum(found**2 * counts * np.arange(10.0))


def with_inverse(x):
    found, places = np.unique(np.concatenate((x, x[:2] ** 2)), return_inverse=True)
    return np.sum(np.sin(found)[places] * x[0])


def rows(x):
    return np.sum(np.unique(np.outer(x, x), axis=0) ** 2 * PLACES)


def of_a_list(x):
    return np.sum(np.unique([x[0], x[1] ** 2]) * PLACES[:2])


def union(x):
    return np.sum(np.union1d(x, 3.1 * x) ** 2 * np.arange(10.0))


def union_with_a_list(x):
    return np.sum(np.union1d(x, [0.25, 2.0 * x[0]]) ** 2 * np.arange(7.0))


@pytest.mark.parametrize(
    "f",
    [values, with_counts, with_inverse, rows, of_a_list, union, union_with_a_list],
    ids=lambda f: f.__name__,
)
def test_slopes_agree_with_differences(f):
    check(f, X)


def test_of_equal_elements_the_first_one_is_taken():
    def f(x):
        return np.sum(np.unique(x) ** 2)

    found = sourcead.grad(f)(np.array([1.0, 2.0, 1.0]))
    assert found.tolist() == [2.0, 4.0, 0.0]


@pytest.mark.skipif("sorted" not in inspect.signature(np.unique).parameters, reason="later NumPy")
def test_values_in_any_order_are_refused():
    def f(x):
        return np.sum(np.unique(x, sorted=False))

    with pytest.raises(sourcead.SourceADError, match="`sorted`"):
        sourcead.grad(f)(X)
