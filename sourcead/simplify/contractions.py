"""A sum of products is a contraction: no array of the products is made.

    t = a_bar * x                                   w_bar += np.einsum("ij,ij->j", a_bar, x)
    w_bar += t.sum(axis=0)                ->

    t = d_bar.sum(axis=1, keepdims=True)            x_bar += d_bar.sum(axis=1)
    x_bar[:, None, :] += t

    t = d_bar.sum(axis=(0, 2))            ->        t = np.einsum("ijk->j", d_bar)

Over an axis that is short and lies innermost, a sum alone takes ten times as long as the product, and ten
times as long as the contraction.  Arrays of doubles in the reverse sweep, and in the forward sweep what only the
adjoints read (see `seen`): a contraction rounds in another order than `np.sum` does, which the primal's values must
not see.  Like the product it broadcasts axes of length one.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, same_dim
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, with_body
from sourcead.simplify.seen import seen

__all__ = ["contractions"]

LETTERS = "ijklmn"
PASSED = frozenset({"slice", "tuple", "getitem", "add", "sub", "mul", "truediv", "neg"})


def contractions(function: Function, builder: Any) -> Function:
    sums = any(
        isinstance(s, Assign) and _is_sum(_as_method(s.expr)) for s in statements(function.body)
    )
    return with_body(function, _Pass(function, builder).block(function.body)) if sums else function


def _is_sum(expr: Expr) -> bool:
    return isinstance(expr, MethodCall) and expr.method == "sum" and not expr.args


def _as_method(expr: Expr) -> Expr:
    """`np.sum(x, axis=1)` as `x.sum(axis=1)`."""
    match expr:
        case Call(Ref(value=function), (Name() as summed,), kwargs) if function is np.sum:
            return MethodCall(summed, "sum", (), kwargs)
        case _:
            return expr


class _Pass:
    def __init__(self, function: Function, builder: Any) -> None:
        self.function, self.b = function, builder
        self.uses = use_counts(function)
        self.indices = {
            s.target: s.expr
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op in ("slice", "tuple")
        }

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            if isinstance(stmt, Store):
                stmt = self.without_new_axes(stmt, out)
            elif isinstance(stmt, Assign) and stmt.origin.sweep == "reverse":
                stmt = self.contracted(stmt, out)
            elif isinstance(stmt, Assign) and self.is_for_adjoints(stmt):
                stmt = self.rounded_otherwise(stmt, out)
            out.append(stmt)
        return self.again(tuple(out))

    def again(self, block: Block) -> Block:
        """Sums that have lost their `keepdims` may be contractions now; the others keep it."""
        out: list[Stmt] = []
        for stmt in block:
            if isinstance(stmt, Assign) and stmt.origin.sweep == "reverse":
                stmt = self.contracted(stmt, out, keepdims=True)
            out.append(stmt)
        return renewed(block, out)

    # -- of the forward sweep -----------------------------------------------------------------

    def is_for_adjoints(self, stmt: Assign) -> bool:
        """Is it a sum of the forward sweep over some axes of an array, which only adjoints read?"""
        summed, kind = _as_method(stmt.expr), self.b.kind(stmt.target)
        is_part = isinstance(kind, Array) and len(kind.dims) > 0 and not stmt.origin.sweep
        return is_part and _is_sum(summed) and stmt.target not in self.seen

    @cached_property
    def seen(self) -> set[Name]:
        return seen(self.function, self.b.kinds)

    def rounded_otherwise(self, stmt: Assign, out: list[Stmt]) -> Assign:
        """The sum as a contraction, where it is one of a product that surely raises no exception."""
        product = next(
            (s.expr for s in out if isinstance(s, Assign) and s.target in reads(stmt)), None
        )
        if not isinstance(product, Op) or not self.are_alike(product.args):
            return stmt
        made = self.contracted(replace(stmt, expr=_as_method(stmt.expr)), out, of_products=True)
        return stmt if _is_sum(made.expr) else made

    def are_alike(self, operands: tuple[Operand, ...]) -> bool:
        """Have these arrays one shape?"""
        kinds = [self.b.kind(o) for o in operands if isinstance(o, Name)]
        first = kinds[0] if kinds else None
        return isinstance(first, Array) and all(
            isinstance(k, Array)
            and len(k.dims) == len(first.dims)
            and all(map(same_dim, k.dims, first.dims))
            for k in kinds
        )

    # -- axes that are put in and taken out again ---------------------------------------------

    def without_new_axes(self, store: Store, out: list[Stmt]) -> Store:
        """`x[:, None] += t` as `x += t`, where t is a sum that kept just these axes."""
        value = store.value
        at = next((k for k, s in enumerate(out) if isinstance(s, Assign) and s.target == value), -1)
        made = out[at] if at >= 0 else None
        if store.op is None or not isinstance(value, Name) or self.uses[value] != 1:
            return store
        if not isinstance(made, Assign) or not _is_sum(made.expr):
            return store
        assert isinstance(made.expr, MethodCall)
        kwargs = dict(made.expr.kwargs)
        axes = self.axes(kwargs.get("axis"))
        kind = self.b.kind(value)
        if kwargs.get("keepdims") != Const(True) or not axes or not isinstance(kind, Array):
            return store
        if self.new_axes(store.index, len(kind.dims)) != axes:
            return store
        shorter = Array(kind.dtype, tuple(d for k, d in enumerate(kind.dims) if k not in axes))
        target = self.b.fresh("t", shorter)
        self.uses[target] = 1
        out[at] = replace(
            made, target=target, expr=replace(made.expr, kwargs=(("axis", kwargs["axis"]),))
        )
        return replace(store, index=Const(Ellipsis), value=target)

    def axes(self, operand: Operand | None) -> list[int]:
        """Axes that are constants, counted from the first one."""
        display = self.index(operand)
        entries = display.args if display is not None and display.op == "tuple" else (operand,)
        found = [e.value for e in entries if isinstance(e, Const) and type(e.value) is int]
        return sorted(found) if len(found) == len(entries) and min(found, default=-1) >= 0 else []

    def index(self, operand: Operand | None) -> Op | None:
        """The slice or tuple that a name stands for."""
        return self.indices.get(operand) if isinstance(operand, Name) else None

    def new_axes(self, index: Operand, rank: int) -> list[int]:
        """The places of None in an index that is `:` otherwise; empty if it is anything else."""
        match self.index(index):
            case Op("tuple", args) if len(args) == rank and all(map(self.is_none_or_all, args)):
                return [k for k, a in enumerate(args) if a == Const(None)]
            case _:
                return []

    def is_none_or_all(self, entry: Operand) -> bool:
        everything = Op("slice", (Const(None),) * 3)
        return entry == Const(None) or self.index(entry) == everything

    # -- products that are summed --------------------------------------------------------------

    def contracted(
        self, stmt: Assign, out: list[Stmt], keepdims: bool = False, of_products: bool = False
    ) -> Assign:
        """The statement, or the contraction that it is; the product is taken out of `out` then.

        `keepdims`: also where the sum keeps its axis; `of_products`: nothing else.
        """
        if not _is_sum(stmt.expr):
            return stmt
        assert isinstance(stmt.expr, MethodCall)
        product, kwargs = stmt.expr.value, dict(stmt.expr.kwargs)
        keeps = kwargs.get("keepdims") == Const(True)
        if set(kwargs) - ({"axis", "keepdims"} if keepdims else {"axis"}):
            return stmt
        if not isinstance(product, Name):
            return stmt
        kind = self.b.kind(product)
        axes = self.axes(kwargs["axis"]) if "axis" in kwargs else list(range(_rank(kind)))
        if not axes or not 2 <= _rank(kind) <= len(LETTERS) or kind.dtype != "float64":
            return stmt
        if keeps and (len(axes) != 1 or _rank(kind) == 2):
            return stmt
        factors = self.factors(product, kind, out)
        if factors is None:
            factors = [(product, LETTERS[: _rank(kind)])]
            if of_products or not _is_slow(axes, _rank(kind)):
                return stmt
        rest = "".join(LETTERS[k] for k in range(_rank(kind)) if k not in axes)
        text = _subscripts([letters for _, letters in factors], rest)
        call = Call(
            Ref("np.einsum", np.einsum), (Const(text), *(operand for operand, _ in factors))
        )
        if keeps:
            dims = tuple(d for k, d in enumerate(kind.dims) if k not in axes)
            total = self.b.fresh("t", Array(kind.dtype, dims))
            out.append(replace(stmt, target=total, expr=call))
            self.uses[total] = 1
            call = Call(Ref("np.expand_dims", np.expand_dims), (total, Const(axes[0])))
        return replace(stmt, expr=call)

    def factors(self, product: Name, kind: Array, out: list[Stmt]) -> list[tuple[Name, str]] | None:
        """What is multiplied, with its letters, if for the sum alone; then it is taken out of `out`."""
        if self.uses[product] != 1:
            return None
        at = len(out) - 1
        while at >= 0 and not (isinstance(out[at], Assign) and out[at].target == product):  # type: ignore[union-attr]
            if not self.may_pass(out[at]):
                return None
            at -= 1
        match out[at] if at >= 0 else None:
            case Assign(_, Op("mul", (Name() as a, Name() as b))):
                pass
            case Assign(_, Op("pow", (Name() as a, Const(2 | 2.0)))):
                b = a
            case _:
                return None
        first, second = self.letters(a, kind), self.letters(b, kind)
        if (
            first is None
            or second is None
            or set(first[1] + second[1]) != set(LETTERS[: _rank(kind)])
        ):
            return None
        del out[at]
        return [first, second]

    def may_pass(self, stmt: Stmt) -> bool:
        """Does the statement write nothing?"""
        return isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op in PASSED

    def letters(self, operand: Name, kind: Array) -> tuple[Name, str] | None:
        """The operand with a letter for each axis that it has, but for one that was put in."""
        mine = self.b.kind(operand)
        if not isinstance(mine, Array) or mine.dtype != "float64":
            return None
        offset = len(kind.dims) - len(mine.dims)
        letters = LETTERS[offset : offset + len(mine.dims)]
        match self.b.definitions.get(operand):
            case Call(Ref("np.expand_dims"), (Name() as inner, Const(int() as axis)), ()) if (
                0 <= axis < len(letters) and self.uses[operand] == 1
            ):
                return inner, letters[:axis] + letters[axis + 1 :]
            case _:
                return operand, letters


def _subscripts(factors: list[str], rest: str) -> str:
    """What is left is said, but where it is nothing, and letters that all stand twice say so.

    >>> _subscripts(["ij", "ij"], ""), _subscripts(["ij", ""], ""), _subscripts(["ij", "j"], "i")
    ('ij,ij', 'ij,->', 'ij,j->i')
    """
    text = ",".join(factors)
    return (
        text
        if not rest and all(text.count(k) == 2 for k in set(text) - {","})
        else f"{text}->{rest}"
    )


def _rank(kind: object) -> int:
    return len(kind.dims) if isinstance(kind, Array) else 0


def _is_slow(axes: list[int], rank: int) -> bool:
    """Does `sum` go through axes that need not lie together?"""
    return rank > 2 and axes not in ([0], list(range(1, rank)), list(range(rank)))
