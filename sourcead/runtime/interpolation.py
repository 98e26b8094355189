"""Piecewise linear interpolation: on each interval y = f0 + slope * (x - x0).

The derivative in x is the slope, in the values the two weights, in the grid points -slope times these.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.gathers import take_adjoint

__all__ = ["interp_adjoints", "interp_tangent"]


def _intervals(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any, Any, Any, Any, Any]:
    """For each x: the grid points to its left and right, the weight of the right one, slope, in and out."""
    xp, fp = np.asarray(xp), np.asarray(fp)
    n = len(xp)
    own = np.arange(n)
    if period is not None:
        period = abs(period)
        x, xp = np.asarray(x) % period, xp % period
        own = np.argsort(xp)
        xp = xp[own]
        xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
        own = np.concatenate([own[-1:], own, own[:1]])
        n = n + 2
    below = np.asarray(x) < xp[0]
    above = np.asarray(x) > xp[-1]
    at = np.clip(np.searchsorted(xp, x, "right") - 1, 0, max(n - 2, 0))
    behind = np.minimum(at + 1, n - 1)
    width = xp[behind] - xp[at]
    width = np.where(width == 0, 1.0, width)
    inside = ~(below | above)
    weight = np.where(inside, (x - xp[at]) / width, 0.0)
    left, right = own[at], own[behind]
    slope = np.where(inside & (left != right), (fp[right] - fp[left]) / width, 0.0)
    return left, right, weight, slope, below, above, inside


def interp_adjoints(
    y_bar: Any, x: Any, xp: Any, fp: Any, left: Any, right: Any, period: Any
) -> tuple[Any, ...]:
    """Adjoints in x, xp, fp, left and right of `np.interp`."""
    first, second, weight, slope, below, above, inside = _intervals(x, xp, fp, period)
    inner = np.where(inside, y_bar, 0.0)
    n = (len(xp),)
    before, behind = inner * (1.0 - weight), inner * weight
    fp_bar = take_adjoint(before, n, first) + take_adjoint(behind, n, second)
    xp_bar = -take_adjoint(before * slope, n, first) - take_adjoint(behind * slope, n, second)
    low, high = np.sum(np.where(below, y_bar, 0.0)), np.sum(np.where(above, y_bar, 0.0))
    ends = np.arange(len(xp))
    if period is None and left is None:
        fp_bar = fp_bar + low * (ends == 0)
    if period is None and right is None:
        fp_bar = fp_bar + high * (ends == len(xp) - 1)
    return inner * slope, xp_bar, fp_bar, low, high


def interp_tangent(
    y: Any,
    x: Any,
    xp: Any,
    fp: Any,
    left: Any,
    right: Any,
    period: Any,
    x_dot: Any,
    xp_dot: Any,
    fp_dot: Any,
    left_dot: Any,
    right_dot: Any,
) -> Any:
    first, second, weight, slope, below, above, inside = _intervals(x, xp, fp, period)
    y_dot: Any = np.zeros_like(y)
    if x_dot is not None:
        y_dot = y_dot + slope * x_dot
    if xp_dot is not None:
        moved = np.asarray(xp_dot)
        y_dot = y_dot - slope * (moved[first] * (1.0 - weight) + moved[second] * weight)
    if fp_dot is not None:
        moved = np.asarray(fp_dot)
        y_dot = y_dot + np.where(
            inside, moved[first] * (1.0 - weight) + moved[second] * weight, 0.0
        )
        if period is None and left is None:
            y_dot = y_dot + np.where(below, moved[0], 0.0)
        if period is None and right is None:
            y_dot = y_dot + np.where(above, moved[-1], 0.0)
    if left_dot is not None:
        y_dot = y_dot + np.where(below, left_dot, 0.0)
    if right_dot is not None:
        y_dot = y_dot + np.where(above, right_dot, 0.0)
    return y_dot
