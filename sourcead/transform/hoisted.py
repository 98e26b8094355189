"""What is the same in every turn of a loop is computed before it.

    for k in range(n):                              t = np.sqrt(dt)
        x = x + np.sqrt(dt) * z[k]       ->         for k in range(n):
                                                        x = x + t * z[k]

So it is neither computed nor kept in each turn, and what goes back to `dt` goes there once.  Moved are operations
that raise nothing, whether or not there is a turn: sums and products of floats, NumPy's functions of numbers, and
matrices of ones and zeros of which nothing but arithmetic sees that they are one array now.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    For,
    Function,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    While,
)
from sourcead.ir.walk import (
    binds,
    inner_binds,
    map_blocks,
    map_expr,
    reads,
    renewed,
    statements,
    substitute,
    with_body,
)
from sourcead.transform.clean import is_fine, known_number
from sourcead.transform.specialise import Specialised

__all__ = ["hoisted"]

SAFE = frozenset({"add", "sub", "mul", "neg"})
ARITHMETIC = SAFE | {"truediv", "matmul"}
CONSTANT: tuple[object, ...] = (np.eye, np.identity, np.ones, np.zeros)
FLOATS = (Py(float), Np("float64"))
NUMBERS = (*FLOATS, Py(int))


def hoisted(done: Specialised) -> Specialised:
    """The specialised program itself where nothing is to be done."""
    function = done.function
    if not any(isinstance(s, For | While) for s in statements(function.body)):
        return done
    pass_ = _Pass(done)
    body = pass_.block(function.body)
    if body is function.body:
        return done
    return replace(done, function=substitute(with_body(function, body), pass_.same))


class _Pass:
    def __init__(self, done: Specialised) -> None:
        self.b: Any = done.builder
        self.function: Function = done.function
        self.readers: dict[Name, list[Stmt]] = defaultdict(list)
        for stmt in statements(self.function.body):
            for name in reads(stmt):
                self.readers[name].append(stmt)
        self.same: dict[Name, Operand] = {}  # names of what has been taken out already

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        taken: dict[Expr, Name] = {}
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            if isinstance(stmt, For | While):
                before, stmt = self.taken_out(stmt)
                out += self.once(before, taken)
            out.append(stmt)
        return renewed(block, out)

    def once(self, before: list[Assign], taken: dict[Expr, Name]) -> list[Assign]:
        """The statements, without those that compute what was taken out of this block's loops before."""
        out = []
        for stmt in before:
            expr = map_expr(stmt.expr, lambda o: self.same.get(o, o) if isinstance(o, Name) else o)
            known = taken.setdefault(expr, stmt.target)
            if known == stmt.target:
                out.append(stmt)
            else:
                self.same[stmt.target] = known
        return out

    def taken_out(self, loop: For | While) -> tuple[list[Assign], For | While]:
        """What may stand before the loop, and the loop without it."""
        inside = set(inner_binds(loop))
        for stmt in statements(loop.body):
            inside.update((*binds(stmt), *inner_binds(stmt)))
        if isinstance(loop, While):
            for stmt in statements(loop.condition):
                inside.update((*binds(stmt), *inner_binds(stmt)))
        before: list[Assign] = []
        for stmt in loop.body:
            if (
                isinstance(stmt, Assign)
                and not inside.intersection(reads(stmt))
                and self.may_stand_before(stmt.target, stmt.expr)
            ):
                before.append(stmt)
                inside.remove(stmt.target)
        taken = self.without_lone_signs(before)
        if not taken:
            return before[:0], loop
        body = tuple(s for s in loop.body if not (isinstance(s, Assign) and s.target in taken))
        return [s for s in before if s.target in taken], replace(loop, body=body)

    def without_lone_signs(self, before: list[Assign]) -> set[Name]:
        """The targets, but for negatives that the loop reads: `a - b` costs what `a + minus_b` does."""
        taken = {s.target for s in before}
        for stmt in reversed(before):
            is_sign = isinstance(stmt.expr, Op) and stmt.expr.op == "neg"
            if is_sign and not all(
                isinstance(s, Assign) and s.target in taken for s in self.readers[stmt.target]
            ):
                taken.remove(stmt.target)
        return taken

    def may_stand_before(self, target: Name, expr: Expr) -> bool:
        """Does it raise nothing, and is it all one whether it is computed once?"""
        kind = self.b.kind(target)
        match expr:
            case Op(op, args) if op in SAFE:
                return kind in FLOATS and all(map(self.is_number, args))
            case Op("truediv", (dividend, Const(int() | float() as divisor))):
                return kind in FLOATS and self.is_number(dividend) and divisor != 0
            case Call(Ref(value=np.ufunc()), args, ()):
                return kind in FLOATS and all(map(self.is_number, args))
            case Call(Ref(value=function), (x,), ()) if kind in FLOATS:
                return is_fine(function, known_number(x, self.b))
            case Call(Ref(value=maker), args, ()) if isinstance(kind, Array):
                is_constant = any(maker is each for each in CONSTANT)
                return is_constant and all(map(self.is_size, args)) and self.is_operand(target)
            case _:
                return False

    def is_number(self, operand: object) -> bool:
        match operand:
            case Const(value) | Ref(_, value, False):
                return type(value) in (int, float)
            case _:
                return isinstance(operand, Name) and self.b.kind(operand) in NUMBERS

    def is_size(self, operand: object) -> bool:
        """Is it surely an integer that is not negative?"""
        if isinstance(operand, Const):
            return type(operand.value) is int and operand.value >= 0
        made = self.b.definitions.get(operand) if isinstance(operand, Name) else None
        match made:
            case Call(Ref(value=function), (Name(),), ()):
                return function is len
            case Op("getitem", (Name() as shape, Const(int()))):
                found = self.b.definitions.get(shape)
                return isinstance(found, Attr) and found.attr == "shape"
            case _:
                return False

    def is_operand(self, name: Name) -> bool:
        """Do only operations with new results read it?"""
        return name != self.function.result and all(
            isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op in ARITHMETIC
            for s in self.readers[name]
        )
