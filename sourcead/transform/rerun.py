"""A linear map whose tangent cannot be taken apart from the values: the map runs both, from copies of the arguments.

    forward(u, n):                                   map(saved, u_dot):
        saved = copy.deepcopy((u, n))                    u, n = copy.deepcopy(saved)
        ...                                              ...
        return out, saved                                return out_dot

It is what is left for loops that keep a few states only (`checkpointed`), and needs no more memory than they
do.  The function must have no other effects: those would happen again.
"""

from __future__ import annotations

import copy
from typing import Any

from sourcead.ir.kinds import Tuple, Unknown
from sourcead.ir.nodes import Assign, Call, Function, Op, Origin, Param, Ref, Unpack
from sourcead.transform.cannot_separate import CannotSeparate
from sourcead.transform.specialise import Specialised
from sourcead.transform.specialise.outside import check_repeatable
from sourcead.transform.split import Split, without_pair

__all__ = ["rerun"]

COPY = Ref("copy.deepcopy", copy.deepcopy)


def rerun(function: Function, done: Specialised, *, name: str) -> Split:
    """The tangent function in two halves; refused where it has effects besides its arguments."""
    b: Any = done.builder
    if done.heap.entwined:
        raise CannotSeparate("arguments share memory")
    plain, _, out_dot = without_pair(function)
    tangents = tuple(p for p in plain.params if p.form == "tangent")
    primals = tuple(p for p in plain.params if p.form != "tangent")
    names = [p.name for p in primals]
    check_repeatable(b, done.function.body, (), own=names, attempts=True)
    here = Origin.none()
    kinds = Tuple(tuple(map(b.kind, names)))
    packed, saved = b.fresh("t", kinds), b.fresh("saved", kinds)
    pair = b.fresh("t", Tuple((b.kind(done.result), Unknown())))
    forward = (
        Assign(packed, Op("tuple", tuple(names)), here),
        Assign(saved, Call(COPY, (packed,)), here),
        *done.function.body,
        Assign(pair, Op("tuple", (done.function.result, saved)), here),
    )
    given, again = b.fresh("saved", kinds), b.fresh("t", kinds)
    second = (
        Assign(again, Call(COPY, (given,)), here),
        Unpack(tuple(names), None, again, here),
        *plain.body,
    )
    return Split(
        Function(f"{name}_forward", primals, forward, pair, function.origin),
        Function(f"{name}_map", (Param(given), *tangents), second, out_dot, function.origin),
    )
