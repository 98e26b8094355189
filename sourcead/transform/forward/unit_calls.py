"""The tangent of a call of a unit, a function that calls itself.

    y, y_dot = depth_tangent(x, n, x_dot)

Where the tangents are to be a linear map of their own, the value is computed first, and what the map
needs is kept:

    y, saved = depth_linear_forward(x, n)
    y_dot = depth_linear_map(saved, x_dot)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sourcead.ir.kinds import Kind, Tape, Tuple
from sourcead.ir.nodes import Assign, Call, Const, Name, Op, Operand
from sourcead.transform.forward.tangents import Tangents, hint_of
from sourcead.transform.specialise.recursion import Unit
from sourcead.transform.units import half

__all__ = ["unit_tangent"]


def unit_tangent(s: Tangents, target: Name, unit: Unit, args: Sequence[Operand]) -> None:
    tangent = half(s.b, unit, "tangent")
    dots = tuple(s.b.operand(s.full(args[i])) for i in tangent.wrt)
    if s.separate:
        _kept_map(s, target, unit, args, dots)
        return
    kind = s.kind(target)
    pair = s.b.emit(Call(tangent.ref(), (*args, *dots)), Tuple((kind, kind)), target.hint)
    s.b.add(Assign(target, Op("getitem", (pair, Const(0))), s.b.origin))
    if s.is_active(target):
        dot = s.b.emit(Op("getitem", (pair, Const(1))), kind, hint_of(target))
        s.dots[target] = dot


def _kept_map(
    s: Tangents, target: Name, unit: Unit, args: Sequence[Operand], dots: tuple[Operand, ...]
) -> None:
    kind: Kind = s.kind(target)
    keeping, linear = half(s.b, unit, "linear_forward"), half(s.b, unit, "linear_map")
    with s.b.at(replace(s.b.origin, sweep="")):
        pair = s.b.emit(Call(keeping.ref(), tuple(args)), Tuple((kind, Tape())), "t")
        s.b.add(Assign(target, Op("getitem", (pair, Const(0))), s.b.origin))
        saved = s.b.emit(Op("getitem", (pair, Const(1))), Tape(), "saved")
    if s.is_active(target):
        s.dots[target] = s.b.emit(Call(linear.ref(), (saved, *dots)), kind, hint_of(target))
