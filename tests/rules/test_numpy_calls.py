"""NumPy's functions that take a function, and those that write into an array: differentiated by source."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check

U = np.array([-1.0, 0.5, 2.0, -0.3])
A = np.array([[1.0, -2.0, 3.0], [0.5, 0.7, -0.9]])


@np.vectorize
def one(a):
    return a * a if a > 0.0 else math.sin(a)


@np.vectorize
def two(a, b):
    return a * b if a > b else a - b


def number(row):
    return np.sum(row * row) * row[0]


def vector(row):
    return np.cumsum(row * row)


def pieces(u):
    parts = [lambda v: v**2, lambda v: np.sin(v), 3.0]
    return np.sum(np.piecewise(u, [u < 0.0, u >= 1.0], parts) ** 2)


def put(u):
    u = u * 1.0
    np.put(u, [1, 0], u[2] * u[3])
    return np.sum(u**2)


def put_in_matrix(a):
    a = a * 1.0
    np.put(a, [1, 5], a[0, 0] * a[1, 1])
    return np.sum(a**3)


def masked_values(u):
    u = u * 1.0
    np.putmask(u, u > 0.0, u * u)
    return np.sum(u**2)


def masked_number(u):
    u = u * 1.0
    np.putmask(u, u > 0.0, u[0])
    return np.sum(u**2)


def placed(u):
    u = u * 1.0
    np.place(u, u > 0.0, u[1])
    return np.sum(u**2)


def diagonal(a):
    a = a * 1.0
    np.fill_diagonal(a, 2.0 * a[0, 1])
    return np.sum(a**2 * np.arange(6.0).reshape(2, 3))


def along_columns(a):
    a = a * 1.0
    np.put_along_axis(a, np.array([[2], [0]]), np.sum(a, axis=1, keepdims=True) ** 2, 1)
    return np.sum(a**3)


def quotient(u, v):
    q, r = np.polydiv(u, v)
    return np.sum(q**2) + np.sum(r**3)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda u: np.sum(one(u) ** 2), (U,)),
        (lambda a: np.sum(one(a)), (A,)),
        (lambda u, b: np.sum(two(u, b) ** 2), (U, 0.1)),
        (pieces, (U,)),
        (lambda a: np.sum(np.apply_along_axis(number, 1, a) ** 2), (A,)),
        (lambda a: np.sum(np.apply_along_axis(vector, 0, a) ** 2), (A,)),
        (lambda u: np.sum(np.trim_zeros(u) ** 2), (np.array([0.0, 1.0, 2.0, 0.0]),)),
        (put, (U,)),
        (put_in_matrix, (A,)),
        (masked_values, (U,)),
        (masked_number, (U,)),
        (placed, (U,)),
        (diagonal, (A,)),
        (along_columns, (A,)),
        (quotient, (np.array([3.0, 5.0, 2.0, 1.0]), np.array([2.0, 1.0]))),
    ],
    ids=lambda v: getattr(v, "__name__", None),
)
def test_derivatives_agree_with_differences(f, args):
    check(f, *args)


def test_values_that_are_fewer_than_the_places_are_repeated():
    def f(u):
        u = u * 1.0
        np.put(u, [1, 0, 2], u[2:4])
        return np.sum(u * np.arange(1.0, 5.0))

    check(f, U)


def test_a_vectorized_function_whose_type_follows_from_its_first_result_is_refused():
    steps = np.vectorize(lambda a: a if a > 0.0 else 0)
    with pytest.raises(TypeError, match="first result"):
        sourcead.grad(lambda u: np.sum(steps(u)))(U)


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_differences_of_too_few_elements_have_a_gradient_of_zeros(size):
    gradient = sourcead.grad(lambda u: np.sum(np.diff(u, n=2) ** 2) + np.sum(u))(np.ones(size))
    assert gradient.tolist() == [1.0] * size
