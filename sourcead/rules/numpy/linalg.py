# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""numpy.linalg: inverses, factorisations, least squares, norms; in front of the matrices any axes.

Routines that read one triangle of a symmetric matrix (cholesky) have the adjoint of that triangle: zero in
the other.  Eigenvalues and singular values: `rules/numpy/spectra.py`.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import constant, forward_rule, reverse_rule
from sourcead.rules.numpy.decided import computed
from sourcead.rules.numpy.kinds import least_squares, norms, of_rank, rank, same_rank, solved
from sourcead.rules.numpy.samples import call, positive_definite, present, well_conditioned
from sourcead.runtime.matrices import (
    cholesky_adjoint,
    cholesky_tangent,
    cofactors,
    cofactors_change,
    lstsq_adjoints,
    lstsq_tangent,
    multi_dot_adjoint,
    multi_dot_tangent,
    pinv_adjoint,
    pinv_tangent,
    power_block,
    power_of_order,
    qr_adjoint,
    qr_tangent,
    singular_cofactors_change,
    tensorinv_change,
    tensorsolve_adjoints,
    tensorsolve_tangent,
    transposed,
)
from sourcead.runtime.norms import (
    cond_slope,
    is_extreme,
    is_vector_norm,
    matrix_norm_slope,
    norm_slope,
    spread_norm,
    vector_norm_slope,
)
from sourcead.runtime.quotients import over_length

constant(np.linalg.matrix_rank)
constant(is_vector_norm, kind=computed(is_vector_norm, otherwise=False))
constant(is_extreme, kind=computed(is_extreme))


def _complex(rng, *shape):
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


# ---- inverse, determinant, solve -----------------------------------------------------------


@reverse_rule(
    np.linalg.inv,
    wrt=("a",),
    samples=lambda rng: [
        call(well_conditioned(rng, 3, 3)),
        call(well_conditioned(rng, 2, 4, 3, 3)),
        call(well_conditioned(rng, 2, 2) + 1j * rng.normal(size=(2, 2))),
        call(np.zeros((0, 0))),
    ],
)
def inv(y_bar, y, a):
    if np.ndim(a) == 2:
        return -y.T @ y_bar @ y.T
    return -transposed(y) @ y_bar @ transposed(y)


@forward_rule(np.linalg.inv)
def inv_tangent(y, a, *, a_dot):
    return -y @ a_dot @ y


def _matrices(rng):
    return [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 4, 3, 3))),
        call(np.array([[1.0, 2.0], [2.0, 4.0]])),
        call(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])),
        call(np.zeros((3, 3))),
        call(_complex(rng, 3, 3)),
        call(np.outer(_complex(rng, 2), _complex(rng, 2))),
        call(rng.normal(size=(1, 1))),
    ]


@reverse_rule(np.linalg.det, wrt=("a",), samples=_matrices)
def det(y_bar, y, a):
    """The cofactors, also of a singular matrix."""
    return np.expand_dims(y_bar, (-1, -2)) * cofactors(a)


@forward_rule(np.linalg.det)
def det_tangent(y, a, *, a_dot):
    return np.sum(cofactors(a) * a_dot, axis=(-1, -2))


@reverse_rule(
    cofactors,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 2, 4, 4))),
        call(_complex(rng, 3, 3)),
    ],
    kind=same_rank,
)
def cofactors_adjoint(y_bar, y, a):
    """Of a singular matrix too, where the inverse of the last formula does not exist."""
    return cofactors_change(a, y_bar)


@forward_rule(cofactors)
def cofactors_tangent(y, a, *, a_dot):
    return cofactors_change(a, a_dot)


@reverse_rule(
    singular_cofactors_change,
    wrt=("a", "change"),
    samples=lambda rng: [call(np.outer([1, 2, 3], [1, 0, 2]), rng.normal(size=(3, 3)))],
    kind=lambda a, change: of_rank(a, rank(a), change),
)
def third_of_det(y_bar, y, a, change):
    """Third derivatives of the determinant of a singular matrix are not known: NaN, not a wrong number."""
    return np.full_like(a, np.nan), singular_cofactors_change(a, y_bar)


@forward_rule(singular_cofactors_change)
def third_of_det_tangent(y, a, change, *, a_dot, change_dot):
    if a_dot is not None:
        return np.full_like(y, np.nan)
    return singular_cofactors_change(a, change_dot)


@reverse_rule(
    np.linalg.slogdet,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 3, 3))),
        call(_complex(rng, 3, 3)),
        call(_complex(rng, 2, 2, 2)),
    ],
)
def slogdet(y_bar, y, a):
    """The sign of a real determinant is constant; that of a complex one turns with it."""
    sign, _ = y
    sign_bar, logarithm_bar = y_bar
    seed = 0.0
    if logarithm_bar is not None:
        seed = logarithm_bar
    if sign_bar is not None and np.iscomplexobj(a):
        seed = seed - 1j * np.real(1j * sign_bar * sign)
    return np.expand_dims(seed, (-1, -2)) * transposed(np.linalg.inv(a))


@forward_rule(np.linalg.slogdet)
def slogdet_tangent(y, a, *, a_dot):
    sign, _ = y
    growth = np.trace(np.linalg.solve(a, a_dot), axis1=-2, axis2=-1)
    if np.iscomplexobj(a):
        return 1j * sign * np.imag(growth), np.real(growth)
    return None, growth


def _stacked_solve(rng):
    """One vector, or matrix of columns, for several matrices: since NumPy 2."""
    if np.lib.NumpyVersion(np.__version__) < "2.0.0":
        return [call(well_conditioned(rng, 2, 3, 3), rng.normal(size=(2, 3)))]
    return [
        call(well_conditioned(rng, 2, 3, 3), rng.normal(size=(3,))),
        call(well_conditioned(rng, 2, 3, 3), rng.normal(size=(3, 2))),
        call(well_conditioned(rng, 4, 1, 2, 2), rng.normal(size=(3, 2, 1))),
    ]


@reverse_rule(
    np.linalg.solve,
    wrt=("a", "b"),
    samples=lambda rng: [
        call(well_conditioned(rng, 3, 3), rng.normal(size=(3,))),
        call(well_conditioned(rng, 3, 3), rng.normal(size=(3, 2))),
        call(well_conditioned(rng, 2, 3, 3), rng.normal(size=(2, 3, 2))),
        call(well_conditioned(rng, 3, 3), rng.normal(size=(4, 3, 2))),
        *_stacked_solve(rng),
        call(well_conditioned(rng, 3, 3) + 1j * rng.normal(size=(3, 3)), _complex(rng, 3)),
    ],
)
def solve(x_bar, x, a, b):
    """Adjoint of a x = b: one solve with the transposed matrix, one outer product. Giles (2008)."""
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        b_bar = np.linalg.solve(a.T, x_bar)
        return -np.outer(b_bar, x), b_bar
    if np.ndim(x) < np.ndim(a):
        b_bar = np.squeeze(np.linalg.solve(transposed(a), np.expand_dims(x_bar, -1)), -1)
        return -np.expand_dims(b_bar, -1) * np.expand_dims(x, -2), b_bar
    b_bar = np.linalg.solve(transposed(a), x_bar)
    return -b_bar @ transposed(x), b_bar


@forward_rule(np.linalg.solve)
def solve_tangent(x, a, b, *, a_dot, b_dot):
    if a_dot is None:
        return np.linalg.solve(a, b_dot)
    if np.ndim(x) < np.ndim(a):
        moved = np.squeeze(a_dot @ np.expand_dims(x, -1), -1)
        right = -moved if b_dot is None else b_dot - moved
        return np.squeeze(np.linalg.solve(a, np.expand_dims(right, -1)), -1)
    if b_dot is None:
        return np.linalg.solve(a, -a_dot @ x)
    return np.linalg.solve(a, b_dot - a_dot @ x)


@reverse_rule(
    np.linalg.tensorinv,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=(4, 6, 8, 3))),
        call(rng.normal(size=(6, 2, 3)), ind=1),
    ],
    kind=same_rank,
)
def tensorinv(y_bar, y, a, ind=2):
    return tensorinv_change(y, a, ind, y_bar, True)


@forward_rule(np.linalg.tensorinv)
def tensorinv_tangent(y, a, ind=2, *, a_dot):
    return tensorinv_change(y, a, ind, a_dot, False)


@reverse_rule(
    np.linalg.tensorsolve,
    wrt=("a", "b"),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 6)), rng.normal(size=(2, 3))),
        call(rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 3)), axes=(1,)),
    ],
    kind=solved,
)
def tensorsolve(x_bar, x, a, b, axes=None):
    a_bar, b_bar = tensorsolve_adjoints(x_bar, x, a, b, axes)
    return a_bar, b_bar


@forward_rule(np.linalg.tensorsolve)
def tensorsolve_forward(x, a, b, axes=None, *, a_dot, b_dot):
    return tensorsolve_tangent(x, a, axes, a_dot, b_dot)


# ---- factorisations ------------------------------------------------------------------------


@reverse_rule(
    np.linalg.cholesky,
    wrt=("a",),
    samples=lambda rng: [
        call(positive_definite(rng, 3, 3)),
        call(positive_definite(rng, 2, 3, 3)),
        call(_hermitian(rng, 3) + 8.0 * np.eye(3)),
        *_upper(positive_definite(rng, 3, 3)),
    ],
)
def cholesky(y_bar, y, a, *, upper=False):
    """Murray (2016). Only one triangle of `a` is read."""
    return cholesky_adjoint(y_bar, y, upper)


@forward_rule(np.linalg.cholesky)
def cholesky_forward(y, a, *, upper=False, a_dot):
    return cholesky_tangent(y, a_dot, upper)


def _upper(a):
    return [call(a, upper=True)] if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else []


def _hermitian(rng, n):
    a = _complex(rng, n, n)
    return a + np.conj(a.T)


@reverse_rule(
    np.linalg.qr,
    wrt=("a",),
    samples=lambda rng: [
        *[call(rng.normal(size=shape)) for shape in [(3, 3), (5, 3), (3, 5), (2, 4, 3), (2, 3, 4)]],
        *[call(rng.normal(size=shape), "r") for shape in [(3, 3), (5, 3), (3, 5), (2, 4, 3)]],
        *[call(rng.normal(size=shape), mode="complete") for shape in [(3, 3), (3, 5)]],
        call(_complex(rng, 4, 3)),
        call(_complex(rng, 2, 4)),
    ],
)
def qr(y_bar, y, a, mode="reduced"):
    """Walter and Lehmann (2018); for wide matrices Roberts and Roberts (2020).

    `complete` on a tall matrix: NaN for functions that depend on the choice of the further columns.
    """
    if mode == "r":
        q, r = np.linalg.qr(a)
        return qr_adjoint(None, y_bar, q, r)
    return qr_adjoint(y_bar[0], y_bar[1], y[0], y[1])


@forward_rule(np.linalg.qr)
def qr_forward(y, a, mode="reduced", *, a_dot):
    if mode == "r":
        q, r = np.linalg.qr(a)
        return qr_tangent(q, r, a_dot)[1]
    return qr_tangent(y[0], y[1], a_dot)


# ---- least squares, powers, products -------------------------------------------------------


@reverse_rule(
    np.linalg.pinv,
    wrt=("a",),
    samples=lambda rng: [
        *[call(rng.normal(size=shape)) for shape in [(3, 3), (5, 3), (3, 5), (2, 4, 3)]],
        call(_complex(rng, 4, 3)),
        call(rng.normal(size=(3, 2)), rcond=1e-10),
    ],
)
def pinv(y_bar, y, a, rcond=None, *, rtol=None):
    """Golub and Pereyra (1973), for a rank that does not change."""
    return pinv_adjoint(y_bar, y, a)


@forward_rule(np.linalg.pinv)
def pinv_forward(y, a, rcond=None, *, rtol=None, a_dot):
    return pinv_tangent(y, a, a_dot)


@reverse_rule(
    np.linalg.lstsq,
    wrt=("a", "b"),
    samples=lambda rng: [
        call(rng.normal(size=(5, 3)), rng.normal(size=(5,)), rcond=None),
        call(rng.normal(size=(5, 3)), rng.normal(size=(5, 2)), None),
        call(rng.normal(size=(3, 5)), rng.normal(size=(3,)), rcond=None),
        call(rng.normal(size=(3, 3)), rng.normal(size=(3, 2)), rcond=None),
        call(rng.normal(size=(5, 3)), rng.normal(size=(5,)), rcond=-1),
        call(_complex(rng, 5, 3), _complex(rng, 5), rcond=None),
    ],
    kind=least_squares(np.linalg.lstsq),
)
def lstsq(y_bar, y, a, b, rcond=None):
    """Golub and Pereyra (1973). The rank is constant."""
    a_bar, b_bar = lstsq_adjoints(y_bar[0], y_bar[1], y_bar[3], y[0], a, b, rcond)
    return a_bar, b_bar


@forward_rule(np.linalg.lstsq)
def lstsq_forward(y, a, b, rcond=None, *, a_dot, b_dot):
    return lstsq_tangent(y, a, b, rcond, a_dot, b_dot)


@reverse_rule(
    np.linalg.matrix_power,
    power_of_order,
    wrt=("a",),
    samples=lambda rng: [
        *[call(well_conditioned(rng, 3, 3), n) for n in (-3, -1, 0, 2, 3, 5)],
        call(well_conditioned(rng, 2, 3, 3), 3),
        call(_complex(rng, 2, 2), 2),
    ],
)
def matrix_power(y_bar, y, a, n):
    return power_block(transposed(a), y_bar, n)


@forward_rule(np.linalg.matrix_power, power_of_order)
def matrix_power_tangent(y, a, n, *, a_dot):
    return power_block(a, a_dot, n)


@reverse_rule(
    np.linalg.multi_dot,
    wrt=("arrays",),
    samples=lambda rng: [
        call([rng.normal(size=(2, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))]),
        call([rng.normal(size=(3,)), rng.normal(size=(3, 4)), rng.normal(size=(4,))]),
        call((rng.normal(size=(3,)), rng.normal(size=(3, 4)))),
        call(
            [
                rng.normal(size=(2, 3)),
                rng.normal(size=(3, 4)),
                rng.normal(size=(4, 5)),
                rng.normal(size=(5,)),
            ]
        ),
    ],
)
def multi_dot(y_bar, y, arrays):
    return multi_dot_adjoint(y_bar, arrays)


@forward_rule(np.linalg.multi_dot)
def multi_dot_forward(y, arrays, *, arrays_dot):
    return multi_dot_tangent(arrays, arrays_dot)


# ---- norms ---------------------------------------------------------------------------------

INF = float("inf")


@reverse_rule(
    np.linalg.norm,
    wrt=("x",),
    samples=lambda rng: [
        call(rng.normal(size=(4,))),
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(2, 3, 2))),
        call(np.zeros(3)),
        *[call(rng.normal(size=(4,)), p) for p in (1, 2, 3, 2.5, 0.5, -1, 0, INF, -INF)],
        *[call(rng.normal(size=(3, 4)), p) for p in ("fro", "nuc", 1, -1, 2, -2, INF, -INF)],
        *[call(rng.normal(size=(3, 4)), p, 0) for p in (None, 1, 2, 3, INF)],
        call(rng.normal(size=(3, 4)), axis=-1, keepdims=True),
        call(rng.normal(size=(3, 4)), keepdims=True),
        *[
            call(rng.normal(size=(2, 3, 4)), p, axis=(0, 2))
            for p in (None, "fro", "nuc", 1, 2, INF)
        ],
        call(rng.normal(size=(2, 3, 4)), 2, axis=(-1, 1), keepdims=True),
        call(_complex(rng, 4)),
        *[call(_complex(rng, 2, 3), p) for p in (None, "fro", 2, "nuc", 1)],
        *[call(_complex(rng, 2, 3), p, axis=1) for p in (1, 3, INF)],
    ],
    kind=norms,
)
def norm(y_bar, y, x, ord=None, axis=None, keepdims=False):
    """0 at the zero vector; what ties for the largest shares equally."""
    if np.iscomplexobj(x) or not is_vector_norm(ord, axis, np.ndim(x)):
        return spread_norm(y_bar, x, axis, keepdims) * norm_slope(x, ord, axis)
    if axis is not None and not keepdims:
        y = np.expand_dims(y, axis)
        y_bar = np.expand_dims(y_bar, axis)
    if ord == 1:
        return y_bar * np.sign(x)
    return x * over_length(y_bar, y)


@forward_rule(np.linalg.norm)
def norm_tangent(y, x, ord=None, axis=None, keepdims=False, *, x_dot):
    if np.iscomplexobj(x) or not is_vector_norm(ord, axis, np.ndim(x)):
        return np.sum(np.real(norm_slope(x, ord, axis) * x_dot), axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(np.sign(x) * x_dot, axis=axis, keepdims=keepdims)
    return over_length(np.sum(x * x_dot, axis=axis, keepdims=keepdims), y)


@reverse_rule(
    *present(np.linalg, "vector_norm"),
    wrt=("x",),
    samples=lambda rng: [
        call(rng.normal(size=(4,))),
        call(rng.normal(size=(2, 3))),
        *[call(rng.normal(size=(2, 3)), ord=p) for p in (1, 2, 3, 0, INF, -INF)],
        call(rng.normal(size=(2, 3)), axis=1, ord=1),
        call(rng.normal(size=(2, 3, 2)), axis=(0, 2), keepdims=True),
        call(np.zeros((2, 2))),
        call(_complex(rng, 2, 3), axis=-1),
    ],
)
def vector_norm(y_bar, y, x, *, axis=None, keepdims=False, ord=2):
    """As `norm`, over all elements or several axes."""
    if axis is None:
        axes = tuple(range(np.ndim(x)))
    elif isinstance(axis, tuple):
        axes = axis
    else:
        axes = (axis,)
    if keepdims:
        return y_bar * vector_norm_slope(x, ord, axes)
    return np.expand_dims(y_bar, axes) * vector_norm_slope(x, ord, axes)


@forward_rule(*present(np.linalg, "vector_norm"))
def vector_norm_tangent(y, x, *, axis=None, keepdims=False, ord=2, x_dot):
    if axis is None:
        axes = tuple(range(np.ndim(x)))
    elif isinstance(axis, tuple):
        axes = axis
    else:
        axes = (axis,)
    change = np.real(vector_norm_slope(x, ord, axes) * x_dot)
    return np.sum(change, axis=axes, keepdims=keepdims)


@reverse_rule(
    *present(np.linalg, "matrix_norm"),
    wrt=("x",),
    samples=lambda rng: [
        *[call(rng.normal(size=(2, 3, 4)), ord=p) for p in ("fro", "nuc", 1, -1, 2, -2, INF, -INF)],
        call(rng.normal(size=(3, 4)), keepdims=True),
        call(_complex(rng, 3, 2)),
    ],
)
def matrix_norm(y_bar, y, x, *, keepdims=False, ord="fro"):
    if keepdims:
        return y_bar * matrix_norm_slope(x, ord, (-2, -1))
    return np.expand_dims(y_bar, (-2, -1)) * matrix_norm_slope(x, ord, (-2, -1))


@forward_rule(*present(np.linalg, "matrix_norm"))
def matrix_norm_tangent(y, x, *, keepdims=False, ord="fro", x_dot):
    change = np.real(matrix_norm_slope(x, ord, (-2, -1)) * x_dot)
    return np.sum(change, axis=(-2, -1), keepdims=keepdims)


@reverse_rule(
    np.linalg.cond,
    wrt=("x",),
    samples=lambda rng: [
        *[call(well_conditioned(rng, 3, 3), p) for p in (None, 2, -2, "fro", 1, INF)],
        call(rng.normal(size=(4, 3))),
        call(well_conditioned(rng, 2, 3, 3), "fro"),
        call(well_conditioned(rng, 2, 3, 3)),
    ],
)
def cond(y_bar, y, x, p=None):
    return np.expand_dims(y_bar, (-2, -1)) * cond_slope(x, p)


@forward_rule(np.linalg.cond)
def cond_tangent(y, x, p=None, *, x_dot):
    return np.sum(np.real(cond_slope(x, p) * x_dot), axis=(-2, -1))
