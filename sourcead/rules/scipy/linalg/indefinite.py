# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.linalg.ldl`: symmetric matrices that need not be definite."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from sourcead.ir.kinds import Array, Tuple, Unknown
from sourcead.rules.forms import forward_rule, helper, of_real_numbers, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.runtime import factorizations
from sourcead.runtime.scipy_matrices import single
from sourcead.runtime.triangles import as_read, to_read


def factors_and_order(A, *rest, **options):
    """`(lu, d, perm)`, each as long as the matrix."""
    if not isinstance(A, Array) or len(A.dims) != 2:
        return Unknown()
    return Tuple((A, A, Array(np.dtype(np.intp).name, (A.dims[0],))))


def _symmetric(rng):
    a = rng.normal(size=(4, 4))
    a, pair = a + a.T, np.array([[0.1, 2.0], [2.0, 0.2]])  # which is factored as one block
    return [
        call(a),
        call(a, False),
        call(a, lower=False, hermitian=False),  # which says nothing of real matrices
        call(pair),
        call(np.kron(pair, np.diag([1.0, 3.0])) + 0.1 * a, lower=False),
    ]


@reverse_rule(linalg.ldl, wrt=("A",), kind=factors_and_order, samples=_symmetric)
@helper
def ldl(y_bar, y, A, lower=True, hermitian=True, *, check_finite=True):
    """`A = lu d lu.T`; the order and the blocks of d (1 x 1 and 2 x 2) are constant."""
    single(A)
    lu, d, perm = y
    lu_bar = None if y_bar[0] is None else y_bar[0][perm]
    a_bar = np.zeros_like(lu)
    a_bar[np.ix_(perm, perm)] = factorizations.ldl_bar(lu[perm], d, lu_bar, y_bar[1], lower)
    return to_read(a_bar, "symmetric", lower)


@forward_rule(linalg.ldl)
@helper
def ldl_tangent(y, A, lower=True, hermitian=True, *, check_finite=True, A_dot):
    single(A)
    lu, d, perm = y
    a_dot = as_read(A_dot, "symmetric", lower)[np.ix_(perm, perm)]
    moved, d_dot = factorizations.ldl_dot(lu[perm], d, a_dot, lower)
    lu_dot = np.zeros_like(lu)
    lu_dot[perm] = moved
    return lu_dot, d_dot, None


of_real_numbers(linalg.ldl)
