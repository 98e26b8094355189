"""`heapq` and `bisect.insort`: of things without derivatives what comes out is of the kind of what went in.

Of things with derivatives they are written in place (`heap_library.py`).
"""

from __future__ import annotations

import bisect
import heapq
from typing import Any

from sourcead.ir.kinds import List, NoneKind
from sourcead.ir.nodes import Call, Ref
from sourcead.transform.builder import Val
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import heap_library as said
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.lists import change
from sourcead.transform.specialise.sequences import by

__all__ = ["HEAPS"]


def _handler(function: Any, in_place: Any, puts: bool, takes: bool) -> Handler:
    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        kind = s.kind(args[0]) if args else None
        if not isinstance(kind, List) or kwargs:
            return None
        if any(map(s.holds_varied, args)):
            return None if s.derivative or len(args) != 1 + puts else by(s, in_place, args)
        if puts:
            s.put(kind.site, ITEM, s.operand(args[1]))
        path = Ref(f"{function.__module__.strip('_')}.{function.__name__}", function)
        found = s.heap.read(kind.site, ITEM) if takes else NoneKind()
        made = s.emit(Call(path, tuple(map(s.operand, args))), found, hint)
        change(s, args[0], kind.site, None)
        return made

    return handler


HEAPS: dict[Any, Handler] = {
    function: _handler(function, in_place, puts, takes)
    for function, in_place, puts, takes in (
        (heapq.heapify, said.build, False, False),
        (heapq.heappush, said.push, True, False),
        (heapq.heappop, said.pop, False, True),
        (heapq.heappushpop, said.push_and_pop, True, True),
        (heapq.heapreplace, said.replace_root, True, True),
        (bisect.insort_right, said.insert_right, True, False),
        (bisect.insort_left, said.insert_left, True, False),
    )
}
