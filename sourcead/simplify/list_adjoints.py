"""Adjoints of lists of numbers without helpers, and none for a list that is only summed.

    terms = []                                            for k in range(n):
    for k in range(n):                                        ...
        terms.append(...)                         ->      for k in reversed(range(n)):
    terms_bar = zeros_like(terms)                             x_bar += out_bar * ...
    add_items(terms_bar, (out_bar,) * len(terms))
    for k in reversed(range(n)):
        x_bar += terms_bar.pop() * ...

    xs_bar = zeros_like(xs)                       ->      xs_bar = [0.0] * len(xs)

The kinds say that the elements are floats.  Every element of a sum has the same adjoint: where the list of adjoints
is only taken from, item by item, each of them is that.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from sourcead.ir.kinds import List, Np, Py
from sourcead.ir.nodes import Assign, Block, Call, Const, Function, MethodCall, Name, Op, Ref, Stmt
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, substitute, with_body
from sourcead.runtime.lists import add_items, zeros_like
from sourcead.transform.heap import ITEM

__all__ = ["list_adjoints"]

ZERO = Const(0.0)


def list_adjoints(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    if not any(_zeros_of(s, builder) is not None for s in statements(function.body)):
        return function
    pass_ = _Pass(function, builder)
    function = with_body(function, pass_.block(function.body))
    return substitute(function, pass_.resolved()) if pass_.same else function


def _zeros_of(stmt: Stmt, builder: Any) -> Name | None:
    """The list of floats of which the statement makes zeros."""
    match stmt:
        case Assign(_, Call(Ref(value=maker), (Name() as like,), ())) if maker is zeros_like:
            return like if _is_of_floats(builder, like) else None
        case _:
            return None


def _is_of_floats(builder: Any, name: Name) -> bool:
    kind = builder.kinds.get(name)
    if not (isinstance(kind, List) and kind.cls is list):
        return False
    return builder.heap.read(kind.site, ITEM) in (Py(float), Np("float64"))


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
                    and (zeros := self.zeros_before(total, out)) is not None
                ):
                    out.remove(zeros)
                    if self.uses[total] == 1 + self.pops[total]:
                        self.only_taken[total] = amount[0]
                    else:
                        out += self.filled(total, *amount, stmt)
                case Assign(target, MethodCall(Name() as value, "pop", ())) if (
                    value in self.only_taken
                ):
                    self.same[target] = self.only_taken[value]
                case _:
                    out.append(stmt)
        out = [each for stmt in out for each in self.by_length(stmt)]
        return renewed(block, out)

    def repeated(self, amounts: Name) -> tuple[Any, Any] | None:
        """The number and the length of `(number,) * length`."""
        match self.made.get(amounts):
            case Op("mul", (Name() as one, Name() as length)):
                match self.made.get(one):
                    case Op("tuple", (Name() | Const() as number,)):
                        return number, length
        return None

    def zeros_before(self, total: Name, out: list[Stmt]) -> Stmt | None:
        """The statement that makes the list of zeros, if nothing has looked at it since."""
        for stmt in reversed(out):
            if isinstance(stmt, Assign) and stmt.target == total:
                return stmt if _zeros_of(stmt, self.b) is not None else None
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
