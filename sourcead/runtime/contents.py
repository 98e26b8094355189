"""What arrays and containers hold at one moment, to be put in place again for a while.

A pullback may be called long after its forward half, and the caller may have written into the arrays of
his lists, dicts and objects in the meantime, or changed these themselves.
"""

from __future__ import annotations

import copy
from collections import deque
from typing import Any

import numpy as np

from sourcead.runtime.structures import slots_of

__all__ = [
    "Contents", "arrays_in", "containers_in", "contents_of", "copied", "for_another_call", "put_back",
    "put_in_place", "slots_now",
]  # fmt: skip

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


def copied(value: Any) -> Any:
    """A deep copy in which arrays that shared memory share it again, in the same layout.

    >>> u = np.zeros(3); a, b = copied((u, u[1:])); a[1] = 5.0; b.tolist(), u.tolist()
    ([5.0, 0.0], [0.0, 0.0, 0.0])
    """
    memo: dict[int, Any] = {}
    for array in arrays_in(value):
        owner = array
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        if owner is array or not (owner.flags.c_contiguous or owner.flags.f_contiguous):
            continue
        twin = memo.setdefault(id(owner), owner.copy(order="K"))
        start = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        buffer = twin if twin.flags.c_contiguous else twin.T
        memo[id(array)] = np.ndarray(array.shape, array.dtype, buffer, start, array.strides)
    return copy.deepcopy(value, memo)


def for_another_call(full: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Copies of the arguments for one more call; None where they cannot be copied."""
    try:
        return tuple(copied(full))
    except Exception:  # objects of the user's: anything may happen
        return None


def containers_in(*values: Any) -> list[Any]:
    """The lists, dicts and objects of structures, each once: what can be changed.

    >>> xs = [1.0]; [each is xs for each in containers_in((xs, 2.0))]
    [True]
    """
    found: dict[int, Any] = {}
    todo = list(values)
    while todo:
        each = todo.pop()
        slots = slots_of(each)
        if slots is None or id(each) in found:
            continue
        found[id(each)] = each
        todo += [v for _, v in slots]
    return [each for each in found.values() if not isinstance(each, tuple)]


def slots_now(*structures: Any) -> Contents:
    """What each container in the structures holds now, one level deep."""
    return [(each, _shallow(each)) for each in containers_in(*structures)]


def put_back(contents: Contents) -> Contents:
    """Let the containers hold these things; what they have held.  What is as it was is left alone.

    >>> xs = [1.0, 2.0]; before = slots_now(xs); xs.clear()
    >>> now = put_back(before); xs
    [1.0, 2.0]
    >>> _ = put_back(now); xs
    []
    """
    changed = [(each, held) for each, held in contents if not _holds(each, held)]
    before = [(each, _shallow(each)) for each, _ in changed]
    for each, held in changed:
        if isinstance(each, list):
            each[:] = held
        elif isinstance(each, deque):
            each.clear()
            each.extend(held)
        elif isinstance(each, dict):
            each.clear()
            each.update(held)
        else:
            each.__dict__.clear()
            each.__dict__.update(held)
    return before


def _shallow(container: Any) -> Any:
    if isinstance(container, (list, deque)):
        return list(container)
    return dict(container if isinstance(container, dict) else getattr(container, "__dict__", {}))


def _holds(container: Any, held: Any) -> bool:
    """The same things, in the same order."""
    now = _shallow(container)
    if len(now) != len(held):
        return False
    if isinstance(held, list):
        return all(a is b for a, b in zip(now, held))
    return all(j is k and v is w for (j, v), (k, w) in zip(now.items(), held.items()))


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
