"""Which operands `max`, `min` and `sorted` pick, and their bars and tangents.

Arguments are those of `max`: either several values, or one iterable of values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = [
    "first_places",
    "in_places",
    "of_largest",
    "of_smallest",
    "order",
    "picked",
    "put_back",
    "sum_of_tangents",
    "to_picked",
]

Key = Callable[[Any], Any] | None


def of_largest(args: Sequence[Any], key: Key) -> int:
    """The position that `max(*args, key=key)` picks; -1 of an empty iterable."""
    ranks = _ranks(args, key)
    return max(range(len(ranks)), key=ranks.__getitem__, default=-1)


def of_smallest(args: Sequence[Any], key: Key) -> int:
    """The position that `min(*args, key=key)` picks; -1 of an empty iterable."""
    ranks = _ranks(args, key)
    return min(range(len(ranks)), key=ranks.__getitem__, default=-1)


def first_places(values: Sequence[Any]) -> list[int]:
    """Of each value, where it stands first.

    >>> a, b = [1.0], [1.0]; first_places([a, b, a])
    [0, 1, 0]
    """
    places: dict[int, int] = {}
    return [places.setdefault(id(value), i) for i, value in enumerate(values)]


def order(values: Sequence[Any], key: Key, reverse: bool) -> list[int]:
    """The positions of `sorted(values, key=key, reverse=reverse)`."""
    ranks = list(values) if key is None else [key(value) for value in values]
    return sorted(range(len(ranks)), key=ranks.__getitem__, reverse=reverse)


def to_picked(y_bar: Any, args: Sequence[Any], position: int) -> tuple[Any, Any]:
    """The bars of `args`, and of the default: all of `y_bar` at the picked value."""
    values = _values(args)
    bars = [y_bar if i == position else 0.0 for i in range(len(values))]
    default_bar = y_bar if position < 0 else 0.0
    return (tuple(bars) if len(args) > 1 else (_like(args[0], bars),)), default_bar


def picked(args_dot: Sequence[Any], default_dot: Any, args: Sequence[Any], position: int) -> Any:
    """The tangent of the picked value."""
    if position < 0:
        return 0.0 if default_dot is None else default_dot
    dots = args_dot if len(args) > 1 else args_dot[0]
    dot = None if dots is None else dots[position]
    return 0.0 if dot is None else dot


def in_places(dots: Sequence[Any], positions: Sequence[int]) -> list[Any]:
    """The tangents of the values at these positions; a value that does not vary has none."""
    return [0.0 if dots[i] is None else dots[i] for i in positions]


def put_back(y_bar: Sequence[Any], positions: Sequence[int], values: Any) -> Any:
    """Bars of sorted values in the order of the values: an array where these are one."""
    bars: list[Any] = [None] * len(positions)
    for bar, position in zip(y_bar, positions):
        bars[position] = bar
    return _like(values, bars)


def sum_of_tangents(dots: Any, y: Any) -> Any:
    """The sum of the tangents that are there."""
    return sum([dot for dot in dots if dot is not None], np.zeros_like(y) if np.ndim(y) else 0.0)


def _values(args: Sequence[Any]) -> Sequence[Any]:
    return args if len(args) > 1 else args[0]


def _ranks(args: Sequence[Any], key: Key) -> list[Any]:
    return [value if key is None else key(value) for value in _values(args)]


def _like(values: Any, bars: list[Any]) -> Any:
    if isinstance(values, np.ndarray):
        return np.array([0.0 if bar is None else bar for bar in bars], float)
    return tuple(bars)
