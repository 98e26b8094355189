"""Sequences of numbers as vectors: what the derivatives of `math.prod`, `dist`, `hypot` are made of.

A tangent of a sequence may have None at entries that carry none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["difference", "hypot_of", "inner", "of_others", "repeated", "scaled"]


def scaled(values: Iterable[Any], factor: Any) -> tuple[Any, ...]:
    """Each value times `factor`."""
    return tuple([value * factor for value in values])


def hypot_of(coordinates: Iterable[Any]) -> float:
    """`math.hypot(*coordinates)`"""
    return math.hypot(*coordinates)


def repeated(value: Any, like: Sequence[Any]) -> tuple[Any, ...]:
    """`value` once for each entry of `like`."""
    return (value,) * len(like)


def difference(p: Iterable[Any], q: Iterable[Any]) -> tuple[Any, ...]:
    """`p - q`, entry by entry."""
    return tuple([a - b for a, b in zip(p, q)])


def inner(values: Iterable[Any], tangents: Sequence[Any] | None) -> Any:
    """The sum of `value * tangent`; 0.0 where there is no tangent."""
    total: Any = 0.0
    if tangents is not None:
        for value, tangent in zip(values, tangents):
            if tangent is not None:
                total = total + value * tangent
    return total


def of_others(values: Iterable[Any], start: Any = 1.0) -> tuple[Any, ...]:
    """For each value the product of `start` and all other values: from both ends, without division.

    >>> of_others([2.0, 0.0, 5.0])
    (0.0, 10.0, 0.0)
    """
    values = list(values)
    ahead = [start]
    for value in values[:-1]:
        ahead.append(ahead[-1] * value)
    behind: list[Any] = [1.0]
    for value in values[:0:-1]:
        behind.append(behind[-1] * value)
    return tuple([a * b for a, b, _ in zip(ahead, reversed(behind), values)])
