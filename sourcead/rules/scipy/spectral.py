# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.signal`: spectra of segments of a signal, as formulas.

A signal is cut into segments that overlap; of each the trend is taken away, it is weighted by a window, and
transformed.  `stft` returns the transforms, `welch` and `csd` average their products, `istft` adds the
segments up again.  Signals are differentiated; windows and rates are constant.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from sourcead.ir.kinds import Array, Tuple, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import formula, helpers
from sourcead.rules.numpy.samples import call
from sourcead.runtime import scipy_spectra
from sourcead.runtime.scipy_spectra import (
    averaged,
    doubled,
    overlapped,
    padded_to_segments,
    segment_length,
    transforms,
    weights_of_window,
)

helpers(scipy_spectra)

# ---- kinds -------------------------------------------------------------------------------------


def _complex(dtype):
    return str(np.result_type(np.dtype(dtype), np.complex64))


def _value(option, default):
    return default if option is None else option.value if isinstance(option, Const) else None


def spectrum_kind(is_complex, with_times=False):
    """Frequencies, times where there are such, and the spectrum: frequencies where the time was, times last."""

    def kind(x, *args, axis=None, **options):
        place = _value(axis, -1)
        if not isinstance(x, Array) or not isinstance(place, int):
            return Unknown()
        dims = list(x.dims)
        dims[place] = None
        dtype = _complex(x.dtype)
        dtype = dtype if is_complex else np.zeros(0, dtype).real.dtype.name
        line = Array("float64", (None,))
        whole = Array(dtype, (*dims, None) if with_times else tuple(dims))
        return Tuple((line, line, whole)) if with_times else Tuple((line, whole))

    return kind


def cross_kind(x, y, *args, **options):
    if not (isinstance(x, Array) and isinstance(y, Array) and len(x.dims) == len(y.dims)):
        return Unknown()
    return spectrum_kind(True)(x, **options)


def signal_kind(Zxx, *args, input_onesided=None, time_axis=None, freq_axis=None, **options):
    """Times and the signal, which has no frequencies any more."""
    if not isinstance(Zxx, Array):
        return Unknown()
    dtype = _complex(Zxx.dtype)
    dtype = np.zeros(0, dtype).real.dtype.name if _value(input_onesided, True) else dtype
    return Tuple((Array("float64", (None,)), Array(dtype, (*Zxx.dims[:-2], None))))


# ---- powers ------------------------------------------------------------------------------------


def _signals(rng, **more):
    x, table = rng.normal(size=24), rng.normal(size=(2, 20))
    return [
        call(x, nperseg=8, **more),
        call(x, 2.5, "boxcar", 8, 3, 10, scaling="spectrum", **more),
        call(x, nperseg=7, detrend="linear", **more),
        call(x, nperseg=8, detrend=False, return_onesided=False, **more),
        call(table, window=("tukey", 0.3), nperseg=6, **more),
        call(x, **more),
    ]


def _welch_signals(rng):
    return [
        *_signals(rng),
        *_signals(rng, average="median")[:2],
        call(rng.normal(size=(20, 2)), nperseg=6, axis=0),
    ]


@formula(signal.welch, wrt=("x",), kind=spectrum_kind(False), samples=_welch_signals)
def welch(
    x, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant",
    return_onesided=True, scaling="density", axis=-1, average="mean"
):  # fmt: skip
    """The mean, or median, of the powers of the segments."""
    frequencies, power = csd(
        x, x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, average
    )
    return frequencies, np.real(power)


def _two_signals(rng):
    return [
        call(args[0], rng.normal(size=np.shape(args[0])), *args[1:], **kwargs)
        for args, kwargs in _welch_signals(rng)
    ]


@formula(signal.csd, wrt=("x", "y"), kind=cross_kind, samples=_two_signals)
def csd(
    x, y, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None, detrend="constant",
    return_onesided=True, scaling="density", axis=-1, average="mean"
):  # fmt: skip
    """The mean, or median, of the conjugate transforms of x times those of y."""
    first, second = np.moveaxis(x, axis, -1), np.moveaxis(y, axis, -1)
    size = segment_length(window, nperseg, np.shape(first)[-1])
    weights = weights_of_window(window, size)
    total = fs * np.sum(weights * weights) if scaling == "density" else np.sum(weights) ** 2
    real = return_onesided and not np.iscomplexobj(x) and not np.iscomplexobj(y)
    frequencies, of_first = transforms(first, fs, weights, noverlap, nfft, detrend, real)
    of_second = transforms(second, fs, weights, noverlap, nfft, detrend, real)[1]
    powers = np.conj(of_first) * of_second / total
    if real:
        powers = doubled(powers, size if nfft is None else nfft)
    return frequencies, np.moveaxis(averaged(powers, average), -1, axis)


def _whole_signals(rng):
    x, table = rng.normal(size=11), rng.normal(size=(2, 9))
    return [
        call(x),
        call(x, 2.5, "hann", 14, scaling="spectrum"),
        call(x, nfft=11, detrend=False, return_onesided=False),
        call(table, detrend="linear"),
        call(table.T.copy(), axis=0),
    ]


@formula(signal.periodogram, wrt=("x",), kind=spectrum_kind(False), samples=_whole_signals)
def periodogram(
    x, fs=1.0, window="boxcar", nfft=None, detrend="constant", return_onesided=True,
    scaling="density", axis=-1
):  # fmt: skip
    """One segment, which is the whole signal."""
    size = scipy_spectra.at_most(nfft, np.shape(x)[axis])
    return welch(x, fs, window, size, 0, nfft, detrend, return_onesided, scaling, axis)


def _for_powers(rng):
    return [*_signals(rng), call(rng.normal(size=(20, 2)), nperseg=6, axis=0)]


@formula(signal.spectrogram, wrt=("x",), kind=spectrum_kind(False, True), samples=_for_powers)
def spectrogram(
    x, fs=1.0, window=("tukey", 0.25), nperseg=None, noverlap=None, nfft=None,
    detrend="constant", return_onesided=True, scaling="density", axis=-1
):  # fmt: skip
    """The power of each segment."""
    values = np.moveaxis(x, axis, -1)
    size = segment_length(window, nperseg, np.shape(values)[-1])
    weights = weights_of_window(window, size)
    total = fs * np.sum(weights * weights) if scaling == "density" else np.sum(weights) ** 2
    shared = size // 8 if noverlap is None else noverlap
    real = return_onesided and not np.iscomplexobj(x)
    frequencies, found = transforms(values, fs, weights, shared, nfft, detrend, real)
    powers = np.real(np.conj(found) * found) / total
    if real:
        powers = doubled(powers, size if nfft is None else nfft)
    count, step = np.shape(powers)[-2], size - shared
    times = (0.5 * size + step * np.arange(count)) / fs
    return frequencies, times, np.moveaxis(powers, -1, axis if axis >= 0 else axis - 1)


# ---- transforms of segments ----------------------------------------------------------------------


def _for_transforms(rng):
    x, table = rng.normal(size=22), rng.normal(size=(2, 17))
    return [
        call(x, nperseg=8),
        call(x, 2.5, "hann", 8, 3, 10, scaling="psd"),
        call(x, nperseg=8, boundary=None, padded=False),
        call(x, nperseg=8, return_onesided=False, detrend="constant"),
        call(table, nperseg=6),
        call(table.T.copy(), nperseg=6, axis=0),
        call(x + 0.5j * x**2, nperseg=8, return_onesided=False),
    ]


@formula(signal.stft, wrt=("x",), kind=spectrum_kind(True, True), samples=_for_transforms)
def stft(
    x, fs=1.0, window="hann", nperseg=256, noverlap=None, nfft=None, detrend=False,
    return_onesided=True, boundary="zeros", padded=True, axis=-1, scaling="spectrum"
):  # fmt: skip
    """The transform of each segment, of a signal with half a segment of zeros before and behind it."""
    values = np.moveaxis(x, axis, -1)
    size = segment_length(window, nperseg, np.shape(values)[-1])
    weights = weights_of_window(window, size)
    total = np.sqrt(fs * np.sum(weights * weights)) if scaling == "psd" else np.abs(np.sum(weights))
    edge = scipy_spectra.edge_of(boundary, size)
    shared = size // 2 if noverlap is None else noverlap
    wide = padded_to_segments(values, edge, size, shared, padded)
    real = return_onesided and not np.iscomplexobj(x)
    frequencies, found = transforms(wide, fs, weights, shared, nfft, detrend, real)
    count, step = np.shape(found)[-2], size - shared
    times = (0.5 * size - (0 if boundary is None else 0.5 * size) + step * np.arange(count)) / fs
    return frequencies, times, np.moveaxis(found / total, -1, axis if axis >= 0 else axis - 1)


def _transformed(rng):
    z = rng.normal(size=(5, 6)) + 1j * rng.normal(size=(5, 6))
    several = rng.normal(size=(2, 8, 4)) + 1j * rng.normal(size=(2, 8, 4))
    return [
        call(z),
        call(z, 2.5, "hann", 8, 5, scaling="psd"),
        call(z, nperseg=6, nfft=8, noverlap=4, boundary=False, window="hamming"),
        call(several, input_onesided=False),
    ]


@formula(signal.istft, wrt=("Zxx",), kind=signal_kind, samples=_transformed)
def istft(
    Zxx, fs=1.0, window="hann", nperseg=None, noverlap=None, nfft=None,
    input_onesided=True, boundary=True, *, scaling="spectrum"
):  # fmt: skip
    """The segments, weighted once more, added up, and divided by the sum of the squared weights."""
    rows = np.shape(Zxx)[-2]
    whole = 2 * (rows - 1) if input_onesided else rows
    size = scipy_spectra.size_of_segments(nperseg, nfft, whole)
    weights = weights_of_window(window, size)
    shared = size // 2 if noverlap is None else noverlap
    length = scipy_spectra.length_of_transform(nfft, nperseg, whole, size)
    turned = np.moveaxis(Zxx, -2, -1)
    back = np.fft.irfft(turned, n=length) if input_onesided else np.fft.ifft(turned, n=length)
    total = np.sqrt(fs * np.sum(weights * weights)) if scaling == "psd" else np.sum(weights)
    edge = size // 2 if boundary else 0
    found = overlapped(back[..., :size], weights, size - shared, edge) * total
    return np.arange(
        np.shape(found)[0]
    ) / fs, found  # SciPy counts the first axis, also of several signals
