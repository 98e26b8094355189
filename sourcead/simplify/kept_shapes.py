"""Of what is kept only to make zeros like it, the shape is kept.

    saved.append((x, y))                            saved.append((x, y.shape))
    ...                                             ...
    x, y = saved.pop()                              x, t = saved.pop()
    y_bar = np.zeros_like(y)                 ->     y_bar = np.zeros(t)

The array itself may be gone by then.  Such are variables that a loop binds first: each turn overwrites what the one
before has left, and nothing of that has an adjoint.  Before the first turn they are None, the shape of which is that
of a number; the zeros made of it are never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Py, Tuple
from sourcead.ir.nodes import Assign, Attr, Block, Call, Expr, Function, Name, Op, Ref, Stmt, Unpack
from sourcead.ir.walk import map_blocks, reads, renewed, statements, with_body
from sourcead.runtime.lists import zeros_like
from sourcead.simplify.kept import Log, logs
from sourcead.transform.reverse.unbound import maybe_unbound

__all__ = ["kept_shapes"]


def kept_shapes(function: Function, builder: Any) -> Function:
    for log in list(logs(function)):
        for place, target in enumerate(log.taken.targets):
            if _is_for_zeros(target, function, builder):
                function = _with_shape(function, log, place, builder)
                log = next(other for other in logs(function) if other.name == log.name)
    return function


def _is_for_zeros(target: Name, function: Function, builder: Any) -> bool:
    kind = builder.kind(target)
    if not isinstance(kind, Array) or kind.dtype != "float64" or not kind.dims:
        return False
    readers = [s for s in statements(function.body) if target in reads(s)]
    return bool(readers) and function.result != target and all(map(_makes_zeros, readers))


def _makes_zeros(stmt: Stmt) -> bool:
    match stmt:
        case Assign(_, Call(Ref(value=made), (_,), ())):
            return made in (np.zeros_like, zeros_like)
        case _:
            return False


def _with_shape(function: Function, log: Log, place: int, builder: Any) -> Function:
    value, target = log.values[place], log.taken.targets[place]
    kind = builder.kind(target)
    shape = Tuple((Py(int),) * len(kind.dims))
    kept, taken = builder.fresh("t", shape), builder.fresh("t", shape)
    values = (*log.values[:place], kept, *log.values[place + 1 :])
    made: Expr = Attr(value, "shape")
    unset = {name.hint for name in maybe_unbound(function.body, or_none=True)}
    if not isinstance(value, Name) or value.hint in unset or builder.kind(value) != kind:
        made = Call(Ref("np.shape", np.shape), (value,))

    def block(old: Block) -> Block:
        return renewed(old, [new for stmt in old for new in changed(stmt)])

    def changed(stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Assign(entry) if entry == log.entry:
                yield Assign(kept, made, stmt.origin)
                yield replace(stmt, expr=Op("tuple", values))
            case Unpack() if stmt == log.taken:
                targets = tuple(taken if t == target else t for t in stmt.targets)
                yield replace(stmt, targets=targets)
            case Assign() if target in reads(stmt):
                yield replace(stmt, expr=Call(Ref("np.zeros", np.zeros), (taken,)))
            case _:
                yield map_blocks(stmt, block)

    return with_body(function, block(function.body))
