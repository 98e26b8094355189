"""Which values are read on some paths only, behind the place where they are computed?

    s = np.sqrt(x)
    return s if s > 0.1 else x      # s: on the first path

On the other path nothing flows back to them: their adjoint is zero, whatever slope they have.  A loop counts as
run through, and a test as no reading: no adjoint comes back through it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sourcead.ir.nodes import (
    Assign,
    Block,
    For,
    If,
    MethodCall,
    Name,
    Raise,
    Stmt,
    Store,
    StoreAttr,
    Try,
    While,
    With,
)
from sourcead.ir.walk import binds, reads, statements

__all__ = ["on_some_paths"]


def on_some_paths(body: Block, is_active: Callable[[Any], bool]) -> list[Name]:
    """The active names that a branch behind them does without."""
    if not any(isinstance(stmt, (If, For, While)) for stmt in statements(body)):
        return []
    readings = _Readings(is_active)
    readings.of_block(body)
    return readings.found


class _Readings:
    """What is read on all paths, and what on any; `found`: what is bound, and read on some only."""

    def __init__(self, is_active: Callable[[Any], bool]) -> None:
        self.is_active = is_active
        self.found: list[Name] = []

    def of_block(self, body: Block, last: Iterable[Any] = ()) -> tuple[set[Any], set[Any]]:
        """`last`: what is read behind the block's statements."""
        always, ever = set(last), set(last)
        for stmt in reversed(list(_in_a_row(body))):
            self.found += [
                n for n in binds(stmt) if n in ever and n not in always and self.is_active(n)
            ]
            now, sometimes = self.of_statement(stmt)
            always |= now
            ever |= sometimes
        return always, ever

    def of_statement(self, stmt: Stmt) -> tuple[set[Any], set[Any]]:
        match stmt:
            case If():
                return self._of_branch(stmt)
            case For(items=items, carried=carried, body=body):
                kept = [c for c in carried if self.is_active(c.inner) or self.is_active(c.result)]
                inside = self.of_block(body, [c.next for c in kept])
                return _run_through(inside, {items, *(c.initial for c in kept)})
            case While(condition, _, carried, body):
                kept = [c for c in carried if self.is_active(c.inner) or self.is_active(c.result)]
                inside = self.of_block((*condition, *body), [c.next for c in kept])
                return _run_through(inside, {c.initial for c in kept})
            case Try(body, handlers, orelse, final):
                inside = self.of_block((*body, *orelse, *final), stmt.leaves)
                for handler in handlers:
                    inside[1].update(self.of_block(handler.body, handler.leaves)[1])
                return inside
            case _:
                read = set(self._read_from(stmt))
                return read, read

    def _of_branch(self, stmt: If) -> tuple[set[Any], set[Any]]:
        kept = [m for m in stmt.merges if self.is_active(m.target)]
        first, some = self.of_block(stmt.then, [m.then for m in kept])
        second, others = self.of_block(stmt.orelse, [m.orelse for m in kept])
        if _ends(stmt.then):
            return second, some | others
        if _ends(stmt.orelse):
            return first, some | others
        return first & second, some | others

    def _read_from(self, stmt: Stmt) -> Iterable[Any]:
        """The operands to which an adjoint comes back through this statement; not what is written into."""
        match stmt:
            case Assign(target, MethodCall(value)) if not self.is_active(target):
                return [v for v in reads(stmt) if v != value] if self.is_active(value) else ()
            case Assign(target):
                return reads(stmt) if self.is_active(target) else ()
            case Store(base, _, _, None) | StoreAttr(base, _, _, None):
                return [v for v in reads(stmt) if v != base] if self.is_active(base) else ()
            case _:
                return reads(stmt)


def _run_through(inside: tuple[set[Any], set[Any]], also: set[Any]) -> tuple[set[Any], set[Any]]:
    return also, inside[1] | also


def _ends(body: Block) -> bool:
    return bool(body) and isinstance(body[-1], Raise)


def _in_a_row(body: Block) -> Iterator[Stmt]:
    """With what is done under a context manager in its place."""
    for stmt in body:
        if isinstance(stmt, With):
            yield from _in_a_row(stmt.body)
        else:
            yield stmt
