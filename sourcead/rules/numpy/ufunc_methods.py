# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Methods of universal functions: reduce, accumulate, reduceat, outer.

`axis` is 0 unless given, where the functions of the same purpose (`np.sum`) take all axes.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.runtime.array_products import cumprod_adjoint, cumprod_tangent, product_of_others
from sourcead.runtime.gathers import take_along_axis_adjoint
from sourcead.runtime.powers import log_or_zero, power_slope
from sourcead.runtime.ufuncs import beside, running_source, segments_adjoint

for _ufunc in (np.logical_and, np.logical_or, np.logical_xor, np.bitwise_and, np.bitwise_or):
    constant(_ufunc.reduce, _ufunc.accumulate, _ufunc.outer)
for _comparison in (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal):
    constant(_comparison.outer)


def _along(rng, initial=None):
    a = rng.normal(size=(2, 3, 2))
    extra = [] if initial is None else [call(a, axis=1, initial=initial)]
    return [
        *extra,
        call(a),
        call(a[0, :, 0]),
        call(a, 1),
        call(a, axis=-1, keepdims=True),
        call(a, axis=None),
        call(a, axis=(0, 2)),
        call(a, axis=None, keepdims=True),
        call(rng.normal(size=(2, 3)).astype(np.float32)),
    ]


# ---- reduce --------------------------------------------------------------------------------


@reverse_rule(np.add.reduce, wrt=("array", "initial"), samples=lambda rng: _along(rng, 0.5))
def add_reduce(y_bar, y, array, axis=0, dtype=None, *, keepdims=False, initial=0, where=True):
    if axis is None or keepdims:
        array_bar = np.broadcast_to(y_bar, np.shape(array))
    else:
        array_bar = np.broadcast_to(np.expand_dims(y_bar, axis), np.shape(array))
    if where is not True:
        array_bar = np.where(where, array_bar, 0.0)
    return array_bar, y_bar


@forward_rule(np.add.reduce)
def add_reduce_tangent(
    y, array, axis=0, dtype=None, *, keepdims=False, initial=0, where=True, array_dot, initial_dot
):
    if array_dot is None:
        return np.broadcast_to(initial_dot, np.shape(y))
    y_dot = np.sum(array_dot, axis=axis, keepdims=keepdims, where=where)
    if initial_dot is not None:
        y_dot = y_dot + initial_dot
    return y_dot


@reverse_rule(np.multiply.reduce, wrt=("array", "initial"), samples=lambda rng: _along(rng, 0.5))
def multiply_reduce(y_bar, y, array, axis=0, dtype=None, *, keepdims=False, initial=1):
    """Exact with zeros."""
    initial_bar = y_bar * np.prod(array, axis=axis, keepdims=keepdims)
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    return y_bar * initial * product_of_others(array, axis), initial_bar


@forward_rule(np.multiply.reduce)
def multiply_reduce_tangent(
    y, array, axis=0, dtype=None, *, keepdims=False, initial=1, array_dot, initial_dot
):
    if array_dot is None:
        return initial_dot * np.prod(array, axis=axis, keepdims=keepdims)
    moved = array_dot * product_of_others(array, axis)
    y_dot = initial * np.sum(moved, axis=axis, keepdims=keepdims)
    if initial_dot is not None:
        y_dot = y_dot + initial_dot * np.prod(array, axis=axis, keepdims=keepdims)
    return y_dot


@reverse_rule(
    np.maximum.reduce,
    np.minimum.reduce,
    wrt=("array", "initial"),
    samples=lambda rng: _along(rng, 0.2),
)
def maximum_reduce(y_bar, y, array, axis=0, dtype=None, *, keepdims=False, initial=None):
    """Elements that tie share equally."""
    if axis is not None and not keepdims:
        y = np.expand_dims(y, axis)
        y_bar = np.expand_dims(y_bar, axis)
    picked = array == y
    ties = np.sum(picked, axis=axis, keepdims=True, dtype=np.result_type(y))
    if initial is None:
        return picked * np.divide(y_bar, ties), None
    ties = ties + (initial == y)
    share = np.divide(y_bar, ties)
    return picked * share, (initial == y) * share


@forward_rule(np.maximum.reduce)
def maximum_reduce_tangent(
    y, array, axis=0, dtype=None, *, keepdims=False, initial=None, array_dot, initial_dot
):
    if axis is not None and not keepdims:
        y = np.expand_dims(y, axis)
    picked = array == y
    ties = np.sum(picked, axis=axis, keepdims=keepdims, dtype=np.result_type(y))
    if array_dot is None:
        total = np.zeros_like(ties)
    else:
        total = np.sum(np.where(picked, array_dot, 0.0), axis=axis, keepdims=keepdims)
    if initial is not None:
        tied = np.reshape(initial == y, np.shape(ties))
        ties = ties + tied
        if initial_dot is not None:
            total = total + tied * initial_dot
    return np.divide(total, ties)


@reverse_rule(np.logaddexp.reduce, wrt=("array",), samples=_along, singular=True)
def logaddexp_reduce(y_bar, y, array, axis=0, dtype=None, *, keepdims=False):
    """The softmax; 0 where all elements are -inf."""
    peak = np.where(y == -np.inf, 0.0, y)
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
        peak = np.expand_dims(peak, axis)
    return y_bar * np.exp(array - peak)


@forward_rule(np.logaddexp.reduce)
def logaddexp_reduce_tangent(y, array, axis=0, dtype=None, *, keepdims=False, array_dot):
    peak = np.where(y == -np.inf, 0.0, y)
    if axis is not None and not keepdims:
        peak = np.expand_dims(peak, axis)
    return np.sum(array_dot * np.exp(array - peak), axis=axis, keepdims=keepdims)


# ---- accumulate ----------------------------------------------------------------------------


def _running(rng):
    return [
        call(rng.normal(size=(4,))),
        call(rng.normal(size=(3, 4))),
        call(rng.normal(size=(3, 4)), 1),
        call(rng.normal(size=(3, 4)), axis=-1),
        call(np.array([2.0, 0.0, 3.0])),
    ]


@linear(np.add.accumulate, wrt="array", samples=_running)
def add_accumulate(y_bar, array, axis=0, dtype=None):
    return np.flip(np.cumsum(np.flip(y_bar, axis), axis), axis)


@reverse_rule(np.multiply.accumulate, wrt=("array",), samples=_running)
def multiply_accumulate(y_bar, y, array, axis=0, dtype=None):
    return cumprod_adjoint(y_bar, y, array, axis)


@forward_rule(np.multiply.accumulate)
def multiply_accumulate_tangent(y, array, axis=0, dtype=None, *, array_dot):
    return cumprod_tangent(y, array, array_dot, axis)


@reverse_rule(np.maximum.accumulate, np.minimum.accumulate, wrt=("array",), samples=_running)
def maximum_accumulate(y_bar, y, array, axis=0, dtype=None):
    """Of elements that tie the first keeps the lead."""
    return take_along_axis_adjoint(y_bar, np.shape(array), running_source(y, array, axis), axis)


@forward_rule(np.maximum.accumulate)
def maximum_accumulate_tangent(y, array, axis=0, dtype=None, *, array_dot):
    return np.take_along_axis(array_dot, running_source(y, array, axis), axis)


# ---- reduceat ------------------------------------------------------------------------------


@linear(
    np.add.reduceat,
    wrt="array",
    samples=lambda rng: [
        call(rng.normal(size=(8,)), [0, 3, 5]),
        call(rng.normal(size=(8,)), [0, 4, 1, 5, 2, 6, 3, 7]),
        call(rng.normal(size=(8,)), np.array([5, 5, 2])),
        call(rng.normal(size=(3, 5)), [1, 3], axis=1),
        call(rng.normal(size=(4, 2)), [0, 2], 0),
    ],
)
def add_reduceat(y_bar, array, indices, axis=0, dtype=None):
    return segments_adjoint(y_bar, np.shape(array), indices, axis)


# ---- outer ---------------------------------------------------------------------------------


def _pairs(rng):
    return [
        call(rng.uniform(0.5, 2.0, (3,)), rng.uniform(0.5, 2.0, (2,))),
        call(rng.uniform(0.5, 2.0, (2, 3)), rng.uniform(0.5, 2.0, (4,))),
        call(1.5, rng.uniform(0.5, 2.0, (2, 2))),
    ]


@reverse_rule(np.add.outer, wrt=("A", "B"), samples=_pairs)
def add_outer(y_bar, y, A, B):
    A_bar = np.sum(y_bar, axis=tuple(range(np.ndim(A), np.ndim(y_bar))))
    return A_bar, y_bar


@forward_rule(np.add.outer)
def add_outer_tangent(y, A, B, *, A_dot, B_dot):
    if A_dot is None:
        return np.broadcast_to(B_dot, np.shape(y))
    if B_dot is None:
        return np.broadcast_to(beside(A_dot, B), np.shape(y))
    return beside(A_dot, B) + B_dot


@reverse_rule(np.subtract.outer, wrt=("A", "B"), samples=_pairs)
def subtract_outer(y_bar, y, A, B):
    A_bar = np.sum(y_bar, axis=tuple(range(np.ndim(A), np.ndim(y_bar))))
    return A_bar, -y_bar


@forward_rule(np.subtract.outer)
def subtract_outer_tangent(y, A, B, *, A_dot, B_dot):
    if A_dot is None:
        return np.broadcast_to(-B_dot, np.shape(y))
    if B_dot is None:
        return np.broadcast_to(beside(A_dot, B), np.shape(y))
    return beside(A_dot, B) - B_dot


@reverse_rule(np.multiply.outer, wrt=("A", "B"), samples=_pairs)
def multiply_outer(y_bar, y, A, B):
    A_bar = np.sum(y_bar * B, axis=tuple(range(np.ndim(A), np.ndim(y_bar))))
    return A_bar, y_bar * beside(A, B)


@forward_rule(np.multiply.outer)
def multiply_outer_tangent(y, A, B, *, A_dot, B_dot):
    if A_dot is None:
        return beside(A, B) * B_dot
    if B_dot is None:
        return beside(A_dot, B) * B
    return beside(A_dot, B) * B + beside(A, B) * B_dot


@reverse_rule(np.divide.outer, wrt=("A", "B"), samples=_pairs, singular=True)
def divide_outer(y_bar, y, A, B):
    A_bar = np.sum(y_bar / B, axis=tuple(range(np.ndim(A), np.ndim(y_bar))))
    return A_bar, -y_bar * y / B


@forward_rule(np.divide.outer)
def divide_outer_tangent(y, A, B, *, A_dot, B_dot):
    if A_dot is None:
        return -y * (B_dot / B)
    if B_dot is None:
        return beside(A_dot, B) / B
    return beside(A_dot, B) / B - y * (B_dot / B)


@reverse_rule(np.power.outer, wrt=("A", "B"), samples=_pairs, singular=True)
def power_outer(y_bar, y, A, B):
    slope = power_slope(beside(A, B), B)
    A_bar = np.sum(y_bar * slope, axis=tuple(range(np.ndim(A), np.ndim(y_bar))))
    return A_bar, y_bar * y * log_or_zero(beside(A, B))


@forward_rule(np.power.outer)
def power_outer_tangent(y, A, B, *, A_dot, B_dot):
    if A_dot is None:
        return y * log_or_zero(beside(A, B)) * B_dot
    y_dot = power_slope(beside(A, B), B) * beside(A_dot, B)
    if B_dot is not None:
        y_dot = y_dot + y * log_or_zero(beside(A, B)) * B_dot
    return y_dot


@reverse_rule(np.maximum.outer, np.minimum.outer, wrt=("A", "B"), samples=_pairs)
def maximum_outer(y_bar, y, A, B):
    """Half each at a tie."""
    first = beside(A, B)
    tied = np.where(first == B, 0.5 * y_bar, 0.0)
    chosen = np.where((first == y) & (first != B), y_bar, 0.0)
    A_bar = np.sum(tied + chosen, axis=tuple(range(np.ndim(A), np.ndim(y_bar))))
    return A_bar, tied + np.where((y == B) & (first != B), y_bar, 0.0)


@forward_rule(np.maximum.outer)
def maximum_outer_tangent(y, A, B, *, A_dot, B_dot):
    first = beside(A, B)
    moved = 0.0 if A_dot is None else beside(A_dot, B)
    other = 0.0 if B_dot is None else B_dot
    return np.where(first == B, 0.5 * (moved + other), np.where(first == y, moved, other))
