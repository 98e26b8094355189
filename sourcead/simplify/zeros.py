"""Zeros are made by their shape where that says everything, which costs a third of making them like an array.

    x_bar = np.zeros_like(x)            ->          x_bar = np.zeros(x.shape)

Of an array of one axis, that is: with more, `zeros_like` lays its result out as the array is.  And of one that
is there: where some path leaves a variable without a value, it is None, of which `zeros_like` makes what nobody reads.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Py, Tuple
from sourcead.ir.nodes import Assign, Attr, Block, Call, Function, Name, Ref, Stmt
from sourcead.ir.walk import map_blocks
from sourcead.simplify.floats import is_float_array
from sourcead.transform.reverse.unbound import maybe_unbound

__all__ = ["zeros_by_shape"]


def zeros_by_shape(function: Function, builder: Any) -> Function:
    unset = {name.hint for name in maybe_unbound(function.body, or_none=True)}

    def block(statements: Block) -> Block:
        out: list[Stmt] = []
        for stmt in statements:
            match stmt:
                case Assign(target, Call(Ref(value=made), (Name() as like,), ()), origin) if (
                    made is np.zeros_like
                    and like.hint not in unset
                    and _has_one_axis(builder, like)
                ):
                    shape = builder.fresh("t", Tuple((Py(int),)))
                    out.append(Assign(shape, Attr(like, "shape"), origin))
                    zeros = Call(Ref("np.zeros", np.zeros), (shape,))
                    out.append(Assign(target, zeros, origin))
                case _:
                    out.append(map_blocks(stmt, block))
        return tuple(out)

    return replace(function, body=block(function.body))


def _has_one_axis(builder: Any, like: Name) -> bool:
    kind = builder.kinds.get(like)
    if not (is_float_array(kind) and isinstance(kind, Array)):
        return False
    return len(kind.dims) == 1 and not kind.optional
