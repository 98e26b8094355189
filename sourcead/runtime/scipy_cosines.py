"""Transposes of the discrete cosine and sine transforms.

The matrices of types 1 and 4 are symmetric but for the weights of the end points of type 1; types 2 and
3 are each other's transpose but for a factor 2 on the first (cosine) or last (sine) entry; with
norm="ortho" all are orthogonal.  An inverse transform is a direct one of another type and norm.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import fft

from sourcead.runtime.fourier import fitted, opposite

__all__ = ["cosine_adjoint", "each_axis", "sine_adjoint"]

INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def cosine_adjoint(y_bar: Any, size: int, type: int, axis: int, norm: Any, inverse: bool) -> Any:
    """Of `dct` (or `idct`) along an axis of `size`, cut or padded to that of y_bar before."""
    return _adjoint(y_bar, size, type, axis, norm, inverse, fft.dct, 0)


def sine_adjoint(y_bar: Any, size: int, type: int, axis: int, norm: Any, inverse: bool) -> Any:
    """Of `dst` (or `idst`)."""
    return _adjoint(y_bar, size, type, axis, norm, inverse, fft.dst, -1)


def _adjoint(
    y_bar: Any, size: int, type: int, axis: int, norm: Any, inverse: bool, transform: Any, end: int
) -> Any:
    if inverse:
        type, norm = INVERSE[type], opposite(norm)
    bar = np.moveaxis(y_bar, axis, -1)
    back = INVERSE[type]
    if norm == "ortho":
        bar = transform(bar, back, norm="ortho")
    elif type == 1 and end == 0:
        weights = _weights(bar.shape[-1], (0, -1))
        bar = weights * transform(bar / weights, 1, norm=norm)
    elif type == 2:
        bar = transform(bar * 2.0 / _weights(bar.shape[-1], (end,)), back, norm=norm)
    elif type == 3:
        bar = 0.5 * _weights(bar.shape[-1], (end,)) * transform(bar, back, norm=norm)
    else:
        bar = transform(bar, type, norm=norm)
    return fitted(np.moveaxis(bar, -1, axis), size, axis)


def _weights(n: int, ends: tuple[int, ...]) -> Any:
    weights = np.full(n, 2.0)
    weights[list(ends)] = 1.0
    return weights


def each_axis(
    adjoint: Any, y_bar: Any, shape: tuple[int, ...], type: int, axes: Any, norm: Any, inverse: bool
) -> Any:
    """Over several axes: one after the other."""
    axes = range(len(shape)) if axes is None else (axes,) if isinstance(axes, int) else axes
    for axis in axes:
        y_bar = adjoint(y_bar, shape[axis], type, axis, norm, inverse)
    return y_bar
