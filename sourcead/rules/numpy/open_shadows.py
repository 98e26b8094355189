# mypy: allow-untyped-defs, allow-untyped-calls
"""What the table of adjoints of a gradient that is differentiated again does with memory.

Places are values without a derivative; a window is linear in the memory that it looks at, and a view of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, Kind, Unknown, dtype_of
from sourcead.rules.forms import constant, linear
from sourcead.rules.numpy.kinds import by_shape
from sourcead.rules.registry import Effects
from sourcead.runtime.open_shadows import (
    memory_for,
    place_in,
    place_of,
    same_memory,
    window_at,
)

__all__: list[str] = []


def _vector(array: Any) -> Kind | None:
    dtype = dtype_of(array)
    return None if dtype is None else Array(str(dtype), (None,))


def _samples(rng):
    u = np.zeros((3, 4))
    looking = [u, u[1], u[:, 2], u[::-1, 1:3], u.T]
    return [((rng.normal(size=12), place_of(v), v.shape), {}) for v in looking]


constant(place_of, place_in, same_memory, effects=Effects("scalar"), kind=lambda *args: Unknown())
constant(memory_for, effects=Effects("fresh"), kind=_vector)


@linear(
    window_at, wrt="memory", samples=_samples, effects=Effects("maybe"), kind=by_shape(window_at)
)
def window(y_bar, memory, place, shape):
    memory_bar = np.zeros_like(memory)
    window_at(memory_bar, place, shape)[...] += y_bar
    return memory_bar
