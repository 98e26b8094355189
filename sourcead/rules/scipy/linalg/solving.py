# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: inverses, determinants, linear systems and least squares."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.numpy.kinds import least_squares
from sourcead.rules.numpy.samples import (
    call,
    positive_definite,
    well_conditioned,
)
from sourcead.rules.registry import Rule, register
from sourcead.rules.scipy.kinds import like
from sourcead.runtime.factorizations import transpose
from sourcead.runtime.matrices import cofactors
from sourcead.runtime.scipy_matrices import (
    single,
)
from sourcead.runtime.spectra import (
    singular_change,
    singular_slope,
)
from sourcead.runtime.triangles import as_read, to_read, transposed_structure

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


def outer(left, right):
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
        call(hermitian(rng), c, assume_a="her"),
        call(hermitian(rng), c + 1j, assume_a="her", lower=True),
    ]


def hermitian(rng):
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
    full_bar = -outer(x, b_bar) if transposed else -outer(b_bar, x)
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
        a_bar = -outer(b_bar, x)
    elif trans in (1, "T"):
        b_bar = linalg.solve_triangular(a, x_bar, 0, lower, unit_diagonal)
        a_bar = -outer(x, b_bar)
    else:
        b_bar = linalg.solve_triangular(np.conj(a), x_bar, 0, lower, unit_diagonal)
        a_bar = -np.conj(outer(x, b_bar))
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


@reverse_rule(
    linalg.lstsq, wrt=("a", "b"), samples=_least_squares, kind=least_squares(linalg.lstsq)
)
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
        a_bar = outer(rest, inverse @ b_bar) - outer(b_bar, x)
        around = x_bar - a.T @ b_bar  # 0 unless a is wide
        a_bar = a_bar + outer(inverse.T @ x, around)
    if residues_bar is not None and np.size(residues):
        b_bar = b_bar + 2.0 * rest * residues_bar
        a_bar = a_bar - outer(2.0 * rest * residues_bar, x)
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


def any_shape(rng):
    return [call(rng.normal(size=shape)) for shape in ((4, 3), (3, 4), (3, 3))]


@reverse_rule(linalg.pinv, wrt=("a",), samples=any_shape)
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
