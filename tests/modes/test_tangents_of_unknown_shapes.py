"""A tangent has the shape of its value, also where that is known only when the program runs."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.5, -1.2, 0.7])


@sourcead.nondifferentiable
def table():
    """Of a shape that nothing tells."""
    return np.array([[0.3, 1.1, -0.6], [0.9, -0.4, 0.2]])


def sums_along_columns(x):
    return np.sum(np.cumsum(table() + x, axis=0) ** 2)


def a_row(x):
    return np.sum((x - table())[1] ** 2)


def sorted_rows(x):
    return np.sum(np.sort(table() + x, axis=-1)[..., -1] ** 2)


def a_number_beside(x):
    return np.sum(np.cumsum(table() - x[1], axis=1) * np.arange(3.0))


def selected(x):
    w = table()
    return np.sum(np.cumsum(np.where(w > 0.0, x, w), axis=0) ** 2)


def put_together(x):
    w = table()
    return np.sum(np.stack([w + x, w * x]) ** 2)


def as_attributes(x):
    y = table() + x
    return y.sum() * y.T[0].sum() + y.max()


@pytest.mark.parametrize(
    "f",
    [
        sums_along_columns,
        a_row,
        sorted_rows,
        a_number_beside,
        selected,
        put_together,
        as_attributes,
    ],
    ids=lambda f: f.__name__,
)
def test_both_modes(f):
    check(f, X)


def joined_with_what_does_not_vary(x):
    near = np.outer(x, x)[:2]
    return np.sum(np.concatenate([near * table(), table()], axis=1) ** 2)


def test_zeros_that_are_joined_have_the_shape_of_their_value():
    check(joined_with_what_does_not_vary, X)
