"""`scipy.optimize.linprog` in programs."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from scipy.optimize import linprog

import sourcead
from tests.numeric import check, directional

C = np.array([-1.0, -2.0, 0.5])
A = np.array([[1.0, 1.0, 0.3], [0.2, 1.5, 1.0]])
B = np.array([4.0, 3.0])


def cost(c, a, b):
    return linprog(c, a, b).fun


def place(c, a, b):
    found = linprog(c, A_ub=a, b_ub=b)
    return np.sum(found.x**2) + found.x[0]


def with_equations(c, a, b):
    return linprog(c, A_eq=a[:1], b_eq=b[:1], bounds=[(0, 3), (0, 2.5), (None, 1.0)]).fun


def with_both(c, a, b):
    found = linprog(c, a[1:], b[1:], a[:1], b[:1])
    return found.fun * found.x[1]


PROGRAMS = [cost, place, with_equations, with_both]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_slopes_agree_with_differences(f):
    check(f, C, A, B)


def test_the_slope_in_the_costs_is_the_place():
    found = sourcead.grad(cost)(C, A, B)
    np.testing.assert_allclose(found, linprog(C, A, B).x, atol=1e-12)


def test_second_order():
    v = np.array([0.3, -0.2])

    def f(b):
        return place(C, A, b) ** 2

    expected = directional(sourcead.grad(f), (B,), (v,), v).value
    found = sourcead.jvp(lambda b: sourcead.jvp(f, (b,), (v,))[1], (B,), (v,))[1]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


def test_success_is_constant():
    def f(b):
        found = linprog(C, A, b)
        return found.fun if found.success else 0.0

    np.testing.assert_allclose(sourcead.grad(f)(B), linprog(C, A, B).ineqlin.marginals, atol=1e-12)


@pytest.mark.parametrize(
    "f",
    [
        lambda b: np.sum(linprog(C, A, b).slack),
        lambda c: np.sum(linprog(c, A, B[: len(c)]).ineqlin.marginals) if len(c) == 2 else 0.0,
        lambda b: linprog(C, A, B, bounds=[(0, b[0]), (0, None), (0, None)]).fun,
    ],
    ids=["slack", "marginals", "bounds"],
)
def test_what_no_rule_says_is_refused(f):
    with pytest.raises(sourcead.SourceADError):
        sourcead.grad(f)(B)


def test_an_optimum_that_is_not_alone_is_an_error():
    with pytest.raises(ValueError, match="not a single vertex"):
        sourcead.grad(lambda b: linprog([0.0, 0.0], [[1.0, 1.0]], b, bounds=(None, None)).fun)(
            np.array([1.0])
        )
