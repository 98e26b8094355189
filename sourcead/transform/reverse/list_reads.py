"""Does the reverse sweep look into a list that the program changes later? Lists are not undone, so that is refused.

s = sum(xs)         the rule needs len(xs) as it was here
xs.append(s)
"""

from __future__ import annotations

from sourcead.ir.kinds import List
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Delete,
    MethodCall,
    Name,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import reads, statements
from sourcead.transform.locations import READING
from sourcead.transform.positions import At
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.state import State

__all__ = ["check_list_reads"]


def check_list_reads(s: State, primal: Block, reverse: Block, program: Program) -> None:
    changes: dict[str, list[At]] = {}
    for stmt in statements(primal):
        kind = s.b.kind(changed) if (changed := _changed(stmt)) is not None else None
        if isinstance(kind, List):
            changes.setdefault(kind.site, []).append(stmt.origin.at)
    for stmt in statements(reverse):
        if _looks_at_identity(s, stmt):
            continue
        for name in reads(stmt):
            kind = s.b.kind(name)
            if not isinstance(kind, List) or name not in program.definitions:
                continue
            here = stmt.origin.at
            if any(program.may_follow(at, here) for at in changes.get(kind.site, ())):
                with s.b.at(stmt.origin):
                    s.b.refuse(
                        f"the derivative here needs the list `{name.hint}` as it was, and it is changed later",
                        "pass a copy of it: list(...)",
                    )


def _changed(stmt: Stmt) -> Operand | None:
    """What may be a list, and is changed by the statement."""
    match stmt:
        case Store(base) | Delete(base):
            return base
        case Assign(_, MethodCall(value, method)) if method not in READING:
            return value
        case _:
            return None


def _looks_at_identity(s: State, stmt: Stmt) -> bool:
    """Does the statement only find what belongs to a list, or is it of the list's last state?"""
    match stmt:
        case Assign(_, MethodCall(Name() as value)):
            return value == s.adj.table.name
        case Assign(_, Call(Ref("zeros_like"))):
            return True
        case _:
            return False
