"""Does a call take its argument over, so that the storage goes on under the result's name alone?

for _ in range(n):
    u = cycle(u, f)         yes: what `u` was before the call is asked by nobody

v = cycle(u, f)
return v @ u                no: `u` is read
"""

from __future__ import annotations

from collections.abc import Iterable

from sourcead.ir.nodes import Block, For, Name, Stmt, While
from sourcead.ir.walk import binds, blocks, inner_binds, reads, statements

__all__ = ["is_taken_over"]


def is_taken_over(body: Block, results: Iterable[Name], call: Stmt, names: set[Name]) -> bool:
    """Is none of the storage's names that was there before the call read when it has run?

    results: what is read when the function has run.
    """
    later = _later(body, call)
    assert later is not None
    read, bound = later
    bound |= set(binds(call))
    return not ((read | set(results)) - bound) & names


def _later(block: Block, call: Stmt) -> tuple[set[Name], set[Name]] | None:
    """What may be read behind the call, and what is bound there; None if the call is not in the block."""
    for i, stmt in enumerate(block):
        if stmt is call:
            return _read(block[i + 1 :]), _bound(block[i + 1 :])
        for inner in blocks(stmt):
            found = _later(inner, call)
            if found is not None:
                read, bound = found
                again, made = _behind(stmt, inner)
                behind = block[i + 1 :]
                return read | again | _read(behind), bound | made | _bound(behind)
    return None


def _behind(stmt: Stmt, inner: Block) -> tuple[set[Name], set[Name]]:
    """The same of the statement whose block the call is in, besides that block's own rest."""
    if not isinstance(stmt, (For, While)):
        others = tuple(s for b in blocks(stmt) if b is not inner for s in b)
        return set(reads(stmt)) | _read(others), set(binds(stmt)) | _bound(others)
    turn = tuple(s for b in blocks(stmt) for s in b)
    anew = _bound(turn) | set(inner_binds(stmt))
    kept = {c.next for c in stmt.carried if isinstance(c.next, Name)}
    leave = {stmt.exit} if isinstance(stmt.exit, Name) else set()
    return (_read(turn) - anew) | kept | leave, set(binds(stmt))


def _read(block: Block) -> set[Name]:
    return {name for stmt in statements(block) for name in reads(stmt)}


def _bound(block: Block) -> set[Name]:
    return {name for s in statements(block) for name in (*binds(s), *inner_binds(s))}
