"""Adjoints of convolutions and recursive filters."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import signal

__all__ = [
    "convolution_bar", "extended", "filter_bars", "filter_dots", "flipped", "fold", "in_full", "sections_bars",
    "sections_dots",
]  # fmt: skip


def flipped(a: Any, axes: Any = None) -> Any:
    return np.flip(a, axes)


# -- convolution -----------------------------------------------------------------------------


def in_full(y_bar: Any, shape1: Any, shape2: Any, mode: str, axes: Any) -> Any:
    """The adjoint of the full convolution, of which `mode` keeps a part.

    "correlated" is what `correlate2d` calls "same": it takes the middle the other way round.
    """
    if mode == "full":
        return y_bar
    pads = [
        _around(shape1[axis], shape2[axis], mode) if axis in axes else (0, 0)
        for axis in range(len(shape1))
    ]
    return np.pad(y_bar, pads)


def _around(n1: int, n2: int, mode: str) -> tuple[int, int]:
    """How much of the full convolution's n1 + n2 - 1 values is left out, before and behind."""
    if mode == "valid":
        return min(n1, n2) - 1, min(n1, n2) - 1
    before = n2 // 2 if mode == "correlated" else (n2 - 1) // 2
    return before, n2 - 1 - before


def convolution_bar(
    y_bar: Any,
    other: Any,
    shape: Any,
    mode: str,
    convolve: Any,
    axes: Any = None,
    first: bool = True,
) -> Any:
    """The adjoint of one operand, of the given shape: correlation with the other one."""
    axes = (
        tuple(range(np.ndim(y_bar)))
        if axes is None
        else tuple(np.atleast_1d(axes) % np.ndim(y_bar))
    )
    shapes = (shape, np.shape(other)) if first else (np.shape(other), shape)
    full_bar = in_full(y_bar, *shapes, mode, axes)
    return convolve(full_bar, flipped(other, axes), "valid")


# -- two dimensions with a boundary ------------------------------------------------------------

MODES = {"fill": "constant", "wrap": "wrap", "symm": "symmetric"}


def extended(a: Any, kernel_shape: Any, boundary: str, fillvalue: Any) -> Any:
    """The image with a border of the kernel's width on all sides, as the boundary continues it."""
    pads = [(n - 1, n - 1) for n in kernel_shape]
    if boundary == "fill":
        return np.pad(a, pads, constant_values=fillvalue)
    return np.pad(a, pads, mode=MODES[boundary])  # type: ignore[call-overload]


def fold(wide_bar: Any, shape: Any, kernel_shape: Any, boundary: str) -> Any:
    """The adjoint of `extended`: what lies on the border is added where it came from."""
    for axis, (n, width) in enumerate(zip(shape, kernel_shape)):
        pads = (width - 1, width - 1)
        if boundary == "fill":
            wide_bar = np.take(wide_bar, np.arange(width - 1, width - 1 + n), axis)
            continue
        source = np.pad(np.arange(n), pads, mode=MODES[boundary])  # type: ignore[call-overload]
        folded = np.zeros((n, *np.delete(wide_bar.shape, axis)), wide_bar.dtype)
        np.add.at(folded, source, np.moveaxis(wide_bar, axis, 0))
        wide_bar = np.moveaxis(folded, 0, axis)
    return wide_bar


# -- recursive filters -------------------------------------------------------------------------


def _padded(b: Any, a: Any) -> tuple[Any, Any]:
    n = max(len(b), len(a))
    return np.pad(b, (0, n - len(b))), np.pad(a, (0, n - len(a)))


def filter_bars(
    y_bar: Any, state_bar: Any, b: Any, a: Any, x: Any, zi: Any, y: Any, state: Any
) -> tuple[Any, Any, Any, Any]:
    """Adjoints of b, a, x, zi of a filter along the last axis.

    a[0] y[n] = sum of b[k] x[n - k] - sum of a[k] y[n - k] + a[0] zi[n], and the final state is the
    same sum behind the end, without what comes in later.  The adjoint of that equation is the filter
    1 / a run backwards over the seed, with the state's adjoint as its past.
    """
    single_b, single_a = np.shape(b), np.shape(a)
    b, a = np.atleast_1d(b), np.atleast_1d(a)  # `lfilter(b, 1.0, x)`
    long_b, long_a = _padded(b, a)
    order, n = len(long_b) - 1, x.shape[-1]
    one = np.ones(1, long_a.dtype)
    seed = np.zeros(x.shape, x.dtype) if y_bar is None else y_bar
    seed = np.concatenate([seed, np.zeros((*seed.shape[:-1], order), seed.dtype)], axis=-1)
    if (
        state_bar is not None
    ):  # the seed that makes the backward filter pass through state_bar / a[0]
        seed[..., n:] = flipped(signal.lfilter(long_a, one, flipped(state_bar / long_a[0], -1)), -1)
    back = flipped(signal.lfilter(one, long_a, flipped(seed, -1)), -1)
    x_bar = flipped(signal.lfilter(long_b, one, flipped(back, -1)), -1)[..., :n]
    b_bar = np.array([np.sum(x * back[..., k : k + n]) for k in range(len(b))])
    a_bar = np.array([-np.sum(y * back[..., k : k + n]) for k in range(len(a))])
    zi_bar = long_a[0] * back[..., :order]
    if zi is not None:
        a_bar[0] += np.sum(zi * back[..., :order])
    if state_bar is not None:
        a_bar[0] -= np.sum(state * back[..., n:])
    return np.reshape(b_bar, single_b), np.reshape(a_bar, single_a), x_bar, zi_bar


def filter_dots(
    b: Any,
    a: Any,
    x: Any,
    zi: Any,
    y: Any,
    state: Any,
    b_dot: Any,
    a_dot: Any,
    x_dot: Any,
    zi_dot: Any,
) -> tuple[Any, Any]:
    """The tangents of the result and of the final state, of the same filter."""
    b, a = np.atleast_1d(b), np.atleast_1d(a)
    b_dot = None if b_dot is None else np.atleast_1d(b_dot)
    a_dot = None if a_dot is None else np.atleast_1d(a_dot)
    long_b, long_a = _padded(b, a)
    order, one = len(long_b) - 1, np.ones(1, long_a.dtype)
    x_dot = np.zeros_like(x) if x_dot is None else x_dot
    start = np.zeros((*x.shape[:-1], order), x.dtype) if zi_dot is None else zi_dot
    y_dot, state_dot = signal.lfilter(
        long_b, long_a, x_dot, zi=np.broadcast_to(start, (*x.shape[:-1], order))
    )
    tail = np.zeros((*x.shape[:-1], order), x.dtype)
    source = np.zeros((*x.shape[:-1], x.shape[-1] + order), np.result_type(x, y))
    if b_dot is not None:
        source = source + signal.lfilter(b_dot, one, np.concatenate([x, tail], axis=-1))
    if a_dot is not None:
        source = source - signal.lfilter(a_dot, one, np.concatenate([y, tail], axis=-1))
        source[..., :order] += 0.0 if zi is None else a_dot[0] * zi
        source[..., x.shape[-1] :] -= a_dot[0] * state
    if b_dot is not None or a_dot is not None:
        more, left = signal.lfilter(
            one, long_a, source[..., : x.shape[-1]], zi=np.zeros_like(tail, source.dtype)
        )
        y_dot = y_dot + more
        state_dot = state_dot + left + source[..., x.shape[-1] :] / long_a[0]
    return y_dot, state_dot


def _stages(sos: Any, x: Any, zi: Any) -> list[tuple[Any, Any, Any, Any]]:
    """Of each second-order section: input, initial state, output, final state (time last)."""
    stages = []
    for i, section in enumerate(sos):
        start = np.zeros((*x.shape[:-1], 2), x.dtype) if zi is None else zi[i]
        y, state = signal.lfilter(section[:3], section[3:], x, zi=start)
        stages.append((x, start, y, state))
        x = y
    return stages


def sections_bars(y_bar: Any, state_bar: Any, sos: Any, x: Any, zi: Any) -> tuple[Any, Any, Any]:
    """Adjoints of sos, x, zi of a cascade along the last axis; zi: (sections, ..., 2)."""
    stages = _stages(sos, x, zi)
    sos_bar = np.zeros(np.shape(sos), np.result_type(sos))
    zi_bar: list[Any] = []
    bar = np.zeros(x.shape, x.dtype) if y_bar is None else y_bar
    for i in reversed(range(len(sos))):
        into, start, y, state = stages[i]
        end_bar = np.zeros_like(state) if state_bar is None else state_bar[i]
        b_bar, a_bar, bar, start_bar = filter_bars(
            bar, end_bar, sos[i][:3], sos[i][3:], into, start, y, state
        )
        sos_bar[i] = np.concatenate([b_bar, a_bar])
        zi_bar.insert(0, start_bar)
    return sos_bar, bar, np.stack(zi_bar)


def sections_dots(
    sos: Any, x: Any, zi: Any, sos_dot: Any, x_dot: Any, zi_dot: Any
) -> tuple[Any, Any]:
    states = []
    for i, (into, start, y, state) in enumerate(_stages(sos, x, zi)):
        b_dot, a_dot = (None, None) if sos_dot is None else (sos_dot[i][:3], sos_dot[i][3:])
        start_dot = None if zi_dot is None else zi_dot[i]
        x_dot, state_dot = filter_dots(
            sos[i][:3], sos[i][3:], into, start, y, state, b_dot, a_dot, x_dot, start_dot
        )
        states.append(state_dot)
    return x_dot, np.stack(states)
