"""Adjoints of the real Fourier transforms, whose half spectra do not count every frequency twice.

>>> rfft_adjoint(np.array([1.0 + 0j, 2.0, 3.0]), (4,), 4, -1, None)
array([ 6., -2.,  2., -2.])
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "doubled",
    "fitted",
    "fitted_axes",
    "irfft_adjoint",
    "irfftn_adjoint",
    "opposite",
    "rfft_adjoint",
    "rfftn_adjoint",
]

_OPPOSITE = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def opposite(norm: str | None) -> str:
    """The normalisation with which the inverse transform has the factor that `norm` gives the direct one.

    >>> opposite(None), opposite("ortho")
    ('forward', 'ortho')
    """
    return _OPPOSITE[norm]


def fitted(bar: Any, size: int, axis: int) -> Any:
    """Cut or padded with zeros to `size` along `axis`: undoes the padding or cutting to `n`."""
    have = np.shape(bar)[axis]
    if have == size:
        return bar
    if have > size:
        return np.moveaxis(np.moveaxis(bar, axis, 0)[:size], 0, axis)
    widths = [(0, 0)] * np.ndim(bar)
    widths[axis] = (0, size - have)
    return np.pad(bar, widths)


def fitted_axes(bar: Any, shape: Any) -> Any:
    """Cut or padded with zeros to `shape`."""
    for axis, size in enumerate(shape):
        bar = fitted(bar, size, axis)
    return bar


def rfft_adjoint(y_bar: Any, shape: Any, n: int, axis: int, norm: str | None) -> Any:
    """Adjoint of `np.fft.rfft(a, n, axis, norm)`: the real part of a whole transform of the padded seed."""
    whole = np.fft.fft(fitted(y_bar, n, axis), axis=axis, norm=norm)  # type: ignore[arg-type]
    return fitted(np.real(whole), shape[axis], axis)


def doubled(half: Any, n: int, axis: int) -> Any:
    """Each frequency of a half spectrum as often as it is in the whole: once 0 and n/2, twice the others."""
    weights = np.full(n // 2 + 1, 2.0, np.result_type(np.real(half)))
    weights[0] = 1.0
    if n % 2 == 0:
        weights[-1] = 1.0
    shape = [1] * np.ndim(half)
    shape[axis] = n // 2 + 1
    return half * np.reshape(weights, shape)


def irfft_adjoint(y_bar: Any, shape: Any, n: int, axis: int, norm: str | None) -> Any:
    """Adjoint of `np.fft.irfft`: conj(rfft(seed)) with the frequencies doubled that stand for two."""
    half = doubled(np.conj(np.fft.rfft(y_bar, axis=axis, norm=opposite(norm))), n, axis)  # type: ignore[arg-type]
    return fitted(half, shape[axis], axis)


def rfftn_adjoint(y_bar: Any, shape: Any, s: Any, axes: Any, norm: str | None) -> Any:
    """Adjoint of `np.fft.rfftn`: the last of `axes` is the real transform."""
    axes = _axes(shape, s, axes)
    for axis in axes[:-1]:
        y_bar = fitted(np.fft.fft(y_bar, axis=axis, norm=norm), shape[axis], axis)  # type: ignore[arg-type]
    n = shape[axes[-1]] if s is None or s[-1] in (None, -1) else s[-1]
    return rfft_adjoint(y_bar, shape, n, axes[-1], norm)


def irfftn_adjoint(y_bar: Any, shape: Any, s: Any, axes: Any, norm: str | None) -> Any:
    """Adjoint of `np.fft.irfftn`: the last of `axes` is the real transform."""
    axes = _axes(shape, s, axes)
    bar = irfft_adjoint(y_bar, shape, np.shape(y_bar)[axes[-1]], axes[-1], norm)
    for axis in axes[:-1]:
        bar = fitted(np.fft.ifft(bar, axis=axis, norm=norm), shape[axis], axis)  # type: ignore[arg-type]
    return bar


def _axes(shape: Any, s: Any, axes: Any) -> tuple[int, ...]:
    if axes is None:
        return tuple(range(-len(s), 0)) if s is not None else tuple(range(len(shape)))
    return tuple(axes)
