# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""The same elements in another shape, order or number: reshape, transpose, flip, tile, pad, diag.

All are linear, and the adjoint puts the elements back: copies are summed, what was left out is 0.
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array, Tuple, dtype_of
from sourcead.ir.nodes import Const
from sourcead.rules.forms import constant, forward_rule, linear, reverse_rule
from sourcead.rules.numpy.kinds import by_shape, numeric, repeated
from sourcead.rules.numpy.samples import call, methods, present
from sourcead.rules.registry import Effects
from sourcead.runtime.accumulate import in_steps
from sourcead.runtime.diagonals import on_diagonal
from sourcead.runtime.gathers import take_adjoint
from sourcead.runtime.pads import constant_pad_adjoint, pad_adjoint
from sourcead.runtime.shapes import (
    inverse_permutation,
    meshgrid_adjoint,
    ravel_from_memory,
    reading_order,
    repeat_adjoint,
    reshape_each,
    rollaxis_back,
    sum_tiles,
    unravel_from_memory,
    windows_adjoint,
)
from sourcead.runtime.strided import strided_places

VIEW = Effects(returns="view")
MAYBE = Effects(
    returns="maybe"
)  # also of views that NumPy makes read-only: no adjoint is written through them


def reading(a, order):
    """ "C" and "F" mean themselves."""
    return order if isinstance(order, Const) and order.value in ("C", "F") else None


constant(inverse_permutation)
constant(reading_order, kind=reading)
constant(strided_places, kind=lambda x, shape, strides: Array("int64", (None,) * _axes(shape)))


def _axes(shape):
    return len(shape.items) if isinstance(shape, Tuple) else 0


# ---- reshape -------------------------------------------------------------------------------


@reverse_rule(
    np.reshape,
    wrt=("a",),
    samples=lambda rng: [
        call(rng.normal(size=(2, 6)), (3, 4)),
        call(rng.normal(size=(2, 6)), -1),
        call(rng.normal(size=(2, 6)), (4, -1), order="F"),
        call(np.asfortranarray(rng.normal(size=(2, 6))), (4, 3), order="A"),
        call(rng.normal(size=(0, 3)), (3, 0)),
        call(1.5, (1, 1)),
        call(np.array(1.5), ()),
    ],
    effects=MAYBE,
)
def reshape(y_bar, y, a, shape=None, order="C", *, newshape=None, copy=None):
    if order == "C":
        return np.reshape(y_bar, np.shape(a))
    return np.reshape(y_bar, np.shape(a), order=reading_order(a, order))


@forward_rule(np.reshape)
def reshape_tangent(y, a, shape=None, order="C", *, newshape=None, copy=None, a_dot):
    if order == "C":
        return np.reshape(a_dot, np.shape(y))
    return np.reshape(a_dot, np.shape(y), order=reading_order(a, order))


@reverse_rule(
    *methods("reshape"),
    wrt=("self",),
    samples=lambda rng: [
        call(rng.normal(size=(2, 6)), 3, 4),
        call(rng.normal(size=(2, 6)), (3, 4)),
        call(rng.normal(size=(2, 6)), -1),
        call(rng.normal(size=(2, 6)), 4, -1, order="F"),
        call(np.array(1.5), 1, 1),
    ],
    effects=MAYBE,
)
def reshape_method(y_bar, y, self, *shape, order="C", copy=None):
    if order == "C":
        return np.reshape(y_bar, np.shape(self))
    return np.reshape(y_bar, np.shape(self), order=reading_order(self, order))


@forward_rule(*methods("reshape"))
def reshape_method_tangent(y, self, *shape, order="C", copy=None, self_dot):
    if order == "C":
        return np.reshape(self_dot, np.shape(y))
    return np.reshape(self_dot, np.shape(y), order=reading_order(self, order))


def _orders(rng):
    a = rng.normal(size=(2, 3, 4))
    return [
        call(a),
        call(a, order="F"),
        call(a.T, order="A"),
        call(np.transpose(a, (1, 0, 2)), order="K"),
        call(np.transpose(a, (2, 0, 1))[::-1], order="K"),
        call(np.array(2.0)),
        call(np.zeros((0, 2))),
    ]


@reverse_rule(np.ravel, *methods("ravel"), wrt=("a",), samples=_orders, effects=MAYBE)
def ravel(y_bar, y, a, order="C"):
    if order == "C":
        return np.reshape(y_bar, np.shape(a))
    if order == "K":
        return unravel_from_memory(y_bar, a)
    return np.reshape(y_bar, np.shape(a), order=reading_order(a, order))


@forward_rule(np.ravel)
def ravel_tangent(y, a, order="C", *, a_dot):
    if order == "C":
        return np.ravel(a_dot)
    if order == "K":
        return ravel_from_memory(a_dot, a)
    return np.ravel(a_dot, order=reading_order(a, order))


@reverse_rule(*methods("flatten"), wrt=("self",), samples=_orders)
def flatten(y_bar, y, self, order="C"):
    if order == "C":
        return np.reshape(y_bar, np.shape(self))
    if order == "K":
        return unravel_from_memory(y_bar, self)
    return np.reshape(y_bar, np.shape(self), order=reading_order(self, order))


@forward_rule(*methods("flatten"))
def flatten_tangent(y, self, order="C", *, self_dot):
    if order == "C":
        return np.ravel(self_dot)
    if order == "K":
        return ravel_from_memory(self_dot, self)
    return np.ravel(self_dot, order=reading_order(self, order))


@linear(
    np.squeeze,
    *methods("squeeze"),
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(1, 3, 1))),
        call(rng.normal(size=(1, 3, 1)), axis=0),
        call(rng.normal(size=(1, 3, 1)), axis=-1),
        call(rng.normal(size=(1, 3, 1)), axis=(0, 2)),
        call(rng.normal(size=(1, 1))),
    ],
    effects=VIEW,
)
def squeeze(y_bar, a, axis=None):
    return np.reshape(y_bar, np.shape(a))


@linear(
    np.expand_dims,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), 0),
        call(rng.normal(size=(2, 3)), axis=-1),
        call(rng.normal(size=(2, 3)), axis=(0, -2)),
        call(2.5, 0),
    ],
    effects=VIEW,
    kind=numeric(np.expand_dims),
)
def expand_dims(y_bar, a, axis):
    return np.reshape(y_bar, np.shape(a))


@linear(
    np.broadcast_to,
    wrt="array",
    samples=lambda rng: [
        call(rng.normal(size=(3,)), (2, 3)),
        call(rng.normal(size=(2, 1)), (4, 2, 3)),
        call(rng.normal(size=(1,)), (0,)),
        call(1.5, (2, 2)),
        call(1.5, 3),
    ],
    effects=MAYBE,
    kind=numeric(np.broadcast_to),
)
def broadcast_to(y_bar, array, shape):
    return y_bar  # summed to the shape of `array` as for any broadcast


@linear(
    np.broadcast_arrays,
    wrt="args",
    samples=lambda rng: [
        call(rng.normal(size=(3,)), rng.normal(size=(2, 1)), rng.normal(size=())),
        call(rng.normal(size=(3,))),
    ],
    effects=MAYBE,
)
def broadcast_arrays(y_bar, *args):
    return y_bar


@linear(
    np.atleast_1d,
    np.atleast_2d,
    np.atleast_3d,
    wrt="arys",
    samples=lambda rng: [
        call(rng.normal(size=())),
        call(2.5),
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(2, 3, 2))),
        call(rng.normal(size=()), rng.normal(size=(2,)), rng.normal(size=(2, 3))),
    ],
    effects=MAYBE,
)
def atleast_1d(y_bar, *arys):
    if len(arys) == 1:
        return (np.reshape(y_bar, np.shape(arys[0])),)
    return reshape_each(y_bar, arys)


# ---- transpose -----------------------------------------------------------------------------


@linear(
    np.transpose,
    *present(np, "permute_dims"),
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4))),
        call(rng.normal(size=(2, 3, 4)), (1, 2, 0)),
        call(rng.normal(size=(2, 3, 4)), axes=(-1, 0, 1)),
        call(rng.normal(size=(2, 3)), [1, 0]),
        call(rng.normal(size=(3,))),
    ],
    effects=VIEW,
)
def transpose(y_bar, a, axes=None):
    if axes is None:
        return np.transpose(y_bar)
    return np.transpose(y_bar, inverse_permutation(axes))


@linear(
    *methods("transpose"),
    wrt="self",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4))),
        call(rng.normal(size=(2, 3, 4)), 1, 2, 0),
        call(rng.normal(size=(2, 3, 4)), (-1, 0, 1)),
        call(rng.normal(size=(2, 3)), None),
        call(rng.normal(size=(2,))),
        call(np.array(1.0)),
    ],
    effects=VIEW,
)
def transpose_method(y_bar, self, *axes):
    if len(axes) == 0:
        return np.transpose(y_bar)
    return np.transpose(y_bar, inverse_permutation(axes))


@linear(
    *methods("T"),
    wrt="self",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4))),
        call(rng.normal(size=3)),
        call(np.array(1.0)),
    ],
    effects=VIEW,
)
def transposed(y_bar, self):
    return np.transpose(y_bar)


@linear(
    *present(np, "matrix_transpose"),
    *present(np.linalg, "matrix_transpose"),
    *methods("mT"),
    wrt="x",
    samples=lambda rng: [call(rng.normal(size=(2, 3, 4))), call(rng.normal(size=(2, 3)))],
    effects=VIEW,
)
def matrix_transpose(y_bar, x):
    return np.swapaxes(y_bar, -1, -2)


@linear(
    np.swapaxes,
    *methods("swapaxes"),
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4)), 0, -1),
        call(rng.normal(size=(2, 3)), 0, 1),
    ],
    effects=VIEW,
)
def swapaxes(y_bar, a, axis1, axis2):
    return np.swapaxes(y_bar, axis1, axis2)


@linear(
    np.moveaxis,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4)), 0, -1),
        call(rng.normal(size=(2, 3, 4)), (0, 1), (-1, 0)),
        call(rng.normal(size=(2, 3, 4)), [2], [0]),
    ],
    effects=VIEW,
)
def moveaxis(y_bar, a, source, destination):
    return np.moveaxis(y_bar, destination, source)


@linear(
    np.rollaxis,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4)), axis, start)
        for axis in (0, 1, 2, -1)
        for start in (0, 1, 2, 3, -1)
    ],
    effects=VIEW,
)
def rollaxis(y_bar, a, axis, start=0):
    return rollaxis_back(y_bar, axis, start)


# ---- the order of elements along an axis ---------------------------------------------------


@linear(
    np.flip,
    wrt="m",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(2, 3)), axis=0),
        call(rng.normal(size=(2, 3)), -1),
        call(rng.normal(size=(2, 3, 2)), axis=(0, -1)),
    ],
    effects=VIEW,
)
def flip(y_bar, m, axis=None):
    return np.flip(y_bar, axis)


@linear(np.flipud, wrt="m", samples=lambda rng: [call(rng.normal(size=(2, 3)))], effects=VIEW)
def flipud(y_bar, m):
    return np.flipud(y_bar)


@linear(np.fliplr, wrt="m", samples=lambda rng: [call(rng.normal(size=(2, 3)))], effects=VIEW)
def fliplr(y_bar, m):
    return np.fliplr(y_bar)


@linear(
    np.rot90,
    wrt="m",
    samples=lambda rng: [
        *[call(rng.normal(size=(2, 3)), k) for k in (-1, 0, 1, 2, 3, 5)],
        call(rng.normal(size=(2, 3, 4)), axes=(1, 2)),
        call(rng.normal(size=(2, 3, 4)), k=3, axes=(-1, 0)),
    ],
    effects=VIEW,
)
def rot90(y_bar, m, k=1, axes=(0, 1)):
    return np.rot90(y_bar, -k, axes)


@linear(
    np.roll,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(5,)), 2),
        call(rng.normal(size=(2, 3)), -1),
        call(rng.normal(size=(2, 3)), 1, axis=0),
        call(rng.normal(size=(2, 3)), (1, -2), axis=(0, 1)),
        call(rng.normal(size=(2, 3)), 1, axis=(0, 1)),
        call(rng.normal(size=(2, 3)), (1, 1), axis=-1),
    ],
)
def roll(y_bar, a, shift, axis=None):
    if isinstance(shift, (tuple, list)):
        return np.roll(y_bar, np.negative(shift), axis)
    return np.roll(y_bar, -shift, axis)


# ---- copies --------------------------------------------------------------------------------


@linear(
    np.tile,
    wrt="A",
    samples=lambda rng: [
        call(rng.normal(size=(3,)), 2),
        call(rng.normal(size=(2, 3)), 2),
        call(rng.normal(size=(2, 3)), (2, 1)),
        call(rng.normal(size=(2, 3)), (4, 3, 2)),
        call(rng.normal(size=(2, 2, 3)), (2, 2)),
        call(2.5, 3),
        call(rng.normal(size=(2,)), 0),
    ],
)
def tile(y_bar, A, reps):
    return sum_tiles(y_bar, np.shape(A), reps)


@linear(
    np.repeat,
    *methods("repeat"),
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), 2),
        call(rng.normal(size=(2, 3)), 2, axis=0),
        call(rng.normal(size=(2, 3)), 3, -1),
        call(rng.normal(size=(2, 3)), [1, 0, 2], axis=1),
        call(rng.normal(size=(3,)), np.array([2, 0, 1])),
        call(rng.normal(size=(2, 3)), [2], axis=0),
        call(rng.normal(size=(2, 3)), 0, axis=0),
        call(2.5, 3),
    ],
    kind=repeated,
)
def repeat(y_bar, a, repeats, axis=None):
    return repeat_adjoint(y_bar, np.shape(a), repeats, axis)


@linear(
    np.resize,
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), (3, 4)),
        call(rng.normal(size=(2, 3)), 4),
        call(rng.normal(size=(5,)), (2, 2)),
    ],
)
def resize(y_bar, a, new_shape):
    """The elements in order, over and over."""
    copies = -(-np.size(y_bar) // max(np.size(a), 1))
    missing = max(copies * np.size(a) - np.size(y_bar), 0)
    padded = np.pad(np.ravel(y_bar), (0, missing))[: copies * np.size(a)]
    return np.sum(np.reshape(padded, (copies, *np.shape(a))), axis=0)


@reverse_rule(
    np.pad,
    wrt=("array", "constant_values"),
    samples=lambda rng: [
        call(rng.normal(size=(3,)), 1),
        call(rng.normal(size=(3,)), (2, 1), constant_values=1.5),
        call(rng.normal(size=(2, 3)), ((1, 2), (0, 3)), constant_values=((0.5, 1.5), (2.5, 3.5))),
        call(rng.normal(size=(2, 3)), 2, constant_values=(0.5, 1.5)),
        call(rng.normal(size=(2, 3)), ((1,), (2,)), mode="constant"),
        call(rng.normal(size=(3,)), (2, 3), mode="edge"),
        call(rng.normal(size=(3, 4)), ((1, 2), (2, 3)), mode="reflect"),
        call(rng.normal(size=(3, 4)), ((1, 2), (2, 3)), mode="symmetric"),
        call(rng.normal(size=(3, 4)), ((4, 2), (2, 5)), mode="wrap"),
        call(rng.normal(size=(3, 4)), 5, mode="reflect"),
        call(rng.normal(size=(3, 4)), 2, mode="reflect", reflect_type="odd"),
        call(rng.normal(size=(3, 4)), 2, mode="symmetric", reflect_type="odd"),
        call(rng.normal(size=(3, 4)), 2, mode="mean"),
        call(rng.normal(size=(3, 4)), 2, mode="mean", stat_length=2),
        call(rng.normal(size=(3, 4)), (1, 3), mode="linear_ramp"),
        call(rng.normal(size=(3, 4)), (1, 3), mode="linear_ramp", end_values=2.0),
    ],
)
def pad(
    y_bar,
    y,
    array,
    pad_width,
    mode="constant",
    *,
    constant_values=0,
    end_values=0,
    stat_length=None,
    reflect_type="even",
):
    if mode == "constant":
        array_bar, values_bar = constant_pad_adjoint(
            y_bar, np.shape(array), pad_width, constant_values
        )
        return array_bar, values_bar
    array_bar = pad_adjoint(
        y_bar, np.shape(array), pad_width, mode, stat_length=stat_length, reflect_type=reflect_type
    )
    return array_bar, None


@forward_rule(np.pad)
def pad_tangent(
    y,
    array,
    pad_width,
    mode="constant",
    *,
    constant_values=0,
    end_values=0,
    stat_length=None,
    reflect_type="even",
    array_dot,
    constant_values_dot,
):
    if array_dot is None:
        array_dot = np.zeros(np.shape(array), np.result_type(y))
    if mode == "constant":
        if constant_values_dot is None:
            return np.pad(array_dot, pad_width)
        return np.pad(array_dot, pad_width, constant_values=constant_values_dot)
    if mode == "reflect" or mode == "symmetric":
        return np.pad(array_dot, pad_width, mode, reflect_type=reflect_type)
    if mode == "mean":
        return np.pad(array_dot, pad_width, mode, stat_length=stat_length)
    return np.pad(array_dot, pad_width, mode)


# ---- diagonals and triangles ---------------------------------------------------------------


@linear(
    np.diag,
    wrt="v",
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(3,)), k=1),
        call(rng.normal(size=(3,)), -2),
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 4)), 1),
        call(rng.normal(size=(4, 2)), k=-1),
        call(rng.normal(size=(2, 4)), k=-1),
    ],
    effects=MAYBE,
)
def diag(y_bar, v, k=0):
    if np.ndim(v) == 1:
        return np.diag(y_bar, k)
    return on_diagonal(y_bar, np.shape(v), k)


@linear(
    np.diagflat,
    wrt="v",
    samples=lambda rng: [call(rng.normal(size=(2, 2))), call(rng.normal(size=(3,)), k=-1)],
)
def diagflat(y_bar, v, k=0):
    return np.reshape(np.diag(y_bar, k), np.shape(v))


@linear(
    np.diagonal,
    *methods("diagonal"),
    wrt="a",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 4)), 1),
        call(rng.normal(size=(4, 2)), offset=-1),
        call(rng.normal(size=(2, 3, 4)), 1, 2, 0),
        call(rng.normal(size=(2, 3, 4)), axis1=-1, axis2=1),
        call(rng.normal(size=(2, 2)), 5),
    ],
    effects=MAYBE,
)
def diagonal(y_bar, a, offset=0, axis1=0, axis2=1):
    return on_diagonal(y_bar, np.shape(a), offset, axis1, axis2)


@linear(
    *present(np.linalg, "diagonal"),
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 3, 4)), offset=1),
        call(rng.normal(size=(2, 3, 4)), offset=-1),
    ],
    effects=MAYBE,
)
def diagonal_of_last_axes(y_bar, x, *, offset=0):
    return on_diagonal(y_bar, np.shape(x), offset, -2, -1)


@linear(
    on_diagonal,
    wrt="diagonal",
    samples=lambda rng: [
        call(rng.normal(size=(2,)), (2, 3), 1),
        call(rng.normal(size=(4, 2)), (2, 4, 3), -1, 2, 0),
    ],
    kind=by_shape(on_diagonal),
)
def on_diagonal_adjoint(y_bar, diagonal, shape, offset=0, axis1=0, axis2=1):
    return np.diagonal(y_bar, offset, axis1, axis2)


@linear(
    np.tril,
    wrt="m",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 4)), 1),
        call(rng.normal(size=(2, 3, 3)), k=-1),
        call(rng.normal(size=(3,))),
    ],
)
def tril(y_bar, m, k=0):
    return np.tril(y_bar, k)


@linear(
    np.triu,
    wrt="m",
    samples=lambda rng: [
        call(rng.normal(size=(3, 3))),
        call(rng.normal(size=(2, 4)), 1),
        call(rng.normal(size=(2, 3, 3)), k=-1),
        call(rng.normal(size=(3,))),
    ],
)
def triu(y_bar, m, k=0):
    return np.triu(y_bar, k)


@reverse_rule(
    np.vander,
    wrt=("x",),
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(3,)), 5),
        call(rng.normal(size=(3,)), N=4, increasing=True),
        call(np.array([0.0, 1.0, 2.0]), 3),
        call(rng.normal(size=(3,)), 1),
    ],
)
def vander(y_bar, y, x, N=None, increasing=False):
    """The slope of x**p is p * x**(p-1): the column of one power less."""
    powers = np.arange(1, np.shape(y)[1], dtype=np.result_type(y))
    if increasing:
        return np.sum(y_bar[:, 1:] * powers * y[:, :-1], axis=1)
    return np.sum(y_bar[:, :-1] * powers[::-1] * y[:, 1:], axis=1)


@forward_rule(np.vander)
def vander_tangent(y, x, N=None, increasing=False, *, x_dot):
    powers = np.arange(1, np.shape(y)[1], dtype=np.result_type(y))
    column = np.expand_dims(x_dot, 1)
    if increasing:
        return np.concatenate([0.0 * y[:, :1], powers * y[:, :-1] * column], axis=1)
    return np.concatenate([powers[::-1] * y[:, 1:] * column, 0.0 * y[:, :1]], axis=1)


# ---- grids and windows ---------------------------------------------------------------------


@linear(
    np.meshgrid,
    wrt="xi",
    samples=lambda rng: [
        call(rng.normal(size=(3,)), rng.normal(size=(2,))),
        call(rng.normal(size=(3,)), rng.normal(size=(2,)), indexing="ij"),
        call(rng.normal(size=(3,)), rng.normal(size=(2,)), rng.normal(size=(4,))),
        call(rng.normal(size=(3,)), rng.normal(size=(2,)), rng.normal(size=(4,)), sparse=True),
        call(rng.normal(size=(3,))),
    ],
    effects=MAYBE,
)
def meshgrid(y_bar, *xi, copy=True, sparse=False, indexing="xy"):
    return meshgrid_adjoint(y_bar, xi, indexing, sparse)


@linear(
    np.lib.stride_tricks.sliding_window_view,
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=(5,)), 3),
        call(rng.normal(size=(4, 5)), (2, 3)),
        call(rng.normal(size=(4, 5)), 2, axis=0),
        call(rng.normal(size=(4, 5)), 3, axis=-1),
        call(rng.normal(size=(6,)), (2, 3), axis=(0, 0)),
    ],
    effects=MAYBE,
)
def sliding_window_view(y_bar, x, window_shape, axis=None):
    return windows_adjoint(y_bar, np.shape(x), window_shape, axis)


def _strided(rng):
    """Strides that fit single precision, too."""
    a = rng.normal(size=(6,))
    return [
        call(a, (2, 2), (8, 8)),
        call(a, (2, 3), (0, 8)),
        call(a, shape=(3,), strides=(8,)),
        call(rng.normal(size=(3, 4)), (2, 2), (8, 16)),
        call(a, (0, 2), (8, 8)),
    ]


def _as_strided(x, shape=None, strides=None, subok=False, writeable=True, **options):
    dtype = dtype_of(x)
    if dtype is None or not isinstance(shape, Tuple):
        return None
    return Array(str(dtype), (None,) * len(shape.items))


@reverse_rule(
    np.lib.stride_tricks.as_strided,
    wrt=("x",),
    samples=_strided,
    kind=_as_strided,
    effects=MAYBE,
)
def as_strided(y_bar, y, x, shape=None, strides=None, subok=False, writeable=True):
    """A gather from the places that the strides show; each of them must be one of `x`."""
    return take_adjoint(y_bar, np.shape(x), strided_places(x, shape, strides), None)


@forward_rule(np.lib.stride_tricks.as_strided)
def as_strided_tangent(y, x, shape=None, strides=None, subok=False, writeable=True, *, x_dot):
    return np.take(x_dot, strided_places(x, shape, strides))


@linear(
    in_steps,
    wrt="values",
    samples=lambda rng: [call(rng.normal(size=(3,)), (-16,))],
    kind=lambda values, strides: values,
)
def in_steps_adjoint(y_bar, values, strides):
    return y_bar
