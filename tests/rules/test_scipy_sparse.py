"""Sparse matrices made of values that carry a derivative."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

import scipy.sparse as sp
from scipy.sparse.linalg import expm_multiply, spsolve

import sourcead
from tests.numeric import check

ROWS = np.array([0, 0, 1, 2, 2, 1, 0])
COLUMNS = np.array([0, 1, 1, 2, 0, 2, 1])  # (0, 1) is there twice
DATA = np.array([4.0, 1.0, 3.0, 5.0, 0.7, 0.2, -0.4])
X = np.array([1.0, 0.5, -0.3])
K = sp.csr_array(np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.0], [0.0, 0.2, 5.0]]))

L = sp.csr_array(2.5 * K)


def assembled(d, x):
    return np.sum((sp.csr_matrix((d, (ROWS, COLUMNS)), shape=(3, 3)) @ x) ** 2)


def several_columns(d, x):
    a = sp.csr_matrix((d, (ROWS, COLUMNS)), shape=(3, 3))
    return np.sum((a @ np.stack([x, x**2], 1)) ** 2)


def solved(d, b):
    a = sp.coo_array((d, (ROWS, COLUMNS)), shape=(3, 3)).tocsc()
    return np.sum(spsolve(a, b) ** 3)


def transposed(d):
    a = sp.coo_matrix((d, (ROWS, COLUMNS)), shape=(3, 3)).tocsr()
    return np.sum((a.T @ (a * X)) ** 2) + np.sum(a.data**2)


def compressed(d):
    pointers = np.array([0, 2, 3, 5])
    a = sp.csr_array((d, np.array([0, 1, 1, 2, 0]), pointers), shape=(3, 3))
    return np.sum((X @ a) ** 2)


def diagonals(a):
    n = 4
    parts = [-a * np.ones(n - 1), (2.0 + a) * np.ones(n), -a * np.ones(n - 1)]
    return np.sum(spsolve(sp.diags(parts, [-1, 0, 1], format="csc"), np.ones(n)) ** 2)


def diagonals_of_one_number(a):
    return np.sum((sp.diags([a, 2 * a, a], [-1, 0, 1], shape=(4, 4)) @ np.arange(4.0)) ** 2)


def scaled(a):
    return np.sum(((a * K) @ X) ** 2)


def constant_matrix(x):
    return np.sum((K @ x) ** 2) + np.sum((x @ K) ** 3) + np.sum(expm_multiply(0.1 * K, x) ** 2)


def negated(d):
    a = sp.coo_matrix((d, (ROWS, COLUMNS)), shape=(3, 3)).tocsr()
    return np.sum(((-a) @ X) ** 3)


def sums(d):
    a = sp.csr_array((d, (ROWS, COLUMNS)), shape=(3, 3))
    return np.sum(((a + K) @ X) ** 2) + np.sum(((a - L) @ X) ** 3)


def dense(d):
    return np.sum(np.sin(sp.csr_array((d, (ROWS, COLUMNS)), shape=(3, 3)).toarray()))


POINTERS, UNORDERED = np.array([0, 2, 3, 5]), np.array([1, 0, 1, 2, 0])


def unordered(d, b):
    """A solve puts the entries of the matrix in order, in place."""
    a = sp.csc_matrix((d * 1.0, UNORDERED.copy(), POINTERS), shape=(3, 3))
    return np.sum((a @ b) ** 3) + np.sum(spsolve(a, b) ** 2) + np.sum(np.sin(a @ b))


def one_place_twice(d, b):
    a = sp.csc_matrix((d * 1.0, np.array([1, 0, 1, 1, 2]), np.array([0, 2, 4, 5])), shape=(3, 3))
    return np.sum(spsolve(a, b) ** 2) + np.sum((a @ b) ** 2)


def with_identity(d):
    a = sp.csr_array((d, (ROWS, COLUMNS)), shape=(3, 3))
    return np.sum(((a + sp.eye(3)) @ X) ** 2) + np.sum((sp.identity(3) - 0.5 * a.tocsc()) @ X)


def step_of_time(h, b):
    """Implicit: every part is made in the function, in the format that comes."""
    matrix = sp.eye(3, format="csc") + h * sp.diags([X[:2] - 2.0, 3.0 + X], [1, 0]).tocsc()
    return np.sum(spsolve(matrix, b) ** 3)


def products(d, x):
    a = sp.csr_matrix((d, (ROWS, COLUMNS)), shape=(3, 3))
    return np.sum((a @ K.tocsc() @ x) ** 2) + np.sum((a.T @ a @ x) ** 3) + np.sum((a * a @ x) ** 2)


def literals(d):
    a = sp.csr_matrix((d, (ROWS, COLUMNS)), shape=(3, 3))
    return np.sum((a * 2.0 @ X) ** 2) + np.sum((a / 2.0 @ X) ** 3) + np.sum((3.0 * a.copy()) @ X)


def diagonal_of(d):
    a = sp.csc_array((d, (ROWS, COLUMNS)), shape=(3, 3))
    return np.sum(a.diagonal() ** 2) + np.sum(a.diagonal(1) ** 3)


def of_diagonals(a):
    made = sp.diags([a * X, 2.0 * a * X[:2]], [0, -1])
    return np.sum(made.toarray() ** 2) + np.sum((made.tocsr() @ X) ** 2)


def constants_made_inside(x):
    doubled, squared = 2.0 * K, K @ K
    mass = sp.csr_matrix(np.diag([1.0, 2.0, 3.0])) + sp.eye(3)
    return np.sum((doubled @ x) ** 2) + np.sum((squared @ x) ** 2) + np.sum((mass @ x) ** 3)


CASES = [
    (with_identity, DATA),
    (step_of_time, 0.3, X),
    (literals, DATA),
    (diagonal_of, DATA),
    (of_diagonals, 0.7),
    (constants_made_inside, X),
    (products, DATA, X),
    (assembled, DATA, X),
    (several_columns, DATA, X),
    (solved, DATA, X),
    (transposed, DATA),
    (compressed, DATA[:5]),
    (unordered, np.array([0.3, 4.0, 3.0, 5.0, 0.7]), X),
    (one_place_twice, np.array([0.3, 4.0, 3.0, 5.0, 0.7]), X),
    (diagonals, 0.7),
    (diagonals_of_one_number, 0.3),
    (scaled, 0.7),
    (constant_matrix, X),
    (negated, DATA),
    (sums, DATA),
    (dense, DATA),
]
name_of = lambda case: case[0].__name__


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_first_derivatives(case):
    check(*case)


TWICE = [
    case
    for case in CASES
    if case[0]
    not in (diagonals, diagonals_of_one_number, negated, of_diagonals, one_place_twice, products)
]


@pytest.mark.parametrize("case", TWICE, ids=name_of)
def test_second_derivatives(case):
    program, *args = case
    check(sourcead.grad(program), *args, argnums=0, rtol=1e-6, modes=["forward"])


def test_the_adjoint_has_the_size_of_what_is_stored():
    source = sourcead.grad(assembled).source_for(DATA, X)
    assert "sampled_product" in source and "toarray" not in source


def test_an_entry_that_is_zero_and_not_stored_is_refused():
    def cancelled(d):
        a = sp.csr_array((d, (ROWS, COLUMNS)), shape=(3, 3))
        return np.sum((a - a).toarray())

    with pytest.raises(sourcead.NotDifferentiable, match="is exactly zero and is not stored"):
        sourcead.grad(cancelled)(DATA)


def test_a_matrix_made_of_a_dense_array_is_refused():
    def of_dense(d):
        return np.sum(sp.csr_array(np.diag(d)) @ X)

    with pytest.raises(sourcead.NotDifferentiable, match="in of_dense"):
        sourcead.grad(of_dense)(X)
    with pytest.raises(sourcead.NotDifferentiable, match="in of_dense"):
        sourcead.jvp(of_dense, (X,), (X,))


def test_a_matrix_with_one_place_twice_is_not_converted():
    def converted(d):
        a = sp.csc_matrix((d, np.array([1, 0, 1, 1, 2]), np.array([0, 2, 4, 5])), shape=(3, 3))
        return np.sum((a.tocsr() @ X) ** 2)

    with pytest.raises(sourcead.NotDifferentiable, match="stores the same place twice"):
        sourcead.grad(converted)(DATA[:5])
