"""What one line of the primal adds to a part of an adjoint in several steps, is added at once, by the last of them.

    x_bar[:-1] -= a                     x_bar[1:] += b
    x_bar[1:] += b            ->        x_bar[:-1] -= a + c
    x_bar[:-1] -= c

Additions to one array come in any order, so those between may stay, whichever places they meet.  Nothing else
may look at the array in between, nor write what the earlier step adds.  Elements of lists and of arrays of rank
one are left to `stores`, which looks more closely.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from sourcead.analysis.prototypes import result_kind
from sourcead.ir.kinds import Array, Np, Py
from sourcead.ir.nodes import Assign, Block, Const, Expr, Function, Name, Op, Operand, Stmt, Store
from sourcead.ir.walk import map_blocks, reads, renewed, statements, with_body
from sourcead.simplify.floats import is_float_array
from sourcead.simplify.listable import IN_PLACE
from sourcead.simplify.storage_classes import StorageClasses
from sourcead.transform.effects import index_kinds
from sourcead.transform.indexing import is_basic

__all__ = ["gathered"]

INDICES = frozenset({"slice", "tuple", "add", "sub", "neg"})  # what indices are written with


def gathered(
    function: Function,
    builder: Any,
    storage: Callable[[Function], StorageClasses],
    is_pure: Callable[[Expr], bool],
) -> Function:
    """`storage`: gives a function's storage classes, which are only made where they are asked for."""
    pass_ = _Gathering(function, builder, storage, is_pure)
    return with_body(function, pass_.block(function.body))


def _without_result(function: Function) -> Function:
    """Without the pair of value and gradient that is returned: what is in it need not be one storage for that."""
    match function.body[-1:]:
        case (Assign(target, Op("tuple")),) if target == function.result:
            return replace(function, body=function.body[:-1])
        case _:
            return function


class _Gathering:
    def __init__(
        self,
        function: Function,
        builder: Any,
        storage: Callable[[Function], StorageClasses],
        is_pure: Callable[[Expr], bool],
    ) -> None:
        self.function = function
        self.b, self.classes, self.is_pure = builder, storage, is_pure
        self.known: StorageClasses | None = None
        assigned = [s for s in statements(function.body) if isinstance(s, Assign)]
        self.made = {s.target: s.expr for s in assigned}
        self.rebound = {n for n, times in Counter(s.target for s in assigned).items() if times > 1}

    @property
    def storage(self) -> StorageClasses:
        self.known = self.known or self.classes(_without_result(self.function))
        return self.known

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            out.append(map_blocks(stmt, self.block))
            if (last := self.addition(out[-1])) is not None:
                self.join(out, last)
        return renewed(block, out)

    def addition(self, stmt: Stmt) -> Store | None:
        """The statement, if it adds to a part of an adjoint."""
        if not isinstance(stmt, Store) or stmt.op not in ("add", "sub"):
            return None
        base = self.b.kinds.get(stmt.base)
        parts = index_kinds(stmt.index, self.b.kinds)
        is_part = parts is not None and is_basic(parts) is True
        is_ours = stmt.origin.sweep == "reverse" and is_float_array(base)
        return stmt if is_ours and is_part else None

    def join(self, out: list[Stmt], last: Store) -> None:
        """Join the last statement with an earlier one that adds to the same part, if there is one."""
        for k in range(len(out) - 2, -1, -1):
            stmt = out[k]
            if isinstance(stmt, Store) and self.is_same_part(stmt, last):
                joined = self.joined(stmt, last, out[k + 1 : -1])
                if joined is not None:
                    out[-1:] = joined
                    del out[k]
                return
            if not self.passes(stmt, last):
                return

    def joined(self, earlier: Store, last: Store, between: list[Stmt]) -> list[Stmt] | None:
        """Both as one: the sum of the values, and its store."""
        if (earlier.origin.file, earlier.origin.line) != (last.origin.file, last.origin.line):
            return None
        pair = [self.b.kind(s.value) for s in (earlier, last)]
        kind = result_kind(operator.add, pair)
        if not all(isinstance(k, (Array, Py, Np)) for k in (*pair, kind)):
            return None
        if not self.stays(earlier.value, between):
            return None
        alone = not any(isinstance(s, Store) and s.base == last.base for s in between)
        if alone and earlier.op is None and earlier.value == Const(0.0) and last.op == "add":
            return [replace(last, op=None)]
        total = self.b.fresh("t", kind)
        match earlier.op, last.op:
            case one, other if one == other:
                op, sum_ = one, Op("add", (last.value, earlier.value))
            case "sub", "add":  # what is added comes first
                op, sum_ = "add", Op("sub", (last.value, earlier.value))
            case "add", "sub":
                op, sum_ = "add", Op("sub", (earlier.value, last.value))
            case None, ("add" | "sub") as op_ if alone:
                op, sum_ = None, Op(op_, (earlier.value, last.value))
            case _:
                return None
        return [Assign(total, sum_, last.origin), replace(last, op=op, value=total)]

    def is_same_part(self, earlier: Store, last: Store) -> bool:
        return earlier.base == last.base and self.are_equal(earlier.index, last.index)

    def are_equal(self, one: Operand, other: Operand) -> bool:
        """Are these the same index? It may have been written twice."""
        if self.rebound & {one, other}:
            return False
        if one == other:
            return True
        match self.definition(one), self.definition(other):
            case Op(a, first), Op(b, second) if a == b and a in INDICES:
                return len(first) == len(second) and all(map(self.are_equal, first, second))
            case _:
                return False

    def definition(self, operand: Operand) -> Expr | None:
        return self.made.get(operand) if isinstance(operand, Name) else None

    def passes(self, stmt: Stmt, last: Store) -> bool:
        """Does the statement leave the array that `last` adds to unread, but for further additions?"""
        assert isinstance(last.base, Name)
        match stmt:
            case Store(base, index, value) if base == last.base:
                seen = [o for o in (index, value) if isinstance(o, Name)]
                return self.addition(stmt) is not None and not self.may_see(seen, last.base)
            case Assign(_, Op(op)) if op in IN_PLACE:
                return False
            case Assign(_, expr) if self.is_pure(expr):
                return not self.may_see(reads(stmt), last.base)
            case Store():
                return not self.may_see(reads(stmt), last.base)
            case _:
                return False

    def may_see(self, names: Iterable[Name], array: Name) -> bool:
        """Might one of them be the array, or a view of it, or hold one?"""
        mine = self.storage.of(array)
        return any(mine in self.storage.reach(name) for name in names)

    def stays(self, value: Operand, between: list[Stmt]) -> bool:
        """Is the content of the value left as it is?"""
        if not isinstance(value, Name) or not isinstance(self.b.kind(value), Array):
            return True
        written = [s.base for s in between if isinstance(s, Store)]
        return not any(self.may_see([value], base) for base in written if isinstance(base, Name))
