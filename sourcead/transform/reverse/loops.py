"""Reverse of a loop: the turns run backward, and carry the adjoints of what the primal's turns carry.

    for _ in range(n):          for _ in reversed(range(n)):
        y = y * x                   x_bar += y_bar * y
                                    y_bar = y_bar * x

Adjoints of names from outside of the loop add up over the turns: arrays in storage that exists before
the loop, numbers (`x_bar`) as sums that the loop carries.  The items of the reversed loop are not
decided yet (`None`): `assemble.py` finds out how it runs.

Which these are is found by writing a turn on trial.  Loops in the loop are met twice so: on trial, where all
that is asked is what they add to, and for good, where this is known.  A turn is therefore written twice,
however deep it lies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from sourcead.ir.kinds import Array, Dict, Kind, List, Np, Number, Object, Py, dtype_of
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Call,
    Carried,
    Const,
    For,
    MethodCall,
    Name,
    Operand,
    Ref,
    Store,
    StoreAttr,
    While,
)
from sourcead.ir.walk import statements
from sourcead.transform.builder import Val
from sourcead.transform.locations import binds_all
from sourcead.transform.reverse.adjoints import Adjoint
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.structures import Slot
from sourcead.transform.reverse.sweeping import Sweep
from sourcead.transform.rule_calls import ZERO

__all__ = ["loop"]


@dataclass(frozen=True)
class Entry:
    """The adjoint of a carried value: what the reversed loop starts from, and its name in a turn."""

    first: Operand
    inner: Name


@dataclass(frozen=True)
class Outer:
    """Names from outside of a loop to whose adjoints a turn adds, and ways to parts of containers there."""

    inside: frozenset[Name]
    names: frozenset[Name]
    routes: tuple[tuple[Name, tuple[Slot, ...]], ...]

    def all(self, s: State) -> set[Name]:
        parts = s.adj.parts
        return {*self.names, *(parts.arrive(name, list(slots)) for name, slots in self.routes)}


def loop(s: State, stmt: For | While, sweep: Sweep) -> None:
    if isinstance(stmt, While):
        _check_condition(s, stmt)
    body = (*stmt.condition, *stmt.body) if isinstance(stmt, While) else stmt.body
    seeds = [s.adj.take(c.result) if s.flows(c.result) else ZERO for c in stmt.carried]
    outer = s.turns.pop(id(stmt), None) or _outer_names(s, stmt, body, seeds, sweep)
    if outer is None:
        for c, seed in zip(stmt.carried, seeds):
            s.adj.contribute(c.initial, seed)
        return
    names = outer.all(s)
    if s.is_on_trial:
        s.turns[id(stmt)] = outer
        s.adj.touched |= names
        _reversed(s, stmt.carried, body, seeds, names, lambda _: None)
        return

    def for_good(block: Block) -> None:
        around, s.adj.touched = s.adj.touched, set()
        sweep(block)
        found = _outside(s, outer.inside)
        assert found.all(s) <= names, "a turn adds to more adjoints than it did on trial"
        s.adj.touched |= around

    _reversed(s, stmt.carried, body, seeds, names, for_good)


def _reversed(
    s: State,
    carried: Sequence[Carried],
    body: Block,
    seeds: list[Val],
    outer: set[Name],
    sweep: Sweep,
) -> None:
    sums = _prepare(s, outer)
    entries = _entries(s, carried, seeds)
    inside = {n: s.b.fresh(s.adj.hint(n), _sum_kind(s, n)) for n in sums}
    start = dict(s.adj.state)
    s.adj.state.update({n: Adjoint(name, False) for n, name in inside.items()})
    with s.b.block() as written:
        for c, entry in zip(carried, entries):
            if entry is not None:
                s.adj.contribute(c.next, entry.inner)
        sweep(body)
        ends = [_end_of_turn(s, c, e) if e else None for c, e in zip(carried, entries)]
        sum_ends = {n: s.adj.state.pop(n).value for n in sums}
    s.adj.state = {k: v for k, v in s.adj.state.items() if k in start}
    flows: list[Carried] = []
    after: list[tuple[Carried, Name]] = []
    for c, entry, end in zip(carried, entries, ends):
        if entry is None or end is None:
            continue
        like = s.kind(c.initial)
        kind = like if isinstance(like, Array) else s.b.kinds[entry.inner]
        result = s.b.fresh(s.adj.hint(c.inner), kind)
        flows.append(Carried(entry.inner, entry.first, end, result))
        after.append((c, result))
    for n, name in inside.items():
        first = start[n].value if n in start else Const(0.0)
        result = s.b.fresh(s.adj.hint(n), _sum_kind(s, n))
        flows.append(Carried(name, first, sum_ends[n], result))
        s.adj.state[n] = Adjoint(result, True)
    turn = s.b.fresh("_", Py(int))
    s.b.add(For(turn, Const(None), tuple(flows), tuple(written), None, s.b.origin))
    for c, result in after:
        s.adj.contribute(c.initial, result)


def _sum_kind(s: State, name: Name) -> Kind:
    """The kind of a number's running adjoint."""
    kind = s.kind(name)
    if not isinstance(kind, (Py, Np)):
        return Number()
    dtype = dtype_of(kind)
    return kind if dtype is not None and dtype.kind == "c" else Py(float)


def _entries(s: State, carried: Sequence[Carried], seeds: list[Val]) -> list[Entry | None]:
    out: list[Entry | None] = []
    for c, seed in zip(carried, seeds):
        if not s.flows(c.inner):
            out.append(None)
            continue
        first = s.adj.zeros(c.result) if seed == ZERO else s.adj.unstretched(s.b.operand(seed))
        kind = s.kind(c.next)
        like = kind if isinstance(kind, Array) else s.kind(c.inner)
        out.append(Entry(first, s.b.fresh(s.adj.hint(c.inner), like)))
    return out


def _end_of_turn(s: State, c: Carried, entry: Entry) -> Operand:
    seed = s.adj.take(c.inner)
    if seed != ZERO:
        return s.b.operand(seed)
    # What a branch leaves may be 0.0, for zeros of any shape; what is computed is not.
    is_made = isinstance(entry.first, Name) and entry.first in s.b.definitions
    if is_made and _have_one_shape(s.kind(entry.inner), s.kind(c.inner)):
        zeros = Call(Ref("np.zeros_like", np.zeros_like), (entry.inner,))
        return s.b.emit(zeros, s.kind(entry.inner), s.adj.hint(c.inner))
    return s.adj.zeros(c.inner, or_none=c.initial == UNDEFINED)


def _have_one_shape(one: Kind, other: Kind) -> bool:
    """Are two arrays certainly of one shape, as far as they are there?"""
    if not (isinstance(one, Array) and isinstance(other, Array)) or one.dtype != other.dtype:
        return False
    return bool(one.dims) and one.dims == other.dims and None not in one.dims


def _prepare(s: State, outer: set[Name]) -> list[Name]:
    """Adjoints that the loop adds to exist before it: arrays as storage; the others among them."""
    sums = []
    for name in sorted(outer, key=lambda n: (n.hint, n.number)):
        if isinstance(s.kind(name), (Array, List)):
            s.adj.materialise(name)
        else:  # a number, or it is not known whether it is one
            sums.append(name)
    return sums


# -- which adjoints of names from outside a turn adds to ---------------------------------------


def _outer_names(
    s: State, stmt: For | While, body: Block, seeds: list[Val], sweep: Sweep
) -> Outer | None:
    """Found by writing a turn once on trial; None if a turn does nothing."""
    inside = _inside(stmt, body)
    with _on_trial(s):
        entries = _entries(s, stmt.carried, seeds)
        s.adj.touched = set()
        for c, entry in zip(stmt.carried, entries):
            if entry is not None:  # a turn may end with a name from outside: `n = x`
                s.adj.contribute(c.next, entry.inner)
        for name in _written_outside(s, body, inside):
            if name not in s.adj.state:
                s.adj.state[name] = Adjoint(s.b.fresh("trial", s.kind(name)), True)
        sweep(body)
        outer = _outside(s, inside)
        is_empty = not (s.b.statements or outer.names or outer.routes)
    if is_empty and all(e is None for e in entries):
        return None
    return outer


def _inside(stmt: For | While, body: Block) -> frozenset[Name]:
    """What a turn, or the loop's head, binds."""
    inside = {n for each in statements(body) for n in binds_all(each)}
    inside |= {n for c in stmt.carried for n in (c.inner, c.result)}
    return frozenset(inside | {stmt.target} if isinstance(stmt, For) else inside)


def _outside(s: State, inside: frozenset[Name]) -> Outer:
    """Of the names that were touched, those that are not bound `inside`."""
    parts = s.adj.parts
    outer = {n for n in s.adj.touched if n not in inside and parts.outermost(n) not in inside}
    routes = [parts.route(n) for n in outer if n in parts]
    return Outer(
        inside,
        frozenset(n for n in outer if n not in parts),
        tuple((container, tuple(slots)) for container, slots in routes),
    )


def _written_outside(s: State, body: Block, inside: frozenset[Name]) -> list[Name]:
    """Owners from outside whose storage the body writes: their adjoint may be zero so far, but is there."""
    owners = [
        s.adj.owner(each.base)[0]
        for each in statements(body)
        if isinstance(each, Store) and isinstance(each.base, Name) and s.flows(each.base)
    ]
    return [n for n in dict.fromkeys(owners) if n not in inside]


@contextmanager
def _on_trial(s: State) -> Iterator[None]:
    """Whatever is written and contributed inside is forgotten."""
    state, touched = dict(s.adj.state), s.adj.touched
    names, reads = dict(s.adj.parts.names), dict(s.adj.parts.reads)
    is_in_another, s.is_on_trial = s.is_on_trial, True
    with s.b.trial():
        try:
            yield
        finally:
            s.is_on_trial = is_in_another
            s.adj.state, s.adj.touched = state, touched
            s.adj.parts.names, s.adj.parts.reads = names, reads


def _check_condition(s: State, stmt: While) -> None:
    """Values computed in a `while` test flow on into the body like any other; stores are done once more."""
    for inner in statements(stmt.condition):
        match inner:
            case Store(base) | StoreAttr(base) | Assign(expr=MethodCall(base)):
                pass
            case _:
                continue
        if isinstance(s.kind(base), (Array, List, Dict, Object)) and s.is_active(base):
            s.b.refuse(
                "the test of a `while` changes something that carries a derivative",
                "change it in the loop's body",
            )
