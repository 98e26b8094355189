"""What is added to a zero is the sum.

    x_bar = 0.0 + t_bar * y             ->          x_bar = t_bar * y

    z = np.zeros_like(x)                ->          x_bar = t_bar * y
    x_bar = z + t_bar * y

Of numbers, and of arrays of one shape, of which the one that is added is new and read here only.  In the sweep that
goes back, where a branch leaves such zeros (see `idle_turns`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, same_dim
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    Function,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, statements, substitute, with_body
from sourcead.simplify.copies import ARITHMETIC

__all__ = ["added_zeros"]

ZERO = Const(0.0)


def added_zeros(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    pass_ = _Pass(function, builder)
    function = with_body(function, pass_.block(function.body))
    return substitute(function, pass_.same) if pass_.same else function


class _Pass:
    def __init__(self, function: Function, builder: Any) -> None:
        self.b, self.uses = builder, use_counts(function)
        self.same: dict[Name, Name] = {}
        self.made: dict[Operand, Expr] = {
            s.target: s.expr for s in statements(function.body) if isinstance(s, Assign)
        }

    def block(self, block: Block) -> Block:
        return renewed(block, [map_blocks(s, self.block) for s in block if not self.is_same(s)])

    def is_same(self, stmt: Stmt) -> bool:
        """Is it a sum with a zero, which has the other summand's name from now on?"""
        match stmt:
            case Assign(target, Op("add" | "iadd", (zero, Name() as other))) if stmt.origin.sweep:
                other = self.same.get(other, other)
                is_zero = zero == ZERO and self.b.is_number(other)
                if is_zero or self.is_sum_of_arrays(zero, other):
                    self.same[target] = other
                    return True
        return False

    def is_sum_of_arrays(self, zero: Operand, other: Name) -> bool:
        """Zeros of one shape with a new array, both read here only?"""
        match self.made.get(zero), self.made.get(other):
            case Call(Ref(value=maker)), Op(op) if maker in (np.zeros, np.zeros_like):
                is_new = op in ARITHMETIC and self.uses[other] == 1
            case _:
                return False
        one, its = self.b.kind(zero), self.b.kind(other)
        return (
            is_new
            and isinstance(one, Array)
            and isinstance(its, Array)
            and one.dtype == its.dtype == "float64"
            and len(one.dims) == len(its.dims) > 0
            and all(map(same_dim, one.dims, its.dims))
        )
