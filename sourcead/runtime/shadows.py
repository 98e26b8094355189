"""Adjoints of storage that goes under several names: found by the memory that an array looks at.

Where it is not known when the gradient is written which of several arrays a name stands for (buffers
that are swapped in a loop, one of two on a branch), its adjoint is looked up while the gradient runs:
the shadow of an array is the same window onto the shadow of the memory that the array looks at.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.lists import added, zeros_like

__all__ = ["Shadows"]


class Shadows:
    """The adjoints of one reverse sweep, by memory.

    >>> u = np.zeros((2, 3)); shadows = Shadows()
    >>> shadows.of(u[1])[...] += 1.0
    >>> shadows.of(u).tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """

    def __init__(self) -> None:
        self.table: dict[
            int, tuple[Any, Any]
        ] = {}  # id of the owner -> (owner, its shadow's bytes)
        self.slots: dict[
            tuple[int, Any], tuple[Any, Any]
        ] = {}  # (id of the holder, slot) -> (holder, adjoint)

    # -- attributes and entries --------------------------------------------------------------

    def add_slot(self, holder: Any, slot: Any, amount: Any) -> None:
        """Add to the adjoint of the value that is in a slot: an attribute, or an entry of a dict."""
        self.slots[id(holder), slot] = holder, added(self.peek_slot(holder, slot), amount)

    def peek_slot(self, holder: Any, slot: Any) -> Any:
        found = self.slots.get((id(holder), slot))
        return None if found is None else found[1]

    def take_slot(self, holder: Any, slot: Any, like: Any) -> Any:
        """The adjoint of the value that was stored to a slot; what was in the slot before has none yet."""
        found = self.slots.pop((id(holder), slot), None)
        return self.zeros(like) if found is None else added(self.zeros(like), found[1])

    # -- arrays ------------------------------------------------------------------------------

    def of(self, array: Any) -> Any:
        """The adjoint of what `array` looks at; zeros when it is met first."""
        owner = owner_of(array)
        found = self.table.get(id(owner))
        if found is None:
            found = self.table[id(owner)] = owner, self.memory(owner)
        return self.window(array, owner, found[1])

    def take(self, array: Any) -> Any:
        """The adjoint of an array whose making is gone back over: afterwards it has none."""
        shadow = self.of(array)
        del self.table[id(owner_of(array))]
        return shadow

    def take_apart(self, array: Any, source: Any) -> Any:
        """As `take` where `array` is a copy of `source`; zeros where it looks at the same memory."""
        if owner_of(array) is owner_of(source):
            return self.zeros(array)
        return self.take(array)

    # -- what a subclass for many seeds does differently ---------------------------------------

    def memory(self, owner: Any) -> Any:
        """Zeros for the adjoints of everything in the memory of an array."""
        return np.zeros(owner.nbytes, np.uint8)

    def window(self, array: Any, owner: Any, memory: Any) -> Any:
        """`array`, looking at `memory` in place of its owner's."""
        return window(array, owner, memory)

    def zeros(self, like: Any) -> Any:
        return zeros_like(like)


def owner_of(array: Any) -> Any:
    """The array that owns the memory."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def window(array: Any, owner: Any, memory: Any) -> Any:
    """`array`, looking at `memory` in place of its owner's."""
    if array.size == 0:
        return np.zeros_like(array)
    offset = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    return np.ndarray(array.shape, array.dtype, memory, offset, array.strides)
