# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.ndimage`: images that are read between their pixels, as formulas: sums of B-splines at places.

`map_coordinates` reads an image at given places; `shift`, `zoom`, `rotate` and `affine_transform` at places that
follow from their arguments.  All is differentiated in the image, and in what the places follow from.
Between the kinks of order 1 and 0 the values are smooth in the places.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sourcead.ir.kinds import Array, Unknown
from sourcead.rules.forms import constant, formula, helper, helpers, refused
from sourcead.rules.numpy.samples import call
from sourcead.runtime import scipy_sampled
from sourcead.runtime.scipy_sampled import (
    affine_places,
    interpolated,
    rotated_places,
    shifted_places,
    spline_coefficients,
    spline_filtered,
    turned_shape,
    zoomed_places,
    zoomed_shape,
)

_table = Array("float64", (None, None))
constant(scipy_sampled.spline_matrix, zoomed_places, kind=lambda *given: _table)
constant(scipy_sampled.pixels, kind=lambda shape: Array("int64", (None, None)))
constant(turned_shape, zoomed_shape)
helpers(scipy_sampled)

# ---- kinds -------------------------------------------------------------------------------------


def by_coordinates(input, coordinates, *args, **options):
    """A value for each point, of the image's own type: of an image of integers it is an integer."""
    if isinstance(input, Array) and isinstance(coordinates, Array):
        return Array(input.dtype, coordinates.dims[1:])
    return Unknown()


def same_size(input, *args, **options):
    return input if isinstance(input, Array) else Unknown()


def other_size(input, *args, **options):
    return Array(input.dtype, (None,) * len(input.dims)) if isinstance(input, Array) else Unknown()


# ---- places that are given -----------------------------------------------------------------------


def _places(rng):
    a = rng.normal(size=(5, 6))
    points = rng.uniform(0.6, 3.4, (2, 7))
    beyond = rng.uniform(-2.8, 7.3, (2, 7))
    calls = [call(a, points, order=order) for order in (0, 1, 2, 3, 4, 5)]
    modes = ("nearest", "mirror", "reflect", "constant", "grid-mirror", "grid-wrap")
    calls += [call(a, beyond, order=1, mode=mode, cval=0.7) for mode in modes]
    calls += [call(a, beyond, mode=mode) for mode in ("mirror", "reflect", "grid-wrap")]
    calls += [call(a.astype(np.float32), points, order=1)]
    return [*calls, call(rng.normal(size=6), points[:1], order=3, prefilter=False)]


@helper
def at_points(image, points, order, mode, cval, prefilter):
    """Values of an image at points: (axes, points)."""
    return interpolated(
        spline_coefficients(image, order, mode, prefilter), points, order, mode, cval
    )


@formula(
    ndimage.map_coordinates, wrt=("input", "coordinates"), kind=by_coordinates, samples=_places
)
def map_coordinates(input, coordinates, *, order=3, mode="constant", cval=0.0, prefilter=True):
    points = np.reshape(coordinates, (np.ndim(input), -1))
    values = at_points(input, points, order, mode, cval, prefilter)
    return np.reshape(values, np.shape(coordinates)[1:])


@formula(
    ndimage.spline_filter,
    wrt=("input",),
    kind=lambda input, *rest, **options: (
        Array("float64", input.dims) if isinstance(input, Array) else Unknown()
    ),
    samples=lambda rng: [
        call(rng.normal(size=(4, 5))),
        call(rng.normal(size=(4, 5)), 2, mode="reflect"),
        call(rng.normal(size=7), order=5, mode="grid-wrap"),
    ],
)
def spline_filter(input, order=3, *, mode="mirror"):
    """The coefficients of the splines that pass through the pixels."""
    return spline_filtered(input, order, mode)


# ---- places that follow ----------------------------------------------------------------------------


def _shifts(rng):
    a = rng.normal(size=(5, 6))
    return [
        call(a, 0.4),
        call(a, np.array([0.7, -1.3])),
        call(a, np.array([0.7, -1.3]), order=1, mode="nearest"),
        call(a, -0.6, mode="mirror", order=2, cval=0.5),
        call(rng.normal(size=7), 1.4, prefilter=False, mode="reflect"),
    ]


@formula(ndimage.shift, wrt=("input", "shift"), kind=same_size, samples=_shifts)
def shift(input, shift, *, order=3, mode="constant", cval=0.0, prefilter=True):
    points = shifted_places(np.shape(input), shift)
    return np.reshape(at_points(input, points, order, mode, cval, prefilter), np.shape(input))


def _zooms(rng):
    a = rng.normal(size=(5, 6))
    return [
        call(a, 1.7),
        call(a, (0.6, 2.0), order=1, mode="nearest"),
        call(a, 2, grid_mode=True, mode="reflect", cval=0.5),
        call(rng.normal(size=7), 1.5, prefilter=False, mode="mirror", order=2),
    ]


@formula(ndimage.zoom, wrt=("input",), kind=other_size, samples=_zooms)
def zoom(input, zoom, *, order=3, mode="constant", cval=0.0, prefilter=True, grid_mode=False):
    """The factor decides a size: it is constant."""
    points = zoomed_places(np.shape(input), zoom, grid_mode)
    values = at_points(input, points, order, mode, cval, prefilter)
    return np.reshape(values, zoomed_shape(np.shape(input), zoom))


def _turns(rng):
    a = rng.normal(size=(5, 6))
    return [
        call(a, 17.0, reshape=False, mode="mirror"),
        call(a, 17.0, mode="reflect", order=1, cval=0.5),
        call(a, -33.0, (0, 1), order=2, mode="mirror"),
        call(rng.normal(size=(3, 4, 5)), 40.0, axes=(2, 0), reshape=False, mode="mirror"),
        call(a, 9.0, reshape=False, prefilter=False, mode="mirror"),
    ]


@formula(ndimage.rotate, wrt=("input", "angle"), kind=other_size, samples=_turns)
def rotate(
    input, angle, axes=(1, 0), reshape=True, *, order=3, mode="constant", cval=0.0, prefilter=True
):
    """In the angle also where the size of the result follows from it: that is constant."""
    shape = turned_shape(np.shape(input), angle, axes, reshape)
    points = rotated_places(np.shape(input), shape, angle, axes)
    return np.reshape(at_points(input, points, order, mode, cval, prefilter), shape)


def _affine(rng):
    a, matrix = rng.normal(size=(5, 6)), np.array([[0.8734, 0.2311], [-0.3129, 1.0897]])
    wide = np.concatenate([matrix, [[0.4131], [-0.2179]]], axis=1)
    return [
        call(a, matrix, np.array([0.3217, 0.8113]), mode="mirror"),
        call(a, matrix, 0.3317, (4, 7), order=1, mode="reflect", cval=0.5),
        call(a, wide, mode="mirror", order=2),
        call(a, np.array([0.8, 1.3]), np.array([0.2, 0.1]), mode="mirror", prefilter=False),
    ]


@formula(
    ndimage.affine_transform, wrt=("input", "matrix", "offset"), kind=other_size, samples=_affine
)
def affine_transform(
    input,
    matrix,
    offset=0.0,
    output_shape=None,
    *,
    order=3,
    mode="constant",
    cval=0.0,
    prefilter=True,
):
    shape = np.shape(input) if output_shape is None else output_shape
    points = affine_places(shape, matrix, offset)
    return np.reshape(at_points(input, points, order, mode, cval, prefilter), shape)


# ---- refused ---------------------------------------------------------------------------------------

refused(
    ndimage.geometric_transform,
    way_out="scipy.ndimage.map_coordinates at the places where the image is read",
)
