"""Which exceptions a statement may raise, by the kinds of its operands.

What is said here is what Python and NumPy say for values of these kinds.  What may come at any time
(MemoryError, KeyboardInterrupt) is not counted; of what is not known, everything may come.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, TypeAlias

from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Array, Dict, Kind, List, NoneKind, Np, Object, Py, Text, Tuple, Value
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Const,
    Delete,
    For,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.recursion import Unit

__all__ = ["may_raise", "raised_by"]

Classes: TypeAlias = tuple[type[BaseException], ...]

ANYTHING: Classes = (Exception,)
NOTHING: Classes = ()
IN_DIVISION: Classes = (ZeroDivisionError, OverflowError, FloatingPointError)
IN_ARRAYS: Classes = (ValueError, FloatingPointError)  # shapes that do not fit; np.errstate
NEVER = frozenset({
    "tuple", "list", "slice", "copy", "is_", "is_not", "not_", "cell", "cell_get", "undo", "join",
    "eq", "ne", "pos", "neg",
})  # fmt: skip
DIVIDING = frozenset({"truediv", "floordiv", "mod", "pow"})
SAFE: tuple[Any, ...] = (
    len,
    isinstance,
    range,
    zip,
    enumerate,
    list,
    tuple,
    print,
    id,
    repr,
    str,
    object.__new__,
    SimpleNamespace,
    type,
    adjoint_of,
)


def may_raise(s: Context, statement: Stmt, caught: Classes) -> bool:
    """May the statement raise an exception that is one of these, or that one of these is?"""
    classes = raised_by(s, statement)
    return any(issubclass(a, b) or issubclass(b, a) for a in classes for b in caught)


def raised_by(s: Context, statement: Stmt) -> Classes:
    """The classes that cover what the statement itself may raise."""
    match statement:
        case Assign(_, Op(op, args)):
            return _by_operator(op, [s.kind(a) for a in args])
        case Assign(_, Attr(value)):
            is_number = isinstance(s.kind(value), (Array, Py, Np, Tuple))
            return NOTHING if is_number else (AttributeError,)
        case Assign(_, MakeFunction()):
            return NOTHING
        case Assign(_, Call(Ref(_, Unit() as unit))):
            return tuple(unit.raises)
        case Assign(_, Call() | MethodCall() as called):
            return _by_call(s, called)
        case Store(base, _, value):
            return _by_store(s.kind(base), s.kind(value))
        case StoreAttr(base):
            return NOTHING if isinstance(s.kind(base), Object) else ANYTHING
        case StoreVariable() | If() | With() | Try():
            return NOTHING  # blocks: what is inside speaks for itself
        case For(items=items):
            return NOTHING if _is_plain(s.kind(items)) else ANYTHING
        case While():
            return NOTHING
        case Unpack():
            return (ValueError, TypeError)
        case Raise(exception):
            kind = s.kind(exception) if exception is not None else None
            cls = kind.value if isinstance(kind, Value) else getattr(kind, "cls", None)
            return (cls,) if isinstance(cls, type) and issubclass(cls, BaseException) else ANYTHING
        case Delete():
            return (LookupError, AttributeError)
        case _:
            return ANYTHING


def _is_plain(kind: Kind) -> bool:
    """Something whose elements can be had without running other code."""
    if isinstance(kind, Object):
        return kind.cls in (range, set)
    return isinstance(kind, (List, Tuple, Dict, Array, Text))


def _by_operator(op: str, kinds: list[Kind]) -> Classes:
    if op in NEVER:
        return NOTHING
    if op == "getitem":
        return _by_index(kinds[0])
    if all(isinstance(k, Py) for k in kinds):
        return IN_DIVISION if op in DIVIDING else _of_integers(op, kinds)
    if all(isinstance(k, (Py, Np)) for k in kinds):
        return IN_DIVISION if op in DIVIDING else (FloatingPointError,)
    if all(isinstance(k, (Py, Np, Array)) for k in kinds):
        return (*IN_ARRAYS, *(IN_DIVISION if op in DIVIDING else ()))
    return ANYTHING


def _of_integers(op: str, kinds: list[Kind]) -> Classes:
    """A large integer may be too large for a float; shifts may be negative."""
    if op in ("lshift", "rshift"):
        return (ValueError, OverflowError)
    is_mixed = len({k.type for k in kinds if isinstance(k, Py)}) > 1
    return (OverflowError,) if is_mixed and op in ("add", "sub", "mul") else NOTHING


def _by_index(kind: Kind) -> Classes:
    match kind:
        case Dict():
            return (KeyError, TypeError)
        case Array() | List() | Tuple() | Text():
            return (IndexError, TypeError)
        case _:
            return ANYTHING


def _by_store(base: Kind, value: Kind) -> Classes:
    match base:
        case List():
            return (IndexError, TypeError, ValueError)
        case Dict():
            return (TypeError,)
        case Array():
            return (IndexError,) if isinstance(value, (Py, Np)) else (IndexError, *IN_ARRAYS)
        case _:
            return ANYTHING


def _by_call(s: Context, called: Call | MethodCall) -> Classes:
    if isinstance(called, MethodCall):
        is_list = isinstance(s.kind(called.value), List)
        return NOTHING if is_list and called.method in ("append", "extend", "copy") else ANYTHING
    kind = s.kind(called.func)
    value = kind.value if isinstance(kind, Value) else None
    if isinstance(value, type) and issubclass(value, BaseException):
        return NOTHING
    if isinstance(value, type) and hasattr(value, "_fields"):
        return NOTHING
    return NOTHING if any(value is f for f in SAFE) else _by_conversion(s, value, called)


def _by_conversion(s: Context, value: Any, called: Call) -> Classes:
    """`float(x)` of a number succeeds."""
    if value in (float, complex, bool, abs) and len(called.args) == 1:
        arg = called.args[0]
        if isinstance(arg, (Name, Const, Ref)) and isinstance(s.kind(arg), (Py, Np)):
            return (OverflowError,) if s.kind(arg) == Py(int) else NOTHING
        if isinstance(arg, (Name, Const, Ref)) and isinstance(s.kind(arg), NoneKind):
            return (TypeError,)
        return (TypeError, ValueError, OverflowError)
    return ANYTHING
