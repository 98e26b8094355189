# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Elements picked by index functions. (What `a[i]` does is the transform's own business.)"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Number, Slice, Tuple
from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.kinds import (
    along_axis,
    by_shape,
    flat_places,
    numeric,
    picked,
    places,
    rows_of_places,
)
from sourcead.rules.numpy.samples import call, methods
from sourcead.rules.registry import Effects
from sourcead.runtime.gathers import (
    choose_adjoint,
    choose_tangent,
    compress_adjoint,
    item_adjoint,
    item_of,
    item_tangent,
    take_adjoint,
    take_along_axis_adjoint,
)

constant(
    np.ix_,
    np.tril_indices,
    np.triu_indices,
    np.diag_indices,
    np.tril_indices_from,
    np.triu_indices_from,
    np.diag_indices_from,
    np.mask_indices,
    np.unravel_index,
    np.ravel_multi_index,
    np.indices,
    np.ndindex,
)
constant(np.nonzero, *methods("nonzero"), kind=places)
constant(np.flatnonzero, kind=flat_places)
constant(np.argwhere, kind=rows_of_places)


def _items(rng):
    a = rng.normal(size=(2, 3))
    indices = (1, (0, -1), slice(1, None), (slice(None), 2), (slice(None), [0, 2, 0]))
    return [call(a, index) for index in indices]


def item_kind(base, index):
    """How long a slice is, its numbers say."""
    within = index.items if isinstance(index, Tuple) else (index,)
    sliced = any(isinstance(part, Slice) for part in within)
    return Number(real=False) if sliced else numeric(item_of)(base, index)


@reverse_rule(
    item_of, wrt=("base",), samples=_items, kind=item_kind, effects=Effects(returns="maybe")
)
def item(y_bar, y, base, index):
    """Of arrays whose kind is known only while the program runs."""
    return item_adjoint(y_bar, np.shape(base), index)


@forward_rule(item_of)
def item_moved(y, base, index, *, base_dot):
    return item_tangent(base_dot, base, index)


@linear(
    item_adjoint,
    wrt="y_bar",
    samples=lambda rng: [call(1.3, (3,), 1), call(rng.normal(size=3), (2, 3), 1)],
    kind=numeric(item_adjoint),
)
def item_again(x_bar, y_bar, shape, index):
    return item_of(x_bar, index)


@linear(
    np.take,
    *methods("take"),
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(4,)), [0, 2, 0, -1]),
        call(rng.normal(size=(4,)), 2),
        call(rng.normal(size=(2, 3)), [[0, 5], [1, 0]]),
        call(rng.normal(size=(2, 3)), [1, 1], axis=0),
        call(rng.normal(size=(2, 3)), [[0, 2], [1, -1]], axis=1),
        call(rng.normal(size=(2, 3, 4)), 1, axis=-2),
        call(rng.normal(size=(2, 3)), [5, -4], axis=-1, mode="wrap"),
        call(rng.normal(size=(2, 3)), [5, -4], axis=-1, mode="clip"),
        call(rng.normal(size=(4,)), []),
    ],
)
def take(y_bar, a, indices, axis=None, *, mode="raise"):
    return take_adjoint(y_bar, np.shape(a), indices, axis, mode)


@linear(
    take_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(3,)), (4,), np.array([0, 2, 0])),
        call(rng.normal(size=(2, 2)), (2, 3), np.array([1, 1]), 1),
        call(rng.normal(size=(2, 2)), (2, 3), np.array([5, -4]), -1, "clip"),
    ],
    kind=by_shape(take_adjoint),
)
def take_again(x_bar, y_bar, shape, indices, axis=None, mode="raise"):
    return np.take(x_bar, indices, axis, mode=mode)


@linear(
    np.take_along_axis,
    wrt="arr",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), np.array([[0, 2, 2], [1, 1, -1]]), axis=1),
        call(rng.normal(size=(2, 3)), np.array([[0, 1, 0]]), 0),
        call(rng.normal(size=(2, 3)), np.array([[2], [0]]), axis=-1),
        call(rng.normal(size=(2, 3)), np.array([[2, 0]]), axis=1),
        call(rng.normal(size=(1, 3)), np.array([[2, 0], [1, 1]]), axis=1),
        call(rng.normal(size=(2, 3)), np.array([5, 0, 5]), axis=None),
    ],
)
def take_along_axis(y_bar, arr, indices, axis=-1):
    return take_along_axis_adjoint(y_bar, np.shape(arr), indices, axis)


@linear(
    take_along_axis_adjoint,
    wrt="y_bar",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), (2, 3), np.array([[0, 2, 2], [1, 1, -1]]), 1)
    ],
    kind=by_shape(take_along_axis_adjoint),
)
def take_along_axis_again(x_bar, y_bar, shape, indices, axis=-1):
    return np.take_along_axis(x_bar, indices, axis)


@linear(
    np.compress,
    wrt="a",
    samples=lambda rng: [
        call([True, False, True], rng.normal(size=(3,))),
        call(np.array([False, True]), rng.normal(size=(2, 3)), axis=0),
        call([0, 1], rng.normal(size=(2, 3)), axis=-1),
        call([0, 1, 0, 1], rng.normal(size=(2, 3))),
    ],
    kind=picked,
)
def compress(y_bar, condition, a, axis=None):
    return compress_adjoint(y_bar, np.shape(a), condition, axis)


@linear(
    *methods("compress"),
    wrt="self",
    samples=lambda rng: [
        call(rng.normal(size=(3,)), [True, False, True]),
        call(rng.normal(size=(2, 3)), [0, 1], axis=-1),
    ],
    kind=along_axis(2),
)
def compress_method(y_bar, self, condition, axis=None):
    return compress_adjoint(y_bar, np.shape(self), condition, axis)


@linear(
    np.extract,
    wrt="arr",
    samples=lambda rng: [
        call(np.array([[True, False, True], [False, False, True]]), rng.normal(size=(2, 3))),
        call([0, 1, 1], rng.normal(size=(3,))),
    ],
    kind=picked,
)
def extract(y_bar, condition, arr):
    return compress_adjoint(y_bar, np.shape(arr), np.ravel(condition), None)


@linear(
    np.delete,
    wrt="arr",
    samples=lambda rng: [
        call(rng.normal(size=(4,)), 1),
        call(rng.normal(size=(4,)), [0, -1]),
        call(rng.normal(size=(4,)), slice(0, 4, 2)),
        call(rng.normal(size=(2, 3)), 1, axis=0),
        call(rng.normal(size=(2, 3)), [0, 2], axis=-1),
        call(rng.normal(size=(2, 3)), [0, 5]),
        call(rng.normal(size=(3,)), np.array([True, False, True])),
    ],
    kind=along_axis(2),
)
def delete(y_bar, arr, obj, axis=None):
    if axis is None:
        kept = np.delete(np.arange(np.size(arr)), obj)
    else:
        kept = np.delete(np.arange(np.shape(arr)[axis]), obj)
    return take_adjoint(y_bar, np.shape(arr), kept, axis)


@reverse_rule(
    np.choose,
    *methods("choose"),
    wrt=("choices",),
    samples=lambda rng: [
        call(np.array([0, 1, 1]), [rng.normal(size=(3,)), rng.normal(size=(3,))]),
        call(np.array([[2, 0, 1]]), (rng.normal(size=(2, 1)), 1.5, rng.normal(size=(3,)))),
        call(np.array([3, -1]), [rng.normal(size=(2,)), rng.normal(size=(2,))], mode="wrap"),
        call(np.array([3, -1]), [rng.normal(size=(2,)), rng.normal(size=(2,))], mode="clip"),
    ],
)
def choose(y_bar, y, a, choices, *, mode="raise"):
    return choose_adjoint(y_bar, a, choices, mode)


@forward_rule(np.choose)
def choose_forward(y, a, choices, *, mode="raise", choices_dot):
    return choose_tangent(a, choices, choices_dot, mode)
