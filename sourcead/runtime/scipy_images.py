"""Adjoints of filters of images.

A linear filter that does the same everywhere has a simple adjoint on an unbounded image: the filter,
run on the image read backwards.  What a boundary mode makes up beyond the border is folded back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["bordered", "filter_adjoint", "folded", "weights_adjoint"]

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
