# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.fft`: Fourier transforms as in `numpy.fft`, cosine and sine transforms."""

from __future__ import annotations

import numpy as np
from scipy import fft as scipy_fft

from sourcead.rules.forms import constant, formula, helpers, linear, refused
from sourcead.rules.numpy.fft import _complex, _one, _several, _shifts
from sourcead.rules.numpy.samples import call
from sourcead.runtime import scipy_cosines
from sourcead.runtime.fourier import (
    fitted,
    fitted_axes,
    irfft_adjoint,
    irfftn_adjoint,
    rfft_adjoint,
    rfftn_adjoint,
)
from sourcead.runtime.scipy_cosines import cosine_adjoint, each_axis, sine_adjoint

helpers(scipy_cosines)

# ---- complex transforms: the matrix is symmetric -----------------------------------------------


@linear(scipy_fft.fft, wrt="x", samples=lambda rng: [*_one(rng), *_one(rng, real=True)])
def fft(y_bar, x, n=None, axis=-1, norm=None, *, workers=None):
    if n is None:
        return scipy_fft.fft(y_bar, axis=axis, norm=norm)
    return fitted(scipy_fft.fft(y_bar, axis=axis, norm=norm), np.shape(x)[axis], axis)


@linear(scipy_fft.ifft, wrt="x", samples=lambda rng: [*_one(rng), *_one(rng, real=True)])
def ifft(y_bar, x, n=None, axis=-1, norm=None, *, workers=None):
    if n is None:
        return scipy_fft.ifft(y_bar, axis=axis, norm=norm)
    return fitted(scipy_fft.ifft(y_bar, axis=axis, norm=norm), np.shape(x)[axis], axis)


@linear(scipy_fft.fft2, wrt="x", samples=lambda rng: [*_several(rng), *_several(rng, real=True)])
def fft2(y_bar, x, s=None, axes=(-2, -1), norm=None, *, workers=None):
    if s is None:
        return scipy_fft.fft2(y_bar, axes=axes, norm=norm)
    return fitted_axes(scipy_fft.fft2(y_bar, axes=axes, norm=norm), np.shape(x))


@linear(scipy_fft.ifft2, wrt="x", samples=lambda rng: [*_several(rng), *_several(rng, real=True)])
def ifft2(y_bar, x, s=None, axes=(-2, -1), norm=None, *, workers=None):
    if s is None:
        return scipy_fft.ifft2(y_bar, axes=axes, norm=norm)
    return fitted_axes(scipy_fft.ifft2(y_bar, axes=axes, norm=norm), np.shape(x))


@linear(scipy_fft.fftn, wrt="x", samples=lambda rng: [*_several(rng), call(_complex(rng, 2, 3, 4))])
def fftn(y_bar, x, s=None, axes=None, norm=None, *, workers=None):
    if s is None:
        return scipy_fft.fftn(y_bar, axes=axes, norm=norm)
    if axes is None:
        axes = tuple(range(-len(s), 0))
    return fitted_axes(scipy_fft.fftn(y_bar, axes=axes, norm=norm), np.shape(x))


@linear(
    scipy_fft.ifftn, wrt="x", samples=lambda rng: [*_several(rng), call(_complex(rng, 2, 3, 4))]
)
def ifftn(y_bar, x, s=None, axes=None, norm=None, *, workers=None):
    if s is None:
        return scipy_fft.ifftn(y_bar, axes=axes, norm=norm)
    if axes is None:
        axes = tuple(range(-len(s), 0))
    return fitted_axes(scipy_fft.ifftn(y_bar, axes=axes, norm=norm), np.shape(x))


# ---- real transforms ---------------------------------------------------------------------------


@linear(scipy_fft.rfft, wrt="x", samples=lambda rng: _one(rng, real=True))
def rfft(y_bar, x, n=None, axis=-1, norm=None, *, workers=None):
    if n is None:
        n = np.shape(x)[axis]
    return rfft_adjoint(y_bar, np.shape(x), n, axis, norm)


@linear(scipy_fft.irfft, wrt="x", samples=lambda rng: [*_one(rng), *_one(rng, real=True)])
def irfft(y_bar, x, n=None, axis=-1, norm=None, *, workers=None):
    return irfft_adjoint(y_bar, np.shape(x), np.shape(y_bar)[axis], axis, norm)


@linear(scipy_fft.rfft2, wrt="x", samples=lambda rng: _several(rng, real=True))
def rfft2(y_bar, x, s=None, axes=(-2, -1), norm=None, *, workers=None):
    return rfftn_adjoint(y_bar, np.shape(x), s, axes, norm)


@linear(scipy_fft.irfft2, wrt="x", samples=_several)
def irfft2(y_bar, x, s=None, axes=(-2, -1), norm=None, *, workers=None):
    return irfftn_adjoint(y_bar, np.shape(x), s, axes, norm)


@linear(
    scipy_fft.rfftn,
    wrt="x",
    samples=lambda rng: [*_several(rng, real=True), call(rng.normal(size=(2, 3, 4)))],
)
def rfftn(y_bar, x, s=None, axes=None, norm=None, *, workers=None):
    return rfftn_adjoint(y_bar, np.shape(x), s, axes, norm)


@linear(scipy_fft.irfftn, wrt="x", samples=_several)
def irfftn(y_bar, x, s=None, axes=None, norm=None, *, workers=None):
    return irfftn_adjoint(y_bar, np.shape(x), s, axes, norm)


@linear(scipy_fft.fftshift, wrt="x", samples=_shifts)
def fftshift(y_bar, x, axes=None):
    return scipy_fft.ifftshift(y_bar, axes)


@linear(scipy_fft.ifftshift, wrt="x", samples=_shifts)
def ifftshift(y_bar, x, axes=None):
    return scipy_fft.fftshift(y_bar, axes)


# ---- cosine and sine transforms ----------------------------------------------------------------


def _types(rng):
    x = rng.normal(size=(3, 5))
    norms = (None, "ortho", "forward")
    calls = [call(x[0], type, norm=norm) for type in (1, 2, 3, 4) for norm in norms]
    return [*calls, call(x), call(x, 2, 7), call(x, 3, 4, 1), call(x, axis=0, norm="ortho")]


def _types_of_images(rng):
    x = rng.normal(size=(3, 4))
    return [call(x), call(x, 3), call(x, 1, axes=0), call(x, norm="ortho"), call(x, 2, axes=(0, 1))]


@linear(scipy_fft.dct, wrt="x", samples=_types)
def dct(y_bar, x, type=2, n=None, axis=-1, norm=None, *, workers=None):
    return cosine_adjoint(y_bar, np.shape(x)[axis], type, axis, norm, False)


@linear(scipy_fft.idct, wrt="x", samples=_types)
def idct(y_bar, x, type=2, n=None, axis=-1, norm=None, *, workers=None):
    return cosine_adjoint(y_bar, np.shape(x)[axis], type, axis, norm, True)


@linear(scipy_fft.dst, wrt="x", samples=_types)
def dst(y_bar, x, type=2, n=None, axis=-1, norm=None, *, workers=None):
    return sine_adjoint(y_bar, np.shape(x)[axis], type, axis, norm, False)


@linear(scipy_fft.idst, wrt="x", samples=_types)
def idst(y_bar, x, type=2, n=None, axis=-1, norm=None, *, workers=None):
    return sine_adjoint(y_bar, np.shape(x)[axis], type, axis, norm, True)


@linear(scipy_fft.dctn, wrt="x", samples=_types_of_images)
def dctn(y_bar, x, type=2, *, axes=None, norm=None, workers=None):
    return each_axis(cosine_adjoint, y_bar, np.shape(x), type, axes, norm, False)


@linear(scipy_fft.idctn, wrt="x", samples=_types_of_images)
def idctn(y_bar, x, type=2, *, axes=None, norm=None, workers=None):
    return each_axis(cosine_adjoint, y_bar, np.shape(x), type, axes, norm, True)


@linear(scipy_fft.dstn, wrt="x", samples=_types_of_images)
def dstn(y_bar, x, type=2, *, axes=None, norm=None, workers=None):
    return each_axis(sine_adjoint, y_bar, np.shape(x), type, axes, norm, False)


@linear(scipy_fft.idstn, wrt="x", samples=_types_of_images)
def idstn(y_bar, x, type=2, *, axes=None, norm=None, workers=None):
    return each_axis(sine_adjoint, y_bar, np.shape(x), type, axes, norm, True)


# ---- of signals that are their own mirror images -----------------------------------------------

_SWAPPED = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def _mirrored(rng):
    x = rng.normal(size=5) + 1j * rng.normal(size=5)
    return [call(x), call(x, 7), call(x, norm="ortho"), call(rng.normal(size=(4, 2)), axis=0)]


@formula(scipy_fft.hfft, wrt=("x",), samples=_mirrored)
def hfft(x, n=None, axis=-1, norm=None, *, workers=None):
    """The inverse real transform of the conjugate, normalised the other way."""
    return scipy_fft.irfft(np.conj(x), n, axis, _SWAPPED[norm])


@formula(
    scipy_fft.ihfft,
    wrt=("x",),
    samples=lambda rng: [
        call(rng.normal(size=6)),
        call(rng.normal(size=6), 8),
        call(rng.normal(size=(5, 2)), axis=0, norm="ortho"),
    ],
)
def ihfft(x, n=None, axis=-1, norm=None, *, workers=None):
    return np.conj(scipy_fft.rfft(x, n, axis, _SWAPPED[norm]))


refused(scipy_fft.fht, scipy_fft.ifht, way_out="the product with the transform's matrix")

# ---- results that do not vary ------------------------------------------------------------------

constant(scipy_fft.next_fast_len)
