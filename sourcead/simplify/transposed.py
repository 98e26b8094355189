"""Adjoints of transposed arrays are the transposed of what is added, and the transposed of the transposed is the array.

    t = A.T                                     t = A.T
    G = t @ A                                   G = t @ A
    t_bar = t.T @ G_bar               ->        t_bar = A @ G_bar
    A_bar = np.zeros_like(A)
    v = A_bar.T
    v += G_bar @ A.T                            A_bar = (G_bar @ A.T).T
    A_bar += t_bar                              A_bar += t_bar

Bit for bit these are the same numbers, but for the sign of a zero.  In a derivative's sweep.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, same_dim
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Function,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, substitute, with_body

__all__ = ["transposed"]

WHOLE = Const(Ellipsis)
NEW_ARRAY = frozenset({"add", "sub", "mul", "truediv", "neg", "matmul"})


def transposed(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    views = {
        s.target: s.expr.value
        for s in statements(function.body)
        if isinstance(s, Assign) and isinstance(s.expr, Attr) and s.expr.attr == "T"
        if isinstance(s.expr.value, Name) and isinstance(builder.kinds.get(s.target), Array)
    }
    if not views:
        return function
    back = {
        target: views[value]
        for target, value in views.items()
        if value in views and target in _of_sweep(function)
    }
    function = substitute(function, back) if back else function
    pass_ = _Pass(function, builder, views)
    function = with_body(function, pass_.block(function.body))
    if not (back or pass_.unread):
        return function
    function = _without(function, {*back, *pass_.unread})
    uses = use_counts(function)
    return _without(function, {view for view in views if not uses[view]})


def _without(function: Function, unread: set[Name]) -> Function:
    def block(statements: Block) -> Block:
        kept = (s for s in statements if not (isinstance(s, Assign) and s.target in unread))
        return renewed(statements, [map_blocks(stmt, block) for stmt in kept])

    return with_body(function, block(function.body))


def _of_sweep(function: Function) -> set[Name]:
    return {s.target for s in statements(function.body) if isinstance(s, Assign) and s.origin.sweep}


class _Pass:
    def __init__(self, function: Function, builder: Any, views: dict[Name, Name]) -> None:
        self.b, self.views = builder, views
        self.uses = use_counts(function)
        self.unread: set[Name] = set()  # views that are no longer needed
        self.made = {s.target: s for s in statements(function.body) if isinstance(s, Assign)}

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            if isinstance(stmt, Store) and (owner := self.owner(stmt)) is not None:
                out += self.through(stmt, owner, out)
            else:
                out.append(stmt)
        return renewed(block, out)

    def owner(self, stmt: Store) -> Name | None:
        """Whose transposed is added to, if only here and with an operand of its rank."""
        if stmt.index != WHOLE or stmt.op not in ("add", "sub") or not stmt.origin.sweep:
            return None
        base, kind = stmt.base, self.b.kind(stmt.value)
        if not isinstance(base, Name) or base not in self.views or self.uses[base] != 1:
            return None
        mine = self.b.kind(base)
        same_rank = isinstance(kind, Array) and len(kind.dims) == len(mine.dims)
        return self.views[base] if same_rank and stmt.value != base else None

    def through(self, stmt: Store, owner: Name, out: list[Stmt]) -> list[Stmt]:
        """The store into the array itself, or what makes the array where it is zero before."""
        assert isinstance(stmt.base, Name)
        self.unread.add(stmt.base)
        value, kind = stmt.value, self.b.kind(owner)
        if len(kind.dims) < 2:
            return [replace(stmt, base=owner)]
        zeros = self.zeros_before(owner, out)
        if zeros is not None and stmt.op == "add" and self.is_new(value, kind):
            out.remove(zeros)
            if self.turned_product(value, owner, out):
                return []
            return [Assign(owner, Attr(value, "T"), stmt.origin)]
        if self.turn_outer(value, out):
            return [replace(stmt, base=owner)]
        total = self.b.fresh("t", kind)
        if self.turned_product(value, total, out):
            return [replace(stmt, base=owner, value=total)]
        turned = self.b.fresh("t", kind)
        return [
            Assign(turned, Attr(value, "T"), stmt.origin),
            replace(stmt, base=owner, value=turned),
        ]

    def turned_product(self, value: Operand, target: Name, out: list[Stmt]) -> bool:
        """`(a.T @ b).T` is `b.T @ a`: compute that instead, under this name, if the product is read here only."""
        made = self.made.get(value) if isinstance(value, Name) else None
        match made:
            case Assign(product, Op("matmul", (Name() as a, Name() as b)), origin) if (
                (a in self.views or b in self.views)
                and self.uses[product] == 1
                and made in out
                and all(len(self.b.kind(x).dims) == 2 for x in (a, b))
            ):
                turned = [self.views.get(x) or self.b.fresh("t", self.b.kind(x)) for x in (b, a)]
                views: list[Stmt] = [
                    Assign(t, Attr(x, "T"), origin)
                    for t, x in zip(turned, (b, a))
                    if x not in self.views
                ]
                at = out.index(made)
                out[at : at + 1] = [*views, Assign(target, Op("matmul", tuple(turned)), origin)]
                return True
            case _:
                return False

    def turn_outer(self, value: Operand, out: list[Stmt]) -> bool:
        """`np.outer(b, a)` is the transposed of `np.outer(a, b)`."""
        made = self.made.get(value) if isinstance(value, Name) else None
        match made:
            case Assign(target, Call(Ref(value=maker) as func, (a, b), ()), origin) if (
                maker is np.outer and self.uses[target] == 1 and made in out
            ):
                out[out.index(made)] = Assign(target, Call(func, (b, a)), origin)
                return True
            case _:
                return False

    def zeros_before(self, owner: Name, out: list[Stmt]) -> Assign | None:
        """The zeros that the array still is."""
        zeros = self.made.get(owner)
        match zeros:
            case Assign(_, Call(Ref(value=maker), (Name(),), ())) if maker is np.zeros_like:
                pass
            case _:
                return None
        behind = _behind(zeros, out)
        is_seen = any(
            owner in reads(s) and not (isinstance(s, Assign) and s.target in self.unread)
            for s in statements(behind)
        )
        return None if is_seen or zeros not in out else zeros

    def is_new(self, value: object, kind: Array) -> bool:
        """Is it an array that nothing else knows, and as large as the zeros?"""
        made = self.made.get(value) if isinstance(value, Name) else None
        if made is None or self.uses[made.target] != 1:
            return False
        mine = self.b.kind(value)
        match made.expr:
            case Op(op):
                is_new = op in NEW_ARRAY
            case Call(Ref(value=maker)):
                is_new = maker is np.outer
            case _:
                is_new = False
        sizes: Iterable[tuple[Any, Any]] = zip(mine.dims, reversed(kind.dims))
        return is_new and mine.dtype == kind.dtype and all(same_dim(a, b) for a, b in sizes)


def _behind(stmt: Assign, out: list[Stmt]) -> Block:
    return tuple(out[out.index(stmt) + 1 :]) if stmt in out else ()
