"""Negatives are not computed where what reads them can subtract.

    t = -a                            b = x - a
    b = x + t               ->
    t = -(2.0 * a)                    t = -2.0 * a

and `a + a` is `2.0 * a`.  Bit for bit these are the same numbers.  Only numbers and arrays of them: what
`-` means for other objects is their own business.

>>> from sourcead.ir.kinds import Py
>>> from sourcead.ir.nodes import *
>>> a, x, t, b = (Name(hint, 0) for hint in "axtb")
>>> body = (Assign(t, Op("neg", (a,)), Origin.none()), Assign(b, Op("add", (x, t)), Origin.none()))
>>> f = Function("f", (Param(a), Param(x)), body, b, Origin.none())
>>> signs(f, dict.fromkeys((a, x, t, b), Py(float))).body[0].expr
Op(op='sub', args=(Name(hint='x', number=0), Name(hint='a', number=0)))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from sourcead.ir.kinds import Array, Kind, List, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Attr,
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
from sourcead.ir.walk import blocks, map_blocks, reads, renewed, with_body

__all__ = ["signs"]

OTHER_SIGN = {"add": "sub", "sub": "add", "iadd": "isub", "isub": "iadd"}
SIGNED = frozenset({*OTHER_SIGN, "neg"})


def signs(function: Function, kinds: dict[Name, Kind]) -> Function:
    uses = use_counts(function)
    return with_body(function, _Signs(kinds, uses).block(function.body))


class _Signs:
    def __init__(self, kinds: dict[Name, Kind], uses: Counter[Name]) -> None:
        self.kinds, self.uses = kinds, uses

    def block(self, block: Block) -> Block:
        negatives: dict[Name, Assign] = {}  # that are read once, and could be left out
        out: list[Stmt] = []
        readers = {name: stmt for stmt in reversed(block) for name in reads(stmt)}  # the first ones
        for stmt in block:
            if isinstance(stmt, Store) and self.doubled(stmt, out):
                continue
            if self.is_subtracted_later(stmt, negatives, readers):
                stmt = self.with_sign_outside(stmt, negatives, out)
            changed = self.changed(stmt, negatives, out)
            if isinstance(stmt, Store) or (isinstance(stmt, Assign) and _writes(stmt.expr)):
                negatives = {n: s for n, s in negatives.items() if self.is_number(n)}
            changed = map_blocks(changed, self.block)
            if blocks(changed):
                negatives.clear()
            out.append(changed)
            if isinstance(changed, Assign) and self.is_negative(changed):
                negatives[changed.target] = changed
        return renewed(block, out)

    def is_negative(self, stmt: Assign) -> bool:
        """Is it the negative of a number or array, which is read once?"""
        if not (isinstance(stmt.expr, Op) and stmt.expr.op == "neg"):
            return False
        (value,) = stmt.expr.args
        return self.uses[stmt.target] == 1 and isinstance(value, Name) and self.is_numeric(value)

    def changed(self, stmt: Stmt, negatives: dict[Name, Assign], out: list[Stmt]) -> Stmt:
        if isinstance(stmt, Assign) and not (isinstance(stmt.expr, Op) and stmt.expr.op in SIGNED):
            return stmt
        match stmt:
            case Store(base, _, Name() as value, "add" | "sub" as op) if value in negatives:
                if self.is_array(base) or self.is_adjoint_list(stmt):
                    return replace(
                        stmt, op=OTHER_SIGN[op], value=self.positive(value, negatives, out)
                    )
            case Assign(_, Op(op, (first, Name() as second))) if (
                op in OTHER_SIGN and second in negatives and self.is_numeric(first)
            ):
                positive = self.positive(second, negatives, out)
                return replace(stmt, expr=Op(OTHER_SIGN[op], (first, positive)))
            case Assign(_, Op("add", (Name() as first, second))) if (
                first in negatives and self.is_numeric(second)
            ):
                positive = self.positive(first, negatives, out)
                return replace(stmt, expr=Op("sub", (second, positive)))
            case Assign(_, Op("iadd", (Name() as first, Name() as second))) if (
                first in negatives and self.is_number(first) and self.is_number(second)
            ):
                positive = self.positive(first, negatives, out)
                return replace(stmt, expr=Op("sub", (second, positive)))
            case Assign(_, Op("add", (Name() as value, other))) if value == other:
                if self.is_float(value):
                    return replace(stmt, expr=Op("mul", (Const(2.0), value)))
            case Assign(_, Op("neg", (Name() as value,))):
                expr = self.negative_product(value, out)
                return stmt if expr is None else replace(stmt, expr=expr)
        return stmt

    def is_subtracted_later(
        self, stmt: Stmt, negatives: dict[Name, Assign], readers: Mapping[Name, Stmt]
    ) -> bool:
        """Is this a quotient or product of a negative, which is then only added to something?"""
        if not negatives:
            return False
        match stmt:
            case Assign(target, Op("mul" | "truediv" | "matmul", (Name() as first, _))) if (
                first in negatives and self.uses[target] == 1
            ):
                return self.is_only_added(target, readers)
            case _:
                return False

    def is_only_added(self, name: Name, readers: Mapping[Name, Stmt]) -> bool:
        """Is what is read once added to something, itself or a multiple of it?"""
        match readers.get(name):
            case Assign(_, Op("add", operands)):
                return operands.count(name) == 1
            case Assign(_, Op("sub" | "iadd" | "isub", (_, last))):
                return last == name
            case Store(op="add" | "sub", value=last):
                return last == name
            case Assign(target, Op("mul" | "truediv" | "matmul", (first, other))):
                is_once = first == name != other and self.uses[target] == 1
                return is_once and self.is_only_added(target, readers)
            case _:
                return False

    def with_sign_outside(
        self, stmt: Stmt, negatives: dict[Name, Assign], out: list[Stmt]
    ) -> Assign:
        """`-(a / b)` for `-a / b`."""
        assert isinstance(stmt, Assign) and isinstance(stmt.expr, Op)
        first, second = stmt.expr.args
        assert isinstance(first, Name)
        self.kinds[first] = self.kinds[stmt.target]
        positive = self.positive(first, negatives, out)
        out.append(replace(stmt, target=first, expr=replace(stmt.expr, args=(positive, second))))
        return replace(stmt, expr=Op("neg", (first,)))

    def positive(self, name: Name, negatives: dict[Name, Assign], out: list[Stmt]) -> Name:
        """What the negative was made of; the negative itself is no longer computed."""
        made = negatives.pop(name)
        _remove(made, out)
        assert isinstance(made.expr, Op)
        (value,) = made.expr.args
        assert isinstance(value, Name)
        return value

    def negative_product(self, value: Name, out: list[Stmt]) -> Expr | None:
        """`-2.0 * a`, if `value` is `2.0 * a`, was computed just before and for nothing else."""
        match out[-1] if out else None:
            case Assign(target, Op("mul", (Const(float() as factor), other))) if (
                target == value and self.uses[value] == 1
            ):
                out.pop()
                return Op("mul", (Const(-factor), other))
        return None

    def doubled(self, stmt: Store, out: list[Stmt]) -> bool:
        """`t = s * a` and `t += s * a`, one after the other, are `t = (2.0 * s) * a`."""
        match out[-2:]:
            case [Assign(one, Op("mul", (Name() as s, a)) as product), Assign(two, again)] if (
                (stmt.base, stmt.value, stmt.op) == (one, two, "add")
                and stmt.index == Const(Ellipsis)
                and product == again
                and self.uses[two] == 1
                and self.is_float(one)
                and self.is_number(s)
            ):
                self.kinds[two] = self.kinds[s]
                origin = out[-1].origin
                out[-2:] = [
                    Assign(two, Op("mul", (Const(2.0), s)), origin),
                    Assign(one, Op("mul", (two, a)), origin),
                ]
                return True
        return False

    def is_float(self, name: Name) -> bool:
        kind = self.kinds.get(name)
        return kind == Py(float) or (isinstance(kind, (Np, Array)) and kind.dtype == "float64")

    def is_number(self, name: Name) -> bool:
        return isinstance(self.kinds.get(name), (Py, Np))

    def is_array(self, name: object) -> bool:
        """A list in which an array's elements are held is as good."""
        kind = self.kinds.get(name) if isinstance(name, Name) else None
        return isinstance(kind, Array) or kind == List(Py(float), "row")

    def is_adjoint_list(self, stmt: Store) -> bool:
        """A list of the sweep's own, of adjoints."""
        kind = self.kinds.get(stmt.base) if isinstance(stmt.base, Name) else None
        return isinstance(kind, List) and bool(stmt.origin.sweep)

    def is_numeric(self, operand: object) -> bool:
        if isinstance(operand, Const):
            return type(operand.value) in (int, float)
        return isinstance(operand, Name) and isinstance(self.kinds.get(operand), (Py, Np, Array))


def _remove(made: Stmt, out: list[Stmt]) -> None:
    """It stands near the end."""
    del out[next(i for i in reversed(range(len(out))) if out[i] is made)]


def _writes(expr: Expr) -> bool:
    """Could an array that is read later be written by this?"""
    if isinstance(expr, Attr) or (isinstance(expr, MethodCall) and expr.method == "sum"):
        return False
    return not isinstance(expr, Op) or expr.op.startswith("i")
