"""`u[1:-1] += f(u)` is one update of u, also where the call made Python take its parts one by one.

    t = u[1:-1]
    t[...] += v             ->        u[1:-1] += v
    u[1:-1] = t

Python reads `u[1:-1]` before it calls f, and stores what comes of `+=` afterwards.  Of an array the
first is a view and the last writes it onto itself, so that only the addition remains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sourcead.ir.kinds import Kind
from sourcead.ir.nodes import Assign, Block, Const, Function, Name, Op, Operand, Stmt, Store
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, statements, with_body
from sourcead.transform.effects import view_base

__all__ = ["updates"]


def updates(function: Function, kinds: Mapping[Name, Kind]) -> Function:
    return with_body(function, _Updates(function, kinds).block(function.body))


class _Updates:
    def __init__(self, function: Function, kinds: Mapping[Name, Kind]) -> None:
        self.kinds = kinds
        self.uses = use_counts(function)
        self.indices = {
            s.target: s.expr
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op in ("slice", "tuple")
        }

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            out.append(map_blocks(stmt, self.block))
            if isinstance(stmt, Store):
                self.join(out)
        return renewed(block, out)

    def join(self, out: list[Stmt]) -> None:
        """Join the last store with the update of the view that it stores, and what took the view."""
        last = out[-1]
        assert isinstance(last, Store)
        at = len(out) - 2
        while at >= 0 and self.is_index(out[at]):
            at -= 1
        update = out[at] if at >= 0 else None
        if not isinstance(update, Store) or not self.are_one(update, last):
            return
        made = next((s for s in out if isinstance(s, Assign) and s.target == last.value), None)
        match made:
            case Assign(_, Op("getitem", (Name() as base, index))) if (
                base == last.base
                and self.written_out(index) == self.written_out(last.index)
                and view_base(made.expr, self.kinds) == base
            ):
                out[at] = replace(update, base=base, index=index)
                out.pop()
                out.remove(made)

    def are_one(self, update: Store, last: Store) -> bool:
        """`t[...] += v`, and `u[i] = t`, and nothing else reads t?"""
        return (
            isinstance(update.base, Name)
            and update.base == last.value
            and update.index == Const(Ellipsis)
            and update.op is not None
            and last.op is None
            and self.uses[update.base] == 2
        )

    def is_index(self, stmt: Stmt) -> bool:
        return isinstance(stmt, Assign) and stmt.target in self.indices

    def written_out(self, index: Operand) -> object:
        """An index by what is in it: equal indices may have been made twice."""
        found = self.indices.get(index) if isinstance(index, Name) else None
        return index if found is None else (found.op, *map(self.written_out, found.args))
