"""Methods of dicts: what they put into, and take out of, a site's slots (see `lists.py`)."""

from __future__ import annotations

from collections import Counter, OrderedDict
from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Object,
    Unknown,
    join,
)
from sourcead.ir.nodes import Call, Const, Name, Ref, Star
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM, KEY
from sourcead.transform.specialise import dict_library
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.iteration import VIEWS, key_kind, remember
from sourcead.transform.specialise.keys import holds_several_kinds, key_operand
from sourcead.transform.specialise.lists import emit, spelled_out
from sourcead.transform.specialise.reading import note_entry_read
from sourcead.transform.specialise.sequences import by

__all__ = ["dict_like", "dict_method", "entries"]

_FUNCTIONS: dict[tuple[str, int], Any] = {
    ("get", 1): dict_library.entry_or, ("get", 2): dict_library.entry_or, ("pop", 1): dict_library.popped,
    ("pop", 2): dict_library.popped_or, ("popitem", 0): dict_library.popped_last,
    ("setdefault", 1): dict_library.set_default, ("setdefault", 2): dict_library.set_default,
    ("update", 1): dict_library.put_pairs, ("values", 0): dict_library.values_of,
    ("items", 0): dict_library.items_of,
}  # fmt: skip
"""What a method, with so many arguments, does to a dict of which the keys are not known."""

CONTAINERS = (Array, List, Dict, Object)


def dict_method(
    s: Context, receiver: Val, site: str, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    spelled = spelled_out(s, receiver, method, args)
    if spelled is not None:
        return spelled
    held = s.memory.known(receiver)
    if method in ("pop", "setdefault", "update", "clear", "popitem"):
        s.changes(receiver)
    found = _of_its_own(s, receiver, site, method, args, kwargs, hint)
    if found is not None:
        return found
    match method:
        case "get" | "pop" | "setdefault" if args and isinstance(args[0], Const):
            return _with_default(s, receiver, site, method, args, kwargs, hint)
        case "copy":
            return _copy_dict(s, receiver, site, args, kwargs, hint)
        case "keys" | "values" | "items":
            return views(s, receiver, site, method, args, kwargs, hint)
        case "update" if not args or isinstance(s.kind(args[0]), Dict):
            return _update(s, receiver, site, args, kwargs, hint)
        case "clear" if follows(s, receiver, []):
            return by(s, dict_library.cleared, [receiver])
        case "clear":
            made = emit(s, receiver, method, args, kwargs, NoneKind(), hint)
            s.heap.assign(site, ITEM)
            s.heap.remove(site)
            if held is not None:
                s.memory.replace(receiver, {})
            return made
    if follows(s, receiver, args):
        function = _FUNCTIONS.get((method, len(args)))
        if function is not None and not kwargs and not any(isinstance(a, Star) for a in args):
            return by(s, function, [receiver, *args])
    if s.heap.is_varied(site) or any(s.holds_varied(a) for a in args if not isinstance(a, Star)):
        s.refuse(
            f"`{method}` of a dict that carries derivatives", "use indexing with known keys", NoRule
        )
    if method not in ("get", "__contains__", "__len__"):
        s.memory.forget(receiver)
        s.memory.forget_site(site)
    return emit(s, receiver, method, args, kwargs, _found_kind(s, site, method, args), hint)


def _found_kind(s: Context, site: str, method: str, args: list[Any]) -> Kind:
    """The kind of what `get` and `pop` of a key give that is computed."""
    held = s.slot(site, ITEM)
    if isinstance(held, Never) or any(isinstance(a, Star) for a in args):
        return Unknown()
    match method, args:
        case (("get" | "pop"), [_, default]):
            return join(held, s.kind(default))
        case "get", [_]:
            return join(held, NoneKind())
        case "pop", [_]:
            return held
    return Unknown()


def _of_its_own(
    s: Context, receiver: Val, site: str, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """What the classes of `collections` do otherwise than a dict; None where they do the same."""
    kind = s.kind(receiver)
    cls = kind.cls if isinstance(kind, Dict) else dict
    given = dict(kwargs)
    if cls is dict:
        return None
    match method:
        case "copy" if follows(s, receiver, []):
            s.refuse(
                f"a copy of a `{cls.__name__}` that carries derivatives", "copy it into a dict"
            )
        case "update" | "subtract" if cls is Counter and not kwargs and len(args) == 1:
            counted = isinstance(s.kind(args[0]), Dict)
            sign = Const(1 if method == "update" else -1)
            function = dict_library.added_counts if counted else dict_library.counted
            return by(s, function, [receiver, args[0], sign])
        case "most_common" if follows(s, receiver, []) and len(args) + len(given) <= 1:
            return by(s, dict_library.most_common, [receiver, *args, *given.values()])
        case "total" if cls is Counter and follows(s, receiver, []):
            return s.call(Ref("sum", sum), [s.method(receiver, "values", [], [])], [], hint)
        case "popitem" if cls is OrderedDict and (args or given) and follows(s, receiver, []):
            last = args[0] if args else given["last"]
            return by(s, dict_library.popped_end, [receiver, last])
        case "move_to_end" if cls is OrderedDict:
            s.memory.forget(receiver)
            s.memory.forget_site(site)
            return emit(s, receiver, method, args, kwargs, NoneKind(), hint)
    return None


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
        if method == "pop" and follows(s, receiver, []):
            return by(s, dict_library.popped, [receiver, args[0]])
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
    if follows(s, receiver, args[1:]):
        if method != "pop" and s.heap.is_certain(site, slot):
            return s.getitem(receiver, args[0])
        return by(s, _FUNCTIONS[method, len(args)], [receiver, *args])
    kind: Kind = s.slot(site, slot)
    if isinstance(kind, Never):
        kind = s.kind(default)
    if (len(args) > 1 or method == "get") and not s.heap.is_certain(site, slot):
        kind = join(kind, s.kind(default))
    made = emit(s, receiver, method, args, kwargs, kind, hint)
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
    held = s.memory.known(receiver)
    if held is not None and held.complete:
        return s.fresh_dict([part for item in held.slots.items() for part in _entry(*item)], hint)
    if follows(s, receiver, []):
        return by(s, dict_library.copied, [receiver])
    return dict_like(s, emit(s, receiver, "copy", args, kwargs, Unknown(), hint), receiver)


def _entry(key: Any, value: Val) -> tuple[Val, Val]:
    return Const(key), value


def dict_like(s: Context, made: Name, source: Val) -> Val:
    """`made` is a new dict with the items of `source`."""
    kind = s.kind(source)
    assert isinstance(kind, Dict)
    own = s.new_site(made.hint)
    s.kinds[made] = Dict(Unknown(), own)
    s.heap.note_key(own, s.heap.key_kind(kind.site), s.heap.is_varied(kind.site, KEY))
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
                s.store(receiver, key_operand(key), value, None)
        elif follows(s, receiver, args):
            by(s, dict_library.put_entries, [receiver, args[0]])
        else:
            assert isinstance(other, Dict)
            s.heap.note_key(site, s.heap.key_kind(other.site), s.heap.is_varied(other.site, KEY))
            for slot in s.heap.known(other.site):
                s.heap.copy(other.site, slot, site)
                s.heap.assign(site, slot)
            emit(s, receiver, "update", args, [], NoneKind(), hint)
            s.memory.forget(receiver)
            s.memory.forget_site(site)
    for key, value in kwargs:
        if key is None:
            s.refuse("`update(**mapping)`", "give the mapping as the argument")
        s.store(receiver, key_operand(key), value, None)
    return Const(None)


def follows(s: Context, receiver: Val, args: list[Any]) -> bool:
    """Does a derivative go in or out, or a container that must be followed?"""
    values = [a for a in args if not isinstance(a, Star)]
    if any(map(s.holds_varied, (receiver, *values))):
        return True
    kind = s.kind(receiver)
    held = s.slot(kind.site, ITEM) if isinstance(kind, Dict) else Never()
    return isinstance(held, CONTAINERS) or any(isinstance(s.kind(v), CONTAINERS) for v in values)


def keys_now(s: Context, receiver: Val, site: str) -> Val:
    """The keys of a dict, as a list."""
    made = s.emit(Call(Ref("list", list), (s.operand(receiver),)), Unknown(), "keys")
    own = s.new_site("keys")
    s.kinds[made] = List(Unknown(), own)
    s.heap.store(own, ITEM, key_kind(s, site))
    return made


def views(
    s: Context, receiver: Val, site: str, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    """`keys()`, `values()`, `items()`: what they show is what the dict holds when they are looked at."""
    made = emit(s, receiver, method, args, kwargs, Unknown(), hint)
    held = s.memory.known(receiver)
    view = VIEWS[("keys", "values", "items").index(method)]
    complete = held is not None and held.complete
    if complete or follows(s, receiver, []) or holds_several_kinds(s, site):
        remember(s, made, view, [receiver], [])
    else:
        s.iterators[made] = (view, [receiver], {})
    return made


def entries(s: Context, receiver: Val, view: type) -> Val:
    """What such a view of a dict shows now: a tuple where all keys are known, else a list."""
    kind = s.kind(receiver)
    assert isinstance(kind, Dict)
    if s.heap.is_varied(kind.site, KEY):
        s.refuse(
            "keys of a dict that carry derivatives are read here",
            "keep these numbers in a list, or among the values",
        )
    method = ("keys", "values", "items")[VIEWS.index(view)]
    held = s.memory.known(receiver)
    keys = list(held.slots) if held is not None and held.complete else s.heap.known(kind.site)
    if held is None or not held.complete:
        if ITEM in keys or not all(s.heap.is_certain(kind.site, k) for k in keys):
            if method == "keys":
                return keys_now(s, receiver, kind.site)
            return by(s, _FUNCTIONS[method, 0], [receiver])
    if method == "keys":
        return Virtual(tuple(map(Const, keys)))
    values = [s.getitem(receiver, key_operand(k)) for k in keys]
    if method == "values":
        return Virtual(tuple(values))
    return Virtual(tuple(Virtual((key_operand(k), v)) for k, v in zip(keys, values)))
