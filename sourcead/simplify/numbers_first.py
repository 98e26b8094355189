"""Numbers are multiplied with each other before an array is multiplied by them.

    t = 0.5 * r                                 t = 0.5 * out_bar
    r_bar = out_bar * t               ->        r_bar = t * r

One array is computed, not two.  And contributions of the same factors look the same then, whatever the order in
which the rules multiply them (see `doubles.py`).  Of derivatives only, where nothing is written in between.
"""

from __future__ import annotations

import math
from typing import Any

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Stmt,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, with_body

__all__ = ["numbers_first"]

FLOATS: tuple[Kind, ...] = (Py(float), Np("float64"))


def numbers_first(function: Function, b: Any) -> Function:
    return with_body(function, _NumbersFirst(function, b).block(function.body))


class _NumbersFirst:
    def __init__(self, function: Function, b: Any) -> None:
        self.b, self.uses = b, use_counts(function)
        self.scaled: dict[
            Name, tuple[Const, Operand]
        ] = {}  # numbers that are read once, as products

    def block(self, block: Block) -> Block:
        made: dict[Name, Assign] = {}  # products since something was written
        products: dict[tuple[Operand, ...], Name] = {}
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            if self.is_product(stmt):
                assert isinstance(stmt, Assign)
                made[stmt.target] = stmt
                numbers, arrays = self.leaves(stmt, made)
                is_one = len(arrays) == 1 and len(numbers) > 1 and self.is_nested(stmt, arrays[0])
                if is_one and stmt.origin.sweep:
                    factor = self.multiplied(numbers, products, stmt, out)
                    stmt = Assign(stmt.target, Op("mul", (factor, arrays[0])), stmt.origin)
            elif not self.leaves_alone(stmt):
                made = {}
            elif isinstance(stmt, Assign):
                self.note_scaled(stmt)
            out.append(stmt)
        return renewed(block, out)

    def is_product(self, stmt: Stmt) -> bool:
        if not (isinstance(stmt, Assign) and isinstance(stmt.expr, Op)):
            return False
        return stmt.expr.op == "mul" and self.is_array(stmt.target)

    def note_scaled(self, stmt: Assign) -> None:
        """A number times a power of two, which may be multiplied by elsewhere without a rounding."""
        match stmt:
            case Assign(target, Op("mul", (Const(float() as factor) as constant, other))) if (
                abs(math.frexp(factor)[0]) == 0.5
                and self.uses[target] == 1
                and self.b.kind(target) in FLOATS
                and self.b.kind(other) in FLOATS
            ):
                self.scaled[target] = constant, other
            case _:
                pass

    def is_array(self, operand: Operand) -> bool:
        kind = self.b.kind(operand)
        return isinstance(kind, Array) and kind.dtype == "float64" and len(kind.dims) > 0

    def is_nested(self, stmt: Assign, array: Operand) -> bool:
        """Is it a product of a product?"""
        assert isinstance(stmt.expr, Op)
        return array not in stmt.expr.args

    def leaves(self, stmt: Assign, made: dict[Name, Assign]) -> tuple[list[Operand], list[Operand]]:
        """The numbers and arrays that are multiplied; anything else counts as an array."""
        assert isinstance(stmt.expr, Op)
        numbers, arrays = list[Operand](), list[Operand]()
        for operand in stmt.expr.args:
            inner = made.get(operand) if isinstance(operand, Name) else None
            if isinstance(operand, Name) and operand in self.scaled:
                numbers += self.scaled[operand]
            elif isinstance(operand, Const) or self.b.kind(operand) in FLOATS:
                numbers.append(operand)
            elif inner is not None and self.uses[inner.target] == 1:
                more = self.leaves(inner, made)
                is_exact = bool(more[0]) and _is_exact(numbers + more[0])
                numbers += more[0] if is_exact else []
                arrays += more[1] if is_exact else [operand]
            else:
                arrays.append(operand)
        return numbers, arrays

    def multiplied(
        self,
        numbers: list[Operand],
        products: dict[tuple[Operand, ...], Name],
        stmt: Assign,
        out: list[Stmt],
    ) -> Operand:
        """Their product: constants first, then in the order in which they have got their names."""
        constant = 1.0
        for number in numbers:
            constant *= number.value if isinstance(number, Const) else 1.0
        names = [n for n in numbers if not isinstance(n, Const)]
        names.sort(key=_by_name)
        factors: list[Operand] = [Const(constant), *names]
        product, *others = factors[1:] if constant == 1.0 and names else factors
        key: tuple[Operand, ...] = (product,)
        for other in others:
            key = (*key, other)
            if key not in products:
                kinds = {self.b.kind(product), self.b.kind(other)}
                kind = Py(float) if kinds == {Py(float)} else Np("float64")
                products[key] = self.b.fresh("t", kind)
                out.append(Assign(products[key], Op("mul", (product, other)), stmt.origin))
            product = products[key]
        return product

    def leaves_alone(self, stmt: Stmt) -> bool:
        """Does it write nothing?"""
        match stmt:
            case Assign(_, Op(op)):
                return not op.startswith("i") or op in ("is_", "is_not", "invert")
            case Assign(_, Call() | MethodCall()):
                return False
            case _:
                return False


def _is_exact(numbers: list[Operand]) -> bool:
    """Is there one constant at the most with which products are rounded?

    With two, their product would have other bits than the two products have, where the inner one is read twice.
    """
    constants = [n.value for n in numbers if isinstance(n, Const) and n.value]
    return sum(abs(math.frexp(c)[0]) != 0.5 for c in constants) <= 1


def _by_name(number: Operand) -> tuple[str, int]:
    """Of names, and of what is read by its name outside of the function."""
    return (number.hint, number.number) if isinstance(number, Name) else (str(number), -1)
