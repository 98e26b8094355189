# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg`: factors and eigenvalues of banded matrices, and systems with them; in real numbers.

Of a symmetric matrix half the band is stored, above the diagonal or below it.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, Tuple, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.adjoint_kinds import kind_like
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Rule, register
from sourcead.rules.scipy.kinds import like
from sourcead.rules.scipy.linalg.structured import _symmetric_bands
from sourcead.runtime import factorizations, scipy_bands
from sourcead.runtime.scipy_bands import (
    band_factor_adjoint,
    band_factor_tangent,
    outside_of_band,
)
from sourcead.runtime.scipy_matrices import on_band, outer_on_band, single, transpose_band

for _function in (scipy_bands.band_factor_adjoint, scipy_bands.band_factor_tangent):
    _kind = kind_like(_function, "low")
    register(Rule(_function.__name__, "source", (_function,), kind=_kind))


def _below(ab, lower):
    """The storage below the diagonal, 0 where it holds nothing of the matrix."""
    width = len(ab) - 1
    low = ab if lower else transpose_band((0, width), ab)
    return np.where(outside_of_band(np.shape(ab), True), 0.0, low)


def _stored(low, lower):
    return low if lower else transpose_band((len(low) - 1, 0), low)


@reverse_rule(
    linalg.cholesky_banded,
    wrt=("ab",),
    kind=like(linalg.cholesky_banded, "ab"),
    samples=lambda rng: [call(args[0], **kwargs) for args, kwargs in _symmetric_bands(rng)],
)
@helper
def cholesky_banded(c_bar, c, ab, *, lower=False, check_finite=True):
    """What stands in the corners of the storage stays there."""
    single(ab)
    bar = _stored(band_factor_adjoint(_below(c, lower), _below(c_bar, lower)), lower)
    return np.where(outside_of_band(np.shape(ab), lower), c_bar, bar)


@forward_rule(linalg.cholesky_banded)
@helper
def cholesky_banded_tangent(c, ab, *, lower=False, check_finite=True, ab_dot):
    single(ab)
    dot = _stored(band_factor_tangent(_below(c, lower), _below(ab_dot, lower)), lower)
    return np.where(outside_of_band(np.shape(ab), lower), ab_dot, dot)


@reverse_rule(
    linalg.cho_solve_banded,
    wrt=("cb_and_lower", "b"),
    kind=like(linalg.cho_solve_banded, "b"),
    samples=lambda rng: [
        call((args[0], kwargs.get("lower", False)), args[1])
        for args, kwargs in _symmetric_bands(rng)
    ],
)
@helper
def cho_solve_banded(x_bar, x, cb_and_lower, b, *, check_finite=True):
    """With the factor L: half of the adjoint of L transpose(L) comes from either side."""
    cb, lower = cb_and_lower
    single(cb)
    width = len(cb) - 1
    b_bar = linalg.cho_solve_banded(cb_and_lower, x_bar)
    up = transpose_band((width, 0), cb) if lower else cb
    x_up, b_up = on_band((0, width), up, x), on_band((0, width), up, b_bar)
    if lower:
        cb_bar = outer_on_band((width, 0), b_bar, x_up) + outer_on_band((width, 0), x, b_up)
    else:
        cb_bar = outer_on_band((0, width), x_up, b_bar) + outer_on_band((0, width), b_up, x)
    return (-cb_bar, None), b_bar


@forward_rule(linalg.cho_solve_banded)
@helper
def cho_solve_banded_tangent(x, cb_and_lower, b, *, check_finite=True, cb_and_lower_dot, b_dot):
    cb, lower = cb_and_lower
    single(cb)
    width = len(cb) - 1
    right = 0.0 if b_dot is None else b_dot
    if cb_and_lower_dot is not None and cb_and_lower_dot[0] is not None:
        dot = cb_and_lower_dot[0]
        up, up_dot = (transpose_band((width, 0), c) if lower else c for c in (cb, dot))
        low, low_dot = (c if lower else transpose_band((0, width), c) for c in (cb, dot))
        moved = on_band((width, 0), low_dot, on_band((0, width), up, x))
        right = right - moved - on_band((width, 0), low, on_band((0, width), up_dot, x))
    return linalg.cho_solve_banded(cb_and_lower, right)


# ---- eigenvalues -----------------------------------------------------------------------------------


def _dense(ab, lower):
    """The symmetric matrix."""
    low = _below(ab, lower)
    n = np.shape(ab)[1]
    whole = np.diag(low[0])
    for k in range(1, min(len(low), n)):
        whole = whole + np.diag(low[k, : n - k], k) + np.diag(low[k, : n - k], -k)
    return whole


def _bands(whole_bar, width, lower):
    """The adjoint of `_dense`."""
    n = len(whole_bar)
    diagonals = [np.diagonal(whole_bar)]
    for k in range(1, width + 1):
        both = np.diagonal(whole_bar, k) + np.diagonal(whole_bar, -k)
        diagonals.append(np.concatenate([both, np.zeros(n - len(both))]))
    return _stored(np.stack(diagonals), lower)


def _eigen_kind(a_band, lower=None, eigvals_only=None, **options):
    if not isinstance(a_band, Array):
        return Unknown()
    values = Array("float64", a_band.dims[1:])
    if eigvals_only is None or getattr(eigvals_only, "value", None) is False:
        return Tuple((values, Array("float64", a_band.dims[1:] * 2)))
    return values if getattr(eigvals_only, "value", None) is True else Unknown()


def _apart(rng):
    """One large entry in every eigenvector: LAPACK's signs go by it."""
    upper, lower = 0.4 * rng.normal(size=(2, 3, 4))
    upper[-1], lower[0] = [6.0, 0.0, 9.0, 3.0], [2.0, 8.0, 5.0, -1.0]
    return [call(upper), call(lower, lower=True)]


@reverse_rule(
    linalg.eig_banded,
    wrt=("a_band",),
    kind=_eigen_kind,
    samples=lambda rng: [
        *_apart(rng),
        *[call(*args, eigvals_only=True, **kwargs) for args, kwargs in _apart(rng)],
    ],
)
@helper
def eig_banded(y_bar, y, a_band, lower=False, eigvals_only=False, *, check_finite=True):
    w, v = (y, linalg.eig_banded(a_band, lower)[1]) if eigvals_only else y
    w_bar, v_bar = (y_bar, None) if eigvals_only else y_bar
    whole_bar, _ = factorizations.eigh_bar(w, v, w_bar, v_bar)
    return _bands(whole_bar, len(a_band) - 1, lower)


@forward_rule(linalg.eig_banded)
@helper
def eig_banded_tangent(
    y, a_band, lower=False, eigvals_only=False, *, check_finite=True, a_band_dot
):
    w, v = (y, linalg.eig_banded(a_band, lower)[1]) if eigvals_only else y
    w_dot, v_dot = factorizations.eigh_dot(w, v, _dense(a_band_dot, lower))
    return w_dot if eigvals_only else (w_dot, v_dot)


@reverse_rule(
    linalg.eigvals_banded,
    wrt=("a_band",),
    kind=lambda a_band, *rest, **options: _eigen_kind(a_band, None, Const(True)),
    samples=_apart,
)
def eigvals_banded(w_bar, w, a_band, lower=False, *, check_finite=True):
    return eig_banded(w_bar, w, a_band, lower, True)


@forward_rule(linalg.eigvals_banded)
def eigvals_banded_tangent(w, a_band, lower=False, *, check_finite=True, a_band_dot):
    return eig_banded_tangent(w, a_band, lower, True, a_band_dot=a_band_dot)
