"""Interpolants made of values that carry a derivative."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import interpolate, ndimage

import sourcead
from tests.numeric import check

X = np.array([0.0, 1.0, 2.5, 3.0, 4.5])
Y = np.array([1.0, 0.3, 0.6, 0.2, 0.9])
POINTS = np.array([0.3, 1.7, 2.8, 4.1])
VALUES = np.array([[0.3, 1.2, -0.4, 0.8], [0.1, 0.5, 0.9, -0.7], [1.1, 0.2, 0.6, 0.4]])
PLACES = np.array([[0.5, 1.2], [1.7, 2.1]])


def spline(x, y, t):
    return np.sum(interpolate.CubicSpline(x, y)(t) ** 2)


def parabola(x, y, t):
    return np.sum(interpolate.CubicSpline(x[:3], y[:3])(t) ** 2)


def natural(x, y, t):
    return np.sum(interpolate.CubicSpline(x, y, bc_type="natural")(t) ** 2)


def slope_of_clamped(x, y, t):
    return np.sum(interpolate.CubicSpline(x, y, bc_type="clamped")(t, 1) ** 2)


def columns(x, y, t):
    both = interpolate.CubicSpline(x, np.stack([y, y**2], axis=1))
    return np.sum(both.c**2) + np.sum(both.x) + np.sum(t)


def hermite(x, y, t):
    return np.sum(interpolate.CubicHermiteSpline(x, y, np.sin(y))(t) ** 2)


def in_a_loop(x, y, t):
    f = interpolate.CubicSpline(x, y)
    total = 0.0
    for u in t:
        total += f(u) ** 2
    return total


def one_coefficient_at_a_time(x, y, t):
    f = interpolate.BSpline(np.arange(9.0), 2.0 * y, 3)
    return f(3.3) * f(4.1, 1) + np.sum(x) + t[0]


def splines_of_constants(x, y, t):
    through = interpolate.make_interp_spline(X, Y)
    made = interpolate.BSpline(np.arange(9.0), Y, 3)
    return np.sum(through(t)) * np.sum(made(t)) + np.sum(x * y)


def pchip(x, y, t):
    return np.sum(interpolate.PchipInterpolator(x, y)(t) ** 2)


def akima(x, y, t):
    return np.sum(interpolate.Akima1DInterpolator(x, y)(t) ** 2)


def through(x, y, t):
    f = interpolate.make_interp_spline(x, y)
    return np.sum(f(t) ** 2) + f(t[0], 1)


def of_degree_two(x, y, t):
    return np.sum(interpolate.make_interp_spline(x, y, 2)(t) ** 2)


def of_degree_one(x, y, t):
    return np.sum(interpolate.make_interp_spline(x, y, k=1)(t) ** 2)


def natural_b_spline(x, y, t):
    return np.sum(
        interpolate.make_interp_spline(x, np.stack([y, y**2], 1), bc_type="natural")(t, 1) ** 2
    )


def clamped_b_spline(x, y, t):
    f = interpolate.make_interp_spline(x, y, bc_type="clamped")
    return np.sum(f(t) ** 2) + np.sum(f.c**3) + np.sum(f.t)


def with_knots(x, y, t):
    knots = np.concatenate([x[:1], x[:1], x[:1], x[1:2] + 0.3, x[-1:], x[-1:], x[-1:]])
    return np.sum(interpolate.make_lsq_spline(x, y, knots, 2, w=1.0 + y**2)(t) ** 2)


def by_fitpack(x, y, t):
    tck = interpolate.splrep(x, y)
    return np.sum(interpolate.splev(t, tck) ** 2) + np.sum(interpolate.splev(t, tck, der=1))


def lines(x, y, t):
    return np.sum(interpolate.interp1d(x, y)(t) ** 2)


def lines_beyond(x, y, t):
    return np.sum(interpolate.interp1d(x, y, fill_value="extrapolate")(1.2 * t) ** 2)


def unsorted(x, y, t):
    order = np.array([3, 0, 4, 1, 2])
    return np.sum(interpolate.interp1d(x[order], y[order])(t) ** 2)


def barycentric(x, y, t):
    return np.sum(interpolate.BarycentricInterpolator(x, y, rng=0)(t) ** 2)


def krogh(x, y, t):
    f = interpolate.KroghInterpolator(x, np.stack([y, y**2], axis=1))
    return np.sum(f(t) ** 2) + np.sum(f(t[0]))


def parabolas(x, y, t):
    return np.sum(interpolate.PPoly(np.stack([y[1:], y[:-1] ** 2, y[1:]]), x)(t) ** 2)


def slopes_of_degree_four(x, y, t):
    rows = np.stack([y[1:], y[:-1] ** 2, y[1:], y[:-1], y[1:] ** 3])
    f = interpolate.PPoly(rows, x)
    return np.sum(f(t, 1) ** 2) * f(t[0])


def by_lagrange(x, y, t):
    polynomial = interpolate.lagrange(x, y)
    return np.sum(polynomial(t) ** 2) + polynomial.c[0]


def through_all(x, y, t):
    f = interpolate.InterpolatedUnivariateSpline(x, y)
    return np.sum(f(t) ** 2) + np.sum(f(t, 1))


def of_fitpack(x, y, t):
    return np.sum(interpolate.UnivariateSpline(x, y, s=0)(t) ** 2)


def of_degree_two_by_fitpack(x, y, t):
    return np.sum(interpolate.InterpolatedUnivariateSpline(x, y, k=2)(t) ** 2)


CASES = [
    *[(f, X, Y, POINTS) for f in (by_lagrange, through_all, of_fitpack, of_degree_two_by_fitpack)],
    *[
        (f, X, Y, POINTS)
        for f in (spline, natural, slope_of_clamped, hermite, in_a_loop, splines_of_constants)
    ],
    *[(f, X, Y, POINTS) for f in (one_coefficient_at_a_time,)],
    (parabola, X, Y, POINTS[:2]),
    *[
        (f, X, Y, POINTS)
        for f in (
            pchip,
            akima,
            through,
            of_degree_two,
            of_degree_one,
            natural_b_spline,
            clamped_b_spline,
        )
    ],
    *[(f, X, Y, POINTS) for f in (with_knots, by_fitpack)],
    (columns, X, Y, POINTS),
    *[(f, X, Y, POINTS) for f in (lines, lines_beyond, unsorted)],
    *[(f, X, Y, POINTS) for f in (barycentric, krogh, parabolas, slopes_of_degree_four)],
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].__name__)
def test_first_derivatives(case):
    check(*case)


@pytest.mark.parametrize(
    "program",
    [lines, lines_beyond, unsorted, barycentric, krogh, parabolas],
    ids=lambda f: f.__name__,
)
def test_second_derivatives(program):
    check(sourcead.grad(program, 1), X, Y, POINTS, modes=["forward"])


@pytest.mark.parametrize("program", [lines, unsorted, spline, pchip], ids=lambda f: f.__name__)
def test_second_derivatives_in_reverse_mode_over_reverse_mode(program):
    gradient, weights = sourcead.grad(program, 1), np.arange(5.0)

    def along(y):
        return np.sum(gradient(X, y, POINTS) * weights)

    step = 1e-5
    rate = gradient(X, Y + step * weights, POINTS) - gradient(X, Y - step * weights, POINTS)
    np.testing.assert_allclose(sourcead.grad(along)(Y), rate / (2.0 * step), rtol=1e-6, atol=1e-8)


MADE_OF_CONSTANTS = {
    "cubic": interpolate.interp1d(X, Y, kind="cubic"),
    "rows": interpolate.interp1d(X, np.stack([Y, Y**2, Y**3, Y**4]), kind="quadratic"),
    "steps": interpolate.interp1d(X, Y, kind="nearest"),
    "beyond": interpolate.interp1d(X, Y, "cubic", bounds_error=False, fill_value=(0.5, 0.7)),
    "one polynomial": interpolate.KroghInterpolator(X, Y),
    "barycentric": interpolate.BarycentricInterpolator(X, Y),
    "along the last axis": interpolate.CubicSpline(X, np.stack([Y, Y**2, Y**3, Y**4]), axis=1),
    "splines along it": interpolate.make_interp_spline(X, np.stack([Y, Y**2, Y**3, Y**4]), axis=1),
}


@pytest.mark.parametrize("name", MADE_OF_CONSTANTS)
def test_interpolants_of_constants_in_their_points(name):
    made = MADE_OF_CONSTANTS[name]

    def read(t):
        return np.sum(made(t) ** 2 * np.arange(1.0, 5.0))

    points = np.array([-0.3, 1.7, 2.8, 5.0]) if name == "beyond" else POINTS
    check(read, points)
    check(sourcead.grad(read), points, modes=["forward"])


def test_other_interpolants_are_refused_by_name():
    def lines_along(y):
        return np.sum(interpolate.interp1d(X, y.reshape(5, 1), axis=0)(POINTS))

    def value_beyond(y):
        made = interpolate.interp1d(X, y, bounds_error=False, fill_value=(y[0], y[-1]))
        return np.sum(made(POINTS + 1.0))

    def along_last(y):
        return np.sum(interpolate.CubicSpline(X, y.reshape(1, 5), axis=1)(POINTS))

    def periodic(y):
        return np.sum(interpolate.CubicSpline(X, y)(POINTS + 1.0, extrapolate="periodic"))

    def given_slopes(y):
        return np.sum(interpolate.CubicSpline(X, y, bc_type=((1, 0.2), (2, 0.0)))(POINTS))

    def roots(y):
        return np.sum(interpolate.CubicSpline(X, y - 0.5).roots())

    for program in (lines_along, value_beyond, along_last, periodic, given_slopes, roots):
        with pytest.raises(sourcead.SourceADError, match="derivative"):
            sourcead.grad(program)(Y)
        with pytest.raises(sourcead.SourceADError, match="derivative"):
            sourcead.jvp(program, (Y,), (Y,))


def test_what_the_formulas_do_not_know_is_refused():
    def periodic(y):
        return np.sum(interpolate.CubicSpline(X, y, bc_type="periodic")(POINTS))

    def cubic(y):
        return np.sum(interpolate.interp1d(X, y, kind="cubic")(POINTS))

    for program in (periodic, cubic):
        with pytest.raises(sourcead.SourceADError):
            sourcead.grad(program)(Y)


def test_a_formula_that_raises_for_an_option_is_refused_with_its_reason():
    def wrapped(a):
        return np.sum(ndimage.map_coordinates(a, PLACES, order=1, mode="wrap"))

    with pytest.raises(sourcead.NoRule, match="has derivatives with mode constant"):
        sourcead.grad(wrapped)(VALUES)


def test_polynomials_at_the_ends_of_pieces():
    """The powers of zero have slopes, too."""
    slope = sourcead.grad(parabolas, 2)(X, Y, X[:3])
    near = sourcead.grad(parabolas, 2)(X, Y, X[:3] + 1e-9)
    np.testing.assert_allclose(slope, near, rtol=1e-6)


def test_nodes_given_twice_are_refused():
    with pytest.raises(sourcead.NotDifferentiable, match="each of them given once"):
        sourcead.grad(lambda y: interpolate.KroghInterpolator(X[[0, 0, 1, 2, 3]], y)(0.5))(Y)


def test_two_points_are_refused():
    with pytest.raises(sourcead.NotDifferentiable, match="two points"):
        sourcead.grad(lambda y: np.sum(interpolate.CubicSpline(X[:2], y)(POINTS[:2])))(Y[:2])


def open_ends(y):
    return np.sum(interpolate.CubicSpline(np.linspace(0.0, 4.0, 6), y)(AT) ** 2)


def natural_ends(y):
    spline = interpolate.CubicSpline(np.linspace(0.0, 4.0, 6), y, bc_type="natural")
    return np.sum(spline(AT) ** 2)


def clamped_ends(y):
    spline = interpolate.CubicSpline(np.linspace(0.0, 4.0, 6), y, bc_type="clamped")
    return np.sum(spline(AT) ** 2)


AT = np.array([0.3, 1.7, 3.1])


@pytest.mark.parametrize("energy", [open_ends, natural_ends, clamped_ends])
def test_a_whole_hessian_in_the_ordinates(energy):
    """All its columns from one linearisation, which keeps what the formula of these ends has."""
    y = np.sin(np.linspace(0.0, 4.0, 6))
    found = sourcead.hessian(energy)(y)
    columns = [sourcead.hvp(energy)(y, unit) for unit in np.eye(6)]
    np.testing.assert_allclose(found, np.array(columns).T, rtol=1e-12, atol=1e-12)


# ---- pieces made of other pieces -------------------------------------------------------------------

CONSTANT = interpolate.CubicSpline(X, Y)
SLOPE = CONSTANT.derivative()
PERIODIC = interpolate.CubicSpline(X, Y[[0, 1, 2, 3, 0]], bc_type="periodic")


def two_columns(y):
    both = interpolate.CubicSpline(X, np.stack([y, y**2], axis=1))
    return np.sum(both.integrate(y[0], 5.0) ** 2)


OTHERS = [
    ("slope of pieces", lambda y: interpolate.PchipInterpolator(X, y).derivative()(0.3)),
    ("second slope, also outside", lambda y: np.sum(interpolate.CubicSpline(X, y).derivative(2)(1.2 * POINTS) ** 2)),
    ("slope of a slope", lambda y: interpolate.CubicSpline(X, y).derivative().derivative()(y[1])),
    ("slope of too high order", lambda y: interpolate.CubicSpline(X, y).derivative(4)(0.3) + y[0]),
    ("integral", lambda y: interpolate.CubicSpline(X, y).integrate(0, 4)),
    ("integral between values", lambda y: interpolate.CubicSpline(X, y).integrate(y[0], 3.0 * y[4])),
    ("integral, backwards", lambda y: interpolate.CubicSpline(X, y).integrate(4.0, y[1])),
    ("integral in the places", lambda y: interpolate.CubicSpline(X + 0.1 * y, Y).integrate(0.5, 5.0)),
    ("integrals of columns", two_columns),
    ("antiderivative", lambda y: np.sum(interpolate.Akima1DInterpolator(X, y).antiderivative()(y[:3]))),
    ("integral of pieces", lambda y: interpolate.PPoly(y[:4].reshape(2, 2), X[:3]).integrate(0.0, 2.3) ** 2),
    ("constant pieces", lambda y: CONSTANT.integrate(y[0], y[1]) + CONSTANT.derivative()(y[2]) + SLOPE(y[3])),
    ("constant antiderivative", lambda y: CONSTANT.antiderivative()(y[0])),
]  # fmt: skip


@pytest.mark.parametrize("f", [o[1] for o in OTHERS], ids=[o[0] for o in OTHERS])
def test_pieces_made_of_pieces_agree_with_differences(f):
    assert sourcead.value_and_grad(f)(Y)[0] == pytest.approx(f(Y), rel=1e-13)
    check(lambda y: 1.0 * f(y), Y)


def test_second_order_of_an_integral():
    def f(y):
        return interpolate.CubicSpline(X, np.sin(y)).integrate(y[0], 4.0)

    grad, steps = sourcead.grad(f), 1e-6 * np.eye(5)
    expected = np.array([(grad(Y + s) - grad(Y - s)) / 2e-6 for s in steps])
    np.testing.assert_allclose(sourcead.hessian(f)(Y), expected, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    "f",
    [
        lambda y: PERIODIC.integrate(0.0, y[0]),
        lambda y: interpolate.CubicSpline(X, y).integrate(0.0, 1.0, "periodic"),
        lambda y: interpolate.CubicSpline(X, y).antiderivative(2)(0.3),
        lambda y: interpolate.CubicSpline(X, y).derivative(-1)(0.3),
    ],
)
def test_pieces_that_are_refused(f):
    with pytest.raises(sourcead.SourceADError, match=r"not of periodic ones|of order 1"):
        sourcead.grad(f)(Y)
