"""May a function be called once more, on copies of its arguments, without anybody noticing?

Only where nothing outside is changed or drawn: no printing, no random numbers of a global generator, no
writes to globals, no calls of functions about which nothing is known.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import Any

from sourcead.errors import SourceADError
from sourcead.frontend.lower import lower
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Const,
    Delete,
    Expr,
    Function,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.transform.specialise.recursion import Unit

__all__ = ["calls_back_harmlessly", "is_repeatable"]

_HARMLESS = frozenset({
    abs, all, any, bool, complex, dict, divmod, enumerate, filter, float, frozenset, hasattr, hash, int,
    isinstance, issubclass, len, list, map, max, min, pow, range, repr, reversed, round, set, slice,
    sorted, str, sum, tuple, type, zip,
})  # fmt: skip


def is_repeatable(primal: Function) -> bool:
    """Judged by the Wengert list with callees inlined; what is not known is not repeatable."""
    return _is_harmless_throughout(primal, set())


def calls_back_harmlessly(primal: Function) -> bool:
    """Are the functions that the program hands to others (a right-hand side to a solver) repeatable, too?

    They are judged as they are written: what they call must be known, or be such functions in turn.
    """
    return all(_hands_on_harmlessly(stmt, set()) for stmt in statements(primal.body))


def _hands_on_harmlessly(stmt: Stmt, entered: set[int]) -> bool:
    match stmt:
        case Assign(_, MakeFunction() as made):
            return _is_harmless_as_written(made.template, made.template, entered)
        case Assign(_, Call(_, args, kwargs) | MethodCall(_, _, args, kwargs)):
            given = [*args, *(value for _, value in kwargs)]
            functions = [a.value for a in given if isinstance(a, Ref)]
            return all(
                _is_harmless_as_written(f, functools.partial(lower, f), entered)
                for f in functions
                if isinstance(f, FunctionType)
            )
        case _:
            return True


def _is_harmless_as_written(
    function: Any, lowered: Callable[[], Function], entered: set[int]
) -> bool:
    if id(function) in entered:
        return True
    entered.add(id(function))
    try:
        template = lowered()
    except SourceADError:
        return False
    return _is_harmless_throughout(template, entered)


def _is_harmless_throughout(function: Function, entered: set[int]) -> bool:
    """`entered`: the ids of functions that call themselves, which are judged already."""
    outside: set[Name] = set()  # names of what was there before the call, and is no argument
    return all(_is_harmless(stmt, outside, entered) for stmt in statements(function.body))


def _is_harmless(stmt: Stmt, outside: set[Name], entered: set[int]) -> bool:
    match stmt:
        case Assign(target, expr):
            if _is_part_of_the_outside(expr, outside):
                outside.add(target)
            return _has_no_effect(expr, outside, entered)
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


def _has_no_effect(expr: Expr, outside: set[Name], entered: set[int]) -> bool:
    match expr:
        case Op(op, _):
            return op not in ("import_", "next")
        case Call(Ref(_, Unit() as unit), args):
            own = all(isinstance(a, Const) or _belongs_to_call(a, outside) for a in args)
            return own and _is_harmless_inside(unit, entered)
        case Call(Ref(_, FunctionType() as function), args) if not _is_known(function):
            own = all(isinstance(a, Const) or _belongs_to_call(a, outside) for a in args)
            return own and _is_harmless_as_written(
                function, functools.partial(lower, function), entered
            )
        case Call(Ref(_, function)):
            return _is_known(function)
        case Call():
            return False
        case MethodCall(value):
            return _belongs_to_call(value, outside)
        case _:
            return True


def _belongs_to_call(base: Operand | Star, outside: set[Name]) -> bool:
    """Is it an argument (of which there are copies), or made by the function itself?"""
    return isinstance(base, Name) and base not in outside


def _is_harmless_inside(unit: Unit, entered: set[int]) -> bool:
    """A function that calls itself, which is not inlined."""
    if id(unit) in entered:
        return True
    entered.add(id(unit))
    return unit.done is not None and _is_harmless_throughout(unit.done.function, entered)


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
