"""What a branch does without contributes exactly zero there, whatever slope it has; in all derivatives.

Each program computes something at `u[0] = 0` whose slope is infinite, before a branch that does not use it.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def returned(u):
    r = np.sqrt(u[0])
    if r > 0.1:
        return r
    return u[1]


def guarded_quotient(u):
    inverse = 1.0 / u[0]
    if u[0] > 0.0:
        return inverse * u[1]
    return u[1]


def returned_early(u):
    r = np.sqrt(u[0])
    if u[1] > 3.0:
        return u[1]
    return r * u[1]


def in_a_loop(u):
    total = 0.0
    for v in u:
        r = np.log(v)
        if v < 0.5:
            continue
        total += 0.0 * r + v
    return total


def a_loop_without_turns(u):
    r = np.sqrt(u[0])
    total = u[1]
    for _ in range(int(u[0])):
        total = total + r
    return total


def whole_arrays(u):
    logarithms = np.outer(np.log(u), u)
    if u[0] > 0.0:
        return np.sum(logarithms)
    return u[1]


def a_list(u):
    roots = [np.sqrt(v) for v in u]
    if u[0] > 0.0:
        return sum(roots)
    return u[1]


def an_entry(u):
    found = {"root": np.sqrt(u[0]), "other": u[1]}
    return found["root"] if u[0] > 0.0 else found["other"]


def a_function_made(u):
    r = np.sqrt(u[0])
    f = (lambda: r) if u[0] > 0.0 else (lambda: u[1])
    return f()


def caught(u):
    r = np.sqrt(u[0])
    try:
        if u[0] <= 0.0:
            raise ValueError
        return r
    except ValueError:
        return u[1]


def checked_first(u):
    r = np.sqrt(u[0])
    if u[1] < 0.0:
        raise ValueError("negative")
    return r if r > 0.0 else u[1]


PROGRAMS = [
    returned, guarded_quotient, returned_early, in_a_loop, a_loop_without_turns, whole_arrays, a_list,
    an_entry, a_function_made, caught, checked_first,
]  # fmt: skip


@pytest.mark.parametrize("f", PROGRAMS)
def test_a_path_not_taken_contributes_zero(f):
    point = np.array([0.0, 4.0])
    assert f(point) == 4.0
    np.testing.assert_array_equal(sourcead.grad(f)(point), [0.0, 1.0])
    assert sourcead.jvp(f, (point,), (np.array([3.0, 2.0]),))[1] == 2.0
    np.testing.assert_array_equal(sourcead.hessian(f)(point), np.zeros((2, 2)))


def root(x):
    r = math.sqrt(x)
    return r if r > 0.1 else x


def power(x):
    r = x**0.25
    return max(r, 2.0 + x)


def power_by_name(x):
    r = pow(x, 0.5)
    return max(r, 2.0 + x)


def power_of_math(x, n=0.5):
    r = math.pow(x, n)
    return max(r, 2.0 + x)


def sine(x):
    a = math.asin(1.0 - x)
    return min(a, x)


def cosine(x):
    a = math.acos(1.0 - x)
    return max(a, 2.0 + x)


def hyperbolic(x):
    a = math.acosh(1.0 + x)
    return a if x > 0.0 else x


def element(x):
    roots = [math.sqrt(v) for v in [x, 4.0]]
    return roots[1] + x


def square(x):
    s = x**2.0
    return s if x > 1.0 else x


@pytest.mark.parametrize(
    "f", [root, power, power_by_name, power_of_math, sine, cosine, hyperbolic, element, square]
)
def test_python_divides_by_zero_on_no_path_that_is_not_taken(f):
    assert sourcead.grad(f)(0.0) == 1.0
    assert sourcead.jvp(f, (0.0,), (1.0,))[1] == 1.0
    assert sourcead.hessian(f)(0.0) == 0.0


def test_what_is_selected_raises_what_python_raises():
    with pytest.raises(ZeroDivisionError):
        sourcead.grad(lambda x: max(math.sqrt(x), -1.0))(0.0)
    with pytest.raises(ZeroDivisionError):
        sourcead.grad(lambda x: max(x**0.5, -1.0))(0.0)


def test_an_adjoint_that_is_zero_by_chance_has_a_slope():
    def f(x):
        r = math.sqrt(x)
        return max((r - 2.0) ** 2, -1.0)

    assert sourcead.grad(sourcead.grad(f))(4.0) == pytest.approx(2.0 / 16.0)
    assert sourcead.hessian(f)(4.0) == pytest.approx(2.0 / 16.0)
