# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.sparse.linalg`: iterative solvers, in the right-hand side; the matrix is constant.

Products, direct solves and matrices that vary: `sparse_matrices.py`.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sparse
from scipy.sparse import linalg

from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.rules.scipy.kinds import solution_and_state


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


@reverse_rule(linalg.cg, wrt=("x0", "b"), samples=_iterated(True), kind=solution_and_state)
def cg(y_bar, y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None
    return None, linalg.cg(A, y_bar[0], rtol=rtol, atol=atol, maxiter=maxiter)[0]


@forward_rule(linalg.cg)
def cg_tangent(y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None, x0_dot, b_dot):
    if b_dot is None:
        return None, None
    return linalg.cg(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter)[0], None


@reverse_rule(linalg.minres, wrt=("x0", "b"), samples=_iterated(True), kind=solution_and_state)
def minres(y_bar, y, A, b, x0=None, *, rtol=1e-5, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None
    return None, linalg.minres(A, y_bar[0], rtol=rtol, maxiter=maxiter)[0]


@forward_rule(linalg.minres)
def minres_tangent(y, A, b, x0=None, *, rtol=1e-5, maxiter=None, M=None, x0_dot, b_dot):
    if b_dot is None:
        return None, None
    return linalg.minres(A, b_dot, rtol=rtol, maxiter=maxiter)[0], None


@reverse_rule(linalg.gmres, wrt=("x0", "b"), samples=_iterated(False), kind=solution_and_state)
def gmres(y_bar, y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None
    return None, linalg.gmres(A.T, y_bar[0], rtol=rtol, atol=atol, maxiter=maxiter)[0]


@forward_rule(linalg.gmres)
def gmres_tangent(y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None, x0_dot, b_dot):
    if b_dot is None:
        return None, None
    return linalg.gmres(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter)[0], None


@reverse_rule(linalg.bicgstab, wrt=("x0", "b"), samples=_iterated(False), kind=solution_and_state)
def bicgstab(y_bar, y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None):
    """`(x, state)`, solved to the caller's tolerance; where it starts does not matter."""
    if y_bar[0] is None:
        return None, None
    return None, linalg.bicgstab(A.T, y_bar[0], rtol=rtol, atol=atol, maxiter=maxiter)[0]


@forward_rule(linalg.bicgstab)
def bicgstab_tangent(y, A, b, x0=None, *, rtol=1e-5, atol=0.0, maxiter=None, M=None, x0_dot, b_dot):
    if b_dot is None:
        return None, None
    return linalg.bicgstab(A, b_dot, rtol=rtol, atol=atol, maxiter=maxiter)[0], None
