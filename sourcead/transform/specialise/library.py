# mypy: allow-untyped-defs
"""Built-in functions said in Python, for arguments that carry derivatives and cannot be written out item by item.

A call of the built-in function is transformed as if it were a call of the function here.  What is
lazy in Python is done at once: a result that carries a derivative is consumed in the same call.
"""

import numpy as np

__all__ = [
    "added",
    "copies",
    "copies_of_tuples",
    "extended",
    "filtered",
    "kept",
    "listed",
    "mapped",
    "mapped_together",
    "of_length",
    "product",
    "reduced",
    "reduced_from",
    "same",
]


def listed(items):
    """`list(items)`"""
    return [item for item in items]  # noqa: C416


def copies(arrays):
    """The arrays of a list as they are now."""
    return [array.copy() for array in arrays]


def copies_of_tuples(items):
    """The tuples of a list, with the arrays in them as they are now."""
    return [tuple([np.copy(p) if isinstance(p, np.ndarray) else p for p in item]) for item in items]


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


def same(function):
    """A decorator that changes nothing."""
    return function
