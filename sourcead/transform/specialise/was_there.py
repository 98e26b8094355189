"""Does a callee return an array that it has not made: a buffer of its module, of an object, of a closure?

What is then written to it is seen by whoever gets it again, so that such a callee is followed, also where nothing
that carries a derivative goes in.

    def workspace(n):
        return BUFFER[:n]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sourcead.ir.kinds import Array
from sourcead.ir.nodes import Const, For, If, Name, Op, Operand, Stmt, While
from sourcead.ir.walk import binds, inner_binds, statements
from sourcead.transform.builder import Val
from sourcead.transform.clean import shared_bases
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.given import is_made

__all__ = ["was_there"]


def was_there(s: Context, value: Val, written: Sequence[Stmt]) -> bool:
    """`written`: the callee's statements."""
    if not isinstance(s.kind(value), Array):
        return False
    joined = dict(_joined(written))
    own = {
        name for stmt in statements(tuple(written)) for name in (*binds(stmt), *inner_binds(stmt))
    }
    seen: set[Operand] = set()
    todo: list[Val] = [value]
    while todo:
        held = todo.pop()
        if isinstance(held, Const) or held in seen:
            continue
        if not isinstance(held, Name) or held not in own:
            return True
        seen.add(held)
        if held in joined:
            todo += joined[held]
            continue
        if is_made(s, held) or s.is_made_in_callee(held):
            continue
        expr = s.definitions.get(held)
        bases: list[Val] = [] if expr is None else list(shared_bases(expr, s))
        if isinstance(expr, Op) and expr.op == "copy":
            bases = [expr.args[0]]
        if not bases:
            return True
        todo += bases
    return False


def _joined(written: Sequence[Stmt]) -> Iterable[tuple[Name, tuple[Operand, ...]]]:
    """Names behind branches and loops, with what they may be."""
    for stmt in statements(tuple(written)):
        match stmt:
            case If(merges=merges):
                yield from ((m.target, (m.then, m.orelse)) for m in merges)
            case For(carried=carried) | While(carried=carried):
                for c in carried:
                    yield c.inner, (c.initial, c.next)
                    yield c.result, (c.initial, c.next)
