"""The adjoint of a parameter as it is returned: of its structure, sharing memory with nothing."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Np,
    Object,
    Py,
    Tuple,
    Unknown,
    carries,
    dtype_of,
)
from sourcead.ir.nodes import Call, Const, MethodCall, Name, Op, Operand, Ref, Stmt
from sourcead.runtime.lists import like_object, zeros_like
from sourcead.runtime.structures import entry_of
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.precision import is_declared, widened
from sourcead.transform.reverse.adjoints import Manner
from sourcead.transform.reverse.state import State

__all__ = ["Finish"]


def _is_double(kind: Np) -> bool:
    """Python's own numbers do for these."""
    return np.dtype(kind.dtype) in (np.float64, np.complex128)


class Finish:
    """Finishes the adjoints of one gradient. `returned`: storage that is a result already."""

    def __init__(self, s: State, prologue: list[Stmt]) -> None:
        self.s = s
        self.b = s.b
        self.adj = s.adj
        self.returned: set[Operand] = set()
        self.prologue = prologue  # what is noted at the start of the forward sweep

    def finish(self, name: Name) -> Val:
        kind, hint = self.b.kind(name), self.b.called.hint(name, "_bar")
        if self.s.structures.is_dynamic(name):
            return self.adj.table.gradient_of(self._as_on_entry(name), hint)
        if isinstance(kind, (Tuple, Dict, Object)) or self.s.structures.is_record(kind):
            return self._parts(name, kind)
        if self.adj.is_dynamic(name):
            return self.b.emit(MethodCall(self.adj.shadow(name), "copy", ()), kind, hint)
        found = self.adj.peek(name)
        if found is None and isinstance(kind, List) and kind.site in self.s.at.mutated_sites:
            return self._zero_on_entry(name, kind)
        if found is None:
            return self._zero(self.adj.parts.as_left(name), kind)
        return self._value(found.value, found.owned, kind, hint)

    def _as_on_entry(self, name: Name) -> Operand:
        """The structure as it is before the program changes it; noted at the start of the forward sweep."""
        self.b.open.append(self.prologue)
        try:
            made = Call(Ref("entry_of", entry_of), (self.adj.parts.value(name),))
            return self.b.emit(made, Unknown(), f"{name.hint}_entry")
        finally:
            self.b.open.pop()

    def _zero_on_entry(self, name: Name, kind: Kind) -> Operand:
        """Zeros for the elements that a list has before the program adds others."""
        self.b.open.append(self.prologue)
        try:
            return self._zero(name, kind)
        finally:
            self.b.open.pop()

    # -- numbers and arrays ------------------------------------------------------------------

    def _value(self, value: Operand, owned: bool, kind: Kind, hint: str) -> Operand:
        """An adjoint of the type of its parameter; copied if anybody else has its storage."""
        have = self.b.kind(value)
        if isinstance(have, Array) and isinstance(kind, Array) and kind.dims:
            wide = widened(self.b, value, kind)
            if wide != value:
                return wide
        if isinstance(kind, Py) and not isinstance(have, Py) and not isinstance(value, Const):
            return self.b.emit(Call(Ref(kind.type.__name__, kind.type), (value,)), kind, hint)
        if isinstance(kind, Np) and (
            (dtype_of(kind) != dtype_of(have) and not _is_double(kind))
            or is_declared(self.b, value)  # it may be an array without axes
        ):
            made = Call(Ref(f"np.{kind.dtype}", np.dtype(kind.dtype).type), (value,))
            return self.b.emit(made, kind, hint)
        if isinstance(kind, Array) and not kind.dims and not self._is_array_of_0d(value, have):
            return self.b.emit(Call(Ref("np.array", np.array), (value,)), kind, hint)
        if isinstance(kind, Array):
            if value in self.returned or (not owned and not self.adj.is_fresh(value)):
                return self.b.emit(MethodCall(value, "copy", ()), kind, hint)
            self.returned.add(value)
        return value

    def _is_array_of_0d(self, value: Operand, have: Kind) -> bool:
        """Of arrays without axes, arithmetic makes numbers, whatever they are said to be."""
        made = self.b.definitions.get(value) if isinstance(value, Name) else None
        return isinstance(have, Array) and (
            isinstance(made, Call)
            and isinstance(made.func, Ref)
            and made.func.value in (np.array, np.zeros_like)
        )

    def _zero(self, like: Name, kind: Kind) -> Operand:
        match kind:
            case Np(dtype):
                made = Call(Ref(f"np.{dtype}", np.dtype(dtype).type), (Const(0.0),))
                return self.b.emit(made, kind)
            case Py():
                return Const(0j if kind == Py(complex) else 0.0)
            case Array():
                made = Call(Ref("np.zeros_like", np.zeros_like), (like,))
                return self.b.emit(made, kind, "zero")
            case _:
                return self.b.emit(Call(Ref("zeros_like", zeros_like), (like,)), kind, "zero")

    # -- structures --------------------------------------------------------------------------

    def _parts(self, name: Name, kind: Kind) -> Val:
        """The same structure, with None where a leaf carries no derivative."""
        slots = self._slots(kind)
        values = [self._slot(name, kind, slot, each) for slot, each in slots]
        if isinstance(kind, Tuple):
            return Virtual(tuple(values), "tuple", kind.cls)
        items = [self.b.operand(v) for v in values]
        hint = f"{name.hint}_bar"
        if isinstance(kind, List):
            return self.b.emit(Op("list", tuple(items)), Unknown(), hint)
        flat = tuple(o for (slot, _), v in zip(slots, items) for o in (Const(slot), v))
        made = self.b.emit(Op("dict", flat), Unknown(), hint)
        if isinstance(kind, Object):
            like = self.adj.parts.value(name)
            return self.b.emit(Call(Ref("like_object", like_object), (like, made)), Unknown(), hint)
        return made

    def _slots(self, kind: Kind) -> list[tuple[Hashable, Kind]]:
        if isinstance(kind, Tuple):
            return list(enumerate(kind.items))
        assert isinstance(kind, (List, Dict, Object))
        return [
            (slot, self.b.heap.read(kind.site, slot))
            for slot in self.b.heap.known(kind.site)
            if (slot != ITEM or isinstance(kind, Dict)) and not self.b.heap.is_new(kind.site, slot)
        ]

    def _slot(self, name: Name, kind: Kind, slot: Hashable, each: Kind) -> Val:
        if not carries(each):
            return Const(None)
        part = self.adj.parts.part(name, slot)
        if (
            isinstance(kind, (Dict, Object))
            and kind.site in self.s.at.mutated_sites
            and isinstance(each, (Py, Np, Array))
            and not self.adj.is_dynamic(part)
        ):
            parts = self.adj.parts
            like = Const(0.0) if isinstance(each, (Py, Np)) else parts.read(part)
            held = self.adj.table.take_slot(parts.value(name), Const(slot), like, each)
            self.adj.contribute_number(part, held, Manner(owned=True))
        return self.finish(part)
