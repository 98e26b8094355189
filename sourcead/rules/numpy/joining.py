# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Joining arrays and splitting them; arrays out of nested lists, and copies.

The adjoint of a list of arrays is a tuple with one adjoint for each, or an array that is one along its
first axis.
"""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import forward_rule, linear, reverse_rule
from sourcead.rules.numpy.kinds import along_axis, array_of, contiguous, listed, required, slices
from sourcead.rules.numpy.samples import call, methods, present
from sourcead.rules.registry import Effects
from sourcead.runtime.joins import (
    block_adjoint,
    column_parts,
    depth_parts,
    insert_adjoint,
    join_parts,
    parts_along,
    row_parts,
    side_parts,
    split_flat,
    unstacked,
)
from sourcead.runtime.nested_lists import item_adjoint, packed

VIEW = Effects(returns="view")
MAYBE = Effects(returns="maybe")

# ---- joining -------------------------------------------------------------------------------


@linear(
    np.concatenate,
    wrt="arrays",
    samples=lambda rng: [
        call((rng.normal(size=(2,)), rng.normal(size=(3,)))),
        call([rng.normal(size=(2, 3)), rng.normal(size=(1, 3))]),
        call([rng.normal(size=(2, 3)), rng.normal(size=(2, 1)), rng.normal(size=(2, 0))], axis=1),
        call([rng.normal(size=(2, 3)), rng.normal(size=(2, 1))], axis=-1),
        call([rng.normal(size=(2, 3)), rng.normal(size=(2,)), 1.5], axis=None),
        call([rng.normal(size=(2,)), np.arange(3)]),
        call(rng.normal(size=(2, 3, 2)), axis=1),
        call(rng.normal(size=(2, 3)), axis=None),
    ],
)
def concatenate(y_bar, arrays, axis=0, *, dtype=None, casting="same_kind"):
    if not isinstance(arrays, (list, tuple)):
        if axis is None:
            return np.reshape(y_bar, np.shape(arrays))
        return np.stack(np.split(y_bar, len(arrays), axis))
    if axis is None:
        return split_flat(y_bar, arrays)
    return parts_along(y_bar, arrays, axis)


@linear(
    np.stack,
    wrt="arrays",
    samples=lambda rng: [
        call([rng.normal(size=(3,)), rng.normal(size=(3,))]),
        call([rng.normal(size=(2, 3)), rng.normal(size=(2, 3))], axis=1),
        call((rng.normal(size=(2, 3)), rng.normal(size=(2, 3))), axis=-1),
        call([1.5, 2.5, 3]),
        call(rng.normal(size=(2, 3)), axis=1),
    ],
)
def stack(y_bar, arrays, axis=0, *, dtype=None, casting="same_kind"):
    if not isinstance(arrays, (list, tuple)):
        return np.moveaxis(y_bar, axis, 0)
    return unstacked(y_bar, arrays, axis)


@linear(
    np.vstack,
    wrt="tup",
    samples=lambda rng: [
        call([rng.normal(size=(3,)), rng.normal(size=(3,))]),
        call((rng.normal(size=(2, 3)), rng.normal(size=(3,)))),
        call([1.5, 2.5]),
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(2, 3, 2))),
    ],
)
def vstack(y_bar, tup, *, dtype=None, casting="same_kind"):
    if not isinstance(tup, (list, tuple)):
        return np.stack(row_parts(y_bar, tup))
    return row_parts(y_bar, tup)


@linear(
    np.hstack,
    wrt="tup",
    samples=lambda rng: [
        call([rng.normal(size=(3,)), rng.normal(size=(2,))]),
        call((rng.normal(size=(2, 3)), rng.normal(size=(2, 1)))),
        call([1.5, 2.5, rng.normal(size=(2,))]),
        call(rng.normal(size=(2, 3, 2))),
    ],
)
def hstack(y_bar, tup, *, dtype=None, casting="same_kind"):
    if not isinstance(tup, (list, tuple)):
        return np.stack(side_parts(y_bar, tup))
    return side_parts(y_bar, tup)


@linear(
    np.dstack,
    wrt="tup",
    samples=lambda rng: [
        call([rng.normal(size=(3,)), rng.normal(size=(3,))]),
        call((rng.normal(size=(2, 3)), rng.normal(size=(2, 3)))),
        call((rng.normal(size=(2, 3, 2)), rng.normal(size=(2, 3)))),
        call(rng.normal(size=(2, 3, 2))),
    ],
)
def dstack(y_bar, tup):
    if not isinstance(tup, (list, tuple)):
        return np.stack(depth_parts(y_bar, tup))
    return depth_parts(y_bar, tup)


@linear(
    np.column_stack,
    wrt="tup",
    samples=lambda rng: [
        call([rng.normal(size=(3,)), rng.normal(size=(3,))]),
        call((rng.normal(size=(3,)), rng.normal(size=(3, 2)))),
        call(rng.normal(size=(2, 3))),
    ],
)
def column_stack(y_bar, tup):
    if not isinstance(tup, (list, tuple)):
        return np.stack(column_parts(y_bar, tup))
    return column_parts(y_bar, tup)


@linear(
    np.block,
    wrt="arrays",
    samples=lambda rng: [
        call([rng.normal(size=(2,)), rng.normal(size=(3,)), 1.5]),
        call([[rng.normal(size=(2, 2)), rng.normal(size=(2, 1))], [rng.normal(size=(1, 3))]]),
        call([[rng.normal(size=(2,))], [rng.normal(size=(2,))]]),
        call([[[rng.normal(size=(2, 1, 2))]], [[rng.normal(size=(1, 1, 2))]]]),
        call(rng.normal(size=(2, 2))),
    ],
)
def block(y_bar, arrays):
    return block_adjoint(y_bar, arrays)


@reverse_rule(
    np.append,
    wrt=("arr", "values"),
    samples=lambda rng: [
        call(rng.normal(size=(3,)), rng.normal(size=(2,))),
        call(rng.normal(size=(3,)), 1.5),
        call(rng.normal(size=(2, 3)), rng.normal(size=(2, 2))),
        call(rng.normal(size=(2, 3)), rng.normal(size=(1, 3)), axis=0),
        call(rng.normal(size=(2, 3)), rng.normal(size=(2, 1)), axis=-1),
    ],
)
def append(y_bar, y, arr, values, axis=None):
    if axis is None:
        arr_bar, values_bar = split_flat(y_bar, (arr, values))
    else:
        arr_bar, values_bar = parts_along(y_bar, (arr, values), axis)
    return arr_bar, values_bar


@forward_rule(np.append)
def append_tangent(y, arr, values, axis=None, *, arr_dot, values_dot):
    if arr_dot is None:
        arr_dot = np.zeros(np.shape(arr))
    if values_dot is None:
        values_dot = np.zeros(np.shape(values))
    return np.append(arr_dot, values_dot, axis)


@reverse_rule(
    np.insert,
    wrt=("arr", "values"),
    samples=lambda rng: [
        call(rng.normal(size=(4,)), 1, 2.5),
        call(rng.normal(size=(4,)), -1, rng.normal(size=(2,))),
        call(rng.normal(size=(4,)), [3, 1], rng.normal(size=(2,))),
        call(rng.normal(size=(4,)), [1, 1, 0], rng.normal(size=(3,))),
        call(rng.normal(size=(4,)), [3, 1], 1.5),
        call(rng.normal(size=(2, 3)), 1, rng.normal(size=(3,)), axis=0),
        call(rng.normal(size=(2, 3)), 1, rng.normal(size=(2,)), axis=1),
        call(rng.normal(size=(2, 3)), [2, 0], rng.normal(size=(2, 2)), axis=1),
        call(rng.normal(size=(2, 3)), [2], rng.normal(size=(2, 1)), axis=1),
        call(rng.normal(size=(2, 3)), 4, 1.5),
    ],
    kind=along_axis(3),
)
def insert(y_bar, y, arr, obj, values, axis=None):
    arr_bar, values_bar = insert_adjoint(y_bar, arr, obj, values, axis)
    return arr_bar, values_bar


@forward_rule(np.insert)
def insert_tangent(y, arr, obj, values, axis=None, *, arr_dot, values_dot):
    if arr_dot is None:
        arr_dot = np.zeros(np.shape(arr), np.result_type(y))
    if values_dot is None:
        values_dot = np.zeros(np.shape(values))
    return np.insert(arr_dot, obj, values_dot, axis)


# ---- splitting -----------------------------------------------------------------------------


@linear(
    np.split,
    wrt="ary",
    samples=lambda rng: [
        call(rng.normal(size=(6,)), 3),
        call(rng.normal(size=(6,)), [1, 4]),
        call(rng.normal(size=(2, 4)), 2, axis=1),
        call(rng.normal(size=(2, 4)), [3], -1),
    ],
    effects=VIEW,
)
def split(y_bar, ary, indices_or_sections, axis=0):
    return join_parts(y_bar, np.split(ary, indices_or_sections, axis), axis)


@linear(
    np.array_split,
    wrt="ary",
    samples=lambda rng: [
        call(rng.normal(size=(7,)), 3),
        call(rng.normal(size=(6,)), [1, 4]),
        call(rng.normal(size=(2, 5)), 2, axis=1),
    ],
    effects=VIEW,
)
def array_split(y_bar, ary, indices_or_sections, axis=0):
    return join_parts(y_bar, np.array_split(ary, indices_or_sections, axis), axis)


@linear(
    np.vsplit,
    wrt="ary",
    samples=lambda rng: [call(rng.normal(size=(4, 3)), 2), call(rng.normal(size=(4, 3)), [1, 3])],
    effects=VIEW,
)
def vsplit(y_bar, ary, indices_or_sections):
    return join_parts(y_bar, np.vsplit(ary, indices_or_sections), 0)


@linear(
    np.hsplit,
    wrt="ary",
    samples=lambda rng: [
        call(rng.normal(size=(4,)), 2),
        call(rng.normal(size=(2, 4)), [1, 3]),
    ],
    effects=VIEW,
)
def hsplit(y_bar, ary, indices_or_sections):
    if np.ndim(ary) == 1:
        return join_parts(y_bar, np.hsplit(ary, indices_or_sections), 0)
    return join_parts(y_bar, np.hsplit(ary, indices_or_sections), 1)


@linear(
    np.dsplit,
    wrt="ary",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3, 4)), 2),
        call(rng.normal(size=(2, 3, 4)), [1]),
    ],
    effects=VIEW,
)
def dsplit(y_bar, ary, indices_or_sections):
    return join_parts(y_bar, np.dsplit(ary, indices_or_sections), 2)


@linear(
    *present(np, "unstack"),
    wrt="x",
    samples=lambda rng: [call(rng.normal(size=(2, 3))), call(rng.normal(size=(2, 3)), axis=-1)],
    effects=VIEW,
    kind=slices,
)
def unstack(y_bar, x, *, axis=0):
    parts = np.unstack(x, axis=axis)
    filled = [np.zeros_like(p) if b is None else b for b, p in zip(y_bar, parts)]
    return np.stack(filled, axis) if filled else np.zeros_like(x)


# ---- arrays out of lists, and copies -------------------------------------------------------


def _nested(rng):
    return [
        call([1.5, 2.5, 3]),
        call([[1.5, rng.normal()], (2.5, 3.5)]),
        call([rng.normal(size=(2,)), rng.normal(size=(2,))]),
        call([[rng.normal(size=(2,)), [0.5, 1.5]]]),
        call(rng.normal(size=(2, 3))),
        call(1.5),
        call([]),
    ]


@linear(
    np.array,
    wrt="object",
    samples=lambda rng: [
        *_nested(rng),
        call([1.5, 2.5], ndmin=2),
        call([1.5, 2.5], dtype=np.float32),
    ],
    kind=array_of(np.array),
)
def array(y_bar, object, dtype=None, *, copy=True, order="K", subok=False, ndmin=0):
    if ndmin == 0:
        return y_bar
    return np.reshape(y_bar, np.shape(object))


@linear(
    np.asarray,
    np.asanyarray,
    np.asarray_chkfinite,
    wrt="a",
    samples=lambda rng: [*_nested(rng), call([1.5, 2.5], np.float32)],
    effects=MAYBE,
    kind=array_of(np.asarray),
)
def asarray(y_bar, a, dtype=None, order=None, *, copy=None):
    return y_bar


@linear(
    np.ascontiguousarray,
    np.asfortranarray,
    wrt="a",
    samples=lambda rng: [*_nested(rng), call([1.5, 2.5], np.float32)],
    effects=MAYBE,
    kind=contiguous,
)
def ascontiguousarray(y_bar, a, dtype=None):
    if isinstance(a, (list, tuple)) or np.ndim(a) > 0:
        return y_bar
    return np.reshape(y_bar, ())  # it gives one axis


@linear(
    np.require,
    wrt="a",
    samples=lambda rng: [*_nested(rng), call([1.5, 2.5], requirements="C")],
    effects=MAYBE,
    kind=required,
)
def require(y_bar, a, dtype=None, requirements=None):
    return y_bar


@linear(
    np.copy,
    wrt="a",
    samples=lambda rng: [*_nested(rng), call(rng.normal(size=(2, 3)), order="F")],
    kind=array_of(np.copy),
)
def copy(y_bar, a, order="K", subok=False):
    return y_bar


@linear(
    *methods("copy"),
    wrt="self",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3))),
        call(rng.normal(size=(2,)), "F"),
        call(np.array(1.5)),
    ],
)
def copy_method(y_bar, self, order="C"):
    return y_bar


@linear(
    *methods("astype"),
    *present(np, "astype"),
    wrt="x",
    samples=lambda rng: [
        call(rng.normal(size=(2, 3)), np.float32),
        call(rng.normal(size=(3,)).astype(np.float32), float),
        call(rng.normal(size=(3,)), complex, copy=False),
        call(rng.normal(size=(3,)) + 1j, complex),
    ],
    effects=MAYBE,
)
def astype(y_bar, x, dtype, order="K", casting="unsafe", subok=True, copy=True):
    """To integers it is constant: the result then carries no adjoint."""
    return y_bar


@linear(
    *methods("view"),
    wrt="self",
    samples=lambda rng: [call(rng.normal(size=(2, 3)))],
    effects=VIEW,
)
def view(y_bar, self):
    return y_bar


@linear(
    *methods("item"),
    wrt="self",
    samples=lambda rng: [
        call(np.array([1.5])),
        call(np.array(1.5)),
        call(rng.normal(size=(2, 3)), 4),
        call(rng.normal(size=(2, 3)), -1),
        call(rng.normal(size=(2, 3)), 1, 2),
        call(rng.normal(size=(2, 3)), (1, 0)),
    ],
    effects=Effects(returns="scalar"),
)
def item(y_bar, self, *args):
    if len(args) == 0:
        return np.full(np.shape(self), y_bar)
    return item_adjoint(y_bar, self, args)


@linear(
    *methods("tolist"),
    wrt="self",
    samples=lambda rng: [
        call(rng.normal(size=(3,))),
        call(rng.normal(size=(2, 3))),
        call(np.array(1.5)),
    ],
    kind=listed,
)
def tolist(y_bar, self):
    if np.ndim(self) == 0:
        return y_bar
    return packed(y_bar, np.shape(self), np.result_type(self))
