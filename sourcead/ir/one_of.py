"""Classes that stand for one of several: an object of which only the running program knows which it is.

    layers = []
    for i in range(n):                                       # what `layers` holds is an `Object`
        layers.append(Dense(w[i]) if i % 2 else Scale(w[i]))  # of the class `Dense or Scale`

A function may be among them.  Whoever asks something of such an object asks each class
(`transform/specialise/each_class.py`).

>>> class Dense: ...
>>> class Scale: ...
>>> either = one_of((Dense, Scale))
>>> either.__name__, options_of(either) == (Dense, Scale), one_of((either, Scale)) is either
('Dense or Scale', True, True)
"""

from __future__ import annotations

import functools
from typing import Any

__all__ = ["can_be_one_of", "one_of", "options_of"]

MOST = 8  # more classes than these in one place are not told apart
_OWN = 1 << 9  # flag of classes that are made by Python code


class _OneOf(type):
    """The class of such classes."""

    options: tuple[Any, ...] = ()


def options_of(cls: type) -> tuple[Any, ...]:
    """The classes (and kinds of live functions) that a class stands for; none of a class of its own."""
    return cls.options if type(cls) is _OneOf else ()


def can_be_one_of(cls: type) -> bool:
    """Are instances plain objects, so that what holds for any class holds for this one too?"""
    if type(cls) is _OneOf:
        return True
    built_in = [c for c in cls.__mro__ if not c.__flags__ & _OWN]
    return built_in == [object]


def one_of(options: tuple[Any, ...]) -> type | None:
    """The class that stands for these; None where they are too many."""
    flat: list[Any] = []
    for each in options:
        inner = options_of(each) if isinstance(each, type) else ()
        flat += [option for option in inner or (each,) if option not in flat]
    return _made(tuple(flat)) if len(flat) <= MOST else None


@functools.lru_cache(maxsize=1024)
def _made(options: tuple[Any, ...]) -> type:
    names = [each.__name__ if isinstance(each, type) else str(each) for each in options]
    made = _OneOf(" or ".join(names), (), {})
    made.options = options
    return made
