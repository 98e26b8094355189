"""The linear map of a tangent function for dependences in place of numbers: what depends on what, anywhere.

`structural` rewrites a linear map (`transform/split.py`) so that it can be run on arrays of
`runtime.dependences.Dependences`.  The result holds at every point of the differentiated arguments, not
only where it is run, and for the values that the other arguments have:

- coefficients are ignored, products with zero included;
- a `np.where` whose condition depends on the differentiated arguments unites its lanes;
- branches on such a condition are both taken (`both_arms`, before the function is split);
- a loop whose number of turns depends on them, an index that does, or a call that may select by their
  values raises `CannotSeparate`: then everything may depend on everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Kind, Np, Py
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
    Try,
    While,
)
from sourcead.ir.walk import blocks, bound, map_blocks, operands, reads, statements
from sourcead.runtime import accumulate, quotients
from sourcead.runtime.dependences import either, no_dependences
from sourcead.transform.effects import function_of
from sourcead.transform.seeded import CannotSeparate, Seeded

__all__ = ["Tainted", "both_arms", "structural"]

# What these compute of a tangent depends on its place only, whatever the other operands' values are.
BY_PLACE: tuple[Any, ...] = (
    np.sum, np.mean, np.reshape, np.ravel, np.broadcast_to, np.transpose, np.swapaxes, np.moveaxis,
    np.concatenate, np.stack, np.vstack, np.hstack, np.cumsum, np.diff, np.roll, np.flip, np.outer,
    np.dot, np.matmul, np.zeros_like, np.copy, np.expand_dims, np.squeeze, np.trace, np.diag,
    np.diagonal, np.multiply, np.add, np.subtract, np.divide, np.negative, np.full, np.array,
    np.asarray, np.conj, np.real, np.atleast_1d, np.triu, np.tril, np.repeat, np.tile, np.inner,
    accumulate.unbroadcast, accumulate.laid_out, quotients.over_length, quotients.ratio,
)  # fmt: skip
PLACED = frozenset({id(f) for f in BY_PLACE})
METHODS = frozenset(
    {"sum", "mean", "reshape", "ravel", "copy", "transpose", "dot", "append", "pop"}
)
OPERATIONS = frozenset({
    "add", "sub", "mul", "truediv", "neg", "pos", "matmul", "iadd", "isub", "imul", "itruediv",
    "copy", "tuple", "list", "next", "getitem",
})  # fmt: skip


class Tainted(Seeded):
    """What a program computes from the values of `sources`, by control flow as well; shapes do not depend on them."""

    def __init__(
        self, function: Function, kinds: dict[Name, Kind], sources: Sequence[Name]
    ) -> None:
        self.known = {p.name for p in function.params} | set(bound(function.body))
        super().__init__(function, kinds, sources)
        for stmt in statements(function.body):
            if self._makes_a_shape(stmt):
                raise CannotSeparate("the shape of an array depends on the arguments")

    def __contains__(self, value: object) -> bool:
        if isinstance(value, Name) and value not in self.known:
            return True  # a copy of what it was at some moment
        return super().__contains__(value)

    def _makes_a_shape(self, stmt: Stmt) -> bool:
        match stmt:
            case Assign(_, Op("getitem", (_, Name() as index))):
                return index in self and not isinstance(self.kinds.get(index), (Py, Np))
            case Assign(_, Call(Ref(_, function), args)):
                return function in SHAPED_BY_VALUES and self.any(args)
            case _:
                return False

    def _may_depend(self, target: Name) -> bool:
        return True

    def _flows(self, stmt: Stmt) -> list[tuple[tuple[Any, ...], Name]]:
        return super()._flows(stmt) + [(tests, name) for tests, name in self._controlled(stmt)]

    def _controlled(self, stmt: Stmt) -> list[tuple[tuple[Any, ...], Name]]:
        """What is decided or written under a test depends on the test."""
        tests: tuple[Any, ...]
        match stmt:
            case If(test=test, merges=merges):
                tests, named = (test,), [m.target for m in merges]
            case For(items=test, carried=carried, exit=leave):
                tests, named = (test, leave), [n for c in carried for n in (c.inner, c.result)]
            case While(test=test, carried=carried, exit=leave):
                tests, named = (test, leave), [n for c in carried for n in (c.inner, c.result)]
            case _:
                return []
        inner = tuple(s for block in blocks(stmt) for s in block)
        stored = [s.base for s in statements(inner) if isinstance(s, Store)]
        return [(tests, n) for n in [*named, *stored] if isinstance(n, Name)]


SHAPED_BY_VALUES: tuple[Any, ...] = (
    np.nonzero, np.flatnonzero, np.argwhere, np.unique, np.union1d, np.compress, np.extract, np.arange,
)  # fmt: skip


def structural(function: Function, builder: Any, tainted: Tainted) -> Function:
    """A linear map for dependences; `tainted`: what the primal computes from the differentiated arguments."""
    seeds = [p.name for p in function.params if p.form == "tangent"]
    work = _Structure(builder, Seeded(function, builder.kinds, seeds), tainted)
    return replace(function, body=work.block(function.body))


class _Structure:
    def __init__(self, builder: Any, seeded: Seeded, tainted: Tainted) -> None:
        self.b = builder
        self.seeded = seeded
        self.tainted = tainted

    def is_tainted(self, values: Sequence[Any]) -> bool:
        return any(v in self.tainted and v not in self.seeded for v in values)

    def block(self, block: Block) -> Block:
        return tuple(self.statement(stmt) for stmt in block)

    def statement(self, stmt: Stmt) -> Stmt:
        match stmt:
            case Assign(target, expr) if target in self.seeded:
                return replace(stmt, expr=self.expression(target, expr))
            case Store(base, index) if base in self.seeded:
                if self.is_tainted([index]):
                    raise CannotSeparate("what an index is depends on the arguments")
            case If(test=test):
                if self.is_tainted([test]):
                    raise CannotSeparate("a branch depends on the arguments")
            case For(items=test, exit=leave) | While(test=test, exit=leave):
                if self.is_tainted([test, leave]):
                    raise CannotSeparate("the number of turns of a loop depends on the arguments")
            case _:
                pass
        return map_blocks(stmt, self.block)

    def expression(self, target: Name, expr: Expr) -> Expr:
        if not self.seeded.any(operands(expr)):
            return self.made(target, expr)
        others = [o for o in operands(expr) if o not in self.seeded]
        match expr:
            case Op("getitem", (_, index)) if self.is_tainted([index]):
                raise CannotSeparate("what an index is depends on the arguments")
            case Op(op) if op in OPERATIONS:
                return expr
            case Call(Ref(_, function), (condition, a, b)) if function is np.where:
                if self.is_tainted([condition]):
                    return Call(Ref("either", either), (condition, a, b))
                return expr
            case Call(Ref(_, function)) if function is accumulate.unless_zero:
                return Op("mul", operands(expr)[1:])
            case Call(Ref(_, function)) if function is accumulate.zeros_kept:
                return Op("copy", operands(expr)[1:2])
            case Call(Ref(_, function)) if function in (float, complex):
                return Op("copy", operands(expr)[1:])
            case Call(Ref(_, function), (value, _)) if function is accumulate.laid_out:
                return MethodCall(value, "copy", ())  # type: ignore[arg-type]
            case MethodCall(_, method) if method in METHODS or not self.is_tainted(others):
                return expr
            case Attr():
                return expr
            case Call():
                found = function_of(expr, self.b.kinds)
                if id(found) in PLACED or not self.is_tainted(others):
                    return expr
        name = getattr(function_of(expr, self.b.kinds), "__name__", str(expr))
        raise CannotSeparate(f"`{name}` may select by the values of the arguments")

    def made(self, target: Name, expr: Expr) -> Expr:
        """Zeros that tangents are stored into."""
        kind = self.b.kind(target)
        match expr:
            case Call(Ref(_, function), (like,)) if function is np.zeros_like:
                return Call(Ref("no_dependences", no_dependences), (like,))
            case Op("list" | "tuple" | "dict" | "next"):
                return expr
            case _ if isinstance(kind, (Py, Np)):
                return expr
        raise CannotSeparate(f"`{target.hint}` is made in a way that is not followed")


# -- branches --------------------------------------------------------------------------------------


def both_arms(function: Function, builder: Any, tainted: Tainted) -> Function:
    """A tangent function that goes through both arms of a branch that depends on the arguments.

    Values leave it as they leave the arm that is taken; tangents are those of both together, and what
    one arm stores is added to what was there.  Only for dependences: the numbers are wrong.
    """
    seeds = [p.name for p in function.params if p.form == "tangent"]
    seeded = Seeded(function, builder.kinds, seeds)
    return replace(function, body=_Both(builder, seeded, tainted).block(function.body))


class _Both:
    def __init__(self, builder: Any, seeded: Seeded, tainted: Tainted) -> None:
        self.b = builder
        self.seeded = seeded
        self.tainted = tainted
        self.inside = 0

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            if isinstance(stmt, If) and stmt.test in self.tainted and self.seeded_inside(stmt):
                self.inside += 1
                out += [*self.block(stmt.then), *self.block(stmt.orelse)]
                self.inside -= 1
                self.merge(stmt, out)
            else:
                out.append(self.stored(map_blocks(stmt, self.block)))
        return tuple(out)

    def seeded_inside(self, stmt: If) -> bool:
        merged = self.seeded.any(m.target for m in stmt.merges)
        inner = tuple(s for block in blocks(stmt) for s in block)
        for each in statements(inner):
            if isinstance(each, Try) or any(
                isinstance(each, Store) and n not in self.seeded and n not in self.tainted
                for n in reads(each)[:1]
            ):
                raise CannotSeparate("a branch that depends on the arguments stores what does not")
        untainted = [
            m for m in stmt.merges if m.target not in self.seeded and m.target not in self.tainted
        ]
        if untainted:
            raise CannotSeparate("a branch that depends on the arguments decides what does not")
        return merged or self.seeded.inside(inner)

    def stored(self, stmt: Stmt) -> Stmt:
        """In an arm, what is stored may or may not replace what was there."""
        if self.inside and isinstance(stmt, Store) and stmt.base in self.seeded:
            if stmt.op is None:
                return replace(stmt, op="add")
        return stmt

    def merge(self, stmt: If, out: list[Stmt]) -> None:
        plain = tuple(m for m in stmt.merges if m.target not in self.seeded)
        if plain:
            out.append(If(stmt.test, (), (), plain, stmt.origin))
        for m in stmt.merges:
            if m.target in self.seeded:
                total = Op("add", (self.known(m.then), self.known(m.orelse)))
                out.append(Assign(m.target, total, Origin.none()))

    def known(self, value: Operand) -> Operand:
        return value if isinstance(value, (Name, Const)) else Const(0.0)
