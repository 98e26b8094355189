"""Which values does a derivative go through? Those that vary with an input and can reach the result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Object,
    Py,
    Tuple,
    carries,
)
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
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
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import written_arguments
from sourcead.transform.heap import Heap, place_of, places
from sourcead.transform.specialise import Specialiser

__all__ = ["activity", "find_useful", "flows", "storage_of"]


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
    found = list(flows(body, heap, kinds))
    by_target: dict[Any, list[Any]] = {}
    for target, sources in found:
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
            todo.extend(storage_of(item, heap, kinds))
        elif isinstance(item, str):
            if item in storage:
                continue
            storage.add(item)
            todo.extend(by_target.get(item, ()))
            todo.extend(_read_whole(item, heap))
        elif isinstance(item, Virtual):
            todo.extend(item.items)
    useful.update(n for n in kinds if any(s in storage for s in storage_of(n, heap, kinds)))
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


def storage_of(name: Name, heap: Heap, kinds: Mapping[Name, Kind]) -> Iterable[str]:
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


def flows(body: Block, heap: Heap, kinds: Mapping[Name, Kind]) -> Iterable[tuple[Any, list[Any]]]:
    """(what receives, what flows into it): names, and keys of storage."""
    for stmt in statements(body):
        if isinstance(stmt, Assign):
            yield from _flows_of_assignment(stmt, heap, kinds)
            continue
        match stmt:
            case Store(base, _, value) | StoreAttr(base, _, value):
                if isinstance(base, Name):
                    for key in storage_of(base, heap, kinds):
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
                for key in storage_of(stmt.target, heap, kinds):
                    for site in storage_of(source, heap, kinds):
                        yield key, [site]


def _flows_of_assignment(
    stmt: Assign, heap: Heap, kinds: Mapping[Name, Kind]
) -> Iterable[tuple[Any, list[Any]]]:
    expr, sources = stmt.expr, list(reads(stmt))
    yield stmt.target, sources
    if isinstance(expr, MethodCall) and isinstance(expr.value, Name):
        for key in storage_of(expr.value, heap, kinds):
            yield key, sources
    if isinstance(expr, (Call, MethodCall)):
        for written in written_arguments(expr, kinds):
            for key in storage_of(written, heap, kinds):
                yield key, sources
