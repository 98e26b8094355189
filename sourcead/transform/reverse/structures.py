"""Whose are the adjoints of what a list, dict or object holds: known while compiling, or found by identity?

A structure that is an argument, is reached from it by constant keys and attributes, and is not changed
is *plain*: each of its numbers has an adjoint under a name (`parts.py`).  A list that has one name has the
list of its elements' adjoints beside it (`lists.py`).  Every other list, dict or object is looked up
while the gradient runs (`table.py`): elements of a list that a loop runs over, two names for one dict, an
object in an attribute that is rebound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Sequence

from sourcead.ir.kinds import Dict, Kind, List, Np, Object, Py, Slice, Tuple, Unknown
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Delete,
    Expr,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Store,
)
from sourcead.ir.walk import statements
from sourcead.rules import registry
from sourcead.transform.builder import Val
from sourcead.transform.effects import function_of
from sourcead.transform.heap import ITEM, places
from sourcead.transform.locations import Locations, binds_all
from sourcead.transform.specialise import Specialiser
from sourcead.transform.specialise.leaves import Leaf
from sourcead.transform.trees import arrays_in, site_of, sites_in

__all__ = ["Slot", "Structures", "holds_containers"]

Slot = Hashable
"""A position, a key or the name of an attribute."""


class Structures:
    """Which containers are looked up by identity (`dynamic`), and where the plain ones come from."""

    def __init__(
        self,
        b: Specialiser,
        locations: Locations,
        params: Sequence[Name],
        body: Block,
        leaves: Sequence[Leaf] = (),
    ) -> None:
        self.b = b
        self.at = locations
        self.params = list(params)
        self.made: dict[Name, Expr] = {}
        self.deleted: set[str] = set()
        bound: dict[Name, None] = dict.fromkeys(params)
        for stmt in statements(body):
            bound.update(dict.fromkeys(binds_all(stmt)))
            if isinstance(stmt, Assign):
                self.made[stmt.target] = stmt.expr
            elif isinstance(stmt, (Delete, Store)):
                self._note_change(stmt)
        outermost = [s.target for s in body if isinstance(s, Assign)]
        self.at_start = [n for n in outermost if n in b.entry_reads]  # visible everywhere
        self.names = [n for n in bound if site_of(b.kind(n)) is not None]
        self.dynamic: set[str] = set()
        for (
            leaf
        ) in leaves:  # a dict or object that gets a cotangent as it is: see `contribute_result`
            if holds_containers(b, leaf.value):
                self.dynamic |= sites_in(b.heap, b.kind(leaf.value))
        self._find_dynamic()

    # -- asking ------------------------------------------------------------------------------

    def is_record(self, kind: Kind) -> bool:
        """A list argument of several kinds, which is told by its elements."""
        return isinstance(kind, List) and 0 in self.b.heap.known(kind.site)

    def is_dynamic(self, name: object) -> bool:
        """Are the adjoints of what this container holds looked up by its identity?"""
        return isinstance(name, Name) and site_of(self.b.kind(name)) in self.dynamic

    def holds_references(self, site: str) -> bool:
        """Has an element of this list adjoints of its own: is it a container, or an array found by memory?"""
        return _has_container(self.b.heap.read(site, ITEM)) or self.at.holds_dynamic(site)

    def with_arrays(self, site: str) -> list[str]:
        """The list, and the lists in it, of which elements are arrays, or tuples with such."""
        tree = sorted(sites_in(self.b.heap, List(Unknown(), site)))
        return [s for s in tree if any(True for _ in places("", self.b.heap.read(s, ITEM)))]

    def source(self, name: Name) -> tuple[Name, Slot] | None:
        """The container and the slot that a name was read from, as on entry."""
        match self.made.get(name):
            case Op("getitem", (Name() as base, Const(slot))):
                pass
            case Attr(Name() as base, slot):
                pass
            case _:
                return None
        match self.b.kind(base):
            case Dict(_, site) | Object(_, site):
                stays = name in self.b.entry_reads or site not in self.at.mutated_sites
            case List():
                stays = name in self.b.entry_reads
            case Tuple(items):
                stays, slot = True, slot % len(items)
            case _:
                return None
        return (base, slot) if stays and self.is_plain(base) else None

    def is_plain(self, name: Name) -> bool:
        """Is this an argument, or reached from one by what does not change?"""
        return name in self.params or self.source(name) is not None

    def entry_read(self, container: Name, slot: Slot) -> Name | None:
        """The name under which the program reads, at its start, what a slot holds on entry."""
        found = (n for n in self.at_start if self.source(n) == (container, slot))
        return next(found, None)

    # -- finding out -------------------------------------------------------------------------

    def _find_dynamic(self) -> None:
        by_site: dict[str, list[Name]] = {}
        for name in self.names:
            by_site.setdefault(site_of(self.b.kind(name)) or "", []).append(name)
        for site, names in by_site.items():
            if not all(self.is_plain(n) or self._is_birth(n) for n in names):
                self.dynamic.add(site)
            kind = self.b.kind(names[0])
            if isinstance(kind, List) and (kind.cls is deque or self._is_shared(site, names)):
                self.dynamic.add(site)
        for name, expr in self.made.items():
            self.dynamic.update(self._in_lists(name, expr))
        self.dynamic.update(s for s in by_site if s in self.deleted or self._holds_containers(s))
        whole = [s for s in by_site if s in self.b.heap.whole]
        self.dynamic.update(s for s in whole if self.at.holds_dynamic(s))
        for site in whole:  # contributions go on to the lists in it
            if site in self.dynamic:
                self.dynamic |= sites_in(self.b.heap, List(Unknown(), site))
        trees = [(p, sites_in(self.b.heap, self.b.kind(p))) for p in self.params]
        for param, tree in trees:
            if tree & self.dynamic or self._is_changed(tree) or self._holds_shared(param, tree):
                self.dynamic |= tree

    def _note_change(self, stmt: Delete | Store) -> None:
        """Lists of which elements are deleted, or slices replaced."""
        kind, index = self.b.kind(stmt.base), stmt.index
        if isinstance(kind, List) and index is not None:
            if isinstance(stmt, Delete):
                self.deleted.add(kind.site)
            elif isinstance(self.b.kind(index), Slice):
                other = site_of(self.b.kind(stmt.value))
                self.deleted.update(s for s in (kind.site, other) if s is not None)

    def _holds_containers(self, site: str) -> bool:
        """Is it a list that is changed, of lists, dicts or objects?"""
        return site in self.at.mutated_sites and _has_container(self.b.heap.read(site, ITEM))

    def _in_lists(self, target: Name, expr: Expr) -> Iterator[str]:
        """Lists that are joined, repeated, cut, or changed at a place counted from the end."""
        operands_: list[object] = []
        match expr:
            case Op("mul", args) if not self._repeats_active(args):
                return  # `[0.0] * n` is a new list as any other
            case Op("add" | "mul", args):
                operands_ = [target, *args]
            case Op("getitem", (base, index)) if isinstance(self.b.kind(index), Slice):
                if self._is_of_numbers(base):
                    return  # a new list, whose adjoints are added to those of its elements
                operands_ = [target, base]
            case Op("getitem", (Name() as base, index)) if not isinstance(index, Const):
                kind = self.b.kind(base)
                if isinstance(kind, Dict):  # of which entry is known only while running
                    yield kind.site
                return
            case MethodCall(Name() as base, "copy") | Call(
                Ref("list" | "tuple" | "deque"), (Name() as base,)
            ) if self._is_read_whole(target):
                operands_ = [target, base]
            case MethodCall(base, "extend" | "clear", args):
                operands_ = [base, *args]
            case MethodCall(base, "insert", (Const(0), _)) | MethodCall(base, "pop", ()):
                return
            case MethodCall(base, "pop", (Const(int() as place),)) if place >= 0:
                return
            case MethodCall(base, "insert" | "pop"):
                operands_ = [base]
            case _:
                return
        kinds = [self.b.kind(o) for o in operands_ if isinstance(o, Name)]
        yield from (k.site for k in kinds if isinstance(k, List))

    def _is_of_numbers(self, base: Operand) -> bool:
        """Is it a list that is made here, of real numbers?"""
        kind = self.b.kind(base)
        if not isinstance(kind, List) or not isinstance(base, Name) or not self._is_birth(base):
            return False
        return isinstance(self.b.heap.read(kind.site, ITEM), (Py, Np))

    def _is_read_whole(self, name: Name) -> bool:
        """Is it a list of containers that a rule reads as a whole?"""
        kind = self.b.kind(name)
        if not isinstance(kind, List) or kind.site not in self.b.heap.whole:
            return False
        return _has_container(self.b.heap.read(kind.site, ITEM))

    def _repeats_active(self, args: Sequence[Operand]) -> bool:
        """Does a list that is repeated hold what carries a derivative, or containers?"""
        kinds = [self.b.kind(a) for a in args]
        sites = [k.site for k in kinds if isinstance(k, List)]
        return any(
            self.b.heap.is_varied(site) or _has_container(self.b.heap.read(site, ITEM))
            for site in sites
        )

    def _is_shared(self, site: str, names: Sequence[Name]) -> bool:
        """May a list be changed under one name and read under another?

        Lists that one display makes, as the rows of a matrix are, are several lists.
        """
        if len(names) == 1 or all(map(self._is_display, names)):
            return False
        return site in self.at.mutated_sites or not all(map(self.is_plain, names))

    def _is_display(self, name: Name) -> bool:
        made = self.made.get(name)
        return isinstance(made, Op) and made.op == "list"

    def _is_changed(self, tree: set[str]) -> bool:
        """Does the program change a structure that has structures in it?"""
        return len(tree) > 1 and bool(tree & self.at.mutated_sites)

    def _holds_shared(self, param: Name, tree: set[str]) -> bool:
        """Is an array in the structure written, and seen under several names?"""
        taken = arrays_in(param, tree, self.made, self.b.kinds)
        return any(not self.at.is_static(name) for name in taken)

    def _is_birth(self, name: Name) -> bool:
        """Is a new container made here?"""
        match self.made.get(name):
            case Op("list" | "dict" | "add" | "mul"):
                return True
            case Op("getitem", (base, index)):
                return isinstance(self.b.kind(base), List) and isinstance(self.b.kind(index), Slice)
            case (
                Call(Ref("object.__new__" | "SimpleNamespace" | "list" | "tuple"))
                | MethodCall(method="copy")
            ):
                return True
            case Call() | MethodCall() as call:
                return registry.lookup(function_of(call, self.b.kinds)) is not None
            case _:
                return False


def holds_containers(b: Specialiser, value: Val) -> bool:
    """Is it a dict or an object, or a list of which an element is (or holds) a list, dict or object?"""
    kind = b.kind(value)
    if isinstance(kind, List) and kind.site:
        return _has_container(b.heap.read(kind.site, ITEM))
    return isinstance(kind, (Dict, Object)) and bool(kind.site)


def _has_container(kind: Kind) -> bool:
    if isinstance(kind, Tuple):
        return any(map(_has_container, kind.items))
    return isinstance(kind, (List, Dict, Object))
