"""All that is wrong with a function, in one error, when one thing was found.

What kinds decide is found out statement by statement, and the first offence ends a compilation.  The
compilation is done once more without that statement and what depends on it, which finds the next
offence, and so on: until nothing is wrong with what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sourcead.errors import Offence, SourceADError
from sourcead.frontend.lower import lower
from sourcead.ir.nodes import Function, Origin
from sourcead.transform.left_out import LeftOut, leave_out

__all__ = ["all_offences", "lower_without"]

MAX_OFFENCES = 20


def all_offences(
    first: SourceADError, again: Callable[[frozenset[Origin]], object]
) -> SourceADError:
    """The error with every offence of the function; `again(places)` compiles it without these statements.

    What is said of the function as a whole, without a place, may be owed to what was left out.
    """
    found = {(o.origin, o.cause): replace(o, title=type(first).__name__) for o in first.offences}
    places = {place for o in first.offences for place in _next_place(o, ())}
    for _ in range(MAX_OFFENCES):
        more = _offences_of(again, frozenset(places))
        new = {place for o, _ in more for place in _next_place(o, places)}
        if not new:
            break
        places |= new
        for offence, title in more:
            if title and offence.origin.file:
                found.setdefault((offence.origin, offence.cause), replace(offence, title=title))
    return type(first)(*found.values())


def _next_place(
    offence: Offence, places: frozenset[Origin] | set[Origin] | tuple[()]
) -> list[Origin]:
    """Which statement to leave out next: the offending one, or else the call that leads to it."""
    way = (offence.place, *offence.calls)
    return [o for o in way if o.file and o not in places][:1]


def _offences_of(
    again: Callable[[frozenset[Origin]], object], places: frozenset[Origin]
) -> list[tuple[Offence, str]]:
    """What is wrong, with the class of error; "" where it follows from what was left out."""
    try:
        again(places)
    except LeftOut as lost:
        return [(o, "") for o in lost.offences]
    except SourceADError as error:
        return [(o, type(error).__name__) for o in error.offences]
    except Exception:  # a program that nobody wrote: what was found is right without it
        return []
    return []


def lower_without(places: frozenset[Origin]) -> Callable[..., Function]:
    """`lower`, without the statements at these places."""
    if not places:
        return lower

    def lower_some(function: Callable[..., Any], **options: Any) -> Function:
        return leave_out(lower(function, **options), places)

    return lower_some
