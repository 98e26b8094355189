# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.ndimage`: filters of Fourier transforms, which are factors; and the centre of mass."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sourcead.ir.kinds import Array, Unknown
from sourcead.rules.forms import constant, instead_of, linear
from sourcead.rules.numpy.samples import call
from sourcead.rules.scipy.kinds import like

# ---- filters of transforms: each entry times a factor of its own -----------------------------------


def _transforms(*options):
    def samples(rng):
        a = rng.normal(size=(4, 5))
        whole = a + 1j * rng.normal(size=(4, 5))
        half = np.fft.rfft(a)
        calls = [call(x, *given) for x in (a, whole) for given in options]
        return [*calls, call(half, options[0][0], 5), call(half.T.copy(), options[0][0], 5, 0)]

    return samples


@linear(
    ndimage.fourier_gaussian,
    wrt="input",
    kind=like(ndimage.fourier_gaussian, "input"),
    samples=_transforms((0.7,), ((0.5, 1.2),)),
)
def fourier_gaussian(y_bar, input, sigma, n=-1, axis=-1):
    return ndimage.fourier_gaussian(y_bar, sigma, n, axis)


@linear(
    ndimage.fourier_uniform,
    wrt="input",
    kind=like(ndimage.fourier_uniform, "input"),
    samples=_transforms((2,), ((2, 3),)),
)
def fourier_uniform(y_bar, input, size, n=-1, axis=-1):
    return ndimage.fourier_uniform(y_bar, size, n, axis)


@linear(
    ndimage.fourier_ellipsoid,
    wrt="input",
    kind=like(ndimage.fourier_ellipsoid, "input"),
    samples=_transforms((2,), ((2, 3),)),
)
def fourier_ellipsoid(y_bar, input, size, n=-1, axis=-1):
    return ndimage.fourier_ellipsoid(y_bar, size, n, axis)


def _turned(input, *rest, **options):
    """The factors are complex."""
    if not isinstance(input, Array):
        return Unknown()
    dtype = input.dtype if input.dtype == "complex64" else "complex128"
    return Array(dtype, input.dims)


@linear(
    ndimage.fourier_shift,
    wrt="input",
    kind=_turned,
    samples=_transforms((0.7,), ((0.5, -1.2),)),
)
def fourier_shift(y_bar, input, shift, n=-1, axis=-1):
    return ndimage.fourier_shift(y_bar, shift, n, axis)


# ---- centre of mass --------------------------------------------------------------------------------


def places_along(image, axis):
    """The number along this axis of each place."""
    return np.indices(np.shape(image), float)[axis]


def _number_each(image, axis):
    return Array("float64", image.dims) if isinstance(image, Array) else Unknown()


constant(places_along, kind=_number_each)


@instead_of(ndimage.center_of_mass)
def center_of_mass(input, labels=None, index=None):
    """A tuple of coordinates; a list of them where several regions are asked for."""
    mass = ndimage.sum_labels(input, labels, index)
    centre = tuple([
        ndimage.sum_labels(input * places_along(input, axis), labels, index) / mass
        for axis in range(np.ndim(input))
    ])  # fmt: skip
    if labels is None or not isinstance(index, (list, tuple, np.ndarray)):
        return centre
    return [tuple([along[i] for along in centre]) for i in range(len(index))]
