"""What both modes refuse: statements and calls through which a derivative would be lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import FunctionType, ModuleType

from sourcead.errors import NoRule
from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Array, Dict, List
from sourcead.ir.nodes import (
    Assign,
    Call,
    Delete,
    MethodCall,
    Name,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
)
from sourcead.ir.walk import goes_on, statements
from sourcead.transform.effects import function_of, written_arguments
from sourcead.transform.specialise import Specialiser

__all__ = ["check_attempt", "check_passive", "check_written"]

IsActive = Callable[[object], bool]


def check_passive(
    b: Specialiser, is_active: IsActive, stmt: Unpack | Delete | StoreAttr | StoreVariable
) -> None:
    """Statements through which nothing active goes; otherwise they are refused."""
    match stmt:
        case StoreAttr(Ref(value=type() | ModuleType() | FunctionType()), _, _):
            return  # a variable (`specialise/class_variables.py`, ...)
        case StoreAttr(_, attr, value) if is_active(value):
            b.refuse(f"an active value is stored to attribute `{attr}`", "return it instead")
        case Unpack(targets) if any(map(is_active, targets)):
            b.refuse("an active value of unknown structure is unpacked", "unpack a tuple")
        case Delete(base) if isinstance(b.kind(base), (List, Dict)) and is_active(base):
            b.refuse(
                "an item of a container that carries derivatives is deleted", "build a new one"
            )
        case _:
            return


def check_attempt(b: Specialiser, is_active: IsActive, stmt: Try) -> None:
    """A handler that goes on would have to know how far the body got."""
    if goes_on(stmt) and (
        any(map(is_active, stmt.targets))
        or any(any(map(is_active, _written(b, each))) for each in statements((stmt,)))
    ):
        b.refuse(
            "a `try` with handlers computes values that carry a derivative",
            "test the condition before, instead of catching the exception",
        )


def _written(b: Specialiser, stmt: Stmt) -> Sequence[object]:
    """The storage that a statement writes."""
    match stmt:
        case Store(base) | StoreAttr(base) | Delete(base):
            return [base]
        case Assign(_, Call() | MethodCall() as called):
            is_hook = isinstance(called, Call) and function_of(called, b.kinds) is adjoint_of
            return called.args[:-1] if is_hook else written_arguments(called, b.kinds)
        case _:
            return []


def check_written(
    b: Specialiser, is_active: IsActive, expr: Call | MethodCall, written: Sequence[Name]
) -> None:
    """A call that writes active storage must be one that the transforms know."""
    if any(is_active(n) and isinstance(b.kind(n), Array) for n in written):
        if function_of(expr, b.kinds) is not None or not isinstance(expr, MethodCall):
            b.refuse(
                "a call writes in place into an array that carries a derivative",
                "assign the result: `x[...] = f(x)`",
                NoRule,
            )
