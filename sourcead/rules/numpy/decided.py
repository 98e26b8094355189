"""Questions that are answered when the gradient is written, because kinds or constants tell.

As `kind` of a constant, each returns the answer itself (a literal, or a reference to a dtype), or
None where it is not known.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Dim,
    Kind,
    List,
    NoneKind,
    Np,
    Number,
    Object,
    Py,
    Text,
    Tuple,
    Unknown,
    Value,
    broadcast_dims,
    dtype_of,
)
from sourcead.ir.nodes import Const, Ref

__all__ = [
    "common_dtype",
    "computed",
    "is_complex",
    "is_iterable",
    "is_real",
    "maybe_complex",
    "size",
]


def is_complex(x: Any) -> Any:
    dtype = _dtype(x)
    return None if dtype is None else Const(dtype.kind == "c")


def is_real(x: Any) -> Any:
    dtype = _dtype(x)
    return None if dtype is None else Const(dtype.kind != "c")


def is_iterable(y: Any) -> Any:
    """So that only one way of `if np.iterable(y)` remains."""
    match y:
        case Array(dims=dims):
            return Const(len(dims) > 0)
        case Tuple() | List() | Dict() | Text():
            return Const(True)
        case Py() | Np() | NoneKind():
            return Const(False)
        case Const(value):
            return Const(np.iterable(value))
        case _:
            return Py(bool)


def maybe_complex(a: Any, results: int) -> Any:
    """Of functions whose results are real or complex as the values will have it (`np.linalg.eig`)."""
    if results == 1:
        return Number(real=False)
    return Tuple((Number(real=False),) * results)


def size(a: Any, axis: Any = None) -> Any:
    """The number of elements of a number; of an array the text `np.size(a)` stays."""
    if axis is None and isinstance(a, (Const, Py, Np)):
        return Const(1)
    return Py(int)


def common_dtype(*values: Any) -> Any:
    """`np.result_type`, for arrays and NumPy's scalars (of a Python number alone too)."""
    if len(values) > 1 and not all(isinstance(v, (Array, Np)) for v in values):
        return Unknown()
    dtypes = [_dtype(v) for v in values]
    if any(dtype is None for dtype in dtypes):
        return Unknown()
    dtype = np.result_type(*(d for d in dtypes if d is not None))
    name = "bool" if dtype.kind == "b" else dtype.name
    return Ref(f"np.{name}", getattr(np, name, dtype.type))


def computed(
    function: Callable[..., Any], otherwise: Any = None
) -> Callable[..., Kind | Const | None]:
    """The value of a pure function of constants, where it is a literal; else the literal `otherwise`.

    (`otherwise` for a question of which one answer is right in any case, only with longer code.)
    """
    fallback = None if otherwise is None else Const(otherwise)

    @functools.wraps(function)
    def kind(*args: Any, **kwargs: Any) -> Any:
        if not all(isinstance(value, (Const, Value)) for value in (*args, *kwargs.values())):
            return fallback  # (a `Value` is a name of a constant, as `np.inf`)
        value = function(*(a.value for a in args), **{k: v.value for k, v in kwargs.items()})
        literal = value is None or isinstance(value, (bool, int, float, str))
        return Const(value) if literal else fallback

    return kind


def _dtype(value: Any) -> np.dtype[Any] | None:
    if isinstance(value, Const):
        return (
            np.asarray(value.value).dtype
            if isinstance(value.value, (bool, int, float, complex))
            else None
        )
    return dtype_of(value)


def drawn(*parameters: str, dtype: str = "float64") -> Callable[..., Kind | None]:
    """The kind of a random draw with these parameters, of which one is `size`.

    Without `size` a draw has the shape of its parameters, and is a Python float where they are numbers.
    """

    def kind(*args: Any, **kwargs: Any) -> Kind | None:
        named = {**dict(zip(parameters, args)), **kwargs}
        if len(args) > len(parameters) or not set(named) <= set(parameters):
            return None
        size = named.pop("size", None)
        if (
            size is None
            or isinstance(size, NoneKind)
            or (isinstance(size, Const) and size.value is None)
        ):
            return _elementwise(list(named.values()), dtype)
        if isinstance(size, Tuple):
            return Array(dtype, tuple(map(_dim, size.items)))
        if isinstance(size, (Const, Py)):
            return Array(dtype, (_dim(size),))
        return None

    return kind


def _dim(value: Any) -> Dim:
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else None


def _elementwise(values: list[Any], dtype: str) -> Kind | None:
    shapes = [value.dims for value in values if isinstance(value, Array)]
    if not all(isinstance(value, (Array, Py, Np, Const, Object)) for value in values):
        return None
    return Array(dtype, broadcast_dims(shapes)) if any(shapes) else Py(float)
