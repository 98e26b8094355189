"""`heapq` on lists of things without derivatives: what comes out is of the kind of what went in."""

from __future__ import annotations

import heapq
from typing import Any

from sourcead.ir.kinds import List, NoneKind
from sourcead.ir.nodes import Call, Ref
from sourcead.transform.builder import Val
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.lists import change

__all__ = ["HEAPS"]


def _handler(function: Any, puts: bool, takes: bool) -> Handler:
    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        kind = s.kind(args[0]) if args else None
        if not isinstance(kind, List) or kwargs or any(map(s.holds_varied, args)):
            return None
        if puts:
            s.put(kind.site, ITEM, s.operand(args[1]))
        path = Ref(f"heapq.{function.__name__}", function)
        found = s.heap.read(kind.site, ITEM) if takes else NoneKind()
        made = s.emit(Call(path, tuple(map(s.operand, args))), found, hint)
        change(s, args[0], kind.site, None)
        return made

    return handler


HEAPS: dict[Any, Handler] = {
    heapq.heapify: _handler(heapq.heapify, False, False),
    heapq.heappush: _handler(heapq.heappush, True, False),
    heapq.heappop: _handler(heapq.heappop, False, True),
    heapq.heappushpop: _handler(heapq.heappushpop, True, True),
    heapq.heapreplace: _handler(heapq.heapreplace, True, True),
}
