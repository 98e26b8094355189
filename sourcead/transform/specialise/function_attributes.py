"""Attributes of functions that the program changes: variables, like those of modules.

    def f(x):                          def f(x):
        y = step.size * x                  size = step.size          # on entry
        step.size = x             ->       y = size * x
        return y + step.size               step.size = x             # for the world outside
                                           return y + x

Of a function that the program makes itself they are set, and not read: it is no one object in the derivative.
"""

from __future__ import annotations

from types import FunctionType

from sourcead.ir.kinds import Closure, Value
from sourcead.ir.nodes import Ref, StoreAttr
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Again, Context
from sourcead.transform.specialise.variables import Place, read_at, rebind

__all__ = ["attribute_of_function", "check_read_of_made", "set_attribute_of_function"]


_FUNCTIONS = (Closure, FunctionType)
ANOTHER_WAY = "keep the value in a variable (`nonlocal`), or in an object"


def _place(function: FunctionType, attr: str) -> Place:
    return "attribute", id(function), attr


def _of_made(attr: str) -> Place:
    """The attributes of this name of all functions that are made here."""
    return "attribute", 0, attr


def check_read_of_made(s: Context, attr: str) -> None:
    """An attribute of a function that is made here is read."""
    if _of_made(attr) in s.rebound:
        s.refuse(f"the attribute `{attr}` of a function that is made here is read", ANOTHER_WAY)


def attribute_of_function(s: Context, function: FunctionType, found: Ref, attr: str) -> Val:
    """The value of the attribute, which `found` reads."""
    place = _place(function, attr)
    return read_at(s, place, found) if place in s.rebound else found


def set_attribute_of_function(s: Context, base: Val, attr: str, value: Val, op: str | None) -> bool:
    """`function.attr = value`; was it that?"""
    kind = s.kind(base)
    function = kind.value if isinstance(kind, Value) else None
    if attr.startswith("__") or not isinstance(kind if function is None else function, _FUNCTIONS):
        return False
    if isinstance(kind, Closure) and op is None and not s.is_varied(value):
        if _of_made(attr) not in s.rebound:
            s.rebound[_of_made(attr)] = None
            raise Again
        return False  # for whoever sees the function: nothing that is read here
    if not isinstance(function, FunctionType) or not isinstance(base, Ref):
        s.refuse(
            f"the attribute `{attr}` of a function that has no name outside is set", ANOTHER_WAY
        )
    if op is not None:
        value = s.op(f"i{op.rstrip('_')}", [s.attr(base, attr), value])
    place = _place(function, attr)
    rebind(s, place, value, lambda held: StoreAttr(base, attr, held, None, s.origin))
    return True
