"""Axes that broadcasting puts in are not put in; the others are put in by an index."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(5)
A, B, x, y = (
    RNG.normal(size=(4, 3)),
    RNG.normal(size=(4, 3)),
    RNG.normal(size=3),
    RNG.normal(size=4),
)


def columns(A):
    return np.sum(np.sum(A, axis=0) ** 2)


def rows(A):
    return np.sum(A.mean(axis=1) ** 3)


def standardised(A):
    Z = (A - A.mean(axis=0)) / A.std(axis=0)
    return np.sum(Z[:, 0] * Z[:, 1])


def both(A, B):
    m = A.mean(axis=0) + B.sum(axis=0)
    return np.sum(m * m) + np.sum(A.var(axis=1) * B.mean(axis=1))


def rows_normed(A):
    return np.sum(A / np.sqrt((A * A).sum(axis=1))[:, None])


def columns_of_one(C):
    return np.sum(C.sum(axis=0) ** 2) + np.sum(C.mean(axis=0) * C[0])


def three(C):
    return np.sum(C.sum(axis=1) ** 2) + np.sum(C.mean(axis=(0, 2)) ** 2) + np.sum(C.max(axis=2))


def solved(A, y):
    return np.sum(np.linalg.solve(A[:3] + 4.0 * np.eye(3), y[:3]) ** 2)


CASES = [
    (columns, (A,), 0), (rows, (A,), 0), (standardised, (A,), 0), (both, (A, B), (0, 1)), (rows_normed, (A,), 0),
    (columns_of_one, (A[:1],), 0), (columns_of_one, (A[:, :1],), 0), (three, (RNG.normal(size=(2, 3, 4)),), 0),
    (solved, (A, y), (0, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("function", "args", "argnums"), CASES)
def test_derivatives_are_right(function, args, argnums):
    check(function, *args, argnums=argnums)


@pytest.mark.parametrize("function", [columns, rows, standardised])
def test_second_order(function):
    check(sourcead.grad(function), A)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1)])
def test_shapes_without_elements(shape):
    with np.errstate(all="ignore"):
        assert sourcead.grad(columns)(np.ones(shape)).shape == shape


@pytest.mark.parametrize("function", [columns, rows, standardised])
def test_nothing_is_called_for_an_axis(function):
    source = sourcead.grad(function).source_for(A)
    assert "expand_dims" not in source
    assert "[None]" not in source
