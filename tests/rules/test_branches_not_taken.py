"""What is computed before a branch, and not used by the one that is taken, contributes exactly zero.

Each program is at a point where the slope of such a value is infinite, or would divide by zero.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def chosen(x):
    y = math.sqrt(x)
    return y if x > 1.0 else 3.0 * x


def power_in_a_branch(x):
    y = x**0.5
    if x > 1.0:
        z = 3.0 * y
    else:
        z = x * x + 3.0 * x
    return z


def root_of_numpy(x):
    y = np.sqrt(x)
    return y if x > 1.0 else 3.0 * x


def logarithm_of_numpy(x):
    y = np.log(x)
    return y if x > 0.0 else 3.0 * x


def larger_of_two(x):
    return max(math.sqrt(x) - 1.0, 3.0 * x)


def smaller_of_two(x):
    return min(math.asin(1.0 - x), 3.0 * x)


def angle(x):
    y = math.atan2(x, x)
    return y if x > 0.0 else 3.0 * x


def hyperbolic(x):
    y = math.acosh(1.0 + x)
    return y if x > 0.0 else 3.0 * x


def power_of_math(x):
    y = math.pow(x, 0.5)
    return y if x > 0.0 else 3.0 * x


def early_return(x):
    y = math.sqrt(x)
    if x < 1.0:
        return 3.0 * x
    return y * y


def read_in_a_loop_on_a_condition(x):
    y = math.sqrt(x)
    total = 3.0 * x
    for k in range(4):
        if k > 3:
            total += y
    return total


def never_converged(x):
    """At the break the root is zero, and nothing reads it."""
    v = x
    for _ in range(5):
        n = math.sqrt(v * v)
        if n == 0.0:
            break
        v = v / n
    return v + 2.0 * x


def root(x):
    return math.sqrt(x)


def computed_by_another_function(x):
    y = root(x)
    return y + 1.0 if x > 1.0 else 3.0 * x


def both_or_neither(x):
    y = math.sqrt(x)
    is_used = x > 1.0 and y > 1.0
    return y * 2.0 if is_used else 3.0 * x


def array(x):
    a = np.sqrt(np.array([x, 4.0]))
    if x > 1.0:
        return np.sum(a)
    return 3.0 * x


def norm(x):
    a = np.array([x, 2.0 * x])
    n = np.linalg.norm(a)
    return a[0] / n if n > 0.0 else 3.0 * x


def made_in_every_turn(x):
    total = 3.0 * x
    for k in range(3):
        r = math.sqrt(k * x)
        if r > 1.0:
            total += r
    return total


def matched(x):
    y = math.sqrt(x)
    match x > 1.0:
        case True:
            return y
        case _:
            return 3.0 * x


def passed_on_by_a_branch(x):
    y = math.sqrt(x)
    z = y if x > 1.0 else 0.0
    w = z * 2.0
    return w * w + 3.0 * x


PROGRAMS = [
    chosen, power_in_a_branch, root_of_numpy, logarithm_of_numpy, larger_of_two, smaller_of_two, angle,
    hyperbolic, power_of_math, early_return, read_in_a_loop_on_a_condition, never_converged,
    computed_by_another_function, both_or_neither, array, norm, made_in_every_turn, matched,
    passed_on_by_a_branch,
]  # fmt: skip
SECOND = {power_in_a_branch: 2.0}

each = pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)


@each
def test_gradient(f):
    assert sourcead.grad(f)(0.0) == 3.0


@each
def test_tangent(f):
    value, tangent = sourcead.jvp(f, (0.0,), (1.0,))
    assert (value, tangent) == (f(0.0), 3.0)


@each
def test_second_derivative(f):
    assert sourcead.hessian(f)(0.0) == SECOND.get(f, 0.0)


def used_in_every_branch(x):
    y = math.sqrt(x)
    return 2.0 * y if x > 1.0 else y + x


def used_before(x):
    y = np.sqrt(x)
    total = np.sum(y)
    return total + np.max(y)


@pytest.mark.parametrize("f", [used_in_every_branch, chosen], ids=lambda f: f.__name__)
def test_where_it_is_used_it_counts(f):
    step = 1e-6
    found = sourcead.grad(f)(4.0)
    assert found == pytest.approx((f(4.0 + step) - f(4.0 - step)) / (2.0 * step), rel=1e-8)


def test_nothing_is_guarded_that_is_used_anyway():
    assert "unless_zero" not in sourcead.grad(used_in_every_branch).source_for(1.0)
    assert "unless_zero" not in sourcead.grad(used_before).source_for(np.ones(3))


def test_an_infinite_slope_is_not_hidden():
    """The root is used at 0: there is no derivative, and none is given."""
    with pytest.raises(ZeroDivisionError):
        sourcead.grad(used_in_every_branch)(0.0)
    assert np.isinf(sourcead.grad(used_before)(np.zeros(2))).all()


def multiplied_in_place(u):
    w = 1.0 / u
    w *= u
    return np.sum(w[1:])


def powers_in_place(u):
    w = np.log(u)
    w **= 2.0
    w /= u
    w[0] = 3.0
    return np.sum(w)


@pytest.mark.parametrize("f", [multiplied_in_place, powers_in_place], ids=lambda f: f.__name__)
def test_elements_that_are_changed_in_place_and_left_out(f):
    point = np.array([0.0, 4.0, 2.0])
    expected = sourcead.grad(f)(np.array([1.0, 4.0, 2.0]))
    found = sourcead.grad(f)(point)
    assert found[0] == 0.0
    np.testing.assert_allclose(found[1:], expected[1:], rtol=1e-14, atol=1e-15)
    dot = np.array([1.0, 0.5, -0.3])
    assert sourcead.jvp(f, (point,), (dot,))[1] == pytest.approx(found @ dot, abs=1e-14)
