"""Which values may be infinite or NaN in a lane that is left out afterwards?

    np.where(x > 0.0, x * np.log(x), 0.0)

The slope of the product in `x` is `np.log(x)`, infinite at 0: times the lane's adjoint, which is 0, it would be NaN.
So is whatever is computed from such a value (but for what is true or false).  It begins with the results of
functions whose own slope is guarded there.  Where a program asks which elements are NaN, any value may be:

    np.where(np.isnan(data), 0.0, (x - data) ** 2)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, List, Py, dtype_of
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    MethodCall,
    Name,
    Op,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import operands, statements
from sourcead.rules import registry
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Builder
from sourcead.transform.effects import function_of
from sourcead.transform.nonnegative import is_nonnegative
from sourcead.transform.operations import OPERATORS

__all__ = ["Wild"]


class Wild:
    """`begins`: is the slope of this call guarded, because a lane may be left out where it is infinite?

    `body`: the program.
    """

    def __init__(
        self, b: Builder, begins: Callable[[Rule, Name, Sequence[Any]], bool], body: Block
    ) -> None:
        self.b = b
        self.begins = begins
        self.everywhere = any(_asks(s, b) for s in statements(body))
        self.body = body
        self.known: dict[Name, bool] = {}

    def has(self, value: object) -> bool:
        if isinstance(value, Ref):
            return self.everywhere and self._carries(value)
        if not isinstance(value, Name):
            return False
        found = self.known.get(value)
        if found is None:
            self.known[value] = False  # while its own operands are looked at
            found = self.known[value] = self._follows(value)
        return found

    @cached_property
    def put(self) -> dict[str, list[Any]]:
        """What the program puts into lists, by their sites."""
        found: dict[str, list[Any]] = {}
        for stmt in statements(self.body):
            holder, values = _put(stmt)
            kind = self.b.kind(holder) if isinstance(holder, Name) else None
            if isinstance(kind, List):
                found.setdefault(kind.site, []).extend(values)
        return found

    def _follows(self, value: Name) -> bool:
        made = self.b.definitions.get(value)
        if not self._carries(value) or self.everywhere:
            return self.everywhere and self._carries(value)
        kind = self.b.kind(value)
        if isinstance(kind, List):
            return any(map(self.has, self.put.get(kind.site, ())))
        if made is None:
            return False
        given = list(operands(made))
        rule = registry.lookup(function_of(made, self.b.kinds))
        if rule is not None and rule.form == "elementwise" and not self._is_finite(value, made):
            args = _arguments(made)
            if args and self.begins(rule, value, args):
                return True
        return any(map(self.has, given))

    def _is_finite(self, value: Name, made: Expr) -> bool:
        """Python raises an exception where a number would be infinite; a root is NaN of negative numbers only."""
        if isinstance(self.b.kind(value), Py):
            return True
        match _arguments(made):
            case [radicand] if function_of(made, self.b.kinds) is np.sqrt:
                pass
            case [radicand, Const(float() as power)] if power > 0.0:
                pass
            case _:
                return False
        return is_nonnegative(radicand, self.b.definitions)

    def _carries(self, value: Name | Ref) -> bool:
        """Has this kind of value room for an infinity?"""
        dtype = dtype_of(self.b.kind(value))
        return dtype is None or dtype.kind in "fc"


def _put(stmt: Stmt) -> tuple[object, list[Any]]:
    """A list, and what the statement puts into it."""
    match stmt:
        case Assign(target, Op("list", items)):
            return target, list(items)
        case Assign(_, MethodCall(holder, _, args)):
            return holder, list(args)
        case Assign(target, expr):
            return target, list(operands(expr))
        case Store(holder, _, value):
            return holder, [value]
        case _:
            return None, []


ASKING = frozenset({"isnan", "isfinite", "isinf"})
IGNORING = frozenset({"nan_to_num"}) | {f"nan{name}" for name in (
    "sum", "mean", "max", "min", "prod", "var", "std", "median", "cumsum", "cumprod", "percentile", "quantile",
)}  # fmt: skip


def _asks(stmt: Stmt, b: Builder) -> bool:
    """Does this ask which elements of an array are NaN, or pass over them?"""
    if not isinstance(stmt, Assign):
        return False
    name = getattr(function_of(stmt.expr, b.kinds), "__name__", "")
    return name in IGNORING or (name in ASKING and isinstance(b.kind(stmt.target), Array))


def _arguments(expr: Any) -> list[Any]:
    match expr:
        case Op(op, args) if op in OPERATORS:
            return list(args)
        case Call(_, args):
            return list(args)
        case MethodCall(value, _, args):
            return [value, *args]
        case Attr(value):
            return [value]
        case _:
            return []
