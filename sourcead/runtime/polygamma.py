"""Derivatives of log gamma for Python numbers, without SciPy.

Recurrence up to where the asymptotic series has full precision, reflection for negative arguments.
Source: Abramowitz and Stegun, 6.3.5-7, 6.3.18, 6.4.6-7, 6.4.11.

>>> round(digamma(1.0), 15)
-0.577215664901533
"""

from __future__ import annotations

import math

__all__ = ["digamma", "polygamma"]

# Bernoulli numbers B_2, B_4, ..., B_24: from x = 15 on the series has full precision.
BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730,
    7 / 6, -3617 / 510, 43867 / 798, -174611 / 330, 854513 / 138, -236364091 / 2730,
)  # fmt: skip


def digamma(x: float) -> float:
    """The derivative of log gamma; ZeroDivisionError at the poles 0, -1, -2, ..."""
    if x < 0.0:
        return digamma(1.0 - x) - math.pi * _cotangent_derivative(0, x)
    total = 0.0
    while x < 15.0:
        total -= 1.0 / x
        x += 1.0
    total += math.log(x) - 0.5 / x
    power = 1.0
    for k, number in enumerate(BERNOULLI, start=1):
        power /= x * x
        total -= number / (2 * k) * power
    return total


def polygamma(n: int, x: float) -> float:
    """The derivative of order n of `digamma`."""
    n = int(n)
    if n == 0:
        return digamma(x)
    if x < 0.0:
        mirrored = polygamma(n, 1.0 - x) if n % 2 == 0 else -polygamma(n, 1.0 - x)
        return mirrored - math.pi ** (n + 1) * _cotangent_derivative(n, x)
    total = 0.0
    while x < 15.0 + n:
        total += math.factorial(n) / x ** (n + 1)
        x += 1.0
    total += math.factorial(n - 1) / x**n + math.factorial(n) / (2.0 * x ** (n + 1))
    for k, number in enumerate(BERNOULLI, start=1):
        total += number * math.factorial(2 * k + n - 1) / (math.factorial(2 * k) * x ** (2 * k + n))
    return total if n % 2 else -total


def _cotangent_derivative(n: int, x: float) -> float:
    """The derivative of order n of cot, at pi * x: a polynomial in cot, by cot' = -(1 + cot ** 2)."""
    turn = x - math.floor(x)
    if turn == 0.0:
        raise ZeroDivisionError("polygamma has a pole here")
    cotangent = 0.0 if turn == 0.5 else 1.0 / math.tan(math.pi * turn)
    coefficients = [0.0, 1.0]  # of 1, cot, cot ** 2, ...
    for _ in range(n):
        slopes = [i * c for i, c in enumerate(coefficients)][1:]
        coefficients = [0.0] * (len(slopes) + 2)
        for i, slope in enumerate(slopes):
            coefficients[i] -= slope
            coefficients[i + 2] -= slope
    return math.fsum(c * cotangent**i for i, c in enumerate(coefficients))
