"""Sparse matrices that are put together, cut and stretched: in words of their entries and places.

What SciPy does by compiled loops is the same here by vectors of entries: each of the matrices may carry a
derivative.  Results are in the formats that SciPy gives them, but for `kron`, where SciPy looks at how many
entries there are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sparse
from scipy.sparse import linalg

from sourcead.runtime.scipy_sparse import entries_of, places_inside, times_number, with_entries

__all__ = [
    "absolute", "block_array", "block_diag", "bmat", "chosen_part", "columns_beside", "columns_of", "entry",
    "entry_columns", "entry_numbers", "entry_rows", "factored", "factorized", "hstack", "is_array", "is_csc",
    "is_csr", "kron", "kron_columns", "kron_rows", "kron_shape", "kronsum", "lower", "multiply", "one_place",
    "ones_beside", "part_columns", "part_numbers", "part_rows", "power", "rows_below", "rows_of", "shape_below",
    "shape_beside", "solved_by_factors", "splu", "stretched_places", "table_columns", "table_is_array",
    "table_rows", "table_shape", "total", "upper", "vstack",
]  # fmt: skip


# -- entries and their places ----------------------------------------------------------------------


def entry_numbers(matrix: Any) -> Any:
    """Which numbers of `data` are entries: diagonals are stored with ends that lie beyond the matrix."""
    return np.flatnonzero(places_inside(matrix)[2])


def entry_rows(matrix: Any) -> Any:
    return np.ravel(places_inside(matrix)[0])[entry_numbers(matrix)]


def entry_columns(matrix: Any) -> Any:
    return np.ravel(places_inside(matrix)[1])[entry_numbers(matrix)]


def _entries(matrix: Any) -> Any:
    return np.ravel(matrix.data)[entry_numbers(matrix)]


def _in_format(made: Any, format: Any) -> Any:
    """SciPy's own format for what is put together, where no other is asked for."""
    if format == "csr":
        return made.tocsr()
    return made.tocsc() if format == "csc" else made


def is_array(matrix: Any) -> bool:
    return isinstance(matrix, sparse.sparray)


def is_csr(matrix: Any) -> bool:
    return isinstance(matrix, (sparse.csr_matrix, sparse.csr_array))


def is_csc(matrix: Any) -> bool:
    return isinstance(matrix, (sparse.csc_matrix, sparse.csc_array))


# -- matrices beside each other -------------------------------------------------------------------


def vstack(blocks: Any, format: Any = None, dtype: Any = None) -> Any:
    entries = np.concatenate([_entries(block) for block in blocks])
    where, shape = (rows_below(blocks), columns_of(blocks)), shape_below(blocks)
    if format is None and is_csr(blocks[0]) and is_csr(blocks[-1]):
        format = "csr"
    if is_array(blocks[0]) or is_array(blocks[-1]):
        return _in_format(sparse.coo_array((entries, where), shape=shape), format)
    return _in_format(sparse.coo_matrix((entries, where), shape=shape), format)


def hstack(blocks: Any, format: Any = None, dtype: Any = None) -> Any:
    entries = np.concatenate([_entries(block) for block in blocks])
    where, shape = (rows_of(blocks), columns_beside(blocks)), shape_beside(blocks)
    if format is None and is_csc(blocks[0]) and is_csc(blocks[-1]):
        format = "csc"
    if is_array(blocks[0]) or is_array(blocks[-1]):
        return _in_format(sparse.coo_array((entries, where), shape=shape), format)
    return _in_format(sparse.coo_matrix((entries, where), shape=shape), format)


def block_diag(mats: Any, format: Any = None, dtype: Any = None) -> Any:
    entries = np.concatenate([_entries(block) for block in mats])
    where = rows_below(mats), columns_beside(mats)
    shape = shape_below(mats)[0], shape_beside(mats)[1]
    if is_array(mats[0]) or is_array(mats[-1]):
        return _in_format(sparse.coo_array((entries, where), shape=shape), format)
    return _in_format(sparse.coo_matrix((entries, where), shape=shape), format)


def bmat(blocks: Any, format: Any = None, dtype: Any = None) -> Any:
    """A table of matrices; None stands for zeros."""
    entries = np.concatenate(
        [_entries(block) for row in blocks for block in row if block is not None]
    )
    where, shape = (table_rows(blocks), table_columns(blocks)), table_shape(blocks)
    if table_is_array(blocks):
        return _in_format(sparse.coo_array((entries, where), shape=shape), format)
    return _in_format(sparse.coo_matrix((entries, where), shape=shape), format)


def block_array(blocks: Any, *, format: Any = None, dtype: Any = None) -> Any:
    return bmat(blocks, format)


def rows_of(blocks: Any) -> Any:
    return np.concatenate([entry_rows(block) for block in blocks])


def columns_of(blocks: Any) -> Any:
    return np.concatenate([entry_columns(block) for block in blocks])


def rows_below(blocks: Any) -> Any:
    starts = np.cumsum([0] + [block.shape[0] for block in blocks])
    return np.concatenate([entry_rows(block) + start for block, start in zip(blocks, starts)])


def columns_beside(blocks: Any) -> Any:
    starts = np.cumsum([0] + [block.shape[1] for block in blocks])
    return np.concatenate([entry_columns(block) + start for block, start in zip(blocks, starts)])


def shape_below(blocks: Any) -> tuple[int, int]:
    return sum([block.shape[0] for block in blocks]), blocks[0].shape[1]


def shape_beside(blocks: Any) -> tuple[int, int]:
    return blocks[0].shape[0], sum([block.shape[1] for block in blocks])


def _heights(table: Any) -> list[int]:
    return [next(block.shape[0] for block in row if block is not None) for row in table]


def _widths(table: Any) -> list[int]:
    columns = range(len(table[0]))
    return [next(row[k].shape[1] for row in table if row[k] is not None) for k in columns]


def table_rows(table: Any) -> Any:
    """The row of each entry of a table of matrices."""
    heights = _heights(table)
    parts = [
        entry_rows(block) + sum(heights[:i])
        for i, row in enumerate(table)
        for block in row
        if block is not None
    ]
    return np.concatenate(parts)


def table_columns(table: Any) -> Any:
    widths = _widths(table)
    parts = [
        entry_columns(block) + sum(widths[:k])
        for row in table
        for k, block in enumerate(row)
        if block is not None
    ]
    return np.concatenate(parts)


def table_shape(table: Any) -> tuple[int, int]:
    return sum(_heights(table)), sum(_widths(table))


def table_is_array(table: Any) -> bool:
    return any(is_array(block) for row in table for block in row)


# -- Kronecker products ------------------------------------------------------------------------------


def kron(A: Any, B: Any, format: Any = None) -> Any:
    """Every entry of A times every entry of B."""
    entries = np.ravel(_entries(A)[:, np.newaxis] * _entries(B))
    where, shape = (kron_rows(A, B), kron_columns(A, B)), kron_shape(A, B)
    if is_array(A) or is_array(B):
        return _in_format(sparse.coo_array((entries, where), shape=shape), format)
    return _in_format(sparse.coo_matrix((entries, where), shape=shape), format)


def kron_rows(A: Any, B: Any) -> Any:
    return np.ravel(entry_rows(A)[:, np.newaxis] * B.shape[0] + entry_rows(B))


def kron_columns(A: Any, B: Any) -> Any:
    return np.ravel(entry_columns(A)[:, np.newaxis] * B.shape[1] + entry_columns(B))


def kron_shape(A: Any, B: Any) -> tuple[int, int]:
    return A.shape[0] * B.shape[0], A.shape[1] * B.shape[1]


def kronsum(A: Any, B: Any, format: Any = None) -> Any:
    left = kron(sparse.eye(B.shape[0]), A, "csr")
    made = left + kron(B, sparse.eye(A.shape[0]), "csr")
    return made.tocsc() if format == "csc" else made


# -- parts ----------------------------------------------------------------------------------------------


def chosen_part(matrix: Any, key: Any) -> Any:
    """The part, where each entry is its number in the matrix's `data`, from 1."""
    numbers = np.reshape(np.arange(1.0, matrix.data.size + 1.0), matrix.data.shape)
    return with_entries(matrix, numbers)[key]


def entry(self: Any, key: Any) -> Any:
    """One number, or rows and columns."""
    if isinstance(key, tuple) and np.ndim(key[0]) == 0 and np.ndim(key[1]) == 0:
        if not isinstance(key[0], slice) and not isinstance(key[1], slice):
            return np.sum(np.ravel(self.data)[one_place(self, key[0], key[1])])
    part = chosen_part(self, key)
    at = part_numbers(part)
    where = part_rows(part), part_columns(part)
    return type(self)((np.ravel(self.data)[at], where), shape=part.shape)


def one_place(matrix: Any, i: int, j: int) -> Any:
    """The numbers of `data` that stand there."""
    rows, columns, inside = places_inside(matrix)
    there = (rows == i % matrix.shape[0]) & (columns == j % matrix.shape[1]) & inside
    return np.flatnonzero(there)


def part_numbers(part: Any) -> Any:
    return np.ravel(part.tocoo().data).astype(int) - 1


def part_rows(part: Any) -> Any:
    return part.tocoo().row


def part_columns(part: Any) -> Any:
    return part.tocoo().col


def lower(A: Any, k: Any = 0, format: Any = None) -> Any:
    return _kept(A, np.flatnonzero(entry_columns(A) - entry_rows(A) <= k), format)


def upper(A: Any, k: Any = 0, format: Any = None) -> Any:
    return _kept(A, np.flatnonzero(entry_columns(A) - entry_rows(A) >= k), format)


def _kept(matrix: Any, at: Any, format: Any) -> Any:
    entries, where = _entries(matrix)[at], (entry_rows(matrix)[at], entry_columns(matrix)[at])
    if is_array(matrix):
        return _in_format(sparse.coo_array((entries, where), shape=matrix.shape), format)
    return _in_format(sparse.coo_matrix((entries, where), shape=matrix.shape), format)


# -- entry by entry ----------------------------------------------------------------------------------


def total(self: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    if axis is None:
        return np.sum(_entries(self))
    if not isinstance(self, sparse.sparray):
        raise NotImplementedError(
            "the sum of a sparse matrix along an axis is an `np.matrix`, which is not differentiated; "
            "use a sparse array, or the product with np.ones(n)"
        )
    if axis % 2 == 0:
        return ones_beside(self, 0) @ self
    return self @ ones_beside(self, 1)


def ones_beside(matrix: Any, axis: int) -> Any:
    """A product with it is a sum along an axis."""
    return np.ones(matrix.shape[axis])


def absolute(self: Any) -> Any:
    return with_entries(self, np.abs(self.data))


def power(self: Any, n: Any, dtype: Any = None) -> Any:
    return with_entries(self, self.data**n)


def stretched_places(matrix: Any, other: Any) -> Any:
    """Where in an array, which is stretched to the matrix's shape, each entry's partner is."""
    numbers = np.reshape(np.arange(np.size(other)), np.shape(other))
    return np.broadcast_to(numbers, matrix.shape)[entry_rows(matrix), entry_columns(matrix)]


def multiply(self: Any, other: Any) -> Any:
    """With a number, with an array that is stretched to the matrix's shape, or with a sparse matrix."""
    if sparse.issparse(other):
        rows = self.tocsr()
        return with_entries(rows, rows.data * entries_of(other, rows))
    if np.ndim(other) == 0:
        return times_number(self, other)
    entries = _entries(self) * np.ravel(other)[stretched_places(self, other)]
    where = entry_rows(self), entry_columns(self)
    if is_array(self):
        return sparse.coo_array((entries, where), shape=self.shape)
    return sparse.coo_matrix((entries, where), shape=self.shape)


# -- factors ----------------------------------------------------------------------------------------------


class Solver:
    """SuperLU's factors, which do not change: a copy is the same."""

    def __init__(self, factors: Any) -> None:
        self.solve = factors.solve

    def __copy__(self) -> Solver:
        return self

    def __deepcopy__(self, memo: Any) -> Solver:
        return self


def factored(matrix: Any) -> Any:
    """The factors of a copy: SciPy puts the entries in order, in place."""
    return Solver(linalg.splu(matrix.copy().tocsc()))


def solved_by_factors(factors: Any, matrix: Any, b: Any, trans: Any) -> Any:
    """`matrix x = b`, or of the transposed matrix."""
    return factors.solve(np.asarray(b), trans)


class Factors:
    """What `splu` returns, of a matrix that carries a derivative."""

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix
        self.factors = factored(matrix)

    def solve(self, rhs: Any, trans: Any = "N") -> Any:
        return solved_by_factors(self.factors, self.matrix, rhs, trans)


def splu(A: Any, permc_spec: Any = None, diag_pivot_thresh: Any = None, relax: Any = None) -> Any:
    return Factors(A)


def factorized(A: Any) -> Any:
    return Factors(A).solve
