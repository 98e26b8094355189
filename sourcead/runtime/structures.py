"""Arguments that hold others (lists, dicts, objects): as they were on entry, and their adjoints."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np

from sourcead.runtime.attributes import attributes_of
from sourcead.runtime.lists import added, blank

__all__ = ["Entry", "entry_of", "gradient_of", "part_at", "slots_of"]


LEAVES = frozenset(
    {type(None), bool, int, float, complex, str, bytes, np.ndarray, np.float64, np.float32}
)
"""Classes of what most containers hold: known as no containers at a look, in calls that take microseconds."""


class Entry:
    """A container, and what each of its slots held."""

    __slots__ = ("holder", "slots")

    def __init__(self, holder: Any, slots: list[tuple[Any, Any]]) -> None:
        self.holder, self.slots = holder, slots


def entry_of(value: Any) -> Any:
    """What a structure holds now, whatever the program does to it later.

    >>> xs = [1.0, [2.0]]; before = entry_of(xs); xs.clear()
    >>> gradient_of(before, lambda holder, slot, held: None, lambda number, adjoint: 0.0)
    [0.0, [0.0]]
    """
    if isinstance(value, tuple) and _holds_leaves(value):
        return value  # nobody can change it
    slots = slots_of(value)
    if slots is None:
        return value
    return Entry(value, [(slot, v if type(v) in LEAVES else entry_of(v)) for slot, v in slots])


def _holds_leaves(value: tuple[Any, ...]) -> bool:
    return LEAVES.issuperset(map(type, value))


def slots_of(value: Any) -> list[tuple[Any, Any]] | None:
    """The slots of a container and what they hold; None if it is none."""
    if isinstance(value, (list, tuple, deque)):
        return list(enumerate(value))
    if isinstance(value, dict):
        return list(value.items())
    return attributes_of(value)


def part_at(value: Any, like: Any, slot: Any) -> Any:
    """What `value`, which has the structure of `like`, holds in a slot of it; None where it has none."""
    if isinstance(like, (list, tuple, deque)):
        return value[slot]
    return value.get(slot) if isinstance(like, dict) else getattr(value, slot, None)


def gradient_of(
    value: Any,
    adjoint_in: Callable[[Any, Any, Any], Any],
    leaf: Callable[[Any, Any], Any],
    given: Any = None,
) -> Any:
    """The adjoint in the structure of `value`; None where it carries no derivative.

    `adjoint_in(holder, slot, held)`: of what was in a slot; `leaf(value, adjoint)`: of a number or an array.
    `given`: the adjoint of a tuple, which is a value: it is in the slot that the tuple is in.
    """
    if not isinstance(value, Entry):
        value = entry_of(value)
    if isinstance(value, tuple):
        return _of_leaves(value, leaf, given)
    if not isinstance(value, Entry):
        return leaf(value, given)
    holder = value.holder
    is_tuple = isinstance(holder, tuple)
    parts = {}
    for slot, each in value.slots:
        if is_tuple:
            own = None if given is None else given[slot]
        else:
            own = adjoint_in(holder, slot, each)
        if isinstance(each, tuple):
            parts[slot] = _of_leaves(each, leaf, own)
        elif not isinstance(each, Entry):
            parts[slot] = leaf(each, own)
        elif isinstance(each.holder, tuple):
            parts[slot] = gradient_of(each, adjoint_in, leaf, own)
        else:
            inner = gradient_of(each, adjoint_in, leaf)
            parts[slot] = added(inner, own) if is_tuple else inner
    return _rebuilt(holder, parts)


def _of_leaves(value: tuple[Any, ...], leaf: Callable[[Any, Any], Any], given: Any) -> Any:
    """The adjoint of a tuple that holds no containers."""
    if given is None:
        given = (None,) * len(value)
    made = tuple([leaf(each, own) for each, own in zip(value, given, strict=True)])
    return type(value)(*made) if hasattr(value, "_fields") else made


def _rebuilt(holder: Any, parts: dict[Any, Any]) -> Any:
    """The parts in a container like `holder`."""
    if isinstance(holder, list):
        return list(parts.values())
    if isinstance(holder, tuple):
        made = tuple(parts.values())
        return type(holder)(*made) if hasattr(holder, "_fields") else made
    if isinstance(holder, dict):
        return parts
    like = blank(holder)
    for name, field in parts.items():
        object.__setattr__(like, name, field)
    return like
