"""Names for the adjoints of parts: the items of a tuple, the entries of a dict, the attributes of an object.

A structure that nobody changes has no adjoint of its own.  Each of its numbers and arrays has one,
under a name that is given when it is first asked for.
"""

from __future__ import annotations

from sourcead.ir.kinds import Array, Dict, Kind, List, Object, Tuple
from sourcead.ir.nodes import Attr, Call, Const, Expr, Name, Op, Origin, Ref, Stmt
from sourcead.transform.heap import place_of
from sourcead.transform.reverse.structures import Slot, Structures
from sourcead.transform.reverse.views import with_base
from sourcead.transform.specialise import Specialiser
from sourcead.transform.trees import site_of

__all__ = ["Parts"]


class Parts:
    """The names given so far: (container, slot) -> name, and back to how the primal reads the part.

    `split`: start and end of a forward sweep after which the caller may change what holds the parts, before
    the reverse sweep runs.
    """

    def __init__(self, b: Specialiser, structures: Structures) -> None:
        self.b = b
        self.structures = structures
        self.names: dict[tuple[Name, Slot], Name] = {}
        self.reads: dict[Name, tuple[Name, Expr]] = {}
        self.split: tuple[list[Stmt], list[Stmt]] | None = None

    def __contains__(self, name: object) -> bool:
        return name in self.reads

    def part(self, container: Name, slot: Slot) -> Name:
        """The name under which the adjoint of a part is kept."""
        source = self.structures.source(container)
        if source is not None:
            container = self.part(*source)
        found = self.names.get((container, slot))
        if found is None:
            kind, read = self._item(container, slot)
            label = (
                slot
                if isinstance(slot, str) and slot.isidentifier()
                else f"{container.hint}_{slot}"
            )
            found = self.b.fresh(
                label if label.isidentifier() else f"{container.hint}_item", kind, True
            )
            self.names[container, slot] = found
            self.reads[found] = container, read
            if isinstance(kind, Array):  # it lies where what the program reads there lies
                self.b.heap.share(str(found), self._place(found, slot))
        return found

    def _place(self, part: Name, slot: Slot) -> str:
        container, _ = self.reads[part]
        site = site_of(self.b.kind(container))
        if site is not None:
            return place_of(site, slot)
        return f"{self._place_of_container(container)}[{slot}]"

    def _place_of_container(self, name: Name) -> str:
        found = next((slot for (_, slot), part in self.names.items() if part == name), None)
        return str(name) if found is None else self._place(name, found)

    def _item(self, container: Name, slot: Slot) -> tuple[Kind, Expr]:
        """The kind of a part and how the primal reads it."""
        match self.b.kind(container):
            case Tuple(items):
                assert isinstance(slot, int)
                return items[slot], Op("getitem", (container, Const(slot)))
            case Dict(_, site):
                return self.b.slot(site, slot), Op("getitem", (container, Const(slot)))
            case List(_, site):
                return self.b.heap.read(site, slot), Op("getitem", (container, Const(slot)))
            case Object(_, site):
                return self.b.heap.read(site, slot), Attr(container, str(slot))
            case other:
                raise AssertionError(other)

    def read(self, part: Name) -> Name:
        """The value of a part, read again."""
        container, expr = self.reads[part]
        known = next((s for (c, s), n in self.names.items() if n == part and c == container), None)
        entry = self.structures.entry_read(container, known)
        is_given = self.split is not None and self.outermost(part) in self.structures.params
        if entry is not None and not is_given:
            return entry
        if container in self.reads:
            expr = with_base(expr, self.read(container))
        if self.split is None or not is_given:
            return self.b.emit(expr, self.b.kind(part), part.hint)
        return self._emit(self.split[0], expr, part)

    def _emit(self, block: list[Stmt], expr: Expr, like: Name) -> Name:
        return self.b.emit_into(block, expr, self.b.kind(like), Origin.none(), like.hint)

    def value(self, name: Name) -> Name:
        """The primal value that a name stands for: itself, or the part that it is the name of."""
        return self.read(name) if name in self.reads else name

    def as_left(self, name: Name) -> Name:
        """A list that is as long as the forward sweep leaves it, whatever the caller makes of it."""
        value = self.value(name)
        is_given = self.outermost(name) in self.structures.params
        if self.split is None or not is_given or not isinstance(self.b.kind(name), List):
            return value
        return self._emit(self.split[1], Call(Ref("list", list), (value,)), name)

    def outermost(self, name: Name) -> Name:
        """The container that a part lies in, however deep."""
        while name in self.reads:
            name = self.reads[name][0]
        return name

    def route(self, part: Name) -> tuple[Name, list[Slot]]:
        """The outermost container and the slots that lead to a part."""
        slots: list[Slot] = []
        while part in self.reads:
            part, slot = next(place for place, name in self.names.items() if name == part)
            slots.insert(0, slot)
        return part, slots

    def arrive(self, name: Name, slots: list[Slot]) -> Name:
        """The part at the end of a route."""
        for slot in slots:
            name = self.part(name, slot)
        return name
