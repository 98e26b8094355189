"""Where each array lives: which arrays are views of which, who owns storage, which storage is written."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Object,
    Tuple,
    Unknown,
    is_optional,
)
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Delete,
    For,
    Function,
    MethodCall,
    Name,
    Stmt,
    Store,
    StoreAttr,
    While,
)
from sourcead.ir.walk import binds, statements
from sourcead.rules import registry
from sourcead.transform.effects import function_of, view_base, written_arguments
from sourcead.transform.heap import ENTWINED, ITEM, Heap, place_of, places

__all__ = ["Locations", "View", "binds_all", "names_of"]


KEEPING = frozenset({"add", "sub", "mul", "truediv", "pow"})
"""`a[i] op= value` computes each element from what it was: nothing is lost."""

READING = frozenset({"items", "keys", "values", "get", "copy", "index", "count", "of"})
"""Methods of containers that change nothing."""


@dataclass(frozen=True)
class View:
    """`name` is `expr` applied to `base`: the same memory, seen through an index or a view method."""

    base: Name
    expr: Any


class Locations:
    """Where each array lives: its owner and the views that lead from the owner to it."""

    def __init__(
        self,
        body: Block,
        kinds: Mapping[Name, Kind],
        heap: Heap,
        params: Iterable[Name],
        handed_out: Iterable[str] = (),
    ) -> None:
        """`handed_out`: sites of which the caller gives a cotangent as they are at the end."""
        self.kinds = kinds
        self.heap = heap
        params = self.params = list(params)
        self.views: dict[Name, View] = {}
        self.written: dict[str, list[tuple[int, ...]]] = {}
        self.overwritten: set[str] = set()  # of those, where content is lost, not only changed
        self.owners: dict[str, set[Name]] = {}
        self.mutated_sites: set[str] = set()
        self.maybe: set[Name] = set()
        self.settled: set[Name] = (
            set()
        )  # of those, the ones of which it does not matter (`settled.py`)
        for stmt in statements(body):
            self._note(stmt)
        self.list_names: dict[str, set[Name]] = {}
        names = [*params, *(n for s in statements(body) for n in binds_all(s))]
        for name in names:
            kind = kinds.get(name)
            if isinstance(kind, (List, Dict, Object)):
                self.list_names.setdefault(kind.site, set()).add(name)
        self.optional = [n for n in names if is_optional(kinds.get(n, Unknown())) and n in kinds]
        for name in names:
            if isinstance(kinds.get(name), Array) and name not in self.views:
                self.owners.setdefault(self.cls(name), set()).add(name)
        for site in heap.whole:  # what is in a list when it is read as a whole is one more owner
            self._own(site, ITEM)
        for site in handed_out:
            for slot in heap.known(site):
                self._own(site, slot)

    def _own(self, site: str, slot: Hashable) -> None:
        for place in places(place_of(site, slot), self.heap.read(site, slot)):
            self.owners.setdefault(self.heap.find(place), set()).add(Name(place, 0))

    def cls(self, name: Name) -> str:
        """The class of arrays that may share storage with `name`."""
        return self.heap.find(str(name))

    def is_written(self, name: Name) -> bool:
        return self.cls(name) in self.written

    def owner(self, name: Name) -> tuple[Name, list[Any]]:
        """The array that owns the memory and the view expressions from it to `name`, outermost last."""
        path: list[Any] = []
        while name in self.views:
            view = self.views[name]
            path.append(view.expr)
            name = view.base
        return name, path[::-1]

    def is_static(self, name: Name) -> bool:
        """Is the owner of this storage known: unwritten, or one owner for all arrays that may share it?"""
        return self._is_static(self.cls(name))

    def holds_dynamic(self, site: str) -> bool:
        """Is it open whose the arrays in this list are?"""
        return True in self.found_by_memory(site, ITEM)

    def found_by_memory(self, site: str, slot: Hashable) -> set[bool]:
        """Of the arrays that may be in a slot: are their adjoints found by their memory?"""
        held = places(place_of(site, slot), self.heap.read(site, slot))
        return {not self._is_static(self.heap.find(place)) for place in held}

    def _is_static(self, cls: str) -> bool:
        if any(self.cls(n) == cls for n in self.optional):
            return False
        if cls not in self.written:
            return True
        if self.heap.entwined and cls == self.heap.find(ENTWINED):
            return False
        owners = self.owners.get(cls, set()) - self.settled
        return len(owners) <= 1 and not any(self.cls(m) == cls for m in self.maybe - self.settled)

    def is_in_argument(self, name: Name) -> bool:
        """May this array lie in a list, dict, object or tuple that was there before the call?"""
        sites = {site for site, _ in self.heap.slots if self.heap.is_external(site)}
        return self.is_in(name, sites) or any(self.is_in_tuple(name, p) for p in self.params)

    def is_in(self, name: Name, sites: set[str]) -> bool:
        """May this array be what one of these lists, dicts and objects holds?"""
        held = ((place_of(*at), kind) for at, kind in self.heap.slots.items() if at[0] in sites)
        return any(self._is_at(name, place, kind) for place, kind in held)

    def is_in_tuple(self, name: Name, holder: Name) -> bool:
        kind = self.kinds[holder]
        return isinstance(kind, Tuple) and self._is_at(name, str(holder), kind)

    def _is_at(self, name: Name, place: str, kind: Kind) -> bool:
        cls = self.cls(name)
        return any(self.heap.find(each) == cls for each in places(place, kind))

    def _note(self, stmt: Stmt) -> None:
        match stmt:
            case Assign(target, expr):
                self._note_view(target, expr)
                if isinstance(expr, (Call, MethodCall)):
                    for name in written_arguments(expr, self.kinds):
                        self._write(name, stmt)
                        self._mutate(name)
                if (
                    isinstance(expr, MethodCall)
                    and isinstance(expr.value, Name)
                    and expr.method not in READING
                    and not self._only_reads(expr)
                ):
                    self._mutate(expr.value)
            case Store(base) | StoreAttr(base):
                if isinstance(base, Name):
                    self._write(base, stmt)
                    self._mutate(base)
            case Delete(base):
                if isinstance(base, Name):
                    self._mutate(base)
            case _:
                return

    def _only_reads(self, expr: MethodCall) -> bool:
        """Does the rule of an object's method say that it writes nothing?"""
        kind = self.kinds.get(expr.value) if isinstance(expr.value, Name) else None
        rule = registry.lookup(function_of(expr, self.kinds)) if isinstance(kind, Object) else None
        return rule is not None and not rule.effects.writes

    def _write(self, name: Name, stmt: Stmt) -> None:
        if isinstance(self.kinds.get(name), Array):
            self.written.setdefault(self.cls(name), []).append(stmt.origin.at)
            if not (isinstance(stmt, Store) and stmt.op in KEEPING):
                self.overwritten.add(self.cls(name))

    def _mutate(self, name: Name) -> None:
        kind = self.kinds.get(name)
        if isinstance(kind, (List, Dict, Object)):
            self.mutated_sites.add(kind.site)

    def _note_view(self, target: Name, expr: Any) -> None:
        if not isinstance(self.kinds.get(target), Array):
            return
        base = view_base(expr, self.kinds)
        if base is not None and isinstance(self.kinds.get(base), Array):
            self.views[target] = View(base, expr)
        elif self._may_view(expr):
            self.maybe.add(target)

    def _may_view(self, expr: Any) -> bool:
        rule = registry.lookup(function_of(expr, self.kinds))
        return rule is not None and rule.effects.returns in ("maybe", "same", "view")


def names_of(function: Function) -> set[str]:
    """All names that a function binds, as the classes of arrays are asked for by."""
    inside = (n for stmt in statements(function.body) for n in (*binds_all(stmt), *binds(stmt)))
    return {str(n) for n in (*(p.name for p in function.params), *inside)}


def binds_all(stmt: Stmt) -> tuple[Name, ...]:
    """Every name that a statement itself binds, also those inside a loop's head."""
    match stmt:
        case For():
            return (stmt.target, *(n for c in stmt.carried for n in (c.inner, c.result)))
        case While():
            return tuple(n for c in stmt.carried for n in (c.inner, c.result))
        case _:
            return binds(stmt)
