"""What is run again may change nothing but what it makes itself, or is handed on to it as its own.

A print, a random draw, a record that is written would happen twice.  So each statement is looked at: what
it stores to must have been made by these statements, and what it calls must be free of effects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Array, Dict, Kind, List, Object
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Delete,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
)
from sourcead.ir.walk import statements
from sourcead.transform.clean import is_pure
from sourcead.transform.effects import written_arguments
from sourcead.transform.specialise.context import Context

__all__ = ["check_repeatable", "storage_written"]


def check_repeatable(
    s: Context,
    block: Sequence[Stmt],
    outside: Iterable[Name],
    own: Iterable[Name] = (),
    *,
    attempts: bool = False,
) -> None:
    """Refuse effects, and stores to what comes from `outside`, unless it is among `own`.

    `attempts`: a `try` is no effect; what is in it is looked at like everything else.
    """
    own = set(own)
    known = _Outside(s, [n for n in outside if n not in own], block)
    for stmt in statements(tuple(block)):
        if attempts and isinstance(stmt, Try):
            continue
        with s.at(stmt.origin):
            for base in _changed(s, stmt):
                if known.holds(base):
                    _refuse_effect(s)


def storage_written(s: Context, block: Sequence[Stmt], outside: Sequence[Name]) -> list[Name]:
    """Those of the arrays from outside into which the block writes, under whatever name."""
    every = statements(tuple(block))
    bases = [b for stmt in every for b in _written_by(s, stmt) if isinstance(b, Name)]
    classes = {s.heap.find(str(b)) for b in bases if isinstance(s.kind(b), Array)}
    arrays = [n for n in outside if isinstance(s.kind(n), Array)]
    return [n for n in arrays if s.heap.find(str(n)) in classes]


def _changed(s: Context, stmt: Stmt) -> list[Operand]:
    """What the statement writes; refused if it has an effect of another kind."""
    match stmt:
        case Assign(_, Call(Ref(_, function))) if function is adjoint_of:
            s.refuse(
                "a block looks at an adjoint inside of what is checkpointed, and so run again",
                "put the `with sourcead.adjoint_of(...)` outside of it",
            )
        case Assign(_, Call() | MethodCall() as expr):
            if _is_exception(expr):
                return []
            found: list[Operand] = list(written_arguments(expr, s.kinds))
            if (
                isinstance(expr, MethodCall)
                and isinstance(expr.value, Ref)
                and not is_pure(expr, s)
            ):
                _refuse_effect(s)
            if not found and not is_pure(expr, s):
                _refuse_effect(s)
            return found
        case StoreVariable() | Try():
            _refuse_effect(s)
        case _:
            return _written_by(s, stmt)


def _is_exception(expr: Call | MethodCall) -> bool:
    """An exception that is made to be raised: then nothing is run again."""
    made = expr.func.value if isinstance(expr, Call) and isinstance(expr.func, Ref) else None
    return isinstance(made, type) and issubclass(made, BaseException)


def _written_by(s: Context, stmt: Stmt) -> list[Operand]:
    match stmt:
        case Store(base) | StoreAttr(base) | Delete(base):
            return [] if base is None else [base]
        case Assign(_, Call() | MethodCall() as expr):
            return list(written_arguments(expr, s.kinds))
        case _:
            return []


class _Outside:
    """The storage that was there before a block."""

    def __init__(self, s: Context, names: Sequence[Name], block: Sequence[Stmt]) -> None:
        self.s = s
        self.names = set(names)
        self.arrays = {s.heap.find(str(n)) for n in names if isinstance(s.kind(n), Array)}
        self.sites = s.reachable(list(names))
        every = statements(tuple(block))
        self.made = {stmt.target: stmt.expr for stmt in every if isinstance(stmt, Assign)}

    def holds(self, base: Operand) -> bool:
        if not isinstance(base, Name) or base in self.names:
            return True
        kind = self.s.kind(base)
        if isinstance(kind, Array) and self.s.heap.find(str(base)) in self.arrays:
            return True
        if self._is_site_outside(kind):
            return True
        match self.made.get(base):
            case Op("copy" | "getitem", (first, *_)) | Attr(first):
                return self.holds(first)
            case _:
                return False

    def _is_site_outside(self, kind: Kind) -> bool:
        if not isinstance(kind, (List, Dict, Object)):
            return False
        return kind.site in self.sites or self.s.heap.is_external(kind.site)


def _refuse_effect(s: Context) -> NoReturn:
    s.refuse(
        "what is checkpointed, and so run again, has an effect outside of its state",
        "draw random numbers, print and write records outside of it",
    )
