# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.interpolate`: interpolants made of values that carry a derivative, and what they are at points.

`CubicSpline(x, y)(t)` is differentiated in x, y and t.  An interpolant is an object with two arrays,
its knots and its coefficients; of interpolants of constant data (`interpolate.py`), only t varies.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate

from sourcead.ir.kinds import Array, Np, Number, Object, Py, Tuple, Unknown, is_scalar
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, formula, helpers, instead_of
from sourcead.rules.registry import Programs, lookup
from sourcead.rules.scipy.kinds import held, record
from sourcead.runtime import scipy_interpolants
from sourcead.runtime.scipy_interpolants import (
    akima_slopes,
    at_least_three,
    derived_pieces,
    falling,
    hermite_coefficients,
    integrated_pieces,
    interval,
    known_ends,
    linear_value,
    newton_value,
    once_each,
    pchip_slopes,
    piecewise_value,
    polynomial_through,
    rising,
    spline_slopes,
    value_of_pieces,
)

TESTS = "rules/test_scipy_interpolants.py"


def dims_of(x):
    """The shape of points, known or written as numbers."""
    if isinstance(x, Const):
        return () if isinstance(x.value, (int, float)) else None
    return x.dims if isinstance(x, Array) else () if is_scalar(x) else None


def _places(knots, x):
    dims = dims_of(x)
    return None if dims is None else Array("int64", dims) if isinstance(x, Array) else Np("int64")


constant(interval, kind=_places)


def _falling(n, nu, axes):
    if not isinstance(axes, Const):
        return Unknown()
    dims = (None, *(1,) * axes.value)
    return Tuple((Array("float64", dims), Array("int64", dims)))


constant(falling, kind=_falling)


def _ends(bc_type):
    """Known where the word is: the formulas of other ends are then left out."""
    known = isinstance(bc_type, Const) and bc_type.value in ("not-a-knot", "natural", "clamped")
    return bc_type if known else None


constant(known_ends, kind=_ends)
constant(at_least_three, kind=lambda x: Py(int))
helpers(scipy_interpolants)


# ---- piecewise cubic polynomials ---------------------------------------------------------------


def cubic(cls):
    """Knots and coefficients."""

    def kind(x, y, *options, **named):
        if not isinstance(y, Array) or not _is_first(options[:1], named):
            return Unknown()
        coefficients = Array("float64", (4, None, *y.dims[1:]))
        return record(cls, x=Array("float64", (None,)), c=coefficients)

    return kind


def _is_first(axis, named):
    """Is the axis along which values stand the first one?"""
    axis = axis[0] if axis else named.get("axis", Const(0))
    return getattr(axis, "value", None) == 0


ELSEWHERE = "derivatives of interpolants in their points: along axis 0, and not of periodic ones"


@formula(
    interpolate.CubicSpline,
    wrt=("x", "y"),
    kind=cubic(interpolate.CubicSpline),
    samples=Programs(TESTS, "CubicSpline("),
)
def cubic_spline(x, y, axis=0, bc_type="not-a-knot", extrapolate=None):
    if axis != 0 or extrapolate == "periodic" or bc_type == "periodic":
        raise NotImplementedError(ELSEWHERE)
    return 1.0 * x, hermite_coefficients(x, y, spline_slopes(x, y, known_ends(bc_type)))


@formula(
    interpolate.PchipInterpolator,
    wrt=("x", "y"),
    kind=cubic(interpolate.PchipInterpolator),
    samples=Programs(TESTS, "PchipInterpolator("),
)
def pchip(x, y, axis=0, extrapolate=None):
    if axis != 0 or extrapolate == "periodic":
        raise NotImplementedError(ELSEWHERE)
    return 1.0 * x, hermite_coefficients(x, y, pchip_slopes(x, y))


@formula(
    interpolate.Akima1DInterpolator,
    wrt=("x", "y"),
    kind=cubic(interpolate.Akima1DInterpolator),
    samples=Programs(TESTS, "Akima1DInterpolator("),
)
def akima(x, y, axis=0, *, method="akima", extrapolate=None):
    if axis != 0 or extrapolate == "periodic":
        raise NotImplementedError(ELSEWHERE)
    if method != "akima":
        raise NotImplementedError(
            "derivatives of Akima1DInterpolator in its points: of method='akima'"
        )
    return 1.0 * x, hermite_coefficients(x, y, akima_slopes(x, y))


@formula(
    interpolate.CubicHermiteSpline,
    wrt=("x", "y", "dydx"),
    kind=lambda x, y, dydx, *rest, **options: cubic(interpolate.CubicHermiteSpline)(
        x, y, *rest, **options
    ),
    samples=Programs(TESTS, "CubicHermiteSpline("),
)
def hermite(x, y, dydx, axis=0, extrapolate=None):
    if axis != 0 or extrapolate == "periodic":
        raise NotImplementedError(ELSEWHERE)
    return 1.0 * x, hermite_coefficients(x, y, dydx)


def pieces(c, x, *options, **named):
    """Of any degree."""
    if not isinstance(c, Array) or len(c.dims) < 2 or not _is_first(options[1:2], named):
        return Unknown()
    coefficients = Array("float64", (*c.dims[:1], None, *c.dims[2:]))
    return record(interpolate.PPoly, x=Array("float64", (None,)), c=coefficients)


@formula(interpolate.PPoly, wrt=("c", "x"), kind=pieces, samples=Programs(TESTS, "PPoly("))
def p_poly(c, x, extrapolate=None, axis=0):
    if axis != 0 or extrapolate == "periodic":
        raise NotImplementedError(ELSEWHERE)
    return 1.0 * rising(x), 1.0 * c


def evaluated(self, x, nu=0, extrapolate=None):
    """Beyond the ends the outermost polynomials go on."""
    if extrapolate == "periodic":
        raise NotImplementedError(ELSEWHERE)
    if isinstance(self, interpolate.CubicHermiteSpline):
        return piecewise_value(self.x, self.c, x, nu)
    return value_of_pieces(self.x, self.c, x, nu)


_call = lookup(interpolate.CubicSpline.__call__)
assert _call is not None and _call.kind is not None
_call.formula = evaluated
_of_constant_data = _call.kind


def values_at(self, x, *args, **kwargs):
    """Of the points' shape, with that of one value behind it."""
    if not isinstance(self, Object):
        return _of_constant_data(self, x, *args, **kwargs)
    c, dims = held(self, "c"), dims_of(x)
    if dims is None or not isinstance(c, Array):
        return Number(real=False)
    return Array(c.dtype, (*dims, *c.dims[2:]))


_call.kind = values_at


def _other_pieces(self, *options, **named):
    """Pieces of another degree."""
    c = held(self, "c") if isinstance(self, Object) else None
    if not isinstance(c, Array):
        return Unknown()
    coefficients = Array("float64", (None, *c.dims[1:]))
    return record(interpolate.PPoly, x=Array("float64", (None,)), c=coefficients)


@formula(
    interpolate.PPoly.derivative,
    kind=_other_pieces,
    samples=Programs(TESTS, ".derivative("),
)
def derivative_of_pieces(self, nu=1):
    if nu < 1:
        raise NotImplementedError("derivatives of `derivative`: of order 1 or more")
    return 1.0 * self.x, derived_pieces(self.c, nu)


@formula(
    interpolate.PPoly.antiderivative,
    kind=_other_pieces,
    samples=Programs(TESTS, ".antiderivative("),
)
def antiderivative_of_pieces(self, nu=1):
    if nu != 1:
        raise NotImplementedError(
            "derivatives of `antiderivative`: of order 1; one after the other"
        )
    return 1.0 * self.x, integrated_pieces(self.x, self.c)


def _integral(self, *options, **named):
    c = held(self, "c") if isinstance(self, Object) else None
    return Array("float64", c.dims[2:]) if isinstance(c, Array) else Number()


@formula(
    interpolate.PPoly.integrate,
    kind=_integral,
    samples=Programs(TESTS, ".integrate("),
)
def integral_of_pieces(self, a, b, extrapolate=None):
    """Beyond the ends the outermost polynomials go on."""
    if extrapolate == "periodic" or self.extrapolate == "periodic":
        raise NotImplementedError("derivatives of integrals of pieces: not of periodic ones")
    total = integrated_pieces(self.x, self.c)
    return value_of_pieces(self.x, total, b, 0) - value_of_pieces(self.x, total, a, 0)


# ---- straight lines ------------------------------------------------------------------------------


def lines_kind(x, y, *options, **named):
    """Of constant values also splines and steps are differentiated in the points (`interpolate.py`)."""
    if not isinstance(y, Array):
        return Unknown()
    return record(
        interpolate.interp1d, x=Array("float64", (None,)), y=Array("float64", (*y.dims[:-1], None))
    )


@formula(
    interpolate.interp1d, wrt=("x", "y"), kind=lines_kind, samples=Programs(TESTS, "interp1d(")
)
def lines(
    x, y, kind="linear", axis=-1, copy=True, bounds_error=None, fill_value=np.nan, assume_sorted=False
):  # fmt: skip
    if kind != "linear":
        raise NotImplementedError("derivatives of interp1d in its points: of kind='linear'")
    if axis != -1:
        raise NotImplementedError("derivatives of interp1d in its points: along the last axis")
    order = np.arange(len(x)) if assume_sorted else np.argsort(x, kind="mergesort")
    return 1.0 * x[order], 1.0 * y[..., order]


_lines = lookup(interpolate.interp1d.__call__)
assert _lines is not None


# ---- one polynomial through all points -----------------------------------------------------------


def through(cls):
    """Nodes, and a column for each component of the values."""

    def kind(xi, yi=None, *options, **named):
        if not isinstance(yi, Array) or not _is_first(options[:1], named):
            return Unknown()
        columns = 1 if len(yi.dims) == 1 else yi.dims[1] if len(yi.dims) == 2 else None
        return record(cls, xi=Array("float64", (None,)), yi=Array("float64", (None, columns)))

    return kind


@formula(
    interpolate.BarycentricInterpolator,
    wrt=("xi", "yi"),
    kind=through(interpolate.BarycentricInterpolator),
    samples=Programs(TESTS, "BarycentricInterpolator("),
)
def barycentric(xi, yi=None, axis=0, *, wi=None, rng=None):
    if axis != 0 or yi is None or wi is not None:
        raise NotImplementedError(ELSEWHERE)
    return 1.0 * once_each(xi), np.reshape(1.0 * yi, (len(yi), -1))


@formula(
    interpolate.KroghInterpolator,
    wrt=("xi", "yi"),
    kind=through(interpolate.KroghInterpolator),
    samples=Programs(TESTS, "KroghInterpolator("),
)
def krogh(xi, yi, axis=0):
    if axis != 0:
        raise NotImplementedError(ELSEWHERE)
    return 1.0 * once_each(xi), np.reshape(1.0 * yi, (len(yi), -1))


@instead_of(interpolate.lagrange)
def lagrange(x, w):
    """As `np.poly1d`."""
    return np.poly1d(polynomial_through(np.asarray(x), np.asarray(w)))


def between(self, x):
    """Of lines: where the interpolant gives its fill value, the slope is zero."""
    if isinstance(self, interpolate.interp1d):
        return linear_value(self.x, self.y, x, self._extrapolate)
    return np.reshape(newton_value(self.xi, self.yi, x), (*np.shape(x), *self._y_extra_shape))


_lines.formula = between
