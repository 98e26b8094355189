"""Attributes of classes that the program changes: variables, like those of modules.

    class Counter:                     def f(x):
        total = 0.0                        total = Counter.total         # on entry
    def f(x):                       ->     total = total + x * x
        Counter.total += x * x             Counter.total = total         # for the world outside
        return Counter.total * x           return total * x

What is only read is read by its name, or known.  See `variables.py`.
"""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import Value
from sourcead.ir.nodes import Ref, StoreAttr
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Again, Context
from sourcead.transform.specialise.variables import Place, cell_of, read_at

__all__ = ["class_variable", "refuse_to_show", "store_class_attribute"]


def owner_of(cls: type, attr: str) -> type | None:
    """The class of the program's own that has the attribute."""
    owner = next((c for c in cls.__mro__ if attr in vars(c)), None)
    return owner if owner is not None and owner.__flags__ & (1 << 9) else None


def place_in(owner: type, attr: str) -> Place:
    return "class", id(owner), attr


def class_variable(s: Context, cls: type, attr: str, path: str) -> Val | None:
    """The value of the attribute, where the program changes it; None where it does not."""
    owner = None if s.derivative else owner_of(cls, attr)
    if owner is None:
        return None
    place = place_in(owner, attr)
    s.class_attributes[path] = place, owner, attr
    if place not in s.rebound:
        return None
    return read_at(s, place, _named(s, owner, attr))


def store_class_attribute(s: Context, cls: type, attr: str, value: Val, op: str | None) -> None:
    """`cls.attr = value`"""
    base = Ref(cls.__name__, cls)
    owner = owner_of(cls, attr)
    if owner is not cls or isinstance(vars(cls)[attr], (property, classmethod, staticmethod)):
        if s.holds_varied(value) or owner is not None:
            s.refuse(
                f"`{cls.__name__}.{attr}` is set, which the class does not have yet, or inherits",
                f"give `{cls.__name__}` the attribute in its body",
            )
        s.add(StoreAttr(base, attr, s.operand(value), op, s.origin))
        return
    place = place_in(cls, attr)
    if place not in s.rebound:
        s.rebound[place] = None
        raise Again
    if op is not None:
        before = s.attr(base, attr)
        value = s.op(f"i{op.rstrip('_')}", [before, value])
    cell, held = cell_of(s, place), s.operand(value)
    s.heap.store(str(cell), "", s.kind(held), s.holds_varied(held))
    s.add(StoreAttr(base, attr, held, None, s.origin))
    s.memory.put(cell, str(cell), "", held)


def _named(s: Context, owner: type, attr: str) -> Ref:
    """The attribute by a name that means it where one of the functions stands."""
    value: Any = vars(owner)[attr]
    for i, (function, _) in enumerate(s.seen):
        names = getattr(function, "__globals__", {})
        name = owner.__name__ if names.get(owner.__name__) is owner else None
        name = name or next((n for n, v in names.items() if v is owner), None)
        if name is not None:
            return Ref(f"{name}.{attr}", value, True, function if i else None)
    s.refuse(
        f"`{owner.__name__}.{attr}` is changed, and the class has no name in the function's module",
        "let the class be one of a module",
    )


def refuse_to_show(s: Context, value: Any) -> None:
    """A class is handed to code that is not followed, or asked for all that it has."""
    kind = s.kind(value)
    cls = kind.value if isinstance(kind, Value) else None
    if not isinstance(cls, type):
        return
    for place in s.rebound:
        sort, owner, attr = place if isinstance(place, tuple) and len(place) == 3 else ("", 0, "")
        if sort != "class" or owner not in map(id, cls.__mro__):
            continue
        held = s.memory.get(cell_of(s, place), "")
        if held is None or s.holds_varied(held) or s.heap.is_varied(str(cell_of(s, place))):
            s.refuse(
                f"`{cls.__name__}.{attr}` carries a derivative, and the class is looked at as a whole",
                f"read the attribute: `{cls.__name__}.{attr}`",
            )
