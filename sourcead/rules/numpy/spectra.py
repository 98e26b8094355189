# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""numpy.linalg: eigenvalues and singular values; in front of the matrices any axes.

`eigh` has the adjoint of the triangle that it reads: zero in the other.  Where values are equal, see
`sourcead.runtime.ties` (for functions of the vectors) and `sourcead.runtime.spectra` (of the values).
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array
from sourcead.rules.forms import constant, forward_rule, reverse_rule
from sourcead.rules.numpy.decided import maybe_complex
from sourcead.rules.numpy.samples import call, present
from sourcead.runtime.matrices import (
    eig_adjoint,
    eig_tangent,
    eigh_adjoint,
    eigh_tangent,
    svd_adjoint,
    svd_tangent,
)
from sourcead.runtime.spectra import (
    eigenvalue_adjoints,
    eigenvalue_change,
    eigenvalue_second,
    eigenvalue_second_adjoints,
    eigenvalue_slope,
    eigenvalue_slope_change,
    singular_adjoints,
    singular_change,
    singular_second,
    singular_second_adjoints,
    singular_slope,
    singular_slope_change,
)
from sourcead.runtime.ties import is_rounding, tied


def _pairs(w):
    """A flag for each pair."""
    return Array("bool", (*w.dims, w.dims[-1])) if isinstance(w, Array) else None


def _flags(part, whole):
    return Array("bool", part.dims) if isinstance(part, Array) else None


constant(tied, kind=_pairs)
constant(is_rounding, kind=_flags)


def _complex(rng, *shape):
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def _hermitian(rng, n):
    a = _complex(rng, n, n)
    return a + np.conj(a.T)


def _symmetric(rng, *shape):
    a = rng.normal(size=shape)
    return a + np.swapaxes(a, -1, -2)


@reverse_rule(
    np.linalg.eigh,
    wrt=("a",),
    samples=lambda rng: [
        call(_symmetric(rng, 3, 3)),
        call(_symmetric(rng, 3, 3), "U"),
        call(rng.normal(size=(3, 3)), UPLO="L"),
        call(rng.normal(size=(3, 3)), UPLO="U"),
        call(_symmetric(rng, 2, 3, 3)),
        call(_hermitian(rng, 3)),
        call(_hermitian(rng, 3), UPLO="U"),
        call(rng.normal(size=(1, 1))),
    ],
)
def eigh(y_bar, y, a, UPLO="L"):
    """Giles (2008); the values alone as in `eigvalsh`."""
    if y_bar[1] is None:
        return eigenvalue_slope(a, y_bar[0], UPLO == "L")
    return eigh_adjoint(y_bar[0], y_bar[1], y[0], y[1], UPLO == "L")


@forward_rule(np.linalg.eigh)
def eigh_forward(y, a, UPLO="L", *, a_dot):
    _, v_dot = eigh_tangent(y[0], y[1], a_dot, UPLO == "L")
    return eigenvalue_change(a, a_dot, UPLO == "L"), v_dot


@reverse_rule(
    np.linalg.eigvalsh,
    wrt=("a",),
    samples=lambda rng: [
        call(_symmetric(rng, 3, 3)),
        call(rng.normal(size=(3, 3)), UPLO="U"),
        call(_symmetric(rng, 2, 3, 3)),
        call(_hermitian(rng, 3)),
    ],
)
def eigvalsh(w_bar, w, a, UPLO="L"):
    return eigenvalue_slope(a, w_bar, UPLO == "L")


@forward_rule(np.linalg.eigvalsh)
def eigvalsh_forward(w, a, UPLO="L", *, a_dot):
    return eigenvalue_change(a, a_dot, UPLO == "L")


@reverse_rule(
    eigenvalue_slope,
    wrt=("a", "w_bar"),
    samples=lambda rng: [
        call(_symmetric(rng, 3, 3), rng.normal(size=3)),
        call(rng.normal(size=(3, 3)), rng.normal(size=3), False),
        call(_symmetric(rng, 2, 3, 3), rng.normal(size=(2, 3))),
        call(_hermitian(rng, 3), rng.normal(size=3)),
    ],
)
def second_of_eigenvalues(slope_bar, slope, a, w_bar, lower=True):
    return eigenvalue_adjoints(slope_bar, a, w_bar, lower)


@forward_rule(eigenvalue_slope)
def second_of_eigenvalues_tangent(slope, a, w_bar, lower=True, *, a_dot, w_bar_dot):
    return eigenvalue_slope_change(a, w_bar, lower, a_dot, w_bar_dot)


@reverse_rule(
    eigenvalue_change,
    wrt=("a", "change"),
    samples=lambda rng: [
        call(_symmetric(rng, 3, 3), rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 3, 3)), rng.normal(size=(2, 3, 3)), False),
        call(_hermitian(rng, 3), _complex(rng, 3, 3)),
    ],
)
def tangent_of_eigenvalues(y_bar, y, a, change, lower=True):
    return eigenvalue_second_adjoints(y_bar, a, change, lower)


@forward_rule(eigenvalue_change)
def tangent_of_eigenvalues_tangent(y, a, change, lower=True, *, a_dot, change_dot):
    return eigenvalue_second(a, change, lower, a_dot, change_dot)


@reverse_rule(
    np.linalg.eig,
    wrt=("a",),
    kind=lambda a: maybe_complex(a, 2),
    samples=lambda rng: [
        call(np.array([[2.0, 1.0, 0.3], [0.4, -1.0, 0.2], [0.1, 0.5, 4.0]])),
        call(np.diag([3.0, -2.0, 1.0, 6.0]) + 0.3 * rng.normal(size=(4, 4))),
        call(np.array([[0.3, 2.0], [-1.5, 0.2]])),
        call(np.diag([3.0, -2.0, 1.0]) + 0.3 * rng.normal(size=(2, 3, 3))),
        call(np.diag([3.0, -2.0j, 1.0]) + 0.3 * _complex(rng, 3, 3)),
    ],
)
def eig(y_bar, y, a):
    """Boeddeker et al. (2017), with LAPACK's normalisation: length 1, largest component real."""
    return eig_adjoint(y_bar[0], y_bar[1], y[0], y[1], a)


@forward_rule(np.linalg.eig)
def eig_forward(y, a, *, a_dot):
    return eig_tangent(y[0], y[1], a_dot)


@reverse_rule(
    np.linalg.eigvals,
    wrt=("a",),
    kind=lambda a: maybe_complex(a, 1),
    samples=lambda rng: [
        call(np.array([[2.0, 1.0, 0.3], [0.4, -1.0, 0.2], [0.1, 0.5, 4.0]])),
        call(rng.normal(size=(4, 4))),
        call(rng.normal(size=(2, 3, 3))),
        call(_complex(rng, 3, 3)),
    ],
)
def eigvals(w_bar, w, a):
    _, v = np.linalg.eig(a)
    return eig_adjoint(w_bar, None, w, v, a)


@forward_rule(np.linalg.eigvals)
def eigvals_forward(w, a, *, a_dot):
    _, v = np.linalg.eig(a)
    w_dot, _ = eig_tangent(w, v, a_dot)
    return w_dot


@reverse_rule(
    np.linalg.svd,
    wrt=("a",),
    samples=lambda rng: [
        *[
            call(rng.normal(size=shape), full_matrices=False)
            for shape in [(3, 3), (5, 3), (3, 5), (2, 4, 3)]
        ],
        call(rng.normal(size=(3, 3))),
        *[call(rng.normal(size=shape), compute_uv=False) for shape in [(3, 3), (5, 3), (2, 3, 4)]],
        call(_complex(rng, 4, 3), compute_uv=False),
    ],
)
def svd(y_bar, y, a, full_matrices=True, compute_uv=True):
    """Wan and Zhang (2019). `full_matrices`: the further vectors only as a space.

    Functions of complex singular vectors must not depend on their phases.
    """
    if not compute_uv:
        return singular_slope(a, y_bar)
    if y_bar[0] is None and y_bar[2] is None:
        return singular_slope(a, y_bar[1])
    return svd_adjoint(y_bar[0], y_bar[1], y_bar[2], y[0], y[1], y[2])


@forward_rule(np.linalg.svd)
def svd_forward(y, a, full_matrices=True, compute_uv=True, *, a_dot):
    if not compute_uv:
        return singular_change(a, a_dot)
    u_dot, _, vh_dot = svd_tangent(y[0], y[1], y[2], a_dot)
    return u_dot, singular_change(a, a_dot), vh_dot


@reverse_rule(
    *present(np.linalg, "svdvals"),
    wrt=("x",),
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(5, 3))),
        call(rng.normal(size=(2, 3, 4))),
        call(_complex(rng, 3, 2)),
    ],
)
def svdvals(s_bar, s, x):
    return singular_slope(x, s_bar)


@forward_rule(*present(np.linalg, "svdvals"))
def svdvals_tangent(s, x, *, x_dot):
    return singular_change(x, x_dot)


@reverse_rule(
    singular_slope,
    wrt=("a", "s_bar"),
    samples=lambda rng: [
        *[
            call(rng.normal(size=shape), rng.normal(size=min(shape)))
            for shape in [(3, 3), (4, 2), (2, 4)]
        ],
        call(rng.normal(size=(2, 4, 3)), rng.normal(size=(2, 3))),
        call(_complex(rng, 4, 3), rng.normal(size=3)),
    ],
)
def second_of_singular_values(slope_bar, slope, a, s_bar):
    return singular_adjoints(slope_bar, a, s_bar)


@forward_rule(singular_slope)
def second_of_singular_values_tangent(slope, a, s_bar, *, a_dot, s_bar_dot):
    return singular_slope_change(a, s_bar, a_dot, s_bar_dot)


@reverse_rule(
    singular_change,
    wrt=("a", "change"),
    samples=lambda rng: [
        *[
            call(rng.normal(size=shape), rng.normal(size=shape))
            for shape in [(3, 3), (4, 2), (2, 4), (2, 3, 2)]
        ],
        call(_complex(rng, 4, 3), _complex(rng, 4, 3)),
    ],
)
def tangent_of_singular_values(y_bar, y, a, change):
    return singular_second_adjoints(y_bar, a, change)


@forward_rule(singular_change)
def tangent_of_singular_values_tangent(y, a, change, *, a_dot, change_dot):
    return singular_second(a, change, a_dot, change_dot)
