"""Derivatives of eigenvalues and singular values, of all orders that functions of them alone have.

The slope of f(w(a)), w the eigenvalues, is V diag(w_bar) V'.  Its own derivative has the divided differences
(w_bar_i - w_bar_j) / (w_i - w_j) (Daleckii and Krein).  Where eigenvalues are equal any basis of their
space is one of eigenvectors; along a direction the one in which the direction is diagonal counts, for then
these terms are 0 (Rellich).  So tangents there take that basis, and the second derivative of a function that is
symmetric in equal eigenvalues is right, by forward mode over reverse.  Where it does not exist, or where
a formula cannot know the basis (reverse mode over reverse), it is NaN.

Singular values are eigenvalues of [[0, a], [a', 0]], in pairs s and -s: the symmetric part of U' e V
meets differences of them, the skew part sums.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.matrices import from_triangle, one_triangle
from sourcead.runtime.ties import is_rounding, tied

__all__ = [
    "eigenvalue_adjoints",
    "eigenvalue_change",
    "eigenvalue_second",
    "eigenvalue_second_adjoints",
    "eigenvalue_slope",
    "eigenvalue_slope_change",
    "singular_adjoints",
    "singular_change",
    "singular_second",
    "singular_second_adjoints",
    "singular_slope",
    "singular_slope_change",
]


def _adjoint(a: Any) -> Any:
    return np.conj(np.swapaxes(a, -1, -2))


def _diagonal(a: Any) -> Any:
    return np.real(np.diagonal(a, axis1=-2, axis2=-1)).copy()  # a view of it may be read-only


def _on_diagonal(d: Any) -> Any:
    return np.expand_dims(d, -1) * np.eye(np.shape(d)[-1], dtype=np.result_type(d))


def _nan_where(undefined: Any, a: Any) -> Any:
    return np.where(undefined, np.nan, a)


def _along(w: Any, inner: Any) -> tuple[Any, Any]:
    """A rotation within each group of equal values (rising) that makes `inner` diagonal there; and what it is then.

    In a group the diagonal rises, as that of the values does.
    """
    same = tied(w)
    off = same & ~np.eye(np.shape(w)[-1], dtype=bool)
    if not np.any(off & ~is_rounding(inner, inner)):
        return np.zeros_like(inner) + np.eye(np.shape(w)[-1], dtype=np.result_type(inner)), inner
    less = ~same & (np.expand_dims(w, -2) < np.expand_dims(w, -1))
    group = np.sum(np.where(less, np.expand_dims(np.ones_like(w), -1), 0.0), axis=-1)
    size = np.sqrt(np.sum(np.abs(inner) ** 2, axis=(-2, -1), keepdims=True))
    _, turn = np.linalg.eigh(np.where(same, inner, 0.0) + _on_diagonal(group) * (2.0 * size))
    return turn, np.where(off, 0.0, _adjoint(turn) @ inner @ turn)


def _over_differences(w: Any, w_bar: Any, inner: Any) -> Any:
    """(w_bar_i - w_bar_j) / (w_i - w_j) * inner; at ties NaN where `inner` or `w_bar` do not let it be 0."""
    same = tied(w)
    gaps = np.expand_dims(w, -1) - np.expand_dims(w, -2)
    rise = np.expand_dims(w_bar, -1) - np.expand_dims(w_bar, -2)
    found = np.where(same, 0.0, inner * rise / np.where(same, 1.0, gaps))
    along = _diagonal(inner)
    split = np.expand_dims(along, -1) - np.expand_dims(along, -2)
    moved = ~is_rounding(split, inner) & ~is_rounding(rise, w_bar[..., np.newaxis])
    off = ~np.eye(np.shape(w)[-1], dtype=bool) & ~is_rounding(inner, inner)
    return _nan_where(same & (moved | off), found)


# ---- eigenvalues of a Hermitian matrix, of which one triangle is read --------------------------


def eigenvalue_change(a: Any, change: Any, lower: bool = True) -> Any:
    """The tangent of `np.linalg.eigvalsh(a)`: at ties the eigenvalues of change in their space."""
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    _, inner = _along(w, _adjoint(v) @ from_triangle(change, lower) @ v)
    return _diagonal(inner)


def eigenvalue_slope(a: Any, w_bar: Any, lower: bool = True) -> Any:
    """The adjoint of the matrix for one of its eigenvalues: conj(V) diag(w_bar) V^T, in the triangle.

    >>> eigenvalue_slope(np.diag([2.0, 3.0]), np.array([1.0, 5.0])).tolist()
    [[1.0, 0.0], [0.0, 5.0]]
    """
    _, v = np.linalg.eigh(a, "L" if lower else "U")
    full = (np.conj(v) * np.expand_dims(w_bar, -2)) @ np.swapaxes(v, -1, -2)
    return one_triangle(full, lower)


def eigenvalue_slope_change(a: Any, w_bar: Any, lower: bool, a_dot: Any, w_bar_dot: Any) -> Any:
    """The tangent of `eigenvalue_slope`."""
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    middle: Any = 0.0
    if a_dot is not None:
        turn, inner = _along(w, _adjoint(v) @ from_triangle(a_dot, lower) @ v)
        v = v @ turn
        middle = _over_differences(w, w_bar, inner)
    if w_bar_dot is not None:
        middle = middle + _on_diagonal(w_bar_dot)
    return one_triangle(np.conj(v @ middle @ _adjoint(v)), lower)


def eigenvalue_adjoints(slope_bar: Any, a: Any, w_bar: Any, lower: bool) -> tuple[Any, Any]:
    """The adjoints of a and w_bar in `eigenvalue_slope`."""
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    inner = _adjoint(v) @ from_triangle(slope_bar, lower) @ v
    full = v @ _over_differences(w, w_bar, inner) @ _adjoint(v)
    return one_triangle(np.conj(full), lower), _diagonal(inner)


def eigenvalue_second(a: Any, change: Any, lower: bool, a_dot: Any, change_dot: Any) -> Any:
    """The tangent of `eigenvalue_change`, along the change of a and that of change."""
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    turn, inner = _along(w, _adjoint(v) @ from_triangle(change, lower) @ v)
    v = v @ turn
    second: Any = 0.0
    if a_dot is not None:
        second = _second(w, inner, _adjoint(v) @ from_triangle(a_dot, lower) @ v)
    if change_dot is not None:
        second = second + _diagonal(_adjoint(v) @ from_triangle(change_dot, lower) @ v)
    return second


def eigenvalue_second_adjoints(w_dot_bar: Any, a: Any, change: Any, lower: bool) -> tuple[Any, Any]:
    """The adjoints of a and change in `eigenvalue_change`."""
    w, v = np.linalg.eigh(a, "L" if lower else "U")
    turn, _ = _along(w, _adjoint(v) @ from_triangle(change, lower) @ v)
    v = v @ turn
    full = (np.conj(v) * np.expand_dims(w_dot_bar, -2)) @ np.swapaxes(v, -1, -2)
    return eigenvalue_adjoints(change, a, w_dot_bar, lower)[0], one_triangle(full, lower)


def _second(w: Any, first: Any, second: Any) -> Any:
    """2 sum_j first_ij second_ij / (w_i - w_j): second derivatives; `first` is diagonal at ties."""
    same = tied(w)
    gaps = np.expand_dims(w, -1) - np.expand_dims(w, -2)
    pair = 2.0 * np.real(first * np.conj(second))
    along = _diagonal(first)
    split = np.expand_dims(along, -1) - np.expand_dims(along, -2)
    undefined = same & ~is_rounding(split, first) & ~is_rounding(second, second)
    return np.sum(
        _nan_where(undefined, np.where(same, 0.0, pair / np.where(same, 1.0, gaps))), axis=-1
    )


# ---- singular values -----------------------------------------------------------------------


def _parts(u: Any, vh: Any, change: Any) -> tuple[Any, Any, Any]:
    """U' e V, and what of e V and e' U is outside of the spaces of U and V."""
    v = _adjoint(vh)
    inner = _adjoint(u) @ change @ v
    return inner, change @ v - u @ inner, _adjoint(change) @ u - v @ _adjoint(inner)


def _symmetric(inner: Any) -> Any:
    return 0.5 * (inner + _adjoint(inner))


def _over_sums(s: Any, s_bar: Any, inner: Any, outside: Any) -> Any:
    """(s_bar_i + s_bar_j) / (s_i + s_j) * inner: between two zeros the derivative does not exist."""
    sums = np.expand_dims(s, -1) + np.expand_dims(s, -2)
    zero = is_rounding(sums, s[..., np.newaxis])
    rise = np.expand_dims(s_bar, -1) + np.expand_dims(s_bar, -2)
    found = np.where(zero, 0.0, inner * rise / np.where(zero, 1.0, sums))
    return _nan_where(zero & ~is_rounding(inner, outside), found)


def _outside(s: Any, s_bar: Any, leaving: Any, change: Any) -> Any:
    """The columns of `leaving` times s_bar / s."""
    zero = is_rounding(s[..., np.newaxis], s[..., np.newaxis])[..., 0]
    found = leaving * np.expand_dims(np.where(zero, 0.0, s_bar / np.where(zero, 1.0, s)), -2)
    return _nan_where(np.expand_dims(zero, -2) & ~is_rounding(leaving, change), found)


def singular_change(a: Any, change: Any) -> Any:
    """The tangent of the singular values: at ties the eigenvalues of U' change V's symmetric part there."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    _, inner = _along(-s, -_symmetric(_adjoint(u) @ change @ _adjoint(vh)))
    return -_diagonal(inner)


def singular_second(a: Any, change: Any, a_dot: Any, change_dot: Any) -> Any:
    """The tangent of `singular_change`, along the change of a and that of change."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    turn, inner = _along(-s, -_symmetric(_adjoint(u) @ change @ _adjoint(vh)))
    u, vh = u @ turn, _adjoint(turn) @ vh
    second: Any = 0.0
    if a_dot is not None:
        first, left, right = _parts(u, vh, change)
        moved, left_moved, right_moved = _parts(u, vh, a_dot)
        second = -_second(-s, inner, -_symmetric(moved))
        ones = np.ones_like(s)
        skew = _over_sums(s, ones, moved - _symmetric(moved), a_dot)
        second = second + np.sum(np.real(np.conj(first - _symmetric(first)) * skew), axis=-1)
        for part, part_moved in ((left, left_moved), (right, right_moved)):
            outside = _outside(s, ones, part_moved, a_dot)
            second = second + np.sum(np.real(np.conj(part) * outside), axis=-2)
    if change_dot is not None:
        second = second + _diagonal(_adjoint(u) @ change_dot @ _adjoint(vh))
    return second


def singular_second_adjoints(s_dot_bar: Any, a: Any, change: Any) -> tuple[Any, Any]:
    """The adjoints of a and change in `singular_change`."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    turn, _ = _along(-s, -_symmetric(_adjoint(u) @ change @ _adjoint(vh)))
    u, vh = u @ turn, _adjoint(turn) @ vh
    slope = (np.conj(u) * np.expand_dims(s_dot_bar, -2)) @ np.conj(vh)
    return singular_adjoints(change, a, s_dot_bar)[0], slope


def singular_slope(a: Any, s_bar: Any) -> Any:
    """The adjoint of the matrix for one of its singular values: conj(U) diag(s_bar) V^T."""
    u, _, vh = np.linalg.svd(a, full_matrices=False)
    return (np.conj(u) * np.expand_dims(s_bar, -2)) @ np.conj(vh)


def singular_slope_change(a: Any, s_bar: Any, a_dot: Any, s_bar_dot: Any) -> Any:
    """The tangent of `singular_slope`."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    middle: Any = 0.0
    outside: Any = 0.0
    if a_dot is not None:
        turn, inner = _along(-s, -_symmetric(_adjoint(u) @ a_dot @ _adjoint(vh)))
        u, vh = u @ turn, _adjoint(turn) @ vh
        middle, outside = _moved(u, s, vh, s_bar, a_dot, -inner)
    if s_bar_dot is not None:
        middle = middle + _on_diagonal(s_bar_dot)
    return np.conj(u @ middle @ vh + outside)


def singular_adjoints(slope_bar: Any, a: Any, s_bar: Any) -> tuple[Any, Any]:
    """The adjoints of a and s_bar in `singular_slope`."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    symmetric = _symmetric(_adjoint(u) @ slope_bar @ _adjoint(vh))
    middle, outside = _moved(u, s, vh, s_bar, slope_bar, symmetric)
    return np.conj(u @ middle @ vh + outside), _diagonal(symmetric)


def _moved(u: Any, s: Any, vh: Any, s_bar: Any, change: Any, symmetric: Any) -> tuple[Any, Any]:
    """How U diag(s_bar) V' moves with the matrix: in the basis of U and V, and outside of it."""
    inner, left, right = _parts(u, vh, change)
    middle = _over_differences(s, s_bar, symmetric)
    middle = middle + _over_sums(s, s_bar, inner - _symmetric(inner), change)
    outside = _outside(s, s_bar, left, change) @ vh
    return middle, outside + u @ _adjoint(_outside(s, s_bar, right, change))
