"""The tangent of a call of a unit, a function that calls itself: one call gives value and tangent."""

from __future__ import annotations

from collections.abc import Sequence

from sourcead.ir.kinds import Tuple
from sourcead.ir.nodes import Assign, Call, Const, Name, Op, Operand
from sourcead.transform.forward.tangents import Tangents, hint_of
from sourcead.transform.specialise.recursion import Unit
from sourcead.transform.units import half

__all__ = ["unit_tangent"]


def unit_tangent(s: Tangents, target: Name, unit: Unit, args: Sequence[Operand]) -> None:
    tangent = half(s.b, unit, "tangent")
    dots = tuple(s.b.operand(s.full(args[i])) for i in tangent.wrt)
    kind = s.kind(target)
    pair = s.b.emit(Call(tangent.ref(), (*args, *dots)), Tuple((kind, kind)), target.hint)
    s.b.add(Assign(target, Op("getitem", (pair, Const(0))), s.b.origin))
    if s.is_active(target):
        dot = s.b.emit(Op("getitem", (pair, Const(1))), kind, hint_of(target))
        s.dots[target] = dot
