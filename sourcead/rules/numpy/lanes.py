# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Derivatives of derivatives where lanes are left out: a zero stays zero, whatever it is multiplied with.

A program's adjoint is zero in a lane that was left out, and so is everything that is made of it there, in
derivatives of any order.  The other factor, finite itself, may have a tangent that is not:

    np.logaddexp(np.log(x), x)[1]       # at x[0] = 0 the weight exp(log(x) - y) is 0, its tangent NaN
"""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import NoneKind, Py, Tuple
from sourcead.ir.nodes import Const
from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.products import outer, tensordot
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Effects
from sourcead.runtime.accumulate import unless_zero, zeros_kept
from sourcead.runtime.averages import align_weights
from sourcead.runtime.lanes import connected, reached


def _factors(rng):
    seeds = np.array([0.0, 1.5, -2.0])
    return [
        call(seeds, rng.normal(size=(3,))),
        call(seeds, rng.normal(size=(2, 3))),
        call(seeds, 1.5),
        call(2.0, rng.normal(size=(3,))),
        call(2.0, 1.5),
        call(seeds + 1j, rng.normal(size=(3,)) + 1j),
    ]


@reverse_rule(unless_zero, wrt=("adjoint", "partial"), samples=_factors)
def unless_zero_again(y_bar, y, adjoint, partial):
    adjoint_bar = zeros_kept(unless_zero(y_bar, partial), adjoint)
    return adjoint_bar, unless_zero(adjoint, y_bar)


@forward_rule(unless_zero)
def unless_zero_tangent(y, adjoint, partial, *, adjoint_dot, partial_dot):
    if adjoint_dot is None:
        return unless_zero(adjoint, partial_dot)
    y_dot = zeros_kept(unless_zero(adjoint_dot, partial), adjoint)
    if partial_dot is None:
        return y_dot
    return y_dot + unless_zero(adjoint, partial_dot)


@reverse_rule(
    zeros_kept,
    wrt=("change", "adjoint"),
    samples=lambda rng: [
        call(rng.normal(size=(3,)), np.array([0.0, 1.5, 0.0])),
        call(1.5, 0.0),
    ],
    effects=Effects(returns="maybe"),
)
def zeros_kept_again(y_bar, y, change, adjoint):
    """Each element is kept, or is not; the adjoint only decides."""
    return zeros_kept(y_bar, adjoint), None


@forward_rule(zeros_kept)
def zeros_kept_tangent(y, change, adjoint, *, change_dot, adjoint_dot):
    if change_dot is None:
        return None
    return zeros_kept(change_dot, adjoint)


# ---- products ------------------------------------------------------------------------------


def _kinds_of_values(values, *args, **options):
    """As the values, item by item."""
    items = values.items if isinstance(values, Tuple) else values
    return Tuple(tuple(map(_kind, items))) if isinstance(items, tuple) else None


def _kind(item):
    if not isinstance(item, Const):
        return item
    return NoneKind() if item.value is None else Py(type(item.value))


@reverse_rule(
    reached,
    wrt=("values", "y_bar", "factors"),
    samples=lambda rng: [
        call((rng.normal(size=2), rng.normal(size=3)), outer, rng.normal(size=(2, 3))),
        call(
            (rng.normal(size=(2, 3)), rng.normal(size=(3, 4))),
            tensordot,
            rng.normal(size=(2, 4)),
            (rng.normal(size=(2, 3)), rng.normal(size=(3, 4))),
            (1,),
        ),
    ],
    kind=_kinds_of_values,
    effects=Effects(returns="maybe"),
)
def reached_again(out_bar, out, values, adjoint, y_bar, factors=None, options=()):
    """Each element is kept, or is not."""
    given = values if factors is None else factors
    return reached(out_bar, adjoint, y_bar, given, options), None, None


@forward_rule(reached)
def reached_tangent(
    out,
    values,
    adjoint,
    y_bar,
    factors=None,
    options=(),
    *,
    values_dot,
    y_bar_dot,
    factors_dot,
):
    if values_dot is None:
        return None
    given = values if factors is None else factors
    return reached(values_dot, adjoint, y_bar, given, options)


# ---- other functions -----------------------------------------------------------------------


def _mean(a, weights):
    return np.average(a, axis=0, weights=weights)


def _mean_adjoints(y_bar, y, a, weights):
    share = align_weights(weights, np.shape(a), 0) / np.sum(weights)
    return y_bar * share, np.sum(y_bar * (a - y), axis=1) / np.sum(weights)


def _parts(rng):
    a, weights = rng.normal(size=(2, 3)), rng.uniform(0.5, 1.5, size=2)
    seeds = np.array([0.0, 1.5, -2.0])
    given = ("a", "weights"), (), _mean, _mean_adjoints, seeds
    return [call((a, weights), *given), call((a, None), *given, (a, weights))]


@reverse_rule(
    connected,
    wrt=("values", "y_bar", "factors"),
    samples=_parts,
    kind=_kinds_of_values,
    effects=Effects(returns="maybe"),
)
def connected_again(out_bar, out, values, names, options, primal, adjoint, y_bar, factors=None):
    """Each element is kept, or is not."""
    given = values if factors is None else factors
    return connected(out_bar, names, options, primal, adjoint, y_bar, given), None, None


@forward_rule(connected)
def connected_tangent(
    out,
    values,
    names,
    options,
    primal,
    adjoint,
    y_bar,
    factors=None,
    *,
    values_dot,
    y_bar_dot,
    factors_dot,
):
    if values_dot is None:
        return None
    given = values if factors is None else factors
    return connected(values_dot, names, options, primal, adjoint, y_bar, given)
