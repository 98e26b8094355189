"""The adjoint step of a call of a unit, a function that calls itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from sourcead.ir.kinds import Array, Tuple, Unknown
from sourcead.ir.nodes import Call, Const, Name, Op, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.uses import Use
from sourcead.transform.rule_calls import ZERO
from sourcead.transform.units import Half

__all__ = ["unit_adjoint"]


def unit_adjoint(s: State, pair: Name, half: Half, args: Sequence[Val], seed: Val) -> None:
    """`seed` is the adjoint of what the forward half returned: of the value, and nothing of what was saved."""
    value_bar = seed.items[0] if isinstance(seed, Virtual) else s.b.getitem(seed, Const(0))
    if value_bar == ZERO:
        return
    value, saved = s.saved_by_units[pair]
    wrt = half.wrt
    reverse = Call(half.other("reverse").ref(), (saved, s.b.operand(_full(s, value, value_bar))))
    kinds = tuple(s.kind(args[i]) for i in wrt)  # type: ignore[arg-type]
    bars = s.b.emit(reverse, Tuple(kinds), "t")
    s.contents += [Use(n, s.b.origin.at, True) for n in _held(s, value, args)]
    for at, i in enumerate(wrt):
        if s.is_active(args[i]):
            s.adj.contribute(args[i], s.b.getitem(bars, Const(at)), owned=True)


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
    if not isinstance(kind, Array):
        return Const(0.0)
    made = Call(Ref("np.zeros_like", np.zeros_like), (s.b.operand(value),))
    return s.b.emit(made, kind, "zero")
