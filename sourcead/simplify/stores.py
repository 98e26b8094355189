"""What is added to one element in several steps, is added at once.

    t = x_bar[i]                        t = x_bar[i]
    x_bar[i] = 0.0              ->      x_bar[i + 1] += a * t
    x_bar[i + 1] += a * t               x_bar[i] = b * t + c * t
    x_bar[i] += b * t
    x_bar[i] += c * t

Looked at are elements of lists of floats that hold an array's content (see `element_lists`), and of float arrays of
rank one.  A step moves to the later one when nothing in between reads or writes that element: nothing
touches the array but single elements whose index differs by a constant (`i` and `i + 1`).  The primal's own
stores stay as they are: `u[0] += a; u[0] += b` rounds twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import Array, Kind, List, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    Function,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
    Unpack,
)  # fmt: skip
from sourcead.ir.walk import blocks, map_blocks, reads, renewed, statements, with_body

__all__ = ["stores"]


def stores(function: Function, builder: Any) -> Function:
    return with_body(function, _Stores(function, builder).block(function.body))


class _Stores:
    def __init__(self, function: Function, builder: Any) -> None:
        self.b = builder
        self.kinds: dict[Name, Kind] = builder.kinds
        self.offsets: dict[Name, tuple[Operand, int]] = {}
        self.made: set[Name] = set()  # arrays of zeros, which only this function knows
        self.known = {p.name for p in function.params}  # ... and those that were there before
        self.bases: dict[Name, Name] = {}
        for stmt in statements(function.body):
            match stmt:
                case Assign():
                    self._assign(stmt.target, stmt.expr)
                case Unpack(targets, _, value) if value in self.known:
                    self.known.update(targets)

    def _assign(self, target: Name, expr: Expr) -> None:
        match expr:
            case Op():
                first = expr.args[0] if expr.args else None
                if isinstance(first, Name) and expr.op in ("getitem", "copy", "iadd", "isub"):
                    self.bases[target] = first
                elif isinstance(first, Name) and expr.op in ("add", "sub"):
                    offset = expr.args[1]
                    if isinstance(offset, Const) and isinstance(offset.value, int):
                        sign = 1 if expr.op == "add" else -1
                        self.offsets[target] = (first, sign * offset.value)
            case Call(Ref("np.zeros_like")):
                self.made.add(target)

    def place(self, index: Operand) -> tuple[Operand, int]:
        """An index as a variable and a constant."""
        if isinstance(index, Const) and isinstance(index.value, int):
            return Const(0), index.value
        return self.offsets.get(index, (index, 0))  # type: ignore[arg-type]

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            out.append(stmt)
            if isinstance(stmt, Store) and stmt.op in ("add", "sub") and self.is_ours(stmt):
                self.join(out)
        return renewed(block, out)

    def is_ours(self, stmt: Store) -> bool:
        """Is the place an element of an adjoint or a tangent, and the value a float?"""
        if not stmt.origin.sweep:  # the primal rounds as it does
            return False
        base = self.kinds.get(stmt.base) if isinstance(stmt.base, Name) else None
        index = self.kinds.get(stmt.index) if isinstance(stmt.index, Name) else None
        one = index == Py(int) or (isinstance(stmt.index, Const) and type(stmt.index.value) is int)
        is_array = isinstance(base, Array) and base.dtype == "float64" and len(base.dims) == 1
        value = self.kinds.get(stmt.value) if isinstance(stmt.value, Name) else None
        is_float = isinstance(stmt.value, Const) or value == Py(float) or value == Np("float64")
        return one and is_float and (is_array or base == List(Py(float), "row"))

    def join(self, out: list[Stmt]) -> None:
        """Join the last statement with an earlier one that writes the same element, if there is one."""
        last = out[-1]
        assert isinstance(last, Store)
        for k in range(len(out) - 2, -1, -1):
            stmt = out[k]
            if isinstance(stmt, Store) and stmt.base == last.base and self.same(stmt, last):
                joined = self.joined(stmt, last) if self.is_ours(stmt) else None
                if joined is not None:
                    del out[-1], out[k]
                    out += joined
                return
            if not self.passes(stmt, last):
                return

    def same(self, a: Store, b: Store) -> bool:
        return self.place(a.index) == self.place(b.index)

    def passes(self, stmt: Stmt, last: Store) -> bool:
        """Has the statement nothing to do with the element that `last` writes?"""
        if blocks(stmt):
            return False
        match stmt:
            case Assign(_, Op("getitem", (base, index))) | Store(base, index):
                if base == last.base:
                    mine, other = self.place(index), self.place(last.index)
                    return (
                        mine[0] == other[0] and mine[1] != other[1] and self.counts_up(mine, other)
                    )
                return self.is_apart(base, last.base) and last.base not in reads(stmt)
            case Assign(target, Op()):
                return last.base not in reads(stmt) and not isinstance(
                    self.kinds.get(target), Array
                )
            case _:
                return False

    def counts_up(self, a: tuple[Operand, int], b: tuple[Operand, int]) -> bool:
        """Are these indices of different elements? `x[0]` and `x[-1]` may be the same one."""
        return not isinstance(a[0], Const) or (a[1] >= 0) == (b[1] >= 0)

    def is_apart(self, a: Operand, b: Operand) -> bool:
        """Are these surely different storage?"""
        kinds = [self.kinds.get(x) if isinstance(x, Name) else None for x in (a, b)]
        if all(kind == List(Py(float), "row") for kind in kinds):
            assert isinstance(a, Name) and isinstance(b, Name)
            return a != b and a.hint != b.hint
        if any(isinstance(kind, List) for kind in kinds):
            return a != b
        roots = {self.root(x) for x in (a, b)}
        is_made = any(root in self.made for root in roots)
        return len(roots) == 2 and is_made and all(r in self.made or r in self.known for r in roots)

    def root(self, operand: Operand) -> Operand:
        while isinstance(operand, Name) and operand in self.bases:
            operand = self.bases[operand]
        return operand

    def joined(self, first: Store, last: Store) -> list[Stmt] | None:
        sign = {"add": "add", "sub": "sub"}
        match first.op, last.op:
            case None, "add" if first.value == Const(0.0):
                return [replace(last, op=None)]
            case None, "sub" if first.value == Const(0.0):
                negative = self.b.fresh("t", Py(float))
                return [
                    Assign(negative, Op("neg", (last.value,)), last.origin),
                    replace(last, op=None, value=negative),
                ]
            case ("add" | "sub") as a, ("add" | "sub") as b if _line(first) == _line(last):
                total = self.b.fresh("t", Py(float))
                op = sign["add" if a == b else "sub"]
                return [
                    Assign(total, Op(op, (first.value, last.value)), last.origin),
                    replace(last, op=a, value=total),
                ]
        return None


def _line(stmt: Stmt) -> tuple[str, int]:
    return stmt.origin.file, stmt.origin.line
