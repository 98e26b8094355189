"""Two equal summands are twice one of them.

    y_dot = x_dot * x + x_dot * x                 y_dot = 2.0 * (x_dot * x)
    u_bar[:i] += t * u[:i] + t * u[:i]     ->     u_bar[:i] += 2.0 * (t * u[:i])

The derivative of a product of something with itself has both, which rules that know one operand from the other
by its name cannot see.  A sum of two equal floats is twice the float, to the last bit.  Of derivatives only, and
where nothing is written between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import Array, Kind, Np, Py
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
    Stmt,
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, with_body
from sourcead.simplify.storage_classes import StorageClasses

__all__ = ["doubles"]

COMPUTED = frozenset({"mul", "truediv", "neg"})
LOOKS = frozenset({"getitem", "slice", "tuple"})
IN_PLACE = frozenset({"iadd", "isub", "imul", "itruediv", "ipow", "imatmul"})
FLOATS: tuple[Kind, ...] = (Py(float), Np("float64"))


def doubles(
    function: Function,
    builder: Any,
    storage: Callable[[], StorageClasses],
    is_pure: Callable[[Expr], bool],
) -> Function:
    """`storage()`: the function's storage classes, which are only made where they are asked for."""
    return with_body(function, _Pass(function, builder, storage, is_pure).block(function.body))


class _Pass:
    def __init__(
        self,
        function: Function,
        builder: Any,
        storage: Callable[[], StorageClasses],
        is_pure: Callable[[Expr], bool],
    ) -> None:
        self.b, self.uses = builder, use_counts(function)
        self.storage, self.is_pure = storage, is_pure

    def block(self, block: Block) -> Block:
        made: dict[Operand, Op] = {}
        written: dict[Operand, list[Name]] = {}  # of each name: to what has been written since
        out: list[Stmt] = []
        for stmt in block:
            stmt = map_blocks(stmt, self.block)
            match stmt:
                case Assign(target, Op(op) as expr) if op not in IN_PLACE:
                    if stmt.origin.sweep and self.is_double(expr, made, written):
                        stmt = replace(stmt, expr=Op("mul", (Const(2.0), expr.args[0])))
                    made[target], written[target] = expr, []
                case Assign(_, Call() | MethodCall() as expr) if self.is_pure(expr):
                    pass
                case Store(Name() as base) if stmt.origin.sweep:
                    for stores in written.values():
                        stores.append(base)
                case _:
                    made = {}
            out.append(stmt)
        return renewed(block, out)

    def is_double(
        self, expr: Op, made: dict[Operand, Op], written: dict[Operand, list[Name]]
    ) -> bool:
        if expr.op != "add":
            return False
        first, second = expr.args
        one, other = made.get(first), made.get(second)
        return (
            one is not None
            and other is not None
            and first != second
            and one.op == other.op
            and one.op in COMPUTED
            and self.is_float(first)
            and isinstance(second, Name)
            and self.uses[second] == 1
            and all(self.are_equal(a, b, made) for a, b in zip(one.args, other.args))
            and self.stay([*one.args, *other.args], {*written[first], *written[second]})
        )

    def stay(self, operands: Sequence[Operand], stores: set[Name]) -> bool:
        """Has nothing been written to these in the meantime?"""
        if not stores:
            return True
        reached = {c for o in operands if isinstance(o, Name) for c in self.storage().reach(o)}
        return not any(self.storage().of(base) in reached for base in stores)

    def is_float(self, operand: Operand) -> bool:
        kind = self.b.kind(operand)
        return kind in FLOATS or (isinstance(kind, Array) and kind.dtype == "float64")

    def are_equal(self, one: Operand, other: Operand, made: dict[Operand, Op]) -> bool:
        """Are they the same, or the same part of the same?"""
        if one == other:
            return True
        match made.get(one), made.get(other):
            case Op(a, first), Op(b, second) if a == b and a in LOOKS:
                pairs = zip(first, second)
                return len(first) == len(second) and all(
                    isinstance(x, (Name, Const)) and self.are_equal(x, y, made) for x, y in pairs
                )
            case _:
                return False
