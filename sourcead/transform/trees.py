"""The structure of an argument that holds others: which sites are in it, and does the program change any of it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sourcead.ir.kinds import Array, Dict, Kind, List, Object, Tuple
from sourcead.ir.nodes import Attr, Expr, Name, Op
from sourcead.transform.heap import Heap
from sourcead.transform.locations import Locations

__all__ = ["arrays_in", "is_changed", "site_of", "sites_in"]


def site_of(kind: Kind | None) -> str | None:
    """The site of a list, dict or object; None for anything else."""
    match kind:
        case List(_, site) | Dict(_, site) | Object(_, site):
            return site
        case _:
            return None


def sites_in(heap: Heap, kind: Kind) -> set[str]:
    """The sites of a structure: its own, and those of what it holds."""
    found: set[str] = set()
    todo = [kind]
    while todo:
        each = todo.pop()
        site = site_of(each)
        if site is not None and site not in found:
            found.add(site)
            todo += [heap.read(site, slot) for slot in heap.known(site)]
        elif isinstance(each, Tuple):
            todo += each.items
    return found


def arrays_in(
    root: Name, sites: set[str], made: Mapping[Name, Expr], kinds: Mapping[Name, Kind]
) -> Iterable[Name]:
    """Arrays that the program takes out of a structure with these sites; `root`: the structure, if it is a tuple."""
    tuples = {root}
    for name, expr in made.items():
        match expr:
            case Op("getitem", (Name() as base, *_)) | Attr(Name() as base):
                if site_of(kinds.get(base)) not in sites and base not in tuples:
                    continue
                if isinstance(kinds.get(name), Array):
                    yield name
                elif isinstance(kinds.get(name), Tuple):
                    tuples.add(name)
            case _:
                continue


def is_changed(root: Name, at: Locations, heap: Heap, made: Mapping[Name, Expr]) -> bool:
    """Does the program change anything in a structure?"""
    sites = sites_in(heap, at.kinds[root])
    taken = arrays_in(root, sites, made, at.kinds)
    return bool(sites & at.mutated_sites) or any(map(at.is_written, taken))
