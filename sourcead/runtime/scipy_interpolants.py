"""Interpolants as formulas: coefficients of piecewise cubic polynomials, and their values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = [
    "akima_slopes", "at_least_three", "derivative_along", "derived_pieces", "falling", "hermite_coefficients",
    "integrated_pieces", "interval", "known_ends", "linear_value", "newton_value", "once_each", "pchip_slopes",
    "piecewise_value", "polynomial_through", "rising", "spline_slopes", "value_of_pieces",
]  # fmt: skip


def _rows(h: Any, y: Any) -> Any:
    """Numbers for each interval in a shape that broadcasts against rows of y."""
    return np.reshape(h, (-1,) + (1,) * (np.ndim(y) - 1))


def hermite_coefficients(x: Any, y: Any, slopes: Any) -> Any:
    """Coefficients of the cubic polynomials with these values and slopes: (4, n - 1, ...)."""
    h = _rows(np.diff(np.reshape(x, (len(y),))), y)
    secant = np.diff(y, axis=0) / h
    third = (slopes[:-1] + slopes[1:] - 2.0 * secant) / h
    return np.stack([third / h, (secant - slopes[:-1]) / h - third, slopes[:-1], y[:-1]])


def spline_slopes(x: Any, y: Any, ends: str) -> Any:
    """Slopes of the cubic spline whose second derivative is continuous.

    ends: "not-a-knot" (with three points: a parabola), "natural" or "clamped".
    """
    n = at_least_three(x)
    h = np.diff(np.reshape(x, (len(y),)))
    secant = np.diff(y, axis=0) / _rows(h, y)
    matrix = np.zeros((n, n))
    inner = np.arange(1, n - 1)
    matrix[inner, inner - 1] = h[1:]
    matrix[inner, inner] = 2.0 * (h[:-1] + h[1:])
    matrix[inner, inner + 1] = h[:-1]
    middle = 3.0 * (_rows(h[1:], y) * secant[:-1] + _rows(h[:-1], y) * secant[1:])
    if ends == "clamped":
        matrix[0, 0] = 1.0
        matrix[n - 1, n - 1] = 1.0
        first, last = 0.0 * y[:1], 0.0 * y[:1]
    elif ends == "natural":
        matrix[0, 0] = 2.0
        matrix[0, 1] = 1.0
        matrix[n - 1, n - 1] = 2.0
        matrix[n - 1, n - 2] = 1.0
        first, last = 3.0 * secant[:1], 3.0 * secant[-1:]
    else:
        three = float(n == 3)
        more = 1.0 - three
        start, end = h[0] + h[1], h[-1] + h[-2]
        matrix[0, 0] = three + more * h[1]
        matrix[0, 1] = three + more * start
        matrix[n - 1, n - 1] = three + more * h[-2]
        matrix[n - 1, n - 2] = three + more * end
        a = ((h[0] + 2.0 * start) * h[1] * secant[:1] + h[0] ** 2 * secant[1:2]) / start
        b = (h[-1] ** 2 * secant[-2:-1] + (2.0 * end + h[-1]) * h[-2] * secant[-1:]) / end
        first = three * 2.0 * secant[:1] + more * a
        last = three * 2.0 * secant[-1:] + more * b
    right = np.concatenate([first, middle, last])
    return np.reshape(np.linalg.solve(matrix, np.reshape(right, (n, -1))), np.shape(y))


def known_ends(bc_type: Any) -> str:
    """The ends of a cubic spline that `spline_slopes` knows."""
    if not isinstance(bc_type, str) or bc_type not in ("not-a-knot", "natural", "clamped"):
        raise NotImplementedError(
            "derivatives of CubicSpline in its points: with bc_type 'not-a-knot', 'natural' or 'clamped'; "
            "use one of these"
        )
    return bc_type


def at_least_three(x: Any) -> int:
    """How many points; two make a straight line, which these formulas leave out."""
    if len(x) < 3:
        raise NotImplementedError("derivatives of interpolants of two points: use np.interp")
    return len(x)


def pchip_slopes(x: Any, y: Any) -> Any:
    """Slopes that keep the data's monotonicity: harmonic means, 0 where the secants turn.

    Source: Fritsch and Butland (1984), as SciPy has it.
    """
    at_least_three(x)
    step = np.diff(y, axis=0)
    h = 0.0 * step + _rows(np.diff(x), y)
    secant = step / h
    before, after = secant[:-1], secant[1:]
    turns = before * after <= 0.0
    left, right = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    mean = left / np.where(turns, 1.0, before) + right / np.where(turns, 1.0, after)
    inner = (left + right) / mean * (1.0 - turns)
    first = _at_end(h[:1], h[1:2], secant[:1], secant[1:2])
    last = _at_end(h[-1:], h[-2:-1], secant[-1:], secant[-2:-1])
    return np.concatenate([first, inner, last])


def akima_slopes(x: Any, y: Any) -> Any:
    """Slopes from four secants each, weighted by how much those on the other side turn; their mean where none does.

    Source: Akima (1970); beyond the ends the secants go on as a parabola has them.
    """
    at_least_three(x)
    step = np.diff(y, axis=0)
    m = step / (0.0 * step + _rows(np.diff(x), y))
    first, second = 3.0 * m[:1] - 2.0 * m[1:2], 2.0 * m[:1] - m[1:2]
    last_but_one, last = 2.0 * m[-1:] - m[-2:-1], 3.0 * m[-1:] - 2.0 * m[-2:-1]
    m = np.concatenate([first, second, m, last_but_one, last])
    turn = np.abs(np.diff(m, axis=0))
    left, right = turn[:-2], turn[2:]
    total = left + right
    straight = total <= 1e-9 * np.max(total)
    share = np.where(straight, 0.5, left / np.where(straight, 1.0, total))
    return m[1:-2] + share * (m[2:-1] - m[1:-2])


def _at_end(h0: Any, h1: Any, m0: Any, m1: Any) -> Any:
    """The three-point slope at an end, kept within what the nearest secants allow."""
    slope = ((2.0 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    wrong = np.sign(slope) != np.sign(m0)
    steep = (np.sign(m0) != np.sign(m1)) & (np.abs(slope) > 3.0 * np.abs(m0))
    return np.where(wrong, 0.0, np.where(steep, 3.0 * m0, slope))


def interval(knots: Any, x: Any) -> Any:
    """The number of the interval that each point lies in, the outer ones beyond the ends."""
    return np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2)


def piecewise_value(knots: Any, c: Any, x: Any, nu: int) -> Any:
    """Derivative number nu of piecewise cubic polynomials at the points x."""
    i = interval(knots, x)
    u = np.reshape(x - knots[i], np.shape(x) + (1,) * (np.ndim(c) - 2))
    c0, c1, c2, c3 = c[0][i], c[1][i], c[2][i], c[3][i]
    if nu == 0:
        return ((c0 * u + c1) * u + c2) * u + c3
    if nu == 1:
        return (3.0 * c0 * u + 2.0 * c1) * u + c2
    if nu == 2:
        return 6.0 * c0 * u + 2.0 * c1
    return 6.0 * c0 + 0.0 * u


def once_each(xi: Any) -> Any:
    """The nodes of a polynomial, none of them given twice for a slope."""
    if len(np.unique(xi)) < len(xi):
        raise NotImplementedError(
            "derivatives of a polynomial in its points: each of them given once"
        )
    return xi


def rising(x: Any) -> Any:
    """The ends of pieces, from left to right."""
    if x[0] > x[-1]:
        raise NotImplementedError("derivatives of PPoly in its pieces: x is increasing")
    return x


def newton_value(xi: Any, yi: Any, x: Any) -> Any:
    """The polynomial through the rows of yi at xi, a row for each point of x: by divided differences."""
    n = len(xi)
    c = 1.0 * yi
    for k in range(1, n):
        c[k:] = (c[k:] - c[k - 1 : n - 1]) / (xi[k:] - xi[: n - k])[:, np.newaxis]
    points = np.reshape(x, (-1, 1))
    value = c[n - 1 :] + 0.0 * points
    for k in range(n - 2, -1, -1):
        value = value * (points - xi[k]) + c[k]
    return value


def polynomial_through(x: Any, w: Any) -> Any:
    """Coefficients, of the highest power first, of the polynomial with the values w at x.

    A sum of products of linear factors, in SciPy's order, so that it has SciPy's bits.
    """
    n = len(x)
    total = np.zeros(n)
    for j in range(n):
        product = w[j : j + 1]
        for k in range(n):
            if k != j:
                product = np.convolve(product, np.array([1.0, -x[k]]) / (x[j] - x[k]))
        total = total + product
    return total


def falling(n: int, nu: int, axes: int) -> tuple[Any, Any]:
    """What derivative number nu makes of the n coefficients and the exponents of a polynomial, along a first axis."""
    factors = [float(math.perm(n - 1 - k, nu)) for k in range(n)]
    exponents = [max(n - 1 - k - nu, 0) for k in range(n)]
    shape = (n,) + (1,) * axes
    return np.reshape(factors, shape), np.reshape(exponents, shape)


def value_of_pieces(knots: Any, c: Any, x: Any, nu: int) -> Any:
    """Derivative number nu of piecewise polynomials of any degree."""
    i = interval(knots, x)
    u = np.reshape(x - knots[i], np.shape(x) + (1,) * (np.ndim(c) - 2))
    factors, exponents = falling(len(c), nu, np.ndim(u))
    return np.sum(factors * np.take(c, i, axis=1) * u**exponents, axis=0)


def derived_pieces(c: Any, nu: int) -> Any:
    """Coefficients of derivative number nu of piecewise polynomials."""
    if len(c) <= nu:
        return np.zeros((1, *np.shape(c)[1:]))
    factors, _ = falling(len(c), nu, np.ndim(c) - 1)
    return (c * factors)[:-nu]


def integrated_pieces(knots: Any, c: Any) -> Any:
    """Coefficients of the integrals from the first knot on, continuous at the others."""
    axes = (1,) * (np.ndim(c) - 2)
    powers = np.reshape(np.arange(len(c), 0.0, -1.0), (-1, 1, *axes))
    raised = c / powers
    areas = np.sum(raised * np.reshape(np.diff(knots), (-1, *axes)) ** powers, axis=0)
    before = np.concatenate([np.zeros((1, *np.shape(areas)[1:])), np.cumsum(areas, axis=0)[:-1]])
    return np.concatenate([raised, before[np.newaxis]])


def linear_value(knots: Any, y: Any, x: Any, outside: Any) -> Any:
    """Between the values at the two nearest knots; constant beyond the ends unless `outside`."""
    i = interval(knots, x)
    left, right = knots[i], knots[i + 1]
    share = (x - left) / (right - left)
    value = y[..., i] + (y[..., i + 1] - y[..., i]) * share
    inside = (x >= knots[0]) & (x <= knots[-1])
    return np.where(inside | np.asarray(outside), value, 0.0)


def derivative_along(self: Any, x: Any, nu: int = 0) -> Any:
    """Derivative number nu of an `interp1d`, or of a polynomial through points, in the shape of its values.

    Where an `interp1d` gives its fill value, and of steps, it is zero.
    """
    if nu == 0:
        return self(x)
    if hasattr(self, "derivative"):
        return self.derivative(x, nu)
    points = np.ravel(x)
    if self._kind == "linear" and nu == 1:
        slopes = np.diff(self._y, axis=0) / np.diff(self.x)[:, np.newaxis]
        rows = slopes[interval(self.x, points)]
    elif hasattr(self, "_spline"):
        rows = self._spline(points, nu)
    else:
        rows = np.zeros((points.size, self._y.shape[1]))
    if not self._extrapolate:
        beyond = (points < self.x[0]) | (points > self.x[-1])
        rows = np.where(beyond[:, np.newaxis], 0.0, rows)
    return self._finish_y(rows, np.shape(x))
