"""Is something a number or an array, and is the array written?

    y = a if x > 0 else 1.0          the adjoint of y goes to a, or nowhere
    a[0] = 5.0                       but this must be gone back over first

The adjoint of a value that may be a number travels with the name, or with the slot of a container.  That
of an array which is written has to stay with its memory.  So what may be either is refused, where a
write may follow the branch, or where the array is in a container at all.
"""

from __future__ import annotations

from collections.abc import Iterator

from sourcead.ir.kinds import Dict, List, Number, Object, Tuple, Unknown
from sourcead.ir.nodes import Assign, Attr, Block, Expr, For, If, MethodCall, Name, Op, Stmt, While
from sourcead.ir.walk import statements
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.state import State

__all__ = ["check_uncertain"]


def check_uncertain(s: State, primal: Block, program: Program) -> None:
    for stmt in statements(primal):
        for name, anywhere in _uncertain(s, stmt):
            if not s.is_active(name) or not isinstance(s.kind(name), (Number, Unknown)):
                continue
            writes = s.at.written.get(s.at.cls(name), ())
            if any(anywhere or program.may_follow(at, stmt.origin.at) for at in writes):
                with s.b.at(stmt.origin):
                    s.b.refuse(
                        f"`{name.hint}` is a number or an array here, and the array is written in place",
                        "give it one kind: np.asarray(...), or a copy",
                    )


def _uncertain(s: State, stmt: Stmt) -> Iterator[tuple[Name, bool]]:
    """Names that stand for one of two values, or for what is in a slot (True)."""
    match stmt:
        case If(merges=merges):
            yield from ((merge.target, False) for merge in merges)
        case For(carried=carried) | While(carried=carried):
            yield from ((c.inner, False) for c in carried)
        case Assign(target, expr) if _is_slot(s, expr):
            yield target, True


def _is_slot(s: State, expr: Expr) -> bool:
    match expr:
        case (
            Op("getitem", (Name() as base, _))
            | Attr(Name() as base)
            | MethodCall(Name() as base, "pop" | "popleft" | "get" | "setdefault")
        ):
            return isinstance(s.kind(base), (List, Dict, Object, Tuple))
        case _:
            return False
