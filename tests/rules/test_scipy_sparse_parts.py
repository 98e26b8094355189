"""Sparse matrices that are put together, cut, stretched and factored, with entries that carry a derivative."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.sparse as sp
from scipy.sparse.linalg import bicgstab, cg, factorized, gmres, splu, spsolve

import sourcead
from tests.numeric import check

N = 6
B = np.linspace(-1.0, 2.0, N)
X = np.linspace(2.0, 3.0, N)
ROWS, COLUMNS = np.array([0, 1, 2, 3, 4, 5, 0, 2, 4]), np.array([0, 1, 2, 3, 4, 5, 3, 1, 2])
K = sp.csr_matrix(np.diag(X) - np.diag(np.ones(N - 1), 1) + np.diag(0.5 * np.ones(N - 2), -2))
SMALL = sp.csr_matrix(np.array([[2.0, 0.0, 1.0], [0.0, 1.0, 0.0], [0.5, 0.0, 3.0]]))


def assembled(x):
    return sp.csr_matrix((np.concatenate([x, 0.1 * x[:3]]), (ROWS, COLUMNS)), shape=(N, N))


def second_difference(n):
    return sp.diags([np.ones(n - 1), -2.0 * np.ones(n), np.ones(n - 1)], [-1, 0, 1])


def poisson_on_a_grid(x):
    a = sp.diags([x[:3], -np.ones(2), -np.ones(2)], [0, 1, -1])
    both = sp.kron(sp.eye(2), a) + sp.kron(sp.diags(x[:2]), sp.eye(3))
    return np.sum(spsolve(both.tocsr(), B) ** 2)


def sum_of_kronecker(x):
    a, b = sp.diags([x[:3], -np.ones(2), -np.ones(2)], [0, 1, -1]), sp.diags(x[3:5])
    return np.sum(spsolve(sp.kronsum(a, b).tocsc(), B) ** 2)


def variable_coefficients(x):
    slope = sp.diags([-np.ones(N), np.ones(N - 1)], [0, 1]).tocsr()
    a = slope.T @ sp.diags(x) @ slope + sp.eye(N)
    return np.sum(spsolve(a.tocsc(), B) ** 2)


def scaled_rows(x):
    return np.sum(((sp.diags(1.0 / x) @ K) @ B) ** 2)


def stepped_by_factors(x):
    solver = splu((sp.identity(N) - 0.1 * x[0] * second_difference(N)).tocsc())
    u = x
    for _ in range(3):
        u = solver.solve(u)
    return np.sum(u**2) + np.sum(solver.solve(x, "T") ** 2)


def stepped_by_a_function(x):
    solve = factorized((sp.identity(N) - 0.1 * x[1] * second_difference(N)).tocsc())
    return np.sum(solve(B * x) ** 2)


def iterated(x):
    a = sp.diags([x + 2.0, -np.ones(N - 1), -np.ones(N - 1)], [0, 1, -1])
    found = cg(a, B, rtol=1e-13)[0] + gmres(a, B, rtol=1e-13)[0]
    return np.sum((found + bicgstab(a, B, rtol=1e-13)[0]) ** 2)


def iterated_with_a_dense_matrix(x):
    return np.sum(gmres(np.diag(x) + np.outer(B, x), B, rtol=1e-13)[0] ** 2)


def of_constants(x):
    return np.sum((abs(K) @ x) ** 2) + np.sum((K.power(2) @ x) ** 2)


def entry_by_entry(x):
    a = assembled(x)
    whole = np.sum((K.multiply(x) @ B) ** 2) + np.sum((a.multiply(x[:, None]) @ B) ** 2)
    return whole + np.sum((a.multiply(K) @ B) ** 2) + np.sum((a.power(2) @ B) ** 2)


def absolute(x):
    return np.sum((abs(assembled(x - 2.5)) @ B) ** 2)


def with_diags_array(x):
    a = sp.diags_array([x, -x[1:]], offsets=[0, 1])
    return np.sum((a @ B) ** 2) + np.sum(sp.diags_array(x).tocsr() @ B)


def parts(x):
    a = assembled(x)
    return np.sum((a[1:4] @ B) ** 2) + a[1, 1] ** 2 + a[-1, 5] * np.sum(a[:, 2:] @ B[2:])


def triangles(x):
    a = assembled(x)
    return np.sum((sp.tril(a) @ B) ** 2) + np.sum((sp.triu(a, 1, format="csr") @ B) ** 3)


def sums(x):
    a = sp.diags_array(x).tocsr() + sp.csr_array(K)
    return np.sum(a.sum(axis=0) ** 2) * a.sum() + np.sum(a.sum(axis=1) ** 3)


def copied(x):
    return np.sum((sp.csc_array(sp.csr_array(sp.diags(x))) @ B) ** 2)


def saddle_point(x):
    a, b = sp.diags(x[:3]).tocsr(), SMALL.tocsr()
    return np.sum(spsolve(sp.bmat(((a, b.T), (b, None))).tocsc(), B) ** 2)


def beside_each_other(x):
    a, b = sp.diags(x[:3]), sp.diags(x[3:])
    below = np.sum((sp.vstack((a, SMALL, b)) @ B[:3]) ** 2)
    beside = np.sum((sp.hstack((a, SMALL), format="csr") @ B) ** 2)
    return below + beside + np.sum((sp.block_diag((a, SMALL)) @ B) ** 2)


def made_of_constants(x):
    """What kind of matrix these are is found out while running."""
    line = second_difference(3)
    plane = sp.kron(sp.eye(2), line) + sp.kron(second_difference(2), sp.eye(3))
    below = sp.vstack([K, sp.eye(N)]) @ x
    return np.sum((plane @ x) ** 2) + np.sum(below**3) + np.sum((x @ K[:, 1:4]) ** 2)


PROGRAMS = [
    poisson_on_a_grid, sum_of_kronecker, variable_coefficients, scaled_rows, stepped_by_factors,
    stepped_by_a_function, iterated, iterated_with_a_dense_matrix, of_constants, entry_by_entry, absolute,
    made_of_constants, with_diags_array, parts, triangles, sums, copied, saddle_point, beside_each_other,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_derivatives(program):
    check(program, X, directions=1)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_second_derivatives(program):
    direction = np.cos(np.arange(N))
    gradient = sourcead.grad(program)
    around = (gradient(X + 1e-5 * direction) - gradient(X - 1e-5 * direction)) / 2e-5
    found = sourcead.hvp(program)(X, direction)
    np.testing.assert_allclose(found, around, rtol=1e-6, atol=1e-7)


def test_zeros_off_the_diagonals_of_a_product():
    """The places of one matrix in another, whose diagonals are others."""

    def scaled(x):
        left = sp.diags([x, x[1:]], [0, 1])
        return np.sum(((left @ sp.diags(x[:-1], -1)) @ B) ** 2)

    check(scaled, X)
