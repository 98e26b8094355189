"""Loops over the values or items of a dict of which it is not known what keys it has.

What the entries hold before the loop is read at once, as long as no turn stores to the dict. Where one does:

    for k, v in d.items():                  for k in list(d):
        s += v                       ->         v = d[k]
        d[last] = s                             s += v
                                                d[last] = s
"""

from __future__ import annotations

from dataclasses import replace

from sourcead.ir.kinds import Dict, List, Unknown
from sourcead.ir.nodes import Const, Name
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import KEY
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.iteration import (
    VIEWS,
    Iteration,
    Sequenced,
    iteration,
    parts_of,
    sequenced,
)

__all__ = ["entries_in_turns", "sites_in_view"]


def sites_in_view(s: Context, items: Val) -> set[str]:
    """The dicts whose entries are read before a loop over `items`, or over what it draws from."""
    here = _viewed(s, items)
    if here is not None:
        return {here[1].site}
    return {site for part in parts_of(s, items) for site in sites_in_view(s, part)}


def _viewed(s: Context, items: Val) -> tuple[Val, Dict, type] | None:
    """The dict, its kind, and which of its views `items` is."""
    if not isinstance(items, Name) or items not in s.iterators:
        return None
    view, args, _ = s.iterators[items]
    kind = s.kind(args[0]) if args else None
    if view not in VIEWS[1:] or not isinstance(kind, Dict) or not s.holds_varied(args[0]):
        return None
    held = s.memory.known(args[0])
    is_known = held is not None and held.complete and not s.heap.is_varied(kind.site, KEY)
    return None if is_known else (args[0], kind, view)


def entries_in_turns(s: Context, items: Val) -> Iteration:
    """With each entry read in its turn."""
    found = _viewed(s, items)
    if found is None:
        return _among_others(s, items)
    receiver, _, view = found

    def entry(key: Val) -> Val:
        value = s.getitem(receiver, key)
        return value if view is VIEWS[1] else Virtual((key, value))

    def of(keys: Sequenced | None) -> Sequenced | None:
        return None if keys is None else replace(keys, get=lambda at: entry(keys.get(at)))

    keys = s.entries(receiver, VIEWS[0])
    if not isinstance(s.kind(keys), List):
        return Iteration(Const(None), Unknown(), unrolled=of(sequenced(s, keys)))
    plan = iteration(s, keys)
    return replace(
        plan,
        element=lambda s, target: entry(plan.element(s, target)),
        unrolled=of(plan.unrolled),
        writable_out=of(plan.writable_out),
        by_position=None,
    )


def _among_others(s: Context, items: Val) -> Iteration:
    """`enumerate(d.items())`, `zip(d.values(), xs)`"""
    s.entries_in_turns = True
    try:
        return iteration(s, items)
    finally:
        s.entries_in_turns = False
