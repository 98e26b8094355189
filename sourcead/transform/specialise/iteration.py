"""`for target in items`: which loop is written for items of these kinds.

Sequences through which a derivative flows are read by index (`for i in range(len(x)): row = x[i]`),
so that reading an element is the operation that the transforms already know.  Everything else is
iterated as it stands.  Tuples whose items differ in kind are unrolled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    Np,
    Number,
    Object,
    Py,
    Text,
    Tuple,
    Unknown,
    join,
)
from sourcead.ir.nodes import Call, Const, Name, Op, Operand, Ref
from sourcead.transform.builder import Val, Virtual, constants
from sourcead.transform.heap import ITEM, KEY
from sourcead.transform.indexing import element_kind
from sourcead.transform.specialise import library
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.derived import as_contents
from sourcead.transform.specialise.generators import all_of, draws_itself, opened
from sourcead.transform.specialise.keys import holds_several_kinds, key_operand
from sourcead.transform.specialise.namespaces import copied

__all__ = [
    "VIEWS",
    "key_kind",
    "Iteration",
    "Sequenced",
    "UNROLLED",
    "active",
    "iterable",
    "iteration",
    "plain_kind",
    "remember",
    "seen",
    "sequenced",
]


@dataclass(frozen=True)
class Iteration:
    """`for <target of target_kind> in items`, where `element` makes the user's target from the loop's."""

    items: Operand
    target_kind: Kind
    element: Callable[[Any, Name], Val] = lambda s, target: target
    target_varied: bool = False
    hint: str = ""
    unrolled: Sequenced | None = None
    writable_out: Sequenced | None = None  # what to write out if the loop fills a list with objects
    watched: tuple[str, ...] = ()  # sites of lists of which the loop may not change the length
    by_position: Sequenced | None = None  # how to read them where it may


@dataclass(frozen=True)
class Sequenced:
    """Something that can be read by position: its length, and its element at a position.

    `count`: the length where it is known now (a list may grow while it is iterated).
    """

    length: Callable[[], Operand]
    get: Callable[[Val], Val]
    count: Callable[[], int | None] = lambda: None
    sites: tuple[str, ...] = ()
    forward: bool = True  # from the first element on, as many as there are when their turn comes


WRITTEN_OUT = 16  # names (keys, attributes) in a loop that is written out
VIEWS: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))

UNROLLED = 64  # a loop over more items than this is not written out


def remember(
    s: Context, made: Name, builtin: Any, args: list[Any], kwargs: list[tuple[str | None, Any]]
) -> None:
    """Keep the parts of a zip, enumerate or reversed object or of a dict's view: a loop over it reads them directly.

    What it leads to is known of its kind, too: it may go through a branch or a container.
    """
    s.iterators[made] = (builtin, list(args), dict(kwargs))
    site = s.new_site(made.hint)
    s.kinds[made] = Object(builtin if isinstance(builtin, type) else type(iter([])), site)
    for i, part in enumerate((*args, *dict(kwargs).values())):
        s.put(site, i, part)


def iterable(s: Context, items: Val) -> Val:
    """What is iterated: an object's `__iter__` is called, a generator runs to its end."""
    items = as_contents(s, copied(s, seen(s, all_of(s, items))))
    if isinstance(items, Name) and items in s.flats and s.is_varied(items):
        return s.call(Ref("np.ravel", np.ravel), [s.flats[items]], [])
    inside = opened(s, items)
    if inside is not items:
        return iterable(s, inside)
    if draws_itself(s, items):
        return s.call(Ref("drawn", library.drawn), [items], [])
    return items


def seen(s: Context, items: Val) -> Val:
    """What a view of a dict shows now; anything else as it is."""
    if not isinstance(items, Name) or items not in s.iterators:
        return items
    view, args, _ = s.iterators[items]
    return s.entries(args[0], view) if s.kind(items) != Unknown() and view in VIEWS else items


def _entries_in_turn(s: Context, items: Val) -> Sequenced | None:
    """Entries of a dict whose keys are known are read when their turns come: a turn may store to later ones."""
    if not isinstance(items, Name) or items not in s.iterators:
        return None
    view, (receiver, *_), _ = s.iterators[items]
    kind, held = s.kind(receiver), s.memory.known(receiver)
    if view not in VIEWS[1:] or not isinstance(kind, Dict) or not s.holds_varied(receiver):
        return None
    if held is None or not held.complete or s.heap.is_varied(kind.site, KEY):
        return _entries_by_keys(s, receiver, view) if s.entries_in_turns else None
    keys = [key_operand(key) for key in held.slots]

    def entry(at: Val) -> Val:
        assert isinstance(at, Const)
        value = s.getitem(receiver, keys[at.value])
        return value if view is VIEWS[1] else Virtual((keys[at.value], value))

    return Sequenced(lambda: Const(len(keys)), entry, lambda: len(keys))


def _entries_by_keys(s: Context, receiver: Val, view: type) -> Sequenced | None:
    """The same of a dict whose keys are listed before the loop."""
    keys = sequenced(s, s.entries(receiver, VIEWS[0]))
    if keys is None:
        return None

    def entry(at: Val) -> Val:
        key = keys.get(at)
        value = s.getitem(receiver, key)
        return value if view is VIEWS[1] else Virtual((key, value))

    return replace(keys, get=entry, sites=())


def iteration(s: Context, items: Val) -> Iteration:
    in_turn = _entries_in_turn(s, items)
    if in_turn is not None:
        return Iteration(Const(None), Unknown(), unrolled=in_turn)
    items = iterable(s, items)
    kind = s.kind(items)
    if kind == Object(range):
        return Iteration(s.operand(items), Py(int), writable_out=_constant_range(s, items))
    if isinstance(kind, Dict) and (s.holds_varied(items) or holds_several_kinds(s, kind.site)):
        keys = s.entries(items, VIEWS[0])
        if isinstance(s.kind(keys), List):
            return iteration(s, keys)
        return Iteration(Const(None), Unknown(), unrolled=sequenced(s, keys))
    found = s.components(items)
    if found is not None:
        texts = len(found) <= WRITTEN_OUT and all(isinstance(s.kind(v), Text) for v in found)
        plain = len(set(map(type, constants(found) or []))) == 1 and not texts
        if not (plain and len(found) > 1 and not isinstance(kind, List)):
            sequence = sequenced(s, items)
            by_position = sequence if isinstance(kind, List) else None
            return Iteration(Const(None), Unknown(), unrolled=sequence, by_position=by_position)
        return Iteration(s.operand(items), s.kind(found[0]), writable_out=sequenced(s, items))
    if active(s, items):
        sequence = sequenced(s, items)
        if sequence is not None:
            s.iterated.update(
                k.site for k in map(s.kind, (items, *parts_of(s, items))) if isinstance(k, List)
            )
            count = sequence.count()
            by_position = sequence if sequence.forward and sequence.sites else None
            if isinstance(kind, List) and kind.cls is not list:
                by_position = None  # a deque that changes while it is iterated is an error
            if count is not None and count <= UNROLLED:
                return Iteration(Const(None), Unknown(), unrolled=sequence, by_position=by_position)
            numbers = s.emit(Call(Ref("range", range), (sequence.length(),)), Object(range))
            return Iteration(
                numbers,
                Py(int),
                lambda _, i: sequence.get(i),
                hint="i",
                watched=sequence.sites,
                by_position=by_position,
            )
        if s.holds_varied(items) or any(map(s.holds_varied, parts_of(s, items))):
            raise_if_certain(s, iter, [items])
            s.refuse(
                "the loop runs over values that carry a derivative in something of unknown structure",
                "loop over a list, tuple, array, range, zip or enumerate",
            )
    return Iteration(s.operand(items), plain_kind(s, items))


def _constant_range(s: Context, items: Val) -> Sequenced | None:
    """A range of a few known numbers."""
    made = s.definitions.get(items) if isinstance(items, Name) else None
    bounds = constants(made.args) if isinstance(made, Call) else None
    if bounds is None or not all(type(b) is int for b in bounds):
        return None
    try:
        numbers = range(*bounds)
    except (TypeError, ValueError):
        return None

    def number(at: Val) -> Val:
        assert isinstance(at, Const)
        return Const(numbers[at.value])

    return Sequenced(lambda: Const(len(numbers)), number, lambda: len(numbers))


def parts_of(s: Context, items: Val) -> list[Val]:
    if isinstance(items, Name) and items in s.iterators:
        return list(s.iterators[items][1])
    return []


def active(s: Context, items: Val) -> bool:
    """Does an element carry a derivative, or share storage that may be followed?"""
    if isinstance(items, Name) and items in s.iterators:
        return any(active(s, a) for a in s.iterators[items][1])
    match s.kind(items):
        case Array(_, dims):
            return s.is_varied(items) or len(dims) != 1
        case List(_, site):
            held = s.heap.read(site, ITEM)
            return s.heap.is_varied(site) or not isinstance(held, (Py, Np, Text))
        case Tuple(parts):
            unlike = not parts or not all(isinstance(k, (Py, Np, Text)) for k in parts)
            return s.is_varied(items) or isinstance(items, Virtual) or unlike
        case _:
            return s.holds_varied(items)


def sequenced(s: Context, items: Val) -> Sequenced | None:
    in_turn = _entries_in_turn(s, items)
    if in_turn is not None:
        return in_turn
    items = iterable(s, items)
    if isinstance(items, Name) and items in s.iterators:
        builtin, args, kwargs = s.iterators[items]
        inner = [sequenced(s, a) for a in args[: 1 if builtin is not zip else None]]
        if any(i is None for i in inner):
            return None
        return _combine(s, builtin, inner, args, kwargs)
    kind = s.kind(items)
    if isinstance(kind, List) and kind.site:
        return _sequenced_list(s, items, kind.site)
    if isinstance(kind, Dict):
        return sequenced(s, s.entries(items, VIEWS[0]))
    found = s.components(items)
    if found is not None:
        return Sequenced(
            lambda: Const(len(found)), lambda i: _picked(s, items, found, i), lambda: len(found)
        )
    if not isinstance(kind, (Array, List, Text)) and kind != Object(range):
        return None
    held = s.operand(items)
    return Sequenced(
        lambda: s.emit(Call(Ref("len", len), (held,)), Py(int)), lambda i: _get(s, held, i)
    )


def _sequenced_list(s: Context, items: Val, site: str) -> Sequenced:
    """A list is read as it is when its turn comes."""

    def count() -> int | None:
        known = s.components(items) if isinstance(items, Ref) else s.memory.list_items(items)
        return None if known is None else len(known)

    held = s.operand(items)
    return Sequenced(
        lambda: s.emit(Call(Ref("len", len), (held,)), Py(int)),
        lambda i: s.getitem(items, i),
        count,
        (site,),
    )


def _picked(s: Context, items: Val, found: list[Val], index: Val) -> Val:
    """One of these; of unlike tuples of one length (the entries of a dict) each part for itself."""
    kinds = set(map(s.kind, found))
    rows = [s.components(v) if isinstance(s.kind(v), Tuple) else None for v in found]
    known = [row for row in rows if row is not None]
    if isinstance(index, Const) or len(kinds) < 2 or len(set(map(len, known))) != 1:
        return s.getitem(items, index)
    if len(known) < len(found):
        return s.getitem(items, index)
    return Virtual(tuple(s.getitem(s.operand(Virtual(column)), index) for column in zip(*known)))


def _get(s: Context, held: Operand, index: Val) -> Val:
    if s.kind(held) == Object(range):
        return s.emit(Op("getitem", (held, s.operand(index))), Py(int))
    return s.getitem(held, index)


def _combine(
    s: Context, builtin: Any, inner: list[Any], args: list[Any], kwargs: dict[str, Val]
) -> Sequenced | None:
    first: Sequenced = inner[0]
    if builtin is enumerate:
        start = args[1] if len(args) > 1 else kwargs.get("start", Const(0))
        plain = isinstance(start, Const) and start.value == 0
        return Sequenced(
            first.length,
            lambda i: Virtual((i if plain else s.op("add", [i, start]), first.get(i))),
            first.count,
            first.sites,
            first.forward,
        )
    if builtin is iter:
        return first
    if builtin is reversed:

        def mirrored(i: Val) -> Val:
            count = first.count()
            last = s.op("sub", [first.length(), Const(1)]) if count is None else Const(count - 1)
            return first.get(s.op("sub", [last, i]))

        return Sequenced(first.length, mirrored, first.count, first.sites, forward=False)

    def shortest() -> Operand:
        lengths = tuple(i.length() for i in inner)
        return (
            lengths[0]
            if len(set(lengths)) == 1
            else s.emit(Call(Ref("min", min), lengths), Py(int))
        )

    def fewest() -> int | None:
        counts = [i.count() for i in inner]
        return None if any(c is None for c in counts) else min(counts)

    sites = tuple(site for i in inner for site in i.sites)
    together = all(each.forward for each in inner)
    return Sequenced(
        shortest, lambda i: Virtual(tuple(each.get(i) for each in inner)), fewest, sites, together
    )


def _shown(s: Context, mapping: Val, view: type) -> Kind:
    """What an element of a dict's view is."""
    kind = s.kind(mapping)
    assert isinstance(kind, Dict)
    key, value = key_kind(s, kind.site), s.slot(kind.site, ITEM)
    return dict(zip(VIEWS, (key, value, Tuple((key, value)))))[view]


def key_kind(s: Context, site: str) -> Kind:
    """What the keys of a dict are."""
    found = s.heap.key_kind(site)
    for slot in s.heap.known(site):
        if slot != ITEM:
            found = join(found, s.kind(Const(slot)))
    return found


def plain_kind(s: Context, items: Val) -> Kind:
    """The kind of an element of something iterated as it stands."""
    if isinstance(items, Name) and items in s.iterators:
        builtin, args, _ = s.iterators[items]
        if builtin in VIEWS:
            return _shown(s, args[0], builtin)
        if builtin is zip:
            return Tuple(tuple(plain_kind(s, a) for a in args))
        if builtin is enumerate:
            return Tuple((Py(int), plain_kind(s, args[0])))
        return plain_kind(s, args[0])
    kind = s.kind(items)
    match kind:
        case Array():
            return element_kind(kind, [Py(int)], None)
        case List(_, site):
            return s.heap.read(site, ITEM)
        case Dict(_, site):
            return key_kind(s, site)
        case Text():
            return kind
        case Tuple(found):
            out: Kind = found[0] if found else Unknown()
            for each in found:
                out = join(out, each)
            return out
        case Object(cls) if cls is range:
            return Py(int)
        case Object(_, site) if site and not isinstance(s.heap.read(site, ITEM), Never):
            return s.heap.read(site, ITEM)
        case Number():
            return kind
        case _:
            return Unknown()
