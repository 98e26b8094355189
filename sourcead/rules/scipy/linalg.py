# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: solvers, factorizations, matrix functions and special matrices.

A routine that reads one triangle gives that triangle an adjoint, and the other one zero.  Keywords
that allow an argument to be overwritten are not taken.  Where factors are not unique, the derivative
is that of functions that do not depend on the choice (see `runtime/ties.py`).
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.rules.forms import constant, forward_rule, helper, helpers, linear, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.numpy.samples import (
    call,
    positive_definite,
    present,
    symmetric,
    well_conditioned,
)
from sourcead.rules.registry import Rule, register
from sourcead.rules.scipy.kinds import eigenpairs_of_bands, factor_and_flag, like, values_of_bands
from sourcead.runtime import factorizations, matrices, scipy_matrices, scipy_norms, triangles
from sourcead.runtime.factorizations import transpose
from sourcead.runtime.matrices import cofactors, svd_adjoint
from sourcead.runtime.scipy_matrices import (
    block_frechet,
    collect,
    diagonal_sums,
    on_band,
    outer_on_band,
    permutation,
    single,
    transpose_band,
)
from sourcead.runtime.scipy_norms import norm_slope
from sourcead.runtime.spectra import (
    eigenvalue_change,
    eigenvalue_slope,
    singular_change,
    singular_slope,
)
from sourcead.runtime.triangles import as_read, to_read, transposed_structure

helpers(factorizations, scipy_matrices, scipy_norms, triangles)

# ---- inverse and determinant ---------------------------------------------------------------


def _square(rng):
    return [call(well_conditioned(rng, 3, 3)), call(well_conditioned(rng, 1, 1))]


@reverse_rule(linalg.inv, wrt=("a",), kind=like(linalg.inv, "a"), samples=_square)
def inv(y_bar, y, a, *, check_finite=True):
    return -(transpose(y) @ y_bar @ transpose(y))


@forward_rule(linalg.inv)
def inv_tangent(y, a, *, check_finite=True, a_dot):
    return -(y @ a_dot @ y)


def _also_singular(rng):
    return [*_square(rng), call(np.array([[1.0, 2.0], [2.0, 4.0]])), call(np.diag([1.0, 0.0, 0.0]))]


@reverse_rule(linalg.det, wrt=("a",), samples=_also_singular)
def det(y_bar, y, a, *, check_finite=True):
    """The matrix of cofactors: finite for a singular matrix too."""
    return np.expand_dims(y_bar, (-2, -1)) * cofactors(a)


@forward_rule(linalg.det)
def det_tangent(y, a, *, check_finite=True, a_dot):
    return np.sum(cofactors(a) * a_dot, axis=(-2, -1))


# ---- linear systems ------------------------------------------------------------------------


def _outer(left, right):
    """`left @ right.T` for columns, also for one vector."""
    if np.ndim(left) == 1:
        return np.outer(left, right)
    return left @ np.swapaxes(right, -1, -2)


def _systems(rng):
    a, b, c = well_conditioned(rng, 3, 3), rng.normal(size=3), rng.normal(size=(3, 2))
    p, t = positive_definite(rng, 3, 3), np.tril(well_conditioned(rng, 3, 3))
    return [
        call(a, b),
        call(a, c),
        call(a, c, transposed=True),
        call(p, b, assume_a="pos"),
        call(p, c, assume_a="pos", lower=True),
        call(p + a, b, assume_a="sym"),
        call(p + a, c, True, assume_a="sym"),
        call(t, b, assume_a="lower triangular"),
        call(t.T.copy(), c, assume_a="upper triangular"),
        call(np.diag(np.diag(p)), c, assume_a="diagonal"),
        call(a + 1j * rng.normal(size=(3, 3)), b),
        call(_hermitian(rng), c, assume_a="her"),
        call(_hermitian(rng), c + 1j, assume_a="her", lower=True),
    ]


def _hermitian(rng):
    a = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    return a @ np.conj(a.T) + 3.0 * np.eye(3)


@reverse_rule(linalg.solve, wrt=("a", "b"), kind=like(linalg.solve, "b"), samples=_systems)
def solve(x_bar, x, a, b, lower=False, *, check_finite=True, assume_a=None, transposed=False):
    """One solve with the transposed matrix, then an outer product on the part of a that is read."""
    if (assume_a is not None and assume_a != "gen") or np.ndim(a) != 2:
        return _structured_solve(x_bar, x, a, b, lower, assume_a, transposed)
    if transposed:
        b_bar = linalg.solve(a, x_bar)
        return -np.outer(x, b_bar) if np.ndim(b) == 1 else -(x @ b_bar.T), b_bar
    b_bar = linalg.solve(a.T, x_bar)
    return -np.outer(b_bar, x) if np.ndim(b) == 1 else -(b_bar @ x.T), b_bar


def _structured_solve(x_bar, x, a, b, lower, assume_a, transposed):
    if np.ndim(b) == 1:
        single(a)
    b_bar = linalg.solve(
        transpose(a),
        x_bar,
        not lower,
        assume_a=transposed_structure(assume_a),
        transposed=transposed,
    )
    full_bar = -_outer(x, b_bar) if transposed else -_outer(b_bar, x)
    return to_read(full_bar, assume_a, lower), b_bar


register(
    Rule(
        "structured_solve",
        "source",
        (_structured_solve,),
        kind=kind_like(_structured_solve, ("a", "b")),
    )
)


@forward_rule(linalg.solve)
def solve_tangent(
    x, a, b, lower=False, *, check_finite=True, assume_a=None, transposed=False, a_dot, b_dot
):
    right = 0.0 if b_dot is None else b_dot
    if a_dot is not None:
        full_dot = a_dot if assume_a is None else as_read(a_dot, assume_a, lower)
        moved = transpose(full_dot) @ x if transposed else full_dot @ x
        right = -moved if b_dot is None else b_dot - moved
    return linalg.solve(a, right, lower, assume_a=assume_a, transposed=transposed)


def _triangular_systems(rng):
    a, b, c = well_conditioned(rng, 3, 3), rng.normal(size=3), rng.normal(size=(3, 2))
    return [
        call(a, b),
        call(a, c, lower=True),
        call(a, c, 1),
        call(a, b, "T", True),
        call(a, c, trans="N", unit_diagonal=True),
        call(a, c, trans=1, lower=True, unit_diagonal=True),
        call(a + 1j * rng.normal(size=(3, 3)), c + 0.3j, trans=2, lower=True),
        call(a + 1j * rng.normal(size=(3, 3)), c + 0.3j, trans="T"),
        call(a, c, trans="C"),
    ]


def _on_triangle(a, lower, unit_diagonal):
    if lower:
        return np.tril(a, -1 if unit_diagonal else 0)
    return np.triu(a, 1 if unit_diagonal else 0)


@reverse_rule(
    linalg.solve_triangular,
    wrt=("a", "b"),
    kind=like(linalg.solve_triangular, "b"),
    samples=_triangular_systems,
)
@helper
def solve_triangular(
    x_bar, x, a, b, trans=0, lower=False, unit_diagonal=False, *, check_finite=True
):
    """`trans` and `lower` turn round; a diagonal of ones is not read."""
    if np.ndim(b) == 1:
        single(a)
    if trans in (0, "N"):
        b_bar = linalg.solve_triangular(a, x_bar, 1, lower, unit_diagonal)
        a_bar = -_outer(b_bar, x)
    elif trans in (1, "T"):
        b_bar = linalg.solve_triangular(a, x_bar, 0, lower, unit_diagonal)
        a_bar = -_outer(x, b_bar)
    else:
        b_bar = linalg.solve_triangular(np.conj(a), x_bar, 0, lower, unit_diagonal)
        a_bar = -np.conj(_outer(x, b_bar))
    return _on_triangle(a_bar, lower, unit_diagonal), b_bar


@forward_rule(linalg.solve_triangular)
@helper
def solve_triangular_tangent(
    x, a, b, trans=0, lower=False, unit_diagonal=False, *, check_finite=True, a_dot, b_dot
):
    right = 0.0 if b_dot is None else b_dot
    if a_dot is not None:
        part = _on_triangle(a_dot, lower, unit_diagonal)
        if trans in (1, "T"):
            part = transpose(part)
        elif trans in (2, "C"):
            part = np.conj(transpose(part))
        right = right - part @ x
    return linalg.solve_triangular(a, right, trans, lower, unit_diagonal)


def _least_squares(rng):
    return [
        call(rng.normal(size=(5, 3)), rng.normal(size=5)),
        call(rng.normal(size=(5, 3)), rng.normal(size=(5, 2))),
        call(rng.normal(size=(2, 3)), rng.normal(size=2)),
        call(well_conditioned(rng, 3, 3), rng.normal(size=(3, 2))),
    ]


@reverse_rule(linalg.lstsq, wrt=("a", "b"), samples=_least_squares)
@helper
def lstsq(y_bar, y, a, b, *, check_finite=True):
    """`(x, residues, rank, singular values)`; full rank, tall (Golub and Pereyra) or wide."""
    single(a)
    x, residues, _, _ = y
    x_bar, residues_bar, _, s_bar = y_bar
    inverse = linalg.pinv(a)
    rest = b - a @ x
    a_bar, b_bar = np.zeros_like(a), np.zeros_like(b)
    if x_bar is not None:
        b_bar = inverse.T @ x_bar
        a_bar = _outer(rest, inverse @ b_bar) - _outer(b_bar, x)
        around = x_bar - a.T @ b_bar  # 0 unless a is wide
        a_bar = a_bar + _outer(inverse.T @ x, around)
    if residues_bar is not None and np.size(residues):
        b_bar = b_bar + 2.0 * rest * residues_bar
        a_bar = a_bar - _outer(2.0 * rest * residues_bar, x)
    if s_bar is not None:
        a_bar = a_bar + singular_slope(a, s_bar)
    return a_bar, b_bar


@forward_rule(linalg.lstsq)
@helper
def lstsq_tangent(y, a, b, *, check_finite=True, a_dot, b_dot):
    single(a)
    x, residues, _, _ = y
    inverse = linalg.pinv(a)
    rest = b - a @ x
    a_dot = np.zeros_like(a) if a_dot is None else a_dot
    rest_dot = (0.0 if b_dot is None else b_dot) - a_dot @ x
    x_dot = inverse @ (rest_dot + inverse.T @ (a_dot.T @ rest))
    around = a_dot.T @ (inverse.T @ x)
    x_dot = x_dot + around - inverse @ (a @ around)
    residues_dot = np.sum(2.0 * rest * rest_dot, axis=0) if np.size(residues) else residues
    return x_dot, residues_dot, None, singular_change(a, a_dot)


def _any_shape(rng):
    return [call(rng.normal(size=shape)) for shape in ((4, 3), (3, 4), (3, 3))]


@reverse_rule(linalg.pinv, wrt=("a",), samples=_any_shape)
def pinv(y_bar, y, a, *, check_finite=True):
    """Constant rank. Source: Golub and Pereyra (1973)."""
    rows, columns = np.eye(np.shape(a)[-2]), np.eye(np.shape(a)[-1])
    return (
        -(transpose(y) @ y_bar @ transpose(y))
        + (rows - a @ y) @ transpose(y_bar) @ y @ transpose(y)
        + transpose(y) @ y @ transpose(y_bar) @ (columns - y @ a)
    )


@forward_rule(linalg.pinv)
def pinv_tangent(y, a, *, check_finite=True, a_dot):
    rows, columns = np.eye(np.shape(a)[-2]), np.eye(np.shape(a)[-1])
    return (
        -(y @ a_dot @ y)
        + y @ transpose(y) @ transpose(a_dot) @ (rows - a @ y)
        + (columns - y @ a) @ transpose(a_dot) @ transpose(y) @ y
    )


# ---- Cholesky ------------------------------------------------------------------------------


def _definite(rng):
    a = positive_definite(rng, 3, 3)
    return [
        call(a),
        call(a, True),
        call(a, lower=False),
        call(_hermitian(rng), lower=True),
        call(_hermitian(rng)),
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


@reverse_rule(linalg.cho_factor, wrt=("a",), kind=factor_and_flag, samples=_definite)
@helper
def cho_factor(y_bar, y, a, lower=False, *, check_finite=True):
    """`(c, lower)`: the other triangle of c holds what a holds there."""
    c, c_bar = (np.tril(y[0]), y_bar[0]) if lower else (np.triu(y[0]), y_bar[0])
    rest = np.triu(c_bar, 1) if lower else np.tril(c_bar, -1)
    return _factor_bar(c, c_bar, lower) + rest


@forward_rule(linalg.cho_factor)
@helper
def cho_factor_tangent(y, a, lower=False, *, check_finite=True, a_dot):
    c = np.tril(y[0]) if lower else np.triu(y[0])
    rest = np.triu(a_dot, 1) if lower else np.tril(a_dot, -1)
    return _factor_dot(c, a_dot, lower) + rest, None


def _factored(rng):
    a, b = positive_definite(rng, 3, 3), rng.normal(size=(3, 2))
    h = _hermitian(rng)
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
    full_bar = -_outer(b_bar, x)
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
    low, up = np.tril(packed, -1) + np.eye(len(packed)), np.triu(packed)
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
    low, up = np.tril(packed, -1) + np.eye(len(packed)), np.triu(packed)
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
        a_bar = -_outer(b_bar, x)
    elif trans == 1:
        b_bar = linalg.lu_solve(lu_and_piv, x_bar, 0)
        a_bar = -_outer(x, b_bar)
    else:
        b_bar = np.conj(linalg.lu_solve(lu_and_piv, np.conj(x_bar), 0))
        a_bar = -np.conj(_outer(x, b_bar))
    rows_bar = a_bar[permutation(pivots)]
    low, up = np.tril(packed, -1) + np.eye(len(packed)), np.triu(packed)
    return (np.tril(rows_bar @ up.T, -1) + np.triu(low.T @ rows_bar), None), b_bar


@forward_rule(linalg.lu_solve)
@helper
def lu_solve_tangent(x, lu_and_piv, b, trans=0, *, check_finite=True, lu_and_piv_dot, b_dot):
    packed, pivots = lu_and_piv
    single(packed)
    right = 0.0 if b_dot is None else b_dot
    if lu_and_piv_dot is not None and lu_and_piv_dot[0] is not None:
        low, up = np.tril(packed, -1) + np.eye(len(packed)), np.triu(packed)
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
    a_bar[:, order] = factorizations.qr_bar(q, r, q_bar, r_bar)
    return a_bar


@forward_rule(linalg.qr)
@helper
def qr_tangent(y, a, *, mode="full", pivoting=False, check_finite=True, a_dot):
    single(a)
    order = y[-1] if pivoting else slice(None)
    q, r = linalg.qr(a[:, order]) if mode == "r" else (y[0], y[1])
    q_dot, r_dot = factorizations.qr_dot(q, r, a_dot[:, order])
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
    return factorizations.qr_bar(q[::-1].T, r[::-1, ::-1].T, q_bar, r_bar).T[::-1]


@forward_rule(linalg.rq)
@helper
def rq_tangent(y, a, *, mode="full", check_finite=True, a_dot):
    single(a)
    r, q = y
    q_dot, r_dot = factorizations.qr_dot(q[::-1].T, r[::-1, ::-1].T, a_dot[::-1].T)
    return r_dot.T[::-1, ::-1], q_dot.T[::-1]


# ---- singular values -----------------------------------------------------------------------


def _for_svd(rng):
    tall, square, wide = (rng.normal(size=shape) for shape in ((4, 2), (3, 3), (2, 4)))
    return [
        call(square),
        call(tall, full_matrices=False),
        call(wide, False),
        call(tall, compute_uv=False),
        call(wide, compute_uv=False),
    ]


@reverse_rule(linalg.svd, wrt=("a",), samples=_for_svd)
def svd(
    y_bar, y, a, full_matrices=True, compute_uv=True, *, check_finite=True, lapack_driver="gesdd"
):
    if not compute_uv:
        return singular_slope(a, y_bar)
    if y_bar[0] is None and y_bar[2] is None:
        return singular_slope(a, y_bar[1])
    return svd_adjoint(y_bar[0], y_bar[1], y_bar[2], y[0], y[1], y[2])


@forward_rule(linalg.svd)
def svd_tangent(
    y, a, full_matrices=True, compute_uv=True, *, check_finite=True, lapack_driver="gesdd", a_dot
):
    if not compute_uv:
        return singular_change(a, a_dot)
    u_dot, _, vh_dot = matrices.svd_tangent(y[0], y[1], y[2], a_dot)
    return u_dot, singular_change(a, a_dot), vh_dot


@reverse_rule(linalg.svdvals, wrt=("a",), samples=_any_shape)
def svdvals(y_bar, y, a, *, check_finite=True):
    return singular_slope(a, y_bar)


@forward_rule(linalg.svdvals)
def svdvals_tangent(y, a, *, check_finite=True, a_dot):
    return singular_change(a, a_dot)


# ---- symmetric eigenvalues -----------------------------------------------------------------


def _symmetric_problems(rng):
    # Well separated eigenvalues, so that steps of the differences do not turn an eigenvector's sign.
    a, b = (
        positive_definite(rng, 4, 4) + np.diag([0.0, 10.0, 20.0, 30.0]),
        positive_definite(rng, 4, 4),
    )
    return [
        call(a),
        call(a, lower=False),
        call(a, eigvals_only=True),
        call(_hermitian(rng), eigvals_only=True),
        call(a, b),
        call(a, b, lower=False),
        call(a, b, eigvals_only=True),
        call(a, subset_by_index=[1, 2]),
        call(a, b, subset_by_index=[0, 1]),
        call(a, eigvals_only=True, subset_by_index=[1, 3]),
    ]


def _spectrum(w, v, a, b, lower, selected):
    """All eigenvectors, those that were asked for with the sign that they were given."""
    full_w, full_v = linalg.eigh(a, b, lower=lower)
    if selected is None:
        selected = slice(None) if w.shape == full_w.shape else _positions(w, full_w)
    if v is not None:
        full_v[..., selected] = v
    return full_w, full_v, selected


def _positions(w, full_w):
    single(w, 1)
    first = int(np.argmin(np.abs(full_w - w[0]))) if len(w) else 0
    return slice(first, first + len(w))


def _placed(bar, shape, selected):
    if bar is None:
        return None
    placed = np.zeros(shape, bar.dtype)
    placed[..., selected] = bar
    return placed


@reverse_rule(linalg.eigh, wrt=("a", "b"), samples=_symmetric_problems)
@helper
def eigh(
    y_bar, y, a, b=None, *, lower=True, eigvals_only=False, type=1, check_finite=True,
    subset_by_index=None, subset_by_value=None, driver=None,
):  # fmt: skip
    """`a v = w v`, or `a v = w b v`; the other triangle is not read."""
    if b is not None and type != 1:
        raise NotImplementedError("eigh has a derivative rule for type=1 only")
    w, v = (y, None) if eigvals_only else y
    w_bar, v_bar = (y_bar, None) if eigvals_only else y_bar
    if v_bar is None and b is None and w.shape[-1] == np.shape(a)[-1]:
        return eigenvalue_slope(a, w_bar, lower), None
    if v is None or w.shape[-1] < np.shape(a)[-1]:
        selected = (
            None if subset_by_index is None else slice(subset_by_index[0], subset_by_index[1] + 1)
        )
        w, v, selected = _spectrum(w, v, a, b, lower, selected)
        w_bar, v_bar = _placed(w_bar, w.shape, selected), _placed(v_bar, v.shape, selected)
    a_bar, b_bar = factorizations.eigh_bar(w, v, w_bar, v_bar)
    return to_read(a_bar, "hermitian", lower), None if b is None else to_read(
        b_bar, "hermitian", lower
    )


@forward_rule(linalg.eigh)
@helper
def eigh_tangent(
    y, a, b=None, *, lower=True, eigvals_only=False, type=1, check_finite=True,
    subset_by_index=None, subset_by_value=None, driver=None, a_dot, b_dot,
):  # fmt: skip
    if b is not None and type != 1:
        raise NotImplementedError("eigh has a derivative rule for type=1 only")
    w, v = (y, None) if eigvals_only else y
    chosen = (
        slice(None)
        if subset_by_index is None
        else slice(subset_by_index[0], subset_by_index[1] + 1)
    )
    if v is None or w.shape[-1] < np.shape(a)[-1]:
        w, v, chosen = _spectrum(w, v, a, b, lower, None if subset_by_index is None else chosen)
    a_full = None if a_dot is None else as_read(a_dot, "hermitian", lower)
    b_full = None if b_dot is None else as_read(b_dot, "hermitian", lower)
    if eigvals_only and b is None:
        return eigenvalue_change(a, a_dot, lower)[..., chosen]
    if eigvals_only:
        inner = np.conj(transpose(v))
        change = 0.0 if a_full is None else inner @ a_full @ v
        change = change if b_full is None else change - (inner @ b_full @ v) * w
        return np.real(np.diagonal(change, 0, -2, -1))[..., chosen]
    w_dot, v_dot = factorizations.eigh_dot(w, v, a_full, b_full)
    return w_dot[..., chosen], v_dot[..., chosen]


@reverse_rule(
    linalg.eigvalsh,
    wrt=("a", "b"),
    samples=lambda rng: [
        call(positive_definite(rng, 3, 3)),
        call(positive_definite(rng, 3, 3), lower=False),
        call(_hermitian(rng)),
        call(positive_definite(rng, 3, 3), positive_definite(rng, 3, 3)),
        call(positive_definite(rng, 3, 3), subset_by_index=[0, 1]),
    ],
)
def eigvalsh(
    w_bar, w, a, b=None, *, lower=True, type=1, check_finite=True, subset_by_index=None,
    subset_by_value=None, driver=None,
):  # fmt: skip
    return eigh(
        w_bar, w, a, b, lower=lower, eigvals_only=True, type=type, subset_by_index=subset_by_index,
        subset_by_value=subset_by_value,
    )  # fmt: skip


@forward_rule(linalg.eigvalsh)
def eigvalsh_tangent(
    w, a, b=None, *, lower=True, type=1, check_finite=True, subset_by_index=None,
    subset_by_value=None, driver=None, a_dot, b_dot,
):  # fmt: skip
    return eigh_tangent(
        w, a, b, lower=lower, eigvals_only=True, type=type, subset_by_index=subset_by_index,
        subset_by_value=subset_by_value, a_dot=a_dot, b_dot=b_dot,
    )  # fmt: skip


def _tridiagonal(rng):
    d, e = rng.normal(size=4), rng.normal(size=3)
    return [call(d, e), call(d, e, eigvals_only=True)]


def _dense(d, e):
    return np.diag(d) + np.diag(e, 1) + np.diag(e, -1)


@reverse_rule(
    linalg.eigh_tridiagonal, wrt=("d", "e"), samples=_tridiagonal, kind=eigenpairs_of_bands
)
@helper
def eigh_tridiagonal(y_bar, y, d, e, eigvals_only=False, *, check_finite=True):
    w, v = (y, linalg.eigh_tridiagonal(d, e)[1]) if eigvals_only else y
    w_bar, v_bar = (y_bar, None) if eigvals_only else y_bar
    a_bar, _ = factorizations.eigh_bar(w, v, w_bar, v_bar)
    return np.diagonal(a_bar), np.diagonal(a_bar, 1) + np.diagonal(a_bar, -1)


@forward_rule(linalg.eigh_tridiagonal)
@helper
def eigh_tridiagonal_tangent(y, d, e, eigvals_only=False, *, check_finite=True, d_dot, e_dot):
    w, v = (y, linalg.eigh_tridiagonal(d, e)[1]) if eigvals_only else y
    a_dot = _dense(
        np.zeros_like(d) if d_dot is None else d_dot, np.zeros_like(e) if e_dot is None else e_dot
    )
    w_dot, v_dot = factorizations.eigh_dot(w, v, a_dot)
    return w_dot if eigvals_only else (w_dot, v_dot)


@reverse_rule(
    linalg.eigvalsh_tridiagonal,
    wrt=("d", "e"),
    kind=values_of_bands,
    samples=lambda rng: [call(rng.normal(size=4), rng.normal(size=3))],
)
def eigvalsh_tridiagonal(w_bar, w, d, e, *, check_finite=True):
    return eigh_tridiagonal(w_bar, w, d, e, True)


@forward_rule(linalg.eigvalsh_tridiagonal)
def eigvalsh_tridiagonal_tangent(w, d, e, *, check_finite=True, d_dot, e_dot):
    return eigh_tridiagonal_tangent(w, d, e, True, d_dot=d_dot, e_dot=e_dot)


# ---- general eigenvalues -------------------------------------------------------------------


@reverse_rule(
    linalg.eig,
    wrt=("a",),
    samples=lambda rng: [
        call(np.diag([1.0, 3.0, -2.0, 5.0]) + 0.3 * rng.normal(size=(4, 4))),
        call(np.array([[0.0, 2.0, 0.3], [-1.0, 0.3, 0.2], [0.1, 0.5, 3.0]])),
        call(_hermitian(rng) + np.triu(np.ones((3, 3)))),
        call(np.diag([1.0, 3.0]) + 0.3 * rng.normal(size=(2, 2)), right=False),
    ],
)
def eig(y_bar, y, a, *, right=True, check_finite=True):
    """Distinct eigenvalues; the vectors with norm 1 and a real largest entry, as LAPACK leaves them."""
    if not right:
        return matrices.eig_adjoint(y_bar, None, y, linalg.eig(a)[1], a)
    return matrices.eig_adjoint(y_bar[0], y_bar[1], y[0], y[1], a)


@forward_rule(linalg.eig)
def eig_tangent(y, a, *, right=True, check_finite=True, a_dot):
    if not right:
        return matrices.eig_tangent(y, linalg.eig(a)[1], a_dot)[0]
    return matrices.eig_tangent(y[0], y[1], a_dot)


@reverse_rule(linalg.eigvals, wrt=("a",), samples=lambda rng: [call(rng.normal(size=(4, 4)))])
def eigvals(w_bar, w, a, *, check_finite=True):
    return matrices.eig_adjoint(w_bar, None, w, linalg.eig(a)[1], a)


@forward_rule(linalg.eigvals)
def eigvals_tangent(w, a, *, check_finite=True, a_dot):
    return matrices.eig_tangent(w, linalg.eig(a)[1], a_dot)[0]


# ---- matrix functions: the adjoint of the derivative at A is the derivative at transpose(A) ------------


def _small(rng):
    a = 0.4 * rng.normal(size=(3, 3))
    return [call(a), call(a + 0.3j * rng.normal(size=(3, 3))), call(np.zeros((2, 2)))]


def _batch(rng):
    return [*_small(rng), call(0.4 * rng.normal(size=(2, 3, 3)))]


def _positive_spectrum(rng):
    a = np.diag([1.0, 2.0, 3.0]) + 0.2 * rng.normal(size=(3, 3))
    return [call(a), call(a + 0.1j * rng.normal(size=(3, 3))), call(np.eye(2))]


@reverse_rule(linalg.expm, wrt=("A",), kind=like(linalg.expm, "A"), samples=_batch)
def expm(Y_bar, Y, A):
    """Source: Al-Mohy and Higham (2009)."""
    if np.ndim(A) == 2:
        return linalg.expm_frechet(transpose(A), Y_bar, compute_expm=False)
    return block_frechet(linalg.expm, transpose(A), Y_bar)


@forward_rule(linalg.expm)
def expm_tangent(Y, A, *, A_dot):
    if np.ndim(A) == 2:
        return linalg.expm_frechet(A, A_dot, compute_expm=False)
    return block_frechet(linalg.expm, A, A_dot)


def _directions(rng):
    a, e = 0.4 * rng.normal(size=(3, 3)), rng.normal(size=(3, 3))
    return [call(a, e), call(a, e, compute_expm=False)]


@reverse_rule(linalg.expm_frechet, wrt=("A", "E"), samples=_directions)
@helper
def expm_frechet(y_bar, y, A, E, *, method=None, compute_expm=True, check_finite=True):
    """exp([[A, E], [0, A]]) holds exp(A) and the derivative side by side."""
    value_bar, slope_bar = y_bar if compute_expm else (None, y_bar)
    zero = np.zeros_like(A)
    seed = np.block(
        [
            [zero if value_bar is None else value_bar, zero if slope_bar is None else slope_bar],
            [zero, zero],
        ]
    )
    bar = linalg.expm_frechet(np.block([[A, E], [zero, A]]).T, seed, compute_expm=False)
    n = len(A)
    return bar[:n, :n] + bar[n:, n:], bar[:n, n:]


@forward_rule(linalg.expm_frechet)
@helper
def expm_frechet_tangent(
    y, A, E, *, method=None, compute_expm=True, check_finite=True, A_dot, E_dot
):
    zero, n = np.zeros_like(A), len(A)
    A_dot, E_dot = zero if A_dot is None else A_dot, zero if E_dot is None else E_dot
    moved = np.block([[A_dot, E_dot], [zero, A_dot]])
    dot = linalg.expm_frechet(np.block([[A, E], [zero, A]]), moved, compute_expm=False)
    return (dot[:n, :n], dot[:n, n:]) if compute_expm else dot[:n, n:]


@reverse_rule(linalg.logm, wrt=("A",), samples=_positive_spectrum)
def logm(Y_bar, Y, A):
    return block_frechet(linalg.logm, transpose(A), Y_bar)


@forward_rule(linalg.logm)
def logm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.logm, A, A_dot)


@reverse_rule(linalg.sqrtm, wrt=("A",), samples=_positive_spectrum)
def sqrtm(Y_bar, Y, A):
    """From Y Y = A: a Sylvester equation with transpose(Y) on both sides."""
    return linalg.solve_sylvester(transpose(Y), transpose(Y), Y_bar)


@forward_rule(linalg.sqrtm)
def sqrtm_tangent(Y, A, *, A_dot):
    return linalg.solve_sylvester(Y, Y, A_dot)


@reverse_rule(linalg.sinm, wrt=("A",), samples=_small)
def sinm(Y_bar, Y, A):
    return block_frechet(linalg.sinm, transpose(A), Y_bar)


@forward_rule(linalg.sinm)
def sinm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.sinm, A, A_dot)


@reverse_rule(linalg.cosm, wrt=("A",), samples=_small)
def cosm(Y_bar, Y, A):
    return block_frechet(linalg.cosm, transpose(A), Y_bar)


@forward_rule(linalg.cosm)
def cosm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.cosm, A, A_dot)


@reverse_rule(linalg.tanm, wrt=("A",), samples=_small)
def tanm(Y_bar, Y, A):
    return block_frechet(linalg.tanm, transpose(A), Y_bar)


@forward_rule(linalg.tanm)
def tanm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.tanm, A, A_dot)


@reverse_rule(linalg.sinhm, wrt=("A",), samples=_small)
def sinhm(Y_bar, Y, A):
    return block_frechet(linalg.sinhm, transpose(A), Y_bar)


@forward_rule(linalg.sinhm)
def sinhm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.sinhm, A, A_dot)


@reverse_rule(linalg.coshm, wrt=("A",), samples=_small)
def coshm(Y_bar, Y, A):
    return block_frechet(linalg.coshm, transpose(A), Y_bar)


@forward_rule(linalg.coshm)
def coshm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.coshm, A, A_dot)


@reverse_rule(linalg.tanhm, wrt=("A",), samples=_small)
def tanhm(Y_bar, Y, A):
    return block_frechet(linalg.tanhm, transpose(A), Y_bar)


@forward_rule(linalg.tanhm)
def tanhm_tangent(Y, A, *, A_dot):
    return block_frechet(linalg.tanhm, A, A_dot)


@reverse_rule(
    linalg.fractional_matrix_power,
    wrt=("A", "t"),
    samples=lambda rng: [
        call(*args, t) for (args, _) in _positive_spectrum(rng)[:1] for t in (0.5, -0.7, 1.3)
    ],
)
@helper
def fractional_matrix_power(Y_bar, Y, A, t):
    A_bar = block_frechet(lambda M: linalg.fractional_matrix_power(M, t), transpose(A), Y_bar)
    return A_bar, np.sum(Y_bar * (linalg.logm(A) @ Y))


@forward_rule(linalg.fractional_matrix_power)
@helper
def fractional_matrix_power_tangent(Y, A, t, *, A_dot, t_dot):
    Y_dot = np.zeros_like(Y)
    if A_dot is not None:
        Y_dot = Y_dot + block_frechet(lambda M: linalg.fractional_matrix_power(M, t), A, A_dot)
    if t_dot is not None:
        Y_dot = Y_dot + t_dot * (linalg.logm(A) @ Y)
    return Y_dot


# ---- norm ----------------------------------------------------------------------------------


def _normed(rng):
    a = rng.normal(size=(3, 4))
    calls = [call(a), call(a[0]), call(a, axis=0), call(a, axis=1, keepdims=True), call(a, "fro")]
    calls += [call(a[0], ord) for ord in (1, 2, 3, 0.5, np.inf, -np.inf)]
    calls += [call(a, ord) for ord in (1, -1, 2, -2, np.inf, -np.inf, "nuc")]
    calls += [
        call(rng.normal(size=(2, 3, 4)), ord, axis=(2, 0), keepdims=True) for ord in (2, 1, "nuc")
    ]
    return [*calls, call(np.zeros(3)[:0]), call(a[0] + 1j, 3), call(a + 1j * a**2)]


@reverse_rule(linalg.norm, wrt=("a",), samples=_normed)
def norm(y_bar, y, a, ord=None, axis=None, keepdims=False, *, check_finite=True):
    """0 where the norm is 0."""
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    return y_bar * norm_slope(a, ord, axis)


@forward_rule(linalg.norm)
def norm_tangent(y, a, ord=None, axis=None, keepdims=False, *, check_finite=True, a_dot):
    return np.real(np.sum(norm_slope(a, ord, axis) * a_dot, axis=axis, keepdims=keepdims))


# ---- matrices made of vectors --------------------------------------------------------------


@reverse_rule(
    linalg.block_diag,
    wrt=("arrs",),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), rng.normal(size=(1, 2)), rng.normal(size=(2, 2))),
        call(rng.normal(size=3), rng.normal(size=(2, 2))),
    ],
)
@helper
def block_diag(y_bar, y, *arrs):
    row, column, bars = 0, 0, []
    for a in arrs:
        m, n = np.atleast_2d(a).shape
        bars.append(np.reshape(y_bar[row : row + m, column : column + n], np.shape(a)))
        row, column = row + m, column + n
    return tuple(bars)


@forward_rule(linalg.block_diag)
@helper
def block_diag_tangent(y, *arrs, arrs_dot):
    return linalg.block_diag(
        *[np.zeros_like(a) if d is None else d for a, d in zip(arrs, arrs_dot)]
    )


def _first_column_and_row(rng):
    c, r = rng.normal(size=4), rng.normal(size=3)
    return [call(c), call(c, r), call(r, c), call(c + 1j * c**2), call(c, r + 1j)]


@reverse_rule(linalg.toeplitz, wrt=("c", "r"), samples=_first_column_and_row)
@helper
def toeplitz(y_bar, y, c, r=None):
    """r[0] is ignored; without r the first row is conj(c)."""
    single(y)
    n = len(c)
    if r is None:
        below = collect(np.maximum(np.arange(n)[:, np.newaxis] - np.arange(n), -1), y_bar, n)
        above = np.arange(n) - np.arange(n)[:, np.newaxis]
        return below + np.conj(collect(np.where(above > 0, above, -1), y_bar, n)), None
    positions = linalg.toeplitz(np.arange(n), n + np.arange(len(r)))
    bar = collect(positions, y_bar, n + len(r))
    return bar[:n], bar[n:]


@forward_rule(linalg.toeplitz)
def toeplitz_tangent(y, c, r=None, *, c_dot, r_dot):
    if r is None:
        return linalg.toeplitz(c_dot)
    return linalg.toeplitz(
        np.zeros_like(c) if c_dot is None else c_dot, np.zeros_like(r) if r_dot is None else r_dot
    )


@reverse_rule(linalg.hankel, wrt=("c", "r"), samples=lambda rng: _first_column_and_row(rng)[:3])
@helper
def hankel(y_bar, y, c, r=None):
    """r[0] is ignored; without r the last row is zero."""
    single(y)
    n = len(c)
    if r is None:
        positions = np.arange(n)[:, np.newaxis] + np.arange(n)
        return collect(np.where(positions < n, positions, -1), y_bar, n), None
    bar = collect(linalg.hankel(np.arange(n), n + np.arange(len(r))), y_bar, n + len(r))
    return bar[:n], bar[n:]


@forward_rule(linalg.hankel)
def hankel_tangent(y, c, r=None, *, c_dot, r_dot):
    c_dot = np.zeros_like(c) if c_dot is None else c_dot
    if r is None:
        return linalg.hankel(c_dot)
    return linalg.hankel(c_dot, np.zeros_like(r) if r_dot is None else r_dot)


@linear(
    linalg.circulant,
    wrt="c",
    samples=lambda rng: [call(rng.normal(size=4)), call(rng.normal(size=3) + 1j)],
)
@helper
def circulant(y_bar, c):
    single(y_bar)
    return collect(linalg.circulant(np.arange(len(c))), y_bar, len(c))


@reverse_rule(linalg.companion, wrt=("a",), samples=lambda rng: [call(1.0 + rng.random(4))])
def companion(y_bar, y, a):
    """The first row is -a[1:] / a[0]."""
    rest_bar = -y_bar[0] / a[0]
    return np.concatenate([[np.sum(rest_bar * y[0])], rest_bar])


@forward_rule(linalg.companion)
@helper
def companion_tangent(y, a, *, a_dot):
    y_dot = np.zeros_like(y)
    y_dot[0] = -(a_dot[1:] + y[0] * a_dot[0]) / a[0]
    return y_dot


@linear(
    linalg.convolution_matrix,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=k), n, mode)
        for k, n in ((3, 5), (5, 3))
        for mode in ("full", "same", "valid")
    ],
)
@helper
def convolution_matrix(y_bar, a, n, mode="full"):
    single(y_bar)
    return collect(linalg.convolution_matrix(1 + np.arange(len(a)), n, mode) - 1, y_bar, len(a))


@reverse_rule(
    linalg.khatri_rao,
    wrt=("a", "b"),
    samples=lambda rng: [call(rng.normal(size=(2, 3)), rng.normal(size=(4, 3)))],
)
def khatri_rao(y_bar, y, a, b):
    """Column by column the Kronecker product: y[i * k + j] = a[i] * b[j]."""
    pairs_bar = np.reshape(y_bar, (len(a), len(b), -1))
    return np.sum(pairs_bar * b, axis=1), np.sum(pairs_bar * a[:, np.newaxis], axis=0)


@forward_rule(linalg.khatri_rao)
def khatri_rao_tangent(y, a, b, *, a_dot, b_dot):
    if b_dot is None:
        return linalg.khatri_rao(a_dot, b)
    if a_dot is None:
        return linalg.khatri_rao(a, b_dot)
    return linalg.khatri_rao(a_dot, b) + linalg.khatri_rao(a, b_dot)


@reverse_rule(linalg.fiedler, wrt=("a",), samples=lambda rng: [call(rng.normal(size=4))])
def fiedler(y_bar, y, a):
    """y[i, j] = |a[i] - a[j]|."""
    signed = np.sign(a[:, np.newaxis] - a) * y_bar
    return np.sum(signed, axis=1) - np.sum(signed, axis=0)


@forward_rule(linalg.fiedler)
def fiedler_tangent(y, a, *, a_dot):
    return np.sign(a[:, np.newaxis] - a) * (a_dot[:, np.newaxis] - a_dot)


# ---- banded, Toeplitz and circulant systems ------------------------------------------------


def _banded_systems(rng):
    ab = rng.normal(size=(4, 5))
    ab[1] += 5.0
    return [call((2, 1), ab, rng.normal(size=5)), call((2, 1), ab, rng.normal(size=(5, 2)))]


@reverse_rule(
    linalg.solve_banded,
    wrt=("ab", "b"),
    kind=like(linalg.solve_banded, "b"),
    samples=_banded_systems,
)
@helper
def solve_banded(x_bar, x, l_and_u, ab, b, *, check_finite=True):
    """Corners of the storage that lie outside of the matrix get zero."""
    single(ab)
    lower, upper = l_and_u
    b_bar = linalg.solve_banded((upper, lower), transpose_band(l_and_u, ab), x_bar)
    return -outer_on_band(l_and_u, b_bar, x), b_bar


@forward_rule(linalg.solve_banded)
def solve_banded_tangent(x, l_and_u, ab, b, *, check_finite=True, ab_dot, b_dot):
    right = 0.0 if b_dot is None else b_dot
    right = right if ab_dot is None else right - on_band(l_and_u, ab_dot, x)
    return linalg.solve_banded(l_and_u, ab, right)


def _symmetric_bands(rng):
    ab = rng.normal(size=(3, 5))
    upper, lower = ab.copy(), ab.copy()
    upper[-1] += 6.0
    lower[0] += 6.0
    return [
        call(upper, rng.normal(size=5)),
        call(lower, rng.normal(size=(5, 2)), lower=True),
    ]


def _mirrored(ab, lower):
    """The whole band of a symmetric matrix of which one half is stored, and its widths."""
    width = len(ab) - 1
    upper = transpose_band((width, 0), ab) if lower else ab
    whole = np.concatenate([upper, transpose_band((0, width), upper)[1:]])
    return (width, width), whole


def _folded(whole_bar, lower):
    """The adjoint of `_mirrored`."""
    width = len(whole_bar) // 2
    upper_bar = whole_bar[: width + 1].copy()
    below = np.concatenate([np.zeros_like(whole_bar[:1]), whole_bar[width + 1 :]])
    upper_bar = upper_bar + transpose_band((width, 0), below)
    return transpose_band((0, width), upper_bar) if lower else upper_bar


@reverse_rule(
    linalg.solveh_banded,
    wrt=("ab", "b"),
    kind=like(linalg.solveh_banded, "b"),
    samples=_symmetric_bands,
)
@helper
def solveh_banded(x_bar, x, ab, b, *, lower=False, check_finite=True):
    single(ab)
    b_bar = linalg.solveh_banded(ab, x_bar, lower=lower)
    width = len(ab) - 1
    return _folded(-outer_on_band((width, width), b_bar, x), lower), b_bar


@forward_rule(linalg.solveh_banded)
@helper
def solveh_banded_tangent(x, ab, b, *, lower=False, check_finite=True, ab_dot, b_dot):
    right = 0.0 if b_dot is None else b_dot
    if ab_dot is not None:
        widths, whole_dot = _mirrored(ab_dot, lower)
        right = right - on_band(widths, whole_dot, x)
    return linalg.solveh_banded(ab, right, lower=lower)


def _toeplitz_systems(rng):
    c, r, b = rng.normal(size=4), rng.normal(size=4), rng.normal(size=(4, 2))
    c[0] += 5.0
    r[0] = c[0]
    return [call(c, b), call((c, r), b[:, 0]), call((c, r), b)]


def _column_and_row(c_or_cr):
    return c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, c_or_cr)


def _toeplitz_bar(c_or_cr, left, right):
    """The adjoint of column and row (r[0] is not read) of a matrix whose adjoint is left @ right.T."""
    below, above = diagonal_sums(left, right)
    above[0] = 0.0
    return (below, above) if isinstance(c_or_cr, tuple) else below + above


def _toeplitz_dot(c_or_cr, dots):
    if not isinstance(c_or_cr, tuple):
        return linalg.toeplitz(dots)
    c_dot, r_dot = (np.zeros_like(v) if d is None else d for v, d in zip(c_or_cr, dots))
    return linalg.toeplitz(c_dot, r_dot)


@reverse_rule(
    linalg.solve_toeplitz,
    wrt=("c_or_cr", "b"),
    kind=like(linalg.solve_toeplitz, "b"),
    samples=_toeplitz_systems,
)
@helper
def solve_toeplitz(x_bar, x, c_or_cr, b, *, check_finite=True):
    """Real matrices: the adjoint of an entry sums along its diagonal."""
    c, r = _column_and_row(c_or_cr)
    single(c, 1)
    b_bar = linalg.solve_toeplitz((np.concatenate([c[:1], r[1:]]), c), x_bar)
    return _toeplitz_bar(c_or_cr, -b_bar, x), b_bar


@forward_rule(linalg.solve_toeplitz)
@helper
def solve_toeplitz_tangent(x, c_or_cr, b, *, check_finite=True, c_or_cr_dot, b_dot):
    right = 0.0 if b_dot is None else b_dot
    right = right if c_or_cr_dot is None else right - _toeplitz_dot(c_or_cr, c_or_cr_dot) @ x
    return linalg.solve_toeplitz(c_or_cr, right)


def _toeplitz_products(rng):
    c, r = rng.normal(size=4), rng.normal(size=3)
    return [
        call((c, r), rng.normal(size=(3, 2))),
        call((c, r), rng.normal(size=3)),
        call(c, rng.normal(size=4)),
    ]


@reverse_rule(linalg.matmul_toeplitz, wrt=("c_or_cr", "x"), samples=_toeplitz_products)
@helper
def matmul_toeplitz(y_bar, y, c_or_cr, x, *, check_finite=False, workers=None):
    c, r = _column_and_row(c_or_cr)
    single(c, 1)
    x_bar = linalg.matmul_toeplitz((np.concatenate([c[:1], r[1:]]), c), y_bar)
    return _toeplitz_bar(c_or_cr, y_bar, x), x_bar


@forward_rule(linalg.matmul_toeplitz)
@helper
def matmul_toeplitz_tangent(y, c_or_cr, x, *, check_finite=False, workers=None, c_or_cr_dot, x_dot):
    y_dot = 0.0 if x_dot is None else linalg.matmul_toeplitz(c_or_cr, x_dot)
    return y_dot if c_or_cr_dot is None else y_dot + _toeplitz_dot(c_or_cr, c_or_cr_dot) @ x


def _circulant_systems(rng):
    c = rng.normal(size=4)
    c[0] += 5.0
    return [call(c, rng.normal(size=4)), call(c, rng.normal(size=(4, 2)))]


@reverse_rule(
    linalg.solve_circulant,
    wrt=("c", "b"),
    kind=like(linalg.solve_circulant, "b"),
    samples=_circulant_systems,
)
@helper
def solve_circulant(x_bar, x, c, b, singular="raise", tol=None):
    """The transposed matrix is the circulant of c read backwards from its first entry."""
    single(c, 1)
    b_bar = linalg.solve_circulant(np.roll(c[::-1], 1), x_bar, singular, tol)
    full_bar = -_outer(b_bar, x)
    return collect(linalg.circulant(np.arange(len(c))), full_bar, len(c)), b_bar


@forward_rule(linalg.solve_circulant)
def solve_circulant_tangent(x, c, b, singular="raise", tol=None, *, c_dot, b_dot):
    right = 0.0 if b_dot is None else b_dot
    right = right if c_dot is None else right - linalg.circulant(c_dot) @ x
    return linalg.solve_circulant(c, right, singular, tol)


# ---- matrix equations ----------------------------------------------------------------------


def _sylvester(rng):
    a, b = well_conditioned(rng, 3, 3), well_conditioned(rng, 2, 2)
    q = rng.normal(size=(3, 2))
    return [call(a, b, q), call(a + 0.5j, b, q)]


@reverse_rule(
    linalg.solve_sylvester,
    wrt=("a", "b", "q"),
    kind=like(linalg.solve_sylvester, "q"),
    samples=_sylvester,
)
def solve_sylvester(x_bar, x, a, b, q):
    """a x + x b = q."""
    q_bar = linalg.solve_sylvester(transpose(a), transpose(b), x_bar)
    return -(q_bar @ transpose(x)), -(transpose(x) @ q_bar), q_bar


@forward_rule(linalg.solve_sylvester)
def solve_sylvester_tangent(x, a, b, q, *, a_dot, b_dot, q_dot):
    right = np.zeros_like(x) if q_dot is None else q_dot
    right = right if a_dot is None else right - a_dot @ x
    right = right if b_dot is None else right - x @ b_dot
    return linalg.solve_sylvester(a, b, right)


def _lyapunov(rng):
    return [call(0.2 * well_conditioned(rng, 3, 3), rng.normal(size=(3, 3)))]


@reverse_rule(
    linalg.solve_continuous_lyapunov,
    wrt=("a", "q"),
    kind=like(linalg.solve_continuous_lyapunov, "q"),
    samples=_lyapunov,
)
def solve_continuous_lyapunov(x_bar, x, a, q):
    """a x + x transpose(a) = q, real."""
    q_bar = linalg.solve_continuous_lyapunov(transpose(a), x_bar)
    return -(q_bar @ transpose(x) + transpose(q_bar) @ x), q_bar


@forward_rule(linalg.solve_continuous_lyapunov)
def solve_continuous_lyapunov_tangent(x, a, q, *, a_dot, q_dot):
    right = np.zeros_like(x) if q_dot is None else q_dot
    right = right if a_dot is None else right - a_dot @ x - x @ transpose(a_dot)
    return linalg.solve_continuous_lyapunov(a, right)


@reverse_rule(
    linalg.solve_discrete_lyapunov,
    wrt=("a", "q"),
    kind=like(linalg.solve_discrete_lyapunov, "q"),
    samples=_lyapunov,
)
def solve_discrete_lyapunov(x_bar, x, a, q, method=None):
    """a x transpose(a) - x + q = 0, real."""
    q_bar = linalg.solve_discrete_lyapunov(transpose(a), x_bar, method)
    return q_bar @ a @ transpose(x) + transpose(q_bar) @ a @ x, q_bar


@forward_rule(linalg.solve_discrete_lyapunov)
def solve_discrete_lyapunov_tangent(x, a, q, method=None, *, a_dot, q_dot):
    right = np.zeros_like(x) if q_dot is None else q_dot
    right = right if a_dot is None else right + a_dot @ x @ transpose(a) + a @ x @ transpose(a_dot)
    return linalg.solve_discrete_lyapunov(a, right, method)


def _riccati(rng):
    a, b = 0.5 * rng.normal(size=(3, 3)), rng.normal(size=(3, 2))
    q, r = positive_definite(rng, 3, 3), positive_definite(rng, 2, 2)
    return [call(a, b, symmetric(q), symmetric(r))]


@reverse_rule(
    linalg.solve_continuous_are,
    wrt=("a", "b", "q", "r"),
    kind=like(linalg.solve_continuous_are, "a"),
    samples=_riccati,
)
def solve_continuous_are(x_bar, x, a, b, q, r):
    """transpose(a) x + x a - x b r**-1 transpose(b) x + q = 0. Source: Kao and Hennequin (2020), arXiv 2011.11430."""
    gain = np.linalg.solve(r, transpose(b) @ x)
    q_bar = linalg.solve_continuous_lyapunov(a - b @ gain, -0.5 * (x_bar + transpose(x_bar)))
    along = x @ q_bar
    return 2.0 * along, -2.0 * (along @ transpose(gain)), q_bar, gain @ q_bar @ transpose(gain)


@forward_rule(linalg.solve_continuous_are)
@helper
def solve_continuous_are_tangent(x, a, b, q, r, *, a_dot, b_dot, q_dot, r_dot):
    gain = np.linalg.solve(r, transpose(b) @ x)
    half = np.zeros_like(x) if a_dot is None else x @ a_dot
    half = half if b_dot is None else half - x @ b_dot @ gain
    moved = half + transpose(half)
    moved = moved if q_dot is None else moved + 0.5 * (q_dot + transpose(q_dot))
    moved = (
        moved
        if r_dot is None
        else moved + 0.5 * (transpose(gain) @ (r_dot + transpose(r_dot)) @ gain)
    )
    return linalg.solve_continuous_lyapunov(transpose(a - b @ gain), -moved)


@reverse_rule(
    linalg.solve_discrete_are,
    wrt=("a", "b", "q", "r"),
    kind=like(linalg.solve_discrete_are, "a"),
    samples=_riccati,
)
@helper
def solve_discrete_are(x_bar, x, a, b, q, r):
    """x = transpose(a) x a - transpose(a) x b (r + transpose(b) x b)**-1 transpose(b) x a + q."""
    gain = np.linalg.solve(r + transpose(b) @ x @ b, transpose(b) @ x @ a)
    closed = a - b @ gain
    q_bar = linalg.solve_discrete_lyapunov(closed, 0.5 * (x_bar + transpose(x_bar)))
    along = x @ closed @ q_bar
    return 2.0 * along, -2.0 * (along @ transpose(gain)), q_bar, gain @ q_bar @ transpose(gain)


@forward_rule(linalg.solve_discrete_are)
@helper
def solve_discrete_are_tangent(x, a, b, q, r, *, a_dot, b_dot, q_dot, r_dot):
    gain = np.linalg.solve(r + transpose(b) @ x @ b, transpose(b) @ x @ a)
    closed = a - b @ gain
    half = np.zeros_like(x) if a_dot is None else transpose(closed) @ x @ a_dot
    half = half if b_dot is None else half - transpose(closed) @ x @ b_dot @ gain
    moved = half + transpose(half)
    moved = moved if q_dot is None else moved + 0.5 * (q_dot + transpose(q_dot))
    moved = (
        moved
        if r_dot is None
        else moved + 0.5 * (transpose(gain) @ (r_dot + transpose(r_dot)) @ gain)
    )
    return linalg.solve_discrete_lyapunov(transpose(closed), moved)


# ---- polar decomposition -------------------------------------------------------------------


def _for_polar(rng):
    return [
        call(well_conditioned(rng, 3, 3)),
        call(rng.normal(size=(4, 2))),
        call(rng.normal(size=(2, 4)), "left"),
    ]


@reverse_rule(linalg.polar, wrt=("a",), samples=_for_polar)
@helper
def polar(y_bar, y, a, side="right"):
    """`a = u p` (or `p u`), full rank: u moves by a skew matrix that solves a Sylvester equation."""
    u, p = y
    u_bar, p_bar = (np.zeros_like(v) if bar is None else bar for v, bar in zip(y, y_bar))
    if side == "left":
        return transpose(_polar_bar(transpose(u), p, transpose(u_bar), transpose(p_bar)))
    return _polar_bar(u, p, u_bar, p_bar)


def _polar_bar(u, p, u_bar, p_bar):
    # u = a p**-1 and p p = transpose(a) a
    scaled = transpose(linalg.solve(p, transpose(u_bar)))
    p_bar = p_bar - transpose(u) @ scaled
    square_bar = linalg.solve_sylvester(transpose(p), transpose(p), p_bar)
    return scaled + u @ p @ (square_bar + transpose(square_bar))


@forward_rule(linalg.polar)
@helper
def polar_tangent(y, a, side="right", *, a_dot):
    u, p = y
    if side == "left":
        u_dot, p_dot = _polar_dot(transpose(u), p, transpose(a_dot))
        return transpose(u_dot), transpose(p_dot)
    return _polar_dot(u, p, a_dot)


def _polar_dot(u, p, a_dot):
    half = p @ transpose(u) @ a_dot
    p_dot = linalg.solve_sylvester(p, p, half + transpose(half))
    return transpose(linalg.solve(p, transpose(a_dot - u @ p_dot))), p_dot


# ---- results that do not vary --------------------------------------------------------------

constant(
    linalg.dft, linalg.hilbert, linalg.invhilbert, linalg.hadamard, linalg.helmert, linalg.pascal
)
constant(linalg.invpascal, *present(linalg, "bandwidth", "issymmetric", "ishermitian"))
