"""`np.split` and its like into parts of which the number is known: a list of slices.

a, b = np.split(x, 2)      ->      a, b = x[:n], x[n:]     (n = len(x) // 2)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Array
from sourcead.ir.nodes import Const, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise import numpy_library
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.sequences import by, has_star

__all__ = ["SPLITTING"]

MAX_PARTS = 16


def _along(axis: int | None, even: bool) -> Handler:
    """A function that splits along `axis` (None: as its argument says, or the first)."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        given = dict(zip(("ary", "indices_or_sections", "axis"), args))
        given.update({str(k): v for k, v in kwargs})
        along = given.pop("axis", Const(0)) if axis is None else Const(axis)
        if has_star(args) or given.keys() != {"ary", "indices_or_sections"}:
            return None
        kind = s.kind(given["ary"])
        if not isinstance(kind, Array) or not isinstance(along, Const) or not kind.dims:
            return None
        bounds = _bounds(s, given["ary"], given["indices_or_sections"], along.value, even)
        if bounds is None or len(bounds) > MAX_PARTS:
            return None
        everything = Virtual((Const(None),) * 3, "slice")
        at = along.value % len(kind.dims)
        parts = []
        for lower, upper in bounds:
            index: Val = Virtual((lower, upper, Const(None)), "slice")
            if at:
                index = Virtual((*(everything for _ in range(at)), index))
            parts.append(s.getitem(given["ary"], index))
        return s.fresh_list(s.operand(Virtual(tuple(parts), "list"), hint))

    return handler


def _horizontally(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0]) if args else None
    rank = len(kind.dims) if isinstance(kind, Array) else 1
    return _along(0 if rank == 1 else 1, True)(s, args, kwargs, hint)


def _bounds(
    s: Context, array: Val, sections: Val, axis: int, even: bool
) -> list[tuple[Val, Val]] | None:
    """Where each part begins and ends."""
    points = s.components(sections)
    if points is None and not (isinstance(sections, Const) and type(sections.value) is int):
        return None
    if points is None:
        assert isinstance(sections, Const)
        points = _points(s, array, sections.value, axis, even)
    return list(zip([Const(None), *points], [*points, Const(None)]))


def _points(s: Context, array: Val, count: int, axis: int, even: bool) -> list[Val]:
    """Between so many parts of one length; otherwise the first ones are longer by one."""
    length = s.getitem(s.attr(array, "shape"), Const(axis))
    if even:
        size = by(s, numpy_library.even_part, [length, Const(count)])
        return [s.op("mul", [Const(i), size]) if i > 1 else size for i in range(1, count)]
    size, left = s.op("floordiv", [length, Const(count)]), s.op("mod", [length, Const(count)])

    def longer(i: int) -> Val:
        return s.call(Ref("min", min), [Const(i), left], [])

    return [s.op("add", [s.op("mul", [Const(i), size]), longer(i)]) for i in range(1, count)]


SPLITTING: dict[Any, Handler] = {
    np.split: _along(None, True),
    np.array_split: _along(None, False),
    np.vsplit: _along(0, True),
    np.hsplit: _horizontally,
    np.dsplit: _along(2, True),
}
