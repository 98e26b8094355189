"""Arrays that may be views, but are read only before anybody writes what they show: as good as copies.

Of `np.diag(L)`, `u.reshape(2, -1)`, `u.ravel()` it is open whether they look at the memory of their argument, and
`sliding_window_view(u, 3)` shows each element several times.  Where no write follows them, in the order of the
program, that makes no difference to any value or adjoint.  Neither does it in a loop that makes them anew in each
turn, and writes when they have been read for the last time:

    for _ in range(steps):
        u[1:-1] = sliding_window_view(u, 3) @ weights
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sourcead.ir.kinds import Array, Np, Py
from sourcead.ir.nodes import Assign, Block, Call, MethodCall, Name, Stmt, Store
from sourcead.ir.walk import reads, statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import written_arguments
from sourcead.transform.locations import Locations
from sourcead.transform.positions import At
from sourcead.transform.reverse.program import Program

__all__ = ["settled_views"]


def settled_views(
    locations: Locations, program: Program, body: Block, results: Iterable[Val]
) -> set[Name]:
    """`results`: what is read of the program when it is over."""
    found, ends = set(), set(_names(results))
    for name in locations.maybe:
        made = program.definitions[name].at
        later = [
            write
            for write in locations.written.get(locations.cls(name), ())
            if program.may_follow(write, made)
        ]
        if not later or _is_read_before(locations, program, body, name, later, ends):
            found.add(name)
    return found


def _names(values: Iterable[Val]) -> Iterator[Name]:
    for value in values:
        if isinstance(value, Virtual):
            yield from _names(value.items)
        elif isinstance(value, Name):
            yield value


def _is_read_before(
    locations: Locations,
    program: Program,
    body: Block,
    name: Name,
    writes: Sequence[At],
    results: set[Name],
) -> bool:
    """Is the array, with its own views, read before the writes in each turn, and never written or kept?"""
    made = program.definitions[name]
    seen, shown = [], {name}
    for stmt in statements(body):
        if shown.isdisjoint(reads(stmt)):
            continue
        shows = _shows(locations, stmt, shown)
        if shows is None:
            return False
        shown |= shows
        seen.append(stmt)
    return shown.isdisjoint(results) and not any(
        write > made.at and _may_see(program, stmt, write, made.home)
        for write in writes
        for stmt in seen
    )


def _shows(locations: Locations, stmt: Stmt, shown: set[Name]) -> set[Name] | None:
    """The further views that a statement makes of arrays; None where it writes or keeps one."""
    match stmt:
        case Store(base, _, _):
            return None if base in shown else set()
        case Assign(target, expr):
            kind = locations.kinds.get(target)
            if not isinstance(kind, (Array, Py, Np)):
                return None
            if isinstance(expr, (Call, MethodCall)) and not shown.isdisjoint(
                written_arguments(expr, locations.kinds)
            ):
                return None
            same = isinstance(kind, Array) and locations.cls(target) in map(locations.cls, shown)
            return {target} if same else set()
        case _:
            return None


def _may_see(program: Program, stmt: Stmt, write: At, home: At) -> bool:
    """May the statement run after the write in the same turn?  What a store takes is read before it writes."""
    at = stmt.origin.at
    if at == write and isinstance(stmt, Store):
        return False
    return program.may_follow_in_turn(at, write, home)
