"""Kinds as people write them: `x=float64[:,:], n=int`.

>>> kinds = parse_kinds("x=float64[:, 1], n=int, p=(float, list[float]), mode='euler'")
>>> print(*(f"{name}: {kind}" for name, kind in kinds.items()), sep="; ")
x: float64[x0, 1]; n: int; p: (float, list[float]); mode: str

A dtype by itself is a NumPy scalar, with one `:` for each axis an array; `1` or another number instead
of `:` is an axis of that size.  `number` is a float or array of which no more is known.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

import numpy as np

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
    Text,
    Tuple,
    Unknown,
)

__all__ = ["parse_kind", "parse_kinds"]

_NAMES: dict[str, Callable[[], Kind]] = {
    "bool": lambda: Py(bool),
    "int": lambda: Py(int),
    "float": lambda: Py(float),
    "complex": lambda: Py(complex),
    "str": Text,
    "number": Number,
    "unknown": Unknown,
}


def parse_kinds(text: str) -> dict[str, Kind]:
    """The kinds of the named parameters.  Raises ValueError with the part that is not understood."""
    call = _expression(f"kinds({text})", text)
    if not isinstance(call, ast.Call) or call.args or any(k.arg is None for k in call.keywords):
        raise ValueError(f"{text!r}: write NAME=KIND, as in x=float64[:,:], n=int")
    return {k.arg: _kind(k.value, k.arg) for k in call.keywords if k.arg is not None}


def parse_kind(text: str, path: str) -> Kind:
    """One kind; `path` names the value, for the symbols of its axes."""
    return _kind(_expression(text, text), path)


def _expression(code: str, text: str) -> ast.expr:
    try:
        return ast.parse(code, mode="eval").body
    except SyntaxError:
        raise ValueError(f"{text!r} is not a list of kinds") from None


def _kind(node: ast.expr, path: str) -> Kind:
    match node:
        case ast.Constant(None):
            return NoneKind()
        case ast.Constant(str()):
            return Text()
        case ast.Tuple(items):
            return Tuple(tuple(_kind(item, f"{path}_{i}") for i, item in enumerate(items)))
        case ast.Name(name) if name in _NAMES:
            return _NAMES[name]()
        case ast.Name() | ast.Attribute():
            return Np(_dtype(node))
        case ast.Subscript(ast.Name("list"), item):
            return List(_kind(item, f"{path}_"))
        case ast.Subscript(dtype, ast.Tuple(axes)):
            return _array(_dtype(dtype), axes, path)
        case ast.Subscript(dtype, axis):
            return _array(_dtype(dtype), [axis], path)
        case _:
            raise _not_understood(node)


def _array(dtype: str, axes: list[ast.expr], path: str) -> Kind:
    return Array(dtype, tuple(_dim(axis, f"{path}{number}") for number, axis in enumerate(axes)))


def _dim(axis: ast.expr, symbol: str) -> Dim:
    match axis:
        case ast.Slice(None, None, None):
            return Sym(symbol, one=False)
        case ast.Constant(int(size)):
            return size
        case _:
            raise _not_understood(axis)


def _dtype(node: ast.expr) -> str:
    """`float64`, `np.float64` or `float` in front of brackets: the name of a dtype of numbers."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    try:
        dtype = np.dtype(name)
    except TypeError:
        raise _not_understood(node) from None
    if dtype.kind not in "biufc" or not name:
        raise _not_understood(node)
    return dtype.name


def _not_understood(node: ast.expr) -> ValueError:
    known = ", ".join(_NAMES)
    return ValueError(
        f"{ast.unparse(node)!r} is not a kind: write {known}, None, a dtype such as float64, an array such as"
        " float64[:,:], a tuple (float, int) or list[float]"
    )
