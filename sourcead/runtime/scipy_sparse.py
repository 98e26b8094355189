"""Adjoints of sparse matrices: one number for each stored entry, in the order of the matrix's `data`."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import linalg

__all__ = [
    "along_diagonals", "as_matrix", "diagonal_places", "entries_given", "entries_of", "filled", "gathered",
    "on_diagonal", "one_number", "places", "places_inside", "product_entries", "rows_and_columns",
    "sampled_product", "scattered", "solved_in_order", "stored_at", "times_number", "with_entries",
]  # fmt: skip


def rows_and_columns(matrix: Any) -> tuple[Any, Any]:
    """Where each stored entry stands."""
    if matrix.format == "dia":
        k, j = np.indices(matrix.data.shape)
        return j - matrix.offsets[k], j
    entries = matrix.tocoo()
    return entries.row, entries.col


def with_entries(matrix: Any, data: Any) -> Any:
    """The matrix with other numbers in the same places."""
    changed = matrix.copy()
    changed.data = np.asarray(data)
    return changed


def entries_given(arg1: Any) -> Any:
    """What a matrix is made of, where that has places for its entries."""
    if not isinstance(arg1, tuple):
        raise NotImplementedError(
            "a sparse matrix is made of a dense array that carries a derivative, whose zeros could become entries; "
            "make it from (data, (rows, columns))"
        )
    return arg1


def places(matrix: Any, rows: Any, columns: Any) -> Any:
    """The positions in `matrix.data` of entries that have gone into it."""
    found = stored_at(matrix, rows, columns)
    if np.any(found < 0):
        raise NotImplementedError(
            "an entry of a sparse matrix that carries a derivative is exactly zero and is not stored: "
            "make the matrix from (data, (rows, columns))"
        )
    return found


def stored_at(matrix: Any, rows: Any, columns: Any) -> Any:
    """The positions in `matrix.data` of the entries at these places; -1 where none is stored."""
    if matrix.format == "coo" and _are_its_own(matrix, rows, columns):
        return np.arange(len(rows))
    if matrix.format == "dia":
        return _in_diagonals(matrix, rows, columns)
    ranks = with_entries(matrix, np.arange(1.0, matrix.data.size + 1.0)).tocsr()
    ranks.sum_duplicates()
    if ranks.nnz < matrix.data.size:
        raise NotImplementedError(
            "a sparse matrix that carries a derivative stores the same place twice: make it from "
            "(data, (rows, columns)), or use sum_duplicates on the constant one"
        )
    return np.asarray(ranks[rows, columns]).ravel().astype(int) - 1


def _are_its_own(matrix: Any, rows: Any, columns: Any) -> bool:
    return np.array_equal(matrix.row, rows) and np.array_equal(matrix.col, columns)


def _in_diagonals(matrix: Any, rows: Any, columns: Any) -> Any:
    order = np.argsort(matrix.offsets)
    offsets = matrix.offsets[order]
    at = np.minimum(np.searchsorted(offsets, columns - rows), len(offsets) - 1)
    width = matrix.data.shape[1]
    stored = (offsets[at] == columns - rows) & (columns < width)
    return np.where(stored, order[at] * width + columns, -1)


def gathered(matrix: Any, data_bar: Any, rows: Any, columns: Any) -> Any:
    """The adjoints of entries from those of the matrix that they have gone into, where equal places add."""
    inside = _inside(matrix, rows, columns)
    found = np.zeros(np.shape(rows), np.asarray(data_bar).dtype)
    found[inside] = np.ravel(data_bar)[places(matrix, rows[inside], columns[inside])]
    return found


def scattered(matrix: Any, entries: Any, rows: Any, columns: Any) -> Any:
    """The opposite: what the matrix stores, from the entries."""
    data = np.zeros(matrix.data.size, np.asarray(entries).dtype)
    inside = _inside(matrix, rows, columns)
    at = places(matrix, rows[inside], columns[inside])
    np.add.at(data, at, np.asarray(entries)[inside])
    return np.reshape(data, matrix.data.shape)


def _inside(matrix: Any, rows: Any, columns: Any) -> Any:
    """Diagonals are stored with ends that lie beyond the matrix."""
    return (rows >= 0) & (rows < matrix.shape[0]) & (columns < matrix.shape[1])


def as_matrix(matrix: Any, matrix_dot: Any) -> Any:
    """The tangent of a dense matrix."""
    if not isinstance(matrix, np.ndarray):
        raise NotImplementedError(
            "a linear operator that carries a derivative is solved with; give the solver a matrix"
        )
    return matrix_dot


def one_number(other: Any) -> Any:
    """The number that a matrix is multiplied with."""
    if np.ndim(other) != 0 or not isinstance(other, (int, float, np.number, np.ndarray)):
        raise NotImplementedError(
            "products of a sparse matrix that carries a derivative, entry by entry: with a number; "
            "compute with its `data`, or multiply by scipy.sparse.diags(...)"
        )
    return other


def times_number(self: Any, other: Any) -> Any:
    """`matrix.multiply(number)`."""
    return self.multiply(other)


def along_diagonals(matrix: Any, entries_bar: Any, diagonals: Any, offsets: Any) -> Any:
    """The adjoints of diagonals; a single number stands for all entries of its diagonal."""
    if np.ndim(offsets) > 0:
        return [_along(matrix, entries_bar, d, k) for d, k in zip(diagonals, offsets)]
    if np.ndim(diagonals[0]) > 0:
        return [_along(matrix, entries_bar, diagonals[0], offsets)]
    return _along(matrix, entries_bar, diagonals, offsets)


def _along(matrix: Any, entries_bar: Any, diagonal: Any, offset: int) -> Any:
    if matrix.format == "dia":
        found = np.ravel(entries_bar)[on_diagonal(matrix, offset)]
    else:
        rows, columns = diagonal_places(matrix, offset)
        found = gathered(matrix, entries_bar, rows, columns)
    if np.ndim(diagonal) == 0:
        return np.sum(found)
    return np.sum(found, keepdims=True) if len(diagonal) == 1 else found


def diagonal_places(matrix: Any, offset: int) -> tuple[Any, Any]:
    """The rows and columns of a diagonal."""
    size = min(matrix.shape[0] + min(offset, 0), matrix.shape[1] - max(offset, 0))
    rows = np.arange(size) + max(-offset, 0)
    return rows, rows + offset


def on_diagonal(matrix: Any, offset: int) -> Any:
    """Where a diagonal is in the numbers of `data`."""
    columns = diagonal_places(matrix, offset)[1]
    return list(matrix.offsets).index(offset) * matrix.data.shape[1] + columns


def solved_in_order(matrix: Any, b: Any) -> Any:
    """`spsolve`, which orders the entries of the matrix in place: here of a copy, where that moves them.

    Tangents and adjoints of the entries stand in the order that the matrix had when it was made.
    """
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    return linalg.spsolve(matrix, b)


def product_entries(left: Any, right: Any, matrix: Any) -> Any:
    """`left @ right` of sparse matrices, in the places of the matrix's entries."""
    return entries_of(left @ right, matrix)


def sampled_product(left: Any, right: Any, matrix: Any) -> Any:
    """`left @ right.T` in the places of the matrix's entries only."""
    rows, columns = rows_and_columns(matrix)
    if matrix.format == "dia":
        inside = (rows >= 0) & (rows < matrix.shape[0]) & (columns < matrix.shape[1])
        found = np.zeros(matrix.data.shape)
        found[inside] = _products(left, right, rows[inside], columns[inside])
        return found
    return _products(left, right, rows, columns)


def _products(left: Any, right: Any, rows: Any, columns: Any) -> Any:
    if left.ndim == 1:
        return left[rows] * right[columns]
    return np.sum(left[rows] * right[columns], axis=-1)


def filled(values: Any, dots: Any) -> Any:
    """Tangents of a list of arrays or numbers, zeros where there is none."""
    return [np.zeros_like(v) if d is None else d for v, d in zip(values, dots)]


def places_inside(matrix: Any) -> tuple[Any, Any, Any]:
    """Where each stored entry stands, and which of them lie in the matrix; the others at (0, 0)."""
    rows, columns = rows_and_columns(matrix)
    inside = _inside(matrix, rows, columns)
    return np.where(inside, rows, 0), np.where(inside, columns, 0), inside


def entries_of(other: Any, matrix: Any) -> Any:
    """What `other` has in the places that `matrix` stores."""
    rows, columns, inside = places_inside(matrix)
    at = stored_at(other, np.ravel(rows), np.ravel(columns))
    found = np.where(at >= 0, np.ravel(other.data)[np.maximum(at, 0)], 0.0)
    return np.where(inside, np.reshape(found, np.shape(rows)), 0.0)
