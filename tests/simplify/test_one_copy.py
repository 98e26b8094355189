"""Elements that loops overwrite are kept by one copy of their list, where that is as right as putting them back."""

from __future__ import annotations

import math

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def substituted(c, d, x):
    """Back substitution: the loop reads ahead, the one before it needs what it overwrites."""
    n = len(x)
    for i in range(1, n):
        x[i] -= x[i] * c[i] * x[i - 1]
    x[n - 1] /= d[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - c[i] * x[i + 1]) / d[i]
    return np.sum(x**2)


def upwards(c, x):
    for i in range(1, len(x)):
        x[i] = x[i] * c[i] + x[i - 1] * x[i - 1]
    for i in range(1, len(x)):
        x[i] = c[i] * x[i - 1] * x[i - 1]
    return np.sum(x * c)


def wraps_around(c, x):
    """`x[i - 1]` is the last element in the first turn."""
    for i in range(len(x)):
        x[i] *= c[i] * x[i - 1]
    for i in range(len(x)):
        x[i] = c[i] * math.sin(x[i - 1])
    return np.sum(x * c)


def in_steps(c, x):
    for i in range(0, len(x) - 1, 2):
        x[i] = x[i] * c[i] * x[i + 1]
    for i in range(0, len(x) - 1, 2):
        x[i] = x[i] * x[i] + c[i] * x[i + 1]
    return np.sum(x * c)


def reads_behind(c, x):
    """The loop that goes back reads what it has put back."""
    for i in range(len(x) - 1):
        x[i] = x[i] * c[i] + x[i + 1]
    for i in range(len(x) - 1):
        x[i] = x[i] * x[i + 1] * c[i]
    return np.sum(x * c)


def written_between(c, x):
    """An element is written, and nothing of it is needed, before those that are kept."""
    n = len(x)
    for i in range(1, n):
        x[i] = x[i] * x[i - 1] * c[i]
    first = x[2] * x[2]
    x[3] = 2.0 * c[3]
    second = x[3] * x[3] * x[1]
    x[2] /= c[2] + x[3]
    for i in range(n - 2, -1, -1):
        x[i] = (x[i] - c[i] * x[i + 1]) * c[i]
    return np.sum(x**2) + first * second


def twice_the_same(c, x):
    for _ in range(2):
        for i in range(1, len(x)):
            x[i] = x[i] * x[i - 1] * c[i]
    x[0] = x[0] * x[0]
    return np.sum(x**2)


def seen_in_the_middle(c, x):
    for i in range(1, len(x)):
        x[i] = x[i] * x[i - 1] * c[i]
    middle = np.sum(x**3)
    for i in range(1, len(x)):
        x[i] = x[i - 1] * c[i]
    return np.sum(x**2) * middle


def left_early(c, x):
    for i in range(1, len(x)):
        x[i] = x[i] * x[i - 1] * c[i]
    for i in range(len(x) - 2, -1, -1):
        x[i] = x[i] - c[i] * x[i + 1] * x[i]
        if x[i] > 0.9:
            break
    return np.sum(x**2)


def same_element(c, x):
    """Each turn overwrites one element."""
    for i in range(1, len(x)):
        x[0] = x[0] * c[i] + x[i]
    x[0] = math.sin(x[0])
    return x[0] * c[0]


def scaled(c, x, d):
    return substituted(c, d, x)


TWO = [
    upwards, wraps_around, in_steps, reads_behind, written_between, twice_the_same, seen_in_the_middle,
    left_early, same_element,
]  # fmt: skip


def arguments(n, count):
    rng = np.random.default_rng(n)
    return [0.5 + rng.random(n) for _ in range(count)]


@pytest.mark.parametrize("n", [5, 8])
@pytest.mark.parametrize("function", TWO, ids=lambda f: f.__name__)
def test_gradients_are_right(function, n):
    check(function, *arguments(n, 2), argnums=(0, 1))


@pytest.mark.parametrize("function", TWO, ids=lambda f: f.__name__)
def test_the_caller_s_arrays_and_the_value_are_those_of_the_program(function):
    ours, theirs = arguments(6, 2), arguments(6, 2)
    value, _ = sourcead.value_and_grad(function, (0, 1))(*ours)
    assert np.float64(value).tobytes() == np.float64(function(*theirs)).tobytes()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(ours, theirs))


@pytest.mark.parametrize("function", TWO, ids=lambda f: f.__name__)
@pytest.mark.parametrize("special", [0.0, np.inf, np.nan])
def test_gradients_have_the_bits_of_those_on_arrays(function, special):
    """The pullback puts elements back one by one."""
    given = arguments(6, 2)
    given[1][2] = special
    with np.errstate(all="ignore"):
        try:
            plain = sourcead.grad(function, (0, 1))(*[a.copy() for a in given])
        except (ValueError, OverflowError):
            return
        _, pullback = sourcead.vjp(function, *[a.copy() for a in given])
        assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(plain, pullback(1.0)))


def test_back_substitution_needs_no_log():
    source = sourcead.grad(substituted, (0, 1, 2)).source_for(*arguments(5, 3))
    assert "x_saved = x_list.copy()" in source
    assert "undo" not in source
    check(substituted, *arguments(5, 3), argnums=(0, 1, 2))
    check(scaled, *arguments(4, 3), argnums=(0, 1, 2))


@pytest.mark.parametrize(
    "function", [wraps_around, in_steps, reads_behind, left_early, same_element]
)
def test_what_looks_back_is_put_back(function):
    assert "x_saved = " not in sourcead.grad(function, (0, 1)).source_for(*arguments(5, 2))


@pytest.mark.parametrize("n", [1, 2])
def test_short_arrays(n):
    given = arguments(n, 3)
    check(substituted, *given, argnums=(0, 1, 2))


def test_second_order():
    def energy(x):
        return substituted(CONSTANTS[0], CONSTANTS[1], x.copy())

    check(sourcead.grad(energy), arguments(4, 1)[0])


CONSTANTS = arguments(4, 2)
