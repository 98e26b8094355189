"""Parts of the formulas of SciPy's distributions: where the support is, and points inside of it.

SciPy's own formulas (`_logpdf`, `_cdf`, ...) hold at points inside of the support, and are given vectors of
the same length.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

__all__ = [
    "between_counts", "density", "end_of_support", "gaussian_log_mass", "held_root", "in_support", "inner_point",
    "is_count", "log1p_ratio", "side_by_side", "standard_quantile", "strictly_in_support",
]  # fmt: skip


def in_support(distribution: Any, z: Any, *shapes: Any) -> Any:
    """Is a density other than 0 there?"""
    low, high = distribution.support(*shapes)
    return _spread((low <= z) & (z <= high), shapes)


def _spread(value: Any, shapes: tuple[Any, ...]) -> Any:
    """As large as the result is."""
    return np.broadcast_arrays(value, *shapes)[0]


def strictly_in_support(distribution: Any, z: Any, *shapes: Any) -> Any:
    """Is a distribution function neither 0 nor 1 there?"""
    low, high = distribution.support(*shapes)
    return _spread((low < z) & (z < high), shapes)


def is_count(distribution: Any, k: Any, *shapes: Any) -> Any:
    """Has it a probability other than 0?"""
    low, high = distribution.support(*shapes)
    return _spread((low <= k) & (k <= high) & (k == np.floor(k)), shapes)


def between_counts(distribution: Any, k: Any, *shapes: Any) -> Any:
    """Is a distribution function of counts neither 0 nor 1 there?"""
    low, high = distribution.support(*shapes)
    return _spread((low <= k) & (k < high), shapes)


def inner_point(distribution: Any, inside: Any, *shapes: Any) -> Any:
    """What stands for points that are not inside; found only where there are such."""
    return 0.0 if np.all(inside) else distribution.median(*shapes)


def end_of_support(distribution: Any, lower: Any, *shapes: Any) -> Any:
    """Its lower or its upper end; 0 for one that is infinite, and does not move with the scale."""
    low, high = distribution.support(*shapes)
    end = np.where(lower, low, high)
    return _spread(np.where(np.isfinite(end), end, 0.0), shapes)


def standard_quantile(distribution: Any, name: str, q: Any, *shapes: Any) -> Any:
    """`ppf` or `isf` at loc 0 and scale 1."""
    return getattr(distribution, name)(q, *shapes)


def density(distribution: Any, x: Any, *parameters: Any) -> Any:
    """As the slope of a distribution function; it has a slope of its own where SciPy's formula can be followed."""
    return distribution.pdf(x, *parameters)


def side_by_side(*values: Any) -> list[Any]:
    """Vectors of the same length, as SciPy's own formulas are given them."""
    shape = np.broadcast_shapes(*[np.shape(value) for value in values])
    return [np.ravel(np.broadcast_to(value, shape)) for value in values]


def held_root(equation: Any, root: Any, args: Any) -> Any:
    """The root of `equation(root, *args) = 0`, which is known: what moves it are the arguments."""
    return root


SERIES = np.array([(1.0 if k % 2 else -1.0) / k for k in range(14, 0, -1)])


def log1p_ratio(u: Any) -> Any:
    """log(1 + u) / u, which is 1 at u = 0; its series there."""
    near = np.abs(u) < 0.02
    small = np.where(near, u, 0.0)
    series = np.polyval(SERIES, small)
    other = np.where(near, 1.0, u)
    return np.where(near, series, np.log1p(other) / other)


def gaussian_log_mass(a: Any, b: Any) -> Any:
    """log(ndtr(b) - ndtr(a)) for a < b, also where both are far out on the same side."""
    right = a > 0.0
    low, high = np.where(right, -b, a), np.where(right, -a, b)
    aside = high <= 0.0
    far_low, far_high = np.where(aside, low, -2.0), np.where(aside, high, -1.0)
    near_low, near_high = np.where(aside, -1.0, low), np.where(aside, 1.0, high)
    log_high = special.log_ndtr(far_high)
    far = log_high + np.log1p(-np.exp(special.log_ndtr(far_low) - log_high))
    near = np.log1p(-special.ndtr(near_low) - special.ndtr(-near_high))
    return np.where(aside, far, near)
