"""What may an expression observe or change, as far as moving it within a block is concerned?

Conservative, because kinds are not known here: arithmetic reads the content of its operands (they may
be arrays), and a call changes everything unless its function is known to change nothing.

>>> from sourcead.ir.nodes import Call, Name, Ref
>>> import math
>>> effect(Call(Ref("math.sin", math.sin), (Name("x", 0),))).name
'READS'
>>> effect(Call(Ref("print", print), (Name("x", 0),))).name
'WRITES'
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from types import BuiltinFunctionType
from typing import Any

import numpy as np

from sourcead.emit.flow import IN_PLACE
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Expr,
    MakeFunction,
    MethodCall,
    Op,
    Operand,
    Ref,
    Stmt,
    Unpack,
)
from sourcead.ir.walk import blocks
from sourcead.runtime import accumulate, diagonals, fourier, matrices, norms, quotients

__all__ = ["Effect", "commute", "effect", "statement_effect"]


class Effect(enum.IntEnum):
    NONE = 0  # neither depends on the content of objects nor changes any
    READS = 1
    WRITES = 2


def commute(first: Effect, second: Effect) -> bool:
    return first + second < 3


def effect(expr: Expr) -> Effect:
    match expr:
        case Op():
            return _op_effect(expr.op)
        case Attr():
            return Effect.READS
        case Call(func, _, kwargs):
            writes = any(key in ("out", None) for key, _ in kwargs)
            return Effect.READS if changes_nothing(func) and not writes else Effect.WRITES
        case MethodCall(_, method):
            return Effect.READS if method in _READING_METHODS else Effect.WRITES
        case MakeFunction():
            return Effect.NONE


def _op_effect(op: str) -> Effect:
    if op in IN_PLACE or op in ("next", "import_", "unbound_"):
        return Effect.WRITES
    return Effect.NONE if op in _PURE_OPS else Effect.READS


def statement_effect(stmt: Stmt) -> Effect:
    """The strongest effect of a statement with everything that it contains."""
    match stmt:
        case Assign():
            expr = stmt.expr
            if isinstance(expr, Op) and expr.op in ("iadd", "isub") and stmt.origin.sweep:
                return Effect.READS  # of numbers: adjoints that are arrays are added to by stores
            return effect(expr)
        case Unpack():
            return Effect.READS  # of a tuple; `nest` treats iterators as what made them
        case _:
            inside = blocks(stmt)
            if not inside or type(stmt).__name__ in ("Try", "With", "For"):
                return Effect.WRITES
            found = (statement_effect(inner) for block in inside for inner in block)
            return max(found, default=Effect.NONE)


_PURE_OPS = frozenset({
    "copy", "slice", "tuple", "list", "set", "dict", "is_", "is_not", "cell", "super_",
})  # fmt: skip

# `copy` and `item` of other classes than arrays might do more; what these do to an array is to read it
_READING_METHODS = frozenset({
    "copy", "sum", "mean", "dot", "reshape", "transpose", "astype", "item", "max", "min", "ravel",
})  # fmt: skip

_BUILTINS = frozenset({
    abs, bool, complex, dict, divmod, enumerate, float, frozenset, getattr, hasattr, int, isinstance,
    issubclass, len, list, max, min, pow, range, repr, reversed, round, set, slice, sorted, str, sum,
    tuple, type, zip,
})  # fmt: skip

_READING_HELPERS = frozenset(
    module.__name__ for module in (accumulate, diagonals, fourier, matrices, norms, quotients)
)

_NUMPY_WRITERS = frozenset({
    "copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask", "save", "savetxt", "savez",
    "apply_along_axis", "apply_over_axes", "vectorize", "frompyfunc", "piecewise", "fromfunction",
})  # fmt: skip


def changes_nothing(func: Operand) -> bool:
    return isinstance(func, Ref) and not func.live and _is_pure(func.value)


def _is_pure(value: Any) -> bool:
    if isinstance(value, np.ufunc):
        return True
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", "")
    if isinstance(value, BuiltinFunctionType) and module == math.__name__:
        return True
    if module in _READING_HELPERS:
        return True
    if module in ("numpy", "numpy.linalg", "numpy.fft"):
        return callable(value) and name not in _NUMPY_WRITERS
    return _contains(_BUILTINS, value)


def _contains(known: Iterable[object], value: object) -> bool:
    return any(value is entry for entry in known)
