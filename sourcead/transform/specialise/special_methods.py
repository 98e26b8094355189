"""What a class makes of its double-underscore methods: looked up on the class, as Python does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

__all__ = ["call_of", "has_call", "is_set_plainly", "made_plainly", "special_method"]


def special_method(cls: type, name: str) -> Any:
    """`cls.__init__` and its like: a function of the class or of one above it, never of an instance."""
    return getattr(cls, name)


def made_plainly(cls: type) -> bool:
    """Whether an instance is made as `object` makes it, before `__init__` is called."""
    return special_method(cls, "__new__") is object.__new__


def is_set_plainly(cls: type) -> bool:
    """Whether `x.attr = value` writes the attribute and does nothing else (properties aside)."""
    found = special_method(cls, "__setattr__")
    return found is object.__setattr__ or found is SimpleNamespace.__setattr__


def has_call(cls: type) -> bool:
    """Whether instances can be called."""
    return callable(call_of(cls))


def call_of(cls: type) -> Any:
    """What calling an instance runs, None where it cannot be called (`cls.__call__` of a class is its
    metaclass's)."""
    return next((vars(c)["__call__"] for c in cls.__mro__ if "__call__" in vars(c)), None)
