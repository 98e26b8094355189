# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.signal`: convolutions, recursive filters and linear transforms of signals."""

from __future__ import annotations

import numpy as np
from scipy import signal

from sourcead.rules.forms import (
    constant,
    formula,
    forward_rule,
    helper,
    helpers,
    leaving_out,
    linear,
    of_real_numbers,
    refused,
    reverse_rule,
)
from sourcead.rules.numpy.samples import call, present
from sourcead.rules.scipy.kinds import filtered, filtered_in_sections, like
from sourcead.runtime import scipy_filters
from sourcead.runtime.scipy_filters import (
    convolution_bar,
    extended,
    filter_bars,
    filter_dots,
    flipped,
    fold,
    in_full,
    sections_bars,
    sections_dots,
)
from sourcead.runtime.scipy_ranks import chosen_by_rank, window_cells

helpers(scipy_filters)

# ---- convolution ---------------------------------------------------------------------------


def _two_signals(rng):
    pairs = [
        (rng.normal(size=6), rng.normal(size=3)),
        (rng.normal(size=(4, 5)), rng.normal(size=(2, 3))),
    ]
    pairs += [(b, a) for a, b in pairs] + [(rng.normal(size=5), rng.normal(size=4))]
    calls = [call(a, b, mode) for a, b in pairs for mode in ("full", "same", "valid")]
    return [*calls, call(rng.normal(size=5) + 1j, rng.normal(size=3) + 2j)]


@reverse_rule(signal.convolve, wrt=("in1", "in2"), samples=_two_signals)
def convolve(y_bar, y, in1, in2, mode="full", method="auto"):
    """The adjoint of one operand is the correlation of the seed with the other one."""
    run = signal.convolve
    return (
        convolution_bar(y_bar, in2, np.shape(in1), mode, run),
        convolution_bar(y_bar, in1, np.shape(in2), mode, run, first=False),
    )


@forward_rule(signal.convolve)
def convolve_tangent(y, in1, in2, mode="full", method="auto", *, in1_dot, in2_dot):
    if in1_dot is None:
        return signal.convolve(in1, in2_dot, mode, method)
    if in2_dot is None:
        return signal.convolve(in1_dot, in2, mode, method)
    return signal.convolve(in1_dot, in2, mode, method) + signal.convolve(in1, in2_dot, mode, method)


@reverse_rule(signal.correlate, wrt=("in1", "in2"), samples=_two_signals)
def correlate(y_bar, y, in1, in2, mode="full", method="auto"):
    """Convolution with in2 read backwards, conjugated."""
    kernel = np.conj(flipped(in2))
    kernel_bar = convolution_bar(y_bar, in1, np.shape(in2), mode, signal.convolve, first=False)
    return (
        convolution_bar(y_bar, kernel, np.shape(in1), mode, signal.convolve),
        np.conj(flipped(kernel_bar)),
    )


@forward_rule(signal.correlate)
def correlate_tangent(y, in1, in2, mode="full", method="auto", *, in1_dot, in2_dot):
    if in1_dot is None:
        return signal.correlate(in1, in2_dot, mode, method)
    if in2_dot is None:
        return signal.correlate(in1_dot, in2, mode, method)
    return signal.correlate(in1_dot, in2, mode, method) + signal.correlate(
        in1, in2_dot, mode, method
    )


def _along_axes(rng):
    a, b = rng.normal(size=(3, 6)), rng.normal(size=(3, 4))
    calls = [call(a, b, mode, axes=1) for mode in ("full", "same", "valid")]
    return [*_two_signals(rng), *calls, call(a, rng.normal(size=(1, 4)), axes=[-1])]


@reverse_rule(signal.fftconvolve, wrt=("in1", "in2"), samples=_along_axes)
@helper
def fftconvolve(y_bar, y, in1, in2, mode="full", axes=None):
    def run(a, b, mode):
        return signal.fftconvolve(a, b, mode, axes)

    return (
        convolution_bar(y_bar, in2, np.shape(in1), mode, run, axes),
        convolution_bar(y_bar, in1, np.shape(in2), mode, run, axes, first=False),
    )


@forward_rule(signal.fftconvolve)
def fftconvolve_tangent(y, in1, in2, mode="full", axes=None, *, in1_dot, in2_dot):
    if in1_dot is None:
        return signal.fftconvolve(in1, in2_dot, mode, axes)
    if in2_dot is None:
        return signal.fftconvolve(in1_dot, in2, mode, axes)
    return signal.fftconvolve(in1_dot, in2, mode, axes) + signal.fftconvolve(
        in1, in2_dot, mode, axes
    )


@reverse_rule(signal.oaconvolve, wrt=("in1", "in2"), samples=_along_axes)
@helper
def oaconvolve(y_bar, y, in1, in2, mode="full", axes=None):
    def run(a, b, mode):
        return signal.oaconvolve(a, b, mode, axes)

    return (
        convolution_bar(y_bar, in2, np.shape(in1), mode, run, axes),
        convolution_bar(y_bar, in1, np.shape(in2), mode, run, axes, first=False),
    )


@forward_rule(signal.oaconvolve)
def oaconvolve_tangent(y, in1, in2, mode="full", axes=None, *, in1_dot, in2_dot):
    if in1_dot is None:
        return signal.oaconvolve(in1, in2_dot, mode, axes)
    if in2_dot is None:
        return signal.oaconvolve(in1_dot, in2, mode, axes)
    return signal.oaconvolve(in1_dot, in2, mode, axes) + signal.oaconvolve(in1, in2_dot, mode, axes)


# ---- images: the border is continued as `boundary` says --------------------------------------


def _images(rng):
    a, b = rng.normal(size=(5, 6)), rng.normal(size=(3, 2))
    return [
        call(a, b, mode, boundary)
        for mode in ("full", "same", "valid")
        for boundary in ("fill", "wrap", "symm")
    ] + [
        call(a, rng.normal(size=(4, 3)), "same", "symm"),
        call(a, b, "same", "fill", 1.5),
        call(b, a, "full"),
    ]


def _image_bars(y_bar, image, kernel, mode, boundary, fillvalue):
    """Adjoints of image and kernel of a convolution whose image is continued beyond its border."""
    full_bar = in_full(y_bar, np.shape(image), np.shape(kernel), mode, (0, 1))
    wide = extended(image, np.shape(kernel), boundary, fillvalue)
    wide_bar = signal.convolve2d(full_bar, flipped(kernel))
    kernel_bar = flipped(signal.convolve2d(wide, flipped(full_bar), "valid"))
    return fold(wide_bar, np.shape(image), np.shape(kernel), boundary), kernel_bar


@reverse_rule(signal.convolve2d, wrt=("in1", "in2"), samples=_images)
@helper
def convolve2d(y_bar, y, in1, in2, mode="full", boundary="fill", fillvalue=0):
    if mode == "valid" and np.shape(in1)[0] < np.shape(in2)[0]:  # SciPy exchanges the operands
        in2_bar, in1_bar = _image_bars(y_bar, in2, in1, mode, boundary, fillvalue)
        return in1_bar, in2_bar
    return _image_bars(y_bar, in1, in2, mode, boundary, fillvalue)


@forward_rule(signal.convolve2d)
def convolve2d_tangent(y, in1, in2, mode="full", boundary="fill", fillvalue=0, *, in1_dot, in2_dot):
    y_dot = 0.0 if in1_dot is None else signal.convolve2d(in1_dot, in2, mode, boundary)
    return (
        y_dot
        if in2_dot is None
        else y_dot + signal.convolve2d(in1, in2_dot, mode, boundary, fillvalue)
    )


@reverse_rule(signal.correlate2d, wrt=("in1", "in2"), samples=lambda rng: _images(rng)[:-1])
@helper
def correlate2d(y_bar, y, in1, in2, mode="full", boundary="fill", fillvalue=0):
    if mode == "valid" and np.shape(in1)[0] < np.shape(in2)[0]:
        raise NotImplementedError(
            "correlate2d has a derivative rule for in1 at least as large as in2"
        )
    part = "correlated" if mode == "same" else mode
    in1_bar, kernel_bar = _image_bars(y_bar, in1, np.conj(flipped(in2)), part, boundary, fillvalue)
    return in1_bar, np.conj(flipped(kernel_bar))


@forward_rule(signal.correlate2d)
def correlate2d_tangent(
    y, in1, in2, mode="full", boundary="fill", fillvalue=0, *, in1_dot, in2_dot
):
    y_dot = 0.0 if in1_dot is None else signal.correlate2d(in1_dot, in2, mode, boundary)
    return (
        y_dot
        if in2_dot is None
        else y_dot + signal.correlate2d(in1, in2_dot, mode, boundary, fillvalue)
    )


# ---- recursive filters -----------------------------------------------------------------------


def _filters(rng):
    b, a = rng.normal(size=3), np.array([2.0, -0.7, 0.3, 0.1])
    x, zi = rng.normal(size=8), rng.normal(size=3)
    image = rng.normal(size=(2, 7))
    return [
        call(b, a, x),
        call(b, a, x, zi=zi),
        call(a, b[:2] + np.array([3.0, 0.0]), image, axis=-1),
        call(b, a, image, 0),
        call(b, np.array([2.0]), x),
        call(b, 2.0, x),
        call(b, a, image, zi=rng.normal(size=(2, 3))),
        call(b, a, image, axis=0, zi=rng.normal(size=(3, 7))),
        call(b, a, x[:2], zi=zi),
    ]


def _last(axis, *arrays):
    return [None if a is None else np.moveaxis(a, axis, -1) for a in arrays]


@reverse_rule(signal.lfilter, wrt=("b", "a", "x", "zi"), samples=_filters, kind=filtered)
@helper
def lfilter(y_bar, y, b, a, x, axis=-1, zi=None):
    """`y`, or `(y, final state)` where zi is given: the filter 1 / a run backwards over the seed."""
    out, state, out_bar, state_bar = (y, None, y_bar, None) if zi is None else (*y, *y_bar)
    x, start, out, state, out_bar, state_bar = _last(axis, x, zi, out, state, out_bar, state_bar)
    b_bar, a_bar, x_bar, zi_bar = filter_bars(out_bar, state_bar, b, a, x, start, out, state)
    zi_bar = None if zi is None else np.moveaxis(zi_bar, -1, axis)
    return b_bar, a_bar, np.moveaxis(x_bar, -1, axis), zi_bar


@forward_rule(signal.lfilter)
@helper
def lfilter_tangent(y, b, a, x, axis=-1, zi=None, *, b_dot, a_dot, x_dot, zi_dot):
    out, state = (y, None) if zi is None else y
    x, start, out, state, x_dot, zi_dot = _last(axis, x, zi, out, state, x_dot, zi_dot)
    if state is None:
        state = 0.0
    out_dot, state_dot = filter_dots(b, a, x, start, out, state, b_dot, a_dot, x_dot, zi_dot)
    out_dot = np.moveaxis(out_dot, -1, axis)
    return out_dot if zi is None else (out_dot, np.moveaxis(state_dot, -1, axis))


def _sections(rng):
    sos = np.concatenate([rng.normal(size=(2, 3)), [[1.0, -0.5, 0.2], [1.0, 0.3, 0.1]]], axis=1)
    image = rng.normal(size=(2, 7))
    return [
        call(sos, rng.normal(size=8)),
        call(sos, image, 0),
        call(sos, rng.normal(size=8), zi=rng.normal(size=(2, 2))),
        call(sos, image, zi=rng.normal(size=(2, 2, 2))),
        call(sos, image, axis=0, zi=rng.normal(size=(2, 2, 7))),
    ]


# SciPy checks that sos[:, 3] is 1: that column is constant.
@reverse_rule(signal.sosfilt, wrt=("x", "zi"), samples=_sections, kind=filtered_in_sections)
@helper
def sosfilt(y_bar, y, sos, x, axis=-1, zi=None):
    """A cascade of second-order filters; the coefficients are not differentiated."""
    out_bar, state_bar = (y_bar, None) if zi is None else y_bar
    x, out_bar = _last(axis, x, out_bar)
    start, state_bar = _last(axis if axis < 0 else axis + 1, zi, state_bar)
    _, x_bar, zi_bar = sections_bars(out_bar, state_bar, sos, x, start)
    zi_bar = None if zi is None else np.moveaxis(zi_bar, -1, axis if axis < 0 else axis + 1)
    return np.moveaxis(x_bar, -1, axis), zi_bar


@forward_rule(signal.sosfilt)
@helper
def sosfilt_tangent(y, sos, x, axis=-1, zi=None, *, x_dot, zi_dot):
    place = axis if axis < 0 else axis + 1
    x, x_dot = _last(axis, x, x_dot)
    start, zi_dot = _last(place, zi, zi_dot)
    out_dot, state_dot = sections_dots(sos, x, start, None, x_dot, zi_dot)
    out_dot = np.moveaxis(out_dot, -1, axis)
    return out_dot if zi is None else (out_dot, np.moveaxis(state_dot, -1, place))


def _both_ways(rng):
    b, a = np.array([0.2, 0.3, 0.1]), np.array([1.0, -0.5, 0.2])
    x = rng.normal(size=(2, 15))
    return [
        call(b, a, x[0]),
        call(b, a, x, padtype="even"),
        call(b, a, x.T.copy(), 0, padtype="constant", padlen=3),
        call(b, a, x[0], padtype=None),
    ]


# The name of the method and the padding are fixed; what is filtered is linear.
@linear(signal.filtfilt, wrt="x", samples=_both_ways, kind=like(signal.filtfilt, "x"))
@helper
def filtfilt(y_bar, b, a, x, axis=-1, padtype="odd", padlen=None):
    """Backwards through: cut, filter backwards, filter forwards, pad; each with its initial state."""
    edge = 0 if padtype is None else 3 * max(len(a), len(b)) if padlen is None else padlen
    n = np.shape(x)[axis]
    bar = np.moveaxis(y_bar, axis, -1)
    bar = np.concatenate(
        [np.zeros((*bar.shape[:-1], edge)), bar, np.zeros((*bar.shape[:-1], edge))], axis=-1
    )
    start = signal.lfilter_zi(b, a)
    for _ in range(
        2
    ):  # both passes are the same: the filter, started at the state of its first value
        _, _, back, zi_bar = filter_bars(
            flipped(bar, -1), None, b, a, np.zeros(bar.shape), None, np.zeros(bar.shape), None
        )
        back[..., 0] += zi_bar @ start
        bar = back
    return np.moveaxis(_cut(bar, n, edge, padtype), -1, axis)


def _cut(wide_bar, n, edge, padtype):
    """The adjoint of padding a signal by `edge` values on both sides."""
    bar = wide_bar[..., edge : edge + n].copy()
    if edge == 0:
        return bar
    left, right = wide_bar[..., :edge], wide_bar[..., edge + n :]
    if padtype == "constant":
        bar[..., 0] += np.sum(left, axis=-1)
        bar[..., -1] += np.sum(right, axis=-1)
        return bar
    sign = -1.0 if padtype == "odd" else 1.0
    bar[..., 1 : edge + 1] += sign * flipped(left, -1)
    bar[..., n - 1 - edge : n - 1] += sign * flipped(right, -1)
    if padtype == "odd":
        bar[..., 0] += 2.0 * np.sum(left, axis=-1)
        bar[..., -1] += 2.0 * np.sum(right, axis=-1)
    return bar


# ---- linear transforms -----------------------------------------------------------------------


@linear(
    signal.detrend,
    wrt="data",
    samples=lambda rng: [
        call(rng.normal(size=7)),
        call(rng.normal(size=(7, 2)), 0),
        call(rng.normal(size=(2, 7)), type="constant"),
        call(rng.normal(size=9), bp=[0, 4]),
    ],
)
def detrend(y_bar, data, axis=-1, type="linear", bp=0):
    """A projection: its own transpose."""
    return signal.detrend(y_bar, axis, type, bp)


@linear(
    signal.hilbert,
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=6)),
        call(rng.normal(size=7)),
        call(rng.normal(size=(5, 2)), axis=0),
        call(rng.normal(size=6), 9),
        call(rng.normal(size=6), 4),
    ],
)
@helper
def hilbert(y_bar, x, N=None, axis=-1):
    """Fourier transform, weights, back: the matrices are symmetric, so the order turns round."""
    m, n = np.shape(y_bar)[axis], np.shape(x)[axis]
    weights = np.zeros(m, np.asarray(x).dtype)
    weights[0] = 1.0
    weights[1 : (m + 1) // 2] = 2.0
    if m % 2 == 0:
        weights[m // 2] = 1.0
    bar = np.moveaxis(y_bar, axis, -1)
    bar = np.real(np.fft.fft(weights * np.fft.ifft(bar)))[..., :n]
    beyond = np.zeros((*bar.shape[:-1], max(n - m, 0)), np.asarray(x).dtype)
    bar = np.concatenate([bar, beyond], axis=-1)
    return np.moveaxis(bar, -1, axis)


@reverse_rule(
    signal.upfirdn,
    wrt=("h", "x"),
    samples=lambda rng: [
        call(rng.normal(size=4), rng.normal(size=6)),
        call(rng.normal(size=4), rng.normal(size=6), 3, 2),
        call(rng.normal(size=5), rng.normal(size=(4, 3)), 2, 3, 0),
        call(rng.normal(size=2), rng.normal(size=7), 1, 4),
    ],
)
@helper
def upfirdn(y_bar, y, h, x, up=1, down=1, axis=-1):
    """x with zeros between, convolved with h, every `down`-th value kept: each step backwards."""
    x, bar = np.moveaxis(x, axis, -1), np.moveaxis(y_bar, axis, -1)
    spread = np.zeros((*x.shape[:-1], up * (x.shape[-1] - 1) + 1), x.dtype)
    spread[..., ::up] = x
    full_bar = np.zeros((*x.shape[:-1], spread.shape[-1] + len(h) - 1), bar.dtype)
    full_bar[..., ::down] = bar
    kernel = np.reshape(flipped(h), (1,) * (bar.ndim - 1) + (-1,))
    x_bar = signal.convolve(full_bar, kernel, "valid")[..., ::up]
    lags = [np.sum(spread * full_bar[..., k : k + spread.shape[-1]]) for k in range(len(h))]
    return np.array(lags), np.moveaxis(x_bar, -1, axis)


@forward_rule(signal.upfirdn)
def upfirdn_tangent(y, h, x, up=1, down=1, axis=-1, *, h_dot, x_dot):
    y_dot = 0.0 if h_dot is None else signal.upfirdn(h_dot, x, up, down, axis)
    return y_dot if x_dot is None else y_dot + signal.upfirdn(h, x_dot, up, down, axis)


def _windows(rng):
    x = rng.normal(size=(2, 11))
    modes = ("interp", "mirror", "nearest", "wrap", "constant")
    return [call(x[0], 5, 2, mode=mode) for mode in modes] + [
        call(x, 5, 2),
        call(x.T.copy(), 5, 3, 1, 0.5, 0),
        call(x[0], 11, 3),
    ]


@linear(signal.savgol_filter, wrt="x", samples=_windows)
def savgol_filter(y_bar, x, window_length, polyorder, deriv=0, delta=1.0, axis=-1, mode="interp"):
    """The transposed matrix of the filter, whose rows differ near the ends only."""
    n = np.shape(x)[axis]
    matrix = signal.savgol_filter(np.eye(n), window_length, polyorder, deriv, delta, 0, mode)
    return np.moveaxis(np.moveaxis(y_bar, axis, -1) @ matrix, -1, axis)


@linear(
    signal.resample,
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=6), 9),
        call(rng.normal(size=7), 4),
        call(rng.normal(size=(8, 2)), 5),
        call(rng.normal(size=(2, 8)), 12, axis=1),
    ],
)
def resample(y_bar, x, num, *, axis=0):
    """The transposed matrix of the transform: each column is a shifted copy of one function."""
    matrix = signal.resample(np.eye(np.shape(x)[axis]), num)
    return np.moveaxis(np.moveaxis(y_bar, axis, -1) @ matrix, -1, axis)


# ---- filters by rank --------------------------------------------------------------------------


@formula(
    signal.medfilt,
    wrt=("volume",),
    samples=lambda rng: [
        call(rng.normal(size=8)),
        call(rng.normal(size=8), 5),
        call(rng.normal(size=(4, 5)), [3, 1]),
    ],
    kind=like(signal.medfilt, "volume"),
)
def medfilt(volume, kernel_size=None):
    """The median of a window, with zeros beyond the ends."""
    size = 3 if kernel_size is None else kernel_size
    cells = window_cells(np.ndim(volume), size, None, None)
    return chosen_by_rank(volume, cells.size // 2, cells, "constant", 0.0, 0, None)


@formula(
    signal.medfilt2d,
    wrt=("input",),
    samples=lambda rng: [
        call(rng.normal(size=(4, 5))),
        call(rng.normal(size=(4, 5)), 5),
        call(rng.normal(size=(4, 5)), [3, 1]),
    ],
    kind=like(signal.medfilt2d, "input"),
)
def medfilt2d(input, kernel_size=3):
    cells = window_cells(2, kernel_size, None, None)
    return chosen_by_rank(input, cells.size // 2, cells, "constant", 0.0, 0, None)


leaving_out(signal.medfilt, signal.medfilt2d)
refused(signal.sepfir2d, way_out="scipy.signal.convolve2d with boundary='symm'")
refused(
    signal.freqs, signal.sosfreqz,
    way_out="np.polyval of numerator and denominator, at np.exp(-1j * w) or 1j * w",
)  # fmt: skip
refused(
    signal.step, signal.impulse, signal.lsim,
    way_out="scipy.linalg.expm of the matrix of the system, or scipy.integrate.solve_ivp",
)  # fmt: skip

# ---- results that do not vary ----------------------------------------------------------------

constant(*present(signal, "get_window", "choose_conv_method", "next_fast_len"))
constant(signal.argrelmax, signal.argrelmin, signal.argrelextrema, signal.find_peaks_cwt)


of_real_numbers(signal.medfilt, signal.lfilter, signal.sosfilt, signal.savgol_filter)
