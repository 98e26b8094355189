"""Integrals over several variables, in programs: `tplquad` and `nquad`."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy import integrate

import sourcead
from tests.numeric import check

X = np.array([1.3, 0.5, 0.3, 1.7, 0.9])


def between_surfaces(x):
    found, _ = integrate.tplquad(
        lambda c, b, a, p: np.exp(-a * b * p) * c,
        *(x[4], x[1], lambda a: a * x[2], 1.0),
        *(lambda a, b: a * b * x[0], lambda a, b: x[3] + b),
        args=(x[0],),
    )
    return found**2


def line(x):
    return integrate.nquad(lambda a, p: np.exp(-a * p), ((x[2], x[1]),), args=(x[0],))[0]


def rectangle(x):
    captured = lambda a, b, p: np.exp(-a * b * p) + x[4]
    return integrate.nquad(captured, ((0, x[1]), (x[2], 1.0)), args=(x[0],))[0]


def rectangle_of_lists(x):
    return integrate.nquad(lambda a, b, p: a * b * p, [[0, x[1]], [x[2], 1.0]], args=[x[0]])[0]


def rectangle_of_an_array(x):
    ranges = np.stack([x[:2], x[2:4]])
    return integrate.nquad(lambda a, b: a * b**2, ranges)[0] ** 2


def under_a_curve(x):
    def range_of_a(b, p, q):
        return b * x[4], b * q

    def range_of_b(p, q):
        return x[2], p

    ranges = range_of_a, range_of_b
    found, _ = integrate.nquad(lambda a, b, p, q: np.exp(-a * b * p) + q, ranges, (x[0], x[3]))
    return found**2


def solid(x):
    ranges = [lambda b, c: [0, x[1] * b + c], lambda c: (c * x[2], 1.0), (0.0, x[3])]
    return integrate.nquad(lambda a, b, c: a * b * x[0] + c, ranges)[0]


PROGRAMS = [line, rectangle, rectangle_of_lists, rectangle_of_an_array, under_a_curve]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_slopes_agree_with_differences(f):
    check(f, X)


@pytest.mark.parametrize("f", [between_surfaces, solid], ids=lambda f: f.__name__)
def test_slopes_over_three_variables_agree_with_differences(f):
    """A gradient takes tens of thousands of values of the integrand: once in each mode."""
    grad, v = sourcead.grad(f)(X), np.array([0.3, -0.2, 0.5, 0.1, 0.7])
    expected = [(f(X + s) - f(X - s)) / 2e-5 for s in 1e-5 * np.eye(5)]
    np.testing.assert_allclose(grad, expected, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(sourcead.jvp(f, (X,), (v,))[1], grad @ v, rtol=1e-7)


@pytest.mark.parametrize("f", [line, rectangle, under_a_curve], ids=lambda f: f.__name__)
def test_second_order(f):
    grad, steps = sourcead.grad(f), 1e-5 * np.eye(5)
    expected = np.array([(grad(X + s) - grad(X - s)) / 2e-5 for s in steps])
    found = sourcead.hessian(f)(X)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)


def boxes(x):
    return integrate.tplquad(lambda c, b, a: np.exp(-a * b * x[0]) * c, 0, 1, 0, x[1], 0, x[2])


def boxes_in_order(x):
    ranges = [[0, x[2]], [0, x[1]], [0, 1]]
    return integrate.nquad(lambda c, b, a: np.exp(-a * b * x[0]) * c, ranges)


@pytest.mark.parametrize("both", [boxes, boxes_in_order])
def test_the_value_and_the_estimate_are_those_of_scipy(both):
    value, _ = sourcead.jvp(both, (X,), (X,))
    assert value == both(X)


FOUR = np.array([[0.0, 1.0]] * 4)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: integrate.nquad(lambda a: a * x[0], [[0, 1]], opts={"limit": 10})[0],
        lambda x: integrate.nquad(lambda a: a * x[0], [[0, 1]], full_output=True)[0],
        lambda x: integrate.nquad(lambda a, b, c, d: a * x[0], [[0, 1]] * 4)[0],
        lambda x: integrate.nquad(lambda a, b, c, d: a * x[0], FOUR)[0],
    ],
)
def test_options_and_more_variables_are_refused(f):
    with pytest.raises(sourcead.NoRule, match=r"three variables|keyword `(opts|full_output)`"):
        sourcead.grad(f)(X)


def test_more_variables_that_only_the_run_knows_are_refused_at_the_line_of_the_call():
    def f(x, n):
        return integrate.nquad(lambda *a: a[0] * x[0], [[0, 1]] * n)[0]

    np.testing.assert_allclose(sourcead.grad(f)(X, 2), [0.5, 0, 0, 0, 0])
    with pytest.raises(sourcead.NotDifferentiable, match=r"nquad\(lambda[^\0]*calls nquad itself"):
        sourcead.grad(f)(X, 4)


def test_what_the_program_itself_does_not_implement_stays_its_exception():
    def f(x):
        if x > 1.0:
            raise NotImplementedError("above one")
        return x

    with pytest.raises(NotImplementedError, match="above one"):
        sourcead.grad(f)(2.0)
