"""Every statement of a primal learns its place: the path of (index, part) that leads to it from the top.

The reverse sweep's statements carry the place of the primal's statement that they belong to; what
must be kept, and until when, is decided by comparing places.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from sourcead.ir.nodes import Assign, Block, For, If, Stmt, Try, While, With

__all__ = ["At", "positioned"]

At: TypeAlias = tuple[int, ...]


def positioned(block: Block, at: At = ()) -> Block:
    """The block with each statement's place in its origin."""
    return tuple(_placed(stmt, (*at, i)) for i, stmt in enumerate(block))


def _placed(stmt: Stmt, here: At) -> Stmt:
    origin = stmt.origin.placed(here)
    if isinstance(stmt, Assign):
        return Assign(stmt.target, stmt.expr, origin)
    match stmt:
        case If():
            return replace(
                stmt,
                then=positioned(stmt.then, (*here, 0)),
                orelse=positioned(stmt.orelse, (*here, 1)),
                origin=origin,
            )
        case For() | With():
            return replace(stmt, body=positioned(stmt.body, (*here, 1)), origin=origin)
        case While():
            return replace(
                stmt,
                condition=positioned(stmt.condition, (*here, 0)),
                body=positioned(stmt.body, (*here, 1)),
                origin=origin,
            )
        case Try():
            handlers = tuple(
                replace(h, body=positioned(h.body, (*here, 2 + k)))
                for k, h in enumerate(stmt.handlers)
            )
            return replace(
                stmt,
                body=positioned(stmt.body, (*here, 0)),
                orelse=positioned(stmt.orelse, (*here, 1)),
                handlers=handlers,
                final=positioned(stmt.final, (*here, 2 + len(handlers))),
                origin=origin,
            )
        case _:
            return replace(stmt, origin=origin)
