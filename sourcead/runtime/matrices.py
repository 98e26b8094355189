"""Adjoints of matrix functions that need more than a line: determinants, factorisations, least squares.

Matrices stand on the last two axes, in front of them any number of axes.  The formulas are those of
the field for inner products with conjugation; as adjoints here are not conjugated (JAX's
convention), each is conjugated on entry and the result once more: for real matrices both do nothing.

Sources: Giles (2008), report NA-08/01; Murray, arXiv 1602.07527 (Cholesky); Walter and Lehmann,
arXiv 1001.1654, Roberts and Roberts, arXiv 2009.10071 (QR); Wan and Zhang, arXiv 1909.02659 (SVD);
Boeddeker et al., arXiv 1701.00392 (eig); Golub and Pereyra (1973) (pinv).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sourcead.runtime.ties import is_rounding, of_any_basis, over_gaps, unsettled

__all__ = [
    "cholesky_adjoint",
    "cholesky_tangent",
    "cofactors",
    "cofactors_change",
    "eig_adjoint",
    "eig_tangent",
    "eigh_adjoint",
    "eigh_tangent",
    "from_triangle",
    "lstsq_adjoints",
    "lstsq_tangent",
    "multi_dot_adjoint",
    "multi_dot_tangent",
    "one_triangle",
    "pinv_adjoint",
    "pinv_tangent",
    "power_block",
    "power_block_adjoints",
    "power_block_tangent",
    "power_of_order",
    "qr_adjoint",
    "qr_tangent",
    "svd_adjoint",
    "svd_tangent",
    "singular_cofactors_change",
    "tensorinv_change",
    "tensorsolve_adjoints",
    "tensorsolve_tangent",
    "transposed",
    "cut_off",
]


def transposed(a: Any) -> Any:
    """The last two axes exchanged."""
    return np.swapaxes(a, -1, -2)


def _adjoint(a: Any) -> Any:
    """The conjugate transpose."""
    return np.conj(np.swapaxes(a, -1, -2))


def _diagonal(a: Any) -> Any:
    return np.diagonal(a, axis1=-2, axis2=-1)


def _on_diagonal(d: Any) -> Any:
    return np.expand_dims(d, -1) * np.eye(np.shape(d)[-1], dtype=np.result_type(d))


# ---- one triangle of a symmetric matrix ----------------------------------------------------


def one_triangle(full: Any, lower: bool = True) -> Any:
    """The adjoint of the triangle that a routine read, from that of the whole Hermitian matrix.

    >>> one_triangle(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 0.0], [5.0, 4.0]]
    """
    both = full + _adjoint(full)
    real = np.real(_diagonal(full)).astype(np.result_type(full))
    strict = np.tril(both, -1) if lower else np.triu(both, 1)
    return strict + _on_diagonal(real)


def from_triangle(a: Any, lower: bool = True) -> Any:
    """The Hermitian matrix that a routine sees in one triangle of `a`."""
    strict = np.tril(a, -1) if lower else np.triu(a, 1)
    real = np.real(_diagonal(a)).astype(np.result_type(a))
    return strict + _adjoint(strict) + _on_diagonal(real)


# ---- determinant ---------------------------------------------------------------------------


def cofactors(a: Any) -> Any:
    """The derivative of det(a): det(a) times the transposed inverse, and its limit for singular a.

    The limit by singular values: det(U) det(V) U diag(products of the other s) V'.
    """
    if np.shape(a)[-1] == 0:
        return np.zeros_like(a)
    s = np.linalg.svd(a, compute_uv=False)
    if np.all(s[..., -1] > 1e-6 * s[..., 0]):
        determinant = np.linalg.det(a)
        return np.expand_dims(determinant, (-1, -2)) * transposed(np.linalg.inv(a))
    u, s, vh = np.linalg.svd(a)
    ones = np.ones_like(s[..., :1])
    before = np.cumprod(np.concatenate([ones, s[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([ones, s[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    turn = np.expand_dims(np.linalg.det(u) * np.linalg.det(vh), (-1, -2))
    return turn * ((np.conj(u) * np.expand_dims(before * behind, -2)) @ np.conj(vh))


def cofactors_change(a: Any, change: Any) -> Any:
    """The derivative of the cofactors along `change`; a symmetric map, and so its own adjoint."""
    if np.shape(a)[-1] < 2:
        return np.zeros_like(a)
    s = np.linalg.svd(a, compute_uv=False)
    if np.all(s[..., -1] > 1e-6 * s[..., 0]):
        there = np.linalg.inv(a)
        moved = there @ change
        growth = np.expand_dims(np.trace(moved, axis1=-2, axis2=-1), (-1, -2))
        determinant = np.expand_dims(np.linalg.det(a), (-1, -2))
        return determinant * transposed(growth * there - moved @ there)
    return singular_cofactors_change(a, change)


def singular_cofactors_change(a: Any, change: Any) -> Any:
    """The same where the matrix has no inverse.

    In the bases of the singular vectors, where `a` is diagonal, a second derivative of the determinant
    is the product of all singular values but two, with the sign of the exchange.
    """
    u, s, vh = np.linalg.svd(a)
    turn = np.expand_dims(np.linalg.det(u) * np.linalg.det(vh), (-1, -2))
    inner = _adjoint(u) @ change @ _adjoint(vh)
    eye = np.eye(np.shape(a)[-1], dtype=bool)
    kept = ~(eye[:, np.newaxis, :] | eye[np.newaxis, :, :])
    others = np.prod(np.where(kept, s[..., np.newaxis, np.newaxis, :], 1.0), axis=-1)
    others = np.where(eye, 0.0, others)
    along = np.sum(others * np.expand_dims(_diagonal(inner), -2), axis=-1)
    moved = _on_diagonal(along) - others * transposed(inner)
    return turn * (np.conj(u) @ moved @ np.conj(vh))


# ---- Cholesky ------------------------------------------------------------------------------


def _half_lower(a: Any) -> Any:
    """The lower triangle with half the diagonal."""
    return np.tril(a) - 0.5 * _on_diagonal(_diagonal(a))


def cholesky_adjoint(factor_bar: Any, factor: Any, upper: bool = False) -> Any:
    """a = l l': the whole adjoint is l^-T phi(l^T l_bar) l^-1, of which one triangle was read."""
    if upper:
        return transposed(cholesky_adjoint(transposed(factor_bar), transposed(factor)))
    inner = _half_lower(transposed(factor) @ factor_bar)
    left = np.linalg.solve(transposed(factor), inner)
    full = np.linalg.solve(transposed(np.conj(factor)), transposed(left))
    return one_triangle(transposed(full))


def cholesky_tangent(factor: Any, a_dot: Any, upper: bool = False) -> Any:
    """l_dot = l phi(l^-1 a_dot l^-H); an infinite slope of a row stays in this row and in what follows of it."""
    if upper:
        return transposed(cholesky_tangent(transposed(factor), transposed(a_dot)))
    if not np.isfinite(a_dot).all():
        return _cholesky_tangent_by_columns(factor, a_dot)
    moved = np.linalg.solve(factor, from_triangle(a_dot))
    moved = _adjoint(np.linalg.solve(factor, _adjoint(moved)))
    return factor @ _half_lower(moved)


def _cholesky_tangent_by_columns(factor: Any, a_dot: Any) -> Any:
    """In the order of a factorization: no product of slopes of rows that have no part in each other."""
    l_dot = np.zeros(np.shape(factor), np.result_type(factor))
    for j in range(np.shape(factor)[-1]):
        column = a_dot[..., j:, j]
        for k in range(j):
            column = column - l_dot[..., j:, k] * np.conj(factor[..., j : j + 1, k])
            column = column - factor[..., j:, k] * np.conj(l_dot[..., j : j + 1, k])
        pivot = factor[..., j : j + 1, j]
        own = 0.5 * np.real(column[..., :1]) / pivot
        below = (column[..., 1:] - factor[..., j + 1 :, j] * own) / pivot
        l_dot[..., j:, j] = np.concatenate([own, below], axis=-1)
    return l_dot


# ---- QR ------------------------------------------------------------------------------------


def qr_adjoint(q_bar: Any, r_bar: Any, q: Any, r: Any) -> Any:
    """Tall, square and wide; with all columns of q (complete) or only those of a (reduced)."""
    m, k = np.shape(q)[-2:]
    n = np.shape(r)[-1]
    q_bar = np.zeros_like(q) if q_bar is None else np.conj(q_bar)
    r_bar = np.zeros_like(r) if r_bar is None else np.conj(r_bar)
    if k > n:  # complete: the further columns turn against the first
        q1, q2 = q[..., :n], q[..., n:]
        q2_bar = np.conj(of_any_basis(q2, np.conj(q_bar[..., n:])))
        q_bar = q_bar[..., :n] - q2 @ (_adjoint(q2_bar) @ q1)
        return np.conj(_qr_tall(q_bar, r_bar[..., :n, :], q1, r[..., :n, :]))
    if n > m:  # wide: the further columns of a are q v
        y_bar = q @ r_bar[..., m:]
        q_bar = q_bar + _wide_part(q, r[..., m:], r_bar[..., m:])
        x_bar = _qr_tall(q_bar, r_bar[..., :m], q, r[..., :m])
        return np.conj(np.concatenate([x_bar, y_bar], axis=-1))
    return np.conj(_qr_tall(q_bar, r_bar, q, r))


def _wide_part(q: Any, v: Any, v_bar: Any) -> Any:
    """v = q' y: what v_bar asks of q is y v_bar', with y = q v."""
    return (q @ v) @ _adjoint(v_bar)


def _qr_tall(q_bar: Any, r_bar: Any, q: Any, r: Any) -> Any:
    inner = r @ _adjoint(r_bar) - _adjoint(q_bar) @ q
    strict = np.tril(inner, -1)
    copied = (
        strict
        + _adjoint(strict)
        + _on_diagonal(np.real(_diagonal(inner)).astype(np.result_type(inner)))
    )
    return _adjoint(np.linalg.solve(r, _adjoint(q_bar + q @ copied)))


def qr_tangent(q: Any, r: Any, a_dot: Any) -> tuple[Any, Any]:
    """The tangents of q and r, reduced or complete."""
    m, k = np.shape(q)[-2:]
    n = np.shape(r)[-1]
    if n > m:
        q_dot, u_dot = qr_tangent(q, r[..., :m], a_dot[..., :m])
        v_dot = _adjoint(q) @ (a_dot[..., m:] - q_dot @ r[..., m:])
        return q_dot, np.concatenate([u_dot, v_dot], axis=-1)
    q1, r1 = q[..., :n], r[..., :n, :]
    moved = _adjoint(np.linalg.solve(_adjoint(r1), _adjoint(a_dot)))  # a_dot r^-1
    inner = _adjoint(q1) @ moved
    strict = np.tril(inner, -1)
    turn = (
        strict
        - _adjoint(strict)
        + _on_diagonal(
            1j * np.imag(_diagonal(inner)) if np.iscomplexobj(inner) else 0.0 * _diagonal(inner)
        )
    )
    q_dot = q1 @ turn + moved - q1 @ inner
    r_dot = (inner - turn) @ r1
    if k > n:
        q2 = q[..., n:]
        q_dot = np.concatenate([q_dot, -q1 @ _adjoint(_adjoint(q2) @ moved)], axis=-1)
        r_dot = np.concatenate([r_dot, np.zeros_like(r[..., n:, :])], axis=-2)
    return q_dot, r_dot


# ---- eigenvalues ---------------------------------------------------------------------------


def eigh_adjoint(w_bar: Any, v_bar: Any, w: Any, v: Any, lower: bool) -> Any:
    """conj(V) (diag w_bar + F * (V^T v_bar)) V^T, of which one triangle was read.

    F[i, j] = 1 / (w[j] - w[i]); for ties see `runtime/ties.py`.  Complex eigenvectors have a phase: LAPACK
    leaves the first row real (the last for the upper triangle), and so does the derivative.
    """
    inner = 0.0 if w_bar is None else _on_diagonal(w_bar)
    if v_bar is not None:
        row = v[..., :1, :] if lower else v[..., -1:, :]
        asked = _without_phase(transposed(v) @ v_bar, row)
        inner = inner + over_gaps(asked, w, unsettled(asked, w_bar))
    return one_triangle(np.conj(v) @ inner @ transposed(v), lower)


def _without_phase(inner: Any, row: Any) -> Any:
    """Takes out the phases that would turn the real `row` of the eigenvectors."""
    if not np.iscomplexobj(inner):
        return inner
    phase = np.expand_dims(np.imag(_diagonal(inner)), -2)
    return inner - 1j * phase / np.where(row == 0, 1.0, row) * transposed(row)


def eigh_tangent(w: Any, v: Any, a_dot: Any, lower: bool) -> tuple[Any, Any]:
    """w_dot = diag(V' a_dot V), v_dot = V (F * (V' a_dot V)), the real row kept real."""
    inner = _adjoint(v) @ from_triangle(a_dot, lower) @ v
    v_dot = v @ over_gaps(inner, w, inner)
    if np.iscomplexobj(v):
        row, row_dot = (
            (v[..., :1, :], v_dot[..., :1, :]) if lower else (v[..., -1:, :], v_dot[..., -1:, :])
        )
        v_dot = v_dot - 1j * v * (np.imag(row_dot) / np.where(row == 0, 1.0, row))
    return np.real(_diagonal(inner)).copy(), v_dot


def eig_adjoint(w_bar: Any, v_bar: Any, w: Any, v: Any, a: Any) -> Any:
    """V^-T (diag w_bar + F * Q) V^T, where Q is V^T v_bar without what length and phase take out.

    NumPy's eigenvectors have length 1 and a real largest component.
    """
    inner = 0.0 if w_bar is None else _on_diagonal(w_bar)
    if v_bar is not None:
        asked = transposed(v) @ v_bar
        diagonal = np.expand_dims(_diagonal(asked), -2)
        asked = asked - np.real(diagonal) * np.conj(_adjoint(v) @ v)
        if np.iscomplexobj(v):
            largest = np.expand_dims(np.argmax(np.abs(v), axis=-2), -2)
            rows = np.take_along_axis(
                v, transposed(largest), -2
            )  # (j, i): component that is real in vector j
            own = np.take_along_axis(v, largest, -2)
            asked = asked - 1j * np.imag(diagonal) / own * transposed(rows)
        lost = unsettled(asked, np.zeros_like(w) if w_bar is None else w_bar)
        inner = inner + over_gaps(asked, w, lost)
    a_bar = np.linalg.solve(transposed(v), inner @ transposed(v))
    return np.real(a_bar) if np.isrealobj(a) else a_bar


def eig_tangent(w: Any, v: Any, a_dot: Any) -> tuple[Any, Any]:
    """w_dot = diag(V^-1 a_dot V); v_dot = V (F * (V^-1 a_dot V)), length and phase kept."""
    inner = np.linalg.solve(v, a_dot @ v)
    v_dot = v @ over_gaps(inner, w, inner)
    v_dot = v_dot - v * np.real(np.sum(np.conj(v) * v_dot, axis=-2, keepdims=True))
    if np.iscomplexobj(v):
        largest = np.expand_dims(np.argmax(np.abs(v), axis=-2), -2)
        own, turned = np.take_along_axis(v, largest, -2), np.take_along_axis(v_dot, largest, -2)
        v_dot = v_dot - 1j * v * (np.imag(turned) / np.real(own))
    else:  # SciPy's eigenvalues are complex also where all of them are real
        v_dot = np.real(v_dot)
    return _diagonal(inner) + np.zeros_like(w), v_dot


# ---- singular values -----------------------------------------------------------------------


def svd_adjoint(u_bar: Any, s_bar: Any, vh_bar: Any, u: Any, s: Any, vh: Any) -> Any:
    """conj(U) D V^T plus what leaves the spans of U and V.

    The turning of U (p) and of V (q) gives (p s_j + s_i q) / (s_j**2 - s_i**2), off the diagonal: its part
    p - q meets sums of singular values only, so that a function of U V' has its derivative at ties, too.
    """
    k = np.shape(s)[-1]
    u1, v1 = u[..., :k], _adjoint(vh)[..., :k]
    inner = 0.0 if s_bar is None else _on_diagonal(s_bar)
    outside = 0.0
    turn_u: Any = 0.0
    turn_v: Any = 0.0
    if u_bar is not None:
        asked = transposed(u1) @ u_bar[..., :k]
        turn_u = asked - _adjoint(asked)
        rest = u_bar[..., :k] - np.conj(u1) @ asked
        if np.shape(u)[-1] > k:
            u2 = u[..., k:]
            u2_bar = of_any_basis(u2, u_bar[..., k:])
            rest = rest - np.conj(u2) @ _adjoint(transposed(u1) @ u2_bar)
        outside = outside + _over_values(rest, s, u_bar) @ transposed(v1)
    if vh_bar is not None:
        v_bar = _adjoint(vh_bar)
        asked = transposed(v1) @ v_bar[..., :k]
        turn_v = asked - _adjoint(asked)
        rest = v_bar[..., :k] - np.conj(v1) @ asked
        if np.shape(vh)[-2] > k:
            v2 = _adjoint(vh)[..., k:]
            v2_bar = of_any_basis(v2, v_bar[..., k:])
            rest = rest - np.conj(v2) @ _adjoint(transposed(v1) @ v2_bar)
        outside = outside + np.conj(u1) @ _adjoint(_over_values(rest, s, v_bar))
    if u_bar is not None or vh_bar is not None:
        both = 0.5 * (turn_u + turn_v)
        size = np.abs(turn_u) + np.abs(turn_v)
        lost = both if s_bar is None else unsettled(size, s_bar)
        inner = (
            inner + over_gaps(both, s, lost, size) + _over_sums(0.5 * (turn_u - turn_v), s, size)
        )
    return np.conj(u1) @ inner @ transposed(v1) + outside


def _over_sums(turn: Any, s: Any, size: Any) -> Any:
    """turn[i, j] / (s[i] + s[j]): NaN between two zeros, unless nothing is asked there."""
    sums = np.expand_dims(s, -2) + np.expand_dims(s, -1)
    zero = is_rounding(sums, s[..., np.newaxis])
    undefined = zero & ~is_rounding(turn, size)
    return np.where(undefined, np.nan, np.where(zero, 0.0, turn / np.where(zero, 1.0, sums)))


def _over_values(columns: Any, s: Any, asked: Any) -> Any:
    """Each column over its singular value: NaN where that is 0, unless nothing is asked there."""
    zero = np.swapaxes(is_rounding(s[..., np.newaxis], s[..., np.newaxis]), -1, -2)
    undefined = zero & ~is_rounding(columns, asked)
    divisor = np.where(zero, 1.0, np.expand_dims(s, -2))
    return np.where(undefined, np.nan, np.where(zero, 0.0, columns / divisor))


def svd_tangent(u: Any, s: Any, vh: Any, a_dot: Any) -> tuple[Any, Any, Any]:
    """The tangents of u, s and vh."""
    k = np.shape(s)[-1]
    u1, v = u[..., :k], _adjoint(vh)
    v1 = v[..., :k]
    moved = _adjoint(u1) @ a_dot @ v1
    symmetric = 0.5 * (moved + _adjoint(moved))
    both = over_gaps(symmetric, s, symmetric, moved)
    skew = _over_sums(moved - symmetric, s, moved)
    if np.iscomplexobj(moved):  # the phase of a pair of vectors is free: V is left as it is
        phase = _on_diagonal(_diagonal(skew))
        turn_u, turn_v = both + skew + phase, both - skew + phase
    else:
        turn_u, turn_v = both + skew, both - skew
    leaving_u = _over_values(a_dot @ v1 - u1 @ moved, s, a_dot)
    leaving_v = _over_values(_adjoint(a_dot) @ u1 - v1 @ _adjoint(moved), s, a_dot)
    u_dot = u1 @ turn_u + leaving_u
    v_dot = v1 @ turn_v + leaving_v
    if np.shape(u)[-1] > k:
        u2 = u[..., k:]
        u_dot = np.concatenate([u_dot, -u1 @ _adjoint(_adjoint(u2) @ leaving_u)], axis=-1)
    if np.shape(v)[-1] > k:
        v2 = v[..., k:]
        v_dot = np.concatenate([v_dot, -v1 @ _adjoint(_adjoint(v2) @ leaving_v)], axis=-1)
    return u_dot, np.real(_diagonal(moved)).copy(), _adjoint(v_dot)


# ---- pseudo-inverse and least squares ------------------------------------------------------


def pinv_adjoint(p_bar: Any, p: Any, a: Any) -> Any:
    """p = pinv(a), of constant rank: the three terms of Golub and Pereyra."""
    seed = np.conj(p_bar)
    left = a @ p
    right = p @ a
    asked = _adjoint(seed)
    outside = asked @ p @ _adjoint(p)
    inside = _adjoint(p) @ p @ asked
    total = outside - left @ outside + inside - inside @ right
    return np.conj(total - _adjoint(p) @ seed @ _adjoint(p))


def pinv_tangent(p: Any, a: Any, a_dot: Any) -> Any:
    moved = _adjoint(a_dot)
    outside = p @ _adjoint(p) @ moved
    inside = moved @ _adjoint(p) @ p
    return outside - outside @ a @ p + inside - p @ a @ inside - p @ a_dot @ p


def lstsq_adjoints(
    x_bar: Any, residuals_bar: Any, s_bar: Any, x: Any, a: Any, b: Any, rcond: Any
) -> tuple[Any, Any]:
    """x = pinv(a) b, whose adjoint is of low rank: sums of outer products with the columns of b.

    The residuals are the squared lengths of b - a x (the derivative of x does not enter: they are least).
    """
    p = np.linalg.pinv(a, rcond=cut_off(a, rcond))
    columns = _as_columns(x)
    targets = _as_columns(b)
    rest = targets - a @ columns
    a_bar = np.zeros_like(a)
    b_bar = np.zeros_like(targets)
    if x_bar is not None:
        seed = np.conj(np.reshape(x_bar, np.shape(columns)))
        back = _adjoint(p) @ seed
        z = p @ back
        b_bar = b_bar + back
        a_bar = a_bar - back @ _adjoint(columns) + rest @ _adjoint(z)
        a_bar = a_bar + (_adjoint(p) @ columns) @ _adjoint(seed - _adjoint(a) @ back)
    if residuals_bar is not None and np.size(residuals_bar):
        pull = 2.0 * np.reshape(residuals_bar, (1, -1)) * rest
        b_bar = b_bar + pull
        a_bar = a_bar - pull @ _adjoint(columns)
    a_bar = np.conj(a_bar)
    if s_bar is not None:
        a_bar = a_bar + svd_adjoint(None, s_bar, None, *np.linalg.svd(a, full_matrices=False))
    return a_bar, np.reshape(np.conj(b_bar), np.shape(b))


def _as_columns(x: Any) -> Any:
    return np.expand_dims(x, 1) if np.ndim(x) == 1 else x


def lstsq_tangent(
    y: Any, a: Any, b: Any, rcond: Any, a_dot: Any, b_dot: Any
) -> tuple[Any, Any, None, Any]:
    p = np.linalg.pinv(a, rcond=cut_off(a, rcond))
    x, residuals = y[0], y[1]
    columns = _as_columns(x)
    rest = _as_columns(b) - a @ columns
    x_dot = np.zeros_like(columns)
    rest_dot = np.zeros_like(rest)
    s_dot = None
    if b_dot is not None:
        rest_dot = rest_dot + np.reshape(b_dot, np.shape(rest))
        x_dot = x_dot + p @ np.reshape(b_dot, np.shape(rest))
    if a_dot is not None:
        rest_dot = rest_dot - a_dot @ columns
        x_dot = x_dot + pinv_tangent(p, a, a_dot) @ np.reshape(b, np.shape(rest))
        u, s, vh = np.linalg.svd(a, full_matrices=False)
        s_dot = svd_tangent(u, s, vh, a_dot)[1]
    moved = 2.0 * np.real(np.sum(np.conj(rest) * rest_dot, axis=0))
    residuals_dot = np.reshape(moved, np.shape(residuals)) if np.size(residuals) else None
    return np.reshape(x_dot, np.shape(x)), residuals_dot, None, s_dot


def cut_off(a: Any, rcond: Any) -> Any:
    """What `np.linalg.lstsq` takes for zero among the singular values."""
    if rcond is None:
        return np.finfo(np.result_type(a, np.float32)).eps * max(np.shape(a))
    return np.finfo(np.result_type(a, np.float32)).eps if rcond == -1 else rcond


# ---- inverses of tensors -------------------------------------------------------------------


def tensorinv_change(y: Any, a: Any, ind: int, change: Any, adjoint: bool) -> Any:
    """-y change y for y = tensorinv(a, ind), all as matrices; with the transposed y as the adjoint."""
    rows = math.prod(np.shape(a)[:ind])
    square = np.reshape(y, (-1, rows))
    if adjoint:
        return np.reshape(-square.T @ np.reshape(change, np.shape(square)) @ square.T, np.shape(a))
    return np.reshape(-square @ np.reshape(change, np.shape(square.T)) @ square, np.shape(y))


def _tensor_order(a: Any, axes: Any) -> list[int]:
    order = list(range(np.ndim(a)))
    return order if axes is None else [i for i in order if i not in axes] + list(axes)


def tensorsolve_adjoints(x_bar: Any, x: Any, a: Any, b: Any, axes: Any) -> tuple[Any, Any]:
    """Adjoints of `np.linalg.tensorsolve(a, b, axes)`: those of `solve` on the tensors as matrices."""
    order = _tensor_order(a, axes)
    moved = np.transpose(a, order)
    square = np.reshape(moved, (-1, np.size(x)))
    b_bar = np.linalg.solve(square.T, np.ravel(x_bar))
    moved_bar = np.reshape(-np.outer(b_bar, np.ravel(x)), np.shape(moved))
    return np.transpose(moved_bar, np.argsort(order)), np.reshape(b_bar, np.shape(b))


def tensorsolve_tangent(x: Any, a: Any, axes: Any, a_dot: Any, b_dot: Any) -> Any:
    order = _tensor_order(a, axes)
    square = np.reshape(np.transpose(a, order), (-1, np.size(x)))
    right = np.zeros(np.size(x)) if b_dot is None else np.ravel(b_dot)
    if a_dot is not None:
        right = right - np.reshape(np.transpose(a_dot, order), np.shape(square)) @ np.ravel(x)
    return np.reshape(np.linalg.solve(square, right), np.shape(x))


# ---- products ------------------------------------------------------------------------------


def power_of_order(a: Any, n: int) -> Any:
    """`np.linalg.matrix_power` in new storage; only with n = 1 that makes none."""
    power = np.linalg.matrix_power(a, n)
    return power.copy() if power is a else power


def power_block(a: Any, change: Any, n: int) -> Any:
    """The derivative of a**n along `change`: the corner of [[a, change], [0, a]]**n, for any whole n."""
    size = np.shape(a)[-1]
    return np.linalg.matrix_power(_block(a, change), n)[..., :size, size:]


def _block(a: Any, corner: Any) -> Any:
    """[[a, corner], [0, a]]"""
    upper = np.concatenate([a, corner], axis=-1)
    return np.concatenate([upper, np.concatenate([np.zeros_like(a), a], axis=-1)], axis=-2)


def power_block_adjoints(x_bar: Any, a: Any, change: Any, n: int) -> tuple[Any, Any]:
    """Adjoints of `power_block`, by itself: that of [[a, change], [0, a]]**n for a seed in the corner."""
    size = np.shape(a)[-1]
    seed = _block(np.zeros_like(x_bar), x_bar)
    bar = power_block(transposed(_block(a, change)), seed, n)
    return bar[..., :size, :size] + bar[..., size:, size:], bar[..., :size, size:]


def power_block_tangent(x: Any, a: Any, change: Any, n: int, a_dot: Any, change_dot: Any) -> Any:
    size = np.shape(a)[-1]
    x_dot: Any = np.zeros_like(x)
    if change_dot is not None:
        x_dot = x_dot + power_block(a, change_dot, n)
    if a_dot is not None:
        moved = _block(a_dot, np.zeros_like(a_dot))
        x_dot = x_dot + power_block(_block(a, change), moved, n)[..., :size, size:]
    return x_dot


def multi_dot_adjoint(y_bar: Any, arrays: Any) -> tuple[Any, ...]:
    """For each factor the product of those before it, the seed, and those behind it, transposed."""
    factors = [np.asarray(a) for a in arrays]
    if factors[0].ndim == 1:
        factors[0] = factors[0][None, :]
    if factors[-1].ndim == 1:
        factors[-1] = factors[-1][:, None]
    seed = np.reshape(y_bar, (factors[0].shape[0], factors[-1].shape[1]))
    behind = [seed]
    for factor in factors[:0:-1]:
        behind.append(behind[-1] @ factor.T)
    bars: list[Any] = []
    before = np.eye(factors[0].shape[0], dtype=seed.dtype)
    for array, factor, rest in zip(arrays, factors, reversed(behind)):
        bars.append(np.reshape(before.T @ rest, np.shape(array)))
        before = before @ factor
    return tuple(bars)


def multi_dot_tangent(arrays: Any, dots: Any) -> Any:
    """Each factor in turn replaced by its tangent (None: it has none)."""
    total: Any = 0.0
    for k, dot in enumerate(dots):
        if dot is not None:
            total = total + np.linalg.multi_dot([*arrays[:k], dot, *arrays[k + 1 :]])
    return total
