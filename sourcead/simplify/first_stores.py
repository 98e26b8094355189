"""The first contribution to a part of a new adjoint is stored there, not added to zeros.

    x_bar = np.zeros_like(x)                x_bar = np.zeros_like(x)
    x_bar[n:] += b_bar              ->      x_bar[n:] = b_bar
    x_bar[:n] += a_bar                      x_bar[:n] = a_bar

    r_bar = np.zeros_like(r)
    r_bar[:, :, None] += t          ->      r_bar = t[:, :, 0]

    r_bar = np.zeros_like(r)
    r_bar += t.sum(axis=1)          ->      r_bar = t.sum(axis=1)

A part is new where it shares no element with those that were written before: single places and slices
without steps, of which one ends where the other begins at the latest.  Bounds are compared as sums of multiples
of lengths, which are not negative.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Py, Tuple, same_dim
from sourcead.ir.nodes import (
    Assign,
    Attr,
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
from sourcead.ir.walk import binds, map_blocks, reads, renewed, statements, with_body
from sourcead.transform.effects import index_kinds
from sourcead.transform.indexing import is_basic

__all__ = ["Places", "first_stores", "is_at_most"]

Sum = dict[Any, int]  # multiples of lengths, and a constant under None

NONE = Const(None)
EVERYTHING = Op("slice", (NONE,) * 3)
NEW_ARRAY = frozenset({"add", "sub", "mul", "truediv", "pow", "neg"})


def first_stores(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    made = any(
        isinstance(s, Assign) and _is_zeros(s.expr) and s.origin.sweep == "reverse"
        for s in statements(function.body)
    )
    if not made:
        return function
    return with_body(function, _Pass(function, builder).block(function.body))


def _is_zeros(expr: Expr) -> bool:
    match expr:
        case Call(Ref(value=made), (Name(),), ()):
            return made is np.zeros_like
        case _:
            return False


class Places:
    """What is known of the integers by which parts of arrays are named."""

    def __init__(self, function: Function, builder: Any) -> None:
        self.b = builder
        self.made: dict[Operand, Expr] = {}
        bound = Counter[Name]()
        for stmt in statements(function.body):
            if isinstance(stmt, Assign):
                self.made[stmt.target] = stmt.expr
                bound[stmt.target] += 1
        for name in [n for n, times in bound.items() if times > 1]:
            del self.made[name]

    def same(self, one: Operand, other: Operand) -> bool:
        """Are they equal integers? The same sum may have been written twice."""
        if one == other:
            return True
        match self.made.get(one), self.made.get(other):
            case Op(a, first), Op(b, second) if a == b and a in ("add", "sub", "mul"):
                return len(first) == len(second) and all(map(self.same, first, second))
            case _:
                return False

    def sum(self, bound: Operand) -> Sum | None:
        """The bound as a sum of multiples of lengths, if it is one."""
        match bound, self.made.get(bound):
            case Const(int() as value), _:
                return {None: value} if value >= 0 else None
            case _, Op("add", (a, b)):
                one, other = self.sum(a), self.sum(b)
                return None if one is None or other is None else _plus(one, other)
            case _, Op("mul", (a, b)):
                one, other = self.sum(a), self.sum(b)
                if one is None or other is None:
                    return None
                if set(other) <= {None}:
                    one, other = other, one
                times = one.get(None, 0)
                return {k: times * v for k, v in other.items()} if set(one) <= {None} else None
            case _, expr if isinstance(bound, Name) and self.is_length(expr):
                return {bound: 1}
            case _:
                return None

    def is_length(self, expr: Expr | None) -> bool:
        match expr:
            case Call(Ref("len")) | Attr(_, "size"):
                return True
            case Op("getitem", (shape, _)):
                made = self.made.get(shape)
                return isinstance(made, Attr) and made.attr == "shape"
            case _:
                return False


class _Pass(Places):
    def __init__(self, function: Function, builder: Any) -> None:
        super().__init__(function, builder)
        self.uses = use_counts(function)

    def block(self, block: Block) -> Block:
        out = [map_blocks(stmt, self.block) for stmt in block]
        for stmt in [s for s in out if isinstance(s, Assign) and _is_zeros(s.expr)]:
            assert isinstance(stmt, Assign)
            if stmt.target in self.made:
                self.follow(stmt, out)
        return renewed(block, out)

    def follow(self, zeros: Assign, out: list[Stmt]) -> None:
        """Turn the stores into the zeros that come first, as far as they are seen one after the other."""
        target, written = zeros.target, list[Operand]()
        for k in range(out.index(zeros) + 1, len(out)):
            stmt = out[k]
            if not any(target in reads(inner) for inner in statements((stmt,))):
                continue
            if not isinstance(stmt, Store) or stmt.base != target or stmt.value == target:
                return
            if not written and self.is_alone(stmt, target, out[:k]):
                made = next(s for s in out if isinstance(s, Assign) and s.target == stmt.value)
                out[out.index(made)] = replace(made, target=target)
                del out[k]
                out.remove(zeros)
                return
            if stmt.op is None or not self.is_part(target, stmt.index):
                return
            if not written and self.is_whole(stmt, target):
                out[k : k + 1] = self.squeezed(stmt, target)
                out.remove(zeros)
                return
            if stmt.op == "add" and all(self.are_apart(stmt.index, i) for i in written):
                out[k] = replace(stmt, op=None)
            written.append(stmt.index)

    def is_part(self, target: Name, index: Operand) -> bool:
        """Does the index name each place of the part once?"""
        parts = index_kinds(index, self.b.kinds)
        return parts is not None and is_basic(parts) is True and index != Const(Ellipsis)

    def is_alone(self, stmt: Store, target: Name, before: list[Stmt]) -> bool:
        """Is it `target += t` with a new array t of its shape, which is made in this block and read only here?"""
        kind, mine = self.b.kind(stmt.value), self.b.kind(target)
        if stmt.op != "add" or stmt.index != Const(Ellipsis) or not isinstance(stmt.value, Name):
            return False
        if not isinstance(kind, Array) or not isinstance(mine, Array) or kind.dtype != mine.dtype:
            return False
        match self.made.get(stmt.value):
            case Op(op):
                is_new = op in NEW_ARRAY
            case MethodCall(_, "sum"):
                is_new = len(kind.dims) > 0
            case _:
                is_new = False
        is_here = any(binds(s) == (stmt.value,) for s in before)
        alike = len(kind.dims) == len(mine.dims) and all(map(same_dim, kind.dims, mine.dims))
        return is_new and is_here and alike and self.uses[stmt.value] == 1

    # -- the whole, with axes put in -----------------------------------------------------------

    def is_whole(self, stmt: Store, target: Name) -> bool:
        """Is it `target[:, None] += t` with a new array t, which is as large as that and read only here?"""
        index, kind, mine = self.entries(stmt.index), self.b.kind(stmt.value), self.b.kind(target)
        if stmt.op != "add" or not isinstance(kind, Array) or not isinstance(mine, Array):
            return False
        if len(index) != len(kind.dims) or kind.dtype != mine.dtype:
            return False
        if not isinstance(stmt.value, Name) or self.uses[stmt.value] != 1:
            return False
        if NONE not in index or not all(e == NONE or self.is_everything(e) for e in index):
            return False
        own = [d for d, e in zip(kind.dims, index) if e != NONE]
        match self.made.get(stmt.value):
            case Op(op):
                is_new = op in NEW_ARRAY
            case _:
                is_new = False
        return is_new and len(own) == len(mine.dims) and all(map(same_dim, own, mine.dims))

    def is_everything(self, entry: Operand) -> bool:
        return self.made.get(entry) == EVERYTHING

    def squeezed(self, stmt: Store, target: Name) -> list[Stmt]:
        """`target = t[:, 0]`."""
        entries = tuple(Const(0) if e == NONE else e for e in self.entries(stmt.index))
        kinds = [Py(int) if isinstance(e, Const) else self.b.kind(e) for e in entries]
        index = self.b.fresh("t", Tuple(tuple(kinds)))
        taken = Op("getitem", (stmt.value, index))
        return [
            Assign(index, Op("tuple", entries), stmt.origin),
            Assign(target, taken, stmt.origin),
        ]

    def entries(self, index: Operand) -> tuple[Operand, ...]:
        match self.made.get(index):
            case Op("tuple", args):
                return args
            case _:
                return (index,)

    # -- apart ---------------------------------------------------------------------------------

    def are_apart(self, one: Operand, other: Operand) -> bool:
        """Have the parts no element in common? Some axis tells."""
        pairs = zip(self.entries(one), self.entries(other))
        return any(self.is_behind(a, b) or self.is_behind(b, a) for a, b in pairs)

    def is_behind(self, later: Operand, earlier: Operand) -> bool:
        """Does `later` begin where `earlier` ends, or behind?"""
        begin, end = self.begin(later), self.end(earlier)
        if begin is None or end is None:
            return False
        if self.same(begin, end[0]) and end[1] == 0:
            return True  # whatever it is: also counted from the end
        high, low = self.sum(begin), self.sum(end[0])
        return high is not None and low is not None and is_at_most(_plus(low, {None: end[1]}), high)

    def begin(self, entry: Operand) -> Operand | None:
        """The first place of a slice, or a single one."""
        match self.made.get(entry):
            case Op("slice", (begin, _, step)):
                return None if step != NONE else Const(0) if begin == NONE else begin
            case _:
                return entry if self.is_place(entry) else None

    def end(self, entry: Operand) -> tuple[Operand, int] | None:
        """Behind its last place, as an operand and what is added to it; None where it reaches to the end."""
        match self.made.get(entry):
            case Op("slice", (_, end, step)):
                return None if end == NONE or step != NONE else (end, 0)
            case _:
                return (entry, 1) if self.is_place(entry) else None

    def is_place(self, entry: Operand) -> bool:
        if isinstance(entry, Const):
            return type(entry.value) is int
        return bool(self.b.kind(entry) == Py(int))


def _plus(one: Sum, other: Sum) -> Sum:
    return {k: one.get(k, 0) + other.get(k, 0) for k in {**one, **other}}


def is_at_most(low: Sum, high: Sum) -> bool:
    return all(high.get(k, 0) >= v for k, v in low.items())
