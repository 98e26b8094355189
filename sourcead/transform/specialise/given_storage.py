"""Does a generator write into an array, list or object that it has given already?

    def decays(u):
        for _ in range(3):
            u *= 0.5
            yield u             # the same array each time, with other content

Whoever looks at one element before the next is drawn sees each content; a list of all elements shows
the last one only.
"""

from __future__ import annotations

from collections.abc import Sequence

from sourcead.ir.kinds import Array, List, is_scalar
from sourcead.ir.nodes import (
    Assign,
    Call,
    Delete,
    For,
    MethodCall,
    Name,
    Stmt,
    Store,
    StoreAttr,
    While,
)
from sourcead.ir.walk import blocks, bound, operands, statements
from sourcead.transform.builder import Val
from sourcead.transform.effects import written_arguments
from sourcead.transform.specialise.context import Context

__all__ = ["writes_what_it_gave"]


def writes_what_it_gave(s: Context, items: Val, written: Sequence[Stmt]) -> bool:
    """Do these statements, which fill the list `items`, write into an element after it was put there?"""
    kind = s.kind(items)
    if not isinstance(kind, List) or not kind.site:
        return False
    return _Search(s, kind.site).finds(tuple(written), frozenset(), [])


def _given(s: Context, statement: Stmt, site: str) -> list[Name]:
    """The storage that a statement puts on the list of this site."""
    match statement:
        case Assign(_, MethodCall(Name() as base, "append", (Name() as value,))):
            kind = s.kind(base)
            if isinstance(kind, List) and kind.site == site and not is_scalar(s.kind(value)):
                return [value]
    return []


class _Search:
    """Goes through the statements in their order; a loop's turns come one after the other."""

    def __init__(self, s: Context, site: str) -> None:
        self.s, self.site = s, site

    def finds(self, block: tuple[Stmt, ...], turn: frozenset[Name], given: list[Name]) -> bool:
        """`turn`: what the innermost loop around binds anew; `given`: what is on the list already."""
        for statement in block:
            if any(self.is_written_late(base, turn, given) for base in _written(self.s, statement)):
                return True
            gives = [
                v for each in statements((statement,)) for v in _given(self.s, each, self.site)
            ]
            is_loop = isinstance(statement, (For, While))
            for inner in blocks(statement):
                anew = frozenset(bound(inner)) if is_loop else turn
                if self.finds(inner, anew, [*given, *(gives if is_loop else [])]):
                    return True
            given = [*given, *gives]
        return False

    def is_written_late(self, base: Name, turn: frozenset[Name], given: list[Name]) -> bool:
        if not given or self.root(base) in turn:
            return False
        s, kind = self.s, self.s.kind(base)
        sites = s.reachable(given)
        if not isinstance(kind, Array):
            return getattr(kind, "site", "") in sites
        arrays = {s.heap.find(str(v)) for v in given if isinstance(s.kind(v), Array)}
        arrays |= {s.heap.find(f"{each} {k!r}") for each in sites for k in s.heap.known(each)}
        return s.heap.find(str(base)) in arrays

    def root(self, name: Name) -> Name:
        """The array that this is a view of."""
        group = self.s.heap.find(str(name))
        while (expr := self.s.definitions.get(name)) is not None:
            same = [
                v
                for v in operands(expr)
                if isinstance(v, Name) and self.s.heap.find(str(v)) == group and v != name
            ]
            if not same or not isinstance(self.s.kind(name), Array):
                return name
            name = same[0]
        return name


def _written(s: Context, statement: Stmt) -> list[Name]:
    """Arrays and containers that the statement itself may write."""
    match statement:
        case Store(base=Name() as base) | StoreAttr(base=Name() as base):
            return [base]
        case Delete(base=Name() as base):
            return [base]
        case Assign(expr=(Call() | MethodCall()) as expr):
            found = list(written_arguments(expr, s.kinds))
            if isinstance(expr, MethodCall) and isinstance(expr.value, Name):
                if not isinstance(s.kind(expr.value), Array):
                    found.append(expr.value)
            return [v for v in found if isinstance(v, Name)]
        case _:
            return []
