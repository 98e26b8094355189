"""What is the derivative of this program, numerically, and how far may the answer be off?

Two independent references, both for the derivative at zero of a function of one number:

- `richardson` extrapolates central differences to step zero (Ridders 1982, "Accurate computation of
  F'(x) and F'(x)F''(x)"): works for any program, gives ten or more digits and an error estimate;
- `complex_step` has no cancellation (Squire and Trapp 1998): all digits, for programs that are
  analytic and accept complex numbers.

>>> import math
>>> estimate = richardson(lambda t: math.sin(1.0 + t))
>>> abs(estimate.value - math.cos(1.0)) <= estimate.error < 1e-10
True
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

__all__ = ["Estimate", "complex_step", "derivative", "richardson"]

_FIRST, _HALVINGS = 2.0**-4, 12
_TINY = 1e-30  # its square vanishes beside every value that is not itself tiny


@dataclass(frozen=True, slots=True)
class Estimate:
    """A derivative, and a bound that its error keeps in practice."""

    value: float
    error: float

    def __str__(self) -> str:
        return f"{self.value:.12g} ± {self.error:.1g}"


def derivative(function: Callable[[complex], complex]) -> Estimate:
    """The derivative at 0: by complex step where that agrees with differences, else by differences.

    A program that takes complex numbers without being analytic (`abs`, `.real`, comparisons) gives a
    complex step that is wrong; differences tell the two cases apart.
    """
    differences = richardson(lambda t: function(t).real)
    exact = complex_step(function)
    if exact is not None and abs(exact - differences.value) <= 10.0 * differences.error:
        return Estimate(exact, 1e-14 * abs(exact))
    return differences


def complex_step(function: Callable[[complex], complex]) -> float | None:
    """The derivative at 0 of a function that is real on the real axis; None where it takes no complex number."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")  # an imaginary part is dropped with a mere warning
            value = function(_TINY * 1j)
    except Exception:  # the program was not written for complex numbers: anything may happen
        return None
    slope = complex(value).imag / _TINY
    return slope if math.isfinite(slope) else None


def richardson(function: Callable[[float], float]) -> Estimate:
    """The derivative at 0, extrapolated from central differences with steps 1/16, 1/32, ...

    Entry k of a row of the tableau is free of the errors of order step^2, ..., step^2k.  The best
    entry is the one nearest to the two that it was made from; twice their distance, and what
    rounding of the values leaves at this step, is the error estimate.  Steps that leave the program's
    domain are left out.  A kink nearer than the smallest step is not seen.
    """
    best, above = Estimate(math.nan, math.inf), list[float]()
    noise = 4.0 * float(np.finfo(float).eps) * abs(float(function(0.0)))
    for halving in range(_HALVINGS + 1):
        step = _FIRST * 0.5**halving
        row = [_central(function, step)]
        for order, coarse in enumerate(above, start=1):
            fine = row[-1]
            row.append(fine + (fine - coarse) / (4.0**order - 1.0))
            error = 2.0 * max(abs(row[-1] - fine), abs(row[-1] - coarse)) + noise / step
            if error < best.error:
                best = Estimate(row[-1], error)
        above = row
    return best


def _central(function: Callable[[float], float], step: float) -> float:
    """(f(step) - f(-step)) / 2 step, or NaN where the program does not take one of them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return (float(function(step)) - float(function(-step))) / (2.0 * step)
        except (ArithmeticError, ValueError):
            return math.nan
