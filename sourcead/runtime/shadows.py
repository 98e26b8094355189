"""Adjoints that are found by identity: of memory, and of what lists, dicts and objects hold.

Where it is not known when the gradient is written which of several arrays a name stands for (buffers
that are swapped in a loop, one of two on a branch), its adjoint is looked up while the gradient runs:
the shadow of an array is the same window onto the shadow of the memory that the array looks at.

Of a container, each slot that holds a number (or an array that is a value) has an adjoint here, beside
the container's identity.  The reverse sweep does to these slots the opposite of what the program did to
the container, in opposite order, so at each point there are as many as the container had there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from sourcead.runtime.lists import added
from sourcead.runtime.structures import gradient_of, part_at, slots_of

__all__ = ["Shadows"]


class Shadows:
    """The adjoints of one reverse sweep.

    >>> u = np.zeros((2, 3)); shadows = Shadows()
    >>> shadows.of(u[1])[...] += 1.0
    >>> shadows.of(u).tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """

    def __init__(self) -> None:
        # id of the owner -> (owner, its shadow's bytes)
        self.table: dict[int, tuple[Any, Any]] = {}
        # (id of the holder, slot) -> (holder, adjoint)
        self.slots: dict[tuple[int, Any], tuple[Any, Any]] = {}
        # id of a list -> (list, adjoints of its elements; None is zero)
        self.lists: dict[int, tuple[Any, list[Any]]] = {}

    # -- slots -------------------------------------------------------------------------------

    def add_slot(self, holder: Any, slot: Any, amount: Any) -> None:
        """Add to the adjoint of what is in a slot: an attribute, an entry of a dict, elements of a list."""
        if isinstance(holder, (list, tuple, deque)):
            self._add_item(self.items(holder), slot, amount)
        else:
            total = added(self.peek_slot(holder, slot), amount)
            self.slots[id(holder), slot] = holder, total

    def _add_item(self, items: list[Any], slot: Any, amount: Any) -> None:
        if not isinstance(slot, slice):
            items[slot] = added(items[slot], amount)
            return
        for i, each in zip(range(*slot.indices(len(items))), amount or (), strict=False):
            items[i] = added(items[i], each)

    def peek_slot(self, holder: Any, slot: Any, held: Any = None) -> Any:
        """The adjoint in a slot of a dict, object or list; None is zero. `held`: what was in it."""
        if isinstance(holder, (list, tuple, deque)):
            items = self.lists.get(id(holder))
            return None if items is None else items[1][slot]
        found = self.slots.get((id(holder), slot))
        return None if found is None else found[1]

    def take_slot(self, holder: Any, slot: Any, like: Any) -> Any:
        """The adjoint of the value that was stored to a slot; what was in the slot before has none yet."""
        if isinstance(holder, (list, tuple, deque)):
            items = self.items(holder)
            found, items[slot] = items[slot], None
        else:
            found = self.slots.pop((id(holder), slot), (holder, None))[1]
        return self.full(found, like)

    def full_slot(self, holder: Any, slot: Any, like: Any) -> Any:
        """The adjoint in a slot, with zeros written out."""
        return self.full(self.peek_slot(holder, slot), like)

    def add_structure(self, value: Any, amount: Any, by_memory: Any = False) -> None:
        """Add to the adjoints of all that a list, dict or object holds what `amount` holds there.

        `by_memory`: those of its arrays are found by their memory; or of these in these slots.
        """
        for slot, held in slots_of(value) or ():
            left = self._left_in_slot(held, part_at(amount, value, slot), slot, by_memory)
            if left is not None:
                self.add_slot(value, slot, left)

    def _left_in_slot(self, held: Any, given: Any, slot: Any, by_memory: Any) -> Any:
        """The part of a contribution that stays in the slot; the rest goes to what the slot refers to."""
        if given is None:
            return None
        if isinstance(held, tuple):
            return tuple([self._left_in_slot(*pair, slot, by_memory) for pair in zip(held, given)])
        if isinstance(held, np.ndarray):
            if by_memory is True or (by_memory and slot in by_memory):
                self.of(held)[...] += given
                return None
        elif slots_of(held) is not None:
            self.add_structure(held, given, by_memory)
            return None
        return given

    # -- lists -------------------------------------------------------------------------------

    def items(self, xs: Sequence[Any]) -> list[Any]:
        """The adjoints of the elements; as many as there are, when the list is met first."""
        found = self.lists.get(id(xs))
        if found is None:
            found = self.lists[id(xs)] = xs, [None] * len(xs)
        return found[1]

    def add_items(self, xs: list[Any], amounts: Any) -> None:
        """Add to the adjoint of each element; None is zero."""
        if amounts is not None:
            items = self.items(xs)
            for i, amount in enumerate(amounts):
                items[i] = added(items[i], amount)

    def add_unless_lists(self, xs: list[Any], amounts: Any) -> None:
        """The same for elements of unknown kinds: no list among them, which has adjoints of its own."""
        if any(isinstance(held, list) for held in xs):
            raise NotImplementedError(
                "an array is made of a list of lists that lies in a list with something else"
                "; make it where the lists are: np.asarray(...)"
            )
        self.add_items(xs, amounts)

    def add_whole(self, xs: Sequence[Any], amounts: Any, by_memory: bool) -> None:
        """Add to the adjoints of all that a list of lists, arrays or tuples holds now, however deep.

        `by_memory`: those of its arrays are found by their memory; otherwise they are in the slots.
        """
        if amounts is None:
            return
        items = self.items(xs)
        for i, (held, amount) in enumerate(zip(xs, amounts, strict=True)):
            items[i] = added(items[i], self._passed_on(held, amount, by_memory))

    def _passed_on(self, held: Any, amount: Any, by_memory: bool) -> Any:
        """The part of a contribution that stays in the slot; the rest goes to what the slot refers to."""
        if amount is None:
            return None
        if isinstance(held, list):
            self.add_whole(held, amount, by_memory)
            return None
        if isinstance(held, tuple):
            return tuple([self._passed_on(v, a, by_memory) for v, a in zip(held, amount)])
        if isinstance(held, np.ndarray) and by_memory:
            self.of(held)[...] += amount
            return None
        return amount

    def take_slice(self, xs: list[Any], index: slice, size: int) -> list[Any]:
        """Reverse of `xs[index] = values`: the adjoints of the values. `size`: of the list before."""
        items = self.items(xs)
        places = range(*index.indices(size))
        if places.step == 1:
            start = places.start
            end = start + len(places) + len(items) - size
            taken = items[start:end]
            items[start:end] = [None] * len(places)
        else:
            taken = [items[i] for i in places]
            for i in places:
                items[i] = None
        return taken

    def take_items(self, xs: list[Any], index: slice, size: int, values: Any) -> list[Any]:
        """The same, with zeros written out."""
        taken = self.take_slice(xs, index, size)
        return [self.full(item, value) for item, value in zip(taken, values, strict=True)]

    def undelete(self, xs: list[Any], index: slice, size: int) -> None:
        """Reverse of `del xs[index]`: the elements come back, without adjoints."""
        items = self.items(xs)
        for place in sorted(range(*index.indices(size))):
            items.insert(place, None)

    def unclear(self, xs: list[Any], size: int) -> None:
        """Reverse of `xs.clear()`."""
        self.items(xs)[:] = [None] * size

    def take_list(self, xs: list[Any]) -> list[Any]:
        """The adjoints of the elements of a list whose making is gone back over."""
        items = self.items(xs)
        del self.lists[id(xs)]
        return items

    def take_values(self, xs: list[Any], depth: int) -> list[Any]:
        """The same, with zeros written out for what a rule reads, and lists in it as lists.

        `depth`: 1 for a list of numbers, 2 for a list of such lists.  What a list of numbers holds now is not
        looked at: it may have become longer or shorter since.
        """
        items = self.take_list(xs)
        if depth == 1:
            return [0.0 if item is None else item for item in items]
        return [self.take_values(held, depth - 1) for held in xs]

    def take_joined(self, made: list[Any], left: list[Any], right: list[Any]) -> None:
        """Reverse of `made = left + right`."""
        items = self.take_list(made)
        size = len(self.items(left))
        self.add_items(left, items[:size])
        self.add_items(right, items[size:])

    def take_repeated(self, made: list[Any], xs: list[Any]) -> None:
        """Reverse of `made = xs * n`."""
        items = self.take_list(made)
        size = len(self.items(xs))
        for start in range(0, len(items), size or 1):
            self.add_items(xs, items[start : start + size])

    def unappend(self, xs: list[Any], like: Any) -> Any:
        """Reverse of `xs.append(v)`: the adjoint of v, of the structure of `like`."""
        return self.full(self.items(xs).pop(), like)

    def uninsert(self, xs: list[Any], index: int, like: Any) -> Any:
        """Reverse of `xs.insert(index, v)`: the adjoint of v."""
        items = self.items(xs)
        return self.full(items.pop(_inserted(index, len(items) - 1)), like)

    def unextend(self, xs: list[Any], values: list[Any]) -> None:
        """Reverse of `xs.extend(values)`."""
        items = self.items(xs)
        size = len(self.items(values)) if values is not xs else len(items) // 2
        start = len(items) - size
        added_last = items[start:]
        del items[start:]
        self.add_items(values, added_last)

    def unpop(self, xs: list[Any], index: int, amount: Any) -> None:
        """Reverse of `xs.pop(index)` and `del xs[index]`: the element comes back with its adjoint."""
        items = self.items(xs)
        items.insert(index if index >= 0 else len(items) + 1 + index, amount)

    def unrotate(self, xs: Any, turns: int) -> None:
        """Reverse of `xs.rotate(turns)`."""
        items = self.items(xs)
        start = turns % len(items) if items else 0
        items[:] = items[start:] + items[:start]

    def unreverse(self, xs: list[Any]) -> None:
        """Reverse of `xs.reverse()`."""
        self.items(xs).reverse()

    # -- arrays ------------------------------------------------------------------------------

    def of(self, array: Any) -> Any:
        """The adjoint of what `array` looks at; zeros when it is met first.

        None, where a variable has no value yet, has one that nobody looks at.
        """
        if array is None:
            return np.zeros_like(array)
        owner = owner_of(array)
        found = self.table.get(id(owner))
        if found is None:
            found = self.table[id(owner)] = owner, self.memory(owner)
        return self.window(array, owner, found[1])

    def take(self, array: Any) -> Any:
        """The adjoint of an array whose making is gone back over: afterwards it has none."""
        shadow = self.of(array)
        if array is not None:
            del self.table[id(owner_of(array))]
        return shadow

    def take_each(self, *arrays: Any) -> tuple[Any, ...]:
        """As `take` for arrays that were made at once, which may lie in one memory."""
        shadows = tuple(self.of(array) for array in arrays)
        for array in arrays:
            self.table.pop(id(owner_of(array)), None)
        return shadows

    def take_apart(self, array: Any, source: Any) -> Any:
        """As `take` where `array` is a copy of `source`; zeros where it looks at the same memory."""
        if isinstance(source, np.ndarray) and owner_of(array) is owner_of(source):
            return self.zeros(array)
        return self.take(array)

    # -- results -----------------------------------------------------------------------------

    def gradient_of(self, value: Any) -> Any:
        """The adjoint of an argument that holds others, in its structure as it was on entry."""
        return gradient_of(value, self.peek_slot, self.leaf)

    def leaf(self, value: Any, adjoint: Any) -> Any:
        """The adjoint of a number or an array, as it is returned; None where it carries no derivative."""
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in "fc":
                return None
            if self.table and id(owner_of(value)) in self.table:
                adjoint = added(self.of(value), adjoint)
            if adjoint is None:
                return np.zeros_like(value)
            made = np.array(adjoint, value.dtype)
            return made if made.shape == value.shape else np.zeros_like(value) + made
        if isinstance(value, (float, complex, np.inexact)):
            return type(value)(0.0 if adjoint is None else adjoint)
        return None

    # -- what a subclass for many seeds does differently ---------------------------------------

    def memory(self, owner: Any) -> Any:
        """Zeros for the adjoints of everything in the memory of an array."""
        return np.zeros(owner.nbytes, np.uint8)

    def window(self, array: Any, owner: Any, memory: Any) -> Any:
        """`array`, looking at `memory` in place of its owner's."""
        return window(array, owner, memory)

    def zeros(self, like: Any) -> Any:
        """Zeros for numbers, arrays and tuples of them; what lists, dicts and objects hold has its own slots."""
        if isinstance(like, tuple):
            return tuple([self.zeros(each) for each in like])
        if isinstance(like, np.ndarray):
            return np.zeros_like(like)
        if isinstance(like, (complex, np.complexfloating)):
            return 0j
        return 0.0 if isinstance(like, (float, int, np.number)) else None

    def full(self, adjoint: Any, like: Any) -> Any:
        """The adjoint with zeros written out, in the structure of `like`."""
        return added(self.zeros(like), adjoint)


def _inserted(index: int, size: int) -> int:
    """Where `insert` puts an element into a list of this size."""
    return min(index, size) if index >= 0 else max(index + size, 0)


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
