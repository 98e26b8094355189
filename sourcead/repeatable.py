"""May a function be called once more, on copies of its arguments, without anybody noticing?

Only where nothing outside is changed or drawn: no printing, no random numbers of a global generator, no
writes to globals, no calls of functions about which nothing is known.
"""

from __future__ import annotations

from typing import Any

from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Delete,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry

__all__ = ["is_repeatable"]

_HARMLESS = frozenset({
    abs, all, any, bool, complex, dict, divmod, enumerate, filter, float, frozenset, hasattr, hash, int,
    isinstance, issubclass, len, list, map, max, min, pow, range, repr, reversed, round, set, slice,
    sorted, str, sum, tuple, type, zip,
})  # fmt: skip


def is_repeatable(primal: Function) -> bool:
    """Judged by the Wengert list with callees inlined; what is not known is not repeatable."""
    outside: set[Name] = set()  # names of what was there before the call, and is no argument
    return all(_is_harmless(stmt, outside) for stmt in statements(primal.body))


def _is_harmless(stmt: Stmt, outside: set[Name]) -> bool:
    match stmt:
        case Assign(target, expr):
            if _is_part_of_the_outside(expr, outside):
                outside.add(target)
            return _has_no_effect(expr, outside)
        case Store(base) | StoreAttr(base) | Delete(base):
            return _belongs_to_call(base, outside)
        case StoreVariable(_, cell, _):
            return cell is not None and _belongs_to_call(cell, outside)
        case _:
            return True


def _is_part_of_the_outside(expr: Expr, outside: set[Name]) -> bool:
    match expr:
        case Op("copy" | "getitem", (whole, *_)) | Attr(whole, _):
            return not _belongs_to_call(whole, outside)
        case _:
            return False


def _has_no_effect(expr: Expr, outside: set[Name]) -> bool:
    match expr:
        case Op(op, _):
            return op not in ("import_", "next")
        case Call(Ref(_, function)):
            return _is_known(function)
        case Call():
            return False
        case MethodCall(value):
            return _belongs_to_call(value, outside)
        case _:
            return True


def _belongs_to_call(base: Operand, outside: set[Name]) -> bool:
    """Is it an argument (of which there are copies), or made by the function itself?"""
    return isinstance(base, Name) and base not in outside


def _is_known(function: Any) -> bool:
    try:
        if function in _HARMLESS:
            return True
    except TypeError:  # cannot be hashed
        return False
    if isinstance(function, type):
        return issubclass(function, (BaseException, tuple))
    rule = registry.lookup(function)
    return rule is not None and rule.effects.pure
