# mypy: allow-untyped-defs, allow-untyped-calls
"""`scipy.interpolate`: values on a grid, linear between its points, in the values and where they are read.

`RegularGridInterpolator(grid, values)(xi)` is `interpn(grid, values, xi)`.  The grid itself is constant; each of its
axes goes up or down.  Beyond it there is a value of its own (slope zero), or the outermost cell goes on.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy import interpolate

from sourcead.ir.kinds import Array, Object, Py, Tuple, Unknown
from sourcead.rules.forms import constant, formula, forward_rule, helper, reverse_rule
from sourcead.rules.numpy.samples import call
from sourcead.rules.registry import Programs
from sourcead.rules.scipy.kinds import by_points, held, len_of, record
from sourcead.runtime.array_products import product_of_others

# ---- the cell of each point ----------------------------------------------------------------------


def _cell(grid, x):
    """For each x the number i of its cell, between `grid[i]` and `grid[i + 1]`; beyond the ends the outermost."""
    last = len(grid) - 2
    if grid[0] <= grid[-1]:
        return np.clip(np.searchsorted(grid, x, side="right") - 1, 0, last)
    return last - np.clip(np.searchsorted(grid[::-1], x, side="right") - 1, 0, last)


def _cell_corners(points, xi):
    """Of each point's cell, with the corners on the first axis: places in the flat table, and which ends they are.

    And the cell's first ends and widths, for each coordinate of each point.
    """
    flat = np.reshape(xi, (-1, len(points)))
    grids = [np.asarray(grid, float) for grid in points]
    lower = np.stack([_cell(grid, x) for grid, x in zip(grids, flat.T)], axis=-1)
    ends = np.stack([grid[i] for grid, i in zip(grids, lower.T)], axis=-1)
    widths = np.stack([grid[i + 1] - grid[i] for grid, i in zip(grids, lower.T)], axis=-1)
    upper = np.array(list(itertools.product((0, 1), repeat=len(points))))[:, np.newaxis]
    table = [len(grid) for grid in points]
    places = np.ravel_multi_index(tuple(np.moveaxis(lower + upper, -1, 0)), table)
    return places, np.broadcast_to(upper > 0, (*places.shape, len(points))), ends, widths


def _corner_kinds(points, xi):
    table = Array("float64", (None, None))
    upper = Array("bool", (None, None, None))
    return Tuple((Array("int64", (None, None)), upper, table, table))


constant(_cell_corners, kind=_corner_kinds)


def _shares(points, xi):
    """Places of the corners, each corner's share by coordinate, and the slope of that."""
    places, upper, ends, widths = _cell_corners(points, xi)
    along = (np.reshape(xi, (-1, len(points))) - ends) / widths
    return places, np.where(upper, along, 1.0 - along), np.where(upper, 1.0, -1.0) / widths


def _size(points):
    return math.prod(len(grid) for grid in points)


constant(_size, kind=lambda points: Py(int))


def _inside(points, xi, fill_value):
    """Which points have a value of the table, as a column: where there is no fill value, all."""
    flat = np.reshape(xi, (-1, len(points)))
    if fill_value is None:
        return np.ones((len(flat), 1), bool)
    within = [
        (np.min(grid) <= x) & (x <= np.max(grid)) | np.isnan(x) for grid, x in zip(points, flat.T)
    ]
    return np.all(within, axis=0)[:, np.newaxis]


constant(_inside, kind=lambda points, xi, fill_value: Array("bool", (None, 1)))


# ---- a function of values and points -------------------------------------------------------------


def _known(xi, method):
    if method != "linear":
        raise NotImplementedError("derivatives of values on a grid: of method linear")
    if isinstance(xi, (tuple, list)):
        raise NotImplementedError(
            "derivatives of values on a grid: of points in one array, np.stack(coordinates, axis=-1)"
        )


def _grids(rng):
    axes = (np.array([0.0, 1.0, 2.5]), np.array([0.0, 0.5, 1.0, 2.0]))
    values = rng.normal(size=(3, 4))
    xi = np.stack([rng.uniform(0.1, 2.4, 5), rng.uniform(0.1, 1.9, 5)], axis=-1)
    beyond = np.array([[-0.3, 0.2], [1.2, 0.7], [2.6, 2.1]])
    return [
        call(axes, values, xi),
        call(axes[:1], values[:, 0].copy(), xi[:, :1]),
        call((axes[0][::-1], axes[1]), values, xi),
        call(axes[:1], values, xi[:, :1]),
        call(axes, values, beyond, "linear", False),
        call(axes, values, beyond, bounds_error=False, fill_value=None),
    ]


@reverse_rule(interpolate.interpn, wrt=("values", "xi"), samples=_grids, kind=by_points)
@helper
def interpn(
    y_bar, y, points, values, xi, method="linear", bounds_error=True, fill_value=np.nan
):  # fmt: skip
    _known(xi, method)
    places, shares, slopes = _shares(points, xi)
    rows = np.reshape(values, (_size(points), -1))
    seed = np.reshape(y_bar, (-1, rows.shape[1])) * _inside(points, xi, fill_value)
    rows_bar = np.zeros_like(rows)
    np.add.at(rows_bar, places, seed * np.prod(shares, axis=-1)[..., np.newaxis])
    pull = np.sum(seed * rows[places], axis=-1)
    xi_bar = np.sum(pull[..., np.newaxis] * product_of_others(shares, -1) * slopes, axis=0)
    return np.reshape(rows_bar, np.shape(values)), np.reshape(xi_bar, np.shape(xi))


@forward_rule(interpolate.interpn)
@helper
def interpn_tangent(
    y, points, values, xi, method="linear", bounds_error=True, fill_value=np.nan, *, values_dot,
    xi_dot,
):  # fmt: skip
    _known(xi, method)
    places, shares, slopes = _shares(points, xi)
    rows = np.reshape(values, (_size(points), -1))
    y_dot = np.zeros((places.shape[1], rows.shape[1]))
    if values_dot is not None:
        rows_dot = np.reshape(values_dot, np.shape(rows))
        y_dot = y_dot + np.sum(rows_dot[places] * np.prod(shares, axis=-1)[..., np.newaxis], axis=0)
    if xi_dot is not None:
        change = product_of_others(shares, -1) * slopes * np.reshape(xi_dot, (-1, len(points)))
        y_dot = y_dot + np.sum(rows[places] * np.sum(change, axis=-1)[..., np.newaxis], axis=0)
    return np.reshape(y_dot * _inside(points, xi, fill_value), np.shape(y))


# ---- an object with the values -------------------------------------------------------------------

TESTS = "rules/test_scipy_grids.py"
SHOWN = ("values", "grid")

if hasattr(interpolate.RegularGridInterpolator, "values"):  # properties, since SciPy 1.17
    FIELD = "_values"

    def _held(self):
        return self._grid, self._values

else:
    FIELD = "values"

    def _held(self):
        return self.grid, self.values


helper(_held)


def _down(points):
    """The axes that go down: the object keeps grid and values the other way round there."""
    return tuple(i for i, grid in enumerate(points) if grid[0] > grid[-1])


constant(_down)


def _grid_kind(points, values, method=None, bounds_error=None, fill_value=None, **options):
    if method is not None and getattr(method, "value", None) != "linear":
        return Unknown()
    if not isinstance(values, Array) or len(values.dims) != len_of(points):
        return Unknown()
    return record(interpolate.RegularGridInterpolator, (), **{FIELD: Array("float64", values.dims)})


@formula(
    interpolate.RegularGridInterpolator,
    kind=_grid_kind,
    wrt=("values",),
    samples=Programs(TESTS, "RegularGridInterpolator("),
)
def grid(points, values, method="linear", bounds_error=True, fill_value=np.nan):
    return (np.flip(1.0 * values, _down(points)),)


def _on_grid(self, xi, method=None):
    values, grids = (held(self, name) if isinstance(self, Object) else None for name in SHOWN)
    if not isinstance(values, Array):
        return Unknown()
    grids = grids or Tuple((Unknown(),) * len(values.dims))  # made here, see `_grid_kind`
    return by_points(grids, values, xi)


@formula(
    interpolate.RegularGridInterpolator.__call__,
    kind=_on_grid,
    samples=Programs(TESTS, "RegularGridInterpolator("),
)
def grid_values(self, xi, method=None):
    """Points and values at once, as `interpn`."""
    points, values = _held(self)
    method = self.method if method is None else method
    return interpolate.interpn(points, values, xi, method, self.bounds_error, self.fill_value)
