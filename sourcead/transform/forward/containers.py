"""Tangents of lists, dicts and objects with active contents: the same is done to the tangents.

`xs.append(y)` goes with `xs_dot.append(y_dot)`, so the tangents alias as the primal's contents do.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque

from sourcead.ir.kinds import Dict, Kind, List, NoneKind, Object
from sourcead.ir.nodes import (
    Argument,
    Attr,
    Call,
    Delete,
    Expr,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Store,
    StoreAttr,
)
from sourcead.transform.builder import Val
from sourcead.transform.forward.tangents import Tangents, hint_of
from sourcead.transform.rule_calls import ZERO

__all__ = ["contained", "delete_item", "set_attribute", "store_attribute", "store_item"]


def contained(s: Tangents, target: Name, expr: Expr) -> Val | None:
    """The tangent of what `expr` gives, if it makes, changes or reads a container; else None."""
    match expr:
        case MethodCall(Name() as value, "move_to_end") if isinstance(s.kind(value), Dict):
            return ZERO  # tangents are found by their keys
        case MethodCall(Name() as value, "index" | "count") if isinstance(s.kind(value), List):
            return ZERO
        case MethodCall(Name() as value, method, args) if (
            isinstance(s.kind(value), (List, Dict)) and s.dot(value) != ZERO
        ):
            return _method(s, target, value, method, args)
        case MethodCall(Name() as value, "copy", ()) if isinstance(
            s.kind(value), (List, Dict)
        ) and s.is_active(target):  # of what is inactive so far, and changed later
            copied = MethodCall(s.written_out(value), "copy", ())
            return s.b.emit(copied, s.kind(target), hint_of(target))
        case Op("list" | "dict" as form, items) if isinstance(s.kind(target), (List, Dict)):
            return _display(s, target, form, items)
        case Call(Ref("object.__new__" | "SimpleNamespace")) if isinstance(s.kind(target), Object):
            return s.b.emit(expr, s.kind(target), hint_of(target))  # whose methods see the tangents
        case Call(Ref(value=cls) as func, ()) if cls is deque and isinstance(s.kind(target), List):
            made = Call(func, ())  # drops nothing by itself
            return s.b.emit(made, s.kind(target), hint_of(target))
        case Call(Ref(value=cls)) if cls in (defaultdict, OrderedDict, Counter) and isinstance(
            s.kind(target), Dict
        ):
            return s.b.emit(Op("dict", ()), s.kind(target), hint_of(target))
        case Call(Ref("list" | "tuple" | "deque") as func, (Name() as value,)) if s.is_active(
            target
        ):
            made = Call(func, (s.written_out(value),))
            return s.b.emit(made, s.kind(target), hint_of(target))
        case Attr(Name() as value, attr) if isinstance(s.kind(value), Object):
            return _attribute(s, target, value, attr)
        case Op("add" | "mul" as op, args) if isinstance(s.kind(target), List):
            dots = tuple(s.written_out(a) if isinstance(s.kind(a), List) else a for a in args)
            return s.b.emit(Op(op, dots), s.kind(target), hint_of(target))
        case _:
            return None


def _method(s: Tangents, target: Name, value: Name, method: str, args: tuple[Argument, ...]) -> Val:
    kind = s.kind(value)
    dots = tuple(
        s.written_out(a) if not isinstance(a, Star) and _is_element(kind, method, i) else a
        for i, a in enumerate(args)
    )
    made = MethodCall(s.b.operand(s.dot(value)), method, dots)
    found = s.b.emit(made, s.kind(target), hint_of(target))
    return found if s.is_active(target) else ZERO


def _is_element(kind: Kind, method: str, position: int) -> bool:
    """Is this argument of the method an element (which has a tangent), or a position or key?"""
    if isinstance(kind, List):
        return method in ("append", "appendleft", "extend", "extendleft") or (
            method == "insert" and position == 1
        )
    return position == 1 or (method == "update" and position == 0)


def _display(s: Tangents, target: Name, form: str, items: tuple[Operand, ...]) -> Val:
    dots = tuple(s.written_out(v) if form == "list" or i % 2 else v for i, v in enumerate(items))
    return s.b.emit(Op(form, dots), s.kind(target), hint_of(target))


def _attribute(s: Tangents, target: Name, value: Name, attr: str) -> Val:
    dot = s.dot(value)
    if dot != ZERO:
        return s.b.emit(Attr(s.b.operand(dot), attr), s.kind(target), hint_of(target))
    if s.is_active(target):
        s.b.refuse(
            f"attribute `{attr}` carries a derivative, and the object is not followed",
            "use a local variable",
        )
    return ZERO


# -- stores ----------------------------------------------------------------------------------


def store_item(s: Tangents, stmt: Store) -> None:
    """`xs[i] = v` goes with `xs_dot[i] = v_dot`."""
    if stmt.op not in (None, "add", "sub"):
        s.b.refuse(
            f"an element of a container is changed by `{stmt.op}`", "write `x[i] = x[i] ...`"
        )
    holder = s.b.operand(s.dot(stmt.base))
    s.b.add(Store(holder, stmt.index, s.written_out(stmt.value), stmt.op, s.b.origin))
    s.b.add(stmt)


def store_attribute(s: Tangents, base: Operand, attr: str, value: Operand, op: str | None) -> None:
    holder = s.b.operand(s.dot(base))
    s.b.add(StoreAttr(holder, attr, s.written_out(value), op, s.b.origin))


def set_attribute(s: Tangents, expr: Call) -> None:
    """`object.__setattr__(base, attr, value)`, as frozen dataclasses do, on the tangents."""
    base, attr, value = expr.args
    assert not isinstance(base, Star) and not isinstance(value, Star)
    made = Call(expr.func, (s.b.operand(s.dot(base)), attr, s.written_out(value)))
    s.b.emit(made, NoneKind(), "_")


def delete_item(s: Tangents, stmt: Delete) -> None:
    s.b.add(Delete(s.b.operand(s.dot(stmt.base)), stmt.index, stmt.attr, stmt.origin))
    s.b.add(stmt)
