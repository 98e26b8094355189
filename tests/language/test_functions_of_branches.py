"""Functions that the branches of an `if` make differently, called behind it, and passed to functions with rules."""

import functools

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

import sourcead
from sourcead.testing import check_grad


def integral(r, p):
    if len(r) == 2:
        a, b = r

        def inner(t):
            return a * t**p + b
    elif len(r) == 3:
        a, b, c = r

        def inner(t):
            return a * np.exp(t * b) + c * p

    return quad(inner, 0.0, 1.0)[0]


def one_branch_after_the_other(r, p):
    if len(r) == 2:
        a, b = r

        def inner(t):
            return a * t**p + b

    if len(r) == 3:
        a, b, c = r

        def inner(t):
            return a * np.exp(t * b) + c * p

    return quad(inner, 0.0, 1.0)[0] ** 2


def one_within_the_other(r, p):
    if len(r) == 2:
        if p > 1.0:
            q = r[0] * p

            def h(t):
                return q * t
        else:

            def h(t):
                return r[1] * t
    elif len(r) == 3:
        w = np.asarray(r[1:]) * p

        def h(t):
            return r[2] * t * np.sum(w)

    return quad(h, 0.0, 1.0)[0]


def root(r, p):
    if p > 1.0:
        k = p * r[0]

        def g(t):
            return t - k
    elif p > 0.0:
        m = r[1] + p

        def g(t):
            return t * t - m

    return brentq(g, 0.0, 10.0)


def trajectory(r, p):
    if p > 1.0:
        rates = p * np.asarray(r)

        def right(t, y):
            return -rates[0] * y
    elif p > 0.0:
        m = r[1] + p
        n = 2.0 * m

        def right(t, y):
            return -m * y * n

    return solve_ivp(right, (0.0, 1.0), [1.0, r[0]], rtol=1e-10, atol=1e-12).y[0, -1]


def none_or_partial(r, p):
    h = None
    if len(r) == 2:
        q = r[0] * p
        h = lambda t: q * t
    elif p > 0.0:
        w = r[1] * r[2]
        h = functools.partial(lambda u, t: u * t * w, p)
    return quad(h, 0.0, 1.0)[0]


PROGRAMS = [
    integral, one_branch_after_the_other, one_within_the_other, root, trajectory, none_or_partial,
]  # fmt: skip
POINTS = [(np.array([1.5, 2.0]), 2.0), (np.array([1.5, 0.7, 1.2]), 0.5)]


@pytest.mark.parametrize("r, p", POINTS)
@pytest.mark.parametrize("f", PROGRAMS)
def test_passed_on(f, r, p):
    r_bar, p_bar = sourcead.grad(f, (0, 1))(r, p)
    h, up = 1e-5, np.eye(len(r))
    differences = [(f(r + h * e, p) - f(r - h * e, p)) / (2.0 * h) for e in up]
    np.testing.assert_allclose(r_bar, differences, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(p_bar, (f(r, p + h) - f(r, p - h)) / (2.0 * h), rtol=1e-6)
    np.testing.assert_allclose(sourcead.grad(f, 0)(r.tolist(), p), r_bar, rtol=1e-9, atol=1e-12)
    direction = np.linspace(1.0, 2.0, len(r))
    forward = sourcead.jvp(f, (r, p), (direction, 0.5))[1]
    np.testing.assert_allclose(forward, r_bar @ direction + 0.5 * p_bar, rtol=1e-6)


def of_either(p, n):
    if n == 2:
        a = p * p

        def inner(t):
            return a * t
    else:
        b = p**3

        def inner(t):
            return b * t

    return quad(inner, 0.0, 1.0)[0]


@pytest.mark.parametrize("n, second", [(2, 1.0), (3, 4.5)])
def test_second_derivatives(n, second):
    np.testing.assert_allclose(sourcead.hessian(of_either)(1.5, n), second, rtol=1e-12)
    check_grad(lambda p: of_either(p, n), 1.5)


def called(p, n):
    if n == 2:
        q = p * p
        inner = lambda t: t * q
    z = np.sin(p)
    w = np.cos(z)
    return inner(z) * w


def test_called_where_it_is_bound():
    check_grad(lambda p: called(p, 2), 1.5)


def test_called_where_it_is_not_bound():
    with pytest.raises(UnboundLocalError, match="variable 'inner'"):
        sourcead.grad(called)(1.5, 3)
    with pytest.raises(UnboundLocalError):
        sourcead.value_and_grad(integral, 1)(np.ones(4), 1.5)


def list_of_a_branch(x, n):
    if n == 2:
        weights = [x, 2.0 * x]
        weights.append(x)

        def h(t):
            return sum(w * t for w in weights)
    else:

        def h(t):
            return x * t

    return quad(h, 0.0, 1.0)[0]


def test_a_list_of_one_branch():
    check_grad(lambda x: list_of_a_branch(x, 2), 1.5)
    check_grad(lambda x: list_of_a_branch(x, 3), 1.5)
