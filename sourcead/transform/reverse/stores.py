"""Reverse of writes to arrays: `u[i] = v` moves an adjoint, `u[i] op= v` passes it through.

    u[i] = v        t = u_bar[i].copy(); u_bar[i] = 0; v_bar += t
    u[i] += v       v_bar += u_bar[i]
    u[i] *= v       t = u_bar[i].copy(); u_bar[i] = t * v; v_bar += t * u[i]     with the old u[i]

The write has been undone when these statements run; the order is the one that holds when `v` is a
view of `u`.  docs/storage.md has the whole table.
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array, Dict, Kind, List, NoneKind, Np, Py
from sourcead.ir.nodes import Call, Const, Expr, MethodCall, Name, Op, Operand, Ref, Star, Store
from sourcead.runtime.accumulate import last_written
from sourcead.transform.builder import Val
from sourcead.transform.effects import index_kinds, is_at, is_mask
from sourcead.transform.formulas import negative
from sourcead.transform.imaginary import is_imaginary
from sourcead.transform.indexing import is_basic
from sourcead.transform.reverse.lists import list_store
from sourcead.transform.reverse.slots import slot_store
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.views import element_kind
from sourcead.transform.rule_calls import ZERO

__all__ = ["read_array", "store", "sum_at"]


def store(s: State, stmt: Store) -> None:
    """The adjoint step of `base[index] = value` or `base[index] op= value`."""
    base = stmt.base
    if not isinstance(base, Name) or not s.is_active(base):
        return
    match s.kind(base):
        case List():
            list_store(s, base, stmt)
        case Dict():
            slot_store(s, base, stmt.index, stmt.value, stmt.op)
        case Array() as kind:
            _array_store(s, base, kind, stmt)
        case _:
            s.b.refuse("an active value is stored into a container", "use an array")


def _array_store(s: State, base: Name, kind: Array, stmt: Store) -> None:
    if not s.adj.is_dynamic(base):
        owner, _ = s.adj.owner(base)
        if s.adj.peek(owner) is None:
            return
        s.adj.touched.add(owner)
    buffer = s.adj.location(base)
    assert buffer is not None
    place = Place(s, buffer, stmt.index, kind)
    value = stmt.value
    match stmt.op:
        case "add" | "sub":
            if s.is_active(value):
                seed, copied = place.read(last=True)
                amount = seed if stmt.op == "add" else negative(s.b, seed)
                s.adj.contribute(value, amount, transient=stmt.op == "add" and not copied)
        case None:
            seed = place.take() if s.is_active(value) else ZERO
            place.clear()  # first: the value may be a view of the same storage
            s.adj.contribute(value, seed, owned=not place.scalar)
        case "mul" | "truediv" if not s.is_active(value):
            s.b.add(Store(place.buffer, stmt.index, value, stmt.op, s.b.origin))
        case op:
            _update(s, place, base, value, op)


def _update(s: State, place: Place, base: Name, value: Operand, op: str) -> None:
    """`base[index] op= value`: the old content is read again (the write has been undone here)."""
    active = s.is_active(value)
    seed = place.take()
    old = base if place.whole else s.b.emit(Op("getitem", (base, place.index)), place.kind)
    partials = s.rules.partials_of_update(op, old, value, active)
    amount = s.b.operand(s.rules.term_of_update(op, base, old, value, seed, partials[0]))
    s.b.add(Store(place.buffer, place.index, amount, None, s.b.origin))
    if active and len(partials) > 1:
        s.adj.contribute(value, s.rules.term_of_update(op, base, old, value, seed, partials[1]))


def read_array(s: State, base: Name, index: Operand, seed: Val) -> None:
    """Reverse of reading an element or a gather: its adjoint goes to the same place of the base's."""
    parts = index_kinds(index, s.b.kinds)
    buffer = s.adj.buffer(base)
    amount = s.b.operand(negative(s.b, seed) if is_imaginary(s.b, base) else seed)
    if parts is not None and (is_basic(parts) or is_mask(parts)):
        s.b.add(Store(buffer, index, amount, "add", s.b.origin))
    else:
        s.b.emit(Call(Ref("np.add.at", np.add.at), (buffer, index, amount)), NoneKind(), "_")


def sum_at(s: State, expr: Expr) -> bool:
    """Reverse of `np.add.at(u, index, v)`: every position gets its element's adjoint."""
    match expr:
        case Call(Ref(value=function), (base, index, value)) if is_at(function):
            pass
        case _:
            return False
    assert isinstance(base, Name) and not isinstance(index, Star) and not isinstance(value, Star)
    if s.is_active(base) and s.is_active(value):
        buffer = s.adj.buffer(base)
        kind = element_kind(s.b, buffer, index)
        seed = s.b.emit(Op("getitem", (buffer, index)), kind)
        if function.__self__ is np.subtract:
            s.adj.contribute(value, negative(s.b, seed))
        else:
            s.adj.contribute(value, seed, transient=True)
    return True


class Place:
    """`buffer[index]`, the adjoint of an element or part of an array that is written."""

    def __init__(self, s: State, buffer: Operand, index: Operand, kind: Array) -> None:
        self.b = s.b
        self.buffer = buffer
        self.index = index
        self.whole = isinstance(index, Const) and index.value is Ellipsis
        parts = index_kinds(index, s.b.kinds)
        self.basic = parts is not None and bool(is_basic(parts))
        self.mask = parts is not None and is_mask(parts)
        self.kind: Kind = kind if self.whole else element_kind(s.b, buffer, index)
        self.scalar = isinstance(self.kind, (Py, Np))

    def read(self, last: bool = False) -> tuple[Operand, bool]:
        """The adjoint there, and whether it is storage of its own."""
        if self.whole:
            return self.buffer, False
        if not (self.basic or self.mask) and last:
            made = Call(Ref("last_written", last_written), (self.buffer, self.index))
            return self.b.emit(made, self.kind), True
        name = self.b.emit(Op("getitem", (self.buffer, self.index)), self.kind)
        return name, self.scalar or not self.basic

    def take(self) -> Operand:
        """The adjoint there as a value of its own (a copy unless it is a number)."""
        value, copied = self.read(last=True)
        return value if copied else self.b.emit(MethodCall(value, "copy", ()), self.kind)

    def clear(self) -> None:
        self.b.add(Store(self.buffer, self.index, Const(0.0), None, self.b.origin))
