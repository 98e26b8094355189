# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.sparse.linalg`: iterative solvers, in the matrix and the right-hand side.

The preconditioner and the start do not move the solution; derivatives are solved for to the same relative accuracy, and
a solver that does not reach it raises.  Products and direct solves: `sparse_matrices.py`.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.sparse import linalg

from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.rules.scipy.kinds import solution_and_state
from sourcead.runtime.scipy_operators import relative, solution_of, transposed
from sourcead.runtime.scipy_sparse import as_matrix, sampled_product, with_entries


def _matrix(rng, rows=4, columns=3):
    return sparse.csr_array(
        np.where(rng.random((rows, columns)) < 0.6, rng.normal(size=(rows, columns)), 0.0)
    )


def _system(rng):
    a = _matrix(rng, 4, 4) + 4.0 * sparse.eye_array(4)
    return sparse.csc_array(a)


def _symmetric_system(rng):
    a = _matrix(rng, 4, 4)
    return sparse.csr_array(a @ a.T + 4.0 * sparse.eye_array(4))


def _iterated(symmetric):
    def samples(rng):
        a = _symmetric_system(rng) if symmetric else sparse.csr_array(_system(rng))
        return [call(a, rng.normal(size=4), rtol=1e-12)]

    return samples


def in_matrix(A, b_bar, x):
    """The adjoint of the matrix: of a sparse one, in its entries."""
    if sparse.issparse(A):
        return (-sampled_product(b_bar, x, A),)
    return -np.outer(b_bar, x)


def moved_side(A, A_dot, b_dot, x):
    """What the tangent of the solution solves."""
    moved = np.zeros_like(x) if b_dot is None else b_dot
    if A_dot is None:
        return moved
    if sparse.issparse(A):
        return moved - with_entries(A, A_dot.data) @ x
    return moved - as_matrix(A, A_dot) @ x


@reverse_rule(linalg.cg, wrt=("A", "b", "x0"), samples=_iterated(True), kind=solution_and_state)
def cg(y_bar, y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None, None
    limit = relative(rtol, atol, b)
    b_bar = solution_of(linalg.cg, A, y_bar[0], rtol=limit, maxiter=maxiter, M=M)
    return in_matrix(A, b_bar, y[0]), b_bar, None


@forward_rule(linalg.cg)
def cg_tangent(
    y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None, A_dot, b_dot, x0_dot
):
    moved = moved_side(A, A_dot, b_dot, y[0])
    limit = relative(rtol, atol, b)
    return solution_of(linalg.cg, A, moved, rtol=limit, maxiter=maxiter, M=M), None


@reverse_rule(linalg.minres, wrt=("A", "b", "x0"), samples=_iterated(True), kind=solution_and_state)
def minres(y_bar, y, A, b, x0=None, *, rtol=1e-5, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None, None
    b_bar = solution_of(linalg.minres, A, y_bar[0], rtol=rtol, maxiter=maxiter, M=M)
    return in_matrix(A, b_bar, y[0]), b_bar, None


@forward_rule(linalg.minres)
def minres_tangent(y, A, b, x0=None, *, rtol=1e-5, maxiter=None, M=None, A_dot, b_dot, x0_dot):
    moved = moved_side(A, A_dot, b_dot, y[0])
    return solution_of(linalg.minres, A, moved, rtol=rtol, maxiter=maxiter, M=M), None


@reverse_rule(linalg.gmres, wrt=("A", "b", "x0"), samples=_iterated(False), kind=solution_and_state)
def gmres(y_bar, y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None, None
    limit = relative(rtol, atol, b)
    b_bar = solution_of(linalg.gmres, A.T, y_bar[0], rtol=limit, maxiter=maxiter, M=transposed(M))
    return in_matrix(A, b_bar, y[0]), b_bar, None


@forward_rule(linalg.gmres)
def gmres_tangent(
    y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None, A_dot, b_dot, x0_dot
):
    moved = moved_side(A, A_dot, b_dot, y[0])
    limit = relative(rtol, atol, b)
    return solution_of(linalg.gmres, A, moved, rtol=limit, maxiter=maxiter, M=M), None


@reverse_rule(
    linalg.bicgstab, wrt=("A", "b", "x0"), samples=_iterated(False), kind=solution_and_state
)
def bicgstab(y_bar, y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None, None
    limit = relative(rtol, atol, b)
    b_bar = solution_of(
        linalg.bicgstab, A.T, y_bar[0], rtol=limit, maxiter=maxiter, M=transposed(M)
    )
    return in_matrix(A, b_bar, y[0]), b_bar, None


@forward_rule(linalg.bicgstab)
def bicgstab_tangent(
    y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None, A_dot, b_dot, x0_dot
):
    moved = moved_side(A, A_dot, b_dot, y[0])
    limit = relative(rtol, atol, b)
    return solution_of(linalg.bicgstab, A, moved, rtol=limit, maxiter=maxiter, M=M), None
