"""The arguments: containers among them become sites of the heap, and what they hold is read where it must be."""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import Dict, Kind, List, Object, Tuple, Unknown, carries
from sourcead.ir.nodes import UNDEFINED, Attr, Const, Name, Op
from sourcead.transform.heap import ENTWINED, ITEM, place_of, places
from sourcead.transform.specialise.construction import check_tuple_class
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.keys import key_operand

__all__ = ["enter", "entwine", "load_assigned", "may_vary"]


def enter(s: Context, kind: Kind, path: str, varied: bool) -> Kind:
    """A container argument becomes a site of the heap named by the path that leads to it."""
    if isinstance(kind, (List, Dict, Object)) and not kind.site:
        s.heap.enter(
            path,
            path not in s.paths and path.partition(".")[0].partition("[")[0] not in s.paths,
        )
    site = s.heap.site(path)
    match kind:
        case List(item, "", None):
            held = s.enter(item, f"{path}[]", varied)
            s.heap.store(site, ITEM, held, varied and carries(item))
            return List(Unknown(), site)
        case List(item, "", tuple() as items):
            for i, each in enumerate(items):
                held = s.enter(each, f"{path}[{i}]", varied)
                s.heap.enter_slot(site, i, held, varied and carries(each))
            s.heap.store(site, ITEM, item, varied and any(map(carries, items)))
            return List(Unknown(), site)
        case Dict(item, "", fields) if fields is not None:
            for key, each in fields:
                s.heap.certain.add((path, key))
                s.heap.enter_slot(
                    site,
                    key,
                    s.enter(each, f"{path}[{key!r}]", varied),
                    varied and carries(each),
                )
            return Dict(Unknown(), site, cls=kind.cls)
        case Object(cls, "", fields):
            for attr, each in fields:
                s.heap.certain.add((path, attr))
                s.heap.enter_slot(
                    site,
                    attr,
                    s.enter(each, f"{path}.{attr}", varied),
                    varied and carries(each),
                )
            return Object(cls, site)
        case Tuple(items, cls):
            check_tuple_class(s, cls)
            return Tuple(
                tuple(s.enter(k, f"{path}[{i}]", varied) for i, k in enumerate(items)), cls
            )
        case _:
            return kind


def entwine(s: Context, params: list[Name]) -> None:
    """All arrays that these arguments are, or hold, may share memory with each other."""
    s.heap.entwined = bool(params)
    s.sharing = frozenset(params)
    for param in params:
        kind = s.kind(param)
        held = [(str(param), kind)]
        for site in s.reachable([param]):
            for slot in s.heap.known(site):
                s.heap.read_blindly(site, slot)
                held.append((place_of(site, slot), s.heap.read(site, slot)))
        for place in (each for at, kind in held for each in places(at, kind)):
            s.heap.share(place, ENTWINED)
        if s.is_varied(param):
            s.heap.vary(ENTWINED)


def load_assigned(s: Context, base: Name, kind: Kind, path: str) -> None:
    """Read what the program will overwrite in the caller's objects, so that later reads know what was there."""
    slots: list[tuple[Any, Kind, Any]]
    match kind:
        case Object(_, "", fields):
            slots = [(a, k, Attr(base, a)) for a, k in fields]
            inner = [f"{path}.{a}" for a, _ in fields]
        case Dict(_, "", fields) if fields is not None:
            slots = [(key, k, Op("getitem", (base, key_operand(key)))) for key, k in fields]
            inner = [f"{path}[{key!r}]" for key, _ in fields]
        case List(_, "", tuple() as items):
            load_elements(s, base, items, path)
            return
        case _:
            return
    site = s.heap.site(path)
    s.memory.begin(base, site, "dict" if isinstance(kind, Dict) else "object", {}, complete=False)
    if isinstance(kind, Object):  # what an instance does not have yet
        present = {slot for slot, _, _ in slots}
        for slot in sorted(s.heap.assigned_slots(site) - present):
            s.memory.learn(base, slot, UNDEFINED)
    for (slot, each, read), place in zip(slots, inner):
        changed = s.heap.is_assigned(site, slot) or s.heap.holds_assigned(place)
        if changed or s.heap.holds_followed(place):
            varied = s.heap.is_entry_varied(site, slot)
            name = s.emit(
                read,
                s.enter(each, place, varied),
                str(slot) if str(slot).isidentifier() else "t",
                varied,
            )
            s.entry_reads.add(name)
            s.share_slot(name, site, slot, read=True)
            s.memory.learn(base, slot, name)
            load_assigned(s, name, each, place)


def load_elements(s: Context, base: Name, items: tuple[Kind, ...], path: str) -> None:
    """The elements of a list of several kinds are read at the start, each for itself."""
    found, site = [], s.heap.site(path)
    for i, each in enumerate(items):
        varied = s.heap.is_entry_varied(site, i)
        held = s.enter(each, f"{path}[{i}]", varied)
        name = s.emit(Op("getitem", (base, Const(i))), held, base.hint, varied)
        s.entry_reads.add(name)
        s.share_slot(name, site, i, read=True)
        load_assigned(s, name, each, f"{path}[{i}]")
        found.append(name)
    s.memory.begin(base, site, "list", dict(enumerate(found)))


def may_vary(kind: Kind) -> bool:
    """Does an argument hold a number that can carry a derivative?"""
    match kind:
        case Object(_, "", fields):
            return any(may_vary(k) for _, k in fields)
        case Dict(_, "", fields) if fields is not None:
            return any(may_vary(k) for _, k in fields)
        case _:
            return carries(kind)
