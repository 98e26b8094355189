"""Calls of `math` with literals: `math.sqrt(2)` is one number wherever it is computed."""

from __future__ import annotations

import math

from sourcead.ir.nodes import Call, Const, Expr, Ref

__all__ = ["is_constant_call"]


def is_constant_call(expr: Expr) -> bool:
    """Has the call the same result in every turn of a loop, and before it, and raises nothing?

    >>> is_constant_call(Call(Ref("math.sqrt", math.sqrt), (Const(2),)))
    True
    >>> is_constant_call(Call(Ref("math.sqrt", math.sqrt), (Const(-2),)))
    False
    """
    match expr:
        case Call(Ref(value=function), args, ()) if (
            getattr(math, _name(function), None) is function
        ):
            values = [arg.value for arg in args if isinstance(arg, Const)]
            return len(values) == len(args) and _returns(function, values)
        case _:
            return False


def _name(function: object) -> str:
    name = getattr(function, "__name__", "")
    return name if isinstance(name, str) else ""


def _returns(function: object, values: list[object]) -> bool:
    assert callable(function)
    try:
        function(*values)
    except (ArithmeticError, TypeError, ValueError):
        return False
    return True
