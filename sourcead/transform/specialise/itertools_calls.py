"""Functions of `itertools` over values that carry derivatives: done at once, item by item.

Where the items are known they are arranged while the program is written; else by the Python code below,
which is transformed as if it stood in the program.  (Consumed later, an iterator would give the same.)"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sourcead.ir.nodes import Const
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.sequences import by, follows, has_star

__all__ = ["ITERTOOLS"]


def chained(first, second):  # type: ignore[no-untyped-def]
    """`itertools.chain(first, second)`"""
    return [*[item for item in first], *[item for item in second]]  # noqa: C416


def neighbours(items):  # type: ignore[no-untyped-def]
    """`itertools.pairwise(items)`"""
    return [(items[i], items[i + 1]) for i in range(len(items) - 1)]


def accumulated(items):  # type: ignore[no-untyped-def]
    """`itertools.accumulate(items)`"""
    total = items[0]
    sums = [total]
    for i in range(1, len(items)):
        total = total + items[i]
        sums.append(total)
    return sums


def _arranged(
    arrange: Callable[..., Iterable[Any]], source: Any = None, options: Sequence[str] = ()
) -> Handler:
    """A function that arranges items; trailing constants and the keywords `options` say how."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        plain = all(k in options and isinstance(v, Const) for k, v in kwargs)
        if has_star(args) or not plain or not follows(s, args):
            return None
        found = [a.value if isinstance(a, Const) else s.components(a) for a in args]
        if any(items is None for items in found):
            simple = (
                source is not None and not kwargs and not any(isinstance(a, Const) for a in args)
            )
            return by(s, source, args) if simple and len(args) == _count(source) else None
        rows = arrange(*found, **{str(k): v.value for k, v in kwargs})  # type: ignore[union-attr]
        return Virtual(tuple(Virtual(r) if isinstance(r, tuple) else r for r in rows))

    return handler


def _count(function: Any) -> int:
    return int(function.__code__.co_argcount)


def _accumulate(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or kwargs or len(args) not in (1, 2) or not follows(s, args):
        return None
    items = s.components(args[0])
    if items is None:
        return by(s, accumulated, args) if len(args) == 1 else None
    totals: list[Val] = list(items[:1])
    for item in items[1:]:
        pair = [totals[-1], item]
        totals.append(s.op("add", pair) if len(args) == 1 else s.call(args[1], pair, []))
    return Virtual(tuple(totals))


def _starmap(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    rows = None if has_star(args) or len(args) != 2 else s.components(args[1])
    items = None if rows is None else [s.components(row) for row in rows]
    if items is None or any(row is None for row in items):
        return None
    return Virtual(tuple(s.call(args[0], list(row or ()), []) for row in items))


ITERTOOLS: dict[Any, Handler] = {
    itertools.chain: _arranged(itertools.chain, chained),
    itertools.pairwise: _arranged(itertools.pairwise, neighbours),
    itertools.product: _arranged(itertools.product, options=("repeat",)),
    itertools.combinations: _arranged(itertools.combinations),
    itertools.permutations: _arranged(itertools.permutations),
    itertools.combinations_with_replacement: _arranged(itertools.combinations_with_replacement),
    itertools.islice: _arranged(itertools.islice),
    itertools.accumulate: _accumulate,
    itertools.starmap: _starmap,
}
