"""Adjoints of lists of numbers without helpers, and none for a list that is only summed.

    terms = []                                            for k in range(n):
    for k in range(n):                                        ...
        terms.append(...)                         ->      for k in reversed(range(n)):
    terms_bar = zeros_like(terms)                             x_bar += out_bar * ...
    add_items(terms_bar, (out_bar,) * len(terms))
    for k in reversed(range(n)):
        x_bar += terms_bar.pop() * ...

    xs_bar = zeros_like(xs)                       ->      xs_bar = [0.0] * len(xs)

    hs_bar = zeros_like(hs)
    add_items(hs_bar, t_bar)                      ->      hs_bar = list(t_bar)

The kinds say that the elements are floats, or arrays.  Every element of a sum has the same adjoint: where the list of
adjoints is only taken from, item by item, each of them is that.  What is added first to such a list makes it, if it is
an array that nothing else reads.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, cast

import numpy as np

from sourcead.ir.kinds import Array, Kind, List, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Function,
    MethodCall,
    Name,
    Op,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import binds, map_blocks, reads, renewed, statements, substitute, with_body
from sourcead.runtime.accumulate import unbroadcast
from sourcead.runtime.joins import unstacked
from sourcead.runtime.lists import add_items, zeros_like
from sourcead.transform.heap import ITEM

__all__ = ["list_adjoints"]

ZERO = Const(0.0)
FLOATS = (Py(float), Np("float64"))
NEW_ARRAY = frozenset({"add", "sub", "mul", "truediv", "neg", "matmul"})
MAKERS: tuple[object, ...] = (np.zeros_like, np.zeros, np.outer)


def list_adjoints(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    if not any(_zeros_like(s) is not None for s in statements(function.body)):
        return function
    pass_ = _Pass(function, builder)
    function = with_body(function, pass_.block(function.body))
    return substitute(function, pass_.resolved()) if pass_.same else function


def _zeros_of(stmt: Stmt, builder: Any) -> Name | None:
    """The list of floats of which the statement makes zeros."""
    like = _zeros_like(stmt)
    return like if like is not None and _item(builder, like) in FLOATS else None


def _zeros_like(stmt: Stmt) -> Name | None:
    match stmt:
        case Assign(_, Call(Ref(value=maker), (Name() as like,), ())) if maker is zeros_like:
            return like
        case _:
            return None


def _item(builder: Any, name: Name) -> Kind | None:
    """What a list holds; None of anything else."""
    kind = builder.kinds.get(name)
    if not (isinstance(kind, List) and kind.cls is list):
        return None
    return cast(Kind, builder.heap.read(kind.site, ITEM))


class _Pass:
    def __init__(self, function: Function, builder: Any) -> None:
        self.b, self.uses = builder, use_counts(function)
        self.made = {s.target: s.expr for s in statements(function.body) if isinstance(s, Assign)}
        self.pops = Counter(
            s.expr.value
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, MethodCall)
            if s.expr.method == "pop" and not s.expr.args
        )
        stored = {s.base for s in statements(function.body) if isinstance(s, Store)}
        self.written = {  # lists of which something that is taken is written
            s.expr.value
            for s in statements(function.body)
            if isinstance(s, Assign) and s.target in stored and isinstance(s.expr, MethodCall)
        }
        self.same: dict[Name, Any] = {}
        self.only_taken: dict[Name, Any] = {}  # lists of one adjoint for all

    def resolved(self) -> dict[Name, Any]:
        """What is taken from one list may be what fills another."""
        found = dict(self.same)
        for name, value in found.items():
            while value in found:
                value = found[value]
            found[name] = value
        return found

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            match stmt:
                case Assign(
                    _, Call(Ref(value=adding), (Name() as total, Name() as amounts), ())
                ) if (
                    adding is add_items
                    and (amount := self.repeated(amounts)) is not None
                    and (self.is_only_taken(total) or self.is_number(amount[0]))
                    and (zeros := self.zeros_before(total, out)) is not None
                ):
                    out.remove(zeros)
                    if self.is_only_taken(total):
                        self.only_taken[total] = amount[0]
                    else:
                        out += self.filled(total, *amount, stmt)
                case Assign(
                    _, Call(Ref(value=adding), (Name() as total, Name() as amounts), ()), origin
                ) if (
                    adding is add_items
                    and (zeros := self.zeros_before(total, out)) is not None
                    and (rows := self.rows(amounts, zeros, out)) is not None
                ):
                    out.remove(zeros)
                    out += [replace(each, origin=origin) for each in rows]
                case Assign(target, MethodCall(Name() as value, "pop", ())) if (
                    value in self.only_taken
                ):
                    self.same[target] = self.only_taken[value]
                case _:
                    out.append(stmt)
        out = [each for stmt in out for each in self.by_length(stmt)]
        return renewed(block, out)

    def is_only_taken(self, total: Name) -> bool:
        """Is all that is done to it that its items are taken, and none of them is written?"""
        return self.uses[total] == 1 + self.pops[total] and total not in self.written

    def is_number(self, value: Any) -> bool:
        """A list that is filled with one array holds the same one in each place."""
        return isinstance(value, Const) or isinstance(self.b.kinds.get(value), (Py, Np))

    def repeated(self, amounts: Name) -> tuple[Any, Any] | None:
        """The number and the length of `(number,) * length`."""
        match self.made.get(amounts):
            case Op("mul", (Name() as one, Name() as length)):
                match self.made.get(one):
                    case Op("tuple", (Name() | Const() as number,)):
                        return number, length
        return None

    # -- what is added first -------------------------------------------------------------------

    def rows(self, amounts: Name, zeros: Assign, out: list[Stmt]) -> list[Assign] | None:
        """The list of what is added, instead of the zeros, if nothing else sees the array that it is made of."""
        like = _zeros_like(zeros)
        item = _item(self.b, like) if like is not None else None
        array, turned = self.stacked(amounts)
        kind = self.b.kinds.get(array)
        if not isinstance(kind, Array) or not self.is_last_use(amounts, out):
            return None
        if item in FLOATS and not turned and len(kind.dims) == 1 and kind.dtype == "float64":
            return [Assign(zeros.target, MethodCall(array, "tolist", ()), zeros.origin)]
        is_alike = isinstance(item, Array) and item.dtype == kind.dtype
        if not is_alike or (array == amounts and len(kind.dims) < 2) or not self.is_new(array, out):
            return None
        made = []
        if turned:
            rows = self.b.fresh("t", kind)
            made.append(Assign(rows, Attr(array, "T"), zeros.origin))
            array = rows
        return [*made, Assign(zeros.target, Call(Ref("list", list), (array,)), zeros.origin)]

    def stacked(self, amounts: Name) -> tuple[Name, bool]:
        """The array of which the amounts are the rows, or, where the second is true, the columns."""
        match self.made.get(amounts):
            case Call(Ref(value=function), (Name() as array, _, Const(axis)), ()) if (
                function is unstacked
            ):
                kind = self.b.kinds.get(array)
                rank = len(kind.dims) if isinstance(kind, Array) else 0
                if axis == 0 or (rank == 2 and axis in (1, -1)):
                    return array, axis != 0
        return amounts, False

    def is_last_use(self, name: Name, out: list[Stmt]) -> bool:
        """Does nothing behind these statements and the next one read it?"""
        before = sum(reads(s).count(name) for s in statements(tuple(out)))
        return before + 1 == self.uses[name]

    def is_new(self, array: Name, out: list[Stmt]) -> bool:
        """Is it an array that was computed here, and which one statement reads?"""
        stores = [s for s in out if isinstance(s, Store) and s.base == array != s.value]
        if self.uses[array] != len(stores) + 1 or not any(array in binds(s) for s in out):
            return False
        match self.made.get(array):
            case Call(Ref(value=function), (Name() as inner, _), ()) if function is unbroadcast:
                return self.is_new(inner, out)
            case Call(Ref(value=function)):
                return any(function is each for each in MAKERS)
            case Op(op):
                return op in NEW_ARRAY
            case _:
                return False

    def zeros_before(self, total: Name, out: list[Stmt]) -> Assign | None:
        """The statement that makes the list of zeros, if nothing has looked at it since."""
        for stmt in reversed(out):
            if isinstance(stmt, Assign) and stmt.target == total:
                return stmt if _zeros_like(stmt) is not None else None
            if any(total in reads(s) for s in statements((stmt,))):
                return None
        return None

    def filled(self, total: Name, number: Any, length: Any, stmt: Stmt) -> list[Stmt]:
        one = self.b.fresh("t", List(Py(float)))
        return [
            Assign(one, Op("list", (number,)), stmt.origin),
            Assign(total, Op("mul", (one, length)), stmt.origin),
        ]

    def by_length(self, stmt: Stmt) -> list[Stmt]:
        """`[0.0] * len(xs)` for zeros like it."""
        like = _zeros_of(stmt, self.b)
        if like is None:
            return [stmt]
        assert isinstance(stmt, Assign)
        length = self.b.fresh("t", Py(int))
        measured = Assign(length, Call(Ref("len", len), (like,)), stmt.origin)
        return [measured, *self.filled(stmt.target, ZERO, length, stmt)]
