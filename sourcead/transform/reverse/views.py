"""The same view, of the adjoint: what an expression shows of an array, shown of another one."""

from __future__ import annotations

from collections.abc import Sequence

from sourcead.ir.kinds import Kind
from sourcead.ir.nodes import Attr, Call, Expr, MethodCall, Name, Op, Operand
from sourcead.ir.walk import operands
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.locations import Locations
from sourcead.transform.specialise import Specialiser

__all__ = ["element_kind", "follow", "restored", "with_base"]


def with_base(expr: Expr, base: Operand) -> Expr:
    """The expression with another first operand.

    >>> with_base(Attr(Name("u", 0), "T"), Name("u_bar", 0))
    Attr(value=Name(hint='u_bar', number=0), attr='T')
    """
    match expr:
        case Op(op, (_, *rest)):
            return Op(op, (base, *rest))
        case Attr(_, attr):
            return Attr(base, attr)
        case MethodCall(_, method, args, kwargs):
            return MethodCall(base, method, args, kwargs)
        case Call(func, (_, *rest), kwargs):
            return Call(func, (base, *rest), kwargs)
        case _:
            raise AssertionError(expr)


def follow(b: Specialiser, at: Locations, base: Operand, path: Sequence[Expr]) -> Operand:
    """The views `path` of `base`, one after the other."""
    for expr in path:
        old = next(o for o in operands(expr) if isinstance(o, Name))
        base = b.emit(with_base(expr, base), _kind_of_view(b, at, expr), hint=f"{old.hint}_bar")
    return base


def _kind_of_view(b: Specialiser, at: Locations, expr: Expr) -> Kind:
    return next(b.kind(name) for name, view in at.views.items() if view.expr is expr)


def restored(b: Specialiser, index: Operand) -> Val:
    """The index as the virtual value that it was made from."""
    definition = b.definitions.get(index) if isinstance(index, Name) else None
    if isinstance(definition, Op) and definition.op in ("tuple", "slice"):
        return Virtual(tuple(restored(b, a) for a in definition.args), definition.op)
    return index


def element_kind(b: Specialiser, base: Operand, index: Operand) -> Kind:
    """The kind of `base[index]`."""
    with b.trial():
        return b.kind(b.getitem(base, restored(b, index)))
