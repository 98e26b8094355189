"""Is this a well-formed Wengert list?

Every name is bound once; what is read has been bound before and is visible there: names of a branch,
a loop's turn or a `try` are not visible behind it unless a merge, a carried value or a leaf brings
them out; `UNDEFINED` only travels; a `raise` ends its block.

>>> from sourcead.ir.nodes import *
>>> x, y = Name("x", 0), Name("y", 0)
>>> problems(Function("f", (Param(x),), (), y, Origin.none()))
['the result reads y, which is not visible there']
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Carried,
    For,
    Function,
    If,
    Name,
    Operand,
    Raise,
    Stmt,
    Try,
    While,
    With,
)
from sourcead.ir.show import show_stmt
from sourcead.ir.walk import binds, bound, inner_binds, operands, reads, statements

__all__ = ["MalformedError", "check", "problems"]


class MalformedError(AssertionError):
    """A pass has produced a list that is not well formed: a bug of sourcead, not of the user."""


def check(function: Function) -> Function:
    """The function itself, if it is well formed; otherwise `MalformedError` lists what is wrong."""
    found = problems(function)
    if found:
        raise MalformedError(f"in {function.name}:\n  " + "\n  ".join(found))
    return function


def problems(function: Function) -> list[str]:
    """What is wrong with the function, one sentence each, in the order of its statements."""
    checker = _Checker()
    params = [param.name for param in function.params]
    visible = frozenset(params)
    visible = checker.block(function.body, visible)
    checker.read("the result", [function.result], visible)
    bindings = Counter([*params, *_bindings(function.body)])
    repeated = [name for name, times in bindings.items() if times > 1]
    return [f"{name} is bound more than once" for name in repeated] + checker.found


def _bindings(block: Block) -> Iterator[Name]:
    """Every binding in a block, at any depth."""
    for stmt in statements(block):
        yield from inner_binds(stmt)
        if isinstance(stmt, With):  # its `binds` would give those of its body a second time
            yield from () if stmt.target is None else (stmt.target,)
        else:
            yield from binds(stmt)


Visible = frozenset[Name]


class _Checker:
    """Walks the blocks with the set of visible names, and writes down what is wrong."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def block(self, block: Block, visible: Visible) -> Visible:
        for at, stmt in enumerate(block):
            self.statement(stmt, visible)
            visible |= frozenset(binds(stmt))
            if isinstance(stmt, Raise) and at + 1 < len(block):
                self.found.append("statements follow a raise in its block")
        return visible

    def statement(self, stmt: Stmt, visible: Visible) -> None:
        match stmt:
            case If():
                self.branches(stmt, visible)
            case For():
                self.for_loop(stmt, visible)
            case While():
                self.while_loop(stmt, visible)
            case Try():
                self.attempt(stmt, visible)
            case With(context, target, body):
                self.read(stmt, [context], visible)
                self.block(body, visible | {target} if target else visible)
            case _:
                self.read(stmt, reads(stmt), visible)
                self.defined(stmt)

    def branches(self, stmt: If, visible: Visible) -> None:
        self.read(stmt, [stmt.test], visible)
        then = self.block(stmt.then, visible)
        orelse = self.block(stmt.orelse, visible)
        self.read(stmt, [merge.then for merge in stmt.merges], then)
        self.read(stmt, [merge.orelse for merge in stmt.merges], orelse)

    def for_loop(self, stmt: For, visible: Visible) -> None:
        self.read(stmt, [stmt.items], visible)
        turn = self.entry(stmt, stmt.carried, visible) | {stmt.target}
        self.turn(stmt, turn)

    def while_loop(self, stmt: While, visible: Visible) -> None:
        turn = self.entry(stmt, stmt.carried, visible)
        turn = self.block(stmt.condition, turn)
        self.read(stmt, [stmt.test], turn)
        self.turn(stmt, turn)

    def entry(self, stmt: Stmt, carried: tuple[Carried, ...], visible: Visible) -> Visible:
        self.read(stmt, [c.initial for c in carried], visible)
        return visible | {c.inner for c in carried}

    def turn(self, stmt: For | While, visible: Visible) -> None:
        end = self.block(stmt.body, visible)
        leave = [] if stmt.exit is None else [stmt.exit]
        self.read(stmt, [*leave, *(c.next for c in stmt.carried)], end)

    def attempt(self, stmt: Try, visible: Visible) -> None:
        end = self.block(stmt.orelse, self.block(stmt.body, visible))
        seen = visible | {name for name, _, _ in stmt.interrupted}
        given = frozenset(bound(stmt.body))
        for name, entry, names in stmt.interrupted:
            self.read(stmt, [entry], visible)
            for missing in (n for n in names if n not in given):
                self.found.append(f"{name} is said to be {missing}, which the try does not bind")
        for handler in stmt.handlers:
            self.read(stmt, [] if handler.type is None else [handler.type], seen)
            inside = self.block(handler.body, seen | {handler.name} if handler.name else seen)
            self.read(stmt, handler.leaves, inside)
            self.aligned(stmt, handler.leaves)
        final = self.block(stmt.final, seen)
        self.read(stmt, stmt.leaves, end | final)
        self.aligned(stmt, stmt.leaves)

    def aligned(self, stmt: Try, leaves: tuple[Operand, ...]) -> None:
        if len(leaves) != len(stmt.targets):
            self.found.append(f"{len(leaves)} leaves for {len(stmt.targets)} targets of a try")

    def read(self, where: Stmt | str, operands: Iterable[Operand], visible: Visible) -> None:
        for operand in operands:
            if isinstance(operand, Name) and operand not in visible:
                place = where if isinstance(where, str) else f"`{show_stmt(where)[0]}`"
                self.found.append(f"{place} reads {operand}, which is not visible there")

    def defined(self, stmt: Stmt) -> None:
        if isinstance(stmt, Assign) and UNDEFINED in operands(stmt.expr):
            self.found.append(f"`{show_stmt(stmt)[0]}` computes with an undefined value")
