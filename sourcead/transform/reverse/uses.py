"""Which names of the primal does the reverse sweep read, where, and do their contents matter?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sourcead.ir.nodes import Assign, Attr, Call, Const, For, MethodCall, Name, Op, Ref, Stmt
from sourcead.ir.walk import reads, statements
from sourcead.transform.positions import At
from sourcead.transform.reverse.program import Program

__all__ = ["SHAPE_ATTRIBUTES", "SHAPE_ONLY", "Use", "reverse_uses"]

SHAPE_ATTRIBUTES = frozenset({"shape", "ndim", "size", "dtype"})
SHAPE_ONLY = frozenset({"zeros_like", "ones_like", "empty_like", "shape", "ndim", "size", "len"})


@dataclass(frozen=True)
class Use:
    """The reverse sweep reads `name` while it goes back over the statement at `at`; `content`: what is in it."""

    name: Name
    at: At
    content: bool
    identity: bool = False  # it must be the very object: a copy has other adjoints in the table


def reverse_uses(
    block: Sequence[Stmt], program: Program, table: Name | None, bounds: bool = True
) -> list[Use]:
    """Every read of a primal name in the reverse sweep, the bounds of its reversed loops included.

    `bounds`: their items are not written yet; `table`: the adjoints that are found by
    identity; of an array it reads only where it looks.
    """
    uses: list[Use] = []
    for stmt in statements(tuple(block)):
        free = _shape_reads(stmt, table)
        read = [n for n in reads(stmt) if n in program.definitions]
        looked_up = _is_of(stmt, table)
        uses += [Use(n, stmt.origin.at, n not in free, looked_up) for n in read]
        if isinstance(stmt, For):
            ends = [o for c in stmt.carried for o in (c.initial, c.next)]
            uses += [
                Use(o, stmt.origin.at, True)
                for o in ends
                if isinstance(o, Name) and o in program.definitions
            ]
    return uses + (_bounds(block, program) if bounds else [])


def _is_of(stmt: Stmt, table: Name | None) -> bool:
    """Is this a call of the table of adjoints?"""
    call = stmt.expr if isinstance(stmt, Assign) else None
    return isinstance(call, MethodCall) and isinstance(call.value, Name) and call.value == table


def _shape_reads(stmt: Stmt, table: Name | None) -> set[Name]:
    """Names of which the statement needs the shape only."""
    if not isinstance(stmt, Assign) or isinstance(stmt.expr, Op):
        return set()
    match stmt.expr:
        case Attr(Name() as value, attr) if attr in SHAPE_ATTRIBUTES:
            return {value}
        case Call(Ref(path), args) if path.rpartition(".")[2] in SHAPE_ONLY:
            return {a for a in args if isinstance(a, Name)}
        case MethodCall(value, _, args) if value == table:
            return {a for a in args if isinstance(a, Name)}
        case Call(Ref("take_items"), (_, _, Name() as value)):
            return {value}
        case Call(Ref("unbroadcast"), (first, Name() as like)) if first != like:
            return {like}
        case _:
            return set()


def _bounds(block: Sequence[Stmt], program: Program) -> list[Use]:
    """Reversed loops need the bounds of their ranges."""
    uses: list[Use] = []
    for stmt in statements(tuple(block)):
        if not isinstance(stmt, For) or stmt.items != Const(None):
            continue
        loop = program.loops[stmt.origin.at]
        if isinstance(loop, For) and loop.exit is None and isinstance(loop.items, Name):
            match program.made(loop.items):
                case Call(_, args):
                    needed = [a for a in args if isinstance(a, Name)]
                case _:
                    needed = [loop.items]
            uses += [Use(n, stmt.origin.at, False) for n in needed]
    return uses
