"""An adjoint that is read for the last time need not be set to zero.

    for i in reversed(range(n)):                for i in reversed(range(n)):
        t_bar = y_bar[i]              ->            x_bar[i] += y_bar[i] * c
        y_bar[i] = 0.0
        x_bar[i] += t_bar * c

The store `y[i] = ...` has taken what was in its place, so its adjoint has to be zero there for whatever comes
before.  Where every turn reads the element that it counts, and no other, and nobody reads the list afterwards,
nothing comes before.  Of lists that hold an array's content (see `element_lists`), in loops that are run once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import List, Py
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    Expr,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import reads, statements, with_body

__all__ = ["spent"]


def spent(function: Function, b: Any) -> Function:
    made: dict[Operand, Expr] = {s.target: s.expr for s in function.body if isinstance(s, Assign)}
    read_later = {function.result}
    out: list[Stmt] = []
    for stmt in reversed(function.body):
        if isinstance(stmt, For) and _counts_once(stmt.items, made):
            lists = {
                s.base
                for s in stmt.body
                if isinstance(s, Store)
                and (s.index, s.value, s.op) == (stmt.target, Const(0.0), None)
                and isinstance(s.base, Name)
                and b.kind(s.base) == List(Py(float), "row")
                and _makes_list(made.get(s.base))
            }
            done = {
                name
                for name in lists - read_later
                if _is_read_in_place(name, stmt) and _has_one_name(name, function)
            }
            if done:
                rest = [s for s in stmt.body if not _is_zeroed(s, done)]
                stmt = replace(stmt, body=tuple(rest))
        read_later.update(name for s in statements((stmt,)) for name in reads(s))
        out.append(stmt)
    return with_body(function, tuple(reversed(out)))


def _counts_once(items: Operand, made: dict[Operand, Expr]) -> bool:
    """Are these numbers different indices of a list, none of them from its end?"""
    match made.get(items):
        case Call(Ref(value=function), (Name() as inner,), ()) if function is reversed:
            return _counts_once(inner, made)
        case Call(Ref(value=function), args, ()) if function is range:
            match args:
                case [_]:
                    return True
                case [Const(int() as start), _] | [Const(int() as start), _, Const(1)]:
                    return start >= 0
                case [_, Const(int() as stop), Const(int() as step)]:
                    return step < 0 and stop >= -1
    return False


def _makes_list(expr: Expr | None) -> bool:
    """A new one: rows of lists are seen through those as well."""
    match expr:
        case MethodCall(_, "tolist", ()) | Op("mul"):
            return True
        case _:
            return False


def _has_one_name(name: Name, function: Function) -> bool:
    """Is all that is done with the list to read and write elements, and to look at the whole?"""
    for stmt in statements(function.body):
        match stmt:
            case _ if name not in reads(stmt):
                continue
            case Assign(_, Op("getitem", (base, _))) | Store(base):
                if base != name:
                    return False
            case Assign(_, Call(Ref(value=function_), (_,), ())):
                if function_ not in (len, np.array):
                    return False
            case _:
                return False
    return True


def _is_zeroed(stmt: Stmt, lists: set[Name]) -> bool:
    return isinstance(stmt, Store) and stmt.base in lists and stmt.value == Const(0.0)


def _is_read_in_place(name: Name, loop: For) -> bool:
    """Does a turn do nothing to the list but read the element that it counts and set it to zero, in this order?"""
    zeroed = False
    for stmt in loop.body:
        if not any(name in reads(s) for s in statements((stmt,))):
            continue
        match stmt:
            case Assign(_, Op("getitem", (base, index))) if not zeroed:
                if (base, index) != (name, loop.target):
                    return False
            case Store(base, index, Const(0.0), None) if not zeroed:
                if (base, index) != (name, loop.target):
                    return False
                zeroed = True
            case _:
                return False
    return zeroed and all(name not in (c.initial, c.next) for c in loop.carried)
