# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.signal`: filters that are stated by other filters: there and back, at another rate, of windows.

Signals are differentiated, and of `freqz` and `deconvolve` the coefficients; filters and rates are constant.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import signal
from scipy.signal import lfilter

from sourcead.ir.kinds import Array, Py, Tuple, Unknown
from sourcead.rules.forms import constant, formula, helpers, leaving_out, of_real_numbers
from sourcead.rules.numpy.samples import call
from sourcead.rules.scipy.kinds import like
from sourcead.runtime import scipy_resampling
from sourcead.runtime.scipy_ranks import chosen_by_rank, window_cells
from sourcead.runtime.scipy_resampling import (
    angles,
    anti_aliasing,
    anti_aliasing_sections,
    box_of,
    cut_to,
    level_beyond,
    low_pass,
    padded_at_ends,
    pads_of_sections,
    sections_of,
    steady_states,
    without_pads,
)

_line = Array("float64", (None,))
constant(angles, level_beyond)
constant(pads_of_sections, kind=lambda *options: Py(int))
constant(anti_aliasing, kind=lambda *options: _line)
constant(anti_aliasing_sections, sections_of, kind=lambda *options: Array("float64", (None, 6)))
constant(low_pass, kind=lambda *options: Tuple((_line, Py(int), Py(int))))


def _states(sos, x):
    return Array("float64", (None, *(1,) * (len(x.dims) - 1), 2)) if isinstance(x, Array) else None


def _box(im, mysize):
    return Array("float64", (None,) * len(im.dims)) if isinstance(im, Array) else None


constant(steady_states, kind=_states)
constant(box_of, kind=_box)
helpers(scipy_resampling)


def _floating(dtype):
    return dtype if dtype in ("float32", "float64", "complex64", "complex128") else "float64"


# ---- there and back ----------------------------------------------------------------------------


def _both_ways(rng):
    sos = signal.butter(3, 0.3, output="sos")
    x = rng.normal(size=(2, 19))
    return [
        call(sos, x[0]),
        call(sos, x, padtype="even"),
        call(sos, x.T.copy(), 0, padtype="constant", padlen=3),
        call(sos, x[0], padtype=None),
    ]


@formula(signal.sosfiltfilt, wrt=("x",), samples=_both_ways, kind=like(signal.sosfiltfilt, "x"))
def sosfiltfilt(sos, x, axis=-1, padtype="odd", padlen=None):
    """Each pass starts in the state in which the filter stays for a signal of its first value."""
    sos = sections_of(sos)
    edge = pads_of_sections(sos, padtype, padlen)
    wide = padded_at_ends(np.moveaxis(x, axis, -1), edge, padtype)
    start = steady_states(sos, wide)
    there = signal.sosfilt(sos, wide, zi=start * wide[..., :1])[0]
    turned = np.flip(there, -1)
    back = signal.sosfilt(sos, turned, zi=start * turned[..., :1])[0]
    return np.moveaxis(without_pads(1.0 * np.flip(back, -1), edge), -1, axis)


# ---- another rate --------------------------------------------------------------------------------


def resampled(x, up, down, axis=None, *rest, **options):
    return _along(x, 0 if axis is None else getattr(axis, "value", None))


def fewer(x, q, n=None, ftype=None, axis=None, *rest, **options):
    return _along(x, -1 if axis is None else getattr(axis, "value", None))


def _along(x, axis):
    if not isinstance(x, Array) or not isinstance(axis, int):
        return Unknown()
    dims = list(x.dims)
    dims[axis] = None
    return Array(_floating(x.dtype), tuple(dims))


def _rates(rng):
    x, table = rng.normal(size=9), rng.normal(size=(7, 2))
    return [
        call(x, 3, 2),
        call(x, 2, 5, window="hamming"),
        call(table, 4, 6, 0, [0.2, 0.5, 0.7, 0.5, 0.2]),
        call(table.T.copy(), 2, 3, axis=1, padtype="mean"),
        call(x, 3, 2, padtype="maximum"),
        call(x, 3, 2, padtype="minimum"),
        call(x, 2, 3, padtype="median"),
        call(x, 4, 4),
        call(x, 5, 2, cval=0.7),
    ]


@formula(signal.resample_poly, wrt=("x",), samples=_rates, kind=resampled)
def resample_poly(x, up, down, axis=0, window=("kaiser", 5.0), padtype="constant", cval=None):
    """Zeros between the values, a low pass, every so many of the result; around a level that is kept."""
    if padtype not in ("constant", "mean", "median", "minimum", "maximum"):
        raise NotImplementedError(
            "derivatives of resample_poly: padtype is 'constant', 'mean', 'median', 'minimum' or 'maximum'"
        )
    shared = math.gcd(up, down)
    up, down = up // shared, down // shared
    values = np.moveaxis(x, axis, -1)
    level = 0.0
    if padtype == "mean":
        level = np.mean(values, axis=-1, keepdims=True)
    elif padtype == "median":
        level = np.median(values, axis=-1, keepdims=True)
    elif padtype == "minimum":
        level = np.min(values, axis=-1, keepdims=True)
    elif padtype == "maximum":
        level = np.max(values, axis=-1, keepdims=True)
    h, first, last = low_pass(window, up, down, np.shape(values)[-1], values.dtype)
    found = signal.upfirdn(h, values - level, up, down)
    if cval is not None:
        found = found + level_beyond(h, np.shape(values)[-1], up, down, cval)
    return np.moveaxis(cut_to(found, first, last) + level, -1, axis)


def _decimated(rng):
    x, table = rng.normal(size=33), rng.normal(size=(30, 2))
    return [
        call(x, 2),
        call(x, 3, 4, zero_phase=False),
        call(table, 3, 5, "fir", 0),
        call(x, 3, ftype="fir", zero_phase=False),
        call(table, 2, 2, axis=0),
    ]


@formula(signal.decimate, wrt=("x",), samples=_decimated, kind=fewer)
def decimate(x, q, n=None, ftype="iir", axis=-1, zero_phase=True):
    """A low pass, and every q-th value."""
    if ftype != "iir" and ftype != "fir":
        raise NotImplementedError("derivatives of decimate: ftype is 'iir' or 'fir'")
    values = np.moveaxis(x, axis, -1)
    if ftype == "fir":
        b = anti_aliasing(n, q)
        if zero_phase:
            found = resample_poly(values, 1, q, -1, b)
        else:
            found = cut_to(signal.upfirdn(b, values, 1, q), 0, -(-np.shape(values)[-1] // q))
    else:
        sos = anti_aliasing_sections(n, q)
        smooth = sosfiltfilt(sos, values) if zero_phase else signal.sosfilt(sos, values)
        found = smooth[..., ::q]
    return np.moveaxis(found, -1, axis)


# ---- windows -------------------------------------------------------------------------------------


@formula(
    signal.order_filter,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=8), np.ones(3), 1),
        call(rng.normal(size=(4, 5)), np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]]), 2),
        call(rng.normal(size=(4, 5)), np.ones((1, 3)), 0),
    ],
    kind=like(signal.order_filter, "a"),
)
def order_filter(a, domain, rank):
    """Of each window the value of this rank, among those that `domain` marks; zeros beyond the ends."""
    cells = window_cells(np.ndim(a), None, domain, None)
    return chosen_by_rank(a, rank, cells, "constant", 0.0, 0, None)


leaving_out(signal.order_filter)


def _noisy(rng):
    return [
        call(rng.normal(size=9)),
        call(rng.normal(size=9), 5, 0.3),
        call(rng.normal(size=(5, 4)), (3, 1)),
        call(rng.normal(size=(5, 4)), 3, 0.4),
    ]


@formula(signal.wiener, wrt=("im", "noise"), samples=_noisy, kind=like(signal.wiener, "im"))
def wiener(im, mysize=None, noise=None):
    """The nearer to the mean of the window, the less the window varies."""
    box = box_of(im, mysize)
    mean = signal.correlate(im, box, "same") / box.size
    variance = signal.correlate(im * im, box, "same") / box.size - mean * mean
    power = np.mean(variance) if noise is None else noise
    smooth = variance < power
    kept = 1.0 - power / np.where(smooth, 1.0, variance)
    return np.where(smooth, mean, mean + (im - mean) * kept)


# ---- coefficients --------------------------------------------------------------------------------


def response(b, a=None, *rest, **options):
    if not isinstance(b, Array):
        return Unknown()
    dtype = np.result_type(b.dtype, a.dtype if isinstance(a, Array) else 0.0, np.float16)
    found = np.result_type(dtype, np.complex64)
    return Tuple((Array(np.zeros(0, found).real.dtype.name, (None,)), Array(str(found), (None,))))


@formula(
    signal.freqz,
    wrt=("b", "a"),
    samples=lambda rng: [
        call(rng.normal(size=3), np.array([2.0, 0.5, 0.3]), 6),
        call(rng.normal(size=3), worN=5, whole=True, plot=None),
        call(rng.normal(size=3), np.array([2.0]), np.array([0.1, 0.4]), fs=3.0),
        call(rng.normal(size=4), 2.0, 7, include_nyquist=True),
    ],
    kind=response,
)
def freqz(b, a=1, worN=512, whole=False, plot=None, fs=2.0 * math.pi, include_nyquist=False):
    """The ratio of two polynomials on the unit circle."""
    if plot is not None or np.ndim(b) > 1 or np.ndim(a) > 1:
        raise NotImplementedError("derivatives of freqz: one filter, without plot")
    w = angles(b, a, worN, whole, fs, include_nyquist)
    z = np.exp(-1j * w)
    above = np.polyval(np.flip(np.atleast_1d(b)), z)
    return w * (fs / (2.0 * math.pi)), above / np.polyval(np.flip(np.atleast_1d(a)), z)


def quotient(signal, divisor):
    if not isinstance(signal, Array) or len(signal.dims) != 1:
        return Unknown()
    return Tuple((Array("float64", (None,)), Array(_floating(signal.dtype), signal.dims)))


def _divided(rng):
    b = np.array([2.0, 0.6, -0.3])
    return [call(rng.normal(size=7), b), call(rng.normal(size=3), b)]


@formula(signal.deconvolve, wrt=("signal", "divisor"), samples=_divided, kind=quotient)
def deconvolve(signal, divisor):
    """What the divisor, as a recursive filter, makes of the signal, and what is left."""
    count = len(signal) - len(divisor) + 1
    if count < 1:
        raise NotImplementedError(
            "derivatives of deconvolve: the divisor is no longer than the signal"
        )
    impulse = np.zeros(count)
    impulse[0] = 1.0
    found = lfilter(signal, divisor, impulse)
    return found, signal - np.convolve(divisor, found)


of_real_numbers(
    signal.order_filter, signal.wiener, signal.deconvolve, signal.sosfiltfilt, signal.decimate
)
