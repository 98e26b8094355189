"""`getattr` and `setattr` with a name that is no constant.

    for name in names:                              if name == "rate": v = obj.rate
        v = getattr(obj, name)           ->         elif name == "mass": v = obj.mass

A text that a module, class or function around holds is the one it is now: that is among what a compiled
gradient assumes.  Of any other, it is asked which of the object's attributes it names.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from sourcead.ir.kinds import Bound, Closure, Kind, Never, Object, Partial, Text, Value
from sourcead.ir.nodes import Const, Name, Op, Ref
from sourcead.runtime.names import is_attribute
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.looked_at import look_at
from sourcead.transform.specialise.variables import current_function

__all__ = ["by_name", "constant_text", "set_by_name"]

MOST = 24  # attributes that a name is compared with


def constant_text(s: Context, value: Any) -> Const | None:
    """The text that this is, for all calls of the compiled function."""
    if isinstance(value, Const):
        return value
    if isinstance(value, Ref) and type(value.value) is str:
        return _as_now(s, value, value.value)
    made = s.definitions.get(value) if isinstance(value, Name) else None
    match made:
        case Op("getitem", (Ref(value=tuple() as texts) as held, Const(int() as at))):
            if -len(texts) <= at < len(texts) and type(texts[at]) is str:
                return _as_now(s, held, texts[at])
    return None


def _as_now(s: Context, ref: Ref, text: str) -> Const | None:
    """The text, if it can be noted that it must stay what it is."""
    function = ref.scope or current_function(s)
    first, *rest = ref.path.split(".")
    if rest or not isinstance(function, FunctionType):
        return None
    if first in function.__code__.co_freevars:
        cell = (function.__closure__ or ())[function.__code__.co_freevars.index(first)]
        look_at(s, cell, "cell_contents", exact=True)
        return Const(text)
    module = sys.modules.get(function.__module__)
    if module is None or vars(module) is not function.__globals__:
        return None
    look_at(s, module, first, exact=True)
    return Const(text)


def by_name(s: Context, args: Sequence[Val], hint: str) -> Val | None:
    """`getattr(obj, name)`; None where it is left to Python."""
    obj, name = args[:2]
    names = _attributes(s, obj, name)
    if names is None or len(args) > 2:
        return None
    return _chosen(s, obj, name, names, lambda each: s.attr(obj, each, hint), hint)


def set_by_name(s: Context, args: Sequence[Val]) -> Val | None:
    """`setattr(obj, name, value)` of an object that has its attributes already; None where it is left to Python."""
    obj, name, value = args
    names = _attributes(s, obj, name)
    if names is None:
        return None

    def stored(each: str) -> Val:
        s.store_attr(obj, each, value, None)
        return Const(None)

    return _chosen(s, obj, name, names, stored, "_")


def _attributes(s: Context, obj: Val, name: Val) -> list[str] | None:
    """The attributes of the object itself that the name may be, where these are values."""
    kind = s.kind(obj)
    if not isinstance(kind, Object) or not kind.site or s.kind(name) != Text() or s.derivative:
        return None
    if not s.holds_varied(obj):
        return None
    held = {n: s.heap.read(kind.site, n) for n in s.heap.known(kind.site) if isinstance(n, str)}
    names = [n for n, each in held.items() if n.isidentifier() and _is_value(each)]
    return names if 0 < len(names) <= MOST else None


def _is_value(kind: Kind) -> bool:
    return not isinstance(kind, (Value, Closure, Bound, Partial, Never))


def _chosen(
    s: Context, obj: Val, name: Val, names: list[str], way: Callable[[str], Val], hint: str
) -> Val:
    first, *rest = names
    if not rest:  # anything else is refused while running
        s.call(Ref("is_attribute", is_attribute), [name, Const(first)], [], "_")
        return way(first)
    test = s.operand(s.op("eq", [name, Const(first)]))
    found: list[Val]
    _, found = s.fork(
        test,
        lambda: (True, [way(first)]),
        lambda: (True, [_chosen(s, obj, name, rest, way, hint)]),
        [hint],
    )
    return found[0]
