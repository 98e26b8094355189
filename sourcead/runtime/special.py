"""Functions that NumPy lacks and that derivatives of its functions need.

Each has a derivative of its own family, so that derivatives of any order are at hand.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["bessel_i", "sinc_derivative"]


def sinc_derivative(x: Any, order: int) -> Any:
    """The derivative of the given order of sin(pi x) / (pi x), also near 0.

    Near 0 by the power series; elsewhere by the recurrence that differentiating
    x sinc(x) = sin(pi x) / pi gives: x f_m + m f_(m-1) = pi^(m-1) sin(pi x + m pi / 2).
    """
    near = np.abs(x) < 1.0
    small, large = np.where(near, x, 0.0), np.where(near, 1.0, x)
    series = small * 0.0
    for k in range((order + 1) // 2, (order + 1) // 2 + 20):
        factor = (-1.0) ** k * math.pi ** (2 * k) / ((2 * k + 1) * math.factorial(2 * k - order))
        series = series + factor * small ** (2 * k - order)
    recurrence = np.sinc(large)
    for m in range(1, order + 1):
        wave = math.pi ** (m - 1) * np.sin(math.pi * large + 0.5 * m * math.pi)
        recurrence = (wave - m * recurrence) / large
    return np.where(near, series, recurrence)


def bessel_i(order: int, x: Any) -> Any:
    """The modified Bessel function of the first kind, by its power series (all terms have one sign).

    The number of terms grows with |x|, to about 1500 at 700, where the value overflows.
    """
    order = abs(order)
    half = 0.5 * x
    term = half**order / math.factorial(order)
    total = term
    k = 0
    while np.any(np.abs(term) > 1e-17 * np.abs(total)):
        k += 1
        term = term * (half * half / (k * (k + order)))
        total = total + term
    return total
