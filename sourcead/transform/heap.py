"""What lists, dicts and objects hold, as far as it is known: one entry a place where they are made.

A *site* stands for all containers made at one place of the program (or reached by one path from an
argument).  Its slots are kept without regard to order: a slot's kind covers everything that is ever
stored there.  Stores discovered late widen the entry, and specialisation starts again with the
wider heap until nothing changes.

>>> from sourcead.ir.kinds import Py
>>> heap = Heap()
>>> heap.store("xs", ITEM, Py(float))
>>> heap.read("xs", ITEM), heap.changed
(Py(type=<class 'float'>, exact=True), True)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Never,
    Number,
    Object,
    Partial,
    Tuple,
    Unknown,
    Value,
    join,
    option_of,
    without_none,
)
from sourcead.ir.one_of import one_of

__all__ = [
    "ENTWINED",
    "ITEM",
    "KEY",
    "LIVE",
    "METHOD",
    "PARTIAL",
    "Again",
    "Heap",
    "place_of",
    "places",
]

ITEM = "[]"
"""The slot that stands for all elements of a list, or all values of a dict whose keys are not known."""

PARTIAL, METHOD, LIVE = "partial", "method", "live"
"""What stands for all `partial` objects, bound methods and functions of modules among those in containers."""

KEY = "[key]"
"""The slot that varies where keys of a dict do."""

ENTWINED = "entwined"
"""The place of all arrays that arguments share memory in."""


def place_of(site: str, slot: Hashable) -> str:
    """The place of what a slot holds, in the union-find over arrays."""
    return f"{site} {slot!r}"


def places(key: str, kind: Kind) -> Iterator[str]:
    """Where arrays are in a value of this kind at the place `key`: there, or in items of a tuple."""
    match kind:
        case Tuple(items):
            for i, each in enumerate(items):
                yield from places(f"{key}[{i}]", each)
        case Array() | Number() | Unknown():
            yield key


class Again(Exception):
    """Something was found out that an earlier statement should have known: write the program once more."""


def functions_in(kind: Kind) -> Iterator[Any]:
    """The syntax of the nested functions that a value is, or a tuple holds; `PARTIAL`, `METHOD`."""
    if isinstance(kind, Closure):
        yield kind.make.syntax
    elif isinstance(kind, (Partial, Bound)):
        yield PARTIAL if isinstance(kind, Partial) else METHOD
    elif isinstance(kind, Value) and option_of(kind):
        yield LIVE
    elif isinstance(kind, Tuple):
        for each in kind.items:
            yield from functions_in(each)


def _one_of_live(a: Value, b: Value) -> Kind:
    """One of two functions of modules: an object as those that stand for other functions."""
    options = (option_of(a), option_of(b))
    cls = None if None in options else one_of(options)
    return Unknown() if cls is None else Object(cls, "functions")


class Heap:
    """Slots of sites: (site, slot) -> the kind that covers what is stored, and whether it varies."""

    def __init__(self) -> None:
        self.slots: dict[tuple[str, Hashable], Kind] = {}
        self.varied: set[tuple[str, Hashable]] = set()
        self.changed = False
        self.shared: dict[str, str] = {}  # union-find over the names and places of arrays
        self.settled: set[str] = set()  # those of the program, of which nothing more is found out
        self.merged: dict[str, str] = {}  # union-find over sites: one of two, decided while running
        self.paths: set[str] = set()  # by which arguments' containers were entered
        self.entwined = False  # arguments share memory
        self.written: set[str] = set()  # arrays that receive active values
        self.external: set[str] = (
            set()
        )  # sites that exist before the call: arguments, globals, what they hold
        self.globals: set[str] = set()  # those of them that are not reached through an argument
        self.entry_varied: set[tuple[str, Hashable]] = set()
        self.assigned: set[tuple[str, Hashable]] = set()  # slots stored to by the program
        self.blind: set[tuple[str, Hashable]] = (
            set()
        )  # slots read without knowing what was stored last
        self.certain: set[tuple[str, Hashable]] = (
            set()
        )  # keys and attributes that an argument has on entry
        self.keys: dict[str, Kind] = {}  # of dicts: the kinds of keys known only while running
        self.removed: set[str] = set()  # dicts of which items are deleted
        self.watching: list[set[str]] = []
        self.watching_stores: list[set[str]] = []
        self.raised = False  # an exception is made that carries an active value
        self.escaped: set[str] = set()  # sites that unknown functions got hold of
        self.called_blindly = False  # one may have written what exists before the call
        self.followed: set[str] = set()  # lists of which each element is asked for by itself
        self.bounded: set[str] = set()  # deques that have a greatest length
        self.whole: set[str] = set()  # lists that rules read as a whole, with the arrays in them
        self.stored_functions: set[Any] = set()  # syntax of nested functions put into containers
        self.converted: set[Any] = set()  # those that are objects instead (`function_objects.py`)
        self.resumed: set[str] = set()  # generators and `iter(...)` that are taken piece by piece
        self.lazy: set[str] = (
            set()
        )  # calls of `map` and its like whose items are made in their turns
        self.growing: set[str] = (
            set()
        )  # loops whose turns may change the length of what they run over

    # -- arrays ------------------------------------------------------------------------------

    def forget_sharing(self) -> None:
        """Before another run: its names are other ones, and it finds out anew which of them share storage."""
        self.written |= {name for name in self.shared if self.find(name) in self.written}
        self.shared = {}

    def settle(self, names: Iterable[str]) -> None:
        """The program is written: what shares storage in it is known, and derivative code adds only itself.

        What trial runs noted of names that are given anew is forgotten, and classes of the program stay
        what they are: a transform asks of them again and again, and must be told the same.
        """
        alive = set(names)
        kept = {k for k in (*self.shared, *self.shared.values()) if " " in k or k == ENTWINED
                or k.partition("[")[0] in alive}  # fmt: skip
        classes: dict[str, list[str]] = {}
        for key in sorted(kept):
            classes.setdefault(self.find(key), []).append(key)
        written = {name for name in self.written if name not in self.shared}
        self.shared = {}
        for root, members in classes.items():
            self.shared.update((member, members[0]) for member in members[1:])
            if root in written:
                self.written.add(members[0])
        self.settled = alive | kept

    def find(self, name: str) -> str:
        while name in self.shared:
            name = self.shared[name]
        return name

    def share(self, a: str, b: str) -> None:
        """The arrays of these names may have storage in common."""
        a, b = self.find(a), self.find(b)
        if a in self.settled:
            a, b = b, a
        if a != b and a not in self.settled:
            self.shared[a] = b
            if a in self.written:
                self.vary(b)

    def vary(self, name: str) -> None:
        """An active value is written into the array of this name."""
        root = self.find(name)
        if root not in self.written:
            self.written.add(root)
            self.changed = True

    def shares_varied(self, name: str) -> bool:
        return self.find(name) in self.written

    # -- sites that count as one -----------------------------------------------------------------

    def site(self, name: str) -> str:
        """The site that this one counts as."""
        while name in self.merged:
            name = self.merged[name]
        return name

    def cover(self, a: Kind, b: Kind) -> Kind:
        """The least kind that covers both; what may be one of two containers makes their sites one.

        Raises `Again` where they were not, because statements before have told them apart.
        """
        before = len(self.merged)
        found = self._cover(a, b)
        if len(self.merged) > before:
            raise Again
        return found

    def _cover(self, a: Kind, b: Kind) -> Kind:
        match a, b:
            case List(cls=one), List(cls=other) if one is other:
                self._merge(a.site, b.site)
            case Dict(cls=one), Dict(cls=other) if one is other:
                self._merge(a.site, b.site)
            case Object(one), Object(other) if one is other or all(
                option_of(without_none(kind)) for kind in (a, b)
            ):
                self._merge(a.site, b.site)
            case Value(), Value() if a != b and LIVE in self.converted:
                return _one_of_live(a, b)
            case Tuple(xs, one), Tuple(ys, other) if len(xs) == len(ys) and one is other:
                for x, y in zip(xs, ys):
                    self._cover(x, y)
        return join(self._moved(a), self._moved(b))

    def _merge(self, one: str, other: str) -> None:
        one, other = self.site(one), self.site(other)
        if one == other or not one or not other:
            return
        if other in self.external and one not in self.external:
            one, other = other, one
        self.merged[other] = one
        self.changed = True
        for noted in (self.varied, self.entry_varied, self.assigned, self.blind):
            moved = {(site, slot) for site, slot in noted if site == other}
            noted -= moved
            noted |= {(one, slot) for _, slot in moved}
        noted_sites = (
            self.external, self.globals, self.removed, self.escaped, self.followed, self.whole,
            self.bounded,
        )  # fmt: skip
        for sites in noted_sites:
            if other in sites:
                sites.remove(other)
                sites.add(one)
        self.note_key(one, self.keys.pop(other, Never()))
        held = [(slot, kind) for (site, slot), kind in self.slots.items() if site == other]
        self.slots = {at: kind for at, kind in self.slots.items() if at[0] != other}
        for slot, kind in held:
            self.slots[one, slot] = self._cover(self.read(one, slot), kind)
        self.slots = {at: self._moved(kind) for at, kind in self.slots.items()}

    def _moved(self, kind: Kind) -> Kind:
        """The kind, of the site that its own counts as now."""
        match kind:
            case List(_, site) | Dict(_, site) | Object(_, site) if site in self.merged:
                return replace(kind, site=self.site(site))
            case Tuple(items):
                return replace(kind, items=tuple(map(self._moved, items)))
            case _:
                return kind

    # -- slots -------------------------------------------------------------------------------

    def read(self, site: str, slot: Hashable) -> Kind:
        return self.slots.get((site, slot), Never())

    def known(self, site: str) -> list[Hashable]:
        """The slots of a site in the order in which they were first stored."""
        return [slot for s, slot in self.slots if s == site]

    def store(self, site: str, slot: Hashable, kind: Kind, varied: bool = False) -> None:
        self.stored_functions.update(functions_in(kind))
        for noted in self.watching_stores:
            noted.add(site)
        wider = self.cover(self.read(site, slot), kind)
        if wider != self.slots.get((site, slot)):
            self.slots[site, slot] = wider
            self.changed = True
        if varied and (site, slot) not in self.varied:
            self.varied.add((site, slot))
            self.changed = True

    def copy(self, site: str, slot: Hashable, own: str) -> None:
        """A new container at `own` holds under `slot` what the one at `site` does: the same arrays."""
        kind = self.read(site, slot)
        self.store(own, slot, kind, self.is_varied(site, slot))
        for here, there in zip(
            places(place_of(own, slot), kind), places(place_of(site, slot), kind)
        ):
            self.read_blindly(site, slot)
            self.read_blindly(own, slot)
            self.share(here, there)

    def note_key(self, site: str, kind: Kind, varied: bool = False) -> None:
        """A key of a dict that is known only while running is of this kind."""
        if varied and (site, KEY) not in self.varied:
            self.varied.add((site, KEY))
            self.changed = True
        before = self.keys.get(site, Never())
        wider = join(before, kind)
        if wider != before:
            self.keys[site] = wider
            self.changed = True

    def key_kind(self, site: str) -> Kind:
        """The kind that covers the keys of a dict which are known only while running."""
        return self.keys.get(site, Never())

    def is_varied(self, site: str, slot: Hashable = None) -> bool:
        if slot is None:
            return any(s == site for s, _ in self.varied)
        return (site, slot) in self.varied

    # -- who else knows a site ---------------------------------------------------------------

    def enter(self, path: str, is_global: bool) -> None:
        self.paths.add(path)
        self.external.add(self.site(path))
        if is_global:
            self.globals.add(self.site(path))

    def paths_to(self, site: str) -> list[str]:
        """The paths by which a container of this site is reached from the arguments."""
        return [path for path in sorted(self.paths) if self.site(path) == site]

    def enter_slot(self, site: str, slot: Hashable, kind: Kind, varied: bool) -> None:
        """What a slot of an argument holds on entry."""
        self.store(site, slot, kind, varied)
        if varied:
            self.entry_varied.add((site, slot))

    def is_entry_varied(self, site: str, slot: Hashable) -> bool:
        return (site, slot) in self.entry_varied

    def holds_assigned(self, path: str) -> bool:
        """Is a slot of this container, or of one that it holds on entry, stored to?"""
        inside = (p for p in self.paths if p == path or p.startswith((f"{path}.", f"{path}[")))
        stored = {site for site, _ in self.assigned}
        return any(self.site(p) in stored for p in inside)

    def holds_followed(self, path: str) -> bool:
        """Is this a list, or in it, of which each element is asked for by itself?"""
        inside = (p for p in self.paths if p == path or p.startswith((f"{path}.", f"{path}[")))
        return any(self.site(p) in self.followed for p in inside)

    def is_external(self, site: str) -> bool:
        return site in self.external

    def is_global(self, site: str) -> bool:
        return site in self.globals

    def sites_holding(self, slot: Hashable) -> list[str]:
        return [s for s, held in self.slots if held == slot]

    def assign(self, site: str, slot: Hashable) -> None:
        """The program stores to this slot (what arguments hold on entry is not counted)."""
        if (site, slot) not in self.assigned:
            self.assigned.add((site, slot))
            self.changed = True

    def is_assigned(self, site: str, slot: Hashable) -> bool:
        return (site, slot) in self.assigned or (site, ITEM) in self.assigned

    def assigned_slots(self, site: str) -> set[str]:
        """The attributes of an object that the program stores to."""
        return {slot for s, slot in self.assigned if s == site and isinstance(slot, str)}

    def remove(self, site: str) -> None:
        """Items of this dict are deleted somewhere."""
        if site not in self.removed:
            self.removed.add(site)
            self.changed = True

    def is_certain(self, site: str, slot: Hashable) -> bool:
        """Does the dict have this key at any time?"""
        paths = self.paths_to(site)
        there = all((path, slot) in self.certain for path in paths)
        is_one = site not in self.merged.values() or len(paths) == self._count(site)
        gone = site in self.removed or site in self.escaped
        return bool(paths) and there and is_one and not gone

    def is_new(self, site: str, slot: Hashable) -> bool:
        """Is this a slot of an argument that the program makes, and that is not there on entry?"""
        paths = self.paths_to(site)
        was_there = any((path, slot) in self.certain for path in paths)
        return bool(paths) and self.is_assigned(site, slot) and not was_there

    def _count(self, site: str) -> int:
        """How many sites count as this one."""
        return 1 + sum(self.site(each) == site for each in self.merged)

    @contextmanager
    def resizing(self) -> Iterator[set[str]]:
        """The sites of lists that are made longer or shorter meanwhile."""
        noted: set[str] = set()
        self.watching.append(noted)
        try:
            yield noted
        finally:
            self.watching.pop()

    @contextmanager
    def storing(self) -> Iterator[set[str]]:
        """The sites of containers that something is stored to meanwhile."""
        noted: set[str] = set()
        self.watching_stores.append(noted)
        try:
            yield noted
        finally:
            self.watching_stores.pop()

    def resize(self, site: str) -> None:
        for noted in self.watching:
            noted.add(site)

    def read_blindly(self, site: str, slot: Hashable) -> None:
        if (site, slot) not in self.blind:
            self.blind.add((site, slot))
            self.changed = True

    def is_read_blindly(self, site: str, slot: Hashable) -> bool:
        return (site, slot) in self.blind

    def follow(self, site: str) -> bool:
        """Ask for each element of a list by itself; False where that has been asked before."""
        is_new = site not in self.followed
        self.followed.add(site)
        return is_new

    def read_whole(self, site: str) -> None:
        """A rule reads a list with all that it holds: any of its arrays may be the one that matters."""
        if site in self.whole:
            return
        self.whole.add(site)
        self.changed = True
        self.read_blindly(site, ITEM)

    def bound(self, site: str) -> None:
        """A deque of this site has a greatest length."""
        self.changed |= site not in self.bounded
        self.bounded.add(site)

    def exceptions_carry(self) -> None:
        self.changed |= not self.raised
        self.raised = True

    def call_blindly(self) -> None:
        self.changed |= not self.called_blindly
        self.called_blindly = True

    def escape(self, sites: set[str]) -> None:
        if not sites <= self.escaped:
            self.escaped |= sites
            self.changed = True
