"""`vars(obj)` and `obj.__dict__`: the attributes of an object under the look of a dict.

Reading and storing an entry is reading and storing the attribute; what goes over all entries needs to
know which attributes there are.  The dict itself is handed on only where nothing in it varies.
"""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import Dict, Never, Object, Unknown
from sourcead.ir.nodes import UNDEFINED, Attr, Const, Name
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.derived import is_derived
from sourcead.transform.specialise.flags import fails

__all__ = ["copied", "entry", "namespace", "namespace_method", "of_vars", "owner", "set_entry"]

READING = ("items", "values", "keys", "get", "copy")


def namespace(s: Context, base: Val, hint: str) -> Val:
    """`base.__dict__`"""
    if is_derived(s, base):
        s.refuse("the attributes of an instance of a class derived from list or dict", "name them")
    made = s.emit(Attr(s.operand(base), "__dict__"), Unknown(), hint)
    s.namespaces[made] = base
    return made


def of_vars(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`vars(obj)`"""
    if len(args) != 1 or kwargs or not isinstance(s.kind(args[0]), Object):
        return None
    return namespace(s, args[0], hint)


def owner(s: Context, value: Val) -> Val | None:
    """The object whose `__dict__` this is."""
    return s.namespaces.get(value) if isinstance(value, Name) else None


def entry(s: Context, base: Val, index: Val) -> Val:
    """`base.__dict__[index]`"""
    attr, held = _attribute(s, base, index), s.memory.known(base)
    known = s.memory.get(base, attr)
    if known == UNDEFINED or (known is None and held is not None and held.complete):
        fails(s, KeyError, index)  # whatever its class finds by this name
    return s.attr(base, attr)


def set_entry(s: Context, base: Val, index: Val, value: Val, op: str | None) -> None:
    """`base.__dict__[index] = value`, past any `__setattr__` of the class."""
    kind, attr = s.kind(base), _attribute(s, base, index)
    assert isinstance(kind, Object)
    if op is not None:
        value = s.op(op, [s.attr(base, attr), value])
    s.store_field(base, kind, attr, value)


def _attribute(s: Context, base: Val, index: Val) -> str:
    cls = getattr(s.kind(base), "cls", object)
    if not isinstance(index, Const) or not isinstance(index.value, str):
        s.refuse(
            "which attribute an entry of `__dict__` is, is known only while the program runs",
            "name the attribute, or keep the values in a dict",
        )
    if isinstance(getattr(cls, index.value, None), property):
        s.refuse(
            f"`{index.value}` is a property, and not what `__dict__` holds under this name",
            "name the attribute",
        )
    return index.value


def copied(s: Context, value: Val) -> Val:
    """The entries of a namespace, as a dict of its own; anything else as it is."""
    base = owner(s, value)
    if base is None or not s.holds_varied(base):
        return value
    pairs = [part for name in _names(s, base) for part in (Const(name), s.attr(base, name))]
    return s.fresh_dict(pairs, "entries")


def _names(s: Context, base: Val) -> list[str]:
    """The attributes that the object has, in the order in which they came."""
    held, kind = s.memory.known(base), s.kind(base)
    assert isinstance(kind, Object)
    if held is not None and held.complete and UNDEFINED not in held.slots.values():
        return [str(name) for name in held.slots]
    names = [name for name, _ in kind.fields]
    known = [n for n in s.heap.known(kind.site) if not isinstance(s.heap.read(kind.site, n), Never)]
    if not names or not set(known) <= set(names):
        s.refuse(
            f"which attributes the {kind.cls.__name__} has is not known here",
            "name them, or keep the values in a dict",
        )
    return names


def _set_unless_there(s: Context, base: Val, index: Val, default: Val) -> Val | None:
    """`base.__dict__.setdefault(name, default)`"""
    attr, held = _attribute(s, base, index), s.memory.known(base)
    known = s.memory.get(base, attr)
    if known is not None and known != UNDEFINED:
        return known
    if known is None and (held is None or not held.complete):
        if not s.holds_varied(base) and not s.holds_varied(default):
            return None
        s.refuse(
            f"whether the object has an attribute `{attr}` is not known here",
            "set it in `__init__`",
        )
    set_entry(s, base, index, default, None)
    return s.attr(base, attr)


def namespace_method(
    s: Context, base: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """A method of `base.__dict__`; None where it is left to Python."""
    if method in READING:
        if not s.holds_varied(base):
            return None
        return s.method(copied(s, namespace(s, base, "t")), method, args, kwargs, hint)
    if method == "setdefault" and len(args) == 2:
        return _set_unless_there(s, base, args[0], args[1])
    if method != "update":
        return None
    for given in args:
        given = copied(s, given)
        held = s.memory.known(given)
        if not isinstance(s.kind(given), Dict) or held is None or not held.complete:
            s.refuse("attributes are set from a dict of unknown keys", "name the attributes")
        for name, value in held.slots.items():
            set_entry(s, base, Const(name), value, None)
    for key, value in kwargs:
        set_entry(s, base, Const(key), value, None)
    return Const(None)
