"""Functions of `itertools` over values that carry derivatives: done at once, item by item.

Where the items are known they are arranged while the program is written; else by the Python code of
`itertools_library`, which is transformed as if it stood in the program.  (Consumed later, an iterator would
give the same.)
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sourcead.ir.kinds import Kind, Never, NoneKind, Object, Py, Tuple, Unknown, is_number, join
from sourcead.ir.nodes import Call, Const, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.itertools_library import (
    accumulated,
    accumulated_from,
    compressed,
    dropped_while,
    filled,
    filtered_out,
    grouped,
    itself,
    joined,
    neighbours,
    ordered_pairs,
    pairs,
    pairs_with_repeats,
    sliced,
    starmapped,
    table,
    taken_while,
    triples,
)
from sourcead.transform.specialise.reading import tuple_of
from sourcead.transform.specialise.sequences import by, element_kind_of, follows, has_star

__all__ = ["ITERTOOLS"]


Source = Callable[[Sequence[Any]], "tuple[Callable[..., Any], Sequence[Any]] | None"]
"""Which of the functions of the library does a call with these arguments, and with which of them."""


def _arranged(
    arrange: Callable[..., Iterable[Any]], source: Source, options: Sequence[str] = ()
) -> Handler:
    """A function that arranges items; trailing constants and the keywords `options` say how."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if has_star(args) or any(k not in options for k, _ in kwargs):
            return None
        if not follows(s, args):
            return None if s.derivative else _of_known_rows(s, arrange, args, kwargs, hint)
        if not all(isinstance(v, Const) for _, v in kwargs):
            return None
        found = [a.value if isinstance(a, Const) else s.components(a) for a in args]
        if any(items is None for items in found):
            done = None if kwargs else source(args)
            return None if done is None else by(s, done[0], list(done[1]))
        rows = arrange(*found, **{str(k): v.value for k, v in kwargs})  # type: ignore[union-attr]
        return Virtual(tuple(Virtual(r) if isinstance(r, tuple) else r for r in rows))

    return handler


def _of_known_rows(
    s: Context, arrange: Callable[..., Any], args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """An iterator without derivatives (`combinations(range(n), 2)`), the kind of whose rows is known."""
    row = _row_kind(s, arrange, args, {str(k): v for k, v in kwargs})
    return None if row is None else _iterator_over(s, row, arrange, args, kwargs, hint)


def _iterator_over(
    s: Context, row: Kind, made_by: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    operands = tuple(map(s.operand, args))
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    path = Ref(f"itertools.{made_by.__name__}", made_by)
    made = s.emit(Call(path, operands, keywords), Unknown(), hint)
    site = s.new_site(hint)
    s.kinds[made] = Object(type(iter([])), site)
    s.heap.store(site, ITEM, row)
    return made


def _counting(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`itertools.count()`: what kind of numbers it counts."""
    given = [*args, *(v for _, v in kwargs)]
    if has_star(args) or any(map(s.holds_varied, given)):
        return None
    kind: Kind = Py(int)
    for value in given:
        kind = join(kind, s.kind(value))
    return _iterator_over(s, kind, itertools.count, args, kwargs, hint) if is_number(kind) else None


def _row_kind(s: Context, arrange: Any, args: list[Any], options: dict[str, Any]) -> Kind | None:
    if arrange is itertools.product:
        items, times = [element_kind_of(s, arg) for arg in args], options.get("repeat", Const(1))
    elif arrange in CHOOSING and args:
        items, times = [element_kind_of(s, args[0])], options.get("r", Const(None))
        times = args[1] if len(args) == 2 else times
    elif arrange is itertools.pairwise and len(args) == 1:
        items, times = [element_kind_of(s, args[0])], Const(2)
    else:
        return None
    if not items or any(isinstance(kind, (Never, Unknown)) for kind in items):
        return None
    if isinstance(times, Const) and isinstance(times.value, int):
        return Tuple(tuple(items) * times.value)
    row = tuple_of(s, items)
    return None if isinstance(row, Unknown) else row


CHOOSING = (
    itertools.combinations, itertools.permutations, itertools.combinations_with_replacement,
)  # fmt: skip


def _all_in_one(args: Sequence[Any]) -> tuple[Callable[..., Any], Sequence[Any]]:
    return joined, [Virtual(tuple(args))]


def _as(function: Callable[..., Any]) -> Source:
    return lambda args: (function, args) if len(args) == _count(function) else None


def _choosing(functions: dict[int, Callable[..., Any]]) -> Source:
    """By how many items a row has."""

    def source(args: Sequence[Any]) -> tuple[Callable[..., Any], Sequence[Any]] | None:
        size = args[1].value if len(args) == 2 and isinstance(args[1], Const) else None
        return (functions[size], args[:1]) if size in functions else None

    return source


def _from_iterable(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) != 1 or not follows(s, args):
        return None
    rows = s.components(args[0])
    if rows is not None and all(s.components(row) is not None for row in rows):
        return Virtual(tuple(item for row in rows for item in s.components(row) or []))
    return by(s, joined, args)


def _zip_longest(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    given = dict(kwargs)
    fill = given.pop("fillvalue", Const(None))
    if has_star(args) or len(args) != 2 or given or not follows(s, [*args, fill]):
        return None
    first, second = map(s.components, args)
    if first is not None and second is not None:
        rows = itertools.zip_longest(first, second, fillvalue=fill)
        return Virtual(tuple(Virtual(row) for row in rows))
    return by(s, filled, [*args, fill])


def _by_test(function: Callable[..., Any]) -> Handler:
    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        plain = not has_star(args) and len(args) == 2 and not kwargs and follows(s, args)
        return by(s, function, args) if plain else None

    return handler


def _count(function: Any) -> int:
    return int(function.__code__.co_argcount)


def _accumulate(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    given = dict(zip(("iterable", "func"), args)) | dict(kwargs)
    function, initial = given.get("func", Const(None)), given.get("initial", Const(None))
    plain = not has_star(args) and given.keys() <= {"iterable", "func", "initial"}
    if not plain or "iterable" not in given or not follows(s, list(given.values())):
        return None
    if isinstance(s.kind(function), NoneKind):
        function = Ref("operator.add", operator.add)
    items = s.components(given["iterable"])
    starts = not isinstance(s.kind(initial), NoneKind)
    if items is None and starts:
        return by(s, accumulated_from, [given["iterable"], function, initial])
    if items is None:
        return by(s, accumulated, [given["iterable"], function])
    totals: list[Val] = [initial] if starts else list(items[:1])
    for item in items[len(totals) - starts :]:
        totals.append(s.call(function, [totals[-1], item], []))
    return Virtual(tuple(totals))


def _groupby(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    given = dict(zip(("iterable", "key"), args)) | dict(kwargs)
    plain = not has_star(args) and given.keys() <= {"iterable", "key"}
    if not plain or "iterable" not in given or not follows(s, list(given.values())):
        return None
    key = given.get("key", Const(None))
    if isinstance(s.kind(key), NoneKind):
        key = Ref("itself", itself)
    items = s.call(Ref("list", list), [given["iterable"]], [])
    return by(s, grouped, [items, key])


def _starmap(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) != 2:
        return None
    rows = s.components(args[1])
    items = None if rows is None else [s.components(row) for row in rows]
    if items is None or any(row is None for row in items):
        return by(s, starmapped, args) if follows(s, args) else None
    return Virtual(tuple(s.call(args[0], list(row or ()), []) for row in items))


ITERTOOLS: dict[Any, Handler] = {
    itertools.groupby: _groupby,
    itertools.count: _counting,
    itertools.chain: _arranged(itertools.chain, _all_in_one),
    itertools.chain.from_iterable: _from_iterable,
    itertools.pairwise: _arranged(itertools.pairwise, _as(neighbours)),
    itertools.product: _arranged(itertools.product, _as(table), options=("repeat",)),
    itertools.combinations: _arranged(itertools.combinations, _choosing({2: pairs, 3: triples})),
    itertools.permutations: _arranged(itertools.permutations, _choosing({2: ordered_pairs})),
    itertools.combinations_with_replacement: _arranged(
        itertools.combinations_with_replacement, _choosing({2: pairs_with_repeats})
    ),
    itertools.islice: _arranged(itertools.islice, lambda args: (sliced, args)),
    itertools.zip_longest: _zip_longest,
    itertools.accumulate: _accumulate,
    itertools.starmap: _starmap,
    itertools.takewhile: _by_test(taken_while),
    itertools.dropwhile: _by_test(dropped_while),
    itertools.filterfalse: _by_test(filtered_out),
    itertools.compress: _by_test(compressed),
}
