# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Choosing between values: where, select. What is not chosen has exactly zero derivative."""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.runtime.gathers import select_adjoints, select_tangent


def _conditions(rng):
    mask = rng.random((2, 3)) < 0.5
    return [
        call(mask, rng.normal(size=(2, 3)), rng.normal(size=(2, 3))),
        call(mask, rng.normal(size=(3,)), 0.5),
        call(mask, 1.5, 0.5),
        call(mask[0], rng.normal(size=(2, 1)), rng.normal(size=())),
        call(True, 1.5, rng.normal(size=(2,))),
        call(mask, rng.normal(size=(2, 3)).astype(np.float32), np.float32(0.5)),
        call(mask, rng.normal(size=(2, 3)) + 1j, 0.5),
        call(mask, rng.normal(size=(2, 3)), 0),
    ]


@reverse_rule(np.where, wrt=("x", "y"), samples=_conditions)
def where(out_bar, out, condition, x=None, y=None):
    if x is None:
        return None, None
    return np.where(condition, out_bar, 0.0), np.where(condition, 0.0, out_bar)


@forward_rule(np.where)
def where_tangent(out, condition, x=None, y=None, *, x_dot, y_dot):
    if x_dot is None:
        return np.where(condition, 0.0, y_dot)
    if y_dot is None:
        return np.where(condition, x_dot, 0.0)
    return np.where(condition, x_dot, y_dot)


@reverse_rule(
    np.select,
    wrt=("choicelist", "default"),
    samples=lambda rng: [
        call(
            [rng.random((2, 3)) < 0.5, rng.random((2, 3)) < 0.5],
            [rng.normal(size=(2, 3)), rng.normal(size=(3,))],
        ),
        call([np.array([True, False, False])], [rng.normal(size=(3,))], 1.5),
        call(
            [np.array([True, False, False]), np.array([True, True, False])],
            [1.5, rng.normal(size=(2, 3))],
            default=rng.normal(size=(3,)),
        ),
    ],
)
def select(y_bar, y, condlist, choicelist, default=0):
    choices_bar, default_bar = select_adjoints(y_bar, condlist, choicelist, default)
    return choices_bar, default_bar


@forward_rule(np.select)
def select_forward(y, condlist, choicelist, default=0, *, choicelist_dot, default_dot):
    return select_tangent(y, condlist, choicelist_dot, default_dot)
