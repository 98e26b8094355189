"""What kind do these functions return, where a call on samples cannot tell?

Their shapes follow from integers, masks or lists of them: rank and type are known then, sizes are not.

(Samples of masks and places are all true and all zero: the size that they give is one of many.)

>>> print(places(Array("bool", (3, 4))))
(int64[?], int64[?])
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from sourcead.analysis.prototypes import SizeOf
from sourcead.analysis.shape_kinds import inferred_kind
from sourcead.ir.kinds import (
    Array,
    Kind,
    List,
    NoneKind,
    Np,
    Number,
    Py,
    Text,
    Tuple,
    Unknown,
    dtype_of,
)
from sourcead.ir.nodes import Const

__all__ = [
    "along_axis", "array_of", "by_shape", "common", "contiguous", "counts", "flat_places", "full",
    "inner_product", "least_squares", "listed", "norms", "numeric", "of_rank", "picked", "places", "rank",
    "real_or_complex", "repeated", "required", "rows_of_places", "same_rank", "slices", "solved",
]  # fmt: skip


def rank(value: Any) -> int | None:
    match value:
        case Array(_, dims):
            return len(dims)
        case Py() | Np():
            return 0
        case Const(constant):
            return 0 if isinstance(constant, (bool, int, float, complex)) else None
        case List(item, _, None):
            inside = rank(item)
            return None if inside is None else inside + 1
        case Tuple(items) | List(_, _, items):
            inner = {rank(item) for item in items or ()}
            depth = inner.pop() if len(inner) == 1 else None
            return None if depth is None else depth + 1
        case _:
            return None


def of_rank(value: Any, count: int | None, *others: Any) -> Kind | None:
    """An array of some shape with so many axes, of the type that the values have together."""
    dtype = common(value, *others)
    if dtype is None or count is None:
        return None
    return Array(str(dtype), (None,) * count)


def common(*values: Any) -> np.dtype[Any] | None:
    """The type of arrays (and numbers, which only count where there is no array)."""
    leaves = [leaf for value in values for leaf in _leaves(value)]
    dtypes = [dtype_of(leaf) for leaf in leaves]
    if not leaves or any(dtype is None for dtype in dtypes):
        return None
    firm = [d for leaf, d in zip(leaves, dtypes) if isinstance(leaf, (Array, Np))] or dtypes
    return np.result_type(*(d for d in firm if d is not None))


def _leaves(value: Any) -> list[Any]:
    match value:
        case List(item, _, None):
            return _leaves(item)
        case Tuple(items) | List(_, _, items):
            return [leaf for item in items or () for leaf in _leaves(item)]
        case Const(constant):
            return [Py(type(constant))] if isinstance(constant, (int, float, complex)) else []
        case _:
            return [value]


def _is_none(value: Any) -> bool:
    return value is None or isinstance(value, NoneKind) or value == Const(None)


# -- kinds of results ----------------------------------------------------------------------------


def along_axis(position: int) -> Callable[..., Kind | None]:
    """Of the first argument's rank; flat where argument number `position`, the axis, is None.

    >>> print(along_axis(2)(Array("float32", (4, 3)), Py(int), axis=Const(0)))
    float32[?, ?]
    """

    def kind(a: Any, *args: Any, axis: Any = None, **options: Any) -> Kind | None:
        given = args[position - 1] if len(args) >= position else axis
        return of_rank(a, 1 if _is_none(given) else rank(a))

    return kind


def norms(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = None) -> Kind | None:
    """The order says nothing about the kind: that of 1, where it is known only while the program runs."""
    given = Const(1) if isinstance(ord, (Py, Np, Text, Number)) else ord or Const(None)
    return inferred_kind(np.linalg.norm, [x, given, axis or Const(None), keepdims or Const(False)])


def picked(condition: Any, a: Any, axis: Any = None) -> Kind | None:
    """`np.compress(condition, a, axis)`"""
    return of_rank(a, 1 if _is_none(axis) else rank(a))


def repeated(a: Any, repeats: Any, axis: Any = None) -> Kind | None:
    """One number of copies for all, or a number for each element."""
    if isinstance(repeats, Const):
        return inferred_kind(
            np.repeat, [a, repeats], {"axis": Const(None) if axis is None else axis}
        )
    return of_rank(a, 1 if _is_none(axis) else rank(a))


def by_shape(
    function: Callable[..., Any], name: str = "shape", *, is_complex: bool = False
) -> Callable[..., Kind | None]:
    """Of the shape that one of the arguments says, of the type of the first (or complex, as precise)."""
    signature = inspect.signature(function)

    def kind(*args: Any, **options: Any) -> Kind | None:
        seed = args[0]
        dtype = np.dtype(float) if isinstance(seed, Const) else dtype_of(seed)
        if dtype is not None and is_complex:
            dtype = (np.zeros((), dtype) + 1j).dtype
        match signature.bind(*args, **options).arguments[name]:
            case _ if dtype is None:
                return None
            case SizeOf(dims, False):
                return Array(str(dtype), dims)
            case Tuple(items):
                return Array(
                    str(dtype), tuple(i.value if isinstance(i, Const) else None for i in items)
                )
            case _:
                return None

    return kind


def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = None) -> Kind | None:
    """`np.full`: a tuple says how many axes there are, also where its numbers are unknown."""
    if isinstance(shape, Tuple):
        lengths = (Py(int) if isinstance(k, (Unknown, Number)) else k for k in shape.items)
        shape = Tuple(tuple(lengths))
    return inferred_kind(np.full, [shape, fill_value], {"dtype": dtype or Const(None)})


def numeric(function: Callable[..., Any]) -> Callable[..., Kind]:
    """Of functions that return one number or array, whatever they are given."""

    def kind(*args: Any, **options: Any) -> Kind:
        if any(isinstance(value, Number) for value in (*args, *options.values())):
            return Number(real=False)
        found = inferred_kind(function, args, options)
        return Number(real=False) if isinstance(found, Unknown) else found

    return kind


def array_of(function: Callable[..., Any]) -> Callable[..., Kind | None]:
    """`np.array` and its like: also of lists of which samples do not know what they hold, or how many."""

    def kind(a: Any, *args: Any, **options: Any) -> Kind | None:
        if isinstance(a, Number):
            return a
        found = inferred_kind(function, [a, *args], options)
        if not isinstance(found, Unknown) or args or options:
            return found
        return of_rank(a, rank(a))

    return kind


def real_or_complex(a: Any, **options: Any) -> Kind | None:
    """`np.real_if_close`: which of the two a complex array becomes, its numbers decide."""
    dtype = dtype_of(a)
    return Number(real=False) if dtype is None or dtype.kind == "c" else inferred_kind(np.real, [a])


def least_squares(function: Callable[..., Any]) -> Callable[..., Kind | None]:
    """`lstsq`: the residuals are there, or not, as the rank of the matrix has it; some are one number."""

    def kind(*args: Any, **options: Any) -> Kind | None:
        found = inferred_kind(function, args, options)
        if not isinstance(found, Tuple):
            return None
        x, residuals, *rest = found.items
        several = function is np.linalg.lstsq or (isinstance(x, Array) and len(x.dims) > 1)
        dtype = str(dtype_of(residuals))
        return Tuple((x, Array(dtype, (None,)) if several else Number(), *rest))

    return kind


def contiguous(a: Any, *args: Any, **options: Any) -> Kind | None:
    """`np.ascontiguousarray`: of one axis at least."""
    found = array_of(np.asarray)(a, *args, **options)
    return Array(found.dtype, (1,)) if isinstance(found, Array) and not found.dims else found


def required(a: Any, dtype: Any = None, requirements: Any = None) -> Kind | None:
    return array_of(np.asarray)(a) if _is_none(dtype) else None


def slices(a: Any, *, axis: Any = None) -> Kind | None:
    """A tuple of arrays of one rank less, one for each place along an axis of known length."""
    if not isinstance(a, Array):
        return None
    size = a.dims[axis.value if isinstance(axis, Const) else 0]
    one = of_rank(a, len(a.dims) - 1)
    return Tuple((one,) * size) if isinstance(size, int) and one is not None else None


def listed(a: Any) -> Kind | None:
    """Lists in lists, as deep as the array has axes, of numbers."""
    if not isinstance(a, Array):
        return None
    kind: Kind = Py(type(np.zeros((), a.dtype).item()))
    for _ in a.dims:
        kind = List(kind)
    return kind


def inner_product(a: Any, b: Any) -> Kind | None:
    dtype = common(a, b)
    return None if dtype is None else Np(str(dtype))


def solved(a: Any, b: Any, *args: Any, **options: Any) -> Kind | None:
    """`tensorsolve`: the axes that a has more than b."""
    whole, right = rank(a), rank(b)
    return None if whole is None or right is None else of_rank(a, whole - right, b)


def same_rank(a: Any, *args: Any, **options: Any) -> Kind | None:
    return of_rank(a, rank(a))


# -- places --------------------------------------------------------------------------------------


def places(a: Any) -> Kind | None:
    """`np.nonzero(a)`: an array of places for each axis."""
    count = rank(a)
    return None if count is None else Tuple((_places(1),) * max(count, 1))


def flat_places(a: Any) -> Kind:
    return _places(1)


def rows_of_places(a: Any) -> Kind:
    return _places(2)


def counts(x: Any, weights: Any = None, minlength: Any = None) -> Kind | None:
    """`np.bincount`: as long as the largest entry says."""
    return _places(1) if _is_none(weights) else Array("float64", (None,))


def _places(axes: int) -> Array:
    return Array(str(np.dtype(np.intp)), (None,) * axes)
