"""Constant factors of a product in a derivative's sweep are one factor.

    t = 1.5 * a                                 t = 3.0 * a
    t_1 = t * b                       ->        t_1 = t * b
    t_2 = 2.0 * t_1                             ... t_1 ...

and a number is divided by 6.0, not multiplied by 0.16666666666666666.  Only what is read once: the product
is that without the outer factor.  Those of one statement of the user's: each line says what it comes from.
One of the two is a power of two: the gradient has the same bits where it is differentiated again, with other
reads of the products.
"""

from __future__ import annotations

import math
from typing import Any

from sourcead.ir.kinds import Array, Np, Py
from sourcead.ir.nodes import Assign, Block, Const, Function, Name, Op, Operand, Stmt
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, substitute, with_body

__all__ = ["factors"]

LONGEST = 6  # characters of a factor that reads well
SMALLEST = 1e-3  # whose reciprocal reads better


def factors(function: Function, b: Any) -> Function:
    pass_ = _Factors(function, b)
    function = with_body(function, pass_.block(function.body))
    return substitute(function, pass_.resolved()) if pass_.same else function


class _Factors:
    def __init__(self, function: Function, b: Any) -> None:
        self.b, self.uses = b, use_counts(function)
        self.changed: set[Name] = set()
        self.same: dict[Name, Operand] = {}  # what stands for names that are no longer assigned

    def resolved(self) -> dict[Name, Operand]:
        return {name: self.root(name) for name in self.same}

    def root(self, operand: Operand) -> Operand:
        while isinstance(operand, Name) and operand in self.same:
            operand = self.same[operand]
        return operand

    def block(self, block: Block) -> Block:
        at: dict[Name, int] = {}  # products of the sweep that are read once
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            if isinstance(stmt, Assign) and self.same.keys() & set(reads(stmt)):
                stmt = substitute(stmt, self.resolved())
            if isinstance(stmt, Assign) and (product := self.product(stmt)) is not None:
                factor, value = _with_factor(product)
                is_outer = factor is not None and bool(stmt.origin.sweep)
                if is_outer and self.multiplied(factor or 0.0, value, stmt, at, out):
                    assert isinstance(value, Name)
                    self.same[stmt.target] = value
                    self.uses[value] = self.uses[stmt.target]
                    if self.uses[value] != 1:
                        at.pop(value, None)
                    continue
                if self.uses[stmt.target] == 1:
                    at[stmt.target] = len(out)
            out.append(stmt)
        out = [self.divided(stmt) for stmt in out if not self.is_one(stmt)]
        return renewed(block, out)

    def is_one(self, stmt: Stmt) -> bool:
        """Has it become once another number?"""
        match stmt:
            case Assign(target, Op("mul", (Const(1.0), value))) if (
                target in self.changed and self.b.is_number(target)
            ):
                self.same[target] = value
                return True
            case _:
                return False

    def product(self, stmt: Assign) -> tuple[Operand, Operand] | None:
        if isinstance(stmt.expr, Op) and stmt.expr.op == "mul":
            if self.is_of_floats(stmt.target):
                first, second = stmt.expr.args
                return first, second
        return None

    def is_of_floats(self, name: Name) -> bool:
        kind = self.b.kind(name)
        return kind == Py(float) or (isinstance(kind, (Np, Array)) and kind.dtype == "float64")

    def multiplied(
        self, factor: float, value: Operand, outer: Stmt, at: dict[Name, int], out: list[Stmt]
    ) -> bool:
        """Is `value` a product with a constant factor, which has taken this one up?"""
        if not isinstance(value, Name) or value not in at:
            return False
        stmt = out[at[value]]
        assert isinstance(stmt, Assign) and isinstance(stmt.expr, Op)
        if _line(stmt) != _line(outer):
            return False
        first, second = stmt.expr.args
        own, rest = _with_factor((first, second))
        if own is not None:
            if not (_is_power_of_two(own) or _is_power_of_two(factor)):
                return False
            product = Const(own * factor)
            out[at[value]] = Assign(value, Op("mul", (product, rest)), stmt.origin)
            self.changed.add(value)
            return True
        return any(self.multiplied(factor, o, outer, at, out) for o in (first, second))

    def divided(self, stmt: Stmt) -> Stmt:
        """A quotient, or a negative, where that reads better than a product."""
        product = self.product(stmt) if isinstance(stmt, Assign) and stmt.origin.sweep else None
        if product is None:
            return stmt
        assert isinstance(stmt, Assign)
        factor, value = _with_factor(product)
        if factor == -1.0:
            return Assign(stmt.target, Op("neg", (value,)), stmt.origin)
        is_short = factor is None or len(repr(abs(factor))) <= LONGEST
        if factor is None or is_short or not self.b.is_number(stmt.target):
            return stmt
        if not SMALLEST < abs(factor) < 1.0:
            return stmt
        divisor = round(1.0 / factor)
        if 1.0 / divisor != factor:
            return stmt
        return Assign(stmt.target, Op("truediv", (value, Const(float(divisor)))), stmt.origin)


def _line(stmt: Stmt) -> tuple[str, int, str]:
    return stmt.origin.file, stmt.origin.line, stmt.origin.text


def _is_power_of_two(factor: float) -> bool:
    """Products with it are exact: those of the one factor have the bits of those of the two."""
    return abs(math.frexp(factor)[0]) == 0.5


def _with_factor(product: tuple[Operand, Operand]) -> tuple[float | None, Operand]:
    """A product's constant factor, if one of the two is, and the other one."""
    match product:
        case (Const(float() as factor), value) | (value, Const(float() as factor)):
            return factor, value
        case _:
            return None, product[0]
