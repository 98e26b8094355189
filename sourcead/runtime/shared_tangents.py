"""Tangents of arguments that share memory: tangents of the memory, seen through the same windows."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.lists import tangent_of
from sourcead.runtime.shadows import owner_of, window

__all__ = ["shared_tangents"]


def shared_tangents(*pairs: Any) -> tuple[Any, ...]:
    """Tangents of arguments, given as argument, tangent (None is zero), argument, tangent, ...

    Raises ValueError where two places show the same memory and are given different tangents.

    >>> u = np.zeros(3); u_dot, v_dot = shared_tangents(u, np.ones(3), u[1:], None)
    >>> v_dot += 1.0; u_dot.tolist()
    [1.0, 2.0, 2.0]
    """
    memory = _Memory()
    made = tuple([memory.tangent(value, given) for value, given in zip(pairs[::2], pairs[1::2])])
    memory.check()
    return made


class _Memory:
    """Shadows of the memory that arrays look at; where tangents were given, and which."""

    def __init__(self) -> None:
        self.table: dict[int, tuple[Any, Any]] = {}
        self.seen: dict[int, Any] = {}
        self.given: list[tuple[Any, Any]] = []

    def tangent(self, value: Any, given: Any) -> Any:
        return tangent_of(value, given, self.seen, self.array)

    def array(self, value: Any, given: Any) -> Any:
        owner = owner_of(value)
        found = self.table.setdefault(id(owner), (owner, np.zeros(owner.nbytes, np.uint8)))
        shadow = window(value, owner, found[1])
        if given is not None and value.dtype.kind in "fc":
            shadow[...] = given
            self.given.append((shadow, given))
        return shadow

    def check(self) -> None:
        for shadow, given in self.given:
            if not np.array_equal(shadow, np.asarray(given, shadow.dtype), equal_nan=True):
                raise ValueError(
                    "two places of the arguments show the same memory, and are given different tangents"
                )
