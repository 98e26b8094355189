"""Adjoints of transposed arrays are added to directly."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(3)
A, B, x, y = (
    RNG.normal(size=(4, 3)),
    RNG.normal(size=(4, 3)),
    RNG.normal(size=3),
    RNG.normal(size=4),
)


def gram(A):
    return np.sum(np.sin(A.T @ A))


def outer(A, x, y):
    return np.sum(A.T * np.outer(x, y)) + np.sum((A.T @ y) * x)


def views(A):
    T = A.T
    return np.sum(T[0] * T[1]) + np.sum(T * T) + np.sum(T.T[0])


def written(A):
    B = A * 2.0
    T = B.T
    T[0] *= 3.0
    T += 1.0
    return np.sum(T @ B) + np.sum(B.T * T)


def broadcast(A, x):
    return np.sum((A.T + x[:, None]) ** 2) + np.sum(A.T * 2.0)


def in_a_loop(A, steps):
    for _ in range(steps):
        A = 0.1 * (A.T @ A @ A.T).T + A
    return np.sum(A * A)


def cubes(C):
    return np.sum(C.T * C.T) + np.sum(C.T[0])


def of_vectors(x, y):
    r = y[:3] - 2.0 * x
    return r.T @ r + np.sum(r.T * x)


def regression(A, y):
    beta = np.linalg.solve(A.T @ A, A.T @ y)
    return np.sum((y - A @ beta) ** 2)


def square(A):
    B = A[:3]
    B = B.T + B
    return np.sum(B.T @ B) + np.sum(np.linalg.inv(B + 5.0 * np.eye(3)).T)


CASES = [
    (gram, (A,), 0), (outer, (A, x, y), (0, 1, 2)), (views, (A,), 0), (written, (A,), 0),
    (broadcast, (A, x), (0, 1)), (in_a_loop, (A, 2), 0), (in_a_loop, (A, 0), 0),
    (cubes, (RNG.normal(size=(2, 3, 4)),), 0), (of_vectors, (x, y), (0, 1)),
    (regression, (A, y), (0, 1)), (square, (A,), 0), (gram, (np.asfortranarray(A),), 0),
]  # fmt: skip


@pytest.mark.parametrize(("function", "args", "argnums"), CASES)
def test_gradients_are_right(function, args, argnums):
    check(function, *args, argnums=argnums)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1)])
def test_shapes_without_elements(shape):
    assert sourcead.grad(gram)(np.ones(shape)).shape == shape


def test_nothing_is_added_to_zeros():
    source = sourcead.grad(gram).source_for(A)
    assert "zeros" not in source
    assert "t.T" not in source
    assert "A_bar = A @ (t_bar.T + t_bar)" in source


def test_outer_products_are_turned():
    assert "np.outer(y, x)" in sourcead.grad(lambda A: np.sum(A.T @ y * x)).source_for(A)


def test_second_order():
    check(sourcead.grad(gram), A, argnums=0)
    check(lambda C: sourcead.jvp(gram, (C,), (B,))[1], A)
