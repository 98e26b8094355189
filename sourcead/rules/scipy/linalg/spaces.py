# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg.null_space` and `orth`: orthonormal bases of the two spaces of a matrix, of one rank around it.

The rank is that of the matrix: where it changes, so does the number of columns.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, Unknown
from sourcead.rules.forms import formula, forward_rule, helper, of_real_numbers, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.runtime.factorizations import transpose
from sourcead.runtime.scipy_matrices import single
from sourcead.runtime.ties import of_any_basis


def columns_of(axis):
    """A basis of vectors as long as an axis of the matrix; how many, nobody knows."""

    def kind(A, *rest, **options):
        return Array(A.dtype, (A.dims[axis], None)) if _is_matrix(A) else Unknown()

    return kind


def _is_matrix(kind):
    return isinstance(kind, Array) and len(kind.dims) == 2


@reverse_rule(
    linalg.null_space,
    wrt=("A",),
    kind=columns_of(1),
    samples=lambda rng: [
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(3, 4)), 1e-10),
        call(rng.normal(size=(2, 2)), lapack_driver="gesvd"),
    ],
)
@helper
def null_space(y_bar, y, A, rcond=None, *, check_finite=True, lapack_driver="gesdd"):
    """From A y = 0 and y orthonormal: y moves by -pinv(A) dA y; functions of one basis among all have NaN."""
    single(A)
    return -transpose(_inverse(A, rcond)) @ of_any_basis(y, y_bar) @ transpose(y)


@forward_rule(linalg.null_space)
@helper
def null_space_tangent(y, A, rcond=None, *, check_finite=True, lapack_driver="gesdd", A_dot):
    single(A)
    return -_inverse(A, rcond) @ (A_dot @ y)


@helper
def _inverse(A, rcond):
    """With the limit below which SciPy takes a singular value for zero."""
    if rcond is None:
        rcond = np.finfo(A.dtype).eps * max(np.shape(A))
    return np.linalg.pinv(A, rcond)


@formula(
    linalg.orth,
    kind=columns_of(0),
    samples=lambda rng: [
        call(rng.normal(size=(4, 2))),
        call(rng.normal(size=(3, 3)), 1e-10),
        call(rng.normal(size=(2, 3))),
    ],
)
def orth(A, rcond=None):
    """The left singular vectors of values that are not zero."""
    u, s, _ = linalg.svd(A, full_matrices=False)
    limit = np.finfo(np.float64).eps * max(np.shape(A)) if rcond is None else rcond
    return u[:, : np.count_nonzero(s > limit * np.max(s))]


of_real_numbers(linalg.null_space, linalg.orth)
