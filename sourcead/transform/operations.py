"""The operators as Python functions, and the classes behind kinds.

>>> OPERATORS["add"](2.0, 3.0), INPLACE["iadd"], class_of(Py(float))
(5.0, 'add', <class 'float'>)
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Number,
    Object,
    Py,
    Slice,
    Tuple,
    Value,
    is_optional,
)
from sourcead.ir.one_of import options_of

__all__ = ["CONSTANT", "INPLACE", "OPERATORS", "class_of", "method_class"]

OPERATORS: dict[str, Any] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": operator.truediv,
    "floordiv": operator.floordiv, "mod": operator.mod, "pow": operator.pow, "matmul": operator.matmul,
    "lshift": operator.lshift, "rshift": operator.rshift, "and_": operator.and_, "or_": operator.or_,
    "xor": operator.xor, "neg": operator.neg, "pos": operator.pos, "invert": operator.invert,
    "not_": operator.not_, "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "le": operator.le,
    "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
"""The operators that compute a value from values: IR name -> Python function (the key of its rule)."""

INPLACE = {f"i{name.rstrip('_')}": name for name in (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lshift", "rshift", "and_", "or_", "xor",
)}  # fmt: skip
"""`x += y` on a name: IR name -> the operator that is meant where x is rebound."""

CONSTANT = frozenset(
    {
        "not_",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "is_",
        "is_not",
        "contains",
        "not_contains",
        "floordiv",
        "lshift",
        "rshift",
        "and_",
        "or_",
        "xor",
        "invert",
        "format",
        "join",
    }
)
"""Operators whose result never carries a derivative."""


def class_of(kind: Kind) -> type | None:
    """The exact class of a value of this kind, where that is known."""
    match kind:
        case Py(_, False) | Np(_, False):
            return None
        case _ if is_optional(kind):
            return None
        case Py(t):
            return t
        case Np(dtype):
            return np.dtype(dtype).type
        case Array():
            return np.ndarray
        case Tuple(_, cls):
            return cls
        case List(cls=cls):
            return cls
        case Dict(cls=cls):
            return cls
        case Object(cls):
            return None if options_of(cls) else cls
        case NoneKind():
            return type(None)
        case Slice():
            return slice
        case Value(value=value):
            return type(value)
        case _:
            return None


def method_class(kind: Kind) -> type | None:
    """The class whose methods a number or array of this kind is used through."""
    match kind:
        case Py(t):
            return t
        case Np(dtype):
            return np.dtype(dtype).type
        case Number() | Array():  # if it is None, the call raises
            return np.ndarray
        case _:
            return class_of(kind)
