"""`x[i + 1]` is written where it is read, each time: `i + 1` gets no name for the sake of being read twice.

t = i + 1                            a = x[i + 1]
a = x[t]                  ->         x_bar[i + 1] += b
x_bar[t] += b
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import Kind, Py
from sourcead.ir.nodes import Assign, Block, Const, Function, Name, Op, Stmt, Store
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, statements, substitute, with_body

__all__ = ["indices"]


def indices(function: Function, builder: Any) -> Function:
    """A sum of a loop's variable and a constant, or such a tuple, is made anew for each index."""
    return with_body(function, _Indices(function, builder).block(function.body))


class _Indices:
    def __init__(self, function: Function, builder: Any) -> None:
        self.b = builder
        self.kinds: dict[Name, Kind] = builder.kinds
        total = use_counts(function)
        as_index = Counter(n for stmt in statements(function.body) for n in _indices_of(stmt))
        self.made: dict[Name, Assign] = {
            s.target: s
            for s in statements(function.body)
            if isinstance(s, Assign)
            and total[s.target] == as_index[s.target]
            and total[s.target] > 1
            and self.is_offset(s)
        }

    def is_offset(self, stmt: Assign) -> bool:
        match stmt.expr:
            case Op("add" | "sub", (Name() as i, Const())):
                return self.kinds.get(i) == Py(int) and stmt.target.hint == "t"
            case _:
                return False

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            if isinstance(stmt, Assign) and stmt.target in self.made:
                continue
            own: dict[Name, Name] = {}
            for name in _indices_of(stmt):
                if name in self.made and name not in own:
                    own[name] = self.b.fresh("t", Py(int))
                    out.append(replace(self.made[name], target=own[name], origin=stmt.origin))
            stmt = substitute(stmt, own) if own else stmt
            out.append(map_blocks(stmt, self.block))
        return renewed(block, out)


def _indices_of(stmt: Stmt) -> tuple[Name, ...]:
    """The names that are read as an index, or as a part of one."""
    if isinstance(stmt, Store):
        return (stmt.index,) if isinstance(stmt.index, Name) else ()
    expr = stmt.expr if isinstance(stmt, Assign) else None
    if not isinstance(expr, Op):
        return ()
    if expr.op == "getitem":
        return tuple(a for a in expr.args[1:] if isinstance(a, Name))
    is_index = expr.op == "tuple" and isinstance(stmt, Assign) and stmt.target.hint == "t"
    return tuple(a for a in expr.args if isinstance(a, Name)) if is_index else ()
