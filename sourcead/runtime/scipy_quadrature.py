"""Sums over samples of an integrand as sums over intervals: values and steps along the last axis."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["from_steps", "simpson_slopes", "steps", "to_grid"]


def steps(x: Any, dx: Any, shape: tuple[int, ...], axis: int) -> Any:
    """The steps of the grid, with the integration axis last: for each row, or the same for all."""
    if x is None:
        return np.full(shape[axis] - 1, dx)
    return np.diff(x) if np.ndim(x) == 1 else np.diff(np.moveaxis(x, axis, -1))


def from_steps(steps_bar: Any) -> Any:
    """The adjoint of `np.diff` along the last axis."""
    zero = np.zeros_like(steps_bar[..., :1])
    return np.concatenate([zero, steps_bar], axis=-1) - np.concatenate([steps_bar, zero], axis=-1)


def to_grid(steps_bar: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any]:
    """The adjoints of x and dx from that of every row's steps."""
    if x is None:
        return None, np.sum(steps_bar)
    if np.ndim(x) == 1:
        return from_steps(np.sum(np.reshape(steps_bar, (-1, np.shape(steps_bar)[-1])), axis=0)), 0.0
    return np.moveaxis(from_steps(steps_bar), -1, axis), 0.0


def simpson_slopes(y: Any, h: Any) -> tuple[Any, Any]:
    """The slopes of Simpson's rule in the values and in the steps.

    A parabola through three points for each pair of intervals; where one interval is left over, the
    part of the last parabola above it (Cartwright's correction).
    """
    n = y.shape[-1]
    h = np.broadcast_to(h, (*y.shape[:-1], n - 1))
    in_y, in_h = np.zeros_like(y), np.zeros(h.shape, np.result_type(y, h))
    if n == 2:
        in_y[...] = 0.5 * h
        in_h[...] = 0.5 * (y[..., :1] + y[..., 1:])
        return in_y, in_h
    end = n if n % 2 else n - 1
    if n > 2:
        _add_pairs(y, h, in_y, in_h, end)
    if n % 2 == 0:
        _add_last(y, h, in_y, in_h)
    return in_y, in_h


def _add_pairs(y: Any, h: Any, in_y: Any, in_h: Any, end: int) -> None:
    h0, h1 = h[..., : end - 1 : 2], h[..., 1 : end - 1 : 2]
    y0, y1, y2 = y[..., 0 : end - 2 : 2], y[..., 1 : end - 1 : 2], y[..., 2:end:2]
    both, product = h0 + h1, h0 * h1
    in_y[..., 0 : end - 2 : 2] += both * (2.0 - h1 / h0) / 6.0
    in_y[..., 1 : end - 1 : 2] += both**3 / (6.0 * product)
    in_y[..., 2:end:2] += both * (2.0 - h0 / h1) / 6.0
    middle = both**2 * y1 / (6.0 * product)
    first = (2.0 - h1 / h0 + both * h1 / h0**2) * y0 + (2.0 - h0 / h1 - both / h1) * y2
    second = (2.0 - h1 / h0 - both / h0) * y0 + (2.0 - h0 / h1 + both * h0 / h1**2) * y2
    in_h[..., : end - 1 : 2] += first / 6.0 + middle * (3.0 - both / h0)
    in_h[..., 1 : end - 1 : 2] += second / 6.0 + middle * (3.0 - both / h1)


def _add_last(y: Any, h: Any, in_y: Any, in_h: Any) -> None:
    h0, h1 = h[..., -2], h[..., -1]
    both = h0 + h1
    alpha = (2.0 * h1**2 + 3.0 * h0 * h1) / (6.0 * both)
    beta = (h1**2 + 3.0 * h0 * h1) / (6.0 * h0)
    eta = h1**3 / (6.0 * h0 * both)
    in_y[..., -1] += alpha
    in_y[..., -2] += beta
    in_y[..., -3] -= eta
    alpha_h0 = 0.5 * h1 / both - alpha / both
    alpha_h1 = (4.0 * h1 + 3.0 * h0) / (6.0 * both) - alpha / both
    eta_h0 = -eta * (1.0 / h0 + 1.0 / both)
    eta_h1 = eta * (3.0 / h1 - 1.0 / both)
    in_h[..., -2] += (
        alpha_h0 * y[..., -1] - h1**2 / (6.0 * h0**2) * y[..., -2] - eta_h0 * y[..., -3]
    )
    in_h[..., -1] += (
        alpha_h1 * y[..., -1]
        + (2.0 * h1 + 3.0 * h0) / (6.0 * h0) * y[..., -2]
        - eta_h1 * y[..., -3]
    )
