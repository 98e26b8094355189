"""The table of adjoints by memory, for storage of which it is not known while compiling whose it is.

Buffers that are swapped in a loop, one of two arrays on a branch, attributes that are assigned: their
adjoints are found while the gradient runs (`runtime/shadows.py`).
"""

from __future__ import annotations

from sourcead.ir.kinds import Kind, NoneKind, Unknown
from sourcead.ir.nodes import MethodCall, Name, Operand
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

    def take(self, name: Name, source: Name | None) -> Name:
        """The adjoint of memory whose making is gone back over; `source`: what it may be a view of."""
        kind, hint = self.b.kind(name), f"{name.hint}_bar"
        if source is None:
            return self._call("take", (name,), kind, hint)
        return self._call("take_apart", (name, source), kind, hint)

    def add_slot(self, holder: Operand, slot: Operand, amount: Val) -> None:
        """An attribute, or entry of a dict, that is written somewhere: its adjoint is kept by holder and slot."""
        added = self.b.operand(amount)
        self._call("add_slot", (holder, slot, added), NoneKind(), "_")

    def take_slot(self, holder: Operand, slot: Operand, like: Operand, kind: Kind) -> Name:
        return self._call("take_slot", (holder, slot, like), kind, "t_bar")

    def _call(self, method: str, args: tuple[Operand, ...], kind: Kind, hint: str) -> Name:
        return self.b.emit(MethodCall(self._table(), method, args), kind, hint)
