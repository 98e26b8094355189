"""The adjoints of arrays that were joined along their first axis are slices of the whole's.

t = parts_along(y_bar, (a, b), 0)
a_bar = t[0]                              a_bar = y_bar[:len(a)]
b_bar = t[1]                   ->         b_bar = y_bar[len(a):]
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Kind, Py, Slice, Tuple
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Function,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, statements
from sourcead.runtime.joins import parts_along

__all__ = ["parts"]

MOST = 2  # items: of more, the bounds are sums that a helper says better


def parts(function: Function, builder: Any) -> Function:
    found = {
        s.target: s.expr
        for s in statements(function.body)
        if isinstance(s, Assign) and isinstance(s.expr, Call) and _is_parts(s.expr)
    }
    if not found:
        return function
    return replace(function, body=_Parts(function, builder, found).block(function.body))


def _is_parts(call: Call) -> bool:
    match call:
        case Call(Ref(value=func), (Name(), Name(), Const(0)), ()):
            return func is parts_along
        case _:
            return False


def _is_join(call: Call) -> bool:
    """Does it only look at what it joins or takes apart?"""
    return isinstance(call.func, Ref) and call.func.value in (parts_along, np.concatenate)


class _Parts:
    def __init__(self, function: Function, builder: Any, found: dict[Name, Call]) -> None:
        self.b = builder
        self.uses = use_counts(function)
        self.taken = Counter(
            s.expr.args[0]
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op == "getitem"
        )
        self.displays = {
            s.target: s.expr.args
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, Op) and s.expr.op in ("tuple", "list")
        }
        self.joined = Counter(
            o
            for s in statements(function.body)
            if isinstance(s, Assign) and isinstance(s.expr, Call) and _is_join(s.expr)
            for o in s.expr.args
        )
        self.found = {t: call for t, call in found.items() if self.suits(t, call)}

    def suits(self, target: Name, call: Call) -> bool:
        """Two arrays, and nothing looks at the tuple of their adjoints but to take it apart?"""
        kinds = self.items(call.args[1])
        return (
            len(kinds) == MOST
            and all(isinstance(k, Array) and k.dims for k in kinds)
            and self.uses[target] == self.taken[target]
        )

    def items(self, arrays: object) -> tuple[Kind, ...]:
        """The kinds of the arrays, of a tuple or of a list that nobody changes."""
        kind: Kind = self.b.kind(arrays)
        if isinstance(kind, Tuple):
            return kind.items
        if not isinstance(arrays, Name) or self.uses[arrays] != self.joined[arrays]:
            return ()
        return tuple(map(self.b.kind, self.displays.get(arrays, ())))

    def block(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            match stmt:
                case Assign(target) if target in self.found:
                    continue
                case Assign(_, Op("getitem", (Name() as whole, Const(int() as at)))) if (
                    whole in self.found
                ):
                    out += self.slice(stmt, self.found[whole], at)
                case _:
                    out.append(map_blocks(stmt, self.block))
        return tuple(out)

    def slice(self, stmt: Assign, call: Call, at: int) -> list[Stmt]:
        y_bar, arrays, _ = call.args
        out: list[Stmt] = []

        def make(expr: Any, kind: Kind) -> Name:
            name: Name = self.b.fresh("t", kind)
            out.append(Assign(name, expr, stmt.origin))
            return name

        assert isinstance(arrays, Name)
        first: Operand
        if arrays in self.displays:
            first = self.displays[arrays][0]
        else:
            kind = self.b.kind(arrays)
            first = make(Op("getitem", (arrays, Const(0))), kind.items[0])
        end = make(Call(Ref("len", len), (first,)), Py(int))
        none = Const(None)
        bounds = (end, none, none) if at % MOST else (none, end, none)
        index = make(Op("slice", bounds), Slice())
        return [*out, replace(stmt, expr=Op("getitem", (y_bar, index)))]  # type: ignore[arg-type]
