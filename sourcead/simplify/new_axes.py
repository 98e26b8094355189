"""Axes are put in by an index, and not at all where broadcasting does.

    t = np.expand_dims(s_bar, 1)                      t = s_bar[:, None]
    A_bar = t * A                                     A_bar = t * A
    u = np.expand_dims(m_bar, 0)              ->
    A_bar += u                                        A_bar += m_bar

In a derivative's sweep, of arrays whose number of axes is known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Slice, Tuple
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
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, substitute, with_body

__all__ = ["new_axes"]

NONE = Const(None)
STRETCHES = frozenset({"add", "sub", "mul", "truediv"})


def new_axes(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    found = {
        s.target: axis
        for s in statements(function.body)
        if isinstance(s, Assign) and s.origin.sweep and (axis := _axis(s, builder)) is not None
    }
    if not found:
        return function
    needless = _needless(function, builder, found)
    function = substitute(function, needless) if needless else function

    def block(statements: Block) -> Block:
        out: list[Stmt] = []
        for stmt in statements:
            if isinstance(stmt, Assign) and stmt.target in found:
                if stmt.target not in needless:
                    out += _indexed(stmt, found[stmt.target], builder)
            else:
                out.append(map_blocks(stmt, block))
        return renewed(statements, out)

    return with_body(function, block(function.body))


def _axis(stmt: Assign, builder: Any) -> int | None:
    """Where the statement puts an axis into an array, counted from the front."""
    match stmt.expr:
        case Call(Ref(value=called), (Name() as value, Const(int() as axis)), ()) if (
            called is np.expand_dims
        ):
            kind = builder.kinds.get(value)
            if not isinstance(kind, Array) or kind.optional:
                return None
            return axis if axis >= 0 else axis + len(kind.dims) + 1
        case _:
            return None


def _needless(function: Function, builder: Any, found: dict[Name, int]) -> dict[Name, Operand]:
    """Arrays with a first axis that arithmetic with a larger array gives them anyway, also of multiples."""
    uses = use_counts(function)
    made = {s.target: s for s in statements(function.body) if isinstance(s, Assign)}
    first = {name for name, axis in found.items() if axis == 0 and uses[name] == 1}
    readers = {name: s for s in statements(function.body) for name in reads(s)} if first else {}
    needless: dict[Name, Operand] = {}
    for name in first:
        passed, reader = [name], readers[name]
        while (further := _scaled(reader, passed[-1], builder)) is not None:
            if uses[further] != 1:
                break
            passed.append(further)
            reader = readers[further]
        if _is_stretched(reader, passed[-1], first, builder):
            call = made[name].expr
            assert isinstance(call, Call) and isinstance(call.args[0], Name)
            needless[name] = call.args[0]
            for scaled in passed[1:]:
                kind = builder.kinds[scaled]
                builder.kinds[scaled] = replace(kind, dims=kind.dims[1:])
    return needless


def _scaled(stmt: Stmt, name: Name, builder: Any) -> Name | None:
    """The product or quotient of the array and a number."""
    match stmt:
        case Assign(target, Op("mul" | "truediv", (first, other))) if first == name:
            is_number = isinstance(other, Const) or (
                isinstance(other, Name) and builder.is_number(other)
            )
            return target if is_number else None
        case _:
            return None


def _is_stretched(stmt: Stmt, name: Name, others: set[Name], builder: Any) -> bool:
    """Does the statement make it as large as another array, which has as many axes?"""
    match stmt:
        case Assign(_, Call(Ref(value=called), (value, _), ())):
            return called is np.broadcast_to and value == name
        case Assign(_, Op(op, (a, b))) if op in STRETCHES:
            other = b if a == name else a
        case Store(other, Const(index), value, "add" | "sub") if index is ... and value == name:
            pass
        case _:
            return False
    large, mine = builder.kind(other), builder.kinds.get(name)
    if not (isinstance(large, Array) and isinstance(mine, Array)) or other in others:
        return False
    return other != name and len(large.dims) >= len(mine.dims)


def _indexed(stmt: Assign, axis: int, builder: Any) -> list[Stmt]:
    """`value[:, None]`"""
    assert isinstance(stmt.expr, Call)
    value, origin = stmt.expr.args[0], stmt.origin
    assert isinstance(value, Name)
    if axis == 0:
        return [Assign(stmt.target, Op("getitem", (value, NONE)), origin)]
    whole = [builder.fresh("t", Slice()) for _ in range(axis)]
    index = builder.fresh("t", Tuple((*(Slice() for _ in whole), builder.kind(NONE))))
    return [
        *(Assign(name, Op("slice", (NONE,) * 3), origin) for name in whole),
        Assign(index, Op("tuple", (*whole, NONE)), origin),
        Assign(stmt.target, Op("getitem", (value, index)), origin),
    ]
