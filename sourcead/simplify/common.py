"""Numbers that are computed twice, or in every turn of a loop, are computed once.

    for i in range(n):                       a = 2.0 * k
        x[i] += 2.0 * k * y[i]     ->        for i in range(n):
        z[i] -= 2.0 * k                          x[i] += a * y[i]
                                                 z[i] -= a

Looked at are operations on numbers, which neither fail nor change anything, and rows of lists of
lists, which the function never replaces.  Quotients stay in their loop, where they are computed only if
there is a turn; elements are read again after anything has been written.  Loops over whole
arrays are left as they are, but for rows: there a number costs nothing, and a line is a line.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from sourcead.ir.constant_calls import is_constant_call
from sourcead.ir.kinds import Array, Kind, List, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    For,
    Function,
    Name,
    Op,
    Ref,
    Stmt,
    Store,
    While,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import (
    blocks,
    bound,
    map_blocks,
    reads,
    renewed,
    statements,
    substitute,
    with_body,
)

__all__ = ["common"]

SAFE = frozenset({"add", "sub", "mul", "neg"})
ONCE = SAFE | {"truediv"}


def common(function: Function, kinds: dict[Name, Kind]) -> Function:
    """For functions whose loops work on numbers."""
    pass_ = _Common(kinds)
    function = _arrays_once(function, pass_)
    body = pass_.shared_in_loops(pass_.hoisted(function.body))
    return substitute(with_body(function, body), pass_.same)


def _arrays_once(function: Function, pass_: _Common) -> Function:
    """A list of floats becomes an array once, if two arrays made of it are only read."""
    made: dict[Any, Name] = {}
    out: list[Stmt] = []
    if not any(map(_makes_array, function.body)):
        return function
    only_read = _only_read(function)
    for stmt in function.body:
        match stmt:
            case Assign(target, Call(Ref(value=maker), (Name() as row,), ()) as expr) if (
                maker is np.array and pass_.is_list(row) and target in only_read
            ):
                if expr in made:
                    pass_.same[target] = made[expr]
                    continue
                made[expr] = target
            case Assign(_, Op(op)) if op in ONCE:
                pass
            case Assign(_, Call(Ref(value=maker), (Name(),), ())) if maker is np.array:
                pass
            case _:
                made.clear()
        out.append(stmt)
    return with_body(function, renewed(function.body, out))


def _makes_array(stmt: Stmt) -> bool:
    call = stmt.expr if isinstance(stmt, Assign) else None
    return isinstance(call, Call) and isinstance(call.func, Ref) and call.func.value is np.array


def _only_read(function: Function) -> set[Name]:
    """Names of which every use is an operand of arithmetic, or what is stored into an array."""
    known: Counter[Name] = Counter()
    total = use_counts(function)
    for stmt in statements(function.body):
        match stmt:
            case Assign(_, Op(op, args)) if op in ONCE:
                known.update(arg for arg in args if isinstance(arg, Name))
            case Store(_, Const(index), Name() as value) if index is ...:
                known[value] += 1
            case _:
                pass
    return {name for name, count in total.items() if known[name] == count}


@dataclass
class _Known:
    """What has been computed so far, in this block and around it."""

    around: _Known | None = None

    def __post_init__(self) -> None:
        self.values: dict[Any, Name] = {}
        self.elements: dict[Any, Name] = {}  # until something is written

    def find(self, key: Any) -> Name | None:
        if key in self.values:
            return self.values[key]
        return self.around.find(key) if self.around is not None else None


class _Common:
    def __init__(self, kinds: dict[Name, Kind]) -> None:
        self.kinds = kinds
        self.same: dict[Name, Any] = {}

    # -- twice -------------------------------------------------------------------------------

    def shared_in_loops(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            is_loop = isinstance(stmt, (For, While))
            out.append(map_blocks(stmt, self.turn if is_loop else self.shared_in_loops))
        return renewed(block, out)

    def turn(self, block: Block) -> Block:
        return self.shared(block, _Known())

    def shared(self, block: Block, known: _Known) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            stmt = substitute(stmt, self.same) if self.same else stmt
            found = self.found(stmt, known)
            if found is not None:
                assert isinstance(stmt, Assign)
                self.same[stmt.target] = found
                continue
            if blocks(stmt):
                known.elements.clear()
                stmt = map_blocks(stmt, lambda b: self.shared(b, _Known(known)))
            elif isinstance(stmt, Store):
                base = stmt.base
                known.elements = {
                    k: v for k, v in known.elements.items() if self.are_apart(k.args[0], base)
                }
            elif isinstance(stmt, Assign) and not isinstance(stmt.expr, Op):
                known.elements.clear()
            out.append(stmt)
        return renewed(block, out)

    def found(self, stmt: Stmt, known: _Known) -> Name | None:
        """The name that has this value already; else it is noted."""
        if not isinstance(stmt, Assign) or not self.is_told_again(stmt):
            return None
        where = known.elements if self.is_element(stmt.expr) else known.values
        found = where.get(stmt.expr) if where is known.elements else known.find(stmt.expr)
        if found is None:
            where[stmt.expr] = stmt.target
        return found

    def is_told_again(self, stmt: Assign) -> bool:
        """Has what it computes the same value wherever the same is computed (of elements: until a store)?"""
        if not isinstance(stmt.expr, Op):
            return is_constant_call(stmt.expr)
        return self.is_element(stmt.expr) or self.is_number_of(stmt, ONCE) or self.is_row(stmt.expr)

    def are_apart(self, a: Any, b: Any) -> bool:
        """Are these lists made for different arrays?"""
        return a != b and self.is_list(a) and self.is_list(b) and a.hint != b.hint

    # -- in every turn -----------------------------------------------------------------------

    def hoisted(self, block: Block) -> Block:
        out: list[Stmt] = []
        known = _Known()
        for stmt in block:
            stmt = map_blocks(stmt, self.hoisted)
            if isinstance(stmt, For):
                first, stmt = self.split(stmt, only_rows=not self.is_on_numbers(stmt))
                out += self.shared_before(first, known)
            out.append(stmt)
        return renewed(block, out)

    def shared_before(self, hoisted: list[Assign], known: _Known) -> list[Assign]:
        """Of what is computed before loops of one block, that which has not been computed before another."""
        out = []
        for stmt in hoisted:
            again = cast(Assign, substitute(stmt, self.same))
            if self.is_row(again.expr) or self.found(again, known) is None:
                out.append(again)
            else:
                self.same[stmt.target] = known.values[again.expr]
        return out

    def split(self, loop: For, only_rows: bool) -> tuple[list[Assign], For]:
        """What every turn computes alike, and the loop without it."""
        alike = [s for s in self.alike(loop) if not only_rows or self.is_row(s.expr)]
        wanted: set[Name] = set()
        for stmt in reversed(alike):
            if self.is_worth_hoisting(stmt) or stmt.target in wanted:
                wanted.update((stmt.target, *reads(stmt)))
        first = [s for s in alike if s.target in wanted]
        return first, replace(loop, body=tuple(s for s in loop.body if s not in first))

    def alike(self, loop: For) -> list[Assign]:
        inside = set(bound((loop,)))
        found = []
        for stmt in loop.body:
            if isinstance(stmt, Assign) and not inside.intersection(reads(stmt)):
                if (
                    self.is_row(stmt.expr)
                    or is_constant_call(stmt.expr)
                    or (isinstance(stmt.expr, Op) and self.is_number_of(stmt, SAFE))
                ):
                    found.append(stmt)
                    inside.remove(stmt.target)
        return found

    def is_worth_hoisting(self, stmt: Assign) -> bool:
        """A row, a product of floats; `n - 1` in a range or an index reads better where it stands."""
        kind = self.kinds.get(stmt.target)
        return self.is_row(stmt.expr) or kind in (Py(float), Np("float64"))

    def is_on_numbers(self, loop: For | While) -> bool:
        return not any(
            isinstance(s, Assign) and isinstance(self.kinds.get(s.target), Array)
            for s in statements(loop.body)
        )

    # -- kinds -------------------------------------------------------------------------------

    def is_number_of(self, stmt: Assign, operators: frozenset[str]) -> bool:
        assert isinstance(stmt.expr, Op)
        return (
            stmt.expr.op in operators
            and isinstance(self.kinds.get(stmt.target), (Py, Np))
            and all(
                isinstance(a, Const) or isinstance(self.kinds.get(a), (Py, Np))  # type: ignore[arg-type]
                for a in stmt.expr.args
            )
        )

    def is_list(self, operand: Any) -> bool:
        return isinstance(operand, Name) and isinstance(self.kinds.get(operand), List)

    def is_row(self, expr: Any) -> bool:
        """A row of a list of lists that holds an array's content (see `element_lists`)."""
        match expr:
            case Op("getitem", (Name() as base, _)):
                return self.kinds.get(base) == List(List(Py(float)), "rows")
            case _:
                return False

    def is_element(self, expr: Any) -> bool:
        match expr:
            case Op("getitem", (Name() as base, _)):
                return self.kinds.get(base) == List(Py(float), "row")
            case _:
                return False
