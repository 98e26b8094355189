"""Methods of lists: what they put into, and take out of, a site's slots.

Where the memory knows the whole content, a method is what it does to that content; the call itself is
written too, for the real list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sourcead.errors import NoRule
from sourcead.ir.kinds import Array, Kind, List, NoneKind, Object, Py, Tuple, Unknown
from sourcead.ir.nodes import Call, Const, MethodCall, Name, Ref, Star
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import library
from sourcead.transform.specialise.context import TRACKED, Context, Kwargs

__all__ = ["change", "emit", "list_method", "note_length", "spelled_out"]


def emit(
    s: Context,
    receiver: Val,
    method: str,
    args: list[Any],
    kwargs: Kwargs,
    kind: Kind,
    hint: str,
    varied: bool = False,
) -> Name:
    """The method's call itself, as it stands."""
    operands = tuple(a if isinstance(a, Star) else s.operand(a) for a in args)
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    return s.emit(MethodCall(s.operand(receiver), method, operands, keywords), kind, hint, varied)


def spelled_out(s: Context, receiver: Val, method: str, args: list[Any]) -> Val | None:
    """`xs.__getitem__(i)`, passed as a function, is `xs[i]`."""
    match method, args:
        case "__getitem__", [index]:
            return s.getitem(receiver, index)
        case "__setitem__", [index, value]:
            s.store(receiver, index, value, None)
            return Const(None)
        case "__contains__", [item]:
            return s.op("contains", [receiver, item])
        case "__len__", []:
            return s.call(Ref("len", len), [receiver], [])
        case _:
            return None


class ListMethod(Protocol):
    """What a method does to the list of this site, and what it returns."""

    def __call__(
        self, s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str, /
    ) -> Val: ...


def list_method(
    s: Context, receiver: Val, site: str, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    spelled = spelled_out(s, receiver, method, args)
    if spelled is not None:
        return spelled
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
    return emit(s, receiver, method, args, kwargs, Unknown(), hint)


def change(s: Context, receiver: Val, site: str, items: list[Val] | None) -> None:
    """The list holds these elements now (None: not known)."""
    s.changes(receiver)
    s.heap.assign(site, ITEM)
    s.heap.resize(site)
    if items is None or len(items) > TRACKED or s.memory.known(receiver) is None:
        s.memory.forget(receiver)
        s.memory.forget_site(site)
    else:
        s.memory.set_items(receiver, items)


@dataclass(frozen=True)
class End:
    """One end of a list: the method that adds to it, and the callee that makes room in a full deque."""

    method: str
    make_room: Callable[..., Any]

    def joined(self, items: list[Val], value: Val) -> list[Val]:
        return [*items, value] if self.method == "append" else [value, *items]

    def __call__(
        self, s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str, /
    ) -> Val:
        value = s.operand(args[0])
        if is_maybe_full(s, receiver, site):
            s.inline(s.lower(self.make_room), self.make_room, [receiver], [])
        items = s.memory.list_items(receiver)
        s.put(site, ITEM, value)
        made = emit(s, receiver, self.method, [value], kwargs, NoneKind(), hint)
        change(s, receiver, site, None if items is None else self.joined(items, value))
        return made


_append = End("append", library.make_room)
_append_left = End("appendleft", library.make_room_behind)


def is_maybe_full(s: Context, receiver: Val, site: str) -> bool:
    """May this be a deque that has reached its greatest length?"""
    items, most = s.memory.list_items(receiver), s.maxlens.get(site)
    if items is None or not isinstance(most, Const):
        return site in s.heap.bounded
    return bool(len(items) == most.value)


def _extend_left(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    s.inline(s.lower(library.extended_left), library.extended_left, [receiver, args[0]], [])
    return Const(None)


def _pop_left(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    items = s.memory.list_items(receiver)
    kind, varied = s.heap.read(site, ITEM), s.heap.is_varied(site, ITEM)
    made = emit(s, receiver, "popleft", args, kwargs, kind, hint, varied)
    if items:
        change(s, receiver, site, items[1:])
        return items[0]
    change(s, receiver, site, None)
    s.share_slot(made, site, ITEM, read=True)
    return made


def _rotate(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    items = s.memory.list_items(receiver)
    made = emit(s, receiver, "rotate", args, kwargs, NoneKind(), hint)
    turns = args[0] if args else Const(1)
    if items and isinstance(turns, Const):
        start = -turns.value % len(items)
        change(s, receiver, site, items[start:] + items[:start])
    else:
        change(s, receiver, site, None)
    return made


def _insert(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    value = s.operand(args[1])
    items = s.memory.list_items(receiver)
    s.put(site, ITEM, value)
    made = emit(s, receiver, "insert", [args[0], value], kwargs, NoneKind(), hint)
    if items is not None and isinstance(args[0], Const):
        items.insert(args[0].value, value)
    change(s, receiver, site, items if isinstance(args[0], Const) else None)
    return made


def _extend(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    new = s.components(args[0])
    if new is not None:
        for item in new:
            _append(s, receiver, site, [item], [], hint)
        return Const(None)
    if isinstance(s.kind(args[0]), (Array, Object)) and s.holds_varied(args[0]):
        args = [s.call(Ref("list", list), args, [])]
    other = s.kind(args[0])
    is_followed = s.holds_varied(args[0]) or site in s.heap.bounded
    if isinstance(other, List) and is_followed and args[0] != receiver:
        s.inline(s.lower(library.extended), library.extended, [receiver, args[0]], [])
        return Const(None)
    if isinstance(other, List):
        s.heap.copy(other.site, ITEM, site)
    elif s.holds_varied(args[0]):
        s.refuse(
            "a list is extended by something of unknown structure that carries a derivative",
            "extend by a list or tuple",
        )
    else:
        s.heap.store(site, ITEM, Unknown())
    made = emit(s, receiver, "extend", args, kwargs, NoneKind(), hint)
    change(s, receiver, site, None)
    return made


def _pop(s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str) -> Val:
    items = s.memory.list_items(receiver)
    at = args[0].value if args and isinstance(args[0], Const) else -1
    made = emit(
        s,
        receiver,
        "pop",
        args,
        kwargs,
        s.heap.read(site, ITEM),
        hint,
        s.heap.is_varied(site, ITEM),
    )
    known = not args or isinstance(args[0], Const)
    if known and items and -len(items) <= at < len(items):
        taken = items.pop(at)
        change(s, receiver, site, items)
        return taken
    change(s, receiver, site, None)
    s.share_slot(made, site, ITEM, read=True)
    return made


def _copy(s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str) -> Val:
    made = emit(s, receiver, "copy", args, kwargs, Unknown(), hint)
    kind = s.kind(receiver)
    cls = kind.cls if isinstance(kind, List) else list
    copied = s.list_like(made, site, s.memory.list_items(receiver), cls)
    own = s.kind(copied)
    if site in s.heap.bounded and isinstance(own, List):
        s.heap.bound(own.site)
    return copied


def _reverse(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    items = s.memory.list_items(receiver)
    made = emit(s, receiver, "reverse", args, kwargs, NoneKind(), hint)
    change(s, receiver, site, None if items is None else items[::-1])
    return made


def note_length(s: Context, xs: Val, site: str) -> Name | None:
    """How long an active list is before a statement that changes it by an amount not known: for the way back."""
    if not s.heap.is_varied(site):
        return None
    return s.emit(Call(Ref("len", len), (s.operand(xs),)), Py(int), "size")


def _clear(s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str) -> Val:
    size = note_length(s, receiver, site)
    made = emit(s, receiver, "clear", args, kwargs, NoneKind(), hint)
    if size is not None and isinstance(made, Name):
        s.lengths[made] = size
    change(s, receiver, site, [])
    return made


def _count(method: str) -> ListMethod:
    def handler(
        s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
    ) -> Val:
        return emit(s, receiver, method, args, kwargs, Py(int), hint)

    return handler


def _sort(s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str) -> Val:
    """`xs.sort(...)` of active elements is `xs[:] = sorted(xs, ...)`."""
    looked_at = s.derived & s.reachable([receiver])
    if not s.heap.is_varied(site) and not looked_at:
        made = emit(s, receiver, "sort", args, kwargs, NoneKind(), hint)
        change(s, receiver, site, None)
        return made
    by_position = isinstance(s.heap.read(site, ITEM), Tuple)  # what is sorted is a new list then
    before = receiver if by_position else _copy(s, receiver, site, [], [], "unsorted")
    ordered = s.call(Ref("sorted", sorted), [before], list(kwargs), "ordered")
    s.store(receiver, Virtual((Const(None), Const(None), Const(None)), "slice"), ordered, None)
    return Const(None)


def _remove(
    s: Context, receiver: Val, site: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    """`xs.remove(value)`: where it is found is decided while running."""
    if s.heap.is_varied(site) or s.derived & s.reachable([receiver]):
        return s.inline(s.lower(library.removed), library.removed, [receiver, *args], kwargs)
    s.memory.forget(receiver)
    s.memory.forget_site(site)
    return emit(s, receiver, "remove", args, kwargs, NoneKind(), hint)


_LIST_METHODS: dict[str, ListMethod] = {
    "append": _append, "insert": _insert, "extend": _extend, "pop": _pop, "copy": _copy, "reverse": _reverse,
    "appendleft": _append_left, "extendleft": _extend_left, "popleft": _pop_left, "rotate": _rotate,
    "clear": _clear, "index": _count("index"), "count": _count("count"), "sort": _sort,
    "remove": _remove,
}  # fmt: skip
