"""`del base[index]`: what is known of the content afterwards."""

from __future__ import annotations

from typing import Any

from sourcead.ir.kinds import Dict, List
from sourcead.ir.nodes import Const
from sourcead.transform.builder import Val, constant_slice
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.lists import change

__all__ = ["delete_item"]


def delete_item(s: Context, base: Val, index: Val) -> None:
    """`del base[index]`: what is known of the content afterwards (the statement is written by the caller)."""
    match s.kind(base):
        case List(_, site):
            items = s.memory.list_items(base)
            place = _constant_index(index)
            if items is not None and place is not None:
                del items[place]
            change(s, base, site, items if place is not None else None)
        case Dict(_, site):
            held = s.memory.known(base)
            s.heap.assign(site, index.value if isinstance(index, Const) else ITEM)
            s.heap.remove(site)
            if held is None or not isinstance(index, Const):
                s.memory.forget(base)
                s.memory.forget_site(site)
            else:
                s.memory.replace(base, {k: v for k, v in held.slots.items() if k != index.value})


def _constant_index(index: Val) -> Any:
    return index.value if isinstance(index, Const) else constant_slice(index)
