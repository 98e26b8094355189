"""B-splines as formulas in points, coefficients and knots; and the splines through given points."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "fitted_coefficients", "interpolating_coefficients", "knots_of_points", "padded", "span", "spline_rows",
]  # fmt: skip


def span(t: Any, k: int, x: Any) -> Any:
    """The number of the interval between knots that each point lies in, the outer ones beyond the ends."""
    return np.clip(np.searchsorted(t, x, side="right") - 1, k, len(t) - k - 2)


def spline_rows(t: Any, c: Any, x: Any, nu: int) -> Any:
    """Derivative number nu of the spline with these knots and coefficients, at the points x.

    The coefficients, one row for each B-spline, are differenced for each derivative, and then averaged
    between neighbours until one is left for each point (de Boor 1972).  c: (n, ...), n + degree + 1 knots.
    A row for each point, with a column for each component of the coefficients.
    """
    k = len(t) - len(c) - 1
    rows = np.reshape(c, (len(c), -1))
    for _ in range(nu):
        n = len(t) - k - 1
        rows = k * (rows[1:n] - rows[: n - 1]) / (t[k + 1 : n + k] - t[1:n])[:, np.newaxis]
        t = t[1:-1]
        k = k - 1
    points = np.reshape(x, (-1,))
    first = span(t, k, points) - k
    values = rows[first + np.arange(k + 1)[:, np.newaxis]]
    for r in range(1, k + 1):
        low = t[first + np.arange(r, k + 1)[:, np.newaxis]]
        high = t[first + np.arange(k + 1, 2 * k + 2 - r)[:, np.newaxis]]
        share = ((points - low) / (high - low))[:, :, np.newaxis]
        values = (1.0 - share) * values[:-1] + share * values[1:]
    return values[0]


def knots_of_points(x: Any, k: int, free: bool) -> Any:
    """The knots of the spline through points: of odd degree the points, of even degree between them.

    `free`: without so many of them that values at the points are all that decides it ("not a knot").
    """
    if k % 2 == 0:
        x = np.concatenate([x[:1], 0.5 * (x[1:] + x[:-1]), x[-1:]])
    less = k // 2 + 1 if free else 1
    return np.concatenate(
        [np.repeat(x[:1], k + 1), x[less : len(x) - less], np.repeat(x[-1:], k + 1)]
    )


def interpolating_coefficients(x: Any, y: Any, t: Any, k: int, bc_type: Any) -> Any:
    """Coefficients of the spline through the points (x, y) with these knots.

    bc_type: of cubic splines "natural" (second derivatives 0 at both ends) or "clamped" (first ones).
    """
    unit = np.eye(len(t) - k - 1)
    rows, right = spline_rows(t, unit, x, 0), np.reshape(y, (len(y), -1))
    if bc_type is not None:
        order = 2 if bc_type == "natural" else 1
        ends = spline_rows(t, unit, np.concatenate([x[:1], x[-1:]]), order)
        rows = np.concatenate([ends[:1], rows, ends[1:]])
        zero = 0.0 * right[:1]
        right = np.concatenate([zero, right, zero])
    c = np.linalg.solve(rows, right)
    return np.reshape(c, (len(t) - k - 1, *np.shape(y)[1:]))


def fitted_coefficients(x: Any, y: Any, t: Any, k: int, w: Any) -> Any:
    """Coefficients of the spline with these knots nearest to the points, by weighted squares."""
    rows, right = spline_rows(t, np.eye(len(t) - k - 1), x, 0), np.reshape(y, (len(y), -1))
    if w is not None:
        weights = np.reshape(w, (-1, 1))
        rows, right = weights * rows, weights * right
    c = np.linalg.solve(np.transpose(rows) @ rows, np.transpose(rows) @ right)
    return np.reshape(c, (len(t) - k - 1, *np.shape(y)[1:]))


def padded(c: Any, k: int) -> Any:
    """As FITPACK has them: with a zero for each of the last knots."""
    return np.concatenate([c, np.zeros(k + 1)])
