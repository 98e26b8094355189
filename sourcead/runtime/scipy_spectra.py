"""Segments of signals, their spectra, and signals made of segments."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

__all__ = [
    "at_most", "averaged", "doubled", "edge_of", "length_of_transform", "overlapped", "padded_to_segments",
    "segment_length", "size_of_segments", "transforms", "weights_of_window",
]  # fmt: skip


# -- sizes ---------------------------------------------------------------------------------------


def segment_length(window: Any, nperseg: int | None, n: int) -> int:
    """How long a segment is: as long as the window where that is given by its values, and 256 by default."""
    if not isinstance(window, (str, tuple)):
        return len(window)
    return min(n, 256 if nperseg is None else nperseg)


def at_most(nfft: int | None, n: int) -> int:
    """How much of a signal is transformed."""
    return n if nfft is None else min(nfft, n)


def size_of_segments(nperseg: int | None, nfft: int | None, whole: int) -> int:
    """`istft`: as long as the transform by default."""
    return whole if nperseg is None else nperseg


def length_of_transform(nfft: int | None, nperseg: int | None, whole: int, size: int) -> int:
    """`istft`: a segment of odd length is one longer than its transform says."""
    if nfft is not None:
        return nfft
    return size if size == whole + 1 else whole


def edge_of(boundary: str | None, size: int) -> int:
    """How many zeros stand before and behind the signal."""
    if boundary not in (None, "zeros"):
        raise NotImplementedError("derivatives of stft: boundary is 'zeros' or None")
    return 0 if boundary is None else size // 2


def weights_of_window(window: Any, size: int) -> Any:
    """The window's values."""
    if isinstance(window, (str, tuple)):
        return signal.get_window(window, size)
    return np.asarray(window)


# -- segments ------------------------------------------------------------------------------------


def padded_to_segments(x: Any, edge: int, size: int, shared: int, padded: bool) -> Any:
    """The signal with zeros at both ends, and so many more behind that the last segment is whole."""
    n = x.shape[-1] + 2 * edge
    more = (-(n - size) % (size - shared)) % size if padded else 0
    before, behind = np.zeros((*x.shape[:-1], edge)), np.zeros((*x.shape[:-1], edge + more))
    return np.concatenate([before, x, behind], axis=-1)


def transforms(
    x: Any, fs: Any, weights: Any, shared: int | None, nfft: int | None, detrend: Any, real: bool
) -> tuple[Any, Any]:
    """The frequencies, and the transform of each weighted segment: (..., segments, frequencies)."""
    size = len(weights)
    step = size - (size // 2 if shared is None else shared)
    length = size if nfft is None else nfft
    count = (x.shape[-1] - size) // step + 1
    places = np.arange(size) + step * np.arange(count)[:, np.newaxis]
    segments = x[..., places]
    if detrend == "constant":
        segments = segments - np.mean(segments, axis=-1, keepdims=True)
    elif detrend:
        segments = signal.detrend(segments, axis=-1, type=detrend)
    if real:
        return np.fft.rfftfreq(length, 1.0 / fs), np.fft.rfft(segments * weights, n=length)
    return np.fft.fftfreq(length, 1.0 / fs), np.fft.fft(segments * weights, n=length)


def doubled(powers: Any, length: int) -> Any:
    """One-sided powers: those at frequencies that stand for their negatives, too, count twice."""
    counts = np.full(powers.shape[-1], 2.0)
    counts[0] = 1.0
    if length % 2 == 0:
        counts[-1] = 1.0
    return powers * counts


def averaged(powers: Any, average: str) -> Any:
    """The mean of the segments, or their median, divided by what it is of noise of power 1."""
    if average == "mean":
        return np.mean(powers, axis=-2)
    pairs = np.arange(2.0, powers.shape[-2], 2.0)
    bias = 1.0 + np.sum(1.0 / (pairs + 1.0) - 1.0 / pairs)
    if np.iscomplexobj(powers):
        real, imaginary = np.median(np.real(powers), axis=-2), np.median(np.imag(powers), axis=-2)
        return (real + 1j * imaginary) / bias
    return np.median(powers, axis=-2) / bias


def overlapped(segments: Any, weights: Any, step: int, edge: int) -> Any:
    """The sum of the weighted segments at their places, divided by that of the squared weights; without its ends."""
    count, size = segments.shape[-2], segments.shape[-1]
    n = size + step * (count - 1)
    found, norm = np.zeros((*segments.shape[:-2], n), segments.dtype), np.zeros(n)
    for i in range(count):
        found[..., i * step : i * step + size] += segments[..., i, :] * weights
        norm[i * step : i * step + size] += weights**2
    whole = found / np.where(norm > 1e-10, norm, 1.0)
    return whole[..., edge : n - edge]
