"""A copy, a negative or a product that is added to at once is computed as a sum."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X, Y = np.array([0.3, -0.7, 1.1]), np.array([1.2, 0.4, -0.5])
A = np.array([[0.3, -0.7, 1.1], [0.2, 0.9, -0.4]])


def updated(x, y):
    z = x * y
    z += x
    z *= y
    return np.sum(z)


def quotient(x, y):
    return np.sum(x * y + x / y)


def broadcast(x, A):
    z = A * x
    z += x
    z *= A
    return np.sum(z)


def written_between(x, y):
    z = x * y
    z += x
    z[0] *= y[1]
    z += y
    z *= y
    return np.sum(z * z)


def of_itself(x, y):
    z = x * y
    z += x
    w = z[::-1] * x
    z[1:] += w[:-1]
    return np.sum(z * w)


def in_turns(x, y):
    z = x * 1.0
    for _ in range(3):
        z = z * y
        z += x
        z += 0.1 * y
    return np.sum(z)


def gram(A):
    return np.sum(np.exp(A.T @ A))


def outer_gram(A):
    G = A @ A.T + np.eye(2)
    return np.sum(np.linalg.inv(G) ** 2) + G[0, 1]


def twice(A, B):
    C = A @ B
    D = np.tanh(B)
    return np.sum(C * C) + np.sum(A @ D)


def products_of_vectors(x, A):
    return np.sum(np.sin(A @ x)) + np.sum(np.exp(A @ (x * x)))


def written_factor(A):
    B = A.copy()
    C = B @ B.T
    B[0] *= 2.0
    return np.sum(np.sin(C)) + np.sum(np.cos(B @ B.T))


@pytest.mark.parametrize("function", [gram, outer_gram, written_factor])
def test_gradients_through_grams_are_right(function):
    check(function, A)
    check(lambda a: np.sum(np.sin(sourcead.grad(function)(a))), A)


def test_gradients_through_two_products_are_right():
    check(twice, A, A.T * 0.7, argnums=(0, 1))
    check(products_of_vectors, X, A, argnums=(0, 1))


def test_two_products_with_one_matrix_are_one():
    assert "A_bar = A @ (t_bar.T + t_bar)" in sourcead.grad(gram).source_for(A)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        (updated, (X, Y)),
        (quotient, (X, Y)),
        (broadcast, (X, A)),
        (written_between, (X, Y)),
        (of_itself, (X, Y)),
        (in_turns, (X, Y)),
    ],
)
def test_gradients_are_right(function, args):
    check(function, *args, argnums=(0, 1))
    gradient = sourcead.grad(lambda *a: np.sum(sourcead.grad(function)(*a) ** 2))
    check(lambda *a: np.sum(gradient(*a) ** 2), *args, argnums=0)


def test_a_copy_is_part_of_the_sum():
    source = sourcead.grad(updated, (0, 1)).source_for(X, Y)
    assert "x_bar = z_bar + z_bar * y" in source
    assert ".copy()" not in source


def test_a_negative_is_subtracted():
    source = sourcead.grad(quotient, (0, 1)).source_for(X, Y)
    assert "y_bar = out_bar * x - t_bar" in source


def test_arrays_without_axes_stay_arrays():
    x, y = np.array(0.7), np.array(1.3)
    assert type(sourcead.grad(quotient)(x, y)) is np.ndarray


def test_precision_is_kept():
    x, y = X.astype(np.float32), Y.astype(np.float32)
    assert all(g.dtype == np.float32 for g in sourcead.grad(updated, (0, 1))(x, y))
