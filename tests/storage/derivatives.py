"""Derivatives of elementary operations, written down once more for the reference interpreter.

A table of its own, so that a wrong rule of the compiler cannot agree with itself.  `PARTIALS` gives for
each operand the partial derivative of `y = f(a, b, ...)`, elementwise, from `(y, a, b, ...)`; None where
there is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["FUNCTIONS", "LINEAR", "PARTIALS", "REARRANGING", "REDUCED", "products"]

Partial = Callable[..., Any]


def _one(y: Any, *args: Any) -> Any:
    return np.ones(np.shape(y))


def _power_by_base(y: Any, a: Any, b: Any) -> Any:
    return np.where(np.equal(b, 0), 0.0, b * np.power(np.asarray(a) * 1.0, np.asarray(b) - 1.0))


def _share(y: Any, a: Any, b: Any) -> Any:
    """Of a maximum or minimum: half each at a tie."""
    return np.where(np.equal(a, b), 0.5, np.equal(y, a))


PARTIALS: dict[str, tuple[Partial | None, ...]] = {
    "add": (_one, _one),
    "sub": (_one, lambda y, a, b: -_one(y)),
    "mul": (lambda y, a, b: b * _one(y), lambda y, a, b: a * _one(y)),
    "truediv": (lambda y, a, b: _one(y) / b, lambda y, a, b: -y / b),
    "pow": (_power_by_base, lambda y, a, b: y * np.log(a)),
    "mod": (_one, lambda y, a, b: -np.floor_divide(a, b)),
    "floordiv": (None, None),
    "neg": (lambda y, a: -_one(y),),
    "pos": (_one,),
    "abs": (lambda y, a: np.sign(a),),
    "sin": (lambda y, a: np.cos(a),),
    "cos": (lambda y, a: -np.sin(a),),
    "tan": (lambda y, a: 1.0 + y * y,),
    "tanh": (lambda y, a: 1.0 - y * y,),
    "exp": (lambda y, a: y,),
    "log": (lambda y, a: 1.0 / a,),
    "sqrt": (lambda y, a: 0.5 / y,),
    "square": (lambda y, a: 2.0 * a,),
    "maximum": (_share, lambda y, a, b: _share(y, b, a)),
    "minimum": (_share, lambda y, a, b: _share(y, b, a)),
    "where": (None, lambda y, c, a, b: np.where(c, 1.0, 0.0), lambda y, c, a, b: np.where(c, 0.0, 1.0)),
    "float": (_one,),
}  # fmt: skip

# Functions by the name of their partial derivatives.
FUNCTIONS: dict[Callable[..., Any], str] = {
    float: "float", np.float64: "float", abs: "abs", np.abs: "abs",
    math.sin: "sin", math.cos: "cos", math.tan: "tan", math.tanh: "tanh", math.exp: "exp",
    math.log: "log", math.sqrt: "sqrt",
    np.add: "add", np.subtract: "sub", np.multiply: "mul", np.divide: "truediv", np.power: "pow",
    np.negative: "neg", np.sin: "sin", np.cos: "cos", np.tan: "tan", np.tanh: "tanh",
    np.exp: "exp", np.log: "log", np.sqrt: "sqrt", np.square: "square",
    np.maximum: "maximum", np.minimum: "minimum", np.where: "where",
}  # fmt: skip


# -- linear maps -------------------------------------------------------------------------------------


def _spread(bar: Any, shape: tuple[int, ...], axis: Any, keepdims: bool) -> Any:
    """The transpose of a sum: every summand receives the adjoint of its sum."""
    if axis is not None and not keepdims:
        bar = np.expand_dims(bar, axis)
    return np.broadcast_to(bar, shape)


def _sum(shape: tuple[int, ...], axis: Any = None, keepdims: bool = False) -> Callable[..., Any]:
    return lambda bar: _spread(bar, shape, axis, keepdims)


def _mean(shape: tuple[int, ...], axis: Any = None, keepdims: bool = False) -> Callable[..., Any]:
    over = range(len(shape)) if axis is None else np.atleast_1d(axis)
    count = math.prod(shape[a] for a in over)
    return lambda bar: _spread(bar, shape, axis, keepdims) / count


def _cumsum(shape: tuple[int, ...], axis: int = 0) -> Callable[..., Any]:
    assert axis or len(shape) == 1, "of the flattened array: not in this table"
    return lambda bar: np.flip(np.cumsum(np.flip(bar, axis), axis), axis)


# function -> (shape of its argument, its other arguments) -> its transpose
LINEAR: dict[Callable[..., Any], Callable[..., Callable[..., Any]]] = {
    np.sum: _sum, np.mean: _mean, np.cumsum: _cumsum,
}  # fmt: skip

REDUCED = {"sum": np.sum, "mean": np.mean, "cumsum": np.cumsum}  # methods of arrays

# Functions whose result consists of elements of what they are given: views, copies, selections.
REARRANGING: set[Callable[..., Any]] = {
    np.array, np.asarray, np.copy, np.ravel, np.reshape, np.transpose, np.concatenate, np.stack,
    np.flip, np.roll, np.broadcast_to, np.atleast_1d, np.atleast_2d, np.squeeze, np.diag,
    np.diagonal, np.expand_dims, np.swapaxes, np.tile, np.repeat, np.vstack, np.hstack, np.take,
    np.asfortranarray, np.ascontiguousarray,
}  # fmt: skip


def products(a: Any, b: Any, y_bar: Any) -> tuple[Any, Any]:
    """The adjoints of `a @ b` of vectors and matrices: vectors are rows on the left, columns on the right."""
    rows, columns = np.atleast_2d(a), b[:, None] if np.ndim(b) == 1 else b
    bar = np.reshape(y_bar, (rows.shape[0], columns.shape[1]))
    return (bar @ columns.T).reshape(np.shape(a)), (rows.T @ bar).reshape(np.shape(b))
