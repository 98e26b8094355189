"""What a loop hands on is not copied behind it where nothing else knows it.

    x_bar = 2.0 * x                               x_bar = 2.0 * x
    for _ in range(n):                            for _ in range(n):
        x_bar = x_bar - h * x_bar        ->           x_bar = x_bar - h * x_bar
    x_bar = x_bar.copy()
    return x_bar                                  return x_bar

It is the array that was computed before the loop, or by its last turn: new ones, which are only handed on.
"""

from __future__ import annotations

from collections import Counter

from sourcead.ir.nodes import (
    Assign,
    Block,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Stmt,
    Store,
    While,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, statements, substitute, with_body
from sourcead.simplify.copies import ARITHMETIC

__all__ = ["last_copies"]


def last_copies(function: Function) -> Function:
    """The function itself where nothing is to be done."""
    handed_on = {
        c.result: (c.initial, c.next)
        for s in statements(function.body)
        if isinstance(s, (For, While))
        for c in s.carried
    }
    copies = [s for s in statements(function.body) if _copied(s) in handed_on]
    if not copies:
        return function
    uses, stores = use_counts(function), _stores(function)
    made = {s.target: s.expr for s in statements(function.body) if isinstance(s, Assign)}

    def is_new(operand: Operand) -> bool:
        """Is it an array computed for this alone, which may have been written in place?"""
        expr = made.get(operand) if isinstance(operand, Name) else None
        return (
            isinstance(expr, Op)
            and expr.op in ARITHMETIC
            and isinstance(operand, Name)
            and uses[operand] == 1 + stores[operand]
        )

    same: dict[Name, Operand] = {}
    for stmt in copies:
        copied = _copied(stmt)
        assert isinstance(stmt, Assign) and copied is not None
        if uses[copied] == 1 and all(map(is_new, handed_on[copied])):
            same[stmt.target] = copied

    def block(statements: Block) -> Block:
        kept = (s for s in statements if not (isinstance(s, Assign) and s.target in same))
        return renewed(statements, [map_blocks(stmt, block) for stmt in kept])

    if not same:
        return function
    return substitute(with_body(function, block(function.body)), same)


def _copied(stmt: Stmt) -> Name | None:
    match stmt:
        case Assign(_, MethodCall(Name() as value, "copy", ())) if (
            stmt.origin.sweep or not stmt.origin.line
        ):
            return value
        case _:
            return None


def _stores(function: Function) -> Counter[Name]:
    """How often each array is written to, and not read."""
    found: Counter[Name] = Counter()
    for stmt in statements(function.body):
        match stmt:
            case Store(Name() as base, index, value) if base not in (index, value):
                found[base] += 1
            case _:
                pass
    return found
