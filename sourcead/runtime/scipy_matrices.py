"""Matrix functions, banded storage and matrices made of vectors: helpers of `scipy.linalg`'s rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "block_frechet", "collect", "diagonal_sums", "independent_columns", "of_its_field", "off_the_cut",
    "on_band", "outer_on_band", "permutation", "single", "transpose_band",
]  # fmt: skip


def single(a: Any, ndim: int = 2) -> None:
    """Refuse stacks of matrices, which these rules are not written for."""
    if np.ndim(a) != ndim:
        raise NotImplementedError("this derivative rule of scipy.linalg takes no stack of matrices")


def independent_columns(a: Any) -> None:
    """Refuse a space of which some column is no new direction: it jumps when the column moves."""
    if np.linalg.matrix_rank(a) < np.shape(a)[1]:
        raise NotImplementedError("derivatives of subspace_angles: independent columns")


def of_its_field(y: Any, a: Any, name: str) -> None:
    """Refuse a complex function of a real matrix: the code was written for a real one, as most are."""
    if np.iscomplexobj(y) and not np.iscomplexobj(a):
        raise NotImplementedError(
            f"{name} of this real matrix is complex: for its derivative pass {name} a complex matrix (a + 0j)"
        )


def off_the_cut(y: Any, a: Any, name: str) -> None:
    """Refuse negative eigenvalues, across which the principal logarithm and powers of them jump."""
    if np.iscomplexobj(y):
        w = np.linalg.eigvals(a)
        size = np.finfo(w.dtype).eps * np.max(np.abs(w), initial=0.0) * len(w)
        if np.any((w.real < 0.0) & (np.abs(w.imag) <= 16.0 * size)):
            raise NotImplementedError(
                f"{name} of this matrix has no derivative: it has a negative eigenvalue"
            )


def block_frechet(f: Callable[[Any], Any], a: Any, direction: Any) -> Any:
    """The derivative of the matrix function f at a: the upper right block of f([[a, e], [0, a]]).

    Source: Higham (2008), Functions of Matrices, section 3.2.
    """
    n = a.shape[-1]
    upper = np.concatenate([a, direction], axis=-1)
    lower = np.concatenate([np.zeros_like(a), a], axis=-1)
    return f(np.concatenate([upper, lower], axis=-2))[..., :n, n:]


def collect(positions: Any, matrix_bar: Any, size: int) -> Any:
    """The adjoint of a matrix whose entries are entries of a vector (-1: a constant)."""
    vector_bar = np.zeros(size, np.asarray(matrix_bar).dtype)
    taken = positions >= 0
    np.add.at(vector_bar, positions[taken], np.broadcast_to(matrix_bar, positions.shape)[taken])
    return vector_bar


def diagonal_sums(left: Any, right: Any) -> tuple[Any, Any]:
    """Sums of `left @ right.T` along its diagonals: from the main one downwards, and upwards."""
    matrix = left.reshape(len(left), -1) @ right.reshape(len(right), -1).T
    rows, columns = matrix.shape
    below = np.array([np.trace(matrix, -k) for k in range(rows)])
    return below, np.array([np.trace(matrix, k) for k in range(columns)])


def permutation(pivots: Any) -> Any:
    """LAPACK's exchanges of rows as an order: a[permutation(pivots)] = l @ u."""
    order = np.arange(len(pivots))
    for i, pivot in enumerate(pivots):
        order[i], order[pivot] = order[pivot], order[i]
    return order


# -- banded storage: ab[u + i - j, j] = a[i, j] ----------------------------------------------


def transpose_band(l_and_u: tuple[int, int], ab: Any) -> Any:
    """The storage of the transposed matrix."""
    lower, upper = l_and_u
    n = ab.shape[1]
    transposed = np.zeros_like(ab)
    for d in range(-lower, upper + 1):  # the diagonal j = i + d
        first, last = max(0, d), min(n, n + d)
        transposed[lower + d, first - d : last - d] = ab[upper - d, first:last]
    return transposed


def outer_on_band(l_and_u: tuple[int, int], left: Any, right: Any) -> Any:
    """`left @ right.T` on the band, in its storage; entries outside of the matrix are 0."""
    lower, upper = l_and_u
    left, right = left.reshape(len(left), -1), right.reshape(len(right), -1)
    n = len(left)
    ab = np.zeros((lower + upper + 1, n), np.result_type(left, right))
    for d in range(-lower, upper + 1):
        first, last = max(0, d), min(n, n + d)
        ab[upper - d, first:last] = np.sum(left[first - d : last - d] * right[first:last], axis=1)
    return ab


def on_band(l_and_u: tuple[int, int], ab: Any, x: Any) -> Any:
    """The product of the banded matrix with x."""
    lower, upper = l_and_u
    n = ab.shape[1]
    columns = x.reshape(len(x), -1)
    y = np.zeros((n, columns.shape[1]), np.result_type(ab, x))
    for d in range(-lower, upper + 1):
        first, last = max(0, d), min(n, n + d)
        y[first - d : last - d] += ab[upper - d, first:last, np.newaxis] * columns[first:last]
    return y.reshape(x.shape)
