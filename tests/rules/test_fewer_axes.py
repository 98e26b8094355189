"""Values that have more axes than the place that they are put into: the axes in front have one element."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.7, 1.3, 2.1])


def stored(x):
    a = np.zeros(3)
    a[...] = x[None, None]
    return np.sum(a**2)


def stored_and_stretched(x):
    a = np.zeros(3)
    a[...] = x[:1][None, None]
    return np.sum(a**2)


PROGRAMS = {
    "stored": stored,
    "stored and stretched": stored_and_stretched,
    "full of a vector": lambda x: np.sum(np.full((3,), x[None, None, :]) ** 2),
    "full of a list": lambda x: np.sum(np.full(3, [[x[0]]]) ** 2),
    "full of a row, by columns": lambda x: np.sum(np.full((2, 3), x[None, None]) ** 2),
    "full of a number in axes": lambda x: np.sum(np.full(3, x[:1][None]) ** 2),
    "product with an axis of one element": lambda x: np.sum((x[:, None] @ x[1:2]) ** 2),
    "folds of nothing": lambda x: np.sum(np.hypot.accumulate(x[:0])) + x[0],
    "folds": lambda x: np.sum(np.divide.accumulate(np.outer(x, x), axis=1)[:, 1:] ** 2),
    "series of one number": lambda x: np.polynomial.chebyshev.chebval(x[0], x[1])
    + np.sum(np.polynomial.legendre.legval(x, x[2])),
}  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_both_modes_agree_with_differences(f):
    check(f, X)
    second = sourcead.hessian(f)(X)
    check(lambda x: np.sum(sourcead.grad(f)(x) * X), X)
    np.testing.assert_allclose(second, second.T, rtol=1e-12, atol=1e-12)
