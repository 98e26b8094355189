"""The kind of an array whose shape is said in numbers: `np.arange(n + 1.0)`, `x.reshape(rows, -1)`.

Samples of the numbers would give one shape of many (or none at all), so dtype and rank are read off
the arguments' kinds, and an axis is known only where its size is.

>>> from sourcead.ir.kinds import Sym
>>> u = Array("float64", (Sym("u0"), 3))
>>> print(shape_kind(np.arange, [Const(1.0), Py(float)]))
float64[?]
>>> print(shape_kind(np.ndarray.reshape, [u, SizeOf((Sym("u0"),), True), Const(-1)]))
float64[u0, ?]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sourcead.analysis.prototypes import SizeOf, result_kind
from sourcead.ir.kinds import (
    Array,
    Dim,
    Kind,
    List,
    NoneKind,
    Np,
    Number,
    Py,
    Sym,
    Tuple,
    Value,
    dtype_of,
)
from sourcead.ir.nodes import Const

__all__ = ["inferred_kind", "shape_kind"]

Argument = Any  # a Kind, a Const or a SizeOf


def shape_kind(
    function: Any, args: Sequence[Argument], kwargs: Mapping[str, Argument] | None = None
) -> Kind | None:
    """The kind of the result, or None where this file knows nothing of the function."""
    try:
        handler = _HANDLERS.get(function)
    except TypeError:
        return None
    kind = None if handler is None else handler(function, list(args), dict(kwargs or {}))
    return kind if not isinstance(kind, Array) or _is_numeric(kind.dtype) else None


def _is_numeric(dtype: str) -> bool:
    """Arrays of objects and records have no kind: nothing here knows what they hold."""
    try:
        return np.dtype(dtype).kind in "biufc"
    except TypeError:
        return False


def _arange(function: Any, args: list[Argument], kwargs: dict[str, Argument]) -> Kind | None:
    numbers = [a for a in (*args, *kwargs.values()) if dtype_of(_plain(a)) is not None]
    dtype = _dtype(kwargs.get("dtype"))
    if dtype is None:
        if len(numbers) != len(args) + len(kwargs):
            return None
        dtype = np.arange(*(np.ones((), dtype_of(_plain(a))).item() for a in numbers)).dtype
    known = args[0] if len(args) == 1 and not kwargs else None
    return Array(str(dtype), (_dim(known) if isinstance(known, (Const, SizeOf)) else None,))


def _spaced(function: Any, args: list[Argument], kwargs: dict[str, Argument]) -> Kind | None:
    if (
        set(kwargs) - {"num"}
        or len(args) > 3
        or any(not isinstance(_plain(a), (Py, Np)) for a in args[:2])
    ):
        return None
    num = args[2] if len(args) == 3 else kwargs.get("num", Const(50))
    return Array(str(function(_one(args[0]), _one(args[1]), 2).dtype), (_dim(num),))


def _one(number: Argument) -> Any:
    """A number of this kind."""
    kind = _plain(number)
    assert isinstance(kind, (Py, Np))
    return kind.type(1) if isinstance(kind, Py) else np.dtype(kind.dtype).type(1)


def _filled(function: Any, args: list[Argument], kwargs: dict[str, Argument]) -> Kind | None:
    """`zeros`, `ones`, `empty` of a shape."""
    shape = args[0] if args else kwargs.get("shape")
    dtype = _dtype(args[1] if len(args) > 1 else kwargs.get("dtype", Value(float)))
    dims = _dims([shape])
    return None if dims is None or dtype is None else Array(str(dtype), dims)


def _full(function: Any, args: list[Argument], kwargs: dict[str, Argument]) -> Kind | None:
    if len(args) < 2:
        return None
    dtype = _dtype(args[2] if len(args) > 2 else kwargs.get("dtype")) or dtype_of(_plain(args[1]))
    dims = _dims(args[:1])
    return None if dims is None or dtype is None else Array(str(dtype), dims)


def _reshape(function: Any, args: list[Argument], kwargs: dict[str, Argument]) -> Kind | None:
    if not args or not isinstance(args[0], Array) or set(kwargs) - {"order", "shape", "newshape"}:
        return None
    rest = [v for k, v in kwargs.items() if k != "order"]
    dims = _dims([*args[1:], *rest] if function is np.ndarray.reshape else [*args[1:2], *rest])
    return None if dims is None else Array(args[0].dtype, dims)


def _broadcast_to(function: Any, args: list[Argument], kwargs: dict[str, Argument]) -> Kind | None:
    if len(args) != 2 or kwargs:
        return None
    dtype, dims = dtype_of(_plain(args[0])), _dims(args[1:])
    return None if dims is None or dtype is None else Array(str(dtype), dims)


def _squeeze(function: Any, args: list[Argument], kwargs: dict[str, Argument]) -> Kind | None:
    """Without an axis, what is left depends on every length: where one may be 1, the rank is not known."""
    axis = args[1] if len(args) > 1 else kwargs.get("axis", Const(None))
    array = args[0] if args else None
    if not isinstance(array, Array) or not isinstance(axis, Const):
        return None
    if isinstance(axis.value, int):
        rank = len(array.dims)
        dims = [dim for i, dim in enumerate(array.dims) if i != axis.value % max(rank, 1)]
        return Array(array.dtype, tuple(dims)) if -rank <= axis.value < rank else None
    if axis.value is not None:
        return None
    if any(dim is None or (isinstance(dim, Sym) and dim.one) for dim in array.dims):
        return Number()
    return Array(array.dtype, tuple(dim for dim in array.dims if dim != 1))


_HANDLERS: dict[Any, Callable[[Any, list[Argument], dict[str, Argument]], Kind | None]] = {
    np.arange: _arange, np.linspace: _spaced,
    np.logspace: _spaced,
    np.geomspace: _spaced, np.zeros: _filled, np.ones: _filled, np.empty: _filled,
    np.ndarray: _filled, np.full: _full, np.reshape: _reshape, np.ndarray.reshape: _reshape,
    np.broadcast_to: _broadcast_to, np.squeeze: _squeeze, np.ndarray.squeeze: _squeeze,
}  # fmt: skip


# -- shapes and dtypes -----------------------------------------------------------------------


def _dims(shape: Sequence[Argument]) -> tuple[Dim, ...] | None:
    """The axes that a shape gives: `(n, 3)`, `n`, or several numbers."""
    if len(shape) == 1:
        match shape[0]:
            case SizeOf(dims, False):
                return dims
            case Tuple(items):
                return tuple(map(_dim, items)) if all(map(_is_size, items)) else None
            case List(_, _, items) if items is not None:
                return tuple(map(_dim, items)) if all(map(_is_size, items)) else None
    return tuple(map(_dim, shape)) if all(map(_is_size, shape)) else None


def _is_size(entry: Argument) -> bool:
    if isinstance(entry, SizeOf):
        return entry.single
    dtype = dtype_of(_plain(entry))
    return dtype is not None and dtype.kind in "iu" and not isinstance(_plain(entry), Array)


def _dim(entry: Argument) -> Dim:
    match entry:
        case SizeOf((dim,), True):
            return dim
        case Const(int() as size) if size >= 0:
            return size
        case _:
            return None


def _dtype(argument: Argument) -> np.dtype[Any] | None:
    value = argument.value if isinstance(argument, (Value, Const)) else None
    if value is None:
        return None
    try:
        found: np.dtype[Any] = np.dtype(value)
        return found
    except TypeError:
        return None


def _plain(argument: Argument) -> Kind:
    """The kind of a constant or size."""
    if isinstance(argument, SizeOf):
        return Py(int)
    if isinstance(argument, Const):
        return (
            Py(type(argument.value))
            if type(argument.value) in (bool, int, float, complex)
            else NoneKind()
        )
    return argument  # type: ignore[no-any-return]


def inferred_kind(
    function: Any, args: Sequence[Argument], kwargs: Mapping[str, Argument] | None = None
) -> Kind:
    """By the table above where it knows the function, else by samples."""
    known = shape_kind(function, args, kwargs)
    return known if known is not None else result_kind(function, args, kwargs)
