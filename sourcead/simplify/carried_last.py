"""The next value of what a loop carries is computed when the present one has been read for the last time.

    for y in reversed(y_saved):                 for y in reversed(y_saved):
        y_bar_1 = y_bar * x                         x_bar += y_bar * y
        x_bar += y_bar * y            ->            y_bar = y_bar * x
        y_bar = y_bar_1

Both are one variable then, and nothing is copied at the end of a turn.  Numbers computed of numbers move, in
the primal's own statements only what cannot raise an exception.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from sourcead.ir.nodes import Assign, Block, Carried, Const, For, Function, Name, Op, Stmt, While
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import bound, map_blocks, reads, renewed, statements, with_body

__all__ = ["carried_last"]

NEVER_RAISE = frozenset({"add", "sub", "mul", "neg"})
MOVING = NEVER_RAISE | {"truediv", "iadd", "isub"}


def carried_last(function: Function, is_number: Callable[[Name], bool]) -> Function:
    def moves(stmt: Stmt) -> bool:
        if not (isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and is_number(stmt.target)):
            return False
        allowed = MOVING if stmt.origin.sweep else NEVER_RAISE
        return stmt.expr.op in allowed and all(
            isinstance(a, Const) or (isinstance(a, Name) and is_number(a)) for a in stmt.expr.args
        )

    uses = use_counts(function)

    def inside(block: Block) -> Block:
        return renewed(block, [looped(map_blocks(stmt, inside)) for stmt in block])

    def looped(stmt: Stmt) -> Stmt:
        if not isinstance(stmt, (For, While)):
            return stmt
        body = list(stmt.body)
        for value in stmt.carried:
            _move(body, value, stmt.carried, moves, uses)
        return replace(stmt, body=renewed(stmt.body, body))

    return with_body(function, inside(function.body))


def _move(
    body: list[Stmt],
    value: Carried,
    carried: tuple[Carried, ...],
    moves: Callable[[Stmt], bool],
    uses: Counter[Name],
) -> None:
    """Move what makes the next value behind the last statement that reads the present one, if it may."""
    made = [
        i for i, stmt in enumerate(body) if isinstance(stmt, Assign) and stmt.target == value.next
    ]
    if not made or not moves(body[made[0]]):
        return
    (at,) = made
    last = _last_read(body, value.inner, at, moves, uses)
    passed = body[at + 1 : last + 1]
    if not passed or any(value.next in _read(stmt) for stmt in passed):
        return
    replaced = set(bound(tuple(passed)))
    kept = {other.inner for other in carried if other.next in replaced}
    if not kept.intersection(reads(body[at])):  # another one would have to be copied instead
        body[at : last + 1] = [*passed, body[at]]


def _last_read(
    body: list[Stmt], name: Name, at: int, moves: Callable[[Stmt], bool], uses: Counter[Name]
) -> int:
    """Where it is read last; what is computed of it and read once is printed where that is."""
    names, last = {name}, at
    for i, stmt in enumerate(body):
        if i == at or not names & _read(stmt):
            continue
        if i > at:
            last = i
        if isinstance(stmt, Assign) and uses[stmt.target] == 1 and moves(stmt):
            names.add(stmt.target)
    return last


def _read(stmt: Stmt) -> set[Name]:
    return {name for inner in statements((stmt,)) for name in reads(inner)}
