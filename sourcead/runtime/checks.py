"""Is every value that the reverse sweep reads the one that the forward sweep had there?

Code compiled for the verifying mode (`SOURCEAD_CHECK`) has a `Checks` beside its adjoints:

>>> checks = Checks()
>>> u = np.array([1.0, 2.0])
>>> checks.record(0, u, 3.0)                               # forward, at statement 0
>>> u[0] = 5.0
>>> checks.compare(0, "model.py:7: y = u * a", ("u", "a"), u, 3.0)    # back at statement 0
Traceback (most recent call last):
    ...
sourcead.runtime.checks.CheckFailed: the reverse sweep reads another value of `u` than the forward sweep
  model.py:7: y = u * a
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np

__all__ = ["CheckFailed", "Checks", "checksum"]


class CheckFailed(AssertionError):
    """A compiled derivative is wrong; never about the user's program."""


class Checks:
    """Checksums of what the forward sweep had at each statement, the latest execution on top."""

    def __init__(self) -> None:
        self._seen: dict[int, list[tuple[Hashable, ...]]] = {}

    def record(self, key: int, *values: Any) -> None:
        """In the forward sweep, at the statement `key`."""
        self._seen.setdefault(key, []).append(tuple(map(checksum, values)))

    def compare(self, key: int, place: str, names: Sequence[str], *values: Any) -> None:
        """In the reverse sweep, going back over that statement."""
        sums = self._seen.get(key)
        if not sums:
            raise CheckFailed(
                f"the reverse sweep goes back over a statement more often than it ran\n  {place}"
            )
        for name, before, value in zip(names, sums.pop(), values):
            if checksum(value) != before:
                raise CheckFailed(
                    f"the reverse sweep reads another value of `{name}` than the forward sweep\n  {place}"
                )


def checksum(value: Any) -> Hashable:
    """The value's bits; equal for a Python number and the NumPy scalar that it may stand for."""
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            return id(value)
        return value.shape, zlib.crc32(
            np.ascontiguousarray(value).view(np.uint8).data if value.size else b""
        )
    if isinstance(value, (bool, int, np.bool_, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return struct.pack("d", float(value))
    if isinstance(value, (complex, np.complexfloating)):
        return struct.pack("dd", value.real, value.imag)
    if isinstance(value, tuple):
        return tuple(map(checksum, value))
    return type(value).__name__
