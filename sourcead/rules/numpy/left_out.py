# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Functions of several elements of which a part may be left out: what the rule reads then.

    np.outer(np.log(x), x)[1:, 1:]      np.var([np.log(x), x], axis=0)[1:]      # at x[0] = 0

A factor, or an element of a lane, that is infinite or NaN and only in what was left out has no share.
"""

from __future__ import annotations

import operator

import numpy as np
from numpy.polynomial import polynomial

from sourcead.rules.forms import by_lane, by_parts, products
from sourcead.rules.numpy.products import vecdot
from sourcead.rules.numpy.samples import methods, present
from sourcead.runtime.accumulate import zeros_kept
from sourcead.runtime.einsum import einsum_adjoints
from sourcead.runtime.lanes import matrices_kept
from sourcead.runtime.norms import spread_norm

# ---- sums of products ----------------------------------------------------------------------


def _vecdot(y_bar, y, x1, x2, axis):
    return vecdot(y_bar, y, x1, x2, axis=axis)


def _einsum(y_bar, y, *operands_and_subscripts):
    *operands, subscripts = operands_and_subscripts
    return einsum_adjoints(y_bar, subscripts, *operands)[1:]


products(
    np.dot, np.matmul, np.inner, np.outer, np.vdot, np.kron,
    *present(np, "matvec", "vecmat"),
    *present(np.linalg, "matmul", "outer"),
    operator.matmul, np.multiply.outer,
)  # fmt: skip
products(np.tensordot, *present(np.linalg, "tensordot"), options=("axes",))
products(np.convolve, np.correlate, options=("mode",))
products(*present(np, "vecdot"), adjoints=_vecdot, options=("axis",))
products(np.einsum, adjoints=_einsum, options=("subscripts",))


# ---- other functions of any numbers ---------------------------------------------------------

by_parts(
    np.average, np.gradient, np.trapezoid, np.vander, np.cross, np.cov, np.corrcoef, np.polymul, np.polyfit,
    *present(np.linalg, "cross"),
    np.linalg.inv, np.linalg.det, np.linalg.slogdet, np.linalg.solve, np.linalg.matrix_power,
    np.linalg.qr, np.linalg.svd, np.linalg.pinv, np.linalg.eigh, np.linalg.eigvalsh, np.linalg.cond,
    np.linalg.tensorsolve, *present(np.linalg, "svdvals", "vector_norm", "matrix_norm"),
)  # fmt: skip


# ---- lanes along axes ----------------------------------------------------------------------


@by_lane(np.prod, np.var, np.std, *methods("prod", "var", "std"), of="a")
def along_axis(y_bar, y, a, axis=None, *, keepdims=False):
    if axis is None or keepdims:
        return zeros_kept(y, y_bar), zeros_kept(a, y_bar)
    return zeros_kept(y, y_bar), zeros_kept(a, np.expand_dims(y_bar, axis))


@by_lane(np.multiply.reduce, np.logaddexp.reduce, of="array")
def along_one_axis(y_bar, y, array, axis=0, *, keepdims=False):
    return along_axis(y_bar, y, array, axis, keepdims=keepdims)


@by_lane(np.linalg.norm, of="x")
def along_axes(y_bar, y, x, axis=None, keepdims=False):
    return zeros_kept(y, y_bar), zeros_kept(x, spread_norm(y_bar, x, axis, keepdims))


@by_lane(np.cumprod, *methods("cumprod"), of="a")
def running(y_bar, y, a, axis=None):
    """An element enters what stands behind it."""
    seeds = np.flip(np.cumsum(np.flip(y_bar != 0, axis), axis), axis)
    return zeros_kept(y, y_bar), zeros_kept(a, np.reshape(seeds, np.shape(a)))


@by_lane(np.multiply.accumulate, of="array")
def running_along(y_bar, y, array, axis=0):
    return running(y_bar, y, array, axis)


@by_lane(np.polyval, polynomial.polyval, of="x")
def each(y_bar, y, x):
    return zeros_kept(y, y_bar), zeros_kept(x, y_bar)


@by_lane(np.linalg.cholesky, of="a")
def each_matrix(y_bar, y, a):
    return matrices_kept(y, y_bar), a
