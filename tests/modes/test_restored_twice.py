"""Second derivatives of gradients that put back, whatever happens, what they have written meanwhile."""

from __future__ import annotations

import ast

import numpy as np

import sourcead
import sourcead.api
from tests.numeric import directional

X, U = np.array([[0.3, 1.2], [0.5, 0.4]]), np.array([0.7, 0.2, 0.4, 0.9])
X_DOT, U_DOT = np.array([[0.5, -1.0], [0.8, 0.2]]), np.array([0.3, 0.5, -0.2, 0.7])


def unused(x, u):
    """The adjoint of `x` is a zero that is made inside of the gradient's `try`."""
    if np.sum(u) > 0.0:
        rows = u.reshape(-1, 2)
    u[0] *= 0.3 * u[1]
    return np.sum(np.sin(u)) + 0.0 * len(rows)


def gradient(x, u):
    return sourcead.grad(unused, argnums=(0, 1))(x, u.copy())


def test_a_zero_made_inside_of_a_try_is_carried_out_of_it():
    expected = directional(lambda u: np.sum(gradient(X, u)[1] * U), (U,), (U_DOT,)).value
    x_dot, u_dot = sourcead.jvp(gradient, (X, U), (X_DOT, U_DOT))[1]
    np.testing.assert_array_equal(x_dot, np.zeros((2, 2)))
    np.testing.assert_allclose(np.sum(u_dot * U), expected, rtol=1e-8)


def test_what_nobody_reads_inside_of_it_is_not_computed():
    source = sourcead.api.Jvp(sourcead.grad(unused, argnums=1)).source_for((X, U), (X_DOT, U_DOT))
    alone = [n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Expr)]
    assert all(isinstance(value, (ast.Call, ast.Constant)) for value in alone), source
