"""What arrays hold at one moment, to be put in place again for a while.

A pullback may be called long after its forward half, and the caller may have written into the arrays of
his lists, dicts and objects in the meantime.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.structures import slots_of

__all__ = ["Contents", "arrays_in", "contents_of", "put_in_place"]

Contents = list[tuple[Any, Any]]
"""Arrays, and what is in each."""


def arrays_in(value: Any) -> list[Any]:
    """The arrays that a structure holds, each once.

    >>> u = np.zeros(2); [array is u for array in arrays_in([u, {"u": u, "n": 3}])]
    [True]
    """
    found: dict[int, Any] = {}
    seen: set[int] = set()
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, np.ndarray):
            found[id(each)] = each
            continue
        slots = slots_of(each)
        if slots is not None and id(each) not in seen:
            seen.add(id(each))
            todo += [v for _, v in slots]
    return list(found.values())


def contents_of(*structures: Any) -> Contents:
    """What the arrays in the structures hold now."""
    return [(array, array.copy(order="K")) for array in arrays_in(structures)]


def put_in_place(contents: Contents) -> Contents:
    """Write the contents into their arrays; what has been there.  What is there already is not written.

    >>> u = np.zeros(2); before = contents_of([u]); u += 1.0; now = put_in_place(before); u.tolist()
    [0.0, 0.0]
    >>> _ = put_in_place(now); u.tolist()
    [1.0, 1.0]
    """
    changed = [(a, c) for a, c in contents if not _is_same(a, c)]
    before = [(array, array.copy()) for array, _ in changed]
    for array, content in changed:
        array[...] = content
    return before


def _is_same(array: Any, content: Any) -> bool:
    """Bit by bit: a NaN is itself, and zeros have a sign."""
    return bool(np.ascontiguousarray(array).tobytes() == np.ascontiguousarray(content).tobytes())
