# mypy: allow-untyped-defs
"""NumPy's functions that call a function, said in Python and NumPy.

A call is transformed as if it were a call of the function here: the derivative follows from the source.
"""

import numpy as np

__all__ = ["along_axis", "for_each", "for_each_pair", "in_pieces"]


def in_pieces(x, condlist, funclist):
    """`np.piecewise(x, condlist, funclist)`, a function for each condition: later ones win."""
    y = np.zeros_like(x)
    for condition, function in zip(condlist, funclist):
        y[condition] = function(x[condition]) if callable(function) else function
    return y


def for_each(function, x):
    """`np.vectorize(function)(x)`, whose type is that of the first result."""
    values = [function(value) for value in np.ravel(x)]
    if not isinstance(values[0], float):
        raise TypeError(
            "the first result of a vectorized function is no float: it makes integers of all"
        )
    return np.reshape(np.array(values), np.shape(x))


def for_each_pair(function, x1, x2):
    """`np.vectorize(function)(x1, x2)`"""
    shape = np.broadcast_shapes(np.shape(x1), np.shape(x2))
    first, second = np.ravel(np.broadcast_to(x1, shape)), np.ravel(np.broadcast_to(x2, shape))
    values = [function(a, b) for a, b in zip(first, second)]
    if not isinstance(values[0], float):
        raise TypeError(
            "the first result of a vectorized function is no float: it makes integers of all"
        )
    return np.reshape(np.array(values), shape)


def along_axis(function, axis, a):
    """`np.apply_along_axis(function, axis, a)`, of functions that give a number or a vector."""
    moved = np.moveaxis(a, axis, -1)
    rows = np.reshape(moved, (-1, np.shape(a)[axis]))
    stacked = np.array([function(row) for row in rows])
    if np.ndim(stacked) == 1:
        return np.reshape(stacked, np.shape(moved)[:-1])
    parts = np.reshape(stacked, (*np.shape(moved)[:-1], np.shape(stacked)[1]))
    return np.moveaxis(parts, -1, axis)
