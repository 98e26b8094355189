"""Where things are in the primal: definitions of names, loops, branches, and what may run after what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sourcead.ir.nodes import Assign, Block, Expr, For, If, Name, Stmt, Try, While, With
from sourcead.ir.walk import binds
from sourcead.transform.positions import At

__all__ = ["Definition", "Program"]


@dataclass(frozen=True)
class Definition:
    """Where a name is bound. `home`: the block (of a branch or loop body, or ()) in which it is visible."""

    at: At
    home: At
    stmt: Stmt | None
    role: str  # assign, target, inner, result, merge, param, other

    @property
    def expr(self) -> Expr | None:
        """What is assigned, if the name is bound by an assignment."""
        return self.stmt.expr if self.role == "assign" and isinstance(self.stmt, Assign) else None


class Program:
    """A primal whose statements know their places."""

    def __init__(self, body: Block, params: Iterable[Name]) -> None:
        self.definitions: dict[Name, Definition] = {
            p: Definition((), (), None, "param") for p in params
        }
        self.loops: dict[At, For | While] = {}
        self.branches: dict[At, If] = {}
        self._block(body, ())

    # -- building ----------------------------------------------------------------------------

    def _define(self, name: Name, at: At, home: At, stmt: Stmt, role: str) -> None:
        self.definitions[name] = Definition(at, home, stmt, role)

    def _block(self, block: Block, home: At) -> None:
        for stmt in block:
            self._statement(stmt, stmt.origin.at, home)

    def _statement(self, stmt: Stmt, at: At, home: At) -> None:
        match stmt:
            case If():
                self.branches[at] = stmt
                self._block(stmt.then, (*at, 0))
                self._block(stmt.orelse, (*at, 1))
                for m in stmt.merges:
                    self._define(m.target, at, home, stmt, "merge")
            case For() | While():
                self._loop(stmt, at, home)
            case With():
                if stmt.target is not None:
                    self._define(stmt.target, at, home, stmt, "other")
                self._block(stmt.body, home)
            case Try():
                self._block(stmt.body, home)
                self._block(stmt.orelse, home)
                for k, handler in enumerate(stmt.handlers):
                    self._block(handler.body, (*at, 2 + k))
                self._block(stmt.final, home)
                for target in stmt.targets:
                    self._define(target, at, home, stmt, "merge")
            case Assign(target):
                self._define(target, at, home, stmt, "assign")
            case _:
                for name in binds(stmt):
                    self._define(name, at, home, stmt, "other")

    def _loop(self, stmt: For | While, at: At, home: At) -> None:
        self.loops[at] = stmt
        inside = (*at, 1)
        start = (*at, 0, -1) if isinstance(stmt, While) else (*at, 1, -1)
        if isinstance(stmt, For):
            self._define(stmt.target, start, inside, stmt, "target")
        for c in stmt.carried:
            self._define(c.inner, start, inside, stmt, "inner")
            self._define(c.result, at, home, stmt, "result")
        if isinstance(stmt, While):
            self._block(stmt.condition, inside)
        self._block(stmt.body, inside)

    # -- asking ------------------------------------------------------------------------------

    def made(self, name: Name) -> Expr | None:
        """The expression that is assigned to a name, if that is how it is bound."""
        found = self.definitions.get(name)
        return None if found is None else found.expr

    def loop_home(self, home: At) -> At | None:
        """The innermost loop around a block, by the position of the loop."""
        for n in range(len(home) - 1, 0, -1):
            if home[:n] in self.loops:
                return home[:n]
        return None

    def home_of(self, at: At) -> At:
        """The innermost branch or loop block around a position."""
        for n in range(len(at) - 1, 0, -1):
            if at[:n] in self.loops:
                return (*at[:n], 1)
            if at[:n] in self.branches:
                return (*at[:n], at[n])
        return ()

    def in_loop(self, name: Name) -> bool:
        found = self.definitions.get(name)
        return found is not None and self.loop_home(found.home) is not None

    def common_loops(self, a: At, b: At) -> list[At]:
        common = _common(a, b)
        return [
            a[:n] for n in range(1, common + 1) if a[:n] in self.loops and n < len(a) and n < len(b)
        ]

    def may_follow(self, write: At, read: At) -> bool:
        """May `write` run after `read` (or be the statement that reads)?"""
        if write == read or self.common_loops(write, read):
            return True
        return write > read and not self._exclusive(write, read)

    def may_follow_in_turn(self, write: At, read: At, home: At) -> bool:
        """The same within one turn of the loops around `home`."""
        inner = [loop for loop in self.common_loops(write, read) if len(loop) > len(home)]
        return bool(inner) or (write >= read and not self._exclusive(write, read))

    def _exclusive(self, a: At, b: At) -> bool:
        """Are these positions on different arms of one branch?"""
        n = _common(a, b)
        return n > 0 and a[:n] in self.branches


def _common(a: At, b: At) -> int:
    n = 0
    while n < min(len(a), len(b)) and a[n] == b[n]:
        n += 1
    return n
