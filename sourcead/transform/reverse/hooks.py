"""Reverse of `with adjoint_of(h) as h_bar: ...`: the block, made a function, is given the adjoint of h."""

from __future__ import annotations

from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Array, Np, Py
from sourcead.ir.nodes import Call, Expr, Name, Ref
from sourcead.transform.reverse.state import State

__all__ = ["hook"]


def hook(s: State, expr: Expr) -> bool:
    """True where the expression is such a block."""
    match expr:
        case Call(Ref(_, function), (Name() as value, Name() as block)) if function is adjoint_of:
            if s.is_active(value):
                _pass_on(s, value, block)
            return True
        case Call(Ref(_, function)) if function is adjoint_of:
            return True  # of a constant: it has no adjoint
        case _:
            return False


def _pass_on(s: State, value: Name, block: Name) -> None:
    kind = s.kind(value)
    is_own = s.adj.owner(value) == (value, [])  # not a view, nor an array that an argument holds
    if not isinstance(kind, (Py, Np, Array)) or s.adj.is_dynamic(value) or not is_own:
        s.b.refuse(
            "the adjoint asked for belongs to storage that has several names, or to a structure",
            "ask for that of a variable which holds a number or an array of its own",
        )
    bar = s.b.operand(s.adj.full(value))
    made = s.b.emit(Call(block, (bar,)), kind, f"{value.hint}_bar")
    s.adj.contribute(value, made)
