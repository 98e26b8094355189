"""Lists, dicts, sets and objects that are made here: each place is a site of the heap."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from sourcead.ir.kinds import Dict, Kind, List, Object, Unknown
from sourcead.ir.nodes import Call, Const, Name, Op, Operand, Ref, Star
from sourcead.transform.builder import Val, constants
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import TRACKED, Context

__all__ = [
    "fresh_dict",
    "fresh_list",
    "fresh_object",
    "fresh_set",
    "list_item_kind",
    "list_like",
    "new_site",
]


def new_site(s: Context, hint: str) -> str:
    """The name of the place where a container is made: the same whenever this place is come by."""
    s.ordinal += 1
    return s.heap.site(f"{hint}@{'/'.join(s.entered)}:{s.place}")


def fresh_list(s: Context, name: Operand, items: Sequence[Any] | None = None) -> Name:
    """Register a list just made as a site of its own; `items` if they are not those of its display."""
    assert isinstance(name, Name)
    definition = s.definitions.get(name)
    site = s.new_site(name.hint)
    if items is None:
        items = definition.args if isinstance(definition, Op) else ()
    s.kinds[name] = List(Unknown(), site)
    for item in items:
        if isinstance(item, Star):
            s.heap.store(site, ITEM, list_item_kind(s, item.value), s.holds_varied(item.value))
        else:
            s.put(site, ITEM, item)
    if len(items) <= TRACKED and not any(isinstance(i, Star) for i in items):
        s.memory.begin(name, site, "list", dict(enumerate(items)))
    return name


def list_item_kind(s: Context, value: Val) -> Kind:
    kind = s.kind(value)
    return s.heap.read(kind.site, ITEM) if isinstance(kind, List) else Unknown()


def list_like(
    s: Context, name: Name, site: str, items: Sequence[Any] | None = None, cls: type = list
) -> Name:
    """`name` is a new list (or tuple) of the elements of the list at `site`."""
    own = s.new_site(name.hint)
    s.kinds[name] = List(Unknown(), own, None, cls)
    s.heap.copy(site, ITEM, own)
    if s.heap.is_varied(site, ITEM):
        s.varied.add(name)
    if items is not None and len(items) <= TRACKED:
        s.memory.begin(name, own, "list", dict(enumerate(items)))
    return name


def fresh_dict(s: Context, args: Sequence[Val], hint: str) -> Name:
    operands = tuple(map(s.operand, args))
    name = s.emit(Op("dict", operands), Unknown(), hint)
    site = s.new_site(hint)
    s.kinds[name] = Dict(Unknown(), site)
    for key, value in zip(operands[::2], operands[1::2]):
        s.put(site, key.value if isinstance(key, Const) else ITEM, value)
        if not isinstance(key, Const):
            s.heap.note_key(site, s.kind(key), s.holds_varied(key))
    keys = constants(operands[::2])
    if keys is not None:
        s.memory.begin(name, site, "dict", dict(zip(keys, operands[1::2])))
    return name


def fresh_set(s: Context, args: Sequence[Val], hint: str) -> Name:
    """Sets are of inactive values; what they hold is known for the kinds of their elements."""
    if any(
        map(
            s.holds_varied,
            (getattr(a, "value", a) if isinstance(a, Star) else a for a in args),
        )
    ):
        s.refuse("a set of values that carry a derivative", "use a list")
    name = s.emit(Op("set", tuple(map(s.operand, args))), Unknown(), hint)
    site = s.new_site(hint)
    s.kinds[name] = Object(set, site)
    for arg in args:
        s.heap.store(site, ITEM, Unknown() if isinstance(arg, Star) else s.kind(arg))
    return name


def fresh_object(s: Context, cls: type, func: Operand, hint: str) -> Name:
    made = Call(Ref("object.__new__", object.__new__), (func,))
    if cls is SimpleNamespace:
        made = Call(Ref("SimpleNamespace", SimpleNamespace), ())
    name = s.emit(made, Unknown(), hint)
    site = s.new_site(cls.__name__)
    s.kinds[name] = Object(cls, site)
    s.memory.begin(name, site, "object", {})
    return name
