"""Attributes that a class computes by a descriptor of the user's own: `__get__` and `__set__` are called.

    class Positive:
        def __get__(self, obj, owner): return math.exp(obj.log)

`value.scale` of an object whose class says `scale = Positive()` is `Positive.__get__(scale, value, cls)`.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import numpy as np

from sourcead.ir.kinds import Never, Object
from sourcead.ir.nodes import Ref
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.special_methods import special_method

__all__ = ["computed", "is_descriptor", "named_entry", "set_by"]


def is_descriptor(raw: Any) -> bool:
    """Does its class, which is not one of Python's, say what reading it as an attribute gives?"""
    cls = type(raw)
    return isinstance(getattr(cls, "__get__", None), FunctionType) and cls.__module__ != "functools"


NAMED_ENTRIES: dict[tuple[type, str], str] = {(np.poly1d, "_coeffs"): "coeffs"}


def named_entry(cls: type, attr: str) -> str | None:
    """The entry of `__dict__` of which this property is another name: it is followed as an attribute.

    An object that the program makes has it under the property's name, by which it can be stored; one
    that comes from outside under its own.
    """
    return NAMED_ENTRIES.get((cls, attr))


def computed(s: Context, base: Val, kind: Object, attr: str, raw: Any, hint: str) -> Val | None:
    """What such a descriptor gives; None where the instance's own attribute comes before it."""
    cls = type(raw)
    if not hasattr(cls, "__set__") and not isinstance(s.heap.read(kind.site, attr), Never):
        contents = s.memory.known(base)
        if contents is None or not contents.complete:
            s.refuse(
                f"`{attr}` is computed by a `{cls.__name__}` until the object has an attribute of that name",
                "use a property, or `functools.cached_property`",
            )
        if attr in contents.slots:
            return None
    getter = special_method(cls, "__get__")
    owner = Ref(kind.cls.__name__, kind.cls)
    args: list[Any] = [_descriptor(kind, attr, raw), base, owner]
    return s.call_object(Ref(f"{cls.__name__}.__get__", getter), getter, args, [], hint)


def set_by(s: Context, base: Val, kind: Object, attr: str, raw: Any, value: Val) -> bool:
    """Let the descriptor store a value, where it has a `__set__`."""
    setter = getattr(type(raw), "__set__", None)
    if not isinstance(setter, FunctionType):
        return False
    path = f"{type(raw).__name__}.__set__"
    args: list[Any] = [_descriptor(kind, attr, raw), base, value]
    s.call_object(Ref(path, setter), setter, args, [], "_")
    return True


def _descriptor(kind: Object, attr: str, raw: Any) -> Ref:
    return Ref(f"{kind.cls.__name__}.__dict__[{attr!r}]", raw)
