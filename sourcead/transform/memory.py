"""What lists, dicts, objects and variable cells hold at this point of the program, as far as it is known.

While `transform/heap.py` says what a container may hold at any time, this says what it holds now, so
that reading an attribute or an element gives the very value that was stored.  An object made in the
function then costs the derivative nothing: its attributes are values like all others.

A container is known by the name that its making was given, so two names known here are two
containers.  Another name may stand for any container of its site: a store through it makes all of
them forget.

>>> memory = Memory()
>>> p, x = Name("p", 0), Name("x", 0)
>>> memory.begin(p, "p", "object", {})
>>> memory.put(p, "p", "rest", x)
>>> memory.get(p, "rest")
Name(hint='x', number=0)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from sourcead.ir.nodes import Name
from sourcead.transform.builder import Val

__all__ = ["Contents", "Key", "Memory"]

Key = tuple[Name, Hashable]


@dataclass(frozen=True, slots=True)
class Contents:
    """The slots known of a container; `complete`: it has no others. `form`: list, dict, object or cell."""

    site: str
    form: str
    slots: dict[Hashable, Val]
    complete: bool = True

    def items(self) -> list[Val]:
        """The elements of a list, in order."""
        return [self.slots[i] for i in range(len(self.slots))]


class Memory:
    """Names of containers -> contents. `snapshot` and `restore` go back in the program."""

    def __init__(self) -> None:
        self.contents: dict[Name, Contents] = {}
        self.logs: list[set[Key]] = []  # slots written since, one set for each open region
        self.on = True  # off while derivative code is written, which is not written in order

    def snapshot(self) -> dict[Name, Contents]:
        return dict(self.contents)

    def restore(self, snapshot: dict[Name, Contents]) -> None:
        self.contents = dict(snapshot)

    # -- reading -----------------------------------------------------------------------------

    def known(self, name: Val | None) -> Contents | None:
        return self.contents.get(name) if isinstance(name, Name) else None

    def get(self, name: Val, slot: Hashable) -> Val | None:
        """The value in the slot, or None where it is not known."""
        held = self.known(name)
        return None if held is None else held.slots.get(slot)

    def list_items(self, name: Val) -> list[Val] | None:
        """All elements of a list, if they are known."""
        held = self.known(name)
        return held.items() if held is not None and held.form == "list" else None

    # -- writing -----------------------------------------------------------------------------

    def begin(
        self, name: Name, site: str, form: str, slots: Mapping[Hashable, Val], complete: bool = True
    ) -> None:
        """A container that was made (or is met for the first time) here."""
        if self.on or form == "cell":
            self.contents[name] = Contents(site, form, dict(slots), complete)

    def close(self) -> None:
        """The program has been written."""
        self.on = False
        self.contents.clear()

    def put(self, name: Val, site: str, slot: Hashable, value: Val) -> None:
        """A store: this name knows the slot now; a name that is not known may mean any container of the site."""
        held = self.known(name)
        if held is None or not isinstance(name, Name):
            self.forget_slot(site, slot)
        else:
            self.note((name, slot))
            self.contents[name] = Contents(
                held.site, held.form, {**held.slots, slot: value}, held.complete
            )

    def learn(self, name: Name, slot: Hashable, value: Val) -> None:
        """A slot was read: the same value is there until the next store."""
        held = self.known(name)
        if held is not None:
            self.contents[name] = Contents(
                held.site, held.form, {**held.slots, slot: value}, held.complete
            )

    def replace(self, name: Val, slots: dict[Hashable, Val]) -> None:
        """The whole content of a known container has changed (append, pop, sort)."""
        assert isinstance(name, Name)
        held = self.contents[name]
        for slot in {*held.slots, *slots}:
            self.note((name, slot))
        self.contents[name] = Contents(held.site, held.form, slots, held.complete)

    def set_items(self, name: Val, items: Iterable[Val]) -> None:
        self.replace(name, dict(enumerate(items)))

    # -- forgetting --------------------------------------------------------------------------

    def forget(self, name: Val) -> None:
        """Anything may be in this container now."""
        held = self.known(name)
        if held is None or not isinstance(name, Name):
            return
        for slot in held.slots:
            self.note((name, slot))
        if held.form == "list":
            del self.contents[name]
        else:
            self.contents[name] = Contents(held.site, held.form, {}, False)

    def drop(self, name: Name, slot: Hashable) -> None:
        """This slot may hold anything."""
        held = self.contents[name]
        rest = {s: v for s, v in held.slots.items() if s != slot}
        self.contents[name] = Contents(held.site, held.form, rest, False)

    def forget_slot(self, site: str, slot: Hashable) -> None:
        """Some container of the site has another value in this slot now."""
        for name, held in list(self.contents.items()):
            if held.site != site:
                continue
            if held.form == "list":
                self.forget(name)
            elif slot in held.slots:
                self.note((name, slot))
                rest = {s: v for s, v in held.slots.items() if s != slot}
                self.contents[name] = Contents(held.site, held.form, rest, False)

    def forget_site(self, site: str) -> None:
        for name, held in list(self.contents.items()):
            if held.site == site:
                self.forget(name)

    def note(self, key: Key) -> None:
        for log in self.logs:
            log.add(key)

    # -- where paths meet --------------------------------------------------------------------

    def differences(self, a: dict[Name, Contents], b: dict[Name, Contents]) -> list[Key]:
        """Slots known on both paths, with different values, of containers of the same extent."""
        return [
            (name, slot)
            for name, held in a.items()
            if name in b and _comparable(held, b[name])
            for slot, value in held.slots.items()
            if slot in b[name].slots and b[name].slots[slot] != value
        ]

    def join(
        self, a: dict[Name, Contents], b: dict[Name, Contents], merged: Mapping[Key, Val]
    ) -> None:
        """What is known behind both paths: equal values, and the merged ones that are given."""
        out: dict[Name, Contents] = {}
        for name, held in a.items():
            other = b.get(name)
            if other is None or not _comparable(held, other):
                continue
            slots = {}
            for slot, value in held.slots.items():
                if slot in other.slots and other.slots[slot] == value:
                    slots[slot] = value
                elif (name, slot) in merged:
                    slots[slot] = merged[name, slot]
            if held.form == "list" and len(slots) < len(held.slots):
                continue
            same = held.slots.keys() == other.slots.keys() == slots.keys()
            out[name] = Contents(
                held.site, held.form, slots, held.complete and other.complete and same
            )
        self.contents = out


def _comparable(a: Contents, b: Contents) -> bool:
    return a.form != "list" or len(a.slots) == len(b.slots)
