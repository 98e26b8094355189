"""Names for the adjoints of parts: the items of a tuple, the entries of a dict, the attributes of an object.

A structure that nobody changes has no adjoint of its own.  Each of its numbers and arrays has one,
under a name that is given when it is first asked for.
"""

from __future__ import annotations

from sourcead.ir.kinds import Dict, Kind, List, Object, Tuple
from sourcead.ir.nodes import Attr, Const, Expr, Name, Op
from sourcead.transform.reverse.structures import Slot, Structures
from sourcead.transform.reverse.views import with_base
from sourcead.transform.specialise import Specialiser

__all__ = ["Parts"]


class Parts:
    """The names given so far: (container, slot) -> name, and back to how the primal reads the part."""

    def __init__(self, b: Specialiser, structures: Structures) -> None:
        self.b = b
        self.structures = structures
        self.names: dict[tuple[Name, Slot], Name] = {}
        self.reads: dict[Name, tuple[Name, Expr]] = {}

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
        return found

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
        if entry is not None:
            return entry
        if container in self.reads:
            expr = with_base(expr, self.read(container))
        return self.b.emit(expr, self.b.kind(part), part.hint)

    def value(self, name: Name) -> Name:
        """The primal value that a name stands for: itself, or the part that it is the name of."""
        return self.read(name) if name in self.reads else name

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
