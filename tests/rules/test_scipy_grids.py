"""Values on a grid, read between its points: of each method, each direction of an axis, and beyond the grid."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import interpolate

import sourcead
from tests.numeric import check

GRID = (np.arange(3.0), np.arange(4.0))
DOWN = (np.array([2.0, 1.2, 0.0]), np.array([0.0, 1.1, 1.9, 3.0]))
VALUES = np.array([[0.3, 1.2, -0.4, 0.8], [0.1, 0.5, 0.9, -0.7], [1.1, 0.2, 0.6, 0.4]])
PLACES = np.array([[0.5, 1.2], [1.7, 2.1]])
BEYOND = np.array([[-0.4, 1.2], [1.7, 2.1], [1.3, 3.5]])


def grid(values, places):
    return np.sum(interpolate.RegularGridInterpolator(GRID, values)(places) ** 2)


def down(values, places):
    return np.sum(interpolate.RegularGridInterpolator(DOWN, values)(places) ** 2)


def at_once(values, places):
    return np.sum(interpolate.interpn(DOWN, values, places) ** 2)


def one_place(values, place):
    return np.sum(interpolate.RegularGridInterpolator(GRID, values)(place) ** 2)


def beyond_is_a_number(values, places):
    f = interpolate.RegularGridInterpolator(GRID, values, bounds_error=False, fill_value=0.5)
    return np.sum(f(places) ** 2)


def the_outermost_cell_goes_on(values, places):
    f = interpolate.RegularGridInterpolator(DOWN, values, bounds_error=False, fill_value=None)
    return np.sum(f(places) ** 2)


def rows_of_a_table(values, x):
    return np.sum(interpolate.interpn(GRID[:1], values, x) ** 2)


MADE_BEFORE = interpolate.RegularGridInterpolator(DOWN, VALUES)
OF_ROWS = interpolate.RegularGridInterpolator(GRID[:1], VALUES)


def of_constants(places):
    return np.sum(MADE_BEFORE(places) ** 2) + np.sum(OF_ROWS(places[:, :1]) ** 3)


CASES = [
    (grid, VALUES, PLACES),
    (down, VALUES, PLACES),
    (at_once, VALUES, PLACES),
    (one_place, VALUES, PLACES[0]),
    (beyond_is_a_number, VALUES, BEYOND),
    (the_outermost_cell_goes_on, VALUES, BEYOND),
    (rows_of_a_table, VALUES, np.array([0.3, 1.6])),
    (of_constants, PLACES),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_first_derivatives(case):
    check(*case)


def test_second_derivatives():
    check(sourcead.grad(at_once, 1), VALUES, PLACES, modes=["forward"])


@pytest.mark.parametrize("method", ["nearest", "slinear", "cubic", "pchip"])
def test_other_methods_are_refused(method):
    """Also where the object is older than the program, and where the call asks for the method."""
    table = np.add.outer(np.arange(5.0) ** 1.5, np.arange(5.0) ** 2)
    axes = (np.arange(5.0), np.arange(5.0))
    made = interpolate.RegularGridInterpolator(axes, table, method=method)
    linear = interpolate.RegularGridInterpolator(axes, table)
    for program in (
        lambda x: np.sum(made(x)),
        lambda x: np.sum(linear(x, method=method)),
        lambda x: np.sum(interpolate.interpn(axes, table, x, method=method)),
        lambda x: np.sum(interpolate.RegularGridInterpolator(axes, x @ x.T, method=method)(PLACES)),
    ):
        with pytest.raises((sourcead.SourceADError, NotImplementedError)):
            sourcead.grad(program)(np.ones((5, 2)) if "@" in str(program) else PLACES)


def test_coordinates_in_a_tuple_are_refused():
    with pytest.raises((sourcead.SourceADError, NotImplementedError), match="stack"):
        sourcead.grad(lambda x: np.sum(interpolate.interpn(GRID, VALUES, (x, x))))(PLACES[0])


def test_a_grid_that_varies_is_refused():
    def of_its_places(x):
        return np.sum(interpolate.RegularGridInterpolator((x, GRID[1]), VALUES)(PLACES))

    with pytest.raises(sourcead.NoRule, match="no derivative in its argument `points`"):
        sourcead.grad(of_its_places)(GRID[0])


def test_a_smoothing_spline_that_stays_at_its_last_value_has_slope_zero_there():
    x = np.linspace(0.0, 5.0, 9)
    stays = interpolate.UnivariateSpline(x, np.sin(x), ext=3)
    points = np.array([-0.5, 0.3, 5.7])
    check(lambda p: np.sum(stays(p) ** 2), points)
    goes_on = interpolate.UnivariateSpline(x, np.sin(x))
    check(lambda p: np.sum(goes_on(p, ext="const") ** 2) + np.sum(goes_on(p) ** 3), points)
