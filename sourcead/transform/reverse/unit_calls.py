"""The adjoint step of a call of a unit, a function that calls itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from sourcead.ir.kinds import Array, NoneKind, Tape, Tuple, Unknown
from sourcead.ir.nodes import Assign, Call, Const, MethodCall, Name, Op, Operand, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.halves import Half, half, reverse_call
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.uses import Use
from sourcead.transform.rule_calls import ZERO
from sourcead.transform.units import tangent_unit

__all__ = ["half_adjoint", "writing_adjoint"]


def half_adjoint(s: State, target: Name, half: Half, args: Sequence[Operand], seed: Val) -> None:
    """`seed` is the adjoint of what the half returned."""
    if half.form == "reverse":
        _of_reverse_half(s, target, half, args, seed)
        return
    value_bar = seed.items[0] if isinstance(seed, Virtual) else s.b.getitem(seed, Const(0))
    if value_bar == ZERO:
        return
    if target in s.saved_by_units:
        _of_unit(s, target, half, args, value_bar)
    else:
        _of_forward_half(s, target, half, args, value_bar)


def _of_unit(s: State, pair: Name, half: Half, args: Sequence[Operand], value_bar: Val) -> None:
    """The call of a function, whose forward half has been called in its place."""
    value, saved = s.saved_by_units[pair]
    _back(s, half, saved, s.b.operand(_full(s, value, value_bar)), args)
    s.contents += [Use(n, s.b.origin.at, True) for n in _held(s, value, args)]


def _back(s: State, half: Half, saved: Operand, bar: Operand, args: Sequence[Operand]) -> None:
    """The adjoints of the arguments, from what the forward half has saved."""
    more = list(args) if s.reopened else []
    if half.unit.writes:
        more = [s.adj.buffer(args[i]) for i in half.shadowed]  # type: ignore[arg-type]
    reverse = reverse_call(half.other("reverse"), saved, bar, more)
    bars = s.b.emit(reverse, Tuple(tuple(s.kind(args[i]) for i in half.returned)), "t")
    for at, i in enumerate(half.returned):
        if s.is_active(args[i]):
            s.adj.contribute(args[i], s.b.getitem(bars, Const(at)), owned=True)


# -- functions that write what they are given --------------------------------------------------


def writing_adjoint(s: State, stmt: Assign, found: Half, args: Sequence[Operand]) -> None:
    """The reverse half takes back what was written, changes the adjoints of what is there, and returns the others."""
    pair, arrays = stmt.target, found.written(args)
    seed = s.adj.take_made(pair) if s.is_active(pair) else ZERO
    value_bar: Val = ZERO
    if seed != ZERO:
        value_bar = seed.items[0] if isinstance(seed, Virtual) else s.b.getitem(seed, Const(0))
    if pair in s.saved_by_units:
        s.mark(stmt, *arrays, by_callee=True)
        _of_unit(s, pair, found, args, value_bar)
        return
    s.mark(stmt, *arrays)
    again = s.b.emit(Call(found.ref(), tuple(args)), s.kind(pair), "t")
    value = s.b.operand(s.b.getitem(again, Const(0)))
    saved = s.b.operand(s.b.getitem(again, Const(1)))
    _back(s, found, saved, s.b.operand(_full(s, value, value_bar)), args)


# -- in a gradient -----------------------------------------------------------------------------


def _of_forward_half(
    s: State, pair: Name, found: Half, args: Sequence[Operand], value_bar: Val
) -> None:
    """The function is run again: what the call has saved is used up by the reverse half behind it."""
    wide, _ = tangent_unit(s.b, found.unit, [s.is_active(a) for a in args])
    forward = half(s.b, wide, "forward")
    again = s.b.emit(Call(forward.ref(), tuple(args)), s.kind(pair), "t")
    value = s.b.operand(s.b.getitem(again, Const(0)))
    saved = s.b.operand(s.b.getitem(again, Const(1)))
    _back(s, forward, saved, s.b.operand(_full(s, value, value_bar)), args)


def _of_reverse_half(
    s: State, target: Name, found: Half, given: Sequence[Operand], seed: Val
) -> None:
    """See `transform/halves.py`: `seed` goes in as the tangent of the arguments."""
    bar, args = given[1], given[2:]
    wide, tangent = tangent_unit(s.b, found.unit, [s.is_active(a) for a in args])
    wrt = half(s.b, wide, "tangent").wrt
    items = seed.items if isinstance(seed, Virtual) else None
    dots = []
    for i in wrt:
        at = found.wrt.index(i) if i in found.wrt else None
        dot: Val = ZERO
        if at is not None:
            dot = items[at] if items is not None else s.b.getitem(seed, Const(at))
        dots.append(s.b.operand(_full(s, args[i], dot)))
    forward = half(s.b, tangent, "forward")
    kind, every = s.kind(bar), (*args, *dots)
    pair = s.b.emit(Call(forward.ref(), every), Tuple((Tuple((kind, kind)), Tape())), "t")
    moved_on = s.b.operand(s.b.getitem(s.b.getitem(pair, Const(0)), Const(1)))
    if isinstance(s.kind(moved_on), Array):  # the reverse half takes back what has been written
        moved_on = s.b.emit(MethodCall(moved_on, "copy", ()), s.kind(moved_on), "t")
    bars = s.b.operand(Virtual((_full(s, bar, ZERO), bar)))
    saved = s.b.operand(s.b.getitem(pair, Const(1)))
    reverse = reverse_call(half(s.b, tangent, "reverse"), saved, bars, every)
    moved = s.b.emit(reverse, Tuple(tuple(s.kind(args[i]) for i in wrt) * 2), "t")
    s.adj.contribute(bar, moved_on)
    for at, i in enumerate(wrt):
        if s.is_active(args[i]):
            s.adj.contribute(args[i], s.b.getitem(moved, Const(at)), owned=True)


def _held(s: State, value: Name, args: Sequence[Val]) -> Iterator[Name]:
    """The arrays that both this function and what the forward half saved refer to."""
    found = {value}
    for name, expr in s.b.definitions.items():
        match expr:
            case Op("getitem", (Name() as base, Const())) if base in found:
                found.add(name)
            case _:
                pass
    for held in (*found, *args):
        if isinstance(held, Name) and isinstance(s.kind(held), (Array, Unknown)):
            yield held


def _full(s: State, value: Val, bar: Val) -> Val:
    """The adjoint without structural zeros."""
    kind = s.b.kind(value)
    if isinstance(kind, Tuple):
        bars = bar.items if isinstance(bar, Virtual) else (ZERO,) * len(kind.items)
        items = (s.b.getitem(value, Const(i)) for i in range(len(kind.items)))
        return Virtual(tuple(map(partial(_full, s), items, bars)), "tuple", kind.cls)
    if bar != ZERO:
        return bar
    if isinstance(kind, NoneKind):
        return Const(None)
    if not isinstance(kind, Array):
        return Const(0.0)
    made = Call(Ref("np.zeros_like", np.zeros_like), (s.b.operand(value),))
    return s.b.emit(made, kind, "zero")
