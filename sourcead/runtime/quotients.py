"""Quotients that are 0 where both numbers are: in the slopes of lengths, and of x * log(y).

>>> over_length(np.array([3.0, 0.0]), np.array([5.0, 0.0])).tolist()
[0.6, 0.0]
>>> float(ratio(np.float64(0.0), np.float64(0.0)))
0.0

The slopes of these are those of the quotient everywhere: infinite or NaN where the divisor is 0.  There
a length has no second derivative, and what is computed from one is NaN, not a finite number that is wrong.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["over_length", "ratio"]


def over_length(value: Any, length: Any) -> Any:
    """`value / length`, and 0 where the length is 0: what it is multiplied with is 0 there, too."""
    if isinstance(length, float) or np.ndim(length) == 0:
        return value / length if length != 0 else value * length  # a zero of their type
    return value / np.where(length == 0, np.inf, length)


def ratio(x: Any, y: Any) -> Any:
    """`x / y`, and 0 where both are 0."""
    return x / np.where((x == 0) & (y == 0), 1.0, y)
