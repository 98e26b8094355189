"""Can a function be given up half-way, and another one be called in its place, so that nobody notices?

It can if all that it does before its last statements is to compute: it writes only what it has made
itself, draws no random numbers, prints nothing, consumes no iterator and calls nothing of which
that is not known.  What it writes of the caller's comes last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Bound, Closure, Dict, Kind, List, Object, Partial, Unknown
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Const,
    For,
    Function,
    If,
    MethodCall,
    Name,
    Op,
    Raise,
    Ref,
    Stmt,
    Store,
    Unpack,
    While,
)
from sourcead.ir.walk import operands, statements
from sourcead.simplify.listable import ARITHMETIC, IN_PLACE

__all__ = ["can_be_repeated"]

LOOPED = ("range", "len", "min", "max", "reversed", "enumerate", "zip")
PURE_METHODS = ("tolist", "copy")
OWN_OPERATORS = (Unknown, Object, Closure, Bound, Partial)  # may do anything


def can_be_repeated(
    function: Function,
    kinds: dict[Name, Kind],
    is_pure: Callable[[Any], bool],
    bases_of: Callable[[Any], list[Name]],
    lists: frozenset[Name],
    apart: frozenset[Name],
) -> bool:
    """`lists`: made by the function; `apart`: parameters that share no memory with others."""
    looked = _Look(function, kinds, is_pure, bases_of, lists)
    late = looked.last_stores()
    if late and looked.reads_globals():
        return False
    if any(name not in apart for name in late) and looked.may_meet(late):
        return False
    return all(map(looked.is_harmless, statements(function.body)))


class _Look:
    def __init__(
        self,
        function: Function,
        kinds: dict[Name, Kind],
        is_pure: Callable[[Any], bool],
        bases_of: Callable[[Any], list[Name]],
        lists: frozenset[Name],
    ) -> None:
        self.function, self.kinds, self.is_pure = function, kinds, is_pure
        self.params = [p.name for p in function.params]
        self.made: set[Name] = set(lists)
        for stmt in statements(function.body):
            if not isinstance(stmt, Assign):
                continue
            match stmt.expr:
                case Op("list" | "dict" | "tuple"):
                    self.made.add(stmt.target)
                case Op(op, (first, *_)) if op in IN_PLACE or op == "copy":
                    if first in self.made:
                        self.made.add(stmt.target)
                case Op(op) if op in ARITHMETIC:
                    self.made.add(stmt.target)
                case Call() | MethodCall() as expr if not bases_of(expr) and self.is_known(expr):
                    self.made.add(stmt.target)
                case expr if (seen := bases_of(expr)) and self.made.issuperset(seen):
                    self.made.add(stmt.target)

    def last_stores(self) -> list[Name]:
        """The caller's arrays, which are written when everything has been computed."""
        found: list[Name] = []
        for stmt in reversed(self.function.body):
            match stmt:
                case Store(Name() as base, Const(value), _, None) if (
                    value is Ellipsis and base in self.params
                ):
                    found.append(base)
                case Assign(_, Op("tuple" | "copy") | Call(Ref("np.float64"))):
                    pass
                case _:
                    break
        self.late = found
        return found

    def may_meet(self, written: list[Name]) -> bool:
        """Could what is written share memory with something else that the function reads?"""
        holders = (Array, List, Dict, Object, Unknown)
        others = [p for p in self.params if isinstance(self.kinds.get(p), holders)]
        return len(others) > 1 or bool(set(written) - set(others))

    def reads_globals(self) -> bool:
        """Does it read containers of the module, which may be the ones that it is given?"""
        return any(
            isinstance(o, Ref) and isinstance(o.value, (np.ndarray, list, dict))
            for s in statements(self.function.body)
            if isinstance(s, Assign)
            for o in operands(s.expr)
        )

    def is_harmless(self, stmt: Stmt) -> bool:
        match stmt:
            case Assign(_, expr):
                return self.is_known(expr)
            case Store(base):
                return base in self.made or base in self.late
            case For(items=items):
                return (
                    not isinstance(items, Name) or items not in self.params or self.is_plain(items)
                )
            case If() | While() | Raise() | Unpack():
                return True
            case _:
                return False

    def is_plain(self, operand: Any) -> bool:
        return not isinstance(operand, Name) or not isinstance(
            self.kinds.get(operand), OWN_OPERATORS
        )

    def is_known(self, expr: Any) -> bool:
        match expr:
            case Op(op, (first, *_)) if op in IN_PLACE:
                kind = self.kinds.get(first) if isinstance(first, Name) else None
                return not isinstance(kind, (Array, List, Dict)) or first in self.made
            case Op(op, args):
                return op not in ("next", "iter", "import_", "super_", "global_") and (
                    op in ("tuple", "list", "copy", "slice", "getitem", "is_", "is_not", "cell_get")
                    or all(map(self.is_plain, args))
                )
            case MethodCall(value, "append" | "pop"):
                return value in self.made
            case MethodCall(value, method, args) if method in PURE_METHODS:
                return self.is_plain(value)
            case Call(Ref(path)) if path in LOOPED:
                return True
            case Call(Ref("np.array" | "np.float64" | "float" | "unless_zero" | "unbroadcast")):
                return True
            case Attr():
                return self.is_plain(expr.value)
            case Call(Ref(value=type() as cls)) if issubclass(cls, Exception):
                return cls.__module__ == "builtins"
            case Call() | MethodCall():
                return self.is_pure(expr)
            case _:
                return False
