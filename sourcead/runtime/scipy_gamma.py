"""Slopes of `scipy.special.rgamma` and of Hurwitz' zeta function in its exponent."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

__all__ = ["rgamma_slope", "zeta_in_x"]

# B_2k / (2k)! for k = 1, ..., 10
EULER_MACLAURIN = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000,
    1 / 74724249600, -3617 / 10670622842880000, 43867 / 5109094217170944000,
    -174611 / 802857662698291200000,
)  # fmt: skip


def rgamma_slope(x: Any) -> Any:
    """The slope of 1 / gamma: by reflection for x < 1/2, which has no poles to divide by."""
    left, right = np.minimum(x, 0.5), np.maximum(x, 0.5)
    angle = math.pi * left
    reflected = np.cos(angle) - np.sin(angle) * special.psi(1.0 - left) / math.pi
    return np.where(
        x < 0.5, special.gamma(1.0 - left) * reflected, -special.psi(right) * special.rgamma(right)
    )


def zeta_in_x(x: Any, q: Any) -> Any:
    """d/dx of the sum over k of (k + q) ** -x, by Euler-Maclaurin summation from k = 10 on."""
    total = x * 0.0
    for k in range(10):
        total = total - np.log(q + k) * (q + k) ** -x
    far = q + 10.0
    log_far = np.log(far)
    tail = far ** (1.0 - x) / (x - 1.0)
    total = total - tail * (log_far + 1.0 / (x - 1.0)) - 0.5 * log_far * far**-x
    rising, slope = x, 1.0 / x  # x (x + 1) ... (x + 2k - 2), and the slope of its logarithm
    power = far ** (-x - 1.0)
    for k, number in enumerate(EULER_MACLAURIN, start=1):
        total = total + number * rising * power * (slope - log_far)
        rising = rising * (x + 2 * k - 1) * (x + 2 * k)
        slope = slope + 1.0 / (x + 2 * k - 1) + 1.0 / (x + 2 * k)
        power = power / (far * far)
    return total
