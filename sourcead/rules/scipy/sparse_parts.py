# mypy: allow-untyped-defs, allow-untyped-calls
"""Sparse matrices that are put together, cut, stretched and factored, where one of them carries a derivative.

Each is followed in other words than SciPy's, which are compiled: see `runtime/scipy_sparse_parts.py`.
"""

from __future__ import annotations

from typing import Any

import scipy.sparse as sparse
from scipy.sparse import linalg

from sourcead.ir.kinds import Array, Py, Tuple
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, forward_rule, helpers, instead_of, reverse_rule
from sourcead.rules.registry import Programs
from sourcead.rules.scipy.sparse_matrices import CLASSES, DIAGONAL, class_of, same_class
from sourcead.runtime import scipy_sparse_parts as parts
from sourcead.runtime.scipy_sparse import sampled_product, with_entries

TESTS = Programs("rules/test_scipy_sparse_parts.py", "PROGRAMS")

_numbers = Array("int64", (None,))
for _function in (
    parts.entry_numbers, parts.entry_rows, parts.entry_columns, parts.one_place, parts.part_numbers,
    parts.part_rows, parts.part_columns, parts.stretched_places, parts.table_rows, parts.table_columns,
    parts.rows_of, parts.columns_of, parts.rows_below, parts.columns_beside, parts.kron_rows, parts.kron_columns,
):  # fmt: skip
    constant(_function, kind=lambda *given, **options: _numbers)
_shape = Tuple((Py(int), Py(int)))
for _function in (parts.table_shape, parts.shape_below, parts.shape_beside, parts.kron_shape):
    constant(_function, kind=lambda *given: _shape)


def _is_of(*classes):
    """Known where the class is."""

    def kind(matrix):
        cls = class_of(matrix)
        return None if cls is None else Const(issubclass(cls, classes))

    return kind


constant(parts.is_array, kind=_is_of(sparse.sparray))


def _table_is_array(table):
    """Known where the classes are."""
    rows = (table.items or ()) if isinstance(table, Tuple) else ()
    blocks = [block for row in rows if isinstance(row, Tuple) for block in row.items or ()]
    classes = [class_of(block) for block in blocks]
    found = [cls for cls in classes if cls is not None]
    return Const(any(issubclass(cls, sparse.sparray) for cls in found)) if found else None


constant(parts.ones_beside, kind=lambda matrix, axis: Array("float64", (None,)))
constant(parts.table_is_array, kind=_table_is_array)
constant(parts.is_csr, kind=_is_of(sparse.csr_matrix, sparse.csr_array))
constant(parts.is_csc, kind=_is_of(sparse.csc_matrix, sparse.csc_array))
constant(parts.chosen_part, parts.factored)

FOLLOWED: tuple[tuple[Any, Any], ...] = (
    (sparse.vstack, parts.vstack),
    (sparse.hstack, parts.hstack),
    (sparse.bmat, parts.bmat),
    (sparse.block_array, parts.block_array),
    (sparse.block_diag, parts.block_diag),
    (sparse.kron, parts.kron),
    (sparse.kronsum, parts.kronsum),
    (sparse.tril, parts.lower),
    (sparse.triu, parts.upper),
    (linalg.splu, parts.splu),
    (linalg.factorized, parts.factorized),
)
for _compiled, _followed in FOLLOWED:
    instead_of(_compiled)(_followed)

_ALL = (*CLASSES, *DIAGONAL)
METHODS: tuple[tuple[str, Any, Any], ...] = (
    ("sum", parts.total, None),
    ("power", parts.power, same_class),
    ("__abs__", parts.absolute, same_class),
    ("__getitem__", parts.entry, None),
    ("multiply", parts.multiply, None),
)
for _name, _followed, _kind in METHODS:
    for _method in {getattr(cls, _name) for cls in _ALL if hasattr(cls, _name)}:
        instead_of(_method, kind=_kind)(_followed)


# ---- solves by factors -------------------------------------------------------------------------------


@reverse_rule(
    parts.solved_by_factors,
    wrt=("matrix", "b"),
    samples=TESTS,
    kind=lambda factors, matrix, b, trans: b,
)
def solved_by_factors(x_bar, x, factors, matrix, b, trans):
    """One solve with the same factors, transposed."""
    if trans == "N":
        b_bar = parts.solved_by_factors(factors, matrix, x_bar, "T")
        return (-sampled_product(b_bar, x, matrix),), b_bar
    b_bar = parts.solved_by_factors(factors, matrix, x_bar, "N")
    return (-sampled_product(x, b_bar, matrix),), b_bar


@forward_rule(parts.solved_by_factors)
def solved_by_factors_tangent(x, factors, matrix, b, trans, *, matrix_dot, b_dot):
    moved = 0.0 if b_dot is None else b_dot
    if matrix_dot is not None:
        change = with_entries(matrix, matrix_dot.data)
        moved = moved - (change @ x if trans == "N" else change.T @ x)
    return parts.solved_by_factors(factors, matrix, moved, trans)


helpers(parts)
