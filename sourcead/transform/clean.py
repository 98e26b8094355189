"""A function without statements and copies that nothing needs."""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace

import numpy as np

from sourcead.ir.nodes import (
    Attr,
    Call,
    Const,
    Expr,
    Function,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Ref,
)
from sourcead.rules import registry
from sourcead.simplify.copies import needless_copies
from sourcead.simplify.dead_code import dead_code
from sourcead.simplify.storage_classes import StorageClasses
from sourcead.transform.builder import Builder
from sourcead.transform.effects import function_of, view_base
from sourcead.transform.halves import Half

__all__ = ["clean", "is_fine", "is_pure", "known_number", "shared_bases", "storage_of"]

HARMLESS = (
    range, len, np.zeros_like, enumerate, zip, reversed, object.__new__, SimpleNamespace, float,
    functools.partial,
)  # fmt: skip

# They raise ValueError where the formula of their derivative gives a number: 1 / x for the logarithm of a
# negative x.  Their call stays, so that the gradient raises as the function does.
BOUNDED = (math.log, math.log2, math.log10, math.log1p, math.acosh, math.atanh)


def clean(function: Function, b: Builder) -> Function:
    def pure(expr: Expr) -> bool:
        if isinstance(expr, Op):  # as most
            return is_pure(expr, b)
        match expr:
            case Call(Ref(_, Half(form="reverse") as half)) if not half.unit.writes:
                return True  # adjoints only
            case Call(Ref(_, called), (x,)) if any(called is bounded for bounded in BOUNDED):
                return is_fine(called, known_number(x, b))
        return is_pure(expr, b)

    return needless_copies(dead_code(function, pure, storage_of(function, b)), b.kinds)


def known_number(value: object, b: Builder) -> float | None:
    """The number that `value` is in every call: a literal, an object's constant, or a product of such."""
    match value:
        case Const(int() | float() as number):
            return float(number)
        case Ref(_, int() | float() as number, False):
            return float(number)
        case Name() if isinstance(made := b.definitions.get(value), Op) and made.op == "mul":
            left, right = (known_number(o, b) for o in made.args)
            return None if left is None or right is None else left * right
        case _:
            return None


def is_fine(function: object, x: float | None) -> bool:
    """Is it a function of `math`, of which is known that it raises nothing here?"""
    name = getattr(function, "__name__", "")
    made = getattr(math, name, None) if isinstance(name, str) else None
    if x is None or made is not function or not callable(made):
        return False
    try:
        return math.isfinite(made(x))
    except (ArithmeticError, TypeError, ValueError):
        return False


def storage_of(function: Function, b: Builder) -> StorageClasses:
    """Kept for the function that was asked about last: passes ask one after the other."""
    body, params, found = b.storage_known or (None, None, None)
    if body is function.body and params is function.params:
        assert isinstance(found, StorageClasses)
        return found
    found = StorageClasses(function, lambda e: is_pure(e, b), lambda e: shared_bases(e, b), b.kind)
    b.storage_known = function.body, function.params, found
    return found


def shared_bases(expr: Expr, b: Builder) -> list[Name]:
    """The arrays whose storage the value of `expr` may share."""
    if isinstance(expr, Op) and expr.op != "getitem":  # as most
        return []
    base = view_base(expr, b.kinds)
    if base is not None:
        return [base]
    if isinstance(expr, (Call, MethodCall)):
        rule = registry.lookup(function_of(expr, b.kinds))
        if rule is not None and rule.effects.returns not in ("fresh", "scalar"):
            given = (expr.value, *expr.args) if isinstance(expr, MethodCall) else expr.args
            return [a for a in given if isinstance(a, Name)]
    return []


def is_pure(expr: Expr, b: Builder) -> bool:
    """May the expression be dropped when nobody reads it?"""
    match expr:
        case Op():
            return expr.op not in ("next", "import_", "super_")
        case Attr() | MakeFunction():
            return True
        case Call(Ref(_, value)) if value in HARMLESS:
            return True
        case Call() | MethodCall():
            if isinstance(expr, MethodCall) and expr.method in ("copy", "sum", "astype"):
                return True
            rule = registry.lookup(function_of(expr, b.kinds))
            return rule is not None and rule.effects.pure and not rule.effects.writes
