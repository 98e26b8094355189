"""The tangent of a call of a unit, a function that calls itself.

    y, y_dot = depth_tangent(x, n, x_dot)

Where the tangents are to be a linear map of their own, the value is computed first, and what the map
needs is kept:

    y, saved = depth_linear_forward(x, n)
    y_dot = depth_linear_map(saved, x_dot)

The halves of a pullback, in a gradient that is differentiated again: the forward half has the function's
value and its tangent; the reverse half is derived by `transform/halves.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from sourcead.ir.kinds import Array, Kind, Tape, Tuple, dtype_of
from sourcead.ir.nodes import Assign, Call, Const, MethodCall, Name, Op, Operand
from sourcead.transform.builder import Virtual
from sourcead.transform.forward.tangents import Tangents, hint_of
from sourcead.transform.halves import Half, half, reverse_call
from sourcead.transform.specialise.recursion import Unit
from sourcead.transform.units import tangent_unit

__all__ = ["half_tangent", "unit_tangent"]


def unit_tangent(
    s: Tangents, target: Name, unit: Unit, args: Sequence[Operand], always: bool = False
) -> None:
    """The call of the function itself; `always`: also where its value is not known to vary."""
    tangent = half(s.b, unit, "tangent")
    dots = tuple(_dot(s, args[i]) for i in tangent.wrt)
    if s.separate:
        _kept_map(s, target, unit, args, dots, always)
        return
    kind = s.kind(target)
    pair = s.b.emit(Call(tangent.ref(), (*args, *dots)), Tuple((kind, kind)), target.hint)
    s.b.add(Assign(target, Op("getitem", (pair, Const(0))), s.b.origin))
    if always or s.is_active(target):
        dot = s.b.emit(Op("getitem", (pair, Const(1))), kind, hint_of(target))
        s.dots[target] = dot


def _dot(s: Tangents, arg: Operand) -> Operand:
    """The tangent of an argument, an array of the argument's dtype (that of `x + 0j` may be real)."""
    dot, kind = s.b.operand(s.full(arg)), s.kind(arg)
    if not isinstance(kind, Array) or dtype_of(s.kind(dot)) == dtype_of(kind):
        return dot
    return s.b.emit(MethodCall(dot, "astype", (Const(kind.dtype),)), kind, "t_dot")


def _kept_map(
    s: Tangents,
    target: Name,
    unit: Unit,
    args: Sequence[Operand],
    dots: tuple[Operand, ...],
    always: bool,
) -> None:
    kind: Kind = s.kind(target)
    keeping, linear = half(s.b, unit, "linear_forward"), half(s.b, unit, "linear_map")
    with s.b.at(s.b.origin.of_sweep("")):
        pair = s.b.emit(Call(keeping.ref(), tuple(args)), Tuple((kind, Tape())), "t")
        s.b.add(Assign(target, Op("getitem", (pair, Const(0))), s.b.origin))
        saved = s.b.emit(Op("getitem", (pair, Const(1))), Tape(), "saved")
    if always or unit.writes or s.is_active(target):
        s.dots[target] = s.b.emit(Call(linear.ref(), (saved, *dots)), kind, hint_of(target))


# -- in a gradient -----------------------------------------------------------------------------


def half_tangent(s: Tangents, stmt: Assign, half: Half, args: Sequence[Operand]) -> None:
    """The call of a half of a pullback."""
    if not s.is_active(stmt.target):
        s.b.add(stmt)
    elif half.form == "forward":
        _forward_half(s, stmt, half, args)
    else:
        _reverse_half(s, stmt, half, args)


def _forward_half(s: Tangents, stmt: Assign, found: Half, args: Sequence[Operand]) -> None:
    """What is saved has no tangent."""
    wide, _ = tangent_unit(s.b, found.unit, [s.is_active(a) for a in args])
    value = s.b.fresh("t", _items(s, stmt.target)[0])
    s.b.add(stmt)
    unit_tangent(s, value, wide, args, always=True)
    s.dots[stmt.target] = Virtual((s.dots[value], Const(None)))


def _reverse_half(s: Tangents, stmt: Assign, found: Half, given: Sequence[Operand]) -> None:
    """Its value could be had from the tangent's pullback, too, but for the order of its sums."""
    bar, args = given[1], given[2:]
    wide, tangent = tangent_unit(s.b, found.unit, [s.is_active(a) for a in args])
    wrt = half(s.b, wide, "tangent").wrt
    dots = [_dot(s, args[i]) for i in wrt]
    forward, reverse = half(s.b, tangent, "forward"), half(s.b, tangent, "reverse")
    kind = s.kind(bar)
    every = (*args, *dots)
    s.b.add(stmt)
    pair = s.b.emit(Call(forward.ref(), every), Tuple((Tuple((kind, kind)), Tape())), "t")
    saved = s.b.emit(Op("getitem", (pair, Const(1))), Tape(), "saved")
    bars = s.b.operand(Virtual((s.full(bar), bar)))
    kinds = tuple(s.kind(args[i]) for i in wrt) * 2
    both = s.b.emit(reverse_call(reverse, saved, bars, every), Tuple(kinds), "t")
    at = [wrt.index(i) for i in found.wrt]
    s.dots[stmt.target] = Virtual(tuple(s.b.getitem(both, Const(i)) for i in at))


def _items(s: Tangents, pair: Name) -> tuple[Kind, ...]:
    kind = s.kind(pair)
    assert isinstance(kind, Tuple)
    return kind.items
