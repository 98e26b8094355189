# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""numpy.fft. The matrix of a Fourier transform is symmetric: a transform is its own transpose."""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.decided import computed
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import lookup
from sourcead.runtime.fourier import (
    fitted,
    fitted_axes,
    irfft_adjoint,
    irfftn_adjoint,
    opposite,
    rfft_adjoint,
    rfftn_adjoint,
)

constant(opposite, kind=computed(opposite))


def _complex(rng, *shape):
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def _one(rng, real=False, half=False):
    """Lengths even and odd, longer and shorter than the argument."""

    def draw(*shape):
        return rng.normal(size=shape) if real else _complex(rng, *shape)

    return [
        call(draw(6)),
        call(draw(5)),
        call(draw(5), 8),
        call(draw(5), 3),
        call(draw(5), n=7),
        call(draw(3, 4), axis=0),
        call(draw(3, 4), 5, 0),
        call(draw(2, 3, 4), axis=-2),
        call(draw(5), norm="ortho"),
        call(draw(5), norm="forward"),
        call(draw(4), 6, norm="ortho"),
    ]


def _several(rng, real=False):
    def draw(*shape):
        return rng.normal(size=shape) if real else _complex(rng, *shape)

    return [
        call(draw(3, 4)),
        call(draw(4, 3)),
        call(draw(3, 4), (4, 6), axes=(0, 1)),
        call(draw(3, 4), s=(2, 5), axes=(-2, -1)),
        call(draw(2, 3, 4), axes=(0, 1)),
        call(draw(2, 3, 4), axes=(2, 0), norm="ortho"),
        call(draw(3, 4), norm="forward"),
    ]


# ---- complex transforms --------------------------------------------------------------------


@linear(np.fft.fft, wrt="a", samples=lambda rng: [*_one(rng), *_one(rng, real=True)])
def fft(y_bar, a, n=None, axis=-1, norm=None):
    if n is None:
        return np.fft.fft(y_bar, axis=axis, norm=norm)
    return fitted(np.fft.fft(y_bar, axis=axis, norm=norm), np.shape(a)[axis], axis)


@linear(np.fft.ifft, wrt="a", samples=lambda rng: [*_one(rng), *_one(rng, real=True)])
def ifft(y_bar, a, n=None, axis=-1, norm=None):
    if n is None:
        return np.fft.ifft(y_bar, axis=axis, norm=norm)
    return fitted(np.fft.ifft(y_bar, axis=axis, norm=norm), np.shape(a)[axis], axis)


@linear(np.fft.fft2, wrt="a", samples=lambda rng: [*_several(rng), *_several(rng, real=True)])
def fft2(y_bar, a, s=None, axes=(-2, -1), norm=None):
    if s is None:
        return np.fft.fft2(y_bar, axes=axes, norm=norm)
    return fitted_axes(np.fft.fft2(y_bar, axes=axes, norm=norm), np.shape(a))


@linear(np.fft.ifft2, wrt="a", samples=lambda rng: [*_several(rng), *_several(rng, real=True)])
def ifft2(y_bar, a, s=None, axes=(-2, -1), norm=None):
    if s is None:
        return np.fft.ifft2(y_bar, axes=axes, norm=norm)
    return fitted_axes(np.fft.ifft2(y_bar, axes=axes, norm=norm), np.shape(a))


@linear(
    np.fft.fftn,
    wrt="a",
    samples=lambda rng: [
        *_several(rng),
        call(_complex(rng, 2, 3, 4)),
        call(_complex(rng, 3), axes=(0, 0)),
    ],
)
def fftn(y_bar, a, s=None, axes=None, norm=None):
    if s is None:
        return np.fft.fftn(y_bar, axes=axes, norm=norm)
    if axes is None:
        axes = tuple(range(-len(s), 0))
    return fitted_axes(np.fft.fftn(y_bar, axes=axes, norm=norm), np.shape(a))


@linear(
    np.fft.ifftn,
    wrt="a",
    samples=lambda rng: [
        *_several(rng),
        call(_complex(rng, 2, 3, 4)),
        call(_complex(rng, 3), axes=(0, 0)),
    ],
)
def ifftn(y_bar, a, s=None, axes=None, norm=None):
    if s is None:
        return np.fft.ifftn(y_bar, axes=axes, norm=norm)
    if axes is None:
        axes = tuple(range(-len(s), 0))
    return fitted_axes(np.fft.ifftn(y_bar, axes=axes, norm=norm), np.shape(a))


# ---- real transforms -----------------------------------------------------------------------


@linear(np.fft.rfft, wrt="a", samples=lambda rng: _one(rng, real=True))
def rfft(y_bar, a, n=None, axis=-1, norm=None):
    if n is None:
        n = np.shape(a)[axis]
    return rfft_adjoint(y_bar, np.shape(a), n, axis, norm)


@linear(np.fft.irfft, wrt="a", samples=lambda rng: [*_one(rng), *_one(rng, real=True)])
def irfft(y_bar, a, n=None, axis=-1, norm=None):
    return irfft_adjoint(y_bar, np.shape(a), np.shape(y_bar)[axis], axis, norm)


@linear(np.fft.rfft2, wrt="a", samples=lambda rng: _several(rng, real=True))
def rfft2(y_bar, a, s=None, axes=(-2, -1), norm=None):
    return rfftn_adjoint(y_bar, np.shape(a), s, axes, norm)


@linear(np.fft.irfft2, wrt="a", samples=lambda rng: [*_several(rng), *_several(rng, real=True)])
def irfft2(y_bar, a, s=None, axes=(-2, -1), norm=None):
    return irfftn_adjoint(y_bar, np.shape(a), s, axes, norm)


@linear(
    np.fft.rfftn,
    wrt="a",
    samples=lambda rng: [*_several(rng, real=True), call(rng.normal(size=(2, 3, 4)))],
)
def rfftn(y_bar, a, s=None, axes=None, norm=None):
    return rfftn_adjoint(y_bar, np.shape(a), s, axes, norm)


@linear(np.fft.irfftn, wrt="a", samples=lambda rng: [*_several(rng), call(_complex(rng, 2, 3, 4))])
def irfftn(y_bar, a, s=None, axes=None, norm=None):
    return irfftn_adjoint(y_bar, np.shape(a), s, axes, norm)


@linear(np.fft.hfft, wrt="a", samples=lambda rng: [*_one(rng), *_one(rng, real=True)])
def hfft(y_bar, a, n=None, axis=-1, norm=None):
    """hfft(a) is irfft(conj(a)), normalised the other way."""
    return np.conj(irfft_adjoint(y_bar, np.shape(a), np.shape(y_bar)[axis], axis, opposite(norm)))


@linear(np.fft.ihfft, wrt="a", samples=lambda rng: _one(rng, real=True))
def ihfft(y_bar, a, n=None, axis=-1, norm=None):
    """ihfft(a) is conj(rfft(a)), normalised the other way."""
    if n is None:
        n = np.shape(a)[axis]
    return rfft_adjoint(np.conj(y_bar), np.shape(a), n, axis, opposite(norm))


# ---- order and frequencies -----------------------------------------------------------------


def _shifts(rng):
    return [
        call(rng.normal(size=(5,))),
        call(rng.normal(size=(4, 5))),
        call(rng.normal(size=(4, 5)), axes=0),
        call(rng.normal(size=(3, 4, 5)), axes=(0, -1)),
    ]


@linear(np.fft.fftshift, wrt="x", samples=_shifts)
def fftshift(y_bar, x, axes=None):
    return np.fft.ifftshift(y_bar, axes)


@linear(np.fft.ifftshift, wrt="x", samples=_shifts)
def ifftshift(y_bar, x, axes=None):
    return np.fft.fftshift(y_bar, axes)


@reverse_rule(
    np.fft.fftfreq,
    np.fft.rfftfreq,
    wrt=("d",),
    samples=lambda rng: [call(4, 0.5), call(5, d=0.5), call(5)],
)
def fftfreq(y_bar, y, n, d=1.0):
    """The frequencies are whole numbers divided by n * d."""
    return -np.sum(y_bar * y) / d


@forward_rule(np.fft.fftfreq)
def fftfreq_tangent(y, n, d=1.0, *, d_dot):
    return -y / d * d_dot


# ---- where NumPy takes `out=` and does not write it (ifft2, irfft2, hfft in 2.4) --------------------


def _ignores_out(transform):
    a = np.ones((2, 2))
    out = np.full_like(transform(a), np.nan)
    try:
        transform(a, out=out)
    except TypeError:  # before NumPy 2 they have no such keyword
        return False
    return bool(np.isnan(out).any())


for _function in (
    np.fft.ifft2,
    np.fft.irfft2,
    np.fft.hfft,
    np.fft.ihfft,
    np.fft.fft2,
    np.fft.rfft2,
):
    _rule = lookup(_function)
    assert _rule is not None
    _rule.also["ignores_out"] = _ignores_out(_function)
