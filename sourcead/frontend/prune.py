"""Only the values that are read travel through control flow; then names are numbered afresh.

Lowering merges every variable that two paths leave with different values, and carries every
variable that a loop's turn binds.  Here those go that nobody reads, by liveness, backwards.

    carry y.1 = undefined                 (y is bound in each turn before it is read,
    next y.1 = y.2                         and not read behind the loop: nothing to carry)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Block,
    Carried,
    For,
    Function,
    If,
    Name,
    Operand,
    Stmt,
    Try,
    While,
    With,
)
from sourcead.ir.walk import map_function, map_stmt, reads

__all__ = ["prune", "renumber"]

Live = frozenset[Name]


def prune(function: Function) -> Function:
    """The function without merges, carried values and leaves that nobody reads."""
    body, _ = _Pruner().block(function.body, _names([function.result]))
    return replace(function, body=body)


def _names(operands: Iterable[Operand | None]) -> Live:
    return frozenset(operand for operand in operands if isinstance(operand, Name))


class _Pruner:
    """Each method takes what is read behind a statement and gives what is read from it on."""

    def __init__(self) -> None:
        self.pinned: Live = frozenset()  # names that a handler may see

    def is_read(self, name: Name, live: Live) -> bool:
        return name in live or name in self.pinned

    def block(self, block: Block, live: Live) -> tuple[Block, Live]:
        kept: list[Stmt] = []
        read = set(
            live
        )  # one set for a run of plain statements: a copy for each would be quadratic
        for stmt in reversed(block):
            if isinstance(stmt, (If, For, While, Try, With)):
                pruned, before = self.compound(stmt, frozenset(read))
                read = set(before)
                kept.append(pruned)
            else:
                read.update(_names(reads(stmt)))
                kept.append(stmt)
        return tuple(reversed(kept)), frozenset(read)

    def compound(self, stmt: If | For | While | Try | With, live: Live) -> tuple[Stmt, Live]:
        match stmt:
            case If():
                return self.branches(stmt, live)
            case For() | While():
                return self.loop(stmt, live)
            case Try():
                return self.attempt(stmt, live)
            case With(context, _, body):
                body, live = self.block(body, live)
                return replace(stmt, body=body), live | _names([context])
            case _:
                assert_never(stmt)

    def branches(self, stmt: If, live: Live) -> tuple[If, Live]:
        merges = tuple(merge for merge in stmt.merges if self.is_read(merge.target, live))
        then, before_then = self.block(stmt.then, live | _names(m.then for m in merges))
        orelse, before_else = self.block(stmt.orelse, live | _names(m.orelse for m in merges))
        pruned = replace(stmt, then=then, orelse=orelse, merges=merges)
        return pruned, before_then | before_else | _names([stmt.test])

    def loop(self, stmt: For | While, live: Live) -> tuple[For | While, Live]:
        """A value is carried if it is read behind the loop, or by a turn of what is carried."""
        carried = tuple(c for c in stmt.carried if self.is_read(c.result, live))
        while True:
            pruned, turn = self.turn(stmt, carried, live)
            needed = tuple(c for c in stmt.carried if c in carried or self.is_read(c.inner, turn))
            if needed == carried:
                items = [stmt.items] if isinstance(stmt, For) else []
                return pruned, live | turn | _names([*items, *(c.initial for c in carried)])
            carried = needed

    def turn(
        self, stmt: For | While, carried: tuple[Carried, ...], live: Live
    ) -> tuple[For | While, Live]:
        end = live | _names([stmt.exit, *(c.next for c in carried)])
        body, before = self.block(stmt.body, end)
        if isinstance(stmt, For):
            return replace(stmt, body=body, carried=carried), before
        condition, before = self.block(stmt.condition, before | _names([stmt.test]))
        return replace(stmt, condition=condition, body=body, carried=carried), before

    def attempt(self, stmt: Try, live: Live) -> tuple[Try, Live]:
        kept = [at for at, target in enumerate(stmt.targets) if self.is_read(target, live)]

        def leaves(operands: tuple[Operand, ...]) -> tuple[Operand, ...]:
            return tuple(operands[at] for at in kept)

        final, before_final = self.block(stmt.final, live | _names(leaves(stmt.leaves)))
        handlers = []
        seen = before_final
        for handler in stmt.handlers:
            end = before_final | _names(leaves(handler.leaves))
            body, before = self.block(handler.body, end)
            handlers.append(replace(handler, body=body, leaves=leaves(handler.leaves)))
            seen |= before | _names([handler.type])
        interrupted = tuple(entry for entry in stmt.interrupted if self.is_read(entry[0], seen))
        self.pinned |= frozenset(name for _, _, names in interrupted for name in names)
        end = before_final | _names(leaves(stmt.leaves))
        orelse, before_else = self.block(stmt.orelse, end)
        body, before = self.block(stmt.body, before_else | seen)
        pruned = replace(
            stmt, body=body, handlers=tuple(handlers), orelse=orelse, final=final,
            targets=tuple(stmt.targets[at] for at in kept), leaves=leaves(stmt.leaves),
            interrupted=interrupted,
        )  # fmt: skip
        return pruned, before | seen | _names(entry for _, entry, _ in interrupted)


# -- numbers -----------------------------------------------------------------------------------


def renumber(function: Function) -> Function:
    """Each word counts its names from 0, in the order in which they are bound."""
    given: dict[Name, Name] = {}
    counts: dict[str, int] = {}

    def bind(name: Name) -> Name:
        if name not in given:
            number = counts.get(name.hint, 0)
            counts[name.hint] = number + 1
            given[name] = Name(name.hint, number)
        return given[name]

    def read(operand: Operand) -> Operand:
        return given[operand] if isinstance(operand, Name) else operand

    def inside(block: Block) -> Block:
        return tuple(map_stmt(stmt, read, bind, inside) for stmt in block)

    return map_function(function, read, bind, inside)
