"""The table of adjoints by memory, for storage of which it is not known while compiling whose it is.

Buffers that are swapped in a loop, one of two arrays on a branch, attributes that are assigned: their
adjoints are found while the gradient runs (`runtime/shadows.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sourcead.ir.kinds import Kind, NoneKind, Tuple, Unknown
from sourcead.ir.nodes import Const, MethodCall, Name, Op, Operand
from sourcead.transform.builder import Val
from sourcead.transform.specialise import Specialiser

__all__ = ["Table"]


class Table:
    """The calls of one gradient's `Shadows`; its name is given when something first needs it."""

    def __init__(self, b: Specialiser) -> None:
        self.b = b
        self.name: Name | None = None

    def _table(self) -> Name:
        if self.name is None:
            self.name = self.b.fresh("shadows", Unknown())
        return self.name

    def shadow(self, name: Name) -> Name:
        """The adjoint of the memory that `name` looks at."""
        return self._call("of", (name,), self.b.kind(name), f"{name.hint}_bar")

    def take_memory(self, name: Name, source: Name | None) -> Name:
        """The adjoint of memory whose making is gone back over; `source`: what it may be a view of."""
        kind, hint = self.b.kind(name), f"{name.hint}_bar"
        if source is None:
            return self._call("take", (name,), kind, hint)
        return self._call("take_apart", (name, source), kind, hint)

    def take_each(self, names: Sequence[Name]) -> list[Name]:
        """The adjoints of arrays that one operation has made; they may lie in one memory."""
        if not names:
            return []
        kinds = tuple(self.b.kind(name) for name in names)
        taken = self._call("take_each", tuple(names), Tuple(kinds), "t")
        hints = [f"{name.hint}_bar" for name in names]
        items = [Op("getitem", (taken, Const(at))) for at in range(len(names))]
        return [self.b.emit(*each) for each in zip(items, kinds, hints)]

    # -- what containers hold ----------------------------------------------------------------

    def add_slot(self, holder: Operand, slot: Operand, amount: Val) -> None:
        """Add to the adjoint of an attribute, of an entry of a dict, of an element or slice of a list."""
        self._do("add_slot", holder, slot, self.b.operand(amount))

    def take_slot(self, holder: Operand, slot: Operand, like: Operand, kind: Kind) -> Name:
        """The adjoint in a slot, which has none afterwards; `like`: zeros of its structure if nothing came."""
        return self._call("take_slot", (holder, slot, like), kind, "t_bar")

    def take(self, method: str, kind: Kind, *args: Operand) -> Name:
        """An adjoint taken out of a list by one of the methods of `Shadows`."""
        return self._call(method, args, kind, "t_bar")

    def undo(self, method: str, *args: Operand) -> None:
        """The opposite of what the program did to a list, on the adjoints of its elements."""
        self._do(method, *args)

    def gradient_of(self, value: Operand, hint: str) -> Name:
        """The adjoint of an argument that holds others, in its structure."""
        return self._call("gradient_of", (value,), Unknown(), hint)

    def _do(self, method: str, *args: Operand) -> None:
        self._call(method, args, NoneKind(), "_")

    def _call(self, method: str, args: tuple[Operand, ...], kind: Kind, hint: str) -> Name:
        return self.b.emit(MethodCall(self._table(), method, args), kind, hint)
