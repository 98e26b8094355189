"""Calls with `*xs` where how many there are is not known: `max(*xs)`, `math.hypot(*row)`, `zip(*rows)`.

A function that takes any number of arguments is said of the list itself; one that takes a certain number
is given so many elements, after a look at the length."""

from __future__ import annotations

import inspect
import math
from types import FunctionType
from typing import Any, cast

import numpy as np

from sourcead.ir.kinds import Array, List, Tuple, is_scalar
from sourcead.ir.nodes import Const, Ref, Star
from sourcead.runtime.sequences import hypot_of
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import library
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.sequences import by

__all__ = ["with_star"]

MOST_LENGTHS = 5  # the call is written for each of them


def with_star(s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs) -> Val | None:
    """The value of a call of a built-in function, or of one that has a rule; None where it is another call."""
    stars = [a for a in args if isinstance(a, Star)]
    if len(stars) != 1 or s.derivative or not s.holds_varied(stars[0].value):
        return None
    value = stars[0].value
    kind = s.kind(value)
    if not isinstance(kind, (Array, List)) or s.components(value) is not None:
        return None
    if obj in _OF_LISTS and len(args) == 1:
        said: Val | None = _OF_LISTS[obj](s, obj, value, kwargs)
        return said
    count = _places(obj) if isinstance(args[-1], Star) else None
    if count is not None:
        return s.call(func, [*args[:-1], *elements(s, value, count - len(args) + 1, obj)], kwargs)
    counts = _counts(obj, len(args) - 1, kwargs) if isinstance(args[-1], Star) else []
    return _by_length(s, func, obj, args, kwargs, value, counts) if counts else None


def _by_length(
    s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, value: Val, counts: list[int]
) -> Val:
    """The call with as many elements as there are: parameters behind them have their defaults."""
    count, *more = counts
    if not more:
        return s.call(func, [*args[:-1], *elements(s, value, count, obj)], kwargs)

    def so_many() -> tuple[bool, list[Val]]:
        given = [s.getitem(value, Const(i)) for i in range(count)]
        return True, [s.call(func, [*args[:-1], *given], kwargs)]

    length = s.call(Ref("len", len), [value], [])
    _, (found,) = s.fork(
        s.operand(s.op("eq", [length, Const(count)])),
        so_many,
        lambda: (True, [_by_length(s, func, obj, args, kwargs, value, more)]),
        ["t"],
    )
    return cast(Val, found)


def _counts(obj: Any, given: int, kwargs: Kwargs) -> list[int]:
    """How many elements a function with defaults may take behind `given` arguments; none where there is no bound."""
    if not isinstance(obj, FunctionType) or any(k is None for k, _ in kwargs):
        return []
    parameters = inspect.signature(obj).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return []
    places = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    named = {k for k, _ in kwargs}
    most = next((i for i, p in enumerate(places) if p.name in named), len(places)) - given
    least = sum(p.default is p.empty and p.name not in named for p in places) - given
    counts = list(range(max(least, 0), most + 1))
    return counts if len(counts) <= MOST_LENGTHS else []


def elements(s: Context, value: Val, count: int, obj: Any) -> list[Val]:
    """So many elements; TypeError where there are more or fewer."""
    label = Const(getattr(obj, "__name__", "function"))
    checked = by(s, library.of_length, [value, Const(count), label])
    return [s.getitem(checked, Const(i)) for i in range(count)]


def _places(obj: Any) -> int | None:
    """How many arguments a function takes by position, if that is one number."""
    if isinstance(obj, np.ufunc):
        return obj.nin
    try:
        parameters = inspect.signature(obj).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL or p.default is not p.empty for p in parameters):
        return None
    return len(parameters)


def _zip(s: Context, obj: Any, rows: Val, kwargs: Kwargs) -> Val | None:
    kind = s.kind(rows)
    held = s.heap.read(kind.site, ITEM) if isinstance(kind, List) else None
    if kwargs:
        return None
    if isinstance(held, Tuple):
        columns = (by(s, library.column, [rows, Const(i)]) for i in range(len(held.items)))
        return Virtual(tuple(columns))
    return by(s, library.transposed, [rows])


def _extreme(s: Context, obj: Any, values: Val, kwargs: Kwargs) -> Val | None:
    kind = s.kind(values)
    numbers = isinstance(kind, Array) and len(kind.dims) == 1
    numbers |= isinstance(kind, List) and is_scalar(s.heap.read(kind.site, ITEM))
    if not numbers:
        return None
    checked = by(s, library.several, [values, Const(obj.__name__)])
    return s.call(Ref(obj.__name__, obj), [checked], kwargs)


def _hypot(s: Context, obj: Any, values: Val, kwargs: Kwargs) -> Val | None:
    if isinstance(s.kind(values), Array):
        values = s.method(values, "tolist", [], [])
    return s.call(Ref("hypot_of", hypot_of), [values], kwargs)


_OF_LISTS: dict[Any, Any] = {zip: _zip, max: _extreme, min: _extreme, math.hypot: _hypot}
