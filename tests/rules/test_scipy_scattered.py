"""`LinearNDInterpolator` and `NearestNDInterpolator`, in programs: in the values, the points and the places."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import interpolate, spatial
from scipy.interpolate import LinearNDInterpolator, NearestNDInterpolator

import sourcead
from tests.numeric import check

RNG = np.random.default_rng(0)
CORNERS = np.array([[-1.0, -1.0], [-1.0, 2.0], [2.0, -1.0], [2.0, 2.0]])
POINTS = np.concatenate([CORNERS, RNG.uniform(size=(4, 2))])
PLACES = RNG.uniform(size=(3, 2))
VALUES = RNG.normal(size=8)
CONSTANT = LinearNDInterpolator(POINTS, VALUES)
TRIANGLES = spatial.Delaunay(POINTS)
NEAREST = NearestNDInterpolator(POINTS, VALUES)


def in_values(v):
    return np.sum(LinearNDInterpolator(POINTS, v)(PLACES) ** 2)


def in_points(p):
    return np.sum(LinearNDInterpolator(p, VALUES)(PLACES) ** 2)


def in_places(q):
    return np.sum(LinearNDInterpolator(POINTS, VALUES)(q) ** 2)


def of_a_constant(q):
    return np.sum(CONSTANT(q[:, 0], q[:, 1]) ** 2)


def at_one_place(v):
    return LinearNDInterpolator(POINTS, v)(0.3 * v[0], 0.4) ** 2


def at_one_place_as_an_array(v):
    place = np.stack([0.3 * v[0], 0.4 + 0.1 * v[1]])
    return LinearNDInterpolator(POINTS, v)(place[np.newaxis])[0] ** 2


def of_triangles(v):
    return np.sum(LinearNDInterpolator(TRIANGLES, v)(0.5 + 0.1 * np.sin(v[:2])) ** 2)


def of_triangles_made_here(v):
    return np.sum(LinearNDInterpolator(spatial.Delaunay(POINTS), v)(PLACES) ** 2)


def nearest(v):
    rows = np.stack([v, v**2], axis=-1)
    return np.sum(NearestNDInterpolator(POINTS, rows)(PLACES) ** 2)


def nearest_to_one_place(v):
    return NearestNDInterpolator(POINTS, v**2)(0.3 * v[0], 0.4) * v[1]


def nearest_of_a_constant(v):
    return NEAREST(np.stack([v[:3], v[3:6]], axis=-1)) @ v[:3] + NEAREST((v[0], v[1])) * v[2]


def of_vectors_partly_outside(v):
    rows = np.stack([v, v**2], axis=-1)
    places = np.concatenate([PLACES, PLACES + 2.0])
    return np.sum(LinearNDInterpolator(POINTS, rows, fill_value=0.5)(places) ** 2)


@pytest.mark.parametrize(
    "f, at",
    [
        (in_values, VALUES),
        (in_points, POINTS),
        (in_places, PLACES),
        (of_a_constant, PLACES),
        (at_one_place, VALUES),
        (at_one_place_as_an_array, VALUES),
        (of_vectors_partly_outside, VALUES),
        (of_triangles, VALUES),
        (of_triangles_made_here, VALUES),
        (nearest, VALUES),
        (nearest_to_one_place, VALUES),
        (nearest_of_a_constant, VALUES),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_slopes_agree_with_differences(f, at):
    assert sourcead.value_and_grad(f)(at)[0] == pytest.approx(f(at), rel=1e-13)
    check(f, at)


@pytest.mark.parametrize("f", [in_values, at_one_place_as_an_array], ids=lambda f: f.__name__)
def test_second_order(f):
    grad, steps = sourcead.grad(f), 1e-6 * np.eye(8)
    expected = np.array([(grad(VALUES + s) - grad(VALUES - s)) / 2e-6 for s in steps])
    np.testing.assert_allclose(sourcead.hessian(f)(VALUES), expected, rtol=1e-6, atol=1e-8)


CUBIC = interpolate.CloughTocher2DInterpolator(POINTS, VALUES)


@pytest.mark.parametrize(
    "f, why",
    [
        (lambda v: LinearNDInterpolator(POINTS, v, rescale=True)(0.3, 0.4), "without rescale"),
        (lambda v: NearestNDInterpolator(POINTS, v, rescale=True)(0.3, 0.4), "without rescale"),
        (lambda v: LinearNDInterpolator(POINTS, VALUES, fill_value=v[0])(9.0, 0.4), "`fill_value`"),
        (
            lambda v: LinearNDInterpolator(spatial.Delaunay(POINTS * v[0]), v)(0.3, 0.4),
            "`Delaunay`",
        ),
        (lambda v: NearestNDInterpolator(POINTS, v)(0.3, 0.4, eps=0.1), "keyword `eps`"),
        (lambda v: CUBIC(v[0], 0.4), "of LinearNDInterpolator and NearestNDInterpolator"),
        (
            lambda v: CUBIC(v[np.newaxis, :2])[0],
            "of LinearNDInterpolator and NearestNDInterpolator",
        ),
        (lambda v: interpolate.CloughTocher2DInterpolator(POINTS, v)(0.3, 0.4), "`CloughTocher"),
    ],
)
def test_what_is_refused(f, why):
    with pytest.raises(sourcead.NoRule, match=why):
        sourcead.grad(f)(VALUES)
