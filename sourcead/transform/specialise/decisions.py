"""What `bool(value)` is, where kinds decide it."""

from __future__ import annotations

from types import FunctionType

from sourcead.ir.kinds import (
    Bound,
    Closure,
    Kind,
    NoneKind,
    Np,
    Object,
    Partial,
    Py,
    Tuple,
    Value,
    is_optional,
)
from sourcead.ir.nodes import Const
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.absent import MAYBE, flag_of
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.derived import as_contents
from sourcead.transform.specialise.each_class import by_class, is_one_of_several

__all__ = ["is_exact", "tested", "truth"]


def is_exact(kind: Kind) -> bool:
    """Is a value certainly not None, and a number of its type?"""
    return not is_optional(kind) and (not isinstance(kind, (Py, Np)) or kind.exact)


def truth(s: Context, value: Val) -> bool | None:
    """What `bool(value)` is, where the kinds decide it."""
    match value:
        case Const(constant):
            return bool(constant)
        case Virtual(parts, form):
            if form == MAYBE:
                return None
            return bool(parts) if form in ("tuple", "list") else True
    match s.kind(value):
        case NoneKind():
            return False
        case Value(value=obj) if isinstance(obj, (type, type(len))) or callable(obj):
            return True
        case Closure() | Bound() | Partial():
            return True
        case Tuple(items):
            return bool(items)
        case _:
            return None


def tested(s: Context, value: Val) -> Val:
    """What a test asks: an object's class may say what its truth is."""
    if isinstance(value, Virtual) and value.form == MAYBE:
        return flag_of(s, value) if value.items[1:] else Const(False)
    kind = s.kind(value)
    if is_one_of_several(s, value) and not getattr(kind, "optional", False):
        return by_class(s, value, lambda each: tested(s, each), "t")
    if isinstance(kind, Object) and not kind.optional:
        for name in ("__bool__", "__len__"):
            function = getattr(kind.cls, name, None)
            if isinstance(function, FunctionType):
                return s.call_method_of(value, function, [], "t")
        if not hasattr(kind.cls, "__bool__") and not hasattr(kind.cls, "__len__"):
            return Const(True)
        if as_contents(s, value) != value:
            return tested(s, as_contents(s, value))
    own = getattr(kind.cls, "__bool__", None) if isinstance(kind, Tuple) else None
    if isinstance(own, FunctionType):
        return s.call_method_of(value, own, [], "t")
    items = s.memory.list_items(value)
    return value if items is None else Const(bool(items))
