"""A sum of outer products over the turns of a loop is one product of matrices behind it.

    for i in reversed(range(n)):                for i in reversed(range(n)):
        ...                                         ...
        w_bar += np.outer(a_bar, x)     ->          a_bars.append(a_bar)
        b_bar += a_bar                              xs.append(x)
                                                a_bars = np.array(a_bars)
                                                w_bar += a_bars.T @ np.array(xs)
                                                b_bar += a_bars.sum(axis=0)

What is kept for it is as much as the loop has kept for going back, while each outer product is an array
of the size of `w_bar`, made and added in every turn.  So only loops qualify that read back arrays.
Nothing in the loop may look at the sums, nor write to what is kept: all that it writes are sums like
these, and arrays that it has just made.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Kind, List, Unknown
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    For,
    Function,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
    Store,
    Unpack,
)
from sourcead.ir.uses import use_counts_in
from sourcead.ir.walk import binds, map_blocks, reads, renewed, statements, with_body

__all__ = ["outer_products"]

HERE = Origin.none()
IN_PLACE = frozenset({"iadd", "isub", "imul", "itruediv"})
LOOKS = frozenset({"getitem", "slice", "tuple", "copy", "lt", "le", "gt", "ge", "eq", "ne", "not_"})
HELPERS = frozenset(
    {"unless_zero", "unbroadcast", "parts_along", "range", "len", "reversed", "float"}
)
FRESH = frozenset({"add", "sub", "mul", "truediv", "neg", "pow", "matmul"})


def outer_products(function: Function, builder: Any) -> Function:
    return with_body(function, _Pass(function, builder).block(function.body))


class _Pass:
    def __init__(self, function: Function, builder: Any) -> None:
        self.b = builder
        self.kinds: dict[Name, Kind] = builder.kinds
        self.uses = use_counts_in(function.body)
        self.zeros = {
            s.target
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, Call) and _is(s.expr, np.zeros_like)
        }
        self.looked_at = {  # through another name
            s.expr.args[0]
            for s in statements(function.body)
            if isinstance(s, Assign)
            and isinstance(s.expr, Op)
            and s.expr.op in IN_PLACE | {"getitem", "copy"}
        }

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            out += self.loop(stmt) if isinstance(stmt, For) else (stmt,)
        return renewed(block, out)

    def loop(self, loop: For) -> list[Stmt]:
        if not self.reads_back_arrays(loop) or not self.writes_sums_only(loop):
            return [loop]
        products = self.products(loop)
        if not products:
            return [loop]
        rows = _Rows(self.b)
        body: list[Stmt] = []
        for stmt in loop.body:
            if isinstance(stmt, Store) and isinstance(stmt.base, Name) and stmt.base in products:
                body += rows.product(stmt, *products[stmt.base])
            else:
                body.append(stmt)
        summed = self.sums(loop, set(rows.lists))
        for stmt in [s for s in body if isinstance(s, Store) and s.base in summed]:
            rows.sum(stmt)
            body.remove(stmt)
        read = {n for s in statements(tuple(body)) for n in reads(s)}
        kept = tuple(s for s in body if not _outer(s) or read.intersection(_outer(s)))
        return [*rows.before, replace(loop, body=kept), *rows.after()]

    # -- which -----------------------------------------------------------------------------------

    def products(self, loop: For) -> dict[Name, tuple[Name, Name]]:
        """The sums of outer products, with the factors."""
        made: dict[Operand, tuple[Name, Name]] = {}
        found: dict[Name, tuple[Name, Name]] = {}
        for position, stmt in enumerate(loop.body):
            match stmt:
                case Assign(target, Call(args=(Name() as a, Name() as b))) if _outer(stmt):
                    rest = loop.body[position:]
                    if self.lasts(a, loop, rest) and self.lasts(b, loop, rest):
                        made[target] = (a, b)
                case Store(Name() as total, index, Name() as product, "add" | "sub") if (
                    product in made and self.is_sum(total, loop) and index == Const(Ellipsis)
                ):
                    if self.uses[product] == 1:
                        found[total] = made[product]
        return found

    def sums(self, loop: For, kept: set[Name]) -> set[Name]:
        """The sums of vectors that are kept for a product anyway."""
        return {
            s.base
            for s in loop.body
            if isinstance(s, Store)
            and isinstance(s.base, Name)
            and (s.value, s.index, s.op) in [(v, Const(Ellipsis), "add") for v in kept]
            and self.is_sum(s.base, loop)
            and self.rank(s.base) == 1
        }

    def is_sum(self, total: Name, loop: For) -> bool:
        """Is this an array of zeros at first, which the loop does nothing with but to add to it, once?"""
        inside = sum(reads(s).count(total) for s in statements((loop,)))
        return total in self.zeros and total not in self.looked_at and inside == 1

    def lasts(self, vector: Name, loop: For, rest: Block) -> bool:
        """Is this a vector that nobody writes in place from here on?"""
        of_this_turn = vector in {t for s in loop.body if isinstance(s, Assign) for t in binds(s)}
        is_carried = vector in [c.next for c in loop.carried] or vector in [
            c.inner for c in loop.carried
        ]
        written = self.written(rest if of_this_turn else loop.body)
        return self.rank(vector) == 1 and not is_carried and vector not in written

    def rank(self, name: Name) -> int:
        kind = self.kinds.get(name)
        return len(kind.dims) if isinstance(kind, Array) else 0

    def written(self, block: Block) -> set[Any]:
        stores = {s.base for s in statements(block) if isinstance(s, Store)}
        return stores | {
            s.expr.args[0]
            for s in statements(block)
            if isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op in IN_PLACE
        }

    def writes_sums_only(self, loop: For) -> bool:
        """Does the loop write nothing but sums, and arrays that the turn has made itself?"""
        made: set[Any] = set(self.zeros)
        for stmt in statements(loop.body):
            match stmt:
                case Assign(target, Op(op)) if op in FRESH:
                    made.add(target)
                case Assign(target, Op(op, (first, *_))) if op in IN_PLACE:
                    if first in made:
                        made.add(target)
                    elif self.rank(target) > 0 or not self.is_number(target):
                        return False
                case Store(base):
                    if base not in made:
                        return False
                case Assign(target, expr) if not _only_computes(target, expr):
                    return False
                case If() | For() | Assign() | Unpack():
                    pass
                case _:
                    return False
        return True

    def is_number(self, name: Name) -> bool:
        kind = self.kinds.get(name)
        return kind is not None and not isinstance(kind, (Array, Unknown, List))

    def reads_back_arrays(self, loop: For) -> bool:
        """Has the forward sweep kept arrays for this loop?"""
        match loop.body[:2]:
            case [Assign(_, MethodCall(_, "pop", ())), Unpack(targets)]:
                return any(self.rank(t) > 0 for t in targets)
            case [Assign(target, MethodCall(_, "pop", ())), *_]:
                return self.rank(target) > 0
            case _:
                return False


def _is(call: Call, function: Any) -> bool:
    return isinstance(call.func, Ref) and call.func.value is function


def _only_computes(target: Name, expr: Expr) -> bool:
    """Does it write nothing? A statement for its effect (`undo(u, i, old)`) may."""
    match expr:
        case MethodCall(_, method):
            return method in ("pop", "sum", "copy") and target.hint != "_"
        case Call(Ref(path), _, kwargs):
            known = path.startswith(("np.", "math.")) or path in HELPERS
            return known and target.hint != "_" and "out" not in dict(kwargs)
        case Op(op):
            return op in FRESH | LOOKS and target.hint != "_"
        case _:
            return isinstance(expr, Attr)


def _outer(stmt: Stmt) -> tuple[Name, ...]:
    """The name of an outer product of two vectors."""
    match stmt:
        case Assign(target, Call(args=(Name(), Name()), kwargs=()) as call) if _is(call, np.outer):
            return (target,)
        case _:
            return ()


class _Rows:
    """Lists of vectors: what is written in front of the loop, in it, and behind it."""

    def __init__(self, builder: Any) -> None:
        self.b = builder
        self.lists: dict[Name, Name] = {}  # by the vector
        self.before: list[Stmt] = []
        self.totals: list[tuple[Store, tuple[Name, ...]]] = []

    def product(self, stmt: Store, a: Name, b: Name) -> list[Stmt]:
        self.totals.append((stmt, (a, b)))
        return [s for vector in (a, b) for s in self.keep(vector, stmt.origin)]

    def sum(self, stmt: Store) -> None:
        assert isinstance(stmt.value, Name)
        self.totals.append((stmt, (stmt.value,)))

    def keep(self, vector: Name, origin: Origin) -> list[Stmt]:
        if vector in self.lists:
            return []
        hint = "rows" if vector.hint == "t" else f"{vector.hint}s"
        rows = self.lists[vector] = self.b.fresh(hint, List(self.b.kinds[vector]))
        self.before.append(Assign(rows, Op("list", ()), HERE))
        added = MethodCall(rows, "append", (vector,))
        return [Assign(self.b.fresh("_", Unknown()), added, replace(origin, text="", sweep=""))]

    def after(self) -> list[Stmt]:
        out: list[Stmt] = []
        matrices: dict[Name, Name] = {}
        often = Counter(vector for _, vectors in self.totals for vector in vectors)

        def matrix(vector: Name) -> Name:
            if vector not in matrices:
                hint = self.lists[vector].hint if often[vector] > 1 else "t"
                kind = Array(self.b.kinds[vector].dtype, (None, *self.b.kinds[vector].dims))
                matrices[vector] = self.b.fresh(hint, kind)
                made = Call(Ref("np.array", np.array), (self.lists[vector],))
                out.append(Assign(matrices[vector], made, HERE))
            return matrices[vector]

        for stmt, vectors in self.totals:
            kind = self.b.kinds[stmt.base]
            total = self.b.fresh("t", kind)
            if len(vectors) == 2:
                turned = self.b.fresh("t", Unknown())
                out.append(Assign(turned, Attr(matrix(vectors[0]), "T"), stmt.origin))
                made: Any = Op("matmul", (turned, matrix(vectors[1])))
            else:
                made = MethodCall(matrix(vectors[0]), "sum", (), (("axis", Const(0)),))
            out += [Assign(total, made, stmt.origin), replace(stmt, value=total)]
        return out
