"""Interpolants made of radial functions around the points, and polynomials."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

__all__ = [
    "kernel_numbers", "kernels_at", "monomials", "monomials_at", "radial", "radial_coefficients", "span_of",
]  # fmt: skip

KERNELS = {
    "linear": (-1.0, 0.0, 0.5, 0.0, 0.0),
    "cubic": (1.0, 0.0, 1.5, 0.0, 0.0),
    "quintic": (-1.0, 0.0, 2.5, 0.0, 0.0),
    "multiquadric": (-1.0, 1.0, 0.5, 0.0, 0.0),
    "inverse_multiquadric": (1.0, 1.0, -0.5, 0.0, 0.0),
    "inverse_quadratic": (1.0, 1.0, -1.0, 0.0, 0.0),
    "thin_plate_spline": (0.0, 0.0, 1.0, 1.0, 0.0),
    "gaussian": (0.0, 0.0, 1.0, 0.0, 1.0),
}
"""a, b, p, t, g of a (s + b)**p + t s log(s) / 2 + g exp(-s), where s is the squared distance."""
LEAST = {"linear": 0, "cubic": 1, "quintic": 2, "multiquadric": 0, "thin_plate_spline": 1}
"""The least degree of polynomials with which the equations have one solution."""


def kernel_numbers(kernel: str) -> Any:
    return np.array(KERNELS[kernel.lower()])


def monomials(y: Any, kernel: str, degree: Any) -> Any:
    """Exponents (count, dimensions) of all monomials up to a degree, in SciPy's order."""
    dims = np.shape(y)[1]
    most = max(LEAST.get(kernel.lower(), -1), 0) if degree is None else degree
    rows = [
        [chosen.count(axis) for axis in range(dims)]
        for size in range(most + 1)
        for chosen in itertools.combinations_with_replacement(range(dims), size)
    ]
    return np.array(rows, int).reshape(-1, dims)


def span_of(y: Any) -> Any:
    """Middle and half width of the points, along each axis: on them nothing depends."""
    low, high = np.min(y, axis=0), np.max(y, axis=0)
    width = 0.5 * (high - low)
    return np.stack([0.5 * (high + low), np.where(width == 0.0, 1.0, width)])


def radial(s: Any, numbers: Any) -> Any:
    """The radial function of squared distances; where it has a kink, at 0, its slope is 0."""
    a, b, p, t, g = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
    away = s + b > 0.0
    safe = np.where(away, s + b, 1.0)
    return np.where(away, a * safe**p + 0.5 * t * safe * np.log(safe), 0.0) + g * np.exp(-s)


def kernels_at(x: Any, y: Any, epsilon: Any, numbers: Any) -> Any:
    """A row for each point of x: the radial functions around each of y."""
    apart = epsilon * (x[:, np.newaxis, :] - y)
    return radial(np.sum(apart * apart, axis=-1), numbers)


def monomials_at(x: Any, powers: Any, span: Any) -> Any:
    """A row for each point of x."""
    scaled = (x - span[0]) / span[1]
    return np.prod(scaled[:, np.newaxis, :] ** powers, axis=-1)


def radial_coefficients(
    y: Any, d: Any, smoothing: Any, epsilon: Any, powers: Any, span: Any, numbers: Any
) -> Any:
    """Of the radial functions, and of the monomials, which the first are orthogonal to."""
    n, count = len(y), len(powers)
    near = kernels_at(y, y, epsilon, numbers) + smoothing * np.eye(n)
    far = monomials_at(y, powers, span)
    upper = np.concatenate([near, far], axis=1)
    lower = np.concatenate([np.transpose(far), np.zeros((count, count))], axis=1)
    right = np.concatenate([d, np.zeros((count, np.shape(d)[1]))])
    return np.linalg.solve(np.concatenate([upper, lower]), right)
