"""Filters that signals are resampled by, and places where a response is asked for: all of them constant."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import signal

__all__ = [
    "angles", "anti_aliasing", "anti_aliasing_sections", "box_of", "cut_to", "level_beyond", "low_pass",
    "padded_at_ends", "pads_of_sections", "sections_of", "steady_states", "without_pads",
]  # fmt: skip


# -- sections, and signals continued beyond their ends -----------------------------------------------------------


def sections_of(sos: Any) -> Any:
    """One row for each section of second order."""
    return np.asarray(sos, float)


def pads_of_sections(sos: Any, padtype: str | None, padlen: int | None) -> int:
    """`sosfiltfilt`: by how many values the signal is continued, three times the filter's length by default."""
    if padtype is None:
        return 0
    if padlen is not None:
        return padlen
    shorter = min(int(np.sum(sos[:, 2] == 0)), int(np.sum(sos[:, 5] == 0)))
    return 3 * (2 * len(sos) + 1 - shorter)


def steady_states(sos: Any, x: Any) -> Any:
    """Of each section the state in which it stays for a signal of ones, beside the axes of x."""
    return np.reshape(signal.sosfilt_zi(sos), (len(sos),) + (1,) * (np.ndim(x) - 1) + (2,))


def padded_at_ends(x: Any, edge: int, padtype: str | None) -> Any:
    """The signal along the last axis, continued by `edge` values at both ends: turned round, or as it ends."""
    if edge == 0:
        return x
    if padtype == "constant":
        before = np.repeat(x[..., :1], edge, axis=-1)
        return np.concatenate([before, x, np.repeat(x[..., -1:], edge, axis=-1)], axis=-1)
    left, right = np.flip(x[..., 1 : edge + 1], -1), np.flip(x[..., -edge - 1 : -1], -1)
    if padtype == "even":
        return np.concatenate([left, x, right], axis=-1)
    return np.concatenate([2.0 * x[..., :1] - left, x, 2.0 * x[..., -1:] - right], axis=-1)


def without_pads(x: Any, edge: int) -> Any:
    return x[..., edge : np.shape(x)[-1] - edge]


# -- rates -------------------------------------------------------------------------------------------


def low_pass(window: Any, up: int, down: int, n: int, dtype: Any) -> tuple[Any, int, int]:
    """`resample_poly`: the filter with zeros before and behind, and which of its results are the signal's."""
    if up == down == 1:
        return np.ones(1, np.result_type(dtype, np.float16)), 0, n
    rate = max(up, down)
    if isinstance(window, (list, np.ndarray)):
        h = np.asarray(window)
        half = (len(h) - 1) // 2
    else:
        half = 10 * rate
        h = signal.firwin(2 * half + 1, 1.0 / rate, window=window)
        h = h.astype(dtype) if np.issubdtype(dtype, np.inexact) else h
    count = -(-n * up // down)
    before = down - half % down
    first = (half + before) // down
    behind = max(0, (count + first - 1) * down + 1 - (n - 1) * up - len(h) - before)
    return np.pad(h * up, (before, behind)), first, first + count


def level_beyond(h: Any, n: int, up: int, down: int, cval: float) -> Any:
    """What the filter makes of a signal that is zero, and `cval` beyond its ends."""
    return signal.upfirdn(h, np.zeros(n, h.dtype), up, down, mode="constant", cval=cval)


def cut_to(x: Any, first: int, last: int) -> Any:
    return x[..., first:last]


def anti_aliasing(n: int | None, q: int) -> Any:
    """`decimate`: the weights of a window of n + 1 values, by default of twenty for each that is kept."""
    return signal.firwin((20 * q if n is None else n) + 1, 1.0 / q, window="hamming")


def anti_aliasing_sections(n: int | None, q: int) -> Any:
    """`decimate`: a recursive filter of order n, in sections."""
    return signal.cheby1(8 if n is None else n, 0.05, 0.8 / q, output="sos")


# -- windows -----------------------------------------------------------------------------------------


def box_of(im: Any, mysize: Any) -> Any:
    """`wiener`: a window of ones, of three in each axis by default."""
    return np.ones(np.broadcast_to(3 if mysize is None else mysize, (np.ndim(im),)))


# -- responses ---------------------------------------------------------------------------------------


def angles(b: Any, a: Any, worN: Any, whole: bool, fs: float, include_nyquist: bool) -> Any:
    """`freqz`: so many angles from 0 to half a turn, or the given frequencies as angles."""
    dtype = np.result_type(np.asarray(b).real, np.asarray(a).real, np.float16)
    if worN is None:
        worN = 512
    if isinstance(worN, (int, np.integer)):
        end = 2.0 * math.pi if whole else math.pi
        return np.linspace(0.0, end, worN, endpoint=include_nyquist and not whole, dtype=dtype)
    return 2.0 * math.pi * np.atleast_1d(np.asarray(worN, dtype)) / fs
