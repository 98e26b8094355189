# mypy: allow-untyped-defs, allow-untyped-calls
"""The table of adjoints (`shadows.py`), for gradients that are differentiated again.

It does the same, and is written so that it can be transformed as the program around it is: memory is a
vector of numbers rather than of bytes, adjoints of numbers and of arrays lie apart, and where an array
looks is noted as a value that no later step changes.
"""

from collections import deque

import numpy as np

from sourcead.runtime.lists import added
from sourcead.runtime.shadows import owner_of
from sourcead.runtime.structures import gradient_of

__all__ = [
    "OpenShadows",
    "Place",
    "holds_tuples",
    "is_tuple",
    "list_zeros",
    "memory_for",
    "place_in",
    "place_of",
    "same_memory",
    "slot_zeros",
    "tuple_zeros",
    "window_at",
]


class Place:
    """Where something lies: equal for all that lies in the same memory, whatever its values are.

    >>> u = np.zeros(3); place_of(u) == place_of(u[1:]), place_of(u) == place_of(u.copy())
    (True, False)
    """

    __slots__ = ("offset", "owner", "slot", "strides")

    def __init__(self, owner, slot=None, offset=0, strides=()):
        self.owner, self.slot, self.offset, self.strides = owner, slot, offset, strides

    def __hash__(self):
        return hash((id(self.owner), self.slot))

    def __eq__(self, other):
        return self.owner is other.owner and self.slot == other.slot

    def __deepcopy__(self, memo):
        """A linear map keeps copies of what it reads; where something lies stays where it lies."""
        return self


def place_of(array):
    """Where an array looks, and at what; in elements, of which its memory has no others."""
    owner, size = owner_of(array), array.itemsize
    offset = array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
    return Place(owner, None, offset // size, tuple([stride // size for stride in array.strides]))


def place_in(holder, slot):
    """A slot of a dict or object."""
    return Place(holder, (slot,))


def same_memory(a, b):
    """Do two arrays look at the memory of one owner?"""
    return owner_of(a) is owner_of(b)


def memory_for(array):
    """Zeros for the adjoints of everything in the memory that `array` looks at."""
    return np.zeros(owner_of(array).nbytes // array.itemsize, array.dtype)


def window_at(memory, place, shape):
    """What an array of this shape at `place` would look at, if its memory were `memory`.

    >>> u = np.arange(6.0); window_at(u, place_of(np.zeros((2, 3))[:, 1]), (2,)).tolist()
    [1.0, 4.0]
    """
    if 0 in shape:
        return np.zeros(shape, memory.dtype)
    size = memory.itemsize
    strides = tuple([stride * size for stride in place.strides])
    return np.ndarray(shape, memory.dtype, memory, place.offset * size, strides)


def holds_tuples(xs):
    """Are the elements of a list tuples?  Known by their kinds, where this is transformed."""
    return any(isinstance(held, tuple) for held in xs)


def is_tuple(value):
    """The same of a value: what is of unknown kind yet is taken for none."""
    return isinstance(value, tuple)


def tuple_zeros(items):
    """Zeros for the numbers and arrays of a tuple; None for what has its adjoints elsewhere."""
    return tuple([_zero(each) for each in items])


def list_zeros(xs, count):
    """Zeros for so many elements of a list; by their kind, where this is transformed."""
    return [None if holds_tuples(xs) else 0.0] * count


def slot_zeros(holder, slot, amount):
    """Zeros for a slot that holds a tuple, of which `amount` is an adjoint; by kinds, where this is transformed."""
    return tuple_zeros(amount)


def _zero(value):
    if isinstance(value, np.ndarray):
        return np.zeros_like(value)
    return 0.0 if isinstance(value, (float, int, np.number)) else None


class OpenShadows:
    """The adjoints of one reverse sweep.

    >>> u = np.zeros((2, 3)); shadows = OpenShadows()
    >>> shadows.of(u[1])[...] += 1.0
    >>> shadows.of(u).tolist()
    [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]
    """

    def __init__(self):
        self.table = {}
        self.numbers = {}
        self.arrays = {}
        self.lists = {}
        self.tuples = {}
        self.lists_of_tuples = {}

    # -- arrays ------------------------------------------------------------------------------

    def of(self, array):
        """The adjoint of what `array` looks at; zeros when it is met first."""
        place = place_of(array)
        if place not in self.table:
            self.table[place] = memory_for(array)
        return window_at(self.table[place], place, np.shape(array))

    def take(self, array):
        """The adjoint of an array whose making is gone back over: afterwards it has none."""
        shadow = self.of(array)
        del self.table[place_of(array)]
        return shadow

    def take_each(self, *arrays):
        """As `take` for arrays that were made at once, which may lie in one memory."""
        shadows = tuple([self.of(array) for array in arrays])
        for array in arrays:
            place = place_of(array)
            if place in self.table:
                del self.table[place]
        return shadows

    def take_apart(self, array, source):
        """As `take` where `array` is a copy of `source`; zeros where it looks at the same memory."""
        if isinstance(source, np.ndarray) and same_memory(array, source):
            return np.zeros_like(array)
        return self.take(array)

    # -- slots -------------------------------------------------------------------------------

    def add_slot(self, holder, slot, amount):
        """Add to the adjoint of what is in a slot: an attribute, an entry of a dict, an element of a list."""
        if isinstance(holder, (list, tuple, deque)):
            self._add_item(self.items(holder), slot, amount)
        elif isinstance(amount, np.ndarray):
            place = place_in(holder, slot)
            if place not in self.arrays:
                self.arrays[place] = np.zeros_like(amount)
            self.arrays[place] = self.arrays[place] + amount
        elif is_tuple(amount):
            place = place_in(holder, slot)
            if place not in self.tuples:
                self.tuples[place] = slot_zeros(holder, slot, amount)
            self.tuples[place] = added(self.tuples[place], amount)
        else:
            place = place_in(holder, slot)
            if place not in self.numbers:
                self.numbers[place] = 0.0
            self.numbers[place] = self.numbers[place] + amount

    def _add_item(self, items, slot, amount):
        if isinstance(slot, slice):
            places = range(*slot.indices(len(items)))
            for k in range(len(places)):
                items[places[k]] = added(items[places[k]], amount[k])
        else:
            items[slot] = added(items[slot], amount)

    def take_slot(self, holder, slot, like):
        """The adjoint of the value that was stored to a slot; what was in the slot before has none yet."""
        if isinstance(holder, (list, tuple, deque)):
            items = self.items(holder)
            found = items[slot]
            items[slot] = tuple_zeros(found) if is_tuple(found) else 0.0
            return found
        place = place_in(holder, slot)
        if is_tuple(like):
            if place not in self.tuples:
                self.tuples[place] = tuple_zeros(like)
            return self.tuples.pop(place)
        if isinstance(like, np.ndarray):
            if place not in self.arrays:
                self.arrays[place] = np.zeros_like(like)
            return self.arrays.pop(place)
        if place not in self.numbers:
            self.numbers[place] = 0.0
        return self.numbers.pop(place)

    # -- lists of numbers, and of what has its adjoints elsewhere --------------------------------

    def items(self, xs):
        """The adjoints of the elements; as many as there are, when the list is met first."""
        place = place_in(xs, None)
        if holds_tuples(xs):
            if place not in self.lists_of_tuples:
                self.lists_of_tuples[place] = [tuple_zeros(held) for held in xs]
            return self.lists_of_tuples[place]
        if place not in self.lists:
            self.lists[place] = [0.0] * len(xs)
        return self.lists[place]

    def full_slot(self, holder, slot, like):
        """The adjoint in a slot, which keeps it."""
        if isinstance(holder, (list, tuple, deque)):
            return self.items(holder)[slot]
        place = place_in(holder, slot)
        if isinstance(like, np.ndarray):
            if place not in self.arrays:
                self.arrays[place] = np.zeros_like(like)
            return self.arrays[place]
        if is_tuple(like):
            if place not in self.tuples:
                self.tuples[place] = tuple_zeros(like)
            return self.tuples[place]
        if place not in self.numbers:
            self.numbers[place] = 0.0
        return self.numbers[place]

    def full(self, adjoint, like):
        """The adjoint, of which there are no other than numbers."""
        return adjoint

    def add_items(self, xs, amounts):
        """Add to the adjoint of each element."""
        items = self.items(xs)
        for i in range(len(amounts)):
            items[i] = added(items[i], amounts[i])

    def add_unless_lists(self, xs, amounts):
        """The same for elements of unknown kinds."""
        if any(isinstance(held, list) for held in xs):
            raise NotImplementedError("a list of lists is made an array of, among other things")
        self.add_items(xs, amounts)

    def take_list(self, xs):
        """The adjoints of the elements of a list whose making is gone back over."""
        items = self.items(xs)
        if holds_tuples(xs):
            del self.lists_of_tuples[place_in(xs, None)]
        else:
            del self.lists[place_in(xs, None)]
        return items

    def take_values(self, xs, depth):
        """The same, for a rule, with lists in it as lists; `depth`: 1 for a list of numbers."""
        items = self.take_list(xs)
        if depth == 1:
            return items
        return [self.take_values(held, depth - 1) for held in xs]

    def take_joined(self, made, left, right):
        """Reverse of `made = left + right`."""
        items = self.take_list(made)
        size = len(self.items(left))
        self.add_items(left, items[:size])
        self.add_items(right, items[size:])

    def take_repeated(self, made, xs):
        """Reverse of `made = xs * n`."""
        items = self.take_list(made)
        size = len(self.items(xs))
        for i in range(len(items)):
            self.add_slot(xs, i % size, items[i])

    def unextend(self, xs, values):
        """Reverse of `xs.extend(values)`."""
        items = self.items(xs)
        size = len(self.items(values)) if values is not xs else len(items) // 2
        taken = [items.pop() for _ in range(size)]
        taken.reverse()
        self.add_items(values, taken)

    def unappend(self, xs, like):
        """Reverse of `xs.append(v)`: the adjoint of v."""
        return self.items(xs).pop()

    def uninsert(self, xs, index, like):
        """Reverse of `xs.insert(index, v)`: the adjoint of v."""
        items = self.items(xs)
        return items.pop(_inserted(index, len(items) - 1))

    def unpop(self, xs, index, amount):
        """Reverse of `xs.pop(index)` and `del xs[index]`: the element comes back with its adjoint."""
        items = self.items(xs)
        place = index if index >= 0 else len(items) + 1 + index
        items.insert(place, list_zeros(xs, 1)[0] if amount is None else amount)

    def unreverse(self, xs):
        """Reverse of `xs.reverse()`."""
        self.items(xs).reverse()

    def unrotate(self, xs, turns):
        """Reverse of `xs.rotate(turns)`."""
        items = self.items(xs)
        start = turns % len(items) if len(items) else 0
        items[:] = items[start:] + items[:start]

    def unclear(self, xs, size):
        """Reverse of `xs.clear()`."""
        self.items(xs)[:] = list_zeros(xs, size)

    def undelete(self, xs, index, size):
        """Reverse of `del xs[index]`: the elements come back, without adjoints."""
        items = self.items(xs)
        for place in sorted(range(*index.indices(size))):
            items.insert(place, list_zeros(xs, 1)[0])

    def take_slice(self, xs, index, size):
        """Reverse of `xs[index] = values`: the adjoints of the values. `size`: of the list before."""
        items = self.items(xs)
        places = range(*index.indices(size))
        if places.step == 1:
            start = int(places.start)
            end = start + len(places) + len(items) - size
            taken = items[start:end]
            items[start:end] = list_zeros(xs, len(places))
        else:
            taken = [items[i] for i in places]
            for i in places:
                items[i] = list_zeros(xs, 1)[0]
        return taken

    def take_items(self, xs, index, size, values):
        """The same; zeros are written out."""
        return self.take_slice(xs, index, size)

    # -- results -----------------------------------------------------------------------------

    def gradient_of(self, value):
        """The adjoint of an argument that holds others, in its structure as it was on entry."""
        return gradient_of(value, self.full_slot, self.leaf)

    def leaf(self, value, adjoint):
        """The adjoint of a number or an array, as it is returned."""
        if isinstance(value, np.ndarray):
            return (
                np.zeros_like(value) + self.of(value) + adjoint if value.dtype.kind == "f" else None
            )
        return type(value)(adjoint) if isinstance(value, (float, np.floating)) else None


def _inserted(index, size):
    """Where `insert` puts an element into a list of this size."""
    return min(index, size) if index >= 0 else max(index + size, 0)
