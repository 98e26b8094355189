"""Of what is kept only for its shape, the shape is kept.

    saved.append((x, y))                            saved.append((x, y.shape))
    ...                                             ...
    x, y = saved.pop()                              x, t = saved.pop()
    y_bar = np.zeros_like(y)                 ->     y_bar = np.zeros(t)

The array itself may be gone by then.  So it is with sums over axes along which it was stretched (`unbroadcast`).
Zeros are made of variables that a loop binds first: each turn overwrites what the one
before has left, and nothing of that has an adjoint.  Before the first turn they are None, the shape of which is that
of a number; the zeros made of it are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Py, Tuple
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Stmt,
    Unpack,
)  # fmt: skip
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, substitute, with_body
from sourcead.runtime.accumulate import unbroadcast, unbroadcast_to
from sourcead.runtime.lists import zeros_like
from sourcead.simplify.kept import logs
from sourcead.transform.reverse.unbound import maybe_unbound

__all__ = ["kept_shapes"]


def kept_shapes(function: Function, builder: Any) -> Function:
    for value, target, entry in [*_in_tuples(function), *_alone(function)]:
        if _is_for_shape(target, function, builder):
            function = _with_shape(function, value, target, entry, builder)
    return function


def _in_tuples(function: Function) -> Iterator[tuple[Operand, Name, Name]]:
    """What is kept, its name in the reverse sweep, and the tuple that is appended."""
    for log in logs(function):
        for value, target in zip(log.values, log.taken.targets):
            yield value, target, log.entry


def _alone(function: Function) -> Iterator[tuple[Operand, Name, Name]]:
    """The same of lists that hold one value of each turn; the list in place of the tuple."""
    found = list(statements(function.body))
    lists = {s.target for s in found if isinstance(s, Assign) and s.expr == Op("list", ())}
    uses = use_counts(function)
    kept: dict[Name, Operand] = {}
    for stmt in found:
        match stmt:
            case Assign(_, MethodCall(Name() as log, "append", (value,))) if log in lists:
                if uses[log] == 2 and not isinstance(value, Star):
                    kept[log] = value
            case Assign(target, MethodCall(Name() as log, "pop", ())) if log in kept:
                yield kept[log], target, log


def _is_for_shape(target: Name, function: Function, builder: Any) -> bool:
    if not _is_of_floats(target, builder):
        return False
    readers = [s for s in statements(function.body) if target in reads(s)]
    return (
        bool(readers)
        and function.result != target
        and all(_of_shape(s, target, target, builder) is not None for s in readers)
    )


def _is_of_floats(operand: Operand, builder: Any) -> bool:
    kind = builder.kind(operand)
    return isinstance(kind, Array) and kind.dtype == "float64" and bool(kind.dims)


def _of_shape(stmt: Stmt, target: Name, shape: Name, builder: Any) -> Expr | None:
    """What the statement computes of `target`, computed of its shape."""
    match stmt:
        case Assign(_, Call(Ref(value=made), (_,), ())) if made in (np.zeros_like, zeros_like):
            return Call(Ref("np.zeros", np.zeros), (shape,))
        case Assign(_, Call(Ref(value=function), (Name() as adjoint, like), ())) if (
            function is unbroadcast and like == target != adjoint
        ):
            made = Call(Ref("unbroadcast_to", unbroadcast_to), (adjoint, shape))
            return made if _is_of_floats(adjoint, builder) else None
        case Assign(_, Attr(_, "shape")):
            return Op("copy", (shape,))
        case _:
            return None


def _with_shape(
    function: Function, value: Operand, target: Name, entry: Name, builder: Any
) -> Function:
    """With the shape of `value` in `entry`, and zeros and sums of that shape for those like `target`."""
    kind = builder.kind(target)
    shape = Tuple((Py(int),) * len(kind.dims))
    kept, taken = builder.fresh("t", shape), builder.fresh("t", shape)
    made: Expr = Attr(value, "shape")
    unset = {name.hint for name in maybe_unbound(function.body, or_none=True)}
    if not isinstance(value, Name) or value.hint in unset or builder.kind(value) != kind:
        made = Call(Ref("np.shape", np.shape), (value,))

    def block(old: Block) -> Block:
        return renewed(old, [new for stmt in old for new in changed(stmt)])

    def changed(stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Assign(name, Op("tuple", values)) if name == entry:
                yield Assign(kept, made, stmt.origin)
                shorter = tuple(kept if v == value else v for v in values)
                yield replace(stmt, expr=Op("tuple", shorter))
            case Assign(_, MethodCall(log, "append", (given,))) if (log, given) == (entry, value):
                yield Assign(kept, made, stmt.origin)
                yield replace(stmt, expr=MethodCall(log, "append", (kept,)))
            case Assign(name, MethodCall(log, "pop", ())) if (log, name) == (entry, target):
                yield replace(stmt, target=taken)
            case Unpack(targets) if target in targets:
                yield replace(stmt, targets=tuple(taken if t == target else t for t in targets))
            case Assign(expr=Attr(_, "shape")) if target in reads(stmt):
                return
            case Assign() if target in reads(stmt):
                computed = _of_shape(stmt, target, taken, builder)
                assert computed is not None
                yield replace(stmt, expr=computed)
            case _:
                yield map_blocks(stmt, block)

    shapes = {
        s.target: taken
        for s in statements(function.body)
        if isinstance(s, Assign) and s.expr == Attr(target, "shape")
    }
    return substitute(with_body(function, block(function.body)), shapes)
