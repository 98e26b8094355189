"""Values that are not there yet, while a loop is written on trial.

    k = []
    for i in range(3):
        s = y if i == 0 else y + h * k[-1]      # what `k` holds is seen below
        k.append(rhs(s))

In the first trial of the turn nothing is known of what `k[-1]` is.  What is computed from it is nothing either, and
joins with what other paths have; the next trial knows what was put there.  A turn that is written for good
has no such values, or those that a program really reads where there are none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sourcead.ir.kinds import List, Never
from sourcead.ir.nodes import Name, Op, Undefined
from sourcead.transform.builder import Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context

__all__ = ["is_empty_yet", "is_nothing_yet", "note_nothing", "of_nothing"]


def is_nothing_yet(s: Context, values: Iterable[Any]) -> bool:
    """Is the program on trial, and one of them made of what is not there yet?"""
    return bool(s.trials) and any(_has_nothing(s, value) for value in values)


def _has_nothing(s: Context, value: Any) -> bool:
    match value:
        case Name():
            held = () if value in s.nothing else s.memory.list_items(value) or ()
            return value in s.nothing or any(_has_nothing(s, item) for item in held)
        case Undefined():
            return True
        case Virtual(items, form) if form in ("tuple", "list"):
            return any(_has_nothing(s, item) for item in items)
        case _:
            return False


def is_empty_yet(s: Context, value: Any) -> bool:
    """Is the program on trial, and this a list that nothing has been put into, but may be later?"""
    kind = s.kind(value) if isinstance(value, Name) else None
    if not s.trials or not isinstance(kind, List) or not kind.site:
        return False
    if s.memory.list_items(value) is not None or not isinstance(
        s.heap.read(kind.site, ITEM), Never
    ):
        return False
    s.tolerated += 1
    return True


def of_nothing(s: Context, hint: str) -> Name:
    """What is computed from it; the trial's statements are not kept."""
    made = s.emit(Op("tuple", ()), Never(), hint)
    note_nothing(s, made)
    return made


def note_nothing(s: Context, name: Name) -> None:
    s.tolerated += 1
    s.nothing.add(name)
