"""Adjoints of filters of images, and of interpolation in images.

A linear filter that does the same everywhere has a simple adjoint on an unbounded image: the filter,
run on the image read backwards.  What a boundary mode makes up beyond the border is folded back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["bordered", "filter_adjoint", "folded", "sampling", "weights_adjoint"]

# SciPy's names of boundary modes, in NumPy's.
MODES = {
    "reflect": "symmetric",
    "grid-mirror": "symmetric",
    "mirror": "reflect",
    "nearest": "edge",
    "wrap": "wrap",
    "grid-wrap": "wrap",
    "constant": "constant",
    "grid-constant": "constant",
}


def _each(value: Any, ndim: int) -> list[Any]:
    return [value] * ndim if isinstance(value, str) or np.ndim(value) == 0 else list(value)


def _source(n: int, before: int, after: int, mode: str) -> Any:
    """Where each value of a bordered axis comes from; -1: it is constant."""
    if MODES[mode] == "constant":
        return np.pad(np.arange(n), (before, after), constant_values=-1)
    return np.pad(np.arange(n), (before, after), mode=MODES[mode])  # type: ignore[call-overload]


def bordered(a: Any, pads: Any, modes: Any, cval: Any) -> Any:
    """The image with borders (before, after) for each axis."""
    a = np.asarray(a)
    for axis, ((before, after), mode) in enumerate(zip(pads, _each(modes, np.ndim(a)))):
        source = _source(a.shape[axis], before, after, mode)
        a = np.take(a, source, axis)
        if MODES[mode] == "constant":
            shape = [1] * a.ndim
            shape[axis] = -1
            a = np.where(np.reshape(source < 0, shape), cval, a)
    return a


def folded(wide_bar: Any, shape: Any, pads: Any, modes: Any) -> Any:
    """The adjoint of `bordered`."""
    for axis, (n, (before, after), mode) in enumerate(zip(shape, pads, _each(modes, len(shape)))):
        source = _source(n, before, after, mode)
        inside = source >= 0
        rows = np.moveaxis(wide_bar, axis, 0)
        sums = np.zeros((n, *rows.shape[1:]), wide_bar.dtype)
        np.add.at(sums, source[inside], rows[inside])
        wide_bar = np.moveaxis(sums, 0, axis)
    return wide_bar


def filter_adjoint(y_bar: Any, run: Callable[[Any], Any], reach: Any, modes: Any) -> Any:
    """The adjoint of a filter that reaches `reach` values far along each axis.

    `run` is the filter with zeros beyond the border.
    """
    pads = [(n, n) for n in _each(reach, np.ndim(y_bar))]
    wide = np.flip(run(np.flip(bordered(y_bar, pads, "constant", 0.0))))
    return folded(wide, np.shape(y_bar), pads, modes)


def weights_adjoint(y_bar: Any, a: Any, shape: Any, modes: Any, cval: Any, origin: Any) -> Any:
    """The adjoint of the weights of a correlation: w[j] meets a[i + j - middle]."""
    pads = []
    for n, shift in zip(shape, _each(origin, np.ndim(a))):
        before = n // 2 + shift
        pads.append((before, n - 1 - before))
    wide = bordered(a, pads, modes, cval)
    windows = np.lib.stride_tricks.sliding_window_view(wide, np.shape(y_bar))
    return np.tensordot(windows, y_bar, np.ndim(y_bar))


# -- interpolation -----------------------------------------------------------------------------


def _spline(order: int, offset: Any) -> tuple[Any, Any]:
    """The B-spline of an order and its slope at a distance from its middle."""
    size, sign = np.abs(offset), np.sign(offset)
    if order == 0:
        return (offset >= -0.5) & (offset < 0.5), np.zeros_like(offset)
    if order == 1:
        return np.maximum(1.0 - size, 0.0), np.where(size < 1.0, -sign, 0.0)
    if order == 2:
        near, far = 0.75 - size**2, 0.5 * (1.5 - size) ** 2
        slope = np.where(size < 0.5, -2.0 * offset, np.where(size < 1.5, -sign * (1.5 - size), 0.0))
        return np.where(size < 0.5, near, np.where(size < 1.5, far, 0.0)), slope
    near, far = 2.0 / 3.0 - size**2 + 0.5 * size**3, (2.0 - size) ** 3 / 6.0
    slope_near, slope_far = -2.0 * offset + 1.5 * offset * size, -0.5 * sign * (2.0 - size) ** 2
    value = np.where(size < 1.0, near, np.where(size < 2.0, far, 0.0))
    return value, np.where(size < 1.0, slope_near, np.where(size < 2.0, slope_far, 0.0))


def sampling(shape: Any, coordinates: Any, order: int, mode: str) -> Any:
    """For each axis: indices of the coefficients around each point, their weights, and the weights' slopes.

    Arrays of shape (order + 1, points).  Points that the mode answers with a constant have weight 0.
    """
    if order > 3 or mode not in ("constant", "nearest", "mirror", "reflect"):
        raise NotImplementedError("interpolation in images has derivative rules for order 0 to 3 and "
                                  "modes constant, nearest, mirror and reflect")  # fmt: skip
    parts = []
    for n, x in zip(shape, coordinates):
        x, turn, inside = _inside(x, n, mode)
        start = np.floor(x if order % 2 else x + 0.5).astype(int) - order // 2
        places = start + np.arange(order + 1).reshape(-1, *[1] * np.ndim(x))
        weights, slopes = _spline(order, x - places)
        parts.append((_mirrored(places, n, mode), inside * weights, inside * turn * slopes))
    return parts


def _inside(x: Any, n: int, mode: str) -> tuple[Any, Any, Any]:
    """The coordinate moved into the image, the slope of that move, and whether it is there at all."""
    if mode == "constant":
        return x, 1.0, (x >= 0.0) & (x <= n - 1.0)
    if mode == "nearest":
        return np.clip(x, 0.0, n - 1.0), (x >= 0.0) & (x <= n - 1.0), np.ones(np.shape(x))
    half = 0.0 if mode == "mirror" else 0.5  # where the mirror stands beyond the first value
    period = 2.0 * (n - 1.0 + 2.0 * half)
    if period == 0.0:
        return np.zeros_like(x), 0.0, np.ones(np.shape(x))
    phase = np.mod(x + half, period)
    back = phase > 0.5 * period
    return (
        np.where(back, period - phase, phase) - half,
        np.where(back, -1.0, 1.0),
        np.ones(np.shape(x)),
    )


def _mirrored(places: Any, n: int, mode: str) -> Any:
    """Coefficients beyond the border are those on the other side of the mirror."""
    if mode == "nearest" or n == 1:
        return np.clip(places, 0, n - 1)
    if mode == "reflect":
        places = np.mod(places, 2 * n)
        return np.where(places < n, places, 2 * n - 1 - places)
    places = np.mod(places, 2 * n - 2)
    return np.where(places < n, places, 2 * n - 2 - places)
