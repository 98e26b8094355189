# mypy: allow-untyped-defs, allow-untyped-calls
"""Built-in functions said in Python, for arguments that carry derivatives and cannot be written out item by item.

A call of the built-in function is transformed as if it were a call of the function here.  What is
lazy in Python is done at once: a result that carries a derivative is consumed in the same call.
"""

import copy

import numpy as np

from sourcead.runtime.selection import first_places, of_largest, of_smallest, order

__all__ = [
    "added",
    "arranged",
    "arranged_by",
    "apart",
    "at_least",
    "column",
    "copied_deeply",
    "copies",
    "copies_of_tuples",
    "drawn",
    "extended",
    "extended_left",
    "filtered",
    "kept",
    "removed",
    "larger",
    "largest",
    "listed",
    "make_room",
    "make_room_behind",
    "mapped",
    "mapped_together",
    "next_of",
    "next_or",
    "of_length",
    "product",
    "reduced",
    "reduced_from",
    "same",
    "several",
    "smaller",
    "smallest",
    "transposed",
]


def listed(items):
    """`list(items)`"""
    return [item for item in items]  # noqa: C416


def next_of(iterator):
    """Whether an object that draws its elements itself has one more, and that element."""
    more = False
    try:
        value = iterator.__next__()
        more = True
    except StopIteration:
        pass
    return more, value


def next_or(iterator, default):
    """`next(iterator, default)`"""
    try:
        return iterator.__next__()
    except StopIteration:
        return default


def drawn(iterator):
    """`list(iterator)` of an object that draws its elements itself"""
    items = []
    more = True
    while more:
        more, value = next_of(iterator)
        if more:
            items.append(value)
    return items


def copies(arrays):
    """The arrays of a list as they are now."""
    return [array.copy() for array in arrays]


def copies_of_tuples(items):
    """The tuples of a list, with the arrays in them as they are now."""
    return [tuple([np.copy(p) if isinstance(p, np.ndarray) else p for p in item]) for item in items]


def copied_deeply(items):
    """`copy.deepcopy(items)`: one that stands at two places does so in the copy"""
    made: list[object] = []
    for i, first in enumerate(first_places(items)):
        made.append(copy.deepcopy(items[i]) if first == i else made[first])
    return made


def mapped(function, items):
    """`map(function, items)`"""
    return [function(item) for item in items]


def mapped_together(function, *sequences):
    """`map(function, a, b, ...)`"""
    return [function(*row) for row in zip(*sequences)]


def filtered(function, items):
    """`filter(function, items)`"""
    return [item for item in items if function(item)]


def kept(items):
    """`filter(None, items)`"""
    return [item for item in items if item]


def of_length(items, count, name):
    """`items`, as the arguments of a function that takes so many: `name(*items)`"""
    if len(items) != count:
        raise TypeError(f"{name}() takes {count} more arguments, and gets {len(items)}")
    return items


def apart(items, count, failure):
    """`a, b = items`: what is taken apart"""
    if len(items) != count:
        raise ValueError(failure)
    return items


def one_for_zero(length):
    """`length`, by which something is divided that is 0 where it is 0"""
    return 1.0 if length == 0.0 else length


def at_least(items, count, name):
    """`items`, as arguments of a function that takes so many and `*rest`: `name(*items)`"""
    if len(items) < count:
        raise TypeError(f"{name}() misses {count - len(items)} arguments")
    return items


def several(items, name):
    """The numbers in `max(*items)`: one alone would be taken for a list of them"""
    if len(items) < 2:
        raise TypeError(f"{name}(*items) is given {len(items)} numbers")
    return items


def transposed(rows):
    """`zip(*rows)`"""
    return [
        tuple([row[i] for row in rows]) for i in range(min([len(row) for row in rows], default=0))
    ]


def column(rows, i):
    """One of the tuples of `zip(*rows)`, of rows that are tuples"""
    if len(rows) == 0:
        raise ValueError("zip(*rows) of no rows at all")
    return tuple([row[i] for row in rows])


def make_room(window):
    """What a deque that is full drops when it is appended to"""
    if len(window) == window.maxlen:
        window.popleft()


def make_room_behind(window):
    """What a deque that is full drops when it is appended to on the left"""
    if len(window) == window.maxlen:
        window.pop()


def extended_left(items, more):
    """`items.extendleft(more)`"""
    for item in more:
        items.appendleft(item)


def extended(items, more):
    """`items.extend(more)`"""
    for item in more:
        items.append(item)


def reduced_from(function, items, value):
    """`functools.reduce(function, items, value)`"""
    for item in items:
        value = function(value, item)
    return value


def reduced(function, items):
    """`functools.reduce(function, items)`"""
    value = items[0]
    for i in range(1, len(items)):
        value = function(value, items[i])
    return value


def added(items, start=0):
    """`sum(items, start)`, for objects that define what `+` is"""
    total = start
    for item in items:
        total = total + item
    return total


def product(items, *, start=1):
    """`math.prod(items)`"""
    total = start
    for item in items:
        total = total * item
    return total


def arranged(items, key=None, reverse=False):
    """`sorted(items, key=key, reverse=reverse)` of lists, tuples and objects: which they are stays known"""
    return [items[i] for i in order(items, key, reverse)]


def removed(items, value):
    """`items.remove(value)`"""
    if value not in items:
        [].remove(value)
    items.pop(items.index(value))


def arranged_by(items, key, reverse=False):
    """The same of what holds functions that were made here: only `key` looks at it."""
    ranks = [key(item) for item in items]
    return [items[i] for i in order(ranks, None, reverse)]


def largest(items, key=None):
    """`max(items, key=key)` of lists, tuples and objects"""
    if len(items) == 0:
        max(())
    return items[of_largest(items, key)]


def smallest(items, key=None):
    """`min(items, key=key)` of lists, tuples and objects"""
    if len(items) == 0:
        min(())
    return items[of_smallest(items, key)]


def larger(first, second):
    """`max(first, second)` of objects"""
    return second if second > first else first


def smaller(first, second):
    """`min(first, second)` of objects"""
    return second if second < first else first


def same(function):
    """A decorator that changes nothing."""
    return function


def found_or(value, name, default):
    """`getattr(value, name, default)` of an object that has no such attribute, but a `__getattr__`."""
    try:
        return value.__getattr__(name)
    except AttributeError:
        return default


def is_found(value, name):
    try:
        value.__getattr__(name)
    except AttributeError:
        return False
    return True
