"""`collections.deque`, `defaultdict`, `Counter` and `OrderedDict`: lists and dicts that do a little more.

What they do on their own is written out, so that everything behind this sees operations of lists and dicts:

    window.append(v)       ->    if len(window) == window.maxlen: window.popleft()
                                 window.append(v)
    groups[k]              ->    if k not in groups: groups[k] = list()
                                 groups[k]

The objects are the real ones.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

from sourcead.ir.kinds import Dict, List, Py, Unknown
from sourcead.ir.nodes import Call, Const, Name, Operand, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import library
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.iteration import key_kind, plain_kind
from sourcead.transform.specialise.sequences import by, follows, has_star

__all__ = ["COLLECTIONS"]


def _deque(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    given = dict(zip(("iterable", "maxlen"), args)) | {str(k): v for k, v in kwargs}
    if has_star(args) or len(args) > 2 or not given.keys() <= {"iterable", "maxlen"}:
        return None
    maxlen = given.get("maxlen", Const(None))
    items = _listed(s, given["iterable"]) if "iterable" in given else None
    if maxlen != Const(None):
        name = s.emit(_made(deque, (), (("maxlen", s.operand(maxlen)),)), Unknown(), hint)
        site = s.new_site(hint)
        s.kinds[name] = List(Unknown(), site, None, deque)
        s.heap.bound(site)
        s.maxlens[site] = maxlen
        s.memory.begin(name, site, "list", {})
        if items is not None:
            by(s, library.extended, [name, items])
        return name
    if items is None:
        items = s.fresh_list(s.operand(Virtual((), "list"), "t"))
    kind = s.kind(items)
    assert isinstance(kind, List)
    name = s.emit(_made(deque, (s.operand(items),)), Unknown(), hint)
    return s.list_like(name, kind.site, s.memory.list_items(items), deque)


def _listed(s: Context, items: Val) -> Val:
    """What a deque is made of, as a list of which the elements are followed."""
    if isinstance(s.kind(items), List) and not isinstance(items, Virtual):
        return items
    found = s.components(items)
    if found is not None:
        return s.fresh_list(s.operand(Virtual(tuple(found), "list"), "t"))
    return by(s, library.listed, [items])


def _made(
    cls: type, args: tuple[Operand, ...], kwargs: tuple[tuple[str, Operand], ...] = ()
) -> Call:
    return Call(Ref(cls.__name__, cls), args, kwargs)


def _fresh(s: Context, cls: type, hint: str, args: tuple[Operand, ...] = ()) -> Name:
    """An empty dict of this class."""
    name = s.emit(_made(cls, args), Unknown(), hint)
    site = s.new_site(hint)
    s.kinds[name] = Dict(Unknown(), site, cls=cls)
    s.memory.begin(name, site, "dict", {})
    return name


def _defaultdict(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) > 2 or any(k is None for k, _ in kwargs):
        return None
    factory = args[0] if args else Const(None)
    name = _fresh(s, defaultdict, hint, (s.operand(factory),))
    kind = s.kind(name)
    assert isinstance(kind, Dict)
    s.factories[kind.site] = factory
    s.method(name, "update", list(args[1:]), kwargs, "_")
    return name


def _ordered(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) > 1 or any(k is None for k, _ in kwargs):
        return None
    name = _fresh(s, OrderedDict, hint)
    s.method(name, "update", list(args), kwargs, "_")
    return name


def _counter(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) > 1 or kwargs:
        return None
    if not args or follows(s, args):
        name = _fresh(s, Counter, hint)
        if args:
            s.method(name, "update", list(args), [], "_")
        return name
    name = s.emit(_made(Counter, (s.operand(args[0]),)), Unknown(), hint)
    site = s.new_site(hint)
    s.kinds[name] = Dict(Unknown(), site, cls=Counter)
    given = s.kind(args[0])
    s.heap.note_key(
        site, key_kind(s, given.site) if isinstance(given, Dict) else plain_kind(s, args[0])
    )
    s.heap.store(site, ITEM, Py(int))
    return name


COLLECTIONS: dict[Any, Handler] = {
    deque: _deque, defaultdict: _defaultdict, OrderedDict: _ordered, Counter: _counter,
}  # fmt: skip
