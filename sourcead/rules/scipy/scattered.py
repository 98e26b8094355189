# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.interpolate`: values at scattered points, between them.

Differentiated in the values, in the places that are asked for, and in the points: which of them are
next to a place is constant.
"""

from __future__ import annotations

import numpy as np
from scipy import interpolate, spatial

from sourcead.ir.kinds import Array, Number, Object, Tuple, Unknown
from sourcead.rules.forms import constant, formula, helpers, of_real_numbers, refused
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Programs, lookup
from sourcead.rules.scipy.kinds import record
from sourcead.runtime import scipy_scattered
from sourcead.runtime.scipy_scattered import (
    barycentric_weights,
    joined,
    nearest_of,
    nearest_points,
    points_of,
    simplices_around,
    triangles_around,
)


def _numbers(points, xi, rescale):
    return Array("int64", xi.dims[:-1]) if isinstance(xi, Array) else None


def _corners(points, xi, rescale):
    if not isinstance(xi, Array):
        return None
    return Tuple((Array("int64", (*xi.dims[:-1], None)), Array("bool", xi.dims[:-1])))


constant(nearest_points, kind=_numbers)
constant(triangles_around, kind=_corners)
helpers(scipy_scattered)


def _weights(corners, xi):
    return Array("float64", corners.dims[:-1]) if isinstance(corners, Array) else Unknown()


_source = lookup(barycentric_weights)
assert _source is not None
_source.kind = _weights


def by_places(points, values, xi, *args, **options):
    """A value for each place, whose coordinates stand on the last axis, or in arrays of their own."""
    if not isinstance(values, Array) or not isinstance(xi, Array):
        return Unknown()
    line = isinstance(points, Array) and len(points.dims) == 1
    return Array("float64", (*(xi.dims if line else xi.dims[:-1]), *values.dims[1:]))


def _scattered(rng):
    corners = np.array([[-1.0, -1.0], [-1.0, 2.0], [2.0, -1.0], [2.0, 2.0]])
    points = np.concatenate([corners, rng.uniform(size=(6, 2))])
    places = rng.uniform(size=(5, 2))
    solid = np.concatenate([3.0 * np.eye(3), -np.ones((1, 3)), rng.uniform(0.1, 0.4, size=(3, 3))])
    return [
        call(points, rng.normal(size=10), places),
        call(points, rng.normal(size=10), places.reshape(5, 1, 2), rescale=True),
        call(points, rng.normal(size=(10, 2)), places + 1.7, fill_value=0.5),
        call(solid, rng.normal(size=7), 0.4 * rng.uniform(size=(4, 3))),
        call(points, rng.normal(size=(10, 2)), places, "nearest"),
        call(
            rng.permutation(6) + 0.1, rng.normal(size=6), np.array([0.7, 3.2, 9.0]), fill_value=0.5
        ),
    ]


@formula(interpolate.griddata, wrt=("points", "values", "xi"), kind=by_places, samples=_scattered)
def griddata(points, values, xi, method="linear", fill_value=np.nan, rescale=False):
    """The mean of the corners of the triangle around a place, weighted; or the value of the nearest point."""
    known = joined(points) if isinstance(points, tuple) else points
    places = joined(xi) if isinstance(xi, tuple) else xi
    if np.ndim(known) == 1:
        known, places = np.reshape(known, (-1, 1)), np.reshape(places, (*np.shape(places), 1))
    if method == "nearest":
        return 1.0 * values[nearest_points(known, places, rescale)]
    if method != "linear":
        raise NotImplementedError("derivatives of griddata: method is 'linear' or 'nearest'")
    corners, inside = triangles_around(known, places, rescale)
    further = (1,) * (np.ndim(values) - 1)
    weights = barycentric_weights(known[corners], places)
    weights = np.reshape(weights, np.shape(corners) + further)
    found = np.sum(weights * values[corners], axis=np.ndim(places) - 1)
    return np.where(np.reshape(inside, np.shape(inside) + further), found, fill_value)


# ---- interpolants --------------------------------------------------------------------------------

TESTS = "rules/test_scipy_scattered.py"
_table = Array("float64", (None, None))


refused(
    spatial.Delaunay,
    way_out="the points themselves as the first argument of LinearNDInterpolator; which of them are neighbours "
    "is constant (sourcead.stop_gradient)",
    kind=lambda *args, **options: Object(spatial.Delaunay),
)
constant(points_of, kind=lambda triangulation: _table)
constant(simplices_around, kind=lambda triangulation, places: _corners(None, places, False))
constant(nearest_of, kind=lambda tree, places: _numbers(None, places, False))


RESCALED = "derivatives of interpolants of scattered points: without rescale; scipy.interpolate.griddata has it"


def _known_points(points):
    if isinstance(points, spatial.Delaunay):
        return points_of(points)
    return joined(points) if isinstance(points, tuple) else points


def _places(xi):
    """Places whose coordinates stand on the last axis, however they were given."""
    if len(xi) > 1:
        return joined(xi)
    return joined(xi[0]) if isinstance(xi[0], tuple) else np.asarray(xi[0])


def _interpolant(points, values, *options, **named):
    return record(interpolate.LinearNDInterpolator, (), points=_table, values=_table)


@formula(
    interpolate.LinearNDInterpolator,
    wrt=("points", "values"),
    kind=_interpolant,
    samples=Programs(TESTS, "LinearNDInterpolator("),
)
def linear_interpolant(points, values, fill_value=np.nan, rescale=False):
    if rescale:
        raise NotImplementedError(RESCALED)
    return 1.0 * _known_points(points), 1.0 * np.reshape(values, (len(values), -1))


@formula(
    interpolate.LinearNDInterpolator.__call__,
    kind=lambda self, *xi: Number(),
    samples=Programs(TESTS, "LinearNDInterpolator("),
)
def value_of_linear(self, *xi):
    if not isinstance(self, interpolate.LinearNDInterpolator):
        raise NotImplementedError(
            "derivatives of interpolants of scattered points: of LinearNDInterpolator and NearestNDInterpolator; "
            "RBFInterpolator is smooth, too"
        )
    places = _places(xi)
    if self.scale is not None:
        raise NotImplementedError(RESCALED)
    corners, inside = simplices_around(self.tri, places)
    weights = barycentric_weights(self.points[corners], places)
    found = np.sum(weights[..., np.newaxis] * self.values[corners], axis=np.ndim(places) - 1)
    found = np.where(inside[..., np.newaxis], found, self.fill_value)
    return np.reshape(found, (*np.shape(places)[:-1], *self.values_shape))


def _nearest(x, y, *options, **named):
    values = Array("float64", y.dims) if isinstance(y, Array) else Unknown()
    return record(interpolate.NearestNDInterpolator, (), values=values)


@formula(
    interpolate.NearestNDInterpolator,
    wrt=("x", "y"),
    kind=_nearest,
    samples=Programs(TESTS, "NearestNDInterpolator("),
)
def nearest_interpolant(x, y, rescale=False, tree_options=None):
    """Which point is nearest is constant."""
    if rescale:
        raise NotImplementedError(RESCALED)
    return (1.0 * np.asarray(y),)


@formula(
    interpolate.NearestNDInterpolator.__call__,
    kind=lambda self, *args, **options: Number(),
    samples=Programs(TESTS, "NearestNDInterpolator("),
)
def value_of_nearest(self, *args):
    places = _places(args)
    if self.scale is not None:
        raise NotImplementedError(RESCALED)
    return self.values[nearest_of(self.tree, places)]


of_real_numbers(interpolate.LinearNDInterpolator, interpolate.NearestNDInterpolator)
