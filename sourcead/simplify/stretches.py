"""Adjoints are stretched to a shape only where NumPy would not do that itself; signs and factors go inside.

    t = np.broadcast_to(a_bar, x.shape)
    x_bar = t * (2.0 * x)                      ->      x_bar = 2.0 * a_bar * x

    t = (-a_bar).sum(axis=0)                   ->      t = -a_bar.sum(axis=0)

A number meets the smaller array, which costs less, and nothing has to be kept for its shape.  Only
adjoints are computed this way: the order of factors is another one, so the last bit may be.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Dim, Kind, Np, Py, broadcast_dims, same_dim
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
)  # fmt: skip
from sourcead.ir.nodes import Operand as AnyOperand
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, with_body

__all__ = ["stretches"]

ARITHMETIC = frozenset({"add", "sub", "mul", "truediv"})


def stretches(function: Function, builder: Any) -> Function:
    """For the statements of a reverse sweep."""
    uses = use_counts(function)
    return with_body(function, _Stretches(builder, uses).block(function.body))


class _Stretches:
    def __init__(self, builder: Any, uses: Counter[Name]) -> None:
        self.b, self.uses = builder, uses
        self.kinds: dict[Name, Kind] = builder.kinds
        self.made: dict[Name, Assign] = {}

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            if isinstance(stmt, Store):
                stmt = replace(stmt, value=self.stored(stmt))
            if isinstance(stmt, Assign):
                stmt = self.changed(stmt, out)
                self.made[stmt.target] = stmt
                self.b.definitions[stmt.target] = stmt.expr
            out.append(stmt)
        return renewed(block, out)

    def changed(self, stmt: Assign, out: list[Stmt]) -> Assign:
        if isinstance(stmt.expr, Op):
            return self.arithmetic(stmt, stmt.expr, out) if stmt.expr.op in ARITHMETIC else stmt
        match stmt.expr:
            case Call(Ref("unless_zero") as func, (first, second)):
                return replace(stmt, expr=Call(func, (self.unstretched(first, second), second)))
            case Call(Ref("np.where") as func, (test, *values), ()):
                plain = tuple(self.unstretched(v, test) for v in values)
                return replace(stmt, expr=Call(func, (test, *plain)))
            case Attr(Name() as value, "shape" | "size" as attr):
                return replace(stmt, expr=Attr(self.as_long(value), attr))
            case MethodCall(Name() as value, "sum") as summed:
                factored = self.inner_product(stmt, summed, value, out) or self.factored_sum(
                    stmt, summed, value, out
                )
                return factored or self.negative_sum(stmt, summed, value, out)
            case _:
                return stmt

    def arithmetic(self, stmt: Assign, expr: Op, out: list[Stmt]) -> Assign:
        first, second = expr.args
        if expr.op == "mul":
            if self.factor_goes_inside(first, second, out):
                return self.inside(stmt, first, second, out)
            if self.factor_goes_inside(second, first, out):
                return self.inside(stmt, second, first, out)
        one, other = self.unstretched(first, second), self.unstretched(second, first)
        if one is first and other is second:
            return stmt
        if one != first and other != second:  # the shape has to come from somewhere
            other = second
        return replace(stmt, expr=Op(expr.op, (one, other)))

    # -- shapes --------------------------------------------------------------------------------

    def stored(self, stmt: Store) -> Any:
        """What is stored is stretched by the store."""
        found = self.stretched(stmt.value)
        kind = self.kinds.get(stmt.base) if isinstance(stmt.base, Name) else None
        return found[0] if found is not None and isinstance(kind, Array) else stmt.value

    def as_long(self, value: Name) -> Name:
        """An array of the same shape that is there before what is computed from it element by element."""
        kind, expr = self.kinds.get(value), self.b.definitions.get(value)
        match expr:
            case Op(op, args) if op in ARITHMETIC | {"pow", "neg"}:
                candidates = args
            case _:
                return value
        for other in (c for c in candidates if isinstance(c, Name)):
            its = self.kinds.get(other)
            if isinstance(kind, Array) and isinstance(its, Array) and _same(kind.dims, its.dims):
                return self.as_long(other) if other.hint == "t" else other
        return value

    def stretched(self, operand: object) -> tuple[Any, Any] | None:
        """What was stretched, and to which shape."""
        made = self.made.get(operand) if isinstance(operand, Name) else None
        if made is None or isinstance(made.expr, Op):
            return None
        match made:
            case Assign(_, Call(Ref("np.broadcast_to"), (value, shape), ())):
                return value, shape
            case _:
                return None

    def unstretched(self, operand: Any, other: Any) -> Any:
        """The operand before it was stretched to the shape that `other` has anyway."""
        found = self.stretched(operand)
        if found is None or not isinstance(other, Name):
            return operand
        mine, its, before = (self.kinds.get(x) for x in (operand, other, found[0]))
        if not isinstance(mine, Array) or not isinstance(its, Array):
            return operand
        inner = before.dims if isinstance(before, Array) else ()
        is_known = _same(broadcast_dims([inner, its.dims]), mine.dims)
        return found[0] if is_known and self.is_as_wide(found[0], operand) else operand

    def is_as_wide(self, value: Any, stretched: Name) -> bool:
        """Does arithmetic with the value give the dtype that it gives with the stretched one?"""
        kind, its = self.kinds.get(value), self.kinds[stretched]
        if isinstance(kind, Py) or isinstance(value, Const):
            return isinstance(its, Array) and its.dtype in ("float64", "complex128")
        return isinstance(kind, (Np, Array)) and isinstance(its, Array) and kind.dtype == its.dtype

    # -- factors ---------------------------------------------------------------------------------

    def is_number(self, operand: Any) -> bool:
        if isinstance(operand, Const):
            return type(operand.value) in (int, float)
        return isinstance(self.kinds.get(operand), (Py, Np))

    def widened(self, value: object) -> tuple[Any, tuple[Any, ...], Any] | None:
        """What was stretched or given another axis, and how."""
        made = self.made.get(value) if isinstance(value, Name) else None
        if made is None or isinstance(made.expr, Op):
            return None
        match made:
            case Assign(
                _, Call(Ref("np.broadcast_to" | "np.expand_dims"), (inner, *rest), ()) as call
            ):
                return inner, tuple(rest), call.func
            case _:
                return None

    def factor_goes_inside(self, factor: Any, value: Any, out: list[Stmt]) -> bool:
        """A number times a stretched array, or a constant times the product of a constant and an array?"""
        if not self.is_number(factor) or self.uses[value] != 1:
            return False
        return self.widened(value) is not None or (
            isinstance(factor, Const)
            and self.constant_product(value) is not None
            and self.still_holds(value, out)
        )

    def still_holds(self, value: Any, out: list[Stmt]) -> bool:
        """Is what it was made of, a number or an array, the same still?"""
        return isinstance(self.kinds.get(value), (Py, Np)) or self.is_as_made(
            self.made.get(value), out
        )

    def constant_product(self, value: Any) -> tuple[float, Any] | None:
        made = self.made.get(value) if isinstance(value, Name) else None
        match made:
            case Assign(_, Op("mul", (Const(float() as c), other))) if not isinstance(other, Const):
                return c, other
            case Assign(_, Op("neg", (other,))):
                return -1.0, other
            case _:
                return None

    def inside(self, stmt: Assign, factor: Any, value: Any, out: list[Stmt]) -> Assign:
        found = self.widened(value)
        if found is None:
            product = self.constant_product(value)
            assert product is not None and isinstance(factor, Const)
            return replace(stmt, expr=_times(product[0] * factor.value, product[1]))
        inner, rest, func = found
        kind = self.kinds.get(inner) or self.b.kind(inner)
        name = self.b.fresh("t", kind)
        made = self.changed(Assign(name, Op("mul", (factor, inner)), stmt.origin), out)
        out.append(made)
        self.made[name] = made
        self.b.definitions[name] = made.expr
        return replace(stmt, expr=Call(func, (name, *rest)))

    def inner_product(
        self, stmt: Assign, summed: MethodCall, value: Name, out: list[Stmt]
    ) -> Assign | None:
        """`(a * b).sum()` is `a @ b` for vectors, `np.vdot(a, b)` for other arrays: without the product."""
        made = self.made.get(value)
        if summed.kwargs or summed.args or self.uses[value] != 1 or not self.is_as_made(made, out):
            return None
        match made.expr if made is not None else None:
            case Op("mul", (Name() as first, Name() as second)):
                kinds = [self.kinds.get(n) for n in (first, second)]
            case _:
                return None
        match kinds:
            case [Array("float64", few), Array("float64", many)] if few and _same(few, many):
                assert made is not None
                out.remove(made)
                is_vector = len(few) == 1
                product = Call(Ref("np.vdot", np.vdot), (first, second))
                made_of = Op("matmul", (first, second)) if is_vector else product
                return replace(stmt, expr=made_of, origin=made.origin)
            case _:
                return None

    def factored_sum(
        self, stmt: Assign, summed: MethodCall, value: Name, out: list[Stmt]
    ) -> Assign | None:
        """`(a * b).sum(axis=0)` is `a.sum(axis=0) * b` if b is the same all along that axis."""
        made = self.made.get(value)
        kept = summed.kwargs not in ((), (("keepdims", Const(True)),))
        if self.uses[value] != 1 or not kept or made is None or not self.is_as_made(made, out):
            return None
        match made.expr:
            case Op("mul", (Name() as first, Name() as second)):
                pass
            case _:
                return None
        for long, short in ((first, second), (second, first)):
            if self.is_same_along(short, long, value, summed):
                name = self.b.fresh("t", self.kinds[stmt.target])
                self.uses[name] = 1
                shorter = replace(made, target=name, expr=replace(summed, value=long))
                out.remove(made)
                shorter = self.changed(shorter, out)
                out.append(shorter)
                self.made[name] = shorter
                self.b.definitions[name] = shorter.expr
                # it reads what the product read, as it was there: nothing has been undone since
                return replace(stmt, expr=Op("mul", (name, short)), origin=made.origin)
        return None

    def is_as_made(self, made: Assign | None, out: list[Stmt]) -> bool:
        """Have the arrays that it was made of the same content still: was nothing but computed since?"""
        if made is None or made not in out:
            return False
        return all(isinstance(s, Assign) and _only_computes(s) for s in out[out.index(made) + 1 :])

    def is_same_along(self, short: Name, long: Name, product: Name, summed: MethodCall) -> bool:
        """Are the axes that are summed axes of `long` only, which has the shape of the product?"""
        kinds = [self.kinds.get(n) for n in (short, long, product)]
        options = dict(summed.kwargs)
        axis = options.get("axis")
        if axis != Const(0) or "keepdims" in options:
            return False
        match kinds:
            case [Array(a, few), Array(b, many), Array(c, all_)] if a == b == c == "float64":
                return len(few) < len(many) and _same(many, all_)
            case _:
                return False

    def negative_sum(
        self, stmt: Assign, summed: MethodCall, value: Name, out: list[Stmt]
    ) -> Assign:
        made = self.made.get(value)
        match made:
            case Assign(_, Op("neg", (Name() as positive,))) if self.uses[
                value
            ] == 1 and self.is_as_made(made, out):
                name = self.b.fresh("t", self.kinds[stmt.target])
                out.remove(made)
                first = replace(made, target=name, expr=replace(summed, value=positive))
                first = self.changed(first, out)
                out.append(first)
                self.made[name] = first
                self.b.definitions[name] = first.expr
                return replace(stmt, expr=Op("neg", (name,)))
            case _:
                return stmt


def _only_computes(stmt: Assign) -> bool:
    if stmt.target.hint == "_":
        return False
    match stmt.expr:
        case Op(op):
            return op in ARITHMETIC | {"neg", "pow", "getitem", "slice", "tuple", "copy", "matmul"}
        case Attr() | MethodCall(method="sum"):
            return True
        case Call(Ref(path), _, ()):
            return path.startswith(("np.", "math.")) or path in ("unless_zero", "unbroadcast")
        case _:
            return False


def _same(a: tuple[Dim, ...], b: tuple[Dim, ...]) -> bool:
    return len(a) == len(b) and all(map(same_dim, a, b))


def _times(factor: float, value: AnyOperand) -> Op:
    if factor == -1.0:
        return Op("neg", (value,))
    return Op("mul", (Const(factor), value)) if factor != 1.0 else Op("copy", (value,))
