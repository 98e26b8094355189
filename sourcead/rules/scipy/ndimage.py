# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.ndimage`: linear filters with their boundary modes."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sourcead.ir.kinds import Array
from sourcead.rules.forms import (
    constant,
    forward_rule,
    helper,
    helpers,
    linear,
    of_real_numbers,
    reverse_rule,
)
from sourcead.rules.numpy.samples import call
from sourcead.rules.scipy.kinds import like
from sourcead.runtime import scipy_images
from sourcead.runtime.scipy_images import (
    bordered,
    filter_adjoint,
    folded,
    weights_adjoint,
)

helpers(scipy_images)

# ---- borders ---------------------------------------------------------------------------------


def _same_rank(image, *rest):
    return Array(image.dtype, (None,) * len(image.dims)) if isinstance(image, Array) else None


def _borders(rng):
    modes = ("reflect", "mirror", "nearest", "wrap", "constant")
    return [(rng.normal(size=(3, 4)), [(1, 2), (0, 1)], mode) for mode in modes]


@reverse_rule(
    bordered,
    wrt=("a",),
    kind=_same_rank,
    samples=lambda rng: [call(*given, 1.5) for given in _borders(rng)],
)
def border(y_bar, y, a, pads, modes, cval):
    return folded(y_bar, np.shape(a), pads, modes)


@forward_rule(bordered)
def border_tangent(y, a, pads, modes, cval, *, a_dot):
    return bordered(a_dot, pads, modes, 0.0)


@linear(
    folded,
    wrt="wide_bar",
    kind=_same_rank,
    samples=lambda rng: [
        call(rng.normal(size=(6, 5)), np.shape(a), pads, mode) for a, pads, mode in _borders(rng)
    ],
)
def fold(y_bar, wide_bar, shape, pads, modes):
    return bordered(y_bar, pads, modes, 0.0)


MODES = ("reflect", "constant", "nearest", "mirror", "wrap")

# ---- filters with fixed weights ----------------------------------------------------------------
# A constant beyond the border other than 0 (`cval`) would make them affine: that keyword is not taken.


def _images(rng, *args, **kwargs):
    a = rng.normal(size=(4, 5))
    return [call(a, *args, mode=mode, **kwargs) for mode in MODES]


def _radius(sigma, truncate, radius):
    return int(truncate * float(sigma) + 0.5) if radius is None else radius


def _reach(input, sigma, truncate, radius, axes):
    """How far a Gaussian filter reaches along each axis."""
    ndim = np.ndim(input)
    axes = tuple(range(ndim)) if axes is None else tuple(np.atleast_1d(axes) % ndim)
    reach = [0] * ndim
    for axis, s, r in zip(axes, np.broadcast_to(sigma, len(axes)), _broadcast(radius, len(axes))):
        reach[axis] = _radius(s, truncate, r)
    return reach


def _broadcast(value, n):
    return [value] * n if value is None or np.ndim(value) == 0 else list(value)


@linear(
    ndimage.gaussian_filter,
    wrt="input",
    kind=like(ndimage.gaussian_filter, "input"),
    samples=lambda rng: [
        *_images(rng, 1.2),
        *_images(rng, (0.5, 1.0), order=(1, 0)),
        *_images(rng, 0.7, axes=(1,)),
        call(rng.normal(size=9), 1.0, truncate=2.0),
    ],
)
@helper
def gaussian_filter(
    y_bar, input, sigma, order=0, *, mode="reflect", truncate=4.0, radius=None, axes=None
):
    def run(a):
        named = {} if axes is None else {"axes": axes}
        return ndimage.gaussian_filter(
            a, sigma, order, mode="constant", truncate=truncate, radius=radius, **named
        )

    reach = _reach(input, sigma, truncate, radius, axes)
    modes = mode if isinstance(mode, str) or axes is None else _modes(mode, axes, np.ndim(input))
    return filter_adjoint(y_bar, run, reach, modes)


def _modes(mode, axes, ndim):
    """A mode for each of `axes`; the other axes have no border."""
    modes = ["constant"] * ndim
    for axis, each in zip(axes, mode):
        modes[axis] = each
    return modes


@linear(
    ndimage.gaussian_filter1d,
    wrt="input",
    kind=like(ndimage.gaussian_filter1d, "input"),
    samples=lambda rng: [*_images(rng, 1.2), *_images(rng, 0.8, 0, 1), *_images(rng, 1.0, order=2)],
)
@helper
def gaussian_filter1d(
    y_bar, input, sigma, axis=-1, order=0, *, mode="reflect", truncate=4.0, radius=None
):
    def run(a):
        return ndimage.gaussian_filter1d(
            a, sigma, axis, order, mode="constant", truncate=truncate, radius=radius
        )

    reach = [0] * np.ndim(input)
    reach[axis] = _radius(sigma, truncate, radius)
    return filter_adjoint(y_bar, run, reach, mode)


@linear(
    ndimage.uniform_filter,
    wrt="input",
    kind=like(ndimage.uniform_filter, "input"),
    samples=lambda rng: [*_images(rng), *_images(rng, (2, 3), origin=(0, 1)), *_images(rng, 4)],
)
@helper
def uniform_filter(y_bar, input, size=3, *, mode="reflect", origin=0):
    def run(a):
        return ndimage.uniform_filter(a, size, mode="constant", origin=origin)

    return filter_adjoint(y_bar, run, np.broadcast_to(size, np.ndim(input)), mode)


@linear(
    ndimage.uniform_filter1d,
    wrt="input",
    kind=like(ndimage.uniform_filter1d, "input"),
    samples=lambda rng: [*_images(rng, 3), *_images(rng, 4, 0, origin=-1)],
)
@helper
def uniform_filter1d(y_bar, input, size, axis=-1, *, mode="reflect", origin=0):
    def run(a):
        return ndimage.uniform_filter1d(a, size, axis, mode="constant", origin=origin)

    reach = [0] * np.ndim(input)
    reach[axis] = size
    return filter_adjoint(y_bar, run, reach, mode)


@linear(
    ndimage.laplace,
    wrt="input",
    kind=like(ndimage.laplace, "input"),
    samples=_images,
)
@helper
def laplace(y_bar, input, *, mode="reflect"):
    return filter_adjoint(y_bar, lambda a: ndimage.laplace(a, mode="constant"), 1, mode)


@linear(
    ndimage.sobel,
    wrt="input",
    kind=like(ndimage.sobel, "input"),
    samples=lambda rng: [*_images(rng), *_images(rng, 0)],
)
@helper
def sobel(y_bar, input, axis=-1, *, mode="reflect"):
    return filter_adjoint(y_bar, lambda a: ndimage.sobel(a, axis, mode="constant"), 1, mode)


@linear(
    ndimage.prewitt,
    wrt="input",
    kind=like(ndimage.prewitt, "input"),
    samples=lambda rng: [*_images(rng), *_images(rng, 0)],
)
@helper
def prewitt(y_bar, input, axis=-1, *, mode="reflect"):
    return filter_adjoint(y_bar, lambda a: ndimage.prewitt(a, axis, mode="constant"), 1, mode)


@linear(
    ndimage.gaussian_laplace,
    wrt="input",
    kind=like(ndimage.gaussian_laplace, "input"),
    samples=lambda rng: _images(rng, 0.8),
)
@helper
def gaussian_laplace(y_bar, input, sigma, *, mode="reflect"):
    def run(a):
        return ndimage.gaussian_laplace(a, sigma, mode="constant")

    return filter_adjoint(y_bar, run, _reach(input, sigma, 4.0, None, None), mode)


def _gradient_parts(input, sigma, mode, cval):
    """The smoothed slope along each axis."""
    named = {} if cval == 0.0 else {"cval": cval}  # the filter's own rule takes none
    orders = np.eye(np.ndim(input), dtype=int)
    return [ndimage.gaussian_filter(input, sigma, tuple(o), mode=mode, **named) for o in orders]


@reverse_rule(
    ndimage.gaussian_gradient_magnitude,
    wrt=("input",),
    kind=like(ndimage.gaussian_gradient_magnitude, "input"),
    samples=lambda rng: _images(rng, 0.8),
)
@helper
def gaussian_gradient_magnitude(y_bar, y, input, sigma, *, mode="reflect", cval=0.0):
    """0 where the gradient is 0."""
    total = np.zeros_like(y)
    pull = np.where(y == 0.0, 0.0, y_bar / np.where(y == 0.0, 1.0, y))
    orders = np.eye(np.ndim(input), dtype=int)
    for order, part in zip(orders, _gradient_parts(input, sigma, mode, cval)):
        total = total + gaussian_filter(pull * part, input, sigma, tuple(order), mode=mode)
    return total


@forward_rule(ndimage.gaussian_gradient_magnitude)
@helper
def gaussian_gradient_magnitude_tangent(y, input, sigma, *, mode="reflect", cval=0.0, input_dot):
    parts = _gradient_parts(input, sigma, mode, cval)
    dots = _gradient_parts(input_dot, sigma, mode, 0.0)
    total = sum(part * dot for part, dot in zip(parts, dots))
    return np.where(y == 0.0, 0.0, total / np.where(y == 0.0, 1.0, y))


# ---- filters whose weights are differentiated ----------------------------------------------------


def _weighted(rng):
    a, w = rng.normal(size=(4, 5)), rng.normal(size=(3, 2))
    calls = [call(a, w, mode=mode) for mode in MODES]
    return [
        *calls,
        call(a, w, mode="constant", cval=1.5),
        call(a, rng.normal(size=(2, 4)), origin=(0, 1)),
        call(a, w, origin=(-1, 0), mode="wrap"),
        call(rng.normal(size=7), rng.normal(size=4)),
    ]


def _product_dot(run, input, weights, cval, input_dot, weights_dot):
    """Linear in the weights, and in the image but for what is beyond its border."""
    y_dot = 0.0
    if input_dot is not None:
        y_dot = run(input_dot, weights, 0.0)
    if weights_dot is not None:
        y_dot = y_dot + run(input, weights_dot, cval)
    return y_dot


@reverse_rule(
    ndimage.correlate,
    wrt=("input", "weights"),
    kind=like(ndimage.correlate, "input"),
    samples=_weighted,
)
@helper
def correlate(y_bar, y, input, weights, *, mode="reflect", cval=0.0, origin=0):
    def run(a):
        return ndimage.correlate(a, weights, mode="constant", origin=origin)

    return (
        filter_adjoint(y_bar, run, np.shape(weights), mode),
        weights_adjoint(y_bar, input, np.shape(weights), mode, cval, origin),
    )


@forward_rule(ndimage.correlate)
@helper
def correlate_tangent(
    y, input, weights, *, mode="reflect", cval=0.0, origin=0, input_dot, weights_dot
):
    def run(image, w, beyond):
        return ndimage.correlate(image, w, mode=mode, cval=beyond, origin=origin)

    return _product_dot(run, input, weights, cval, input_dot, weights_dot)


def _mirror_origin(shape, origin):
    """A convolution is the correlation with the weights read backwards, about the other middle."""
    origins = np.broadcast_to(origin, len(shape))
    return tuple(-int(o) - (1 if n % 2 == 0 else 0) for n, o in zip(shape, origins))


@reverse_rule(
    ndimage.convolve,
    wrt=("input", "weights"),
    kind=like(ndimage.convolve, "input"),
    samples=_weighted,
)
@helper
def convolve(y_bar, y, input, weights, *, mode="reflect", cval=0.0, origin=0):
    def run(a):
        return ndimage.convolve(a, weights, mode="constant", origin=origin)

    turned = _mirror_origin(np.shape(weights), origin)
    return (
        filter_adjoint(y_bar, run, [n + 1 for n in np.shape(weights)], mode),
        np.flip(weights_adjoint(y_bar, input, np.shape(weights), mode, cval, turned)),
    )


@forward_rule(ndimage.convolve)
@helper
def convolve_tangent(
    y, input, weights, *, mode="reflect", cval=0.0, origin=0, input_dot, weights_dot
):
    def run(image, w, beyond):
        return ndimage.convolve(image, w, mode=mode, cval=beyond, origin=origin)

    return _product_dot(run, input, weights, cval, input_dot, weights_dot)


def _seeds_of_weights(rng):
    a, y_bar = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    return [
        *[call(y_bar, a, (3, 2), mode, 0.0, 0) for mode in MODES],
        call(y_bar, a, (2, 3), "constant", 1.5, (0, 1)),
    ]


@reverse_rule(weights_adjoint, wrt=("y_bar", "a"), kind=_same_rank, samples=_seeds_of_weights)
@helper
def weights_again(w_bar, w, y_bar, a, shape, modes, cval, origin):
    """Bilinear: the weights' adjoint is a correlation of the image with the seed."""

    def run(image):
        return ndimage.correlate(image, w_bar, mode="constant", origin=origin)

    seed_bar = ndimage.correlate(a, w_bar, mode=modes, cval=cval, origin=origin)
    return seed_bar, filter_adjoint(y_bar, run, shape, modes)


@forward_rule(weights_adjoint)
@helper
def weights_again_tangent(w, y_bar, a, shape, modes, cval, origin, *, y_bar_dot, a_dot):
    w_dot = 0.0
    if y_bar_dot is not None:
        w_dot = weights_adjoint(y_bar_dot, a, shape, modes, cval, origin)
    if a_dot is not None:
        w_dot = w_dot + weights_adjoint(y_bar, a_dot, shape, modes, 0.0, origin)
    return w_dot


def _rows(rng):
    a, w = rng.normal(size=(4, 5)), rng.normal(size=3)
    return [
        *[call(a, w, mode=mode) for mode in MODES],
        call(a, w, 0, mode="constant", cval=1.5),
        call(a, rng.normal(size=4), origin=1),
    ]


def _along(weights, axis, ndim):
    """One-dimensional weights as weights of an image."""
    shape = [1] * ndim
    shape[axis] = -1
    return np.reshape(weights, shape)


def _origins(origin, axis, ndim):
    origins = [0] * ndim
    origins[axis] = origin
    return tuple(origins)


def _bars_along(axis, of_image, y_bar, y, input, weights, mode, cval, origin):
    """By the rule for weights of an image, which these are along one axis."""
    ndim = np.ndim(input)
    wide, origins = _along(weights, axis, ndim), _origins(origin, axis, ndim)
    bars = of_image(y_bar, y, input, wide, mode=mode, cval=cval, origin=origins)
    return bars[0], np.ravel(bars[1])


@reverse_rule(
    ndimage.correlate1d,
    wrt=("input", "weights"),
    kind=like(ndimage.correlate1d, "input"),
    samples=_rows,
)
@helper
def correlate1d(y_bar, y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0):
    return _bars_along(axis, correlate, y_bar, y, input, weights, mode, cval, origin)


@forward_rule(ndimage.correlate1d)
@helper
def correlate1d_tangent(
    y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0, input_dot, weights_dot
):
    def run(image, w, beyond):
        return ndimage.correlate1d(image, w, axis, mode=mode, cval=beyond, origin=origin)

    return _product_dot(run, input, weights, cval, input_dot, weights_dot)


@reverse_rule(
    ndimage.convolve1d,
    wrt=("input", "weights"),
    kind=like(ndimage.convolve1d, "input"),
    samples=_rows,
)
@helper
def convolve1d(y_bar, y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0):
    return _bars_along(axis, convolve, y_bar, y, input, weights, mode, cval, origin)


@forward_rule(ndimage.convolve1d)
@helper
def convolve1d_tangent(
    y, input, weights, axis=-1, *, mode="reflect", cval=0.0, origin=0, input_dot, weights_dot
):
    def run(image, w, beyond):
        return ndimage.convolve1d(image, w, axis, mode=mode, cval=beyond, origin=origin)

    return _product_dot(run, input, weights, cval, input_dot, weights_dot)


# ---- results that do not vary --------------------------------------------------------------------

constant(ndimage.label, ndimage.find_objects, ndimage.binary_erosion, ndimage.binary_dilation)


of_real_numbers(
    *(ndimage.correlate, ndimage.convolve, ndimage.correlate1d, ndimage.convolve1d),
    weights_adjoint,
)
