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

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from sourcead.ir.kinds import Array, Kind, Never, Number, Tuple, Unknown, join

__all__ = ["ENTWINED", "ITEM", "Heap", "place_of", "places"]

ITEM = "[]"
"""The slot that stands for all elements of a list, or all values of a dict whose keys are not known."""

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


class Heap:
    """Slots of sites: (site, slot) -> the kind that covers what is stored, and whether it varies."""

    def __init__(self) -> None:
        self.slots: dict[tuple[str, Hashable], Kind] = {}
        self.varied: set[tuple[str, Hashable]] = set()
        self.changed = False
        self.shared: dict[str, str] = {}  # union-find over the names and places of arrays
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
        self.certain: set[tuple[str, Hashable]] = set()  # keys that an argument has on entry
        self.removed: set[str] = set()  # dicts of which items are deleted
        self.watching: list[set[str]] = []
        self.raised = False  # an exception is made that carries an active value
        self.escaped: set[str] = set()  # sites that unknown functions got hold of
        self.followed: set[str] = set()  # lists of which each element is asked for by itself

    # -- arrays ------------------------------------------------------------------------------

    def find(self, name: str) -> str:
        while name in self.shared:
            name = self.shared[name]
        return name

    def share(self, a: str, b: str) -> None:
        """The arrays of these names may have storage in common."""
        a, b = self.find(a), self.find(b)
        if a != b:
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

    # -- slots -------------------------------------------------------------------------------

    def read(self, site: str, slot: Hashable) -> Kind:
        return self.slots.get((site, slot), Never())

    def known(self, site: str) -> list[Hashable]:
        """The slots of a site in the order in which they were first stored."""
        return [slot for s, slot in self.slots if s == site]

    def store(self, site: str, slot: Hashable, kind: Kind, varied: bool = False) -> None:
        wider = join(self.read(site, slot), kind)
        if wider != self.slots.get((site, slot)):
            self.slots[site, slot] = wider
            self.changed = True
        if varied and (site, slot) not in self.varied:
            self.varied.add((site, slot))
            self.changed = True

    def is_varied(self, site: str, slot: Hashable = None) -> bool:
        if slot is None:
            return any(s == site for s, _ in self.varied)
        return (site, slot) in self.varied

    # -- who else knows a site ---------------------------------------------------------------

    def enter(self, site: str, is_global: bool) -> None:
        self.external.add(site)
        if is_global:
            self.globals.add(site)

    def enter_slot(self, site: str, slot: Hashable, kind: Kind, varied: bool) -> None:
        """What a slot of an argument holds on entry."""
        self.store(site, slot, kind, varied)
        if varied:
            self.entry_varied.add((site, slot))

    def is_entry_varied(self, site: str, slot: Hashable) -> bool:
        return (site, slot) in self.entry_varied

    def holds_assigned(self, site: str) -> bool:
        """Is a slot of this container, or of one that it holds on entry, stored to?"""
        return any(s == site or s.startswith((f"{site}.", f"{site}[")) for s, _ in self.assigned)

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
        return (
            (site, slot) in self.certain and site not in self.removed and site not in self.escaped
        )

    @contextmanager
    def resizing(self) -> Iterator[set[str]]:
        """The sites of lists that are made longer or shorter meanwhile."""
        noted: set[str] = set()
        self.watching.append(noted)
        try:
            yield noted
        finally:
            self.watching.pop()

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

    def exceptions_carry(self) -> None:
        self.changed |= not self.raised
        self.raised = True

    def escape(self, sites: set[str]) -> None:
        if not sites <= self.escaped:
            self.escaped |= sites
            self.changed = True
