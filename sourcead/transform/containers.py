"""Methods of lists and dicts while specialising: what they put into, and take out of, a site's slots.

Where the memory knows the whole content, a method is what it does to that content; the call itself is
written too, for the real list.
"""

from __future__ import annotations

from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import Dict, Kind, List, Never, NoneKind, Py, Unknown, join
from sourcead.ir.nodes import Const, MethodCall, Name, Ref, Star
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.slots import TRACKED

__all__ = ["delete_item", "dict_like", "dict_method", "list_method"]


def _emit(
    s: Any,
    receiver: Val,
    method: str,
    args: list[Any],
    kwargs: Any,
    kind: Any,
    hint: str,
    varied: bool = False,
) -> Any:
    operands = tuple(a if isinstance(a, Star) else s.operand(a) for a in args)
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    return s.emit(MethodCall(s.operand(receiver), method, operands, keywords), kind, hint, varied)


# -- lists -----------------------------------------------------------------------------------


def list_method(
    s: Any, receiver: Val, site: str, method: str, args: list[Any], kwargs: Any, hint: str
) -> Val:
    handler = _LIST_METHODS.get(method)
    if handler is not None:
        return handler(s, receiver, site, args, kwargs, hint)
    if s.heap.is_varied(site):
        s.refuse(
            f"`{method}` of a list that carries derivatives",
            "use an array, or append and index",
            NoRule,
        )
    s.memory.forget(receiver)
    s.memory.forget_site(site)
    return _emit(s, receiver, method, args, kwargs, Unknown(), hint)


def _change(s: Any, receiver: Val, site: str, items: list[Any] | None) -> None:
    """The list holds these elements now (None: not known)."""
    s.changes(receiver)
    s.heap.assign(site, ITEM)
    s.heap.resize(site)
    if items is None or len(items) > TRACKED or s.memory.known(receiver) is None:
        s.memory.forget(receiver)
        s.memory.forget_site(site)
    else:
        s.memory.set_items(receiver, items)


def _append(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    value = s.operand(args[0])
    items = s.memory.list_items(receiver)
    s.put(site, ITEM, value)
    made = _emit(s, receiver, "append", [value], kwargs, NoneKind(), hint)
    _change(s, receiver, site, None if items is None else [*items, value])
    return made  # type: ignore[no-any-return]


def _insert(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    value = s.operand(args[1])
    items = s.memory.list_items(receiver)
    s.put(site, ITEM, value)
    made = _emit(s, receiver, "insert", [args[0], value], kwargs, NoneKind(), hint)
    if items is not None and isinstance(args[0], Const):
        items.insert(args[0].value, value)
    _change(s, receiver, site, items if isinstance(args[0], Const) else None)
    return made  # type: ignore[no-any-return]


def _extend(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    new = s.components(args[0])
    if new is not None:
        for item in new:
            _append(s, receiver, site, [item], (), hint)
        return Const(None)
    other = s.kind(args[0])
    if isinstance(other, List):
        s.heap.store(site, ITEM, s.heap.read(other.site, ITEM), s.heap.is_varied(other.site, ITEM))
    elif s.holds_varied(args[0]):
        s.refuse(
            "a list is extended by something of unknown structure that carries a derivative",
            "extend by a list or tuple",
        )
    else:
        s.heap.store(site, ITEM, Unknown())
    made = _emit(s, receiver, "extend", args, kwargs, NoneKind(), hint)
    _change(s, receiver, site, None)
    return made  # type: ignore[no-any-return]


def _pop(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    items = s.memory.list_items(receiver)
    known = items is not None and items and (not args or isinstance(args[0], Const))
    at = args[0].value if args and isinstance(args[0], Const) else -1
    made = _emit(
        s,
        receiver,
        "pop",
        args,
        kwargs,
        s.heap.read(site, ITEM),
        hint,
        s.heap.is_varied(site, ITEM),
    )
    if known and -len(items) <= at < len(items):
        taken = items.pop(at)
        _change(s, receiver, site, items)
        return taken  # type: ignore[no-any-return]
    _change(s, receiver, site, None)
    s.share_slot(made, site, ITEM, read=True)
    return made  # type: ignore[no-any-return]


def _copy(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    made = _emit(s, receiver, "copy", args, kwargs, Unknown(), hint)
    return s.list_like(made, site, s.memory.list_items(receiver))  # type: ignore[no-any-return]


def _reverse(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    items = s.memory.list_items(receiver)
    made = _emit(s, receiver, "reverse", args, kwargs, NoneKind(), hint)
    _change(s, receiver, site, None if items is None else items[::-1])
    return made  # type: ignore[no-any-return]


def _clear(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    made = _emit(s, receiver, "clear", args, kwargs, NoneKind(), hint)
    _change(s, receiver, site, [])
    return made  # type: ignore[no-any-return]


def _count(method: str) -> Any:
    def handler(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
        return _emit(s, receiver, method, args, kwargs, Py(int), hint)  # type: ignore[no-any-return]

    return handler


def _sort(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    """`xs.sort(...)` of active elements is `xs[:] = sorted(xs, ...)`."""
    if not s.heap.is_varied(site):
        made = _emit(s, receiver, "sort", args, kwargs, NoneKind(), hint)
        _change(s, receiver, site, None)
        return made  # type: ignore[no-any-return]
    before = _copy(s, receiver, site, [], (), "unsorted")
    ordered = s.call(Ref("sorted", sorted), [before], list(kwargs), "ordered")
    s.store(receiver, Virtual((Const(None), Const(None), Const(None)), "slice"), ordered, None)
    return Const(None)


_LIST_METHODS: dict[str, Any] = {
    "append": _append, "insert": _insert, "extend": _extend, "pop": _pop, "copy": _copy, "reverse": _reverse,
    "clear": _clear, "index": _count("index"), "count": _count("count"), "sort": _sort,
}  # fmt: skip


def delete_item(s: Any, base: Val, index: Val) -> None:
    """`del base[index]`: what is known of the content afterwards (the statement is written by the caller)."""
    match s.kind(base):
        case List(_, site):
            items = s.memory.list_items(base)
            place = _constant_index(index)
            if items is not None and place is not None:
                del items[place]
            _change(s, base, site, items if place is not None else None)
        case Dict(_, site):
            held = s.memory.known(base)
            s.heap.assign(site, index.value if isinstance(index, Const) else ITEM)
            s.heap.remove(site)
            if held is None or not isinstance(index, Const):
                s.memory.forget(base)
                s.memory.forget_site(site)
            else:
                s.memory.replace(base, {k: v for k, v in held.slots.items() if k != index.value})


def _constant_index(index: Val) -> Any:
    if isinstance(index, Const):
        return index.value
    if (
        isinstance(index, Virtual)
        and index.form == "slice"
        and all(isinstance(i, Const) for i in index.items)
    ):
        return slice(*(i.value for i in index.items))  # type: ignore[union-attr]
    return None


# -- dicts -----------------------------------------------------------------------------------


def dict_method(
    s: Any, receiver: Val, site: str, method: str, args: list[Any], kwargs: Any, hint: str
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
            made = _emit(s, receiver, method, args, kwargs, NoneKind(), hint)
            s.heap.assign(site, ITEM)
            s.heap.remove(site)
            if held is not None:
                s.memory.replace(receiver, {})
            return made  # type: ignore[no-any-return]
    if s.heap.is_varied(site) or any(s.holds_varied(a) for a in args if not isinstance(a, Star)):
        s.refuse(
            f"`{method}` of a dict that carries derivatives", "use indexing with known keys", NoRule
        )
    if method not in ("get", "__contains__", "__len__"):
        s.memory.forget(receiver)
        s.memory.forget_site(site)
    return _emit(s, receiver, method, args, kwargs, Unknown(), hint)  # type: ignore[no-any-return]


def _with_default(
    s: Any, receiver: Val, site: str, method: str, args: list[Any], kwargs: Any, hint: str
) -> Val:
    """`get`, `pop`, `setdefault` of a known key."""
    slot = args[0].value
    held = s.memory.known(receiver)
    present = (
        True
        if held is not None and slot in held.slots
        else (False if held is not None and held.complete else None)
    )
    default = args[1] if len(args) > 1 else Const(None)
    if present is False and method == "setdefault":
        s.store(receiver, args[0], default, None)
        return s.memory.get(receiver, slot)  # type: ignore[no-any-return]
    if present is False and (method == "get" or len(args) > 1):
        return default  # type: ignore[no-any-return]
    if present:
        value = held.slots[slot]
        if method == "pop":
            _emit(s, receiver, method, args, kwargs, s.kind(value), hint)
            s.heap.assign(site, slot)
            s.heap.remove(site)
            s.memory.replace(receiver, {k: v for k, v in held.slots.items() if k != slot})
        return value  # type: ignore[no-any-return]
    return _default_unknown(s, receiver, site, method, args, kwargs, hint, default)


def _default_unknown(
    s: Any,
    receiver: Val,
    site: str,
    method: str,
    args: list[Any],
    kwargs: Any,
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
    made = _emit(s, receiver, method, args, kwargs, kind, hint, varied)
    if method == "get":
        s.note_entry_read(made, site, slot)
    else:
        s.heap.assign(site, slot)
        s.memory.forget(receiver)
        s.memory.forget_slot(site, slot)
    if method == "pop":
        s.heap.remove(site)
    if method == "setdefault":
        s.put(site, slot, default)
    return made  # type: ignore[no-any-return]


def _copy_dict(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    return dict_like(s, _emit(s, receiver, "copy", args, kwargs, Unknown(), hint), receiver)


def dict_like(s: Any, made: Name, source: Val) -> Val:
    """`made` is a new dict with the items of `source`."""
    kind = s.kind(source)
    own = s.new_site(made.hint)
    s.kinds[made] = Dict(Unknown(), own)
    for slot in s.heap.known(kind.site):
        s.heap.store(own, slot, s.heap.read(kind.site, slot), s.heap.is_varied(kind.site, slot))
    if s.heap.is_varied(own):
        s.varied.add(made)
    held = s.memory.known(source)
    if held is not None:
        s.memory.begin(made, own, "dict", held.slots, held.complete)
    return made


def _update(s: Any, receiver: Val, site: str, args: list[Any], kwargs: Any, hint: str) -> Val:
    if args:
        other = s.kind(args[0])
        held = s.memory.known(args[0])
        if held is not None and held.complete:
            for key, value in held.slots.items():
                s.store(receiver, Const(key), value, None)
        else:
            for slot in s.heap.known(other.site):
                s.heap.store(
                    site, slot, s.heap.read(other.site, slot), s.heap.is_varied(other.site, slot)
                )
                s.heap.assign(site, slot)
            _emit(s, receiver, "update", args, (), NoneKind(), hint)
            s.memory.forget(receiver)
            s.memory.forget_site(site)
    for key, value in kwargs:
        if key is None:
            s.refuse("`update(**mapping)`", "give the mapping as the argument")
        s.store(receiver, Const(key), value, None)
    return Const(None)


def views(
    s: Any, receiver: Val, site: str, method: str, args: list[Any], kwargs: Any, hint: str
) -> Val:
    """Keys that are all known: the view is a tuple of known length."""
    held = s.memory.known(receiver)
    if held is not None and held.complete:
        keys = list(held.slots)
    else:
        keys = s.heap.known(site)
        if not s.heap.is_varied(site):
            return _emit(s, receiver, method, args, kwargs, Unknown(), hint)  # type: ignore[no-any-return]
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
