# mypy: allow-untyped-defs, allow-untyped-calls
"""Sparse matrices made of values that carry a derivative: making them, converting them, products, solves.

A matrix is differentiated in its stored entries: its adjoint is `data`'s, so that nothing of the size of
the full matrix is made.  Entries that are not stored are zero whatever happens, as SciPy has it; a
matrix made of a dense array (whose zeros could become entries) is refused.
"""

from __future__ import annotations

import inspect
import operator
import warnings

import numpy as np
import scipy.sparse as sparse
from scipy.sparse import _base, _data, linalg

from sourcead.ir.kinds import Array, List, Object, Tuple, Unknown, Value, is_scalar
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, forward_rule, helpers, linear, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Programs, Rule, register
from sourcead.rules.scipy.kinds import product, product_behind, record, solution
from sourcead.runtime import scipy_sparse
from sourcead.runtime.scipy_sparse import (
    along_diagonals,
    diagonal_places,
    entries_given,
    entries_of,
    filled,
    gathered,
    on_diagonal,
    one_number,
    places,
    places_inside,
    product_entries,
    rows_and_columns,
    sampled_product,
    scattered,
    solved_in_order,
    stored_at,
    times_number,
    with_entries,
)

TESTS = "rules/test_scipy_sparse.py"

helpers(scipy_sparse)
_entries = Array("float64", (None,))
register(
    Rule(
        "one_number",
        "source",
        (one_number,),
        kind=lambda other: other if is_number(other) else None,
    )
)
register(Rule("product_entries", "source", (product_entries,), kind=lambda *kinds: _entries))


# Which entries stand where does not vary: of the matrix that they are put into, nothing else matters.


@reverse_rule(
    gathered,
    wrt=("matrix", "data_bar"),
    kind=lambda *kinds: _entries,
    samples=Programs(TESTS, "(a + K)"),
)
def gathered_back(y_bar, y, matrix, data_bar, rows, columns):
    return None, scattered(matrix, y_bar, rows, columns)


@forward_rule(gathered)
def gathered_tangent(y, matrix, data_bar, rows, columns, *, matrix_dot, data_bar_dot):
    if data_bar_dot is None:
        return np.zeros_like(y)
    return gathered(matrix, data_bar_dot, rows, columns)


@reverse_rule(
    scattered,
    wrt=("matrix", "entries"),
    kind=lambda *kinds: _entries,
    samples=Programs(TESTS, "(a + K)"),
)
def scattered_back(y_bar, y, matrix, entries, rows, columns):
    return None, gathered(matrix, y_bar, rows, columns)


@forward_rule(scattered)
def scattered_tangent(y, matrix, entries, rows, columns, *, matrix_dot, entries_dot):
    if entries_dot is None:
        return np.zeros_like(y)
    return scattered(matrix, entries_dot, rows, columns)


_sampled = Rule("sampled_product", "source", (sampled_product,), kind=lambda *kinds: _entries)
register(_sampled)

CLASSES = tuple(
    getattr(sparse, f"{fmt}_{form}")
    for fmt in ("csr", "csc", "coo")
    for form in ("matrix", "array")
)


DIAGONAL = (sparse.dia_matrix, sparse.dia_array)


def of_class(cls):
    return record(cls, data=Array("float64", (None,)))


def class_of(kind):
    """The class of a sparse matrix, made in the program or global."""
    if isinstance(kind, Object):
        return kind.cls
    return type(kind.value) if isinstance(kind, Value) else None


def in_format(fmt):
    """A conversion: from a matrix to a matrix, from an array to an array."""

    def kind(self, *args, **kwargs):
        cls = class_of(self)
        if cls is None:
            return Unknown()
        form = "matrix" if issubclass(cls, sparse.spmatrix) else "array"
        return of_class(getattr(sparse, f"{fmt}_{form}"))

    return kind


def is_sparse(x):
    """Known where the class is."""
    cls = class_of(x)
    if cls is not None:
        return Const(issubclass(cls, (sparse.spmatrix, sparse.sparray)))
    return Const(False) if isinstance(x, (Array, Tuple, List)) or is_number(x) else None


constant(places, places_inside, rows_and_columns)
_whole_numbers = Array("int64", (None,))
constant(stored_at, kind=lambda matrix, rows, columns: _whole_numbers)
constant(on_diagonal, kind=lambda matrix, offset: _whole_numbers)
constant(diagonal_places, kind=lambda matrix, offset: Tuple((_whole_numbers, _whole_numbers)))
constant(sparse.issparse, kind=is_sparse)


@reverse_rule(
    with_entries,
    wrt=("matrix", "data"),
    kind=lambda matrix, data: same_class(matrix),
    samples=Programs(TESTS, "csr_matrix("),
)
def entries_put(y_bar, y, matrix, data):
    return None, y_bar[0]


@forward_rule(with_entries)
def entries_put_tangent(y, matrix, data, *, matrix_dot, data_dot):
    return (np.zeros_like(y.data) if data_dot is None else data_dot,)


def same_class(matrix, *options, **named):
    cls = class_of(matrix)
    if cls is not None and issubclass(cls, DIAGONAL):
        return record(cls, data=Array("float64", (None, None)))
    return of_class(cls) if cls in CLASSES else Unknown()


def is_number(x):
    return isinstance(x.value, (int, float)) if isinstance(x, Const) else is_scalar(x)


def tried(operation, *classes):
    """The class of the result, found on small matrices of these classes, where each number in `data` is an entry."""
    if any(cls is None or cls.__name__.partition("_")[0] not in FORMATS for cls in classes):
        return Unknown()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return made_like(operation(*(cls(SAMPLE) for cls in classes)))


def made_like(matrix):
    cls = type(matrix)
    if matrix.format == "dia":
        return record(cls, data=Array("float64", (None, None)))
    return of_class(cls) if cls in CLASSES else Unknown()


SAMPLE = np.array([[1.0, 2.0, 0.0], [0.0, 3.0, 0.0], [0.5, 0.0, 4.0]])
FORMATS = ("csr", "csc", "coo", "dia")


# ---- making ----------------------------------------------------------------------------------


def made_as(cls):
    return lambda *args, **options: of_class(cls)


def _constructed(entries_bar, made, arg1):
    """The adjoint in the structure of `arg1`: `(data, (i, j))` or `(data, indices, indptr)`."""
    arg1 = entries_given(arg1)
    if len(arg1) == 3:
        return entries_bar, None, None
    return gathered(made, entries_bar, arg1[1][0], arg1[1][1]), (None, None)


def construction(y_bar, y, arg1, shape=None, dtype=None, copy=False, *, maxprint=None):
    """Entries given twice add up, so that both get the adjoint of their sum."""
    if sparse.issparse(arg1):
        rows, columns = rows_and_columns(arg1)
        return (gathered(y, y_bar[0], rows, columns),)
    return _constructed(y_bar[0], y, arg1)


def construction_tangent(y, arg1, shape=None, dtype=None, copy=False, *, maxprint=None, arg1_dot):
    if sparse.issparse(arg1):
        rows, columns = rows_and_columns(arg1)
        return (scattered(y, arg1_dot.data, rows, columns),)
    arg1 = entries_given(arg1)
    if len(arg1) == 3:
        return (arg1_dot[0],)
    return (scattered(y, arg1_dot[0], arg1[1][0], arg1[1][1]),)


for _class in CLASSES:
    reverse_rule(
        _class, wrt=("arg1",), kind=made_as(_class), samples=Programs(TESTS, "csr_matrix(")
    )(construction)
    forward_rule(_class)(construction_tangent)


def of_diagonals(form):
    """The class for a format that is known; without one, diagonals."""

    def kind(diagonals, offsets=None, shape=None, format=None, dtype=None):
        name = format.value if isinstance(format, Const) else None
        if name in ("csr", "csc", "coo"):
            return of_class(getattr(sparse, f"{name}_{form}"))
        if name in (None, "dia"):
            return record(getattr(sparse, f"dia_{form}"), data=Array("float64", (None, None)))
        return Unknown()

    return kind


@reverse_rule(
    sparse.diags,
    wrt=("diagonals",),
    kind=of_diagonals("matrix"),
    samples=Programs(TESTS, "diags("),
)
def diags(y_bar, y, diagonals, offsets=0, shape=None, format=None, dtype=None):
    return along_diagonals(y, y_bar[0], diagonals, offsets)


@forward_rule(sparse.diags)
def diags_tangent(y, diagonals, offsets=0, shape=None, format=None, dtype=None, *, diagonals_dot):
    moved = filled(diagonals, diagonals_dot)
    return (entries_of(sparse.diags(moved, offsets, y.shape), y),)


@reverse_rule(
    sparse.diags_array,
    wrt=("diagonals",),
    kind=of_diagonals("array"),
    samples=Programs("rules/test_scipy_sparse_parts.py", "diags_array("),
)
def diags_array(y_bar, y, diagonals, *, offsets=0, shape=None, format=None, dtype=None):
    return along_diagonals(y, y_bar[0], diagonals, offsets)


@forward_rule(sparse.diags_array)
def diags_array_tangent(
    y, diagonals, *, offsets=0, shape=None, format=None, dtype=None, diagonals_dot
):
    moved = filled(diagonals, diagonals_dot)
    return (entries_of(sparse.diags(moved, offsets, y.shape), y),)


def of_constants(function):
    """The class of what a constructor makes of these options, whatever the sizes are."""

    def kind(*args, **options):
        names = [p.name for p in inspect.signature(function).parameters.values()]
        given = {**dict(zip(names, args)), **options}
        known = {k: v.value for k, v in given.items() if isinstance(v, Const) and k == "format"}
        if "format" in given and not known:
            return Unknown()
        return made_like(function(2, **known))

    return kind


for _function in (sparse.eye, sparse.eye_array, sparse.identity):
    constant(_function, kind=of_constants(_function))


# ---- other formats -----------------------------------------------------------------------------


def converted(y_bar, y, self, copy=False):
    rows, columns = rows_and_columns(self)
    return (gathered(y, y_bar[0], rows, columns),)


def converted_tangent(y, self, copy=False, *, self_dot):
    rows, columns = rows_and_columns(self)
    return (scattered(y, self_dot.data, rows, columns),)


for _format in ("csr", "csc", "coo"):
    for _method in {getattr(cls, f"to{_format}") for cls in (*CLASSES, *DIAGONAL)}:
        reverse_rule(
            _method, wrt=("self",), kind=in_format(_format), samples=Programs(TESTS, ".tocsr(")
        )(converted)
        forward_rule(_method)(converted_tangent)


def transposed(self, *args, **kwargs):
    cls = class_of(self)
    swap = {"csr": "csc", "csc": "csr", "coo": "coo"}
    names = {c: c.__name__ for c in CLASSES}
    if cls not in names:
        return Unknown()
    fmt, _, form = names[cls].partition("_")
    return of_class(getattr(sparse, f"{swap[fmt]}_{form}"))


def transpose(y_bar, y, self, axes=None, copy=False):
    """The stored entries keep their order: rows become columns."""
    return (y_bar[0],)


def transpose_tangent(y, self, axes=None, copy=False, *, self_dot):
    return (self_dot.data,)


for _function in {_base._spbase.T.fget, *(cls.transpose for cls in CLASSES)}:
    reverse_rule(_function, wrt=("self",), kind=transposed, samples=Programs(TESTS, "(a.T @"))(
        transpose
    )
    forward_rule(_function)(transpose_tangent)


def full(self, *args, **kwargs):
    return Array("float64", (None, None))


def toarray(y_bar, y, self, order=None, out=None):
    rows, columns, inside = places_inside(self)
    return (np.where(inside, y_bar[rows, columns], 0.0),)


def toarray_tangent(y, self, order=None, out=None, *, self_dot):
    return with_entries(self, self_dot.data).toarray()


def full_of_array(self, *args, **kwargs):
    """Of a sparse matrix (no array) this is an `np.matrix`."""
    cls = class_of(self)
    return full(self) if cls is not None and issubclass(cls, sparse.sparray) else Unknown()


for _function in {cls.toarray for cls in (*CLASSES, *DIAGONAL)} | {sparse.csr_array.todense}:
    _kind = full_of_array if _function is sparse.csr_array.todense else full
    reverse_rule(_function, wrt=("self",), kind=_kind, samples=Programs(TESTS, ".toarray("))(
        toarray
    )
    forward_rule(_function)(toarray_tangent)


# ---- products ----------------------------------------------------------------------------------


def _matrix(rng, rows=4, columns=3):
    return sparse.csr_array(
        np.where(rng.random((rows, columns)) < 0.6, rng.normal(size=(rows, columns)), 0.0)
    )


def _products(rng):
    return [call(_matrix(rng), rng.normal(size=3)), call(_matrix(rng), rng.normal(size=(3, 2)))]


def matmul(y_bar, y, self, other):
    """The methods are those of all sparse formats."""
    if sparse.issparse(other):
        made = with_entries(y, y_bar[0])
        in_self = product_entries(made, other.T, self)
        return (in_self,), (product_entries(self.T, made, other),)
    return (sampled_product(y_bar, other, self),), self.T @ y_bar


def matmul_tangent(y, self, other, *, self_dot, other_dot):
    if sparse.issparse(other):
        moved = np.zeros_like(y.data)
        if self_dot is not None:
            moved = moved + product_entries(with_entries(self, self_dot.data), other, y)
        if other_dot is not None:
            moved = moved + product_entries(self, with_entries(other, other_dot.data), y)
        return (moved,)
    if self_dot is None:
        return self @ other_dot
    moved = with_entries(self, self_dot.data) @ other
    return moved if other_dot is None else moved + self @ other_dot


def product_of(self, other):
    """With an array, or with another sparse matrix."""
    both = class_of(self), class_of(other)
    return (
        product(self, other) if is_sparse(other) != Const(True) else tried(operator.matmul, *both)
    )


for _function in {sparse.csr_matrix.__matmul__, sparse.csr_matrix.dot, sparse.coo_matrix.dot}:
    reverse_rule(_function, wrt=("self", "other"), kind=product_of, samples=_products)(matmul)
    forward_rule(_function)(matmul_tangent)


@reverse_rule(
    sparse.csr_matrix.__rmatmul__,
    wrt=("self", "other"),
    kind=product_behind,
    samples=lambda rng: [
        call(_matrix(rng), rng.normal(size=4)),
        call(_matrix(rng), rng.normal(size=(2, 4))),
    ],
)
def rmatmul(y_bar, y, self, other):
    return (sampled_product(other.T, y_bar.T, self),), y_bar @ self.T


@forward_rule(sparse.csr_matrix.__rmatmul__)
def rmatmul_tangent(y, self, other, *, self_dot, other_dot):
    if self_dot is None:
        return other_dot @ self
    moved = other @ with_entries(self, self_dot.data)
    return moved if other_dot is None else moved + other_dot @ self


def scaled(self, other, *args):
    return same_class(self) if is_number(other) else Unknown()


def multiple(y_bar, y, self, other):
    """By a number."""
    other = one_number(other)
    return (y_bar[0] * other,), np.sum(y_bar[0] * self.data)


def multiple_tangent(y, self, other, *, self_dot, other_dot):
    other = one_number(other)
    moved = 0.0 if self_dot is None else self_dot.data * other
    return (moved if other_dot is None else moved + self.data * other_dot,)


for _function in (
    sparse.csr_array.__mul__, sparse.csr_array.__rmul__, sparse.csr_matrix.__rmul__, times_number,
):  # fmt: skip
    reverse_rule(
        _function, wrt=("self", "other"), kind=scaled, samples=Programs(TESTS, "((a * K) @ X)")
    )(multiple)
    forward_rule(_function)(multiple_tangent)


def product_or_multiple(self, other):
    return scaled(self, other) if is_number(other) else product_of(self, other)


@reverse_rule(
    sparse.csr_matrix.__mul__,
    wrt=("self", "other"),
    kind=product_or_multiple,
    samples=Programs(TESTS, "(a * X))"),
)
def star(y_bar, y, self, other):
    """Of matrices (not arrays), `*` with an array is the matrix product."""
    if sparse.issparse(other):
        made = with_entries(y, y_bar[0])
        in_self = product_entries(made, other.T, self)
        return (in_self,), (product_entries(self.T, made, other),)
    if np.ndim(other) == 0:
        return (y_bar[0] * other,), np.sum(y_bar[0] * self.data)
    return (sampled_product(y_bar, other, self),), self.T @ y_bar


@forward_rule(sparse.csr_matrix.__mul__)
def star_tangent(y, self, other, *, self_dot, other_dot):
    if sparse.issparse(other):
        moved = np.zeros_like(y.data)
        if self_dot is not None:
            moved = moved + product_entries(with_entries(self, self_dot.data), other, y)
        if other_dot is not None:
            moved = moved + product_entries(self, with_entries(other, other_dot.data), y)
        return (moved,)
    if np.ndim(other) == 0:
        moved = 0.0 if self_dot is None else self_dot.data * other
        return (moved if other_dot is None else moved + self.data * other_dot,)
    moved = 0.0 if self_dot is None else with_entries(self, self_dot.data) @ other
    return moved if other_dot is None else moved + self @ other_dot


@reverse_rule(
    _base._spbase.__truediv__,
    wrt=("self", "other"),
    kind=scaled,
    samples=Programs(TESTS, "(a / 2.0"),
)
def quotient(y_bar, y, self, other):
    """By a number."""
    other = one_number(other)
    return (y_bar[0] / other,), -np.sum(y_bar[0] * y.data) / other


@forward_rule(_base._spbase.__truediv__)
def quotient_tangent(y, self, other, *, self_dot, other_dot):
    other = one_number(other)
    moved = 0.0 if self_dot is None else self_dot.data / other
    return (moved if other_dot is None else moved - y.data * (other_dot / other),)


def duplicate(y_bar, y, self):
    return (y_bar[0],)


def duplicate_tangent(y, self, *, self_dot):
    return (1.0 * self_dot.data,)


for _function in {cls.copy for cls in CLASSES} | {sparse.dia_matrix.copy}:
    reverse_rule(_function, wrt=("self",), kind=same_class, samples=Programs(TESTS, "a.copy()"))(
        duplicate
    )
    forward_rule(_function)(duplicate_tangent)


def diagonal(y_bar, y, self, k=0):
    rows, columns = rows_and_columns(self)
    on_it = columns - rows == k
    return (np.where(on_it, y_bar[np.where(on_it, np.minimum(rows, columns), 0)], 0.0),)


def diagonal_tangent(y, self, k=0, *, self_dot):
    return with_entries(self, self_dot.data).diagonal(k)


for _function in {cls.diagonal for cls in CLASSES}:
    reverse_rule(
        _function,
        wrt=("self",),
        kind=lambda self, k=None: _entries,
        samples=Programs(TESTS, "a.diagonal("),
    )(diagonal)
    forward_rule(_function)(diagonal_tangent)


@reverse_rule(
    _data._data_matrix.__neg__,
    wrt=("self",),
    kind=same_class,
    samples=Programs(TESTS, "((-a) @ X)"),
)
def negative(y_bar, y, self):
    return (-y_bar[0],)


@forward_rule(_data._data_matrix.__neg__)
def negative_tangent(y, self, *, self_dot):
    return (-self_dot.data,)


def added_kind(self, other):
    return tried(operator.add, class_of(self), class_of(other))


def _shares(y_bar, y, self):
    rows, columns = rows_and_columns(self)
    return gathered(y, y_bar, rows, columns)


def added(y_bar, y, self, other):
    return (_shares(y_bar[0], y, self),), (_shares(y_bar[0], y, other),)


def added_tangent(y, self, other, *, self_dot, other_dot):
    moved = np.zeros_like(y.data)
    if self_dot is not None:
        moved = moved + _spread(y, self, self_dot.data)
    if other_dot is not None:
        moved = moved + _spread(y, other, other_dot.data)
    return (moved,)


def _spread(y, matrix, data_dot):
    rows, columns = rows_and_columns(matrix)
    return scattered(y, data_dot, rows, columns)


def subtracted(y_bar, y, self, other):
    return (_shares(y_bar[0], y, self),), (-_shares(y_bar[0], y, other),)


def subtracted_tangent(y, self, other, *, self_dot, other_dot):
    moved = np.zeros_like(y.data)
    if self_dot is not None:
        moved = moved + _spread(y, self, self_dot.data)
    if other_dot is not None:
        moved = moved - _spread(y, other, other_dot.data)
    return (moved,)


for _name, _rule, _tangent, _text in (
    ("__add__", added, added_tangent, "((a + K) @ X)"),
    ("__sub__", subtracted, subtracted_tangent, "((a - L) @ X)"),
):
    _function = getattr(_base._spbase, _name)
    reverse_rule(_function, wrt=("self", "other"), kind=added_kind, samples=Programs(TESTS, _text))(
        _rule
    )
    forward_rule(_function)(_tangent)


# ---- solves ------------------------------------------------------------------------------------


def _system(rng):
    return sparse.csc_array(_matrix(rng, 4, 4) + 4.0 * sparse.eye_array(4))


@reverse_rule(
    linalg.spsolve,
    solved_in_order,
    wrt=("A", "b"),
    kind=solution,
    samples=lambda rng: [
        call(_system(rng), rng.normal(size=4)),
        call(_system(rng), rng.normal(size=(4, 2))),
    ],
    also={"of_objects": solved_in_order},
)
def spsolve(x_bar, x, A, b):
    """One solve with the transposed matrix; of the matrix only the stored entries get an adjoint."""
    b_bar = solved_in_order(A.T.tocsc(), x_bar)
    return (-sampled_product(b_bar, x, A),), b_bar


@forward_rule(linalg.spsolve, solved_in_order)
def spsolve_tangent(x, A, b, *, A_dot, b_dot):
    moved = 0.0 if b_dot is None else b_dot
    if A_dot is not None:
        moved = moved - with_entries(A, A_dot.data) @ x
    return solved_in_order(A, moved)


@linear(
    linalg.expm_multiply,
    wrt="B",
    kind=solution,
    samples=lambda rng: [
        call(_system(rng) * 0.3, rng.normal(size=4)),
        call(_system(rng) * 0.3, rng.normal(size=(4, 2))),
    ],
)
def expm_multiply(y_bar, A, B):
    """`expm(A) @ B` in B; the matrix is constant."""
    return linalg.expm_multiply(A.T, y_bar)
