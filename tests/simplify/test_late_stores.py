"""A place of an adjoint is overwritten last where that saves a copy, and where nobody could see it."""

import numpy as np
import pytest

import sourcead


def product(x, y):
    z = x + 1.0
    z *= y
    return np.sum(z * z)


def grown(x, y):
    total = np.zeros(3)
    for k in range(4):
        x *= np.exp(y)
        total += x
    return np.sum(total * total)


def neighbours(x, y):
    x[1:] *= y[:-1] * x[:-1]
    x[:-1] *= x[1:]
    return np.sum(x * x)


def itself(x, y):
    x *= x
    x *= y * x
    return np.sum(x * y)


def through_a_view(x, y):
    tail = x[1:]
    tail *= y[1:] + x[0]
    x[1:] *= tail * y[:2]
    return np.sum(x * x)


def read_again(x, y):
    row = x[::-1]
    x *= y
    z = np.sin(row) * y
    row *= z
    return np.sum(x * z)


def stretched(x, y):
    grid = np.outer(y, y)
    grid *= x
    grid[1] *= x[0]
    grid[:, 2] *= y * x[1]
    return np.sum(grid * grid)


def narrow(x, y):
    x[...] = (x * y)[None, :]
    x *= y
    return np.sum(x * x)


@pytest.mark.parametrize(
    "program",
    [product, grown, neighbours, itself, through_a_view, read_again, stretched, narrow],
)
def test_gradients_are_those_of_the_complex_step(program):
    x, y = np.array([0.7, -0.4, 1.1]), np.array([0.3, 0.9, -0.6])
    found = sourcead.grad(program, (0, 1))(x.copy(), y.copy())
    for k, bar in enumerate(found):
        for i in range(3):
            args = [x.astype(complex), y.astype(complex)]
            args[k][i] += 1e-30j
            exact = _complex(program)(*args).imag / 1e-30
            assert abs(bar[i] - exact) < 1e-12 * max(1.0, abs(exact))


def _complex(program):
    """The program with complex totals."""
    return complex_grown if program is grown else program


def complex_grown(x, y):
    total = np.zeros(3, complex)
    for k in range(4):
        x *= np.exp(y)
        total += x
    return np.sum(total * total)


def test_nothing_is_copied_where_only_arithmetic_follows():
    gradient = sourcead.grad(product, (0, 1))
    gradient(np.ones(3), np.ones(3))
    assert "_bar.copy()" not in gradient.source
    assert "z_bar *= y" in gradient.source
