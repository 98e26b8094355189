"""Methods of dicts: what they put into, and take out of, a site's slots (see `lists.py`)."""

from __future__ import annotations

from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import Dict, Kind, Never, NoneKind, Np, Py, Text, Unknown, join
from sourcead.ir.nodes import Const, Name, Star
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.lists import emit
from sourcead.transform.specialise.reading import note_entry_read

__all__ = ["dict_like", "dict_method"]

MAX_ENTRIES = 64  # of a dict that is looked at entry by entry


def dict_method(
    s: Context, receiver: Val, site: str, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    held = s.memory.known(receiver)
    if method in ("pop", "setdefault", "update", "clear", "popitem"):
        s.changes(receiver)
    match method:
        case "get" | "pop" | "setdefault" if args and isinstance(args[0], Const):
            return _with_default(s, receiver, site, method, args, kwargs, hint)
        case "copy":
            return _copy_dict(s, receiver, site, args, kwargs, hint)
        case "keys" | "values" | "items":
            return views(s, receiver, site, method, args, kwargs, hint)
        case "update" if not args or isinstance(s.kind(args[0]), Dict):
            return _update(s, receiver, site, args, kwargs, hint)
        case "clear":
            made = emit(s, receiver, method, args, kwargs, NoneKind(), hint)
            s.heap.assign(site, ITEM)
            s.heap.remove(site)
            if held is not None:
                s.memory.replace(receiver, {})
            return made
    if s.heap.is_varied(site) or any(s.holds_varied(a) for a in args if not isinstance(a, Star)):
        s.refuse(
            f"`{method}` of a dict that carries derivatives", "use indexing with known keys", NoRule
        )
    if method not in ("get", "__contains__", "__len__"):
        s.memory.forget(receiver)
        s.memory.forget_site(site)
    return emit(s, receiver, method, args, kwargs, Unknown(), hint)


def _with_default(
    s: Context, receiver: Val, site: str, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    """`get`, `pop`, `setdefault` of a known key."""
    slot = args[0].value
    held = s.memory.known(receiver)
    default = args[1] if len(args) > 1 else Const(None)
    absent = held is not None and held.complete and slot not in held.slots
    if absent and method == "setdefault":
        s.store(receiver, args[0], default, None)
        stored = s.memory.get(receiver, slot)
        return default if stored is None else stored
    if absent and (method == "get" or len(args) > 1):
        return default
    if held is not None and slot in held.slots:
        value = held.slots[slot]
        if method == "pop":
            emit(s, receiver, method, args, kwargs, s.kind(value), hint)
            s.heap.assign(site, slot)
            s.heap.remove(site)
            s.memory.replace(receiver, {k: v for k, v in held.slots.items() if k != slot})
        return value
    return _default_unknown(s, receiver, site, method, args, kwargs, hint, default)


def _default_unknown(
    s: Context,
    receiver: Val,
    site: str,
    method: str,
    args: list[Any],
    kwargs: Kwargs,
    hint: str,
    default: Val,
) -> Val:
    slot = args[0].value
    kind: Kind = s.slot(site, slot)
    varied = s.heap.is_varied(site, slot) or s.heap.is_varied(site, ITEM)
    if isinstance(kind, Never):
        kind = s.kind(default)
    if (len(args) > 1 or method == "get") and not s.heap.is_certain(site, slot):
        kind, varied = join(kind, s.kind(default)), varied or s.is_varied(default)
        if varied:
            s.refuse(
                f"`{method}` with a default, of a dict that carries derivatives and of which it is not known "
                "whether it "
                f"has the key {slot!r}",
                "test with `in` and index",
            )
    made = emit(s, receiver, method, args, kwargs, kind, hint, varied)
    if method == "get":
        note_entry_read(s, made, site, slot)
    else:
        s.heap.assign(site, slot)
        s.memory.forget(receiver)
        s.memory.forget_slot(site, slot)
    if method == "pop":
        s.heap.remove(site)
    if method == "setdefault":
        s.put(site, slot, default)
    return made


def _copy_dict(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    return dict_like(s, emit(s, receiver, "copy", args, kwargs, Unknown(), hint), receiver)


def dict_like(s: Context, made: Name, source: Val) -> Val:
    """`made` is a new dict with the items of `source`."""
    kind = s.kind(source)
    assert isinstance(kind, Dict)
    own = s.new_site(made.hint)
    s.kinds[made] = Dict(Unknown(), own)
    for slot in s.heap.known(kind.site):
        s.heap.copy(kind.site, slot, own)
    if s.heap.is_varied(own):
        s.varied.add(made)
    held = s.memory.known(source)
    if held is not None:
        s.memory.begin(made, own, "dict", held.slots, held.complete)
    return made


def _update(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    if args:
        other = s.kind(args[0])
        held = s.memory.known(args[0])
        if held is not None and held.complete:
            for key, value in held.slots.items():
                s.store(receiver, Const(key), value, None)
        else:
            assert isinstance(other, Dict)
            for slot in s.heap.known(other.site):
                s.heap.copy(other.site, slot, site)
                s.heap.assign(site, slot)
            emit(s, receiver, "update", args, [], NoneKind(), hint)
            s.memory.forget(receiver)
            s.memory.forget_site(site)
    for key, value in kwargs:
        if key is None:
            s.refuse("`update(**mapping)`", "give the mapping as the argument")
        s.store(receiver, Const(key), value, None)
    return Const(None)


def entries_of_several_kinds(s: Context, site: str) -> bool:
    """Does a dict of the caller's hold functions or containers under keys that it surely has?"""
    keys = s.heap.known(site)
    plain = (Py, Np, Text, NoneKind)
    return (
        0 < len(keys) <= MAX_ENTRIES
        and all(s.heap.is_certain(site, key) for key in keys)
        and any(not isinstance(s.heap.read(site, key), plain) for key in keys)
    )


def views(
    s: Context, receiver: Val, site: str, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    """Keys that are all known: the view is a tuple of known length."""
    held = s.memory.known(receiver)
    if held is not None and held.complete:
        keys = list(held.slots)
    else:
        keys = s.heap.known(site)
        if not s.heap.is_varied(site) and not entries_of_several_kinds(s, site):
            return emit(s, receiver, method, args, kwargs, Unknown(), hint)
        if ITEM in keys or not all(s.heap.is_certain(site, k) for k in keys):
            s.refuse(
                f"`{method}()` of a dict that carries derivatives, and of which the keys are not known",
                "loop over a list of the keys",
            )
    if method == "keys":
        return Virtual(tuple(map(Const, keys)))
    values = [s.getitem(receiver, Const(k)) for k in keys]
    return (
        Virtual(tuple(values))
        if method == "values"
        else Virtual(tuple(Virtual((Const(k), v)) for k, v in zip(keys, values)))
    )
