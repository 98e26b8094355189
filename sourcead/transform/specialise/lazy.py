# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions that give an iterator (`enumerate`, `map`, `itertools.islice`) over a generator: generators themselves.

    for i, y in enumerate(steps(x)):            for i, y in enumerated(steps(x)):
        if y < tol: break                ->         if y < tol: break

So nothing is drawn before its turn, and nothing is drawn that Python would not draw.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sourcead.ir.kinds import Array, List, Tuple
from sourcead.ir.nodes import Const, Name, Ref, Star
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.generators import draws_itself, is_followed, opened, started
from sourcead.transform.specialise.library import next_of
from sourcead.transform.specialise.resuming import resume_instead
from sourcead.transform.specialise.sequences import follows

__all__ = ["over_generators"]


def enumerated(items, start=0):
    for item in items:
        yield start, item
        start += 1


def zipped_behind(first, items):
    """`zip(first, items)`: where `first` is at its end, no item is drawn."""
    at = 0
    if len(first) > 0:
        for item in items:
            yield first[at], item
            at += 1
            if at >= len(first):
                return


def zipped_before(items, second):
    """`zip(items, second)`"""
    for at, item in enumerate(items):
        if at >= len(second):
            return
        yield item, second[at]


def zipped_behind_two(first, second, items):
    """`zip(first, second, items)`"""
    at = 0
    if len(first) > 0 and len(second) > 0:
        for item in items:
            yield first[at], second[at], item
            at += 1
            if at >= len(first) or at >= len(second):
                return


def zipped_drawn(first, second):
    """`zip(first, second)` where each gives its items itself"""
    for item in first:
        more, other = next_of(second)
        if not more:
            return
        yield item, other


def mapped(function, items):
    for item in items:
        yield function(item)


def starmapped(function, items):
    for item in items:
        yield function(*item)


def filtered(test, items):
    for item in items:
        if test(item):
            yield item


def filtered_out(test, items):
    for item in items:
        if not test(item):
            yield item


def kept(items):
    """`filter(None, items)`"""
    for item in items:
        if item:
            yield item


def first_of(items, stop):
    """`itertools.islice(items, stop)`"""
    at = 0
    if stop > 0:
        for item in items:
            yield item
            at += 1
            if at >= stop:
                return


def part_of(items, start, stop, step=1):
    """`itertools.islice(items, start, stop, step)`, which goes on to `stop` in vain"""
    at = 0
    following = start
    if stop > 0:
        for item in items:
            if at == following:
                yield item
                following += step
            at += 1
            if at >= stop:
                return


def rest_of(items, start):
    """`itertools.islice(items, start, None)`"""
    for at, item in enumerate(items):
        if at >= start:
            yield item


def taken_while(test, items):
    for item in items:
        if not test(item):
            return
        yield item


def dropped_while(test, items):
    dropping = True
    for item in items:
        if dropping and test(item):
            continue
        dropping = False
        yield item


def neighbours_in(items):
    """`itertools.pairwise(items)` of a list"""
    if len(items) > 0:
        before = items[0]
        at = 1
        while at < len(items):
            item = items[at]
            yield before, item
            before = item
            at += 1


def grouped(items, key=None):
    """`itertools.groupby(items, key)`, whose groups are lists: so it is taken before its turn only"""
    yield from itertools.groupby(items, key)


def compressed(items, selectors):
    for item, is_taken in zip(items, selectors):
        if is_taken:
            yield item


def zipped_longest(first, second, fill):
    """`itertools.zip_longest(first, second, fillvalue=fill)` of lists"""
    at = 0
    while at < len(first) or at < len(second):
        yield (first[at] if at < len(first) else fill), (second[at] if at < len(second) else fill)
        at += 1


def accumulated_in(items):
    """`itertools.accumulate(items)` of a list"""
    at = 0
    if len(items) > 0:
        total = items[0]
        while at < len(items):
            if at > 0:
                total = total + items[at]
            yield total
            at += 1


def accumulated_in_by(items, function):
    """`itertools.accumulate(items, function)` of a list"""
    at = 0
    if len(items) > 0:
        total = items[0]
        while at < len(items):
            if at > 0:
                total = function(total, items[at])
            yield total
            at += 1


def accumulated(items):
    total = None
    for at, item in enumerate(items):
        total = item if at == 0 else total + item
        yield total


def accumulated_by(items, function):
    total = None
    for at, item in enumerate(items):
        total = item if at == 0 else function(total, item)
        yield total


def neighbours(items):
    """`itertools.pairwise(items)`"""
    before = None
    for at, item in enumerate(items):
        if at > 0:
            yield before, item
        before = item


def chained(first, second):
    yield from first
    yield from second


def chained_three(first, second, third):
    yield from first
    yield from second
    yield from third


def _zip(s: Context, args: list[Any]) -> Any:
    one = [is_drawn(s, a) for a in args]
    if one == [True, True]:
        found = s.generators.get(args[1])
        if found is not None:
            resume_instead(s, found)
        return zipped_drawn if draws_itself(s, args[1]) else None
    if one == [False, True]:
        return zipped_behind
    if one == [True, False]:
        return zipped_before
    return zipped_behind_two if one == [False, False, True] else None


def _islice(s: Context, args: list[Any]) -> Any:
    if len(args) == 2:
        return first_of
    if len(args) == 3 and args[2] == Const(None):
        return rest_of
    return part_of if len(args) in (3, 4) and args[2] != Const(None) else None


def _filter(s: Context, args: list[Any]) -> Any:
    return kept if args[0] == Const(None) else filtered


def _chain(s: Context, args: list[Any]) -> Any:
    return {2: chained, 3: chained_three}.get(len(args))


def _accumulate(s: Context, args: list[Any]) -> Any:
    return {1: accumulated, 2: accumulated_by}.get(len(args))


def _zip_longest(s: Context, args: list[Any]) -> Any:
    is_of_lists = len(args) == 2 and not any(is_drawn(s, a) for a in args)
    return zipped_longest if is_of_lists else None


def _grouped(s: Context, args: list[Any]) -> Any:
    return None if any(is_drawn(s, a) for a in args) else grouped


def _always(function: Callable[..., Any]) -> Callable[[Context, list[Any]], Any]:
    return lambda s, args: function


LAZY: dict[Any, Callable[[Context, list[Any]], Any]] = {
    enumerate: _always(enumerated), zip: _zip, filter: _filter, map: lambda s, args: mapped if len(args) == 2 else None,
    itertools.islice: _islice, itertools.takewhile: _always(taken_while),
    itertools.dropwhile: _always(dropped_while), itertools.filterfalse: _always(filtered_out),
    itertools.accumulate: _accumulate, itertools.chain: _chain, itertools.starmap: _always(starmapped),
    itertools.pairwise: _always(neighbours), itertools.compress: _always(compressed),
    itertools.zip_longest: _zip_longest, itertools.groupby: _grouped,
}  # fmt: skip


OF_LISTS: dict[Any, Callable[..., Any]] = {
    neighbours: neighbours_in, accumulated: accumulated_in, accumulated_by: accumulated_in_by,
}  # fmt: skip
"""What may look at its first item before it begins."""


def is_drawn(s: Context, value: Any) -> bool:
    """Does it give its items itself, where we can follow it?"""
    found = s.generators.get(value) if isinstance(value, Name) else None
    if found is None:
        return draws_itself(s, value)
    return found.at_once is None and is_followed(s, found)


def over_generators(
    s: Context, obj: Any, args: list[Any], kwargs: Kwargs
) -> tuple[Val | None, list[Any]]:
    """The call of such a function of a generator, as a generator; None where it is no such call.

    Also the arguments, of which each is asked for its iterator once.
    """
    if s.derivative or not isinstance(obj, type) or obj not in LAZY:
        return None, args
    if any(isinstance(a, Star) for a in args) or any(
        k not in ("start", "func", "fillvalue", "key") for k, _ in kwargs
    ):
        return None, args
    args = [opened(s, a) for a in args]
    if s.taken_at_once:
        s.taken_at_once = False
        return None, args
    over_list = not any(is_drawn(s, a) for a in args)
    if over_list and (obj in (enumerate, zip) or not follows(s, args)):
        return None, args
    function = LAZY[obj](s, args)
    if function is None:
        return None, args
    given = [*args, *(v for _, v in kwargs)]
    if function is zipped_longest and not kwargs:
        given.append(Const(None))
    if function is accumulated and len(given) == 2:
        function = accumulated_by
    if over_list and isinstance(s.kind(args[0]), (List, Tuple, Array)):
        function = OF_LISTS.get(function, function)
    made = started(s, Ref(function.__name__, function), function, given, [])
    found = s.generators.get(made) if isinstance(made, Name) else None
    if isinstance(made, Name) and over_list and found and found.here not in s.heap.lazy:
        at_once = partial(_at_once, s, obj, args, kwargs)
        s.generators[made] = replace(found, at_once=at_once, has_turns=function is not grouped)
    return made, args


def _at_once(s: Context, obj: Any, args: list[Any], kwargs: Kwargs) -> Val:
    """All that `map(function, xs)` gives, as a list or one by one."""
    s.taken_at_once = True
    try:
        return s.call(Ref(obj.__name__, obj), args, kwargs)
    finally:
        s.taken_at_once = False
