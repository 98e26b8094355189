"""A list that a recursive function may return as it was given: its caller gets a copy, and may not tell.

def small(xs): return xs if len(xs) < 2 else small(xs[1:])

ys = small(xs)
ys.append(x)        # would be seen in xs: refused
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sourcead.errors import NotDifferentiable
from sourcead.ir.nodes import (
    Assign,
    Block,
    Const,
    Delete,
    For,
    MethodCall,
    Name,
    Op,
    Origin,
    Stmt,
    Store,
    While,
)
from sourcead.ir.walk import blocks
from sourcead.transform.builder import Val
from sourcead.transform.locations import READING

if TYPE_CHECKING:
    from sourcead.transform.specialise.specialiser import Specialised

__all__ = ["refuse_changes_of_same"]


def refuse_changes_of_same(done: Specialised) -> None:
    """A list that a function may return as it was given, and got a copy of, is not to be changed behind the call."""
    b = done.builder
    if not b.may_be_same:
        return
    ordered = list(_ordered(done.function.body))
    places = {stmt.target: at for at, stmt in ordered if isinstance(stmt, Assign)}

    def site_of(value: Val) -> str:
        kind = b.kinds.get(value) if isinstance(value, Name) else None
        return b.heap.site(getattr(kind, "site", ""))

    for call, value, own in b.may_be_same:
        if not isinstance(call, Name) or call not in places:
            continue
        handed_back = set(map(id, own))  # the call itself has done that, to both
        for at, stmt in ordered:
            bases = [base for base in _changed(stmt) if site_of(base) == site_of(value)]
            if not at.loops and id(stmt) in handed_back:
                continue
            if any(_may_follow(at, places[call], places.get(base)) for base in bases):
                raise NotDifferentiable.at(
                    at.origin,
                    "a list is changed that a function which calls itself may return as it was given",
                    "let it return a copy: list(...)",
                )


def _changed(stmt: Stmt) -> list[Name]:
    """The lists that a statement changes, or of which it asks whether they are the same."""
    match stmt:
        case Store(Name() as base) | Delete(Name() as base):
            return [base]
        case Assign(_, Op("is_" | "is_not", args)) if Const(None) not in args:
            return [a for a in args if isinstance(a, Name)]
        case Assign(_, MethodCall(Name() as base, method)) if method not in READING:
            return [base]
        case _:
            return []


@dataclass(frozen=True)
class At:
    """Where a statement stands: in the order of the text, and in which loops."""

    number: int
    loops: tuple[int, ...]
    origin: Origin


def _ordered(
    block: Block, loops: tuple[int, ...] = (), count: Iterator[int] | None = None
) -> Iterator[tuple[At, Stmt]]:
    count = itertools.count() if count is None else count
    for stmt in block:
        number = next(count)
        yield At(number, loops, stmt.origin), stmt
        inner = (*loops, number) if isinstance(stmt, (For, While)) else loops
        for each in blocks(stmt):
            yield from _ordered(each, inner, count)


def _may_follow(write: At, call: At, made: At | None) -> bool:
    """May the write come behind the call, to what there was then?  `made`: where what is written is made."""
    if write.number > call.number:
        return True
    both = [a for a, b in zip(write.loops, call.loops) if a == b]
    return bool(both) and (made is None or both[-1] not in made.loops)
