"""Adjoints of differences and of integrals on a grid: diff, trapezoid, gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.runtime.accumulate import unbroadcast
from sourcead.runtime.gathers import take_adjoint

__all__ = [
    "diff_adjoint",
    "diff_of_order",
    "gradient_adjoints",
    "gradient_tangent",
    "joined_parts",
    "trapezoid_adjoints",
]


def diff_of_order(a: Any, n: int = 1, axis: int = -1, **joined: Any) -> Any:
    """`np.diff` of an order known at run time only: with n = 0 it is `a` itself, not new storage.

    >>> diff_of_order(np.array([1.0, 10.0]), 1)
    array([9.])
    """
    return np.diff(a, n, axis, **joined)


def diff_adjoint(y_bar: Any, n: int, axis: int, size: int | None = None) -> Any:
    """Adjoint of `np.diff(a, n, axis)`: differences again, with zeros around, negated for odd n.

    `size`: of the axis in `a`, of which up to n elements have no differences.

    >>> diff_adjoint(np.array([1.0, 10.0]), 1, 0)
    array([-1., -9., 10.])
    """
    widths = [(0, 0)] * np.ndim(y_bar)
    widths[axis] = (n, n)
    a_bar = np.diff(np.pad(y_bar, widths), n, axis)
    if size is not None and size < n:
        a_bar = np.take(a_bar, np.arange(size), axis)
    return -a_bar if n % 2 else a_bar


def joined_parts(
    total_bar: Any, prepend: Any, a: Any, append: Any, axis: int
) -> tuple[Any, Any, Any]:
    """The parts of an adjoint of `prepend`, `a` and `append` joined along `axis` (None: was not given)."""
    before = 0 if prepend is None else np.shape(prepend)[axis] if np.ndim(prepend) else 1
    size = np.shape(a)[axis]
    if np.shape(total_bar) == np.shape(a):  # differences of order 0: nothing was joined
        return (
            None if prepend is None else np.zeros(np.shape(prepend), total_bar.dtype),
            total_bar,
            None if append is None else np.zeros(np.shape(append), total_bar.dtype),
        )
    lanes = np.moveaxis(total_bar, axis, 0)
    first = np.moveaxis(lanes[:before], 0, axis)
    last = np.moveaxis(lanes[before + size :], 0, axis)
    return first, np.moveaxis(lanes[before : before + size], 0, axis), last


# ---- trapezoid -----------------------------------------------------------------------------


def trapezoid_adjoints(out_bar: Any, y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any, Any]:
    """Adjoints of `np.trapezoid(y, x, dx, axis)`: the sum of d[i] * (y[i] + y[i+1]) / 2."""
    values = np.moveaxis(y, axis, -1)
    seed = np.expand_dims(out_bar, -1)
    if x is None:
        steps = dx
    elif np.ndim(x) == 1:
        steps = np.diff(x)
    else:
        steps = np.diff(np.moveaxis(x, axis, -1))
    half = 0.5 * seed * (steps + np.zeros_like(values[..., 1:]))
    around = [(0, 0)] * (np.ndim(values) - 1)
    count = np.shape(values)[-1]  # there may be none
    each = np.pad(half, [*around, (1, 0)]) + np.pad(half, [*around, (0, 1)])
    y_bar = np.moveaxis(each[..., :count], -1, axis)
    steps_bar = seed * (0.5 * (values[..., 1:] + values[..., :-1]))
    if x is None:
        return y_bar, None, unbroadcast(steps_bar, dx)
    x_bar = diff_adjoint(steps_bar, 1, -1, count)
    if np.ndim(x) == 1:
        return y_bar, np.sum(x_bar, axis=tuple(range(np.ndim(x_bar) - 1))), None
    return y_bar, np.moveaxis(x_bar, -1, axis), None


# ---- gradient ------------------------------------------------------------------------------
#
# np.gradient at grid point i is the slope, at x[i], of the parabola through three neighbouring
# points (of the line through two, at the ends with edge_order=1).  If a node x[j] moves, a parabola p
# changes by -p'(x[j]) L_j, where L_j is its Lagrange polynomial; and the point x[i] itself moves.


def gradient_adjoints(
    bars: Any, f: Any, spacing: tuple[Any, ...], axis: Any, edge_order: int
) -> tuple[Any, tuple[Any, ...]]:
    """Adjoints of `np.gradient(f, *spacing, axis=axis, edge_order=edge_order)`."""
    axes = _axes(f, axis)
    seeds = list(bars) if isinstance(bars, (tuple, list)) else [bars]
    f = np.multiply(f, 1.0)  # slopes of integers are none
    f_bar: Any = np.zeros(np.shape(f), np.result_type(f))
    spacing_bars: list[Any] = []
    for one, step, seed in zip(axes, _steps(spacing, len(axes)), seeds):
        if seed is None:
            spacing_bars.append(np.zeros(np.shape(step))[()])
            continue
        values, lanes = _lanes(f, one), _lanes(seed, one)
        x = _grid(step, len(values))
        nodes, weights = _stencils(x, edge_order)
        weights = weights.astype(np.result_type(f), copy=False)
        out = 0.0
        for k in range(nodes.shape[1]):
            out = out + take_adjoint(weights[:, k, None] * lanes, np.shape(values), nodes[:, k], 0)
        f_bar = f_bar + _back(out, f, one)
        if np.ndim(step) == 0:
            slopes = np.sum(weights[:, :, None] * values[nodes], axis=1)
            spacing_bars.append(-np.sum(lanes * slopes) / step)
        else:
            spacing_bars.append(_grid_adjoint(x, nodes, weights, values, lanes))
    if len(spacing) == 1 and len(axes) > 1:
        return f_bar, (sum(spacing_bars),)
    return f_bar, tuple(spacing_bars[: len(spacing)])


def gradient_tangent(
    f: Any, spacing: tuple[Any, ...], axis: Any, edge_order: int, f_dot: Any, spacing_dot: Any
) -> Any:
    """The tangent of `np.gradient`, by each argument in turn."""
    axes = _axes(f, axis)
    moves = _steps(tuple(spacing_dot) if spacing_dot is not None else (), len(axes), None)
    results: list[Any] = []
    for one, step, moved in zip(axes, _steps(spacing, len(axes)), moves):
        total: Any = np.zeros(np.shape(f), np.result_type(f))
        if f_dot is not None:
            total = total + np.gradient(f_dot, step, axis=one, edge_order=edge_order)  # type: ignore[call-overload]
        if moved is not None:
            values = _lanes(f, one)
            x = _grid(step, len(values))
            nodes, weights = _stencils(x, edge_order)
            if np.ndim(step) == 0:
                change = -np.sum(weights[:, :, None] * values[nodes], axis=1) * (moved / step)
            else:
                slopes, bends = _slopes_and_bends(x, nodes, weights, values)
                change = bends * moved[:, None]
                change = change - np.sum(slopes * (weights * moved[nodes])[:, :, None], axis=1)
            total = total + _back(change, f, one)
        results.append(total)
    return results[0] if len(axes) == 1 else tuple(results)


def _axes(f: Any, axis: Any) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(np.ndim(f)))
    return tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)


def _steps(spacing: tuple[Any, ...], count: int, default: Any = 1.0) -> list[Any]:
    """One step or grid for each axis."""
    if len(spacing) == 0:
        return [default] * count
    return list(spacing) * count if len(spacing) == 1 else list(spacing)


def _grid(step: Any, n: int) -> Any:
    return np.arange(n) * step if np.ndim(step) == 0 else np.asarray(step, float)


def _lanes(f: Any, axis: int) -> Any:
    """(n, everything else)"""
    moved = np.moveaxis(f, axis, 0)
    return np.reshape(moved, (np.shape(moved)[0], -1))


def _back(lanes: Any, f: Any, axis: int) -> Any:
    moved = np.moveaxis(np.empty(np.shape(f), bool), axis, 0).shape
    return np.moveaxis(np.reshape(lanes, moved), 0, axis)


def _stencils(x: Any, edge_order: int) -> tuple[Any, Any]:
    """For each grid point the points that its slope is made of, and their weights."""
    n = len(x)
    if n == 2:
        h = x[1] - x[0]
        return np.array([[0, 1], [0, 1]]), np.array([[-1.0, 1.0], [-1.0, 1.0]]) / h
    nodes = np.clip(np.arange(n) - 1, 0, n - 3)[:, None] + np.arange(3)
    weights = _lagrange_slopes(x[nodes], x)
    if edge_order == 1:
        first, last = 1.0 / (x[1] - x[0]), 1.0 / (x[-1] - x[-2])
        weights[0] = [-first, first, 0.0]
        weights[-1] = [0.0, -last, last]
    return nodes, weights


def _lagrange_slopes(points: Any, at: Any) -> Any:
    """The slopes at `at` of the three Lagrange polynomials of each row of `points`."""
    a, b, c = points[:, 0], points[:, 1], points[:, 2]
    return np.stack(
        [
            (2.0 * at - b - c) / ((a - b) * (a - c)),
            (2.0 * at - a - c) / ((b - a) * (b - c)),
            (2.0 * at - a - b) / ((c - a) * (c - b)),
        ],
        axis=-1,
    )


def _slopes_and_bends(x: Any, nodes: Any, weights: Any, values: Any) -> tuple[Any, Any]:
    """For each grid point's parabola its slopes at its nodes (n, 3, lanes) and its second derivative."""
    picked = values[nodes]
    straight = np.sum(weights[:, :, None] * picked, axis=1)
    slopes = np.repeat(straight[:, None], nodes.shape[1], axis=1)
    bends = np.zeros_like(straight)
    if nodes.shape[1] == 2:
        return slopes, bends
    points = x[nodes]
    a, b, c = points[:, 0], points[:, 1], points[:, 2]
    bend_weights = 2.0 / np.stack(
        [(a - b) * (a - c), (b - a) * (b - c), (c - a) * (c - b)], axis=-1
    )
    curved = np.all(weights != 0.0, axis=1) | (np.arange(len(x)) % (len(x) - 1) != 0)
    for k in range(3):
        at_node = np.sum(_lagrange_slopes(points, points[:, k])[:, :, None] * picked, axis=1)
        slopes[:, k] = np.where(curved[:, None], at_node, slopes[:, k])
    bends = np.where(curved[:, None], np.sum(bend_weights[:, :, None] * picked, axis=1), 0.0)
    return slopes, bends


def _grid_adjoint(x: Any, nodes: Any, weights: Any, values: Any, seeds: Any) -> Any:
    slopes, bends = _slopes_and_bends(x, nodes, weights, values)
    x_bar = np.sum(seeds * bends, axis=1)
    for k in range(nodes.shape[1]):
        pull = weights[:, k] * np.sum(seeds * slopes[:, k], axis=1)
        x_bar = x_bar - take_adjoint(pull, np.shape(x), nodes[:, k], 0)
    return x_bar.astype(np.result_type(seeds), copy=False)
