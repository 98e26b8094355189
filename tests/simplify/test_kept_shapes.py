"""What a loop binds first is not kept for the shape of the zeros that its adjoint is set to."""

import numpy as np
import pytest

import sourcead
from benchmarks.size import peak_memory
from tests.numeric import check

GRID = np.linspace(0.0, 1.0, 20_000)


def spread(x, grid, turns):
    for k in range(turns):
        y = grid * x
        x = x * (1.0 + 0.01 * k)
    return np.sum(y) + x


def growing(x, turns):
    for k in range(turns):
        y = np.full(2 + k, x) * np.arange(2.0 + k)
        x = np.sin(x)
    return np.sum(y * y) + x


def scaling(kernel, a, turns):
    v = np.ones(len(a))
    for _ in range(turns):
        u = a / (kernel @ v)
        v = a / (kernel.T @ u)
    return np.sum(u[:, None] * kernel * v)


@pytest.mark.parametrize("turns", [1, 3])
def test_right(turns):
    check(lambda x: spread(x, np.array([0.3, 0.9]), turns), 0.7, directions=1)
    check(lambda x: growing(x, turns), 0.7, directions=1)
    kernel, a = 0.5 + np.outer([0.3, 0.2], [0.4, 0.9]), np.array([0.4, 0.6])
    check(lambda kernel, a: scaling(kernel, a, turns), kernel, a, directions=1)


def test_the_arrays_are_gone():
    gradient = sourcead.grad(spread)
    gradient(0.7, GRID, 2)
    assert peak_memory(gradient, (0.7, GRID, 50)) < 8 * GRID.nbytes


def differences(u, c, n):
    """Slices whose bounds are variables may be stretched: what is known of them is known while the loop runs."""
    for row in (1, 2, 3):
        u[row:-1] += c * (u[row - 1 : -2] - 2.0 * u[row:-1] + u[row + 1 :])
        u[row:-1] *= n
    return np.sum(u**2)


def stretched(u, v, rows):
    for row in rows:
        u[row - 1 : row + 1] += np.sin(v[row : row + 1] - 2.0 * v[row - 1 : row + 1])
    return np.sum(u**2)


def test_sums_over_stretched_axes_need_shapes_only():
    u = np.random.default_rng(0).random((7, 3))
    check(differences, u, 0.3, 2)
    check(lambda u, v: stretched(u, v, [4, 5]), u, u[:, :1] + 0.5)
    source = sourcead.grad(differences, (0, 1)).source_for(u, 0.3, 2)
    assert source.count(".shape") == 3
    assert "unbroadcast_to(" in source


def clusters(x, centres):
    nearest = np.argmin((x[:, None] - centres[None, :]) ** 2, axis=1)
    total = 0.0
    for j in range(len(centres)):
        mine = nearest == j
        if mine.any():
            total += np.mean(x[mine], axis=0) ** 2
    return total


def test_of_means_the_shape_is_kept():
    x, centres = np.array([0.1, 0.2, 0.8, 0.9, 1.1]), np.array([0.0, 1.0, 5.0])
    check(clusters, x, centres, argnums=0)
    rows = np.stack([x, x], axis=1)

    def of_rows(rows):
        new = np.zeros((2, 2))
        for j in range(2):
            new[j] = rows[rows[:, 0] > 0.5 * j].mean(axis=0)
        return np.sum(new**3)

    check(of_rows, rows)
    assert ".shape[0]" not in sourcead.grad(of_rows).source_for(rows)
