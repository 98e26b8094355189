"""An element of an array is a number of NumPy's already.

    t = L[i, i]                                   t = L[i, i]
    t_bar = 0.5 / np.float64(t)         ->        t_bar = 0.5 / t

Where the forward sweep computes with a number of Python's, stores it, and the reverse sweep reads it there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Np, Py
from sourcead.ir.nodes import Assign, Block, Call, Expr, Function, Name, Op, Operand, Ref, Stmt
from sourcead.ir.walk import map_blocks, renewed, statements, substitute, with_body

__all__ = ["numbers_of_numpy"]


def numbers_of_numpy(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    made = {s.target: s.expr for s in statements(function.body) if isinstance(s, Assign)}
    same: dict[Name, Operand] = {
        target: number
        for target, expr in made.items()
        if (number := _converted(expr)) is not None and _is_element(number, made, builder)
    }
    if not same:
        return function

    def is_needless(stmt: Stmt) -> bool:
        return isinstance(stmt, Assign) and stmt.target in same

    def block(old: Block) -> Block:
        return renewed(old, [map_blocks(s, block) for s in old if not is_needless(s)])

    return substitute(with_body(function, block(function.body)), same)


def _converted(expr: Expr) -> Name | None:
    match expr:
        case Call(Ref(value=maker), (Name() as number,), ()) if maker is np.float64:
            return number
        case _:
            return None


def _is_element(number: Name, made: dict[Name, Expr], builder: Any) -> bool:
    match made.get(number):
        case Op("getitem", (base, _)):
            kind = builder.kind(base)
            is_one = isinstance(builder.kind(number), (Py, Np))
            return is_one and isinstance(kind, Array) and kind.dtype == "float64"
        case _:
            return False
