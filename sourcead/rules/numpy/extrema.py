# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""The greatest and the least element along no, one or several axes.

What stands behind `axis` is taken by keyword only, because NumPy has `out` in between.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.samples import call, masked, methods, present, reduced


def _with_initial(rng):
    a = rng.normal(size=(3, 4))
    return [
        *masked(rng, initial=0.1),
        call(a, axis=0, initial=0.1),
        call(a, initial=10.0),
        call(np.zeros((0,)), initial=1.0),
    ]


@reverse_rule(
    np.max,
    np.min,
    *present(np, "amax", "amin"),
    np.nanmax,
    np.nanmin,
    *methods("max", "min"),
    wrt=("a", "initial"),
    samples=lambda rng: [*reduced(rng), *_with_initial(rng)],
)
def max(y_bar, y, a, axis=None, *, keepdims=False, initial=None, where=True):
    """Elements that tie share equally, `initial` among them."""
    if axis is not None and not keepdims:
        y = np.expand_dims(y, axis)
        y_bar = np.expand_dims(y_bar, axis)
    picked = a == y
    if where is not True:
        picked = picked & where
    ties = np.sum(picked, axis=axis, keepdims=True, dtype=np.result_type(y))
    if initial is None:
        return picked * np.divide(y_bar, ties), None
    ties = ties + (initial == y)
    share = np.divide(y_bar, ties)
    return picked * share, (initial == y) * share


@forward_rule(np.max)
def max_tangent(y, a, axis=None, *, keepdims=False, initial=None, where=True, a_dot, initial_dot):
    if axis is not None and not keepdims:
        y = np.expand_dims(y, axis)
    picked = a == y
    if where is not True:
        picked = picked & where
    dtype = np.result_type(y)
    ties = np.sum(picked, axis=axis, keepdims=keepdims, dtype=dtype)
    if a_dot is None:
        total = np.zeros_like(ties)
    else:
        total = np.sum(np.where(picked, a_dot, 0.0), axis=axis, keepdims=keepdims)
    if initial is not None:
        tied = np.reshape(initial == y, np.shape(ties))
        ties = ties + tied
        if initial_dot is not None:
            total = total + tied * initial_dot
    return np.divide(total, ties)


@reverse_rule(
    np.ptp,
    *filter(callable, methods("ptp")),  # NumPy 2.0 to 2.2 keep an attribute that only raises
    wrt=("a",),
    samples=lambda rng: reduced(rng),
)
def ptp(y_bar, y, a, axis=None, *, keepdims=False):
    """Elements that tie share equally, as for max and min."""
    if axis is not None and not keepdims:
        y_bar = np.expand_dims(y_bar, axis)
    top = a == np.max(a, axis=axis, keepdims=True)
    bottom = a == np.min(a, axis=axis, keepdims=True)
    dtype = np.result_type(y)
    tops = np.sum(top, axis=axis, keepdims=True, dtype=dtype)
    bottoms = np.sum(bottom, axis=axis, keepdims=True, dtype=dtype)
    return y_bar * (top / tops - bottom / bottoms)


@forward_rule(np.ptp)
def ptp_tangent(y, a, axis=None, *, keepdims=False, a_dot):
    top = a == np.max(a, axis=axis, keepdims=True)
    bottom = a == np.min(a, axis=axis, keepdims=True)
    dtype = np.result_type(y)
    tops = np.sum(top, axis=axis, keepdims=True, dtype=dtype)
    bottoms = np.sum(bottom, axis=axis, keepdims=True, dtype=dtype)
    moved = np.where(top, a_dot, 0.0) / tops - np.where(bottom, a_dot, 0.0) / bottoms
    return np.sum(moved, axis=axis, keepdims=keepdims)
