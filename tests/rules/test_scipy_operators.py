"""Iterative solvers with linear operators: the products carry derivatives, and the matrix is never made."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import sparse
from scipy.sparse.linalg import LinearOperator, bicgstab, cg, gmres, minres

import sourcead
from tests.numeric import check

N = 6
RNG = np.random.default_rng(0)
K, B = RNG.random(N) + 0.5, RNG.normal(size=N)
EXACT = 1e-13


def stretched(u, k):
    """Springs of stiffness k between masses that are held, too."""
    out = 2.0 * u + k * u
    out[1:] -= k[1:] * u[:-1]
    out[:-1] -= k[1:] * u[1:]
    return out


def springs(k, b):
    A = LinearOperator((N, N), matvec=lambda u: stretched(u, k))
    u, _ = cg(A, b, rtol=EXACT)
    return np.sum(u**2)


def springs_of_given_dtype(k, b):
    u, state = minres(LinearOperator((N, N), lambda u: stretched(u, k), dtype=float), b, rtol=EXACT)
    return np.sum(u**3) + state


def lower_triangle(k, b):
    def product(u):
        out = np.zeros_like(u)
        for i in range(N):
            out[i] = 3.0 * u[i] * k[i] + (k[i - 1] * u[i - 1] if i else 0.0)
        return out

    u, _ = gmres(LinearOperator((N, N), matvec=product, dtype=float), b, rtol=EXACT)
    return np.sum(u**3)


class Springs(LinearOperator):
    def __init__(self, k):
        super().__init__(float, (len(k), len(k)))
        self.k = k

    def _matvec(self, u):
        return stretched(u, self.k)


def of_a_class(k, b):
    return np.sum(cg(Springs(k), b, rtol=EXACT, atol=1e-14)[0] ** 2)


def scaled_operator(k, b):
    u, _ = bicgstab(Springs(k) * 2.0, b * k, rtol=EXACT)
    return np.sum(u**2)


def steps_from_the_last(k, b):
    u = b
    for _ in range(3):
        u, _ = cg(LinearOperator((N, N), matvec=lambda v: stretched(v, k)), u, x0=u, rtol=EXACT)
    return np.sum(u * u)


def preconditioned(k, b):
    near = sparse.diags(1.0 / (2.0 + sourcead.stop_gradient(k)))
    return np.sum(gmres(Springs(k), b, rtol=EXACT, M=near)[0] ** 2)


def in_the_side_alone(k, b):
    """An operator that nobody can transpose."""
    fixed = LinearOperator((N, N), matvec=lambda u: stretched(u, K))
    return np.sum(k * gmres(fixed, b * k, rtol=EXACT)[0])


PROGRAMS = [
    springs, springs_of_given_dtype, lower_triangle, of_a_class, scaled_operator, steps_from_the_last,
    preconditioned, in_the_side_alone,
]  # fmt: skip
programs = pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)


@programs
def test_derivatives(program):
    check(program, K, B)


@programs
def test_second_derivatives(program):
    along, gradient = np.cos(np.arange(N)), sourcead.grad(program)
    step = 1e-5
    around = (gradient(K + step * along, B) - gradient(K - step * along, B)) / (2.0 * step)
    np.testing.assert_allclose(sourcead.hvp(program)(K, B, along), around, rtol=1e-6, atol=1e-7)


MATRIX = sparse.csr_array(np.diag(K + 2.0) + np.diag(0.1 * K[1:], -1))


@pytest.mark.parametrize("solver", [gmres, bicgstab])
def test_a_small_adjoint_is_solved_as_exactly_as_a_large_one(solver):
    """An absolute tolerance is one of the program's right-hand side."""

    def solved(b, scale):
        return scale * np.sum(solver(MATRIX, b, rtol=1e-9, atol=1e-12)[0])

    large, small = (sourcead.grad(solved)(B, scale) for scale in (1.0, 1e-14))
    np.testing.assert_allclose(small, 1e-14 * large, rtol=1e-7)


def test_a_derivative_that_the_solver_does_not_reach_is_refused():
    rough = np.linspace(1.0, 1e4, 40)

    def solved(b):
        matrix = sparse.diags(rough)
        return np.sum(np.cos(np.arange(40.0)) * cg(matrix, b, x0=b / rough, maxiter=3)[0])

    assert np.isfinite(solved(np.ones(40)))  # the start is the solution
    with pytest.raises(np.linalg.LinAlgError, match="maxiter"):
        sourcead.grad(solved)(np.ones(40))
