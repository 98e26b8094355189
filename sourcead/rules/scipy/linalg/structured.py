# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: matrices made of vectors, banded and Toeplitz systems."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, dtype_of
from sourcead.rules.forms import forward_rule, helper, linear, reverse_rule
from sourcead.rules.numpy.samples import (
    call,
)
from sourcead.rules.scipy.kinds import like
from sourcead.rules.scipy.linalg.solving import outer
from sourcead.runtime.scipy_matrices import (
    collect,
    diagonal_sums,
    on_band,
    outer_on_band,
    single,
    transpose_band,
)

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
    linalg.diagsvd,
    wrt="s",
    samples=lambda rng: [call(rng.normal(size=3), *shape) for shape in ((3, 3), (3, 5), (4, 3))],
    kind=lambda s, M, N: Array(str(dtype_of(s)), (None, None)),
)
def diagsvd(y_bar, s, M, N):
    return np.diagonal(y_bar)


@linear(
    linalg.convolution_matrix,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=k), n, mode)
        for k, n in ((3, 5), (5, 3))
        for mode in ("full", "same", "valid")
    ],
    kind=lambda a, *rest, **options: Array(str(dtype_of(a)), (None, None)),
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
    full_bar = -outer(b_bar, x)
    return collect(linalg.circulant(np.arange(len(c))), full_bar, len(c)), b_bar


@forward_rule(linalg.solve_circulant)
def solve_circulant_tangent(x, c, b, singular="raise", tol=None, *, c_dot, b_dot):
    right = 0.0 if b_dot is None else b_dot
    right = right if c_dot is None else right - linalg.circulant(c_dot) @ x
    return linalg.solve_circulant(c, right, singular, tol)
