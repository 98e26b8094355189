# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: singular values and eigenvalues; where they are equal, see `sourcead.runtime.ties`."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import (
    call,
    positive_definite,
)
from sourcead.rules.scipy.kinds import eigenpairs, eigenpairs_of_bands, values_of_bands
from sourcead.rules.scipy.linalg.solving import any_shape, hermitian
from sourcead.runtime import factorizations, matrices
from sourcead.runtime.factorizations import transpose
from sourcead.runtime.matrices import svd_adjoint
from sourcead.runtime.scipy_matrices import (
    single,
)
from sourcead.runtime.spectra import (
    eigenvalue_change,
    eigenvalue_slope,
    singular_change,
    singular_slope,
)
from sourcead.runtime.triangles import as_read, to_read

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


@reverse_rule(linalg.svdvals, wrt=("a",), samples=any_shape)
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
        call(hermitian(rng), eigvals_only=True),
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
        call(hermitian(rng)),
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
    """One large entry in every eigenvector: LAPACK's signs go by it, and change where two are equal."""
    d, e = rng.normal(size=4) + np.array([6.0, 0.0, 9.0, 3.0]), rng.normal(size=3)
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
    kind=eigenpairs,
    samples=lambda rng: [
        call(np.diag([1.0, 3.0, -2.0, 5.0]) + 0.3 * rng.normal(size=(4, 4))),
        call(np.array([[0.0, 2.0, 0.3], [-1.0, 0.3, 0.2], [0.1, 0.5, 3.0]])),
        call(hermitian(rng) + np.triu(np.ones((3, 3)))),
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
