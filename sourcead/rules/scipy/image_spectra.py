# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.ndimage`: filters of Fourier transforms, which are factors; and the centre of mass."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sourcead.ir.kinds import Array, Np, Tuple, Unknown
from sourcead.rules.forms import forward_rule, helper, linear, reverse_rule
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


def _coordinates(input, *rest, **options):
    if not isinstance(input, Array):
        return Unknown()
    return Tuple((Np("float64"),) * len(input.dims))


@reverse_rule(
    ndimage.center_of_mass,
    wrt=("input",),
    kind=_coordinates,
    samples=lambda rng: [call(rng.uniform(0.2, 1.0, shape)) for shape in ((4,), (3, 4), (2, 3, 2))],
)
@helper
def center_of_mass(y_bar, y, input):
    """A place pulls by its distance from the centre."""
    places = np.indices(np.shape(input))
    input_bar = np.zeros(np.shape(input))
    for i, bar in enumerate(y_bar):
        if bar is not None:
            input_bar = input_bar + bar * (places[i] - y[i])
    return input_bar / np.sum(input)


@forward_rule(ndimage.center_of_mass)
@helper
def center_of_mass_tangent(y, input, *, input_dot):
    places = np.indices(np.shape(input))
    share = input_dot / np.sum(input)
    return tuple([np.sum((places[i] - at) * share) for i, at in enumerate(y)])
