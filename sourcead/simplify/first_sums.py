"""What is added first to a new array is part of what makes it.

    x_bar = z_bar.copy()                          x_bar = z_bar + t_bar * y
    x_bar += t_bar * y              ->

    x_bar = -z_bar                                x_bar = t_bar * y - z_bar
    x_bar += t_bar * y              ->

    A_bar = A @ G_bar.T                           A_bar = A @ (G_bar.T + G_bar)
    A_bar += A @ G_bar              ->

One array is made, not two, and none is gone through twice; of two products with one matrix there is one.  Of arrays
of one dtype in the sweep that goes back, where nothing is written in between to what the first is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Stmt,
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, operands, reads, renewed, with_body
from sourcead.simplify.storage_classes import StorageClasses
from sourcead.simplify.untouched import Untouched

__all__ = ["first_sums"]

FLOATS: tuple[Kind, ...] = (Py(float), Np("float64"))


def first_sums(
    function: Function,
    builder: Any,
    storage: Callable[[], StorageClasses],
    is_pure: Callable[[Expr], bool],
) -> Function:
    pass_ = _Pass(function, builder, Untouched(storage, is_pure))
    return with_body(function, pass_.block(function.body))


class _Pass:
    def __init__(self, function: Function, builder: Any, untouched: Untouched) -> None:
        self.b, self.untouched = builder, untouched
        self.kinds: dict[Name, Kind] = builder.kinds
        self.uses = use_counts(function)

    def block(self, block: Block) -> Block:
        out = [map_blocks(stmt, self.block) for stmt in block]
        for at in range(len(out) - 1, -1, -1):
            first = out[at]
            if not (isinstance(first, Assign) and _begins(first)):
                continue
            added = self.first_use(out, at, first)
            store = out[added] if added is not None else None
            if added is None or not isinstance(store, Store) or not self.is_sum(store, first):
                continue
            total = self.total(first, store)
            if total is not None:
                out[added] = total
                del out[at]
                continue
            second = self.second_product(out, first, store, added)
            if second is not None:
                out[added : added + 1] = self.one_product(first, second, store)
                for i in sorted((at, out.index(second)), reverse=True):
                    del out[i]
        return renewed(block, out)

    def first_use(self, block: Sequence[Stmt], at: int, first: Assign) -> int | None:
        """The position of the statement that looks at the array first, if what it is made of is the same there."""
        for position in range(at + 1, len(block)):
            if first.target in reads(block[position]):
                return position
            if not self.untouched.by(block[position], operands(first.expr)):
                return None
        return None

    def is_sum(self, store: Store, first: Assign) -> bool:
        """Is something added to the whole array, of which a sum is an array like it?

        It is no longer than the array: `+=` does not stretch that.
        """
        mine, more = self.kinds.get(first.target), store.value
        whole = store.base == first.target and store.index == Const(Ellipsis)
        if not whole or store.op not in ("add", "sub") or more == first.target:
            return False
        if not isinstance(mine, Array) or mine.dtype != "float64" or not mine.dims:
            return False
        if isinstance(more, Const):
            return type(more.value) is float
        kind = self.kinds.get(more) if isinstance(more, Name) else None
        return kind in FLOATS or (
            isinstance(kind, Array)
            and kind.dtype == "float64"
            and 0 < len(kind.dims) <= len(mine.dims)
        )

    # -- copies and negatives --------------------------------------------------------------------

    def total(self, first: Assign, store: Store) -> Assign | None:
        match first.expr:
            case MethodCall(value, "copy", ()) if store.op is not None:
                return Assign(first.target, Op(store.op, (value, store.value)), store.origin)
            case Op("neg", (value,)) if store.op == "add":
                return Assign(first.target, Op("sub", (store.value, value)), store.origin)
            case _:
                return None

    # -- products --------------------------------------------------------------------------------

    def second_product(
        self, block: Sequence[Stmt], first: Assign, store: Store, added: int
    ) -> Assign | None:
        """The product that is added, if it has a matrix in common with the first."""
        made = [s for s in block[:added] if isinstance(s, Assign) and s.target == store.value]
        if not made or self.uses[made[0].target] != 1:
            return None
        second = made[0]
        is_same = all(
            self.untouched.by(s, operands(second.expr))
            for s in block[block.index(second) + 1 : added]
        )
        return second if is_same and self.in_common(first.expr, second.expr) else None

    def in_common(self, one: Expr, other: Expr) -> str | None:
        """ "left" or "right", where the matrix stands with which both are products."""
        match one, other:
            case Op("matmul", (Name() as a, Name() as b)), Op("matmul", (Name() as c, Name() as d)):
                if a == c and self.rank(a) == 2 and self.rank(b) == self.rank(d):
                    return "left"
                if b == d and self.rank(b) == 2 and self.rank(a) == self.rank(c):
                    return "right"
        return None

    def rank(self, name: Name) -> int:
        kind = self.kinds.get(name)
        return len(kind.dims) if isinstance(kind, Array) and kind.dtype == "float64" else -1

    def one_product(self, first: Assign, second: Assign, store: Store) -> list[Stmt]:
        assert isinstance(first.expr, Op) and isinstance(second.expr, Op) and store.op is not None
        is_left = self.in_common(first.expr, second.expr) == "left"
        (a, b), (c, d) = first.expr.args, second.expr.args
        summed = (b, d) if is_left else (a, c)
        total = self.b.fresh("t_bar", self.b.kind(summed[0]))
        self.uses[total] = 1
        factors = (a, total) if is_left else (total, b)
        return [
            Assign(total, Op(store.op, summed), store.origin),
            Assign(first.target, Op("matmul", factors), store.origin),
        ]


def _begins(stmt: Assign) -> bool:
    """Does the sweep that goes back make a new array, which may be part of a sum?"""
    match stmt.expr:
        case MethodCall(Name(), "copy", ()) | Op("neg" | "matmul", (Name(), *_)):
            return stmt.origin.sweep == "reverse"
        case _:
            return False
