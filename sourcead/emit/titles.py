"""What is a temporary called, that no variable of the user has a name for?

    t = len(z)                      ->  n
    t = z.shape                     ->  shape
    t.1 = out_bar / t               ->  t_bar: it depends on an adjoint, so it is one
    t.2 = x_dot * y                 ->  t_dot

In a derivative, what depends on an adjoint (a tangent) is linear in it: everything else is a value of
the primal, or a partial derivative.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Const,
    Expr,
    For,
    Function,
    If,
    Name,
    Op,
    Ref,
    Stmt,
    While,
)
from sourcead.ir.walk import operands, statements

__all__ = ["titles"]


def titles(
    function: Function, called: Mapping[Name, str] = MappingProxyType({})
) -> dict[Name, str]:
    """Hints for temporaries (`t`) that say what they are; `called`: those that the user gave a name to."""
    found: dict[Name, str] = {}
    shapes: set[Name] = set()
    linear = {p.name: p.name.hint[-4:] for p in function.params if _is_linear(p.name)}
    for stmt in statements(function.body):
        _spread(stmt, linear)
        if isinstance(stmt, Assign) and stmt.target.hint == "t":
            title = _count(stmt.expr, shapes)
            if stmt.target in linear:
                found[stmt.target] = f"t{linear[stmt.target]}"
            elif title is not None:
                found[stmt.target] = title
                if title == "shape":
                    shapes.add(stmt.target)
    return {**found, **called}


def _is_linear(name: Name) -> bool:
    return name.hint.endswith(("_bar", "_dot"))


def _spread(stmt: Stmt, linear: dict[Name, str]) -> None:
    """Mark what the statement binds if it depends on an adjoint or a tangent."""
    match stmt:
        case Assign():
            _follow(stmt.target, operands(stmt.expr), linear)
        case For(carried=carried) | While(carried=carried):
            for each in carried:
                _follow(each.inner, (each.initial, each.next), linear)
                _follow(each.result, (each.initial, each.next), linear)
        case If(merges=merges):
            for merge in merges:
                _follow(merge.target, (merge.then, merge.orelse), linear)
        case _:
            pass


def _follow(target: Name, sources: tuple[object, ...], linear: dict[Name, str]) -> None:
    for source in sources:
        if isinstance(source, Name) and (source in linear or _is_linear(source)):
            linear[target] = linear.get(source, source.hint[-4:])
            return


def _count(expr: Expr, shapes: set[Name]) -> str | None:
    """A length or a shape."""
    if isinstance(expr, Op) and expr.op != "getitem":
        return None
    match expr:
        case Call(Ref(path="len"), (_,)) | Attr(_, "size"):
            return "n"
        case Op("getitem", (Name() as shape, Const(int()))) if shape in shapes:
            return "n"
        case Attr(_, "shape"):
            return "shape"
        case _:
            return None
