"""The two slopes of `x ** exponent`, finite where the limit is.

>>> float(power_slope(np.float64(0.0), 0.0)), float(power_slope(3.0, 2.0)), float(log_or_zero(0.0))
(0.0, 6.0, 0.0)
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["log_or_zero", "power_slope", "real_power"]


def power_slope(x: Any, exponent: Any) -> Any:
    """`exponent * x ** (exponent - 1)`, and 0 where the exponent is 0 (also at x = 0)."""
    if isinstance(exponent, (int, float)):  # a Python number does not widen float32
        return exponent * x ** (exponent - 1) if exponent != 0 else 0.0
    return exponent * np.power(x, np.where(exponent == 0, 1, exponent - 1))


def log_or_zero(x: Any) -> Any:
    """`log(x)`, and 0 at x = 0: the factor of `x ** exponent` in its slope in the exponent."""
    if isinstance(x, (int, float)):
        return float(np.log(x)) if x != 0 else 0.0
    return np.log(np.where(x == 0, 1.0, x))


def real_power(x: float, n: float) -> Any:
    """`x ** n` where that is real: Python makes a complex number of a negative one to a fractional power.

    >>> real_power(4.0, 0.5), real_power(-2.0, 3.0)
    (2.0, -8.0)
    """
    if x < 0.0 and n % 1.0 != 0.0:
        raise NotImplementedError(
            "a negative float to a fractional power is complex, and the gradient of a float is a float; "
            "write complex(x) ** n, or np.abs(x) ** n"
        )
    return x**n
