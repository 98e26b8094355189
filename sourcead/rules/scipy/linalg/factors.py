# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: Cholesky, LU and QR factorizations."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, Py, Tuple, Unknown
from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import (
    call,
    positive_definite,
    well_conditioned,
)
from sourcead.rules.scipy.kinds import like
from sourcead.rules.scipy.linalg.solving import hermitian, outer
from sourcead.runtime import factorizations, matrices
from sourcead.runtime.factorizations import transpose
from sourcead.runtime.scipy_matrices import (
    permutation,
    single,
)
from sourcead.runtime.triangles import as_read, to_read

# ---- Cholesky ------------------------------------------------------------------------------


def _definite(rng):
    a = positive_definite(rng, 3, 3)
    return [
        call(a),
        call(a, True),
        call(a, lower=False),
        call(hermitian(rng), lower=True),
        call(hermitian(rng)),
    ]


def _factor_bar(c, c_bar, lower):
    """The adjoint of the part of a that is read, from that of its factor."""
    if lower:
        full_bar = factorizations.cholesky_bar(c, c_bar)
    else:
        full_bar = factorizations.cholesky_bar(np.conj(transpose(c)), np.conj(transpose(c_bar)))
    return to_read(full_bar, "hermitian", lower)


def _factor_dot(c, a_dot, lower):
    full_dot = as_read(a_dot, "hermitian", lower)
    if lower:
        return factorizations.cholesky_dot(c, full_dot)
    return np.conj(transpose(factorizations.cholesky_dot(np.conj(transpose(c)), full_dot)))


@reverse_rule(linalg.cholesky, wrt=("a",), kind=like(linalg.cholesky, "a"), samples=_definite)
@helper
def cholesky(c_bar, c, a, lower=False, *, check_finite=True):
    return _factor_bar(c, c_bar, lower)


@forward_rule(linalg.cholesky)
@helper
def cholesky_tangent(c, a, lower=False, *, check_finite=True, a_dot):
    return _factor_dot(c, a_dot, lower)


_FACTOR, _FLAG = linalg.cho_factor(np.array([[2.0, 0.0], [1.0, 2.0]]))
LEAVES_THE_REST = bool(_FACTOR[1, 0])
"""Does `cho_factor` leave in the other triangle what the argument holds there? SciPy 1.17 does, 1.18 clears it."""


def factor_and_flag(a, *args, **kwargs):
    """A matrix like a, and which triangle of it counts: a bool, or an array of one from SciPy 1.18 on."""
    flag = Py(bool) if isinstance(_FLAG, bool) else Array("bool", ())
    return Tuple((a, flag)) if isinstance(a, Array) else Unknown()


@reverse_rule(linalg.cho_factor, wrt=("a",), kind=factor_and_flag, samples=_definite)
@helper
def cho_factor(y_bar, y, a, lower=False, *, check_finite=True):
    """`(c, lower)`: the other triangle of c is said to hold anything; see `LEAVES_THE_REST`."""
    c, c_bar = (np.tril(y[0]), y_bar[0]) if lower else (np.triu(y[0]), y_bar[0])
    a_bar = _factor_bar(c, c_bar, lower)
    if LEAVES_THE_REST:
        a_bar = a_bar + (np.triu(c_bar, 1) if lower else np.tril(c_bar, -1))
    return a_bar


@forward_rule(linalg.cho_factor)
@helper
def cho_factor_tangent(y, a, lower=False, *, check_finite=True, a_dot):
    c_dot = _factor_dot(np.tril(y[0]) if lower else np.triu(y[0]), a_dot, lower)
    if LEAVES_THE_REST:
        c_dot = c_dot + (np.triu(a_dot, 1) if lower else np.tril(a_dot, -1))
    return c_dot, None


def _factored(rng):
    a, b = positive_definite(rng, 3, 3), rng.normal(size=(3, 2))
    h = hermitian(rng)
    return [
        call(linalg.cho_factor(a), b),
        call(linalg.cho_factor(a, lower=True), b[:, 0]),
        call(linalg.cho_factor(h), b + 1j),
        call(linalg.cho_factor(h, lower=True), b + 1j),
    ]


@reverse_rule(
    linalg.cho_solve, wrt=("c_and_lower", "b"), kind=like(linalg.cho_solve, "b"), samples=_factored
)
@helper
def cho_solve(x_bar, x, c_and_lower, b, *, check_finite=True):
    """Only the triangle that holds the factor gets an adjoint."""
    c, lower = c_and_lower
    single(c)
    b_bar = np.conj(linalg.cho_solve(c_and_lower, np.conj(x_bar)))
    full_bar = -outer(b_bar, x)
    if lower:
        c = np.tril(c)
        c_bar = np.tril(full_bar @ np.conj(c) + np.conj(full_bar.T @ c))
    else:
        c = np.triu(c)
        c_bar = np.triu(np.conj(c) @ full_bar + np.conj(c @ full_bar.T))
    return (c_bar, None), b_bar


@forward_rule(linalg.cho_solve)
@helper
def cho_solve_tangent(x, c_and_lower, b, *, check_finite=True, c_and_lower_dot, b_dot):
    c, lower = c_and_lower
    single(c)
    right = 0.0 if b_dot is None else b_dot
    if c_and_lower_dot is not None and c_and_lower_dot[0] is not None:
        if lower:
            c, c_dot = np.tril(c), np.tril(c_and_lower_dot[0])
            half = c_dot @ np.conj(c.T)
        else:
            c, c_dot = np.triu(c), np.triu(c_and_lower_dot[0])
            half = np.conj(c.T) @ c_dot
        right = right - (half + np.conj(half.T)) @ x
    return linalg.cho_solve(c_and_lower, right)


# ---- LU ------------------------------------------------------------------------------------


def _to_factor(rng):
    shapes = ((3, 3), (4, 2), (2, 4))
    calls = [call(rng.normal(size=shape)) for shape in shapes]
    calls += [call(rng.normal(size=shape), permute_l=True) for shape in shapes]
    return [*calls, call(rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3)))]


@reverse_rule(linalg.lu, wrt=("a",), samples=_to_factor)
def lu(y_bar, y, a, permute_l=False, *, check_finite=True, p_indices=False):
    """`a = p l u` with p constant, or `(p l, u)`, or the order of the rows in place of p."""
    if permute_l:
        p, low, up = linalg.lu(a)
        l_bar = None if y_bar[0] is None else transpose(p) @ y_bar[0]
    else:
        p, low, up = y
        l_bar = y_bar[1]
        p = np.eye(np.shape(a)[0])[p] if p_indices else p
    return p @ factorizations.lu_bar(low, up, l_bar, y_bar[-1])


@forward_rule(linalg.lu)
@helper
def lu_tangent(y, a, permute_l=False, *, check_finite=True, p_indices=False, a_dot):
    p, low, up = linalg.lu(a)
    l_dot, u_dot = factorizations.lu_dot(low, up, transpose(p) @ a_dot)
    if permute_l:
        return p @ l_dot, u_dot
    return None if p_indices else np.zeros_like(p), l_dot, u_dot


@reverse_rule(
    linalg.lu_factor,
    wrt=("a",),
    samples=lambda rng: [call(rng.normal(size=(3, 3))), call(rng.normal(size=(1, 1)))],
)
@helper
def lu_factor(y_bar, y, a, *, check_finite=True):
    """l and u packed into one matrix; the pivots are constant."""
    packed, pivots = y
    single(packed)
    low, up = np.tril(packed, -1) + np.eye(len(packed), dtype=bool), np.triu(packed)
    a_bar = np.zeros_like(packed)
    a_bar[permutation(pivots)] = factorizations.lu_bar(
        low, up, np.tril(y_bar[0], -1), np.triu(y_bar[0])
    )
    return a_bar


@forward_rule(linalg.lu_factor)
@helper
def lu_factor_tangent(y, a, *, check_finite=True, a_dot):
    packed, pivots = y
    single(packed)
    low, up = np.tril(packed, -1) + np.eye(len(packed), dtype=bool), np.triu(packed)
    l_dot, u_dot = factorizations.lu_dot(low, up, a_dot[permutation(pivots)])
    return l_dot + u_dot, None


def _lu_factored(rng):
    a, b = well_conditioned(rng, 3, 3), rng.normal(size=(3, 2))
    z = a + 1j * rng.normal(size=(3, 3))
    return [
        call(linalg.lu_factor(a), b),
        call(linalg.lu_factor(a[::-1].copy()), b[:, 0], 1),
        call(linalg.lu_factor(z), b + 1j, trans=0),
        call(linalg.lu_factor(z), b + 1j, trans=1),
        call(linalg.lu_factor(z), b + 1j, trans=2),
    ]


@reverse_rule(
    linalg.lu_solve, wrt=("lu_and_piv", "b"), kind=like(linalg.lu_solve, "b"), samples=_lu_factored
)
@helper
def lu_solve(x_bar, x, lu_and_piv, b, trans=0, *, check_finite=True):
    packed, pivots = lu_and_piv
    single(packed)
    if trans == 0:
        b_bar = linalg.lu_solve(lu_and_piv, x_bar, 1)
        a_bar = -outer(b_bar, x)
    elif trans == 1:
        b_bar = linalg.lu_solve(lu_and_piv, x_bar, 0)
        a_bar = -outer(x, b_bar)
    else:
        b_bar = np.conj(linalg.lu_solve(lu_and_piv, np.conj(x_bar), 0))
        a_bar = -np.conj(outer(x, b_bar))
    rows_bar = a_bar[permutation(pivots)]
    low, up = np.tril(packed, -1) + np.eye(len(packed), dtype=bool), np.triu(packed)
    return (np.tril(rows_bar @ up.T, -1) + np.triu(low.T @ rows_bar), None), b_bar


@forward_rule(linalg.lu_solve)
@helper
def lu_solve_tangent(x, lu_and_piv, b, trans=0, *, check_finite=True, lu_and_piv_dot, b_dot):
    packed, pivots = lu_and_piv
    single(packed)
    right = 0.0 if b_dot is None else b_dot
    if lu_and_piv_dot is not None and lu_and_piv_dot[0] is not None:
        low, up = np.tril(packed, -1) + np.eye(len(packed), dtype=bool), np.triu(packed)
        packed_dot = lu_and_piv_dot[0]
        a_dot = np.zeros_like(packed_dot)
        a_dot[permutation(pivots)] = np.tril(packed_dot, -1) @ up + low @ np.triu(packed_dot)
        right = right - (a_dot if trans == 0 else a_dot.T if trans == 1 else np.conj(a_dot.T)) @ x
    return linalg.lu_solve(lu_and_piv, right, trans)


# ---- QR ------------------------------------------------------------------------------------


def _for_qr(rng):
    tall, square, wide = (rng.normal(size=shape) for shape in ((4, 2), (3, 3), (2, 4)))
    return [
        call(square),
        call(wide),
        call(tall, mode="economic"),
        call(wide, mode="economic"),
        call(tall, mode="r"),
        call(wide, mode="r"),
        call(tall, mode="economic", pivoting=True),
        call(wide, mode="r", pivoting=True),
    ]


@reverse_rule(linalg.qr, wrt=("a",), samples=_for_qr)
@helper
def qr(y_bar, y, a, *, mode="full", pivoting=False, check_finite=True):
    single(a)
    order = y[-1] if pivoting else slice(None)
    if mode == "r":
        q, r = linalg.qr(a[:, order], mode="economic")
        q_bar, r_bar = None, None if y_bar[0] is None else y_bar[0][: len(r)]
    else:
        q, r = y[0], y[1]
        q_bar, r_bar = y_bar[0], y_bar[1]
    a_bar = np.zeros_like(a)
    a_bar[:, order] = matrices.qr_adjoint(q_bar, r_bar, q, r)
    return a_bar


@forward_rule(linalg.qr)
@helper
def qr_tangent(y, a, *, mode="full", pivoting=False, check_finite=True, a_dot):
    single(a)
    order = y[-1] if pivoting else slice(None)
    q, r = linalg.qr(a[:, order]) if mode == "r" else (y[0], y[1])
    q_dot, r_dot = matrices.qr_tangent(q, r, a_dot[:, order])
    dots = (r_dot,) if mode == "r" else (q_dot, r_dot)
    return (*dots, None) if pivoting else dots


@reverse_rule(
    linalg.rq,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 4)), mode="economic"),
    ],
)
@helper
def rq(y_bar, y, a, *, mode="full", check_finite=True):
    """Turned round, `a[::-1].T = q[::-1].T @ r[::-1, ::-1].T` is a QR factorization."""
    single(a)
    r, q = y
    q_bar = None if y_bar[1] is None else y_bar[1][::-1].T
    r_bar = None if y_bar[0] is None else y_bar[0][::-1, ::-1].T
    return matrices.qr_adjoint(q_bar, r_bar, q[::-1].T, r[::-1, ::-1].T).T[::-1]


@forward_rule(linalg.rq)
@helper
def rq_tangent(y, a, *, mode="full", check_finite=True, a_dot):
    single(a)
    r, q = y
    q_dot, r_dot = matrices.qr_tangent(q[::-1].T, r[::-1, ::-1].T, a_dot[::-1].T)
    return r_dot.T[::-1, ::-1], q_dot.T[::-1]
