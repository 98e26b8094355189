# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.interpolate`: interpolants in the points where they are read, and in their values where linear.

An interpolating object (`CubicSpline(x, y)`) holds constant data; `spline(t)` is differentiated in t.
The functions that take values and points at once are differentiated in both.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from sourcead.ir.kinds import Array, Number
from sourcead.rules.forms import forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import call

# ---- objects with constant data: their own derivative is at hand -------------------------------


def at_points(self, x, *args, **kwargs):
    """The kind of an interpolant's values: of the points' shape if one value is a number."""
    value = getattr(self, "value", None)  # known of a global
    if value is None or not _is_scalar(value):
        return Number()
    return Array("float64", x.dims if isinstance(x, Array) else ())


def _is_scalar(value):
    coefficients = np.ndim(getattr(value, "c", 0.0))
    return coefficients == (2 if isinstance(value, interpolate.PPoly) else 1)


def _splines(rng):
    x = np.array([0.0, 1.0, 2.5, 3.0, 4.5])
    y = rng.normal(size=(5, 2))
    points = np.array([0.3, 1.7, 2.8, 4.1])
    return [
        call(interpolate.CubicSpline(x, y[:, 0]), points),
        call(interpolate.CubicSpline(x, y), points),
        call(interpolate.PchipInterpolator(x, y[:, 0]), 1.7),
        call(interpolate.Akima1DInterpolator(x, y[:, 0]), points),
        call(interpolate.CubicSpline(x, y[:, 0], bc_type="natural"), points, 1),
        call(interpolate.CubicHermiteSpline(x, y[:, 0], y[:, 1]), points.reshape(2, 2)),
    ]


def _pulled(y_bar, slope, x):
    """Values of several components depend on the same point."""
    further = tuple(range(np.ndim(x), np.ndim(slope)))
    return np.sum(y_bar * slope, axis=further)


def _pushed(slope, x, x_dot):
    return slope * np.reshape(x_dot, np.shape(x) + (1,) * (np.ndim(slope) - np.ndim(x)))


@reverse_rule(interpolate.CubicSpline.__call__, wrt=("x",), samples=_splines, kind=at_points)
@helper
def piecewise(y_bar, y, self, x, nu=0, extrapolate=None):
    return _pulled(y_bar, self(x, nu + 1, extrapolate), x)


@forward_rule(interpolate.CubicSpline.__call__)
@helper
def piecewise_tangent(y, self, x, nu=0, extrapolate=None, *, x_dot):
    return _pushed(self(x, nu + 1, extrapolate), x, x_dot)


def _b_splines(rng):
    x = np.array([0.0, 1.0, 2.5, 3.0, 4.5, 5.0])
    y = rng.normal(size=(6, 2))
    points = np.array([0.3, 1.7, 2.8, 4.1])
    return [
        call(interpolate.make_interp_spline(x, y[:, 0]), points),
        call(interpolate.make_interp_spline(x, y), points),
        call(interpolate.make_interp_spline(x, y[:, 0], k=5), 1.7, 1),
    ]


@reverse_rule(interpolate.BSpline.__call__, wrt=("x",), samples=_b_splines, kind=at_points)
@helper
def b_spline(y_bar, y, self, x, nu=0, extrapolate=None):
    return _pulled(y_bar, self(x, nu + 1, extrapolate), x)


@forward_rule(interpolate.BSpline.__call__)
@helper
def b_spline_tangent(y, self, x, nu=0, extrapolate=None, *, x_dot):
    return _pushed(self(x, nu + 1, extrapolate), x, x_dot)


def _smoothing_splines(rng):
    x = np.linspace(0.0, 5.0, 9)
    spline = interpolate.UnivariateSpline(x, np.sin(x) + 0.1 * rng.normal(size=9))
    return [call(spline, np.array([0.3, 1.7, 4.1])), call(spline, np.array([0.4]), 1)]


@reverse_rule(
    interpolate.UnivariateSpline.__call__, wrt=("x",), samples=_smoothing_splines, kind=at_points
)
@helper
def univariate_spline(y_bar, y, self, x, nu=0, ext=None):
    return y_bar * self(x, nu + 1, ext)


@forward_rule(interpolate.UnivariateSpline.__call__)
@helper
def univariate_spline_tangent(y, self, x, nu=0, ext=None, *, x_dot):
    return self(x, nu + 1, ext) * x_dot


# ---- tuples of knots, coefficients and degree ----------------------------------------------------


SPLINE = interpolate.splrep(np.linspace(0.0, 5.0, 8), np.sin(np.linspace(0.0, 5.0, 8)))


@reverse_rule(
    interpolate.splev,
    wrt=("x",),
    samples=lambda rng: [call(np.array([0.3, 1.7, 4.1]), list(SPLINE), d) for d in (0, 1)],
)
def splev(y_bar, y, x, tck, der=0):
    """In the points; knots and coefficients are constant."""
    return y_bar * interpolate.splev(x, tck, der + 1)


@forward_rule(interpolate.splev)
def splev_tangent(y, x, tck, der=0, *, x_dot):
    return interpolate.splev(x, tck, der + 1) * x_dot


# ---- values and points at once -------------------------------------------------------------------


def _nodes(rng):
    xi = np.array([0.0, 1.0, 2.5, 3.0])
    points = np.array([0.3, 1.7, 2.8])
    return [call(xi, rng.normal(size=4), points), call(xi, rng.normal(size=4), 1.2)]


def _lagrange(xi, x):
    """The polynomials that are 1 at one node, at the points: (nodes, points)."""
    return np.stack([interpolate.krogh_interpolate(xi, unit, x) for unit in np.eye(len(xi))])


@reverse_rule(
    interpolate.barycentric_interpolate,
    interpolate.krogh_interpolate,
    wrt=("xi", "yi", "x"),
    samples=_nodes,
)
@helper
def polynomial(y_bar, y, xi, yi, x):
    """One polynomial through all points: linear in the values; a node moves as its value does along it."""
    basis = _lagrange(xi, x)
    yi_bar = np.tensordot(basis, y_bar, np.ndim(y_bar))
    at_nodes = interpolate.krogh_interpolate(xi, yi, xi, der=1)
    return -at_nodes * yi_bar, yi_bar, y_bar * interpolate.krogh_interpolate(xi, yi, x, der=1)


@forward_rule(interpolate.barycentric_interpolate, interpolate.krogh_interpolate)
@helper
def polynomial_tangent(y, xi, yi, x, *, xi_dot, yi_dot, x_dot):
    moved = np.zeros_like(yi) if yi_dot is None else yi_dot
    if xi_dot is not None:
        moved = moved - interpolate.krogh_interpolate(xi, yi, xi, der=1) * xi_dot
    y_dot = np.tensordot(moved, _lagrange(xi, x), 1)
    return (
        y_dot if x_dot is None else y_dot + interpolate.krogh_interpolate(xi, yi, x, der=1) * x_dot
    )


def _grids(rng):
    axes = (np.array([0.0, 1.0, 2.5]), np.array([0.0, 0.5, 1.0, 2.0]))
    values = rng.normal(size=(3, 4))
    xi = np.stack([rng.uniform(0.1, 2.4, 5), rng.uniform(0.1, 1.9, 5)], axis=-1)
    return [call(axes, values, xi), call(axes[:1], values[:, 0].copy(), xi[:, :1])]


def _cells(points, xi):
    """For each axis: the cell's lower index, its width, and the place in it between 0 and 1."""
    cells = []
    for axis, grid in enumerate(points):
        x = np.asarray(xi)[..., axis]
        lower = np.clip(np.searchsorted(grid, x, side="right") - 1, 0, len(grid) - 2)
        width = grid[lower + 1] - grid[lower]
        cells.append((lower, width, (x - grid[lower]) / width))
    return cells


def _corners(cells):
    """The corners of the cell: indices, and a weight for each axis with its slope in the coordinate."""
    for number in range(2 ** len(cells)):
        upper = [(number >> axis) & 1 for axis in range(len(cells))]
        index = tuple(lower + up for (lower, _, _), up in zip(cells, upper))
        weights = [place if up else 1.0 - place for (_, _, place), up in zip(cells, upper)]
        slopes = [(1.0 if up else -1.0) / width for (_, width, _), up in zip(cells, upper)]
        yield index, weights, slopes


@reverse_rule(interpolate.interpn, wrt=("values", "xi"), samples=_grids)
@helper
def interpn(y_bar, y, points, values, xi):
    """Linear between grid points."""
    cells = _cells(points, xi)
    values_bar, xi_bar = np.zeros_like(values), np.zeros(np.shape(xi))
    for index, weights, slopes in _corners(cells):
        np.add.at(values_bar, index, y_bar * np.prod(weights, axis=0))
        for axis, slope in enumerate(slopes):
            others = np.prod([*weights[:axis], *weights[axis + 1 :], np.ones_like(y_bar)], axis=0)
            xi_bar[..., axis] += y_bar * values[index] * others * slope
    return values_bar, xi_bar


@forward_rule(interpolate.interpn)
@helper
def interpn_tangent(y, points, values, xi, *, values_dot, xi_dot):
    y_dot = np.zeros_like(y)
    for index, weights, slopes in _corners(_cells(points, xi)):
        if values_dot is not None:
            y_dot = y_dot + values_dot[index] * np.prod(weights, axis=0)
        if xi_dot is not None:
            for axis, slope in enumerate(slopes):
                others = np.prod([*weights[:axis], *weights[axis + 1 :], np.ones_like(y)], axis=0)
                y_dot = y_dot + values[index] * others * slope * xi_dot[..., axis]
    return y_dot
