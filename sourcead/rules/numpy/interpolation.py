# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs
"""Interpolation. At a grid point the derivative is that of the interval to its right."""

from __future__ import annotations

import numpy as np

from sourcead.rules.forms import forward_rule, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.runtime.interpolation import interp_adjoints, interp_tangent


def _points(rng):
    grid = np.array([0.0, 1.0, 2.5, 3.0])
    values = rng.normal(size=(4,))
    return [
        call(np.array([0.3, 1.7, 2.9, 0.6]), grid, values),
        call(np.array([[-0.4, 1.7], [3.4, 2.6]]), grid, values),
        call(np.array([-0.4, 1.7, 3.4]), grid, values, left=1.5, right=-0.5),
        call(np.array([-0.4, 1.7, 3.4]), grid, values, 1.5),
        call(1.3, grid, values),
        call(np.array([-0.4, 1.7, 3.45, 9.1]), grid, values, period=3.6),
        call(np.array([-0.4, 1.7, 3.45]), np.array([2.0, 0.5, 7.1]), values[:3], period=3.6),
        call(np.array([0.5, 1.5]), grid, values + 1j),
        call(np.array([0.5, 1.5]), grid, list(values)),
        call(np.array([-0.5, 1.5]), np.array([1.0]), values[:1]),
    ]


@reverse_rule(np.interp, wrt=("x", "xp", "fp", "left", "right"), samples=_points)
def interp(y_bar, y, x, xp, fp, left=None, right=None, period=None):
    x_bar, xp_bar, fp_bar, left_bar, right_bar = interp_adjoints(
        y_bar, x, xp, fp, left, right, period
    )
    return x_bar, xp_bar, fp_bar, left_bar, right_bar


@forward_rule(np.interp)
def interp_forward(
    y, x, xp, fp, left=None, right=None, period=None, *, x_dot, xp_dot, fp_dot, left_dot, right_dot
):
    return interp_tangent(
        y, x, xp, fp, left, right, period, x_dot, xp_dot, fp_dot, left_dot, right_dot
    )
