"""Derivatives of matrix factorizations, for one real matrix or a stack of them: (..., m, n).

Where eigenvalues agree to rounding, see `sourcead.runtime.ties`.

Sources: Giles (2008), NA-08/01; Murray (2016), arXiv 1602.07527; Walter and Lehmann (2010), arXiv
1001.1654; Roberts and Roberts (2020), arXiv 2009.10071; de Hoog, Anderssen and Lukas (2011).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.ties import over_gaps, unsettled

__all__ = [
    "cholesky_bar", "cholesky_dot", "eigh_bar", "eigh_dot", "ldl_bar", "ldl_dot", "lu_bar",
    "lu_dot", "transpose",
]  # fmt: skip


def transpose(a: Any) -> Any:
    return np.swapaxes(a, -1, -2)


def _adjoint(a: Any) -> Any:
    return np.conj(np.swapaxes(a, -1, -2))


def _real(*matrices: Any) -> None:
    if any(np.iscomplexobj(a) for a in matrices):
        raise NotImplementedError("this factorization has no derivative rule for complex matrices")


def _diagonal_matrix(w: Any) -> Any:
    return w[..., np.newaxis] * np.eye(w.shape[-1], dtype=bool)  # in the precision of w


# -- a = l @ l.T -----------------------------------------------------------------------------


def _half(a: Any) -> Any:
    """The lower triangle with half of the diagonal."""
    return np.tril(a) - 0.5 * _diagonal_matrix(np.diagonal(a, 0, -2, -1))


def cholesky_bar(factor: Any, factor_bar: Any) -> Any:
    """The adjoint of the (Hermitian) matrix whose factor it is; complex: JAX's convention."""
    middle = _half(_adjoint(factor) @ np.conj(factor_bar))
    left = np.linalg.solve(_adjoint(factor), middle)
    a_bar = _adjoint(np.linalg.solve(_adjoint(factor), _adjoint(left)))
    return np.conj(0.5 * (a_bar + _adjoint(a_bar)))


def cholesky_dot(factor: Any, a_dot: Any) -> Any:
    left = np.linalg.solve(factor, a_dot)
    return factor @ _half(_adjoint(np.linalg.solve(factor, _adjoint(left))))


# -- a = l @ u (rows already exchanged) ---------------------------------------------------------


def lu_bar(low: Any, up: Any, l_bar: Any, u_bar: Any) -> Any:
    """Square: l**-T (tril_(-1)(l.T l_bar) + triu(u_bar u.T)) u**-T; the rest by block elimination."""
    m, n = low.shape[-2], up.shape[-1]
    k = min(m, n)
    top, left = low[..., :k, :], up[..., :, :k]
    l_bar = np.zeros_like(low) if l_bar is None else l_bar
    u_bar = np.zeros_like(up) if u_bar is None else u_bar
    a_bar = np.zeros(
        np.broadcast_shapes(l_bar.shape[:-2], u_bar.shape[:-2]) + (m, n), np.result_type(low, up)
    )
    top_bar, left_bar = l_bar[..., :k, :], u_bar[..., :, :k]
    if m > k:
        below = transpose(np.linalg.solve(left, transpose(l_bar[..., k:, :])))
        a_bar[..., k:, :] = below
        left_bar = left_bar - transpose(low[..., k:, :]) @ below
    if n > k:
        beside = np.linalg.solve(transpose(top), u_bar[..., :, k:])
        a_bar[..., :, k:] = beside
        top_bar = top_bar - beside @ transpose(up[..., :, k:])
    middle = np.tril(transpose(top) @ top_bar, -1) + np.triu(left_bar @ transpose(left))
    a_bar[..., :k, :k] = transpose(
        np.linalg.solve(left, transpose(np.linalg.solve(transpose(top), middle)))
    )
    return a_bar


def lu_dot(low: Any, up: Any, a_dot: Any) -> tuple[Any, Any]:
    m, n = low.shape[-2], up.shape[-1]
    k = min(m, n)
    top, left = low[..., :k, :], up[..., :, :k]
    middle = transpose(
        np.linalg.solve(transpose(left), transpose(np.linalg.solve(top, a_dot[..., :k, :k])))
    )
    l_dot, u_dot = top @ np.tril(middle, -1), np.triu(middle) @ left
    if m > k:
        rest = a_dot[..., k:, :] - low[..., k:, :] @ u_dot
        below = transpose(np.linalg.solve(transpose(left), transpose(rest)))
        l_dot = np.concatenate([l_dot, below], axis=-2)
    if n > k:
        rest = a_dot[..., :, k:] - l_dot @ up[..., :, k:]
        u_dot = np.concatenate([u_dot, np.linalg.solve(top, rest)], axis=-1)
    return l_dot, u_dot


# -- a = l @ d @ l.T (rows and columns already exchanged) ------------------------------------------


def ldl_bar(factor: Any, d: Any, factor_bar: Any, d_bar: Any, lower: bool) -> Any:
    """l**-T (outside(l.T l_bar d**-1) + blocks(d_bar)) l**-1: the adjoint of `ldl_dot`."""
    middle: Any = 0.0 if d_bar is None else np.where(_blocks(d), d_bar, 0.0)
    if factor_bar is not None:
        asked = transpose(np.linalg.solve(d, transpose(transpose(factor) @ factor_bar)))
        middle = middle + _outside(asked, d, lower)
    left = np.linalg.solve(transpose(factor), middle)
    return transpose(np.linalg.solve(transpose(factor), transpose(left)))


def ldl_dot(factor: Any, d: Any, a_dot: Any, lower: bool) -> tuple[Any, Any]:
    """l**-1 da l**-T is x d + dd + (x d).T with x = l**-1 dl, which is zero in the blocks of d."""
    middle = np.linalg.solve(factor, transpose(np.linalg.solve(factor, transpose(a_dot))))
    turned = np.linalg.solve(d, transpose(_outside(middle, d, lower)))  # d is symmetric
    return factor @ transpose(turned), np.where(_blocks(d), middle, 0.0)


def _blocks(d: Any) -> Any:
    """The places of the blocks of d, 1 x 1 and 2 x 2."""
    return (d != 0.0) | np.eye(d.shape[-1], dtype=bool)


def _outside(a: Any, d: Any, lower: bool) -> Any:
    """The triangle without the blocks."""
    return np.where(_blocks(d), 0.0, np.tril(a) if lower else np.triu(a))


# -- a @ v = b @ v @ diag(w), symmetric ---------------------------------------------------------


def eigh_bar(w: Any, v: Any, w_bar: Any, v_bar: Any) -> tuple[Any, Any]:
    """The adjoints of a and b, both symmetric (b the identity where there is none)."""
    middle = _diagonal_matrix(np.zeros_like(w) if w_bar is None else w_bar)
    norms: Any = 0.0
    if v_bar is not None:
        _real(v)
        inner = transpose(v) @ v_bar
        middle = middle + over_gaps(inner, w, unsettled(inner, w_bar))
        norms = _diagonal_matrix(0.5 * np.diagonal(inner, 0, -2, -1))
    a_bar = np.conj(v) @ middle @ transpose(v)
    b_bar = -np.conj(v) @ (middle * w[..., np.newaxis, :] + norms) @ transpose(v)
    return 0.5 * (a_bar + _adjoint(a_bar)), 0.5 * (b_bar + _adjoint(b_bar))


def eigh_dot(w: Any, v: Any, a_dot: Any, b_dot: Any = None) -> tuple[Any, Any]:
    _real(v)
    change = 0.0 if a_dot is None else transpose(v) @ a_dot @ v
    norms: Any = 0.0
    if b_dot is not None:
        in_b = transpose(v) @ b_dot @ v
        change = change - in_b * w[..., np.newaxis, :]
        norms = -_diagonal_matrix(0.5 * np.diagonal(in_b, 0, -2, -1))
    return np.diagonal(change, 0, -2, -1).copy(), v @ (over_gaps(change, w, change) + norms)
