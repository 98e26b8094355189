"""Slopes that cancel when they are taken from the function's value."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["kolmogorov_slope", "one_minus_2x"]


def one_minus_2x(x: Any, y: Any, sign: float) -> Any:
    """`1 - 2 x y` for Dawson's integral y (sign 1) and for erfcx(x) sqrt(pi) / 2 (sign -1).

    From |x| = 25 on by the asymptotic series, -sum over n of sign**n (2n - 1)!! / (2 x**2)**n.
    """
    far = np.abs(x) > 25.0 if sign > 0.0 else x > 25.0
    large = np.where(far, x, 25.0)
    term: Any = 1.0
    series: Any = 0.0
    for n in range(1, 8):
        term = term * sign * (2 * n - 1) / (2.0 * large * large)
        series = series - term
    return np.where(far, series, 1.0 - 2.0 * np.where(far, 0.0, x) * y)


def kolmogorov_slope(x: Any) -> Any:
    """Minus the density of Kolmogorov's distribution, by whichever theta series converges faster."""
    large, small = np.maximum(x, 0.8), np.clip(x, 0.02, 0.8)
    far: Any = 0.0
    near: Any = 0.0
    for k in range(1, 9):
        far = far + (-1) ** k * 8.0 * k * k * large * np.exp(-2.0 * k * k * large * large)
        rate = (2 * k - 1) ** 2 * math.pi**2 / 8.0
        near = near - (2.0 * rate / small**2 - 1.0) / small**2 * np.exp(-rate / small**2)
    return np.where(x > 0.8, far, np.where(x > 0.0, math.sqrt(2.0 * math.pi) * near, 0.0))
