"""Which attributes does an object have that a derivative may be in?"""

from __future__ import annotations

from random import Random
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

__all__ = ["attributes_of"]


PLAIN = (
    type(None), bool, int, float, complex, str, bytes, type, np.ndarray, np.generic,
    ModuleType, FunctionType, MethodType, BuiltinFunctionType, np.ufunc,
)  # fmt: skip
"""What is no container, though some of it has attributes."""


def attributes_of(value: Any) -> list[tuple[str, Any]] | None:
    """Names and values of the attributes of an object, slots included; None if it is no container.

    >>> class Spring:
    ...     __slots__ = ("k",)
    ...     def __call__(self, x): return self.k * x
    >>> spring = Spring(); spring.k = 2.0
    >>> attributes_of(spring)
    [('k', 2.0)]
    >>> attributes_of(len) is None
    True
    """
    if isinstance(value, PLAIN):
        return None
    slotted = [s for c in type(value).__mro__ for s in getattr(c, "__slots__", ())]
    named = [(s, getattr(value, s)) for s in slotted if s != "__dict__" and hasattr(value, s)]
    own = list(getattr(value, "__dict__", {}).items())
    is_container = slotted or hasattr(value, "__dict__")
    # a generator is no container, and NumPy imports its module where it is used first
    is_generator = isinstance(value, (Random, np.random.Generator))
    return named + own if is_container and not is_generator else None
