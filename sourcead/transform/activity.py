"""Which values does a derivative go through? Those that vary with an input and can reach the result.

Also: of which of them may a part be left out on the way, by a selection (`np.where`), an index or an overwrite?
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Np,
    Number,
    Object,
    Py,
    Tuple,
    Unknown,
    carries,
)
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    For,
    If,
    MethodCall,
    Name,
    Op,
    Ref,
    Store,
    StoreAttr,
    Try,
    While,
)
from sourcead.ir.walk import binds, reads, statements
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of, index_kinds, written_arguments
from sourcead.transform.heap import Heap, place_of, places
from sourcead.transform.indexing import is_basic
from sourcead.transform.some_paths import on_some_paths
from sourcead.transform.specialise import Specialiser

__all__ = ["activity", "find_selected", "find_useful"]


def activity(
    builder: Specialiser, useful: set[Name], *, is_deep: bool = False
) -> Callable[[Any], bool]:
    """`is_active(value)`: does it vary with a differentiated input and reach the result?

    `is_deep`: a container does if what it refers to does, be it that its own slots never vary, as of a
    list of arrays that are written after they were put in.
    """
    varying = _sites_that_vary(builder.heap) if is_deep else set()

    def is_active(value: Any) -> bool:
        if not isinstance(value, Name) or value not in useful:
            return False
        kind = builder.kind(value)
        if isinstance(kind, (List, Dict, Object)):
            is_varied = kind.site in varying or builder.heap.is_varied(kind.site)
            return value in builder.varied or is_varied
        return value in builder.varied and carries(kind)

    return is_active


def _sites_that_vary(heap: Heap) -> set[str]:
    """Sites of which a slot varies, or the array or container that a slot refers to."""
    varying = {site for site, _ in heap.varied}
    holders: dict[str, set[str]] = {}
    for (site, slot), kind in heap.slots.items():
        if any(map(heap.shares_varied, places(place_of(site, slot), kind))):
            varying.add(site)
        for held in _sites_in(kind):
            holders.setdefault(held, set()).add(site)
    todo = list(varying)
    while todo:
        new = holders.get(todo.pop(), set()) - varying
        varying |= new
        todo.extend(new)
    return varying


def _sites_in(kind: Kind) -> Iterable[str]:
    """The sites of the containers that a value of this kind is, or has as items."""
    match kind:
        case List(_, site) | Dict(_, site) | Object(_, site):
            yield site
        case Tuple(items):
            for each in items:
                yield from _sites_in(each)


def find_useful(
    body: Block,
    result: Val,
    heap: Heap,
    kinds: Mapping[Name, Kind],
    formulas: Mapping[Name, tuple[Ref, tuple[Name, ...]]],
) -> set[Name]:
    """Names whose value can reach the result, by assignment or through storage (in any order).

    `formulas`: calls that stand for a function of other values than their arguments, too.
    """
    useful: set[Name] = set()
    storage: set[str] = set()
    todo: list[Any] = [result, *_reachable(result, heap, kinds)]
    flows = list(_flows(body, heap, kinds))
    by_target: dict[Any, list[Any]] = {}
    for target, sources in flows:
        by_target.setdefault(target, []).extend(sources)
    for target, (_, taken) in formulas.items():
        by_target.setdefault(target, []).extend(taken)
    while todo:
        item = todo.pop()
        if isinstance(item, Name):
            if item in useful:
                continue
            useful.add(item)
            todo.extend(by_target.get(item, ()))
            todo.extend(_storage_of(item, heap, kinds))
        elif isinstance(item, str):
            if item in storage:
                continue
            storage.add(item)
            todo.extend(by_target.get(item, ()))
            todo.extend(_read_whole(item, heap))
        elif isinstance(item, Virtual):
            todo.extend(item.items)
    useful.update(n for n in kinds if any(s in storage for s in _storage_of(n, heap, kinds)))
    return useful


def _read_whole(key: str, heap: Heap) -> Iterable[str]:
    """What is read along with a list that a rule reads as a whole: the arrays and lists in it."""
    site = key.removeprefix("site ")
    if site == key or site not in heap.whole:
        return
    for slot in heap.known(site):
        kind = heap.read(site, slot)
        yield from (f"array {heap.find(place)}" for place in places(place_of(site, slot), kind))
        yield from (f"site {inner}" for inner in _sites_in(kind))


def _reachable(result: Val, heap: Heap, kinds: Mapping[Name, Kind]) -> set[str]:
    """Keys of the storage that the containers in the result hold: who gets the result can read all of it."""
    found: set[str] = set()
    todo: list[Any] = [result]
    while todo:
        match todo.pop():
            case Name() as name:
                todo.append(kinds.get(name))
            case Virtual(items) | Tuple(items):
                todo.extend(items)
            case List(_, site) | Dict(_, site) | Object(_, site) if f"site {site}" not in found:
                found.add(f"site {site}")
                for (holder, slot), kind in heap.slots.items():
                    if holder == site:
                        held = places(place_of(site, slot), kind)
                        found.update(f"array {heap.find(place)}" for place in held)
                        todo.append(kind)
            case _:
                continue
    return found


def _storage_of(name: Name, heap: Heap, kinds: Mapping[Name, Kind]) -> Iterable[str]:
    """Keys of the storage that a name refers to."""
    match kinds.get(name):
        case Py():  # as most
            return
        case Array():
            yield "array " + heap.find(str(name))
        case List(_, site) | Dict(_, site) | Object(_, site):
            yield "site " + site
        case Tuple() as kind:
            yield from ("array " + heap.find(place) for place in places(str(name), kind))
        case _:
            return


def _flows(body: Block, heap: Heap, kinds: Mapping[Name, Kind]) -> Iterable[tuple[Any, list[Any]]]:
    """(what receives, what flows into it): names, and keys of storage."""
    for stmt in statements(body):
        if isinstance(stmt, Assign):
            yield from _flows_of_assignment(stmt, heap, kinds)
            continue
        match stmt:
            case Store(base, _, value) | StoreAttr(base, _, value):
                if isinstance(base, Name):
                    for key in _storage_of(base, heap, kinds):
                        yield key, [value]
            case If():
                for m in stmt.merges:
                    yield m.target, [m.then, m.orelse]
            case For() | While():
                for c in stmt.carried:
                    yield c.inner, [c.initial, c.next]
                    yield c.result, [c.initial, c.inner, c.next]  # a loop's adjoints go by `inner`
            case Try():
                for i, target in enumerate(stmt.targets):
                    yield target, [stmt.leaves[i], *(h.leaves[i] for h in stmt.handlers)]
                for inner, before, versions in stmt.interrupted:
                    yield inner, [before, *versions]
            case _:
                for bound in binds(stmt):
                    yield bound, list(reads(stmt))
    # a container's slots hold storage: what is read out of a site is part of it
    for stmt in statements(body):
        if isinstance(stmt, Assign) and isinstance(stmt.expr, (Op, Attr, MethodCall)):
            source = (
                stmt.expr.args[0]
                if isinstance(stmt.expr, Op) and stmt.expr.args
                else getattr(stmt.expr, "value", None)
            )
            if isinstance(source, Name) and isinstance(kinds.get(source), (List, Dict, Object)):
                for key in _storage_of(stmt.target, heap, kinds):
                    for site in _storage_of(source, heap, kinds):
                        yield key, [site]


def _flows_of_assignment(
    stmt: Assign, heap: Heap, kinds: Mapping[Name, Kind]
) -> Iterable[tuple[Any, list[Any]]]:
    expr, sources = stmt.expr, list(reads(stmt))
    yield stmt.target, sources
    if isinstance(expr, MethodCall) and isinstance(expr.value, Name):
        for key in _storage_of(expr.value, heap, kinds):
            yield key, sources
    if isinstance(expr, (Call, MethodCall)):
        for written in written_arguments(expr, kinds):
            for key in _storage_of(written, heap, kinds):
                yield key, sources


def find_selected(
    body: Block,
    kinds: Mapping[Name, Kind],
    heap: Heap,
    overwritten: Iterable[str],
    is_active: Callable[[Any], bool],
    divided: Mapping[Name, tuple[Name, ...]],
    *,
    by_name: bool = False,
) -> set[Name]:
    """Values of which a part may be left out on the way to the result: by a selection, an index, an overwrite.

    `by_name`: by a function that selects (`where`, `minimum`) only.  What is not active leaves nothing out:
    no adjoint comes back through it.  `divided`: arrays by the parts that make them up, all of which have adjoints.

    So does a branch that does not read what was computed before it.

    A part of a product with a vector depends on all elements of the vector: what takes a part of the product by
    a basic index leaves nothing of it out.
    """
    lost = set() if by_name else set(overwritten)
    selections = _Selections(body, kinds, heap)
    whole: list[Any] = [
        n for n, k in kinds.items() if isinstance(k, Array) and heap.find(str(n)) in lost
    ]
    whole += on_some_paths(body, is_active)
    parts: list[Any] = []
    for stmt in statements(body):
        if isinstance(stmt, Assign) and _is_plain(stmt, kinds, is_active):
            continue
        match stmt:
            case Assign(target, Op("getitem", (Name() as base, index))):
                if isinstance(kinds.get(base), List) and not selections.takes_all(index):
                    parts.extend(reads(stmt))
                if by_name or not isinstance(kinds.get(base), (Array, Number)):
                    continue
                if target in divided.get(base, ()):
                    continue
                if not selections.takes_all(index):
                    basic = is_basic(index_kinds(index, kinds) or [Unknown()])
                    (parts if basic else whole).extend(reads(stmt))
            case Assign(_, expr) if _selects(expr, kinds):
                whole.extend(reads(stmt))
            case Store(base, _, Name() as value) if not by_name and not (
                isinstance(base, Name) and isinstance(kinds.get(base), Array)
            ):
                whole.append(value)
    found = selections.reached(whole, by_name=by_name)
    return found | selections.reached(parts, whole_vectors=True, by_name=by_name)


def _is_plain(stmt: Assign, kinds: Mapping[Name, Kind], is_active: Callable[[Any], bool]) -> bool:
    """Arithmetic, which selects nothing, or a number or an array without a derivative."""
    if isinstance(stmt.expr, Op) and stmt.expr.op != "getitem":
        return True
    return isinstance(kinds.get(stmt.target), (Array, Np, Py)) and not is_active(stmt.target)


PRODUCTS = frozenset({"dot", "matmul", "inner", "vdot"})


class _Selections:
    """What flows into a value, and what an index takes."""

    def __init__(self, body: Block, kinds: Mapping[Name, Kind], heap: Heap) -> None:
        self.kinds, self.heap = kinds, heap
        self.sources: dict[Any, list[Any]] = {}
        self.products: set[Name] = set()
        self.indices: dict[Name, Op] = {}
        for target, found in _flows(body, heap, kinds):
            self.sources.setdefault(target, []).extend(found)
        for stmt in statements(body):
            if isinstance(stmt, Assign):
                self._assign(stmt.target, stmt.expr)

    def _assign(self, target: Name, expr: Expr) -> None:
        match expr:
            case Op():
                if expr.op in ("slice", "tuple"):
                    self.indices[target] = expr
                elif expr.op == "matmul":
                    self.products.add(target)
            case Call() | MethodCall():
                if getattr(function_of(expr, self.kinds), "__name__", "") in PRODUCTS:
                    self.products.add(target)

    def reached(self, todo: list[Any], *, by_name: bool, whole_vectors: bool = False) -> set[Name]:
        """These, and all that they are made of; `whole_vectors`: but for vectors in products."""
        found: set[Any] = set()
        while todo:
            value = todo.pop()
            if not isinstance(value, (Name, str)) or value in found:
                continue
            found.add(value)
            sources = self.sources.get(value, ())
            if whole_vectors and value in self.products:
                sources = [s for s in sources if not self.is_vector(s)]
            todo.extend(sources)
            if isinstance(value, Name) and not by_name:
                if isinstance(self.kinds.get(value), (Array, List)):  # what was written into it
                    todo.extend(_storage_of(value, self.heap, self.kinds))
        return {name for name in found if isinstance(name, Name)}

    def is_vector(self, value: Any) -> bool:
        kind = self.kinds.get(value)
        return isinstance(kind, Array) and kind.dims is not None and len(kind.dims) == 1

    def is_slice(self, index: Any) -> bool:
        """Is it a part of a list, and not `[:]`?"""
        found = self.indices.get(index) if isinstance(index, Name) else None
        return found is not None and found.op == "slice" and not self.takes_all(index)

    def takes_all(self, index: Any) -> bool:
        """Is it `[:, None, ...]`, which leaves nothing out?"""
        found = self.indices.get(index) if isinstance(index, Name) else None
        match found:
            case Op("tuple", args):
                return all(map(self.takes_all, args))
            case Op("slice", args):
                return all(a == Const(None) for a in args)
            case _:
                return index in (Const(None), Const(Ellipsis))


def _selects(expr: Any, kinds: Mapping[Name, Kind]) -> bool:
    match expr:
        case Call() | MethodCall():
            rule = registry.lookup(function_of(expr, kinds))
            return (rule is not None and rule.leaves_out) or any(
                key == "where" for key, _ in expr.kwargs
            )
        case _:
            return False
