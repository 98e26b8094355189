"""What a loop hands on is not copied behind it where nothing else knows it.

    x_bar = 2.0 * x                               x_bar = 2.0 * x
    for _ in range(n):                            for _ in range(n):
        x_bar = x_bar - h * x_bar        ->           x_bar = x_bar - h * x_bar
    x_bar = x_bar.copy()
    return x_bar                                  return x_bar

It is the array that was computed before the loop, or by its last turn: new ones, which are only handed on.  Nor does
a turn copy it that goes on to write to it, nor any new array of which the copy is the last use.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Carried,
    Expr,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
    While,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import (
    binds,
    blocks,
    map_blocks,
    reads,
    renewed,
    statements,
    substitute,
    with_body,
)
from sourcead.runtime.diagonals import on_diagonal
from sourcead.simplify.copies import ARITHMETIC

__all__ = ["last_copies"]

MAKERS: tuple[object, ...] = (np.zeros_like, np.zeros, np.full, np.outer, on_diagonal)


def last_copies(function: Function) -> Function:
    """The function itself where nothing is to be done."""
    if not any(_copied(s) is not None for s in statements(function.body)):
        return function
    same = _Copies(function).needless(function.body)
    if not same:
        return function

    def block(statements: Block) -> Block:
        kept = (s for s in statements if not (isinstance(s, Assign) and s.target in same))
        return renewed(statements, [map_blocks(stmt, block) for stmt in kept])

    for copy, original in same.items():  # a copy of a copy
        while isinstance(original, Name) and original in same:
            original = same[original]
        same[copy] = original
    return substitute(with_body(function, block(function.body)), same)


class _Copies:
    def __init__(self, function: Function) -> None:
        self.uses = use_counts(function)
        self.others = _stores(function) + _terms(function)
        self.made: dict[Name, Expr] = {}
        self.last_read: dict[Name, int] = {}
        self.at: dict[int, int] = {}  # positions of statements, by identity
        for position, stmt in enumerate(statements(function.body)):
            self.at[id(stmt)] = position
            self.last_read.update(dict.fromkeys(reads(stmt), position))
            if isinstance(stmt, Assign):
                self.made[stmt.target] = stmt.expr

    def needless(self, block: Block) -> dict[Name, Operand]:
        """The copies, and what they are copies of."""
        same: dict[Name, Operand] = {}
        bound: set[Name] = set()
        copies = {_copied(s): s for s in block if isinstance(s, Assign)}
        for stmt in block:
            for inner in blocks(stmt):
                same.update(self.needless(inner))
            if isinstance(stmt, (For, While)):
                for c in stmt.carried:
                    if c.initial in bound and self.is_handed_on(c, stmt):
                        same.update(self.of_carried(c, stmt, copies.get(c.result)))
            elif (copied := _copied(stmt)) in bound and self.is_last_read(copied, stmt):
                same.update(dict.fromkeys(binds(stmt), copied))
            bound.update(binds(stmt))
        return same

    def is_last_read(self, copied: Name, copy: Stmt) -> bool:
        """Is a new array copied where it has become of no other use?"""
        return self.last_read[copied] == self.at[id(copy)] and self.is_new(copied)

    def is_handed_on(self, c: Carried, loop: For | While) -> bool:
        """Does nothing else show the array that goes from turn to turn?"""
        if not isinstance(c.initial, Name):
            return False
        is_seen_later = self.last_read.get(c.initial, -1) > self.at[id(loop)]
        return not is_seen_later and self.is_new(c.initial) and self.is_new(c.next)

    def of_carried(
        self, c: Carried, loop: For | While, behind: Assign | None
    ) -> dict[Name, Operand]:
        same: dict[Name, Operand] = {}
        if behind is not None and self.uses[c.result] == 1:
            same[behind.target] = c.result
        copy = next((s for s in loop.body if _copied(s) == c.inner), None)
        if (
            isinstance(copy, Assign)
            and self.last_read[c.inner] == self.at[id(copy)]
            and self.uses[c.inner] == 1 + self.others[c.inner]
        ):
            same[copy.target] = c.inner
        return same

    def is_new(self, operand: Operand) -> bool:
        """Is it an array computed for this alone, which may have been written in place, or been a term?"""
        if not isinstance(operand, Name) or self.uses[operand] != 1 + self.others[operand]:
            return False
        match self.made.get(operand):
            case Op(op):
                return op in ARITHMETIC
            case MethodCall(_, method, ()):
                return method == "copy"
            case Call(Ref(value=function)):
                return any(function is maker for maker in MAKERS)
            case _:
                return False


def _copied(stmt: Stmt) -> Name | None:
    match stmt:
        case Assign(_, MethodCall(Name() as value, "copy", ())) if (
            stmt.origin.sweep or not stmt.origin.line
        ):
            return value
        case _:
            return None


def _terms(function: Function) -> Counter[Name]:
    """How often each name is an operand of arithmetic, which makes new arrays."""
    found: Counter[Name] = Counter()
    for stmt in statements(function.body):
        match stmt:
            case Assign(_, Op(op, args)) if op in ARITHMETIC:
                found.update(arg for arg in args if isinstance(arg, Name))
            case _:
                pass
    return found


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
