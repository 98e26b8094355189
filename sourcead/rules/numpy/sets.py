# mypy: allow-untyped-defs, allow-untyped-calls
"""Arrays as sets: their distinct elements are a gather from places that are constants.

Of equal elements it is the first one that is taken, as the index says that NumPy returns.
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array, Tuple, Unknown
from sourcead.ir.nodes import Const
from sourcead.rules.forms import (
    constant,
    forward_rule,
    instead_of,
    leaving_out,
    refused,
    reverse_rule,
)
from sourcead.rules.numpy.samples import call
from sourcead.runtime.gathers import take_adjoint
from sourcead.runtime.sets import first_places

constant(first_places, kind=lambda a, *rest: Array("int64", (None,)))


def _distinct(ar, return_index=None, return_inverse=None, return_counts=None, axis=None, **options):
    """The values, and what integers are asked for."""
    along = Const(None) if axis is None else axis
    asked = [_is_asked(option) for option in (return_index, return_inverse, return_counts)]
    if None in asked or not isinstance(along, Const) or not isinstance(ar, Array):
        return Unknown()
    values = Array(ar.dtype, (None,) * (1 if along.value is None else len(ar.dims)))
    one = np.zeros((1,) * len(ar.dims))
    inverse = np.unique(one, return_inverse=True, axis=along.value)[
        1
    ]  # its rank: by NumPy's version
    integers = [
        Array("int64", (None,)),
        Array("int64", (None,) * inverse.ndim),
        Array("int64", (None,)),
    ]
    found = [kind for kind, wanted in zip(integers, asked) if wanted]
    return Tuple((values, *found)) if found else values


def _is_asked(option):
    """None where that is not known."""
    if option is None or isinstance(option, Const):
        return option is not None and bool(option.value)
    return None


def _distinct_values(rng):
    """Nothing that is equal: a step would make it different."""
    a, table = rng.permutation(6) + 0.2 * rng.random(6), rng.normal(size=(3, 4))
    return [
        call(a),
        call(table),
        call(table, axis=0),
        call(table, axis=-1),
        call(a, True),
        call(a, return_counts=True),
        call(table, return_inverse=True),
        call(a, return_index=True, return_inverse=True, return_counts=True),
        call(table, False, True, axis=1),
        call(a + 1j * a[::-1]),
        call(np.zeros((0,))),
    ]


@reverse_rule(np.unique, wrt=("ar",), kind=_distinct, samples=_distinct_values)
def unique(
    y_bar, y, ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *,
    equal_nan=True
):  # fmt: skip
    several = return_index or return_inverse or return_counts
    places = first_places(ar, axis, equal_nan)
    return take_adjoint(y_bar[0] if several else y_bar, np.shape(ar), places, axis)


@forward_rule(np.unique)
def unique_tangent(
    y, ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *,
    equal_nan=True, ar_dot
):  # fmt: skip
    y_dot = np.take(ar_dot, first_places(ar, axis, equal_nan), axis)
    integers = (None,) * (bool(return_index) + bool(return_inverse) + bool(return_counts))
    return (y_dot, *integers) if integers else y_dot


leaving_out(np.unique)


@instead_of(np.union1d)
def union1d(ar1, ar2):
    return np.unique(np.concatenate((np.ravel(ar1), np.ravel(ar2))))


refused(
    np.intersect1d,
    np.setdiff1d,
    np.setxor1d,
    way_out="take the entries at constant places: x[np.isin(x, y)]",
)
