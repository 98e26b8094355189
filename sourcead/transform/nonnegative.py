"""Is a number at least 0, as far as it can be seen where it is made? A sum of squares is.

What it is asked for: `r2 ** 1.5` of Python floats is complex where `r2` is negative.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from sourcead.ir.nodes import Attr, Call, Const, Expr, Name, Op, Ref

__all__ = ["is_nonnegative"]

_ALWAYS = frozenset({abs, len, math.fabs, math.sqrt, math.exp, math.hypot, math.dist, math.cosh,
                     np.abs, np.fabs, np.sqrt, np.exp, np.hypot, np.square})  # fmt: skip


def is_nonnegative(value: Any, definitions: Mapping[Name, Expr]) -> bool:
    """False where nothing is known.

    >>> x, square, total = (Name(hint, 0) for hint in ("x", "square", "total"))
    >>> made = {square: Op("mul", (x, x)), total: Op("add", (square, Const(1.0)))}
    >>> is_nonnegative(total, made), is_nonnegative(x, made)
    (True, False)
    """

    def both(*operands: Any) -> bool:
        return all(is_nonnegative(o, definitions) for o in operands)

    if isinstance(value, Const):
        return isinstance(value.value, (int, float)) and value.value >= 0
    match definitions.get(value) if isinstance(value, Name) else None:
        case Op("mul" | "matmul", (first, second)) if first == second:
            return True
        case Op("mul" | "add" | "truediv", (first, second)):
            return both(first, second)
        case Op("pow", (_, Const(int() as n))) if n % 2 == 0:
            return True
        case Op("getitem", (Name() as shape, Const(int()))):
            made = definitions.get(shape)
            return isinstance(made, Attr) and made.attr == "shape"
        case Attr(_, "size" | "ndim"):
            return True
        case Op("pow", (base, _)):
            return both(base)
        case Call(Ref(_, function), args):
            if function in (max, np.maximum):
                return any(map(both, args))
            return function in _ALWAYS if _is_hashable(function) else False
        case _:
            return False


def _is_hashable(function: Any) -> bool:
    return type(function).__hash__ is not None
