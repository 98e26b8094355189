# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.interpolate`: B-splines through points or near them, and what they are at points.

Differentiated in the points that a spline is made of, in its knots and coefficients, and in the points
where it is read.  An object has knots `t` and coefficients `c`; FITPACK's functions have a tuple of them.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from sourcead.ir.kinds import Array, Number, Object, Py, Tuple, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, formula, forward_rule, helpers, refused, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Programs, lookup
from sourcead.rules.scipy.interpolants import TESTS, dims_of
from sourcead.rules.scipy.kinds import held, record
from sourcead.runtime import scipy_splines
from sourcead.runtime.scipy_splines import (
    fitted_coefficients,
    interpolating_coefficients,
    knots_of_points,
    padded,
    span,
    spline_rows,
)

constant(span, kind=lambda t, k, x: Array("int64", x.dims) if isinstance(x, Array) else None)
helpers(scipy_splines)


def is_none(option):
    return option is None or (isinstance(option, Const) and option.value is None)


# ---- objects -----------------------------------------------------------------------------------


def through_points(x, y, k=None, t=None, bc_type=None, axis=None, check_finite=None):
    """Knots and coefficients, for the options that the formula knows."""
    ends = None if is_none(bc_type) else getattr(bc_type, "value", False)
    if ends not in (None, "natural", "clamped") or not isinstance(y, Array):
        return Unknown()
    coefficients = Array("float64", (None, *y.dims[1:]))
    return record(interpolate.BSpline, t=Array("float64", (None,)), c=coefficients)


def of_coefficients(t, c, k, extrapolate=None, axis=None):
    if not isinstance(c, Array):
        return Unknown()
    return record(interpolate.BSpline, t=Array("float64", (None,)), c=c)


@formula(
    interpolate.BSpline, wrt=("t", "c"), kind=of_coefficients, samples=Programs(TESTS, "BSpline(")
)
def b_spline(t, c, k, extrapolate=True):
    return 1.0 * t, 1.0 * c


@formula(
    interpolate.make_interp_spline,
    wrt=("x", "y", "t"),
    kind=through_points,
    samples=Programs(TESTS, "make_interp_spline("),
)
def make_interp_spline(x, y, k=3, t=None, bc_type=None, *, check_finite=True):
    """Also in the points' places, with which the knots move."""
    if bc_type is not None and (k != 3 or bc_type not in ("natural", "clamped")):
        raise NotImplementedError("derivatives of make_interp_spline: of cubic splines bc_type is "
                                  "None, 'natural' or 'clamped', of others None")  # fmt: skip
    if k < 1:
        raise NotImplementedError("derivatives of make_interp_spline: of degree 1 or more")
    knots = knots_of_points(x, k, bc_type is None) if t is None else 1.0 * t
    return knots, interpolating_coefficients(x, y, knots, k, bc_type)


def near_points(x, y, t, *rest, **options):
    if not isinstance(y, Array):
        return Unknown()
    coefficients = Array("float64", (None, *y.dims[1:]))
    return record(interpolate.BSpline, t=Array("float64", (None,)), c=coefficients)


@formula(
    interpolate.make_lsq_spline,
    wrt=("x", "y", "t", "w"),
    kind=near_points,
    samples=Programs(TESTS, "make_lsq_spline("),
)
def make_lsq_spline(x, y, t, k=3, w=None):
    return 1.0 * t, fitted_coefficients(x, y, t, k, w)


def sum_of_splines(self, x, nu=0, extrapolate=None):
    """Beyond the ends the outermost polynomials go on."""
    rows = spline_rows(self.t, self.c[: len(self.t) - self.k - 1], x, nu)
    return np.reshape(rows, (*np.shape(x), *np.shape(self.c)[1:]))


_call = lookup(interpolate.BSpline.__call__)
assert _call is not None and _call.kind is not None
_call.formula = sum_of_splines
_of_constants = _call.kind


def sums_at(self, x, *args, **kwargs):
    """Of the points' shape, with that of one coefficient behind it."""
    if not isinstance(self, Object):
        return _of_constants(self, x, *args, **kwargs)
    c, points = held(self, "c"), dims_of(x)
    if points is None or not isinstance(c, Array):
        return Number(real=False)
    return Array(c.dtype, (*points, *c.dims[1:]))


_call.kind = sums_at


# ---- tuples of knots, coefficients and degree ----------------------------------------------------

_line = Array("float64", (None,))
TCK = Tuple((_line, _line, Py(int)))


def _points(rng):
    x = np.cumsum(rng.uniform(0.5, 1.5, 8))
    return [
        call(x, rng.normal(size=8)),
        call(x, rng.normal(size=8), k=5),
        call(x, rng.normal(size=8), k=2, s=0),
    ]


@formula(
    interpolate.splrep, wrt=("x", "y"), kind=lambda x, y, *rest, **options: TCK, samples=_points
)
def splrep(x, y, *, k=3, s=None):
    """Through the points (`s` is 0, or not given)."""
    if s is not None and s != 0:
        raise NotImplementedError("derivatives of splrep: through the points, s=0")
    t = knots_of_points(x, k, True)
    return t, padded(interpolating_coefficients(x, y, t, k, None), k), k


def _read(rng):
    t = np.array([0.0, 0.0, 0.0, 0.0, 1.0, 2.5, 4.0, 4.0, 4.0, 4.0])
    c = np.concatenate([rng.normal(size=6), np.zeros(4)])
    x = rng.uniform(0.1, 3.9, 5)
    cases = [call(x, (t, c, 3), order) for order in (0, 1, 2)]
    return [
        *cases,
        call(np.array([0.3, 4.7]), (t, c, 3)),
        call(1.3, (t, c, 3)),
        call(x.reshape(5, 1), (t, c, 3)),
    ]


def values_of(x, tck, *rest, **options):
    dims = dims_of(x)
    return Unknown() if dims is None else Array("float64", dims)


@reverse_rule(interpolate.splev, wrt=("x",), kind=values_of, samples=_read)
def splev(y_bar, y, x, tck, der=0):
    """Of constant knots and coefficients."""
    return y_bar * interpolate.splev(x, tck, der + 1)


@forward_rule(interpolate.splev)
def splev_tangent(y, x, tck, der=0, *, x_dot):
    return interpolate.splev(x, tck, der + 1) * x_dot


def splev_of_varied(x, tck, der=0):
    """Beyond the ends the outermost polynomials go on."""
    t, c, k = tck
    return np.reshape(spline_rows(t, c[: len(t) - k - 1], x, der), np.shape(x))


_splev = lookup(interpolate.splev)
assert _splev is not None
_splev.formula = splev_of_varied


# ---- FITPACK's objects ----------------------------------------------------------------------------


def through_all(x, y, *options, **named):
    """Knots, coefficients and degree."""
    known = isinstance(y, Array)
    return record(interpolate.InterpolatedUnivariateSpline, _eval_args=TCK) if known else Unknown()


@formula(
    interpolate.InterpolatedUnivariateSpline,
    wrt=("x", "y"),
    kind=through_all,
    samples=Programs(TESTS, "InterpolatedUnivariateSpline("),
)
def interpolated_univariate_spline(x, y, w=None, bbox=None, k=3):
    """Of weights nothing depends; the knots move with the points."""
    if bbox is not None:
        raise NotImplementedError("derivatives of splines of FITPACK: without bbox")
    knots = knots_of_points(x, k, True)
    return ((knots, padded(interpolating_coefficients(x, y, knots, k, None), k), k),)


@formula(
    interpolate.UnivariateSpline,
    wrt=("x", "y"),
    kind=through_all,
    samples=Programs(TESTS, "UnivariateSpline(x, y, s=0)"),
)
def univariate_spline_of_points(x, y, w=None, bbox=None, k=3, s=None):
    """Of a smoothing spline the knots are chosen by the data."""
    if s is None or s != 0:
        raise NotImplementedError(
            "derivatives of UnivariateSpline: with s=0; or make_lsq_spline with knots that are given"
        )
    return interpolated_univariate_spline(x, y, w, bbox, k)


def value_of_fitpack(self, x, nu=0, ext=None):
    """Beyond the ends the outermost polynomials go on."""
    if ext is not None and ext != 0 and ext != "extrapolate":
        raise NotImplementedError("derivatives of splines of FITPACK in their points: without ext")
    t, c, k = self._eval_args
    return np.reshape(spline_rows(t, c[: len(t) - k - 1], x, nu), np.shape(x))


_univariate = lookup(interpolate.UnivariateSpline.__call__)
assert _univariate is not None
_univariate.formula = value_of_fitpack

# ---- refused ---------------------------------------------------------------------------------------

refused(
    interpolate.make_smoothing_spline,
    way_out="make_interp_spline, or make_lsq_spline with knots that are given",
)
refused(
    interpolate.CloughTocher2DInterpolator,
    way_out="scipy.interpolate.RBFInterpolator, or LinearNDInterpolator",
)
refused(
    *(interpolate.UnivariateSpline.integral, interpolate.UnivariateSpline.derivatives),
    *(interpolate.UnivariateSpline.derivative, interpolate.UnivariateSpline.antiderivative),
    *(interpolate.UnivariateSpline.roots, interpolate.UnivariateSpline.get_residual),
    *(interpolate.UnivariateSpline.get_coeffs, interpolate.UnivariateSpline.get_knots),
    way_out="the spline's values, or its derivative where it is evaluated: spline(t, 1)",
)
refused(interpolate.Rbf, way_out="scipy.interpolate.RBFInterpolator")
refused(
    interpolate.BSpline.derivative,
    way_out="the spline's own derivative where it is evaluated: spline(t, 1)",
)
refused(
    *(interpolate.BSpline.antiderivative, interpolate.BSpline.integrate),
    way_out="scipy.integrate.fixed_quad or np.trapezoid of the spline's values",
)
refused(
    *(interpolate.PPoly.roots, interpolate.PPoly.solve),
    way_out="scipy.optimize.brentq of the spline's values",
)
refused(
    *(interpolate.BPoly, interpolate.NdPPoly),
    way_out="scipy.interpolate.CubicHermiteSpline, or np.polyval of the coefficients of one piece",
)
