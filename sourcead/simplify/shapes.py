"""An array that is only asked for its shape is not computed: one that is as large is asked instead.

    t = np.logaddexp(0.0, z)
    n = t.size                  ->      n = z.size

Looked at are operations on elements whose operand has the result's axes, each of them certainly as long.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from sourcead.ir.kinds import Array, Kind
from sourcead.ir.nodes import Assign, Attr, Block, Call, Expr, Function, Name, Op, Ref, Stmt
from sourcead.ir.walk import map_blocks, operands, reads, renewed, statements, with_body

__all__ = ["shapes"]

ASKED = frozenset({"shape", "size"})
OPERATORS = frozenset({"add", "sub", "mul", "truediv", "pow", "neg"})


def shapes(function: Function, kinds: dict[Name, Kind]) -> Function:
    """The function itself where nothing is to be done."""
    asked = {
        s.expr.value
        for s in statements(function.body)
        if isinstance(s, Assign) and isinstance(s.expr, Attr) and s.expr.attr in ASKED
    }
    if not asked:
        return function
    pass_ = _Shapes(function, kinds)
    instead = {a: b for a in asked if isinstance(a, Name) and (b := pass_.instead(a)) != a}
    return _asked_instead(function, instead) if instead else function


class _Shapes:
    def __init__(self, function: Function, kinds: dict[Name, Kind]) -> None:
        self.kinds = kinds
        self.made: dict[Name, Expr] = {}
        self.uses: Counter[Name] = Counter()  # that look at the content
        for stmt in statements(function.body):
            if isinstance(stmt, Assign):
                self.made[stmt.target] = stmt.expr
            if not (isinstance(stmt, Assign) and _asks(stmt.expr)):
                self.uses.update(reads(stmt))
        if isinstance(function.result, Name):
            self.uses[function.result] += 1

    def instead(self, array: Name) -> Name:
        """The nearest array of this shape that somebody else needs too."""
        found, needed = array, 0
        while self.uses[found] == needed:
            source = self.source(found)
            if source is None:
                return array
            found, needed = source, 1  # by what has just been left out
        return found

    def source(self, array: Name) -> Name | None:
        """An operand of the same shape that the array is computed from, element by element."""
        kind = self.kinds.get(array)
        expr = self.made.get(array)
        if expr is None or not _is_by_element(expr):
            return None
        if not isinstance(kind, Array) or None in kind.dims:
            return None
        for operand in operands(expr):
            other = self.kinds.get(operand) if isinstance(operand, Name) else None
            if isinstance(other, Array) and other.dims == kind.dims:
                assert isinstance(operand, Name)
                return operand
        return None


def _asks(expr: Expr) -> bool:
    return isinstance(expr, Attr) and expr.attr in ASKED


def _is_by_element(expr: Expr) -> bool:
    match expr:
        case Op(op):
            return op in OPERATORS
        case Call(Ref(value=function), _, ()):
            return isinstance(function, np.ufunc)
        case _:
            return False


def _asked_instead(function: Function, instead: dict[Name, Name]) -> Function:
    def block(old: Block) -> Block:
        out: list[Stmt] = []
        for stmt in old:
            match stmt:
                case Assign(_, Attr(Name() as array, attr)) if array in instead and attr in ASKED:
                    stmt = replace(stmt, expr=Attr(instead[array], attr))
                case _:
                    stmt = map_blocks(stmt, block)
            out.append(stmt)
        return renewed(old, out)

    return with_body(function, block(function.body))
