# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.interpolate`: interpolants in the points where they are read, and in their values where linear.

An interpolating object (`CubicSpline(x, y)`) holds constant data; `spline(t)` is differentiated in t.
The functions that take values and points at once are differentiated in both.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from sourcead.ir.kinds import Array, Number
from sourcead.rules.forms import constant, forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.runtime.scipy_interpolants import derivative_along

# ---- objects with constant data: their own derivative is at hand -------------------------------


def at_points(self, x, *args, **kwargs):
    """The kind of an interpolant's values: of the points' shape if one value is a number."""
    value = getattr(self, "value", None)  # known of a global
    if value is None or not _is_scalar(value):
        return Number(real=False)
    dtype = np.result_type(getattr(value, "c", 0.0), float)  # complex ordinates
    return Array(str(dtype), x.dims if isinstance(x, Array) else ())


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
        call(interpolate.CubicSpline(x, y.T, axis=1), points[:2]),
        call(interpolate.CubicSpline(x, y.T, axis=1), points.reshape(2, 2)),
    ]


def _pulled(y_bar, slope, x, first=0):
    """Values of several components, complex ones as well, depend on the same real point.

    The axes of the points begin with number `first`.
    """
    further = tuple([i for i in range(np.ndim(slope)) if not first <= i < first + np.ndim(x)])
    return np.real(np.sum(y_bar * slope, axis=further))


def _pushed(slope, x, x_dot, first=0):
    behind = np.ndim(slope) - first - np.ndim(x)
    return slope * np.reshape(x_dot, np.shape(x) + (1,) * behind)


@reverse_rule(interpolate.CubicSpline.__call__, wrt=("x",), samples=_splines, kind=at_points)
@helper
def piecewise(y_bar, y, self, x, nu=0, extrapolate=None):
    return _pulled(y_bar, self(x, nu + 1, extrapolate), x, self.axis)


@forward_rule(interpolate.CubicSpline.__call__)
@helper
def piecewise_tangent(y, self, x, nu=0, extrapolate=None, *, x_dot):
    return _pushed(self(x, nu + 1, extrapolate), x, x_dot, self.axis)


def _b_splines(rng):
    x = np.array([0.0, 1.0, 2.5, 3.0, 4.5, 5.0])
    y = rng.normal(size=(6, 2))
    points = np.array([0.3, 1.7, 2.8, 4.1])
    return [
        call(interpolate.make_interp_spline(x, y[:, 0]), points),
        call(interpolate.make_interp_spline(x, y), points),
        call(interpolate.make_interp_spline(x, y[:, 0], k=5), 1.7, 1),
        call(interpolate.make_interp_spline(x, y.T, axis=1), points[:2]),
    ]


@reverse_rule(interpolate.BSpline.__call__, wrt=("x",), samples=_b_splines, kind=at_points)
@helper
def b_spline(y_bar, y, self, x, nu=0, extrapolate=None):
    return _pulled(y_bar, self(x, nu + 1, extrapolate), x, self.axis)


@forward_rule(interpolate.BSpline.__call__)
@helper
def b_spline_tangent(y, self, x, nu=0, extrapolate=None, *, x_dot):
    return _pushed(self(x, nu + 1, extrapolate), x, x_dot, self.axis)


def _smoothing_splines(rng):
    x = np.linspace(0.0, 5.0, 9)
    spline = interpolate.UnivariateSpline(x, np.sin(x) + 0.1 * rng.normal(size=9))
    return [call(spline, np.array([0.3, 1.7, 4.1])), call(spline, np.array([0.4]), 1)]


def _beyond(self, ext):
    """What the slope is beyond the last knots: zero where the spline stays at its last value."""
    ext = self.ext if ext is None else ext
    return "zeros" if ext in (3, "const") else ext


constant(_beyond)


@reverse_rule(
    interpolate.UnivariateSpline.__call__, wrt=("x",), samples=_smoothing_splines, kind=at_points
)
@helper
def univariate_spline(y_bar, y, self, x, nu=0, ext=None):
    return y_bar * self(x, nu + 1, _beyond(self, ext))


@forward_rule(interpolate.UnivariateSpline.__call__)
@helper
def univariate_spline_tangent(y, self, x, nu=0, ext=None, *, x_dot):
    return self(x, nu + 1, _beyond(self, ext)) * x_dot


def _lines_and_steps(rng):
    x = np.array([0.0, 1.0, 2.5, 3.0, 4.5])
    y = rng.normal(size=(2, 5))
    points = np.array([0.3, 1.7, 2.8, 4.1])
    kinds = ("linear", "quadratic", "cubic", "slinear", "zero", "nearest", "previous", "next")
    beyond = {"bounds_error": False, "fill_value": 0.5}
    return [
        *[call(interpolate.interp1d(x, y[0], kind), points) for kind in kinds],
        call(interpolate.interp1d(x, y, "cubic"), points[:2]),
        call(interpolate.interp1d(x, y.T, axis=0), points.reshape(2, 2)),
        call(interpolate.interp1d(x, y[0], "cubic", **beyond), np.array([-0.5, 0.7, 5.0])),
        call(interpolate.interp1d(x, y[0], fill_value="extrapolate"), np.array([-0.5, 0.7, 5.0])),
        call(interpolate.KroghInterpolator(x, y[0]), points),
        call(interpolate.BarycentricInterpolator(x, y.T), 1.3),
    ]


@reverse_rule(
    interpolate.interp1d.__call__,
    derivative_along,
    wrt=("x",),
    samples=_lines_and_steps,
    kind=lambda self, x, *rest: Number(real=False),
)
@helper
def along(y_bar, y, self, x, nu=0):
    """Of lines, splines and steps (`interp1d`), and of one polynomial through all points."""
    return _pulled(y_bar, derivative_along(self, x, nu + 1), x, self._y_axis)


@forward_rule(interpolate.interp1d.__call__, derivative_along)
@helper
def along_tangent(y, self, x, nu=0, *, x_dot):
    return _pushed(derivative_along(self, x, nu + 1), x, x_dot, self._y_axis)


# ---- values and points at once -------------------------------------------------------------------


def _nodes(rng):
    xi = np.array([0.0, 1.0, 2.5, 3.0])
    points = np.array([0.3, 1.7, 2.8])
    return [
        call(xi, rng.normal(size=4), points),
        call(xi, rng.normal(size=4), 1.2),
        call(xi, rng.normal(size=4), points, der=1),
        call(xi, rng.normal(size=4), points, der=2),
    ]


def _lagrange(xi, x, der):
    """The polynomials that are 1 at one node, or their derivatives, at the points: (nodes, points)."""
    units = np.eye(len(xi))
    return np.stack([interpolate.krogh_interpolate(xi, unit, x, der=der) for unit in units])


def _one_order(der):
    if np.ndim(der) != 0 or der is None:
        raise NotImplementedError("several derivatives at once have no derivative rule: der=1")


@reverse_rule(
    interpolate.barycentric_interpolate,
    interpolate.krogh_interpolate,
    wrt=("xi", "yi", "x"),
    samples=_nodes,
)
@helper
def polynomial(y_bar, y, xi, yi, x, *, der=0):
    """One polynomial through all points: linear in the values; a node moves as its value does along it."""
    _one_order(der)
    basis = _lagrange(xi, x, der)
    yi_bar = np.tensordot(basis, y_bar, np.ndim(y_bar))
    at_nodes = interpolate.krogh_interpolate(xi, yi, xi, der=1)
    return -at_nodes * yi_bar, yi_bar, y_bar * interpolate.krogh_interpolate(xi, yi, x, der=der + 1)


@forward_rule(interpolate.barycentric_interpolate, interpolate.krogh_interpolate)
@helper
def polynomial_tangent(y, xi, yi, x, *, der=0, xi_dot, yi_dot, x_dot):
    _one_order(der)
    moved = np.zeros_like(yi) if yi_dot is None else yi_dot
    if xi_dot is not None:
        moved = moved - interpolate.krogh_interpolate(xi, yi, xi, der=1) * xi_dot
    y_dot = np.tensordot(moved, _lagrange(xi, x, der), 1)
    return (
        y_dot
        if x_dot is None
        else y_dot + interpolate.krogh_interpolate(xi, yi, x, der=der + 1) * x_dot
    )
