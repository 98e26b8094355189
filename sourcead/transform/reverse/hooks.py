"""Reverse of `with adjoint_of(h) as h_bar: ...`: the block, made a function, is given the adjoint of h (or several)."""

from __future__ import annotations

from collections.abc import Sequence

from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Array, Np, Py, Tuple
from sourcead.ir.nodes import Call, Const, Expr, Name, Op, Operand, Ref, Star
from sourcead.transform.reverse.state import State

__all__ = ["hook"]


def hook(s: State, expr: Expr) -> bool:
    """True where the expression is such a block."""
    match expr:
        case Call(Ref(_, function), (*values, Name() as block)) if function is adjoint_of:
            if any(map(s.is_active, values)):  # a constant has no adjoint
                _pass_on(s, [v for v in values if not isinstance(v, Star)], block)
            return True
        case _:
            return False


def _pass_on(s: State, values: Sequence[Operand], block: Name) -> None:
    """What the block makes of the adjoints goes on; that of a constant among them is 0.0, and goes nowhere."""
    active = [v for v in values if isinstance(v, Name) and s.is_active(v)]
    for each in active:
        _check_own(s, each)
    found = {each: s.b.operand(s.adj.full(each)) for each in active}
    bars = [found[v] if isinstance(v, Name) and v in found else Const(0.0) for v in values]
    hints = [f"{v.hint}_bar" if isinstance(v, Name) else "bar" for v in values]
    kinds = tuple(map(s.kind, values))
    called = Call(block, tuple(bars))
    if len(values) == 1:
        made = [s.b.emit(called, kinds[0], hints[0])]
    else:
        pair = s.b.emit(called, Tuple(kinds), "bars")
        places = range(len(values))
        made = [s.b.emit(Op("getitem", (pair, Const(i))), kinds[i], hints[i]) for i in places]
    for value, bar in zip(values, made):
        if value in active:
            s.adj.contribute(value, bar)


def _check_own(s: State, value: Name) -> None:
    """It is not a view, nor an array that an argument holds."""
    is_own = s.adj.owner(value) == (value, [])
    if not isinstance(s.kind(value), (Py, Np, Array)) or s.adj.is_dynamic(value) or not is_own:
        s.b.refuse(
            "the adjoint asked for belongs to storage that has several names, or to a structure",
            "ask for that of a variable which holds a number or an array of its own",
        )
