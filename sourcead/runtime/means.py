"""Slopes of means, spreads and medians of lists of numbers, one for each number.

A tangent of a list may have None at entries that carry none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

__all__ = [
    "along",
    "deviations",
    "inverses",
    "middle",
    "total",
    "weighted_bars",
    "weighted_tangent",
]


def along(slopes: Sequence[float], tangents: Sequence[Any]) -> float:
    """The sum of slope times tangent; a slope of zero leaves an infinite tangent out."""
    return math.fsum([s * t for s, t in zip(slopes, tangents) if t is not None and s != 0.0])


def total(tangents: Sequence[Any] | None) -> float:
    return math.fsum([t for t in tangents or () if t is not None])


def deviations(data: Sequence[float], factor: float) -> tuple[float, ...]:
    """`factor` times each deviation from the mean.

    >>> deviations([1.0, 2.0, 6.0], 10.0)
    (-20.0, -10.0, 30.0)
    """
    mean = math.fsum(data) / len(data)
    return tuple([factor * (value - mean) for value in data])


def inverses(data: Sequence[float], power: int, factor: float) -> tuple[float, ...]:
    return tuple([factor / value**power for value in data])


def middle(data: Sequence[float], amount: float, low: float, high: float) -> tuple[float, ...]:
    """`amount` for the middle value; of an even number, shares of it for the two in the middle."""
    order = sorted(range(len(data)), key=data.__getitem__)
    slopes = [0.0] * len(data)
    if len(data) % 2:
        slopes[order[len(data) // 2]] = amount
    else:
        slopes[order[len(data) // 2 - 1]] = amount * low
        slopes[order[len(data) // 2]] = amount * high
    return tuple(slopes)


def weighted_bars(
    y_bar: float, y: float, data: Sequence[float], weights: Sequence[float]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Of sum(w * x) / sum(w): in the data and in the weights."""
    share = y_bar / math.fsum(weights)
    return tuple([share * w for w in weights]), tuple([share * (x - y) for x in data])


def weighted_tangent(
    y: float, data: Sequence[float], weights: Sequence[float], data_dot: Any, weights_dot: Any
) -> float:
    in_data, in_weights = weighted_bars(1.0, y, data, weights)
    return along(in_data, data_dot or ()) + along(in_weights, weights_dot or ())
