"""Adjoints of lists that are built step by step: zeros of their structure, sums element by element."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from sourcead.runtime.attributes import attributes_of

__all__ = [
    "add_item",
    "add_items",
    "entries",
    "like_object",
    "take_items",
    "tangent_of",
    "written_out",
    "zeros_like",
]


def entries(mapping: Any, keys: Any) -> Any:
    """The values of a dict at these keys, as a list."""
    return [mapping[key] for key in keys]


def zeros_like(value: Any) -> Any:
    """Zeros of the structure of a list, tuple, dict, array or number.

    >>> zeros_like([1.0, (2.0, np.ones(2))])
    [0.0, (0.0, array([0., 0.]))]
    """
    if isinstance(value, list):
        return [zeros_like(item) for item in value]
    if isinstance(value, deque):
        return deque(zeros_like(item) for item in value)
    if isinstance(value, tuple):
        return tuple([zeros_like(item) for item in value])
    if isinstance(value, dict):
        return {key: zeros_like(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    if value is None:
        return None
    if hasattr(value, "__dict__"):
        return tangent_of(value, None)
    return 0j if isinstance(value, complex) else 0.0


def add_items(total: list[Any], amounts: Any) -> None:
    """Add to each element of `total` the element of `amounts` at the same place.

    >>> total = [1.0, 2.0]
    >>> add_items(total, [10.0, 20.0])
    >>> total
    [11.0, 22.0]
    """
    for i, amount in enumerate(amounts):
        total[i] = added(total[i], amount)


def add_item(total: Any, index: Any, amount: Any) -> None:
    """`total[index] += amount` for structured elements, item by item; None stands for zero.

    >>> total = [(1.0, 2.0)]
    >>> add_item(total, 0, (None, 5.0))
    >>> total
    [(1.0, 7.0)]
    """
    if isinstance(index, slice):
        for i, item in zip(range(*index.indices(len(total))), amount, strict=True):
            total[i] = added(total[i], item)
    else:
        total[index] = added(total[index], amount)


def take_items(total: list[Any], index: slice, value: Any) -> list[Any]:
    """The adjoints of the elements that `x[index] = value` wrote; they have none afterwards.

    >>> total = [1.0, 2.0, 3.0]
    >>> take_items(total, slice(1, None), [0.5, 0.5]), total
    ([2.0, 3.0], [1.0, 0.0, 0.0])
    """
    taken = total[index]
    if len(taken) != len(value):
        raise NotImplementedError("a slice of a list was assigned a value of another length")
    for i, item in zip(range(*index.indices(len(total))), taken):
        total[i] = zeros_like(item)
    return taken


def added(a: Any, b: Any) -> Any:
    """The sum of two adjoints of one structure."""
    if b is None or a is None:
        return b if a is None else a
    if isinstance(a, tuple):
        return tuple([added(x, y) for x, y in zip(a, b)])
    if isinstance(a, list):
        return [added(x, y) for x, y in zip(a, b)]
    if isinstance(a, dict):
        return {key: added(a[key], b.get(key)) for key in a}
    return a + b


def blank(like: Any) -> Any:
    """An instance of the class of `like` without attributes.

    >>> blank(SimpleNamespace(a=1))
    namespace()
    """
    if isinstance(like, SimpleNamespace):
        return SimpleNamespace.__new__(type(like))
    return object.__new__(type(like))


def like_object(value: Any, fields: dict[str, Any]) -> Any:
    """An object of the class of `value` with these attributes (its adjoint).

    >>> class Spring: pass
    >>> vars(like_object(Spring(), {"k": 1.0}))
    {'k': 1.0}
    """
    made = blank(value)
    for name, field in fields.items():
        object.__setattr__(made, name, field)
    return made


def tangent_of(
    value: Any,
    given: Any,
    seen: dict[int, Any] | None = None,
    array: Callable[[Any, Any], Any] | None = None,
) -> Any:
    """Storage for the tangent of an argument that is written: a copy of `given`, or zeros (None).

    `array`: makes the tangents of arrays, where they share memory.

    >>> tangent_of({"a": 1.0, "n": "text"}, None)
    {'a': 0.0, 'n': None}
    """
    seen = {} if seen is None else seen
    if array is not None and isinstance(value, np.ndarray):
        return array(value, given)
    if id(value) in seen:
        return seen[id(value)]

    def inner(part: Any, dot: Any) -> Any:
        return tangent_of(part, dot, seen, array)

    if isinstance(value, np.ndarray):
        made: Any = np.zeros_like(value) if given is None else np.array(given)
    elif isinstance(value, (float, complex)):
        return (0j if isinstance(value, complex) else 0.0) if given is None else given
    elif isinstance(value, (list, tuple)):
        items = [inner(v, None if given is None else given[i]) for i, v in enumerate(value)]
        made = items if isinstance(value, list) else tuple(items)
    elif isinstance(value, dict):
        made = {k: inner(v, None if given is None else given.get(k)) for k, v in value.items()}
    else:
        attributes = attributes_of(value)
        if attributes is None:
            return None
        made = seen[id(value)] = blank(value)  # whose methods see the tangents
        for name, field in attributes:
            object.__setattr__(made, name, inner(field, getattr(given, name, None)))
    seen[id(value)] = made
    return made


def written_out(dots: Sequence[Any]) -> list[Any]:
    """Tangents of a list of numbers: integers among them may have been given None."""
    return [0.0 if dot is None else dot for dot in dots]
