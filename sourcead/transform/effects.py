"""What a call or an index does to storage: which callable it is, what it writes, whether it makes a view."""

from __future__ import annotations

import functools
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from types import BuiltinMethodType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Closure,
    Dict,
    Kind,
    List,
    Np,
    Object,
    Py,
    Tuple,
    Unknown,
    dtype_of,
)
from sourcead.ir.nodes import (
    UNDEFINED,
    Attr,
    Call,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
)
from sourcead.rules import registry
from sourcead.transform.builder import kind_of_constant
from sourcead.transform.distributions import bound_by
from sourcead.transform.indexing import is_basic
from sourcead.transform.operations import OPERATORS, method_class

__all__ = [
    "CalledByName", "function_of", "index_kinds", "is_at", "is_mask", "makes_namedtuple", "tuple_items",
    "view_base", "written_arguments",
]  # fmt: skip


class CalledByName:
    """A function that the program calls and that is written out beside it: a recursive one, or a derivative of one."""

    reaches_out: bool  # may it change a list, dict or object that it has not made?

    def written(self, args: Sequence[Operand]) -> list[Operand]:
        """Of the arguments of a call: the arrays that it writes."""
        raise NotImplementedError


def function_of(expr: Any, kinds: Mapping[Name, Kind]) -> Any:
    """The live callable that a call, method call, operator or attribute stands for, or None."""
    match expr:
        case Op():
            return OPERATORS.get(expr.op)
        case Call() if isinstance(expr.func, Ref):
            return expr.func.value
        case Call(Name() as func):
            kind = kinds.get(func)
            if isinstance(kind, Object):
                return getattr(kind.cls, "__call__", None)  # noqa: B004  (the function is wanted)
            return getattr(kind, "value", None) or getattr(kind, "function", None)
        case MethodCall(value, method):
            kind = kinds.get(value) if isinstance(value, Name) else None
            if isinstance(value, Ref):
                return _unbound(value.value, method)
            if isinstance(kind, Object):
                return getattr(kind.cls, method, None)
            cls = method_class(kind) if kind is not None else None
            found = getattr(cls, method, None)
            if registry.lookup(found) is None and isinstance(kind, Np):
                found = getattr(np.ndarray, method, None)
            return found
        case Attr(Name() as value, attr):
            kind = kinds.get(value)
            if isinstance(kind, (Array, Np)):
                return getattr(np.ndarray, attr, None)
            return getattr(kind.type, attr, None) if isinstance(kind, Py) else None
        case _:
            return None


def _unbound(value: Any, method: str) -> Any:
    """A method of a live object, as its class has it: rules are registered for those."""
    bound = getattr(value, method, None)
    if isinstance(bound, BuiltinMethodType) and bound.__self__ is value:
        return getattr(type(value), method, bound) if not isinstance(value, ModuleType) else bound
    return bound.__func__ if isinstance(bound, MethodType) else bound


def written_arguments(expr: Call | MethodCall, kinds: Mapping[Name, Kind]) -> list[Name]:
    """Arguments whose storage a call may write: what its rule states, everything if it states nothing."""
    function = function_of(expr, kinds)
    rule = registry.lookup(function)
    args = [a for a in _arguments(expr) if isinstance(a, Name)]
    if rule is not None:
        outs = [v for k, v in expr.kwargs if k == "out" and isinstance(v, Name)]
        written = (
            [a for a in args if isinstance(kinds.get(a), (Array, List))]
            if rule.effects.writes
            else []
        )
        return list(dict.fromkeys([*written, *outs]))
    if isinstance(expr, Call) and isinstance(expr.func, Ref):
        called = expr.func.value
        if isinstance(called, CalledByName):  # a recursive function, or a derivative of one
            given = [UNDEFINED if isinstance(a, Star) else a for a in expr.args]
            return [a for a in called.written(given) if isinstance(a, Name)]
        if called in _HARMLESS or makes_namedtuple(called) or bound_by(called) is not None:
            return []
    if isinstance(expr, MethodCall) and isinstance(
        kinds.get(args[0]) if args else None, (List, Dict)
    ):
        return args[:1]  # `items.append(x)` writes the list, not what it is given
    return [
        a for a in args if isinstance(kinds.get(a), (Array, List, Dict, Object, Unknown, Closure))
    ]


_HARMLESS = (
    range,
    len,
    zip,
    enumerate,
    reversed,
    isinstance,
    print,
    list,
    tuple,
    deque,
    defaultdict,
    OrderedDict,
    Counter,
    min,
    max,
    sum,
    iter,
    object.__new__,
    SimpleNamespace,
    functools.partial,
)


def makes_namedtuple(function: Any) -> bool:
    """Is it a namedtuple's class as it was made, of which a call does nothing but hold its arguments?"""
    if not isinstance(function, type) or not issubclass(function, tuple):
        return False
    own = vars(function)
    return "_fields" in own and "__init__" not in own


def tuple_items(expr: Any) -> tuple[Operand, ...] | None:
    """The items of a tuple or namedtuple that is made here."""
    match expr:
        case Op("tuple", items):
            return items
        case Call(Ref(_, function), items, ()) if makes_namedtuple(function):
            return items  # type: ignore[return-value]
        case _:
            return None


def _arguments(expr: Call | MethodCall) -> list[Any]:
    args = [a.value if isinstance(a, Star) else a for a in expr.args]
    args += [v for _, v in expr.kwargs]
    return [expr.value, *args] if isinstance(expr, MethodCall) else args


READ_ONLY = frozenset(
    {
        "broadcast_to",
        "diagonal",
        "diag",
        "broadcast_arrays",
        "sliding_window_view",
        "split",
        "real",
        "imag",
    }
)
"""Views that cannot be used to write into the adjoint: followed at run time where their storage is written."""


def view_base(expr: Any, kinds: Mapping[Name, Kind]) -> Name | None:
    """The array of which `expr` is certainly a view."""
    match expr:
        case Op() if expr.op != "getitem":
            return None
        case Op("getitem", (Name() as base, index)) if isinstance(kinds.get(base), Array):
            parts = index_kinds(index, kinds)
            return base if parts is not None and bool(is_basic(parts)) else None
        case Attr(Name() as base, "T"):
            return base if isinstance(kinds.get(base), Array) else None
        case MethodCall(Name() as base) | Call(_, (Name() as base, *_)):
            function = function_of(expr, kinds)
            rule = registry.lookup(function)
            if rule is None or rule.effects.returns != "view":
                return None
            return None if getattr(function, "__name__", "") in READ_ONLY else base
        case _:
            return None


def index_kinds(index: Operand, kinds: Mapping[Name, Kind]) -> list[Kind] | None:
    match index:
        case Name():
            kind = kinds.get(index, Unknown())
            return list(kind.items) if isinstance(kind, Tuple) else [kind]
        case Ref(_, value):
            return [kind_of_constant(value)]
        case _:
            return [kind_of_constant(getattr(index, "value", None))]


def is_mask(parts: list[Kind]) -> bool:
    """Is an index of these kinds one boolean array?"""
    return len(parts) == 1 and dtype_of(parts[0]) == np.dtype(bool)


def is_at(function: Any) -> bool:
    """Is this `np.add.at`, or the `at` of another ufunc?"""
    return isinstance(getattr(function, "__self__", None), np.ufunc) and function.__name__ == "at"
