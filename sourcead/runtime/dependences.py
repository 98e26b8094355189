"""Values that know which inputs they depend on, in place of tangents.

A tangent function that is run on arrays of `Dependences` computes, for each number of the result, the
set of inputs whose tangents enter it.  Coefficients do not matter: what is multiplied by zero still
depends, so the sets hold at every point.

>>> x = inputs((3,))
>>> sorted((2.0 * x[0] - x[2] / 3.0).found())
[0, 2]
>>> sorted(np.sum(x).found())
[0, 1, 2]
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["Dependences", "either", "inputs", "nothing", "no_dependences"]

SMALL = 64  # a larger union is a node that refers to its parts: sums of many terms stay linear


class Dependences:
    """The set of inputs that a number depends on: linear operations unite, everything else is an error."""

    __slots__ = ("own", "parts")

    def __init__(self, own: frozenset[int], parts: tuple[Dependences, ...] = ()) -> None:
        self.own = own
        self.parts = parts

    def found(self) -> frozenset[int]:
        """The set itself."""
        if not self.parts:
            return self.own
        seen = {id(self)}
        waiting: list[Dependences] = [self]
        total: set[int] = set()
        while waiting:
            node = waiting.pop()
            total |= node.own
            for part in node.parts:
                if id(part) not in seen:
                    seen.add(id(part))
                    waiting.append(part)
        return frozenset(total)

    def __add__(self, other: Any) -> Dependences:
        if type(other) is not Dependences:
            return NotImplemented if isinstance(other, np.ndarray) else self
        if not self.parts and not other.parts:
            if self.own >= other.own:
                return self
            if other.own >= self.own:
                return other
            if len(self.own) + len(other.own) <= SMALL:
                return Dependences(self.own | other.own)
        return Dependences(frozenset(), (self, other))

    __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __add__
    __truediv__ = __add__

    def __neg__(self) -> Dependences:
        return self

    __pos__ = conjugate = __neg__

    @property
    def real(self) -> Dependences:
        return self

    imag = real

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError("a test of a tangent")

    def __repr__(self) -> str:
        return f"Dependences({sorted(self.found())})"


nothing = Dependences(frozenset())


def inputs(shape: tuple[int, ...], first: int = 0) -> Any:
    """An array of inputs, numbered from `first` in C order."""
    size = int(np.prod(shape))
    made = np.empty(size, object)
    made[:] = [Dependences(frozenset([first + i])) for i in range(size)]
    return made.reshape(shape) if shape else made[0]


def no_dependences(like: Any) -> Any:
    """What depends on nothing, in the shape of `like`."""
    shape = np.shape(like)
    return np.full(shape, nothing, object) if shape else nothing


def either(_condition: Any, a: Any, b: Any) -> Any:
    """`np.where` whose condition depends on the inputs: any lane may be either."""
    total = a + b
    shape = np.broadcast_shapes(np.shape(_condition), np.shape(total))
    return np.broadcast_to(np.asarray(total, object), shape) if shape else total
