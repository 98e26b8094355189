"""Which live objects was the program specialised to, beside those that names stand for?

    def f(x): return net.act(x)      # net: callable; `net.act` is a function that is written in place

That `net` is the object which the name stands for says nothing of `net.act`; so it is noted that this attribute
was looked up there, and `guards.py` makes a condition of it.
"""

from __future__ import annotations

import functools
import types
from typing import Any

from sourcead.transform.specialise.context import Context

__all__ = ["KIND", "look_at", "look_at_partial"]

KIND = ""
"""In place of an attribute: the kind of the object itself, with all that it holds."""


def look_at(s: Context, obj: Any, attr: str = KIND, exact: bool = False) -> None:
    """Note that the program depends on what `obj` has under a name, or on its kind.

    exact: if that is data, on the very value rather than on its kind.
    """
    if not isinstance(obj, (types.ModuleType, types.BuiltinFunctionType)) or attr != KIND:
        known = s.looked_at.get((id(obj), attr), (obj, False))
        s.looked_at[id(obj), attr] = obj, exact or known[1]


def look_at_partial(s: Context, obj: functools.partial[Any]) -> None:
    """Note that the program depends on the function and the arguments that it holds."""
    for part in ("func", "args", "keywords"):
        look_at(s, obj, part)
