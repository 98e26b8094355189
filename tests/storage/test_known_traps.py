"""Known ways to be silently wrong about storage: each comes out right, in both modes.

Each program is compared with differences, and with the reference interpreter where it has the steps.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import check, directional
from tests.storage.agreement import agree
from tests.storage.interpreter import NotInterpreted
from tests.structures import pairing

U = np.array([0.7, -1.3, 0.4, 1.1])
A = np.array([[0.3, -0.8, 1.2], [0.9, 0.5, -0.4]])
WEIGHTS = np.array([0.9, 1.7, -0.6, 1.3])

TRAPS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {}


def trap(name: str, *args: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        assert name not in TRAPS
        TRAPS[name] = function, args
        return function

    return register


def weighted(u):
    return np.sum(WEIGHTS[: len(u)] * np.cos(u) * u)


# -- stores that read what they write ----------------------------------------------------------------


@trap("u[1:] = u[:-1]", U)
def shifted(u):
    u[1:] = u[:-1]
    return weighted(u)


@trap("u[:] = u[::-1]", U)
def turned(u):
    u[:] = u[::-1]
    return weighted(u)


@trap("u[1:] *= u[:-1]", U)
def scaled_by_neighbours(u):
    u[1:] *= u[:-1]
    return weighted(u)


@trap("u[u > 0] *= -2.0", U)
def masked(u):
    v = np.sin(u)
    u[u > 0] *= -2.0
    return weighted(u) + weighted(v * u)


@trap("u[u > 0] *= -2.0, in a loop", U)
def masked_in_a_loop(u):
    for _ in range(3):
        u[u > 0] *= -2.0 * np.sin(u[u > 0])
        u += 0.1
    return weighted(u)


# -- aliases -----------------------------------------------------------------------------------------


class Tank:
    def __init__(self, work: Any) -> None:
        self.work = work
        self.inner = work[1:-1]
        self.ends = work[:: len(work) - 1]

    def step(self, rate: Any) -> None:
        self.inner *= rate
        self.ends += self.inner[0] * self.inner
        self.work[1] = np.sin(self.work[0]) * rate


@trap("an attribute that is a view of another attribute", U, 0.6)
def attribute_views(u, rate):
    tank = Tank(u.copy())
    for _ in range(3):
        tank.step(rate)
    return weighted(tank.work) + np.sum(tank.inner * tank.inner)


@trap("two dict entries that overlap", U, 1.2)
def overlapping_entries(u, x):
    u = u * x
    d = {"low": u[:3], "high": u[1:]}
    d["low"] *= np.sin(d["high"])
    d["high"][0] = d["low"][0] * x
    d["low"][1:] += d["high"][:2]
    return weighted(d["low"]) + np.sum(d["high"] * d["high"])


@trap("rows[0] = rows[1] while another name keeps the old row", A, 1.2)
def replaced_row(a, x):
    rows = [a[0] * x, a[1].copy()]
    old = rows[0]
    rows[0] = rows[1]
    rows[0] *= x
    old[1:] += rows[1][:-1] * rows[0][0]
    return weighted(old) + 2.0 * weighted(rows[0]) + np.sum(rows[1])


@trap("ravel of a Fortran-ordered array", np.asfortranarray(A), 1.2)
def raveled(a, x):
    flat = a.ravel()
    flat[1:3] *= x
    a[0, 1] += flat[0]
    return np.sum(np.sin(flat) * np.arange(1.0, 7.0)) + np.sum(a * a)


@trap("ravel of a C-ordered array, written", A, 1.2)
def raveled_view(a, x):
    flat = a.ravel()
    flat[1:3] *= x
    a[0, 1] += flat[0]
    return np.sum(np.sin(flat) * np.arange(1.0, 7.0)) + np.sum(a * a)


# -- storage without derivative ----------------------------------------------------------------------


@trap("a store into integer storage", U, 1.2)
def counted(u, x):
    counts = np.zeros(4, int)
    counts[:] = 10.3 * u
    counts[1] = 5.3 * x
    return np.sum(counts * u) * x


@trap("an inactive coefficient array overwritten in a loop", U)
def decaying(u):
    w = WEIGHTS.copy()
    y = np.zeros(4)
    for k in range(4):
        y += u * w * y[k] + u * u * w
        w *= 0.8
        w[k] = 0.1 * k
    return weighted(y)


@trap("an inactive coefficient array overwritten by rng.shuffle", U)
def shuffled(u):
    rng = np.random.default_rng(7)
    w = WEIGHTS.copy()
    y = np.zeros(4)
    for _ in range(3):
        y += np.sin(u * w)
        rng.shuffle(w)
        y *= w
    return weighted(y)


# -- names -------------------------------------------------------------------------------------------


@trap("a closure that reads a name rebound later", 0.7, 1.3)
def late_binding(x, y):
    factor = x

    def scaled(v):
        return v * factor

    first = scaled(y)
    factor = y * y
    return first * scaled(x)


LEVEL = 1.0


@trap("a global rebound after use", 0.7, 1.3)
def rebound_global(x, y):
    global LEVEL
    LEVEL = 0.5
    first = x * LEVEL * y
    LEVEL = 2.0
    return first * first + np.sin(x) * LEVEL


@trap("a global that holds the argument, rebound after use", 0.7, 1.3)
def active_global(x, y):
    global LEVEL
    LEVEL = x * y
    first = np.sin(LEVEL) * x
    LEVEL = y
    return first * LEVEL


# -- exceptions --------------------------------------------------------------------------------------


def fragile(u, x, fails):
    u[1:] *= np.sin(u[:-1]) * x
    if fails:
        raise ValueError("half-way")
    u += 2.0 * u


@trap("a callee that raises half-way inside `try`", U, 1.2)
def half_way(u, x):
    try:
        fragile(u[1:], x, True)
    except ValueError:
        u[0] = u[1] * x
    return weighted(u)


@trap("a callee that raises half-way inside `try`, in some turns", U, 1.2)
def half_way_in_a_loop(u, x):
    for i in range(3):
        try:
            fragile(u[::-1], x, i == 1)
            u[i] = x
        except ValueError as error:
            u[:] = u[::-1] * len(str(error)) / 8.0
        finally:
            u *= 0.9
    return weighted(u)


@trap("a store that does not fit inside `try`", U, 1.2)
def misfit(u, x):
    try:
        u[:2] *= x
        u[:2] = u * x
    except ValueError:
        u[1:] *= u[:-1]
    return weighted(u)


# -- the tests ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", TRAPS)
def test_trap(name: str, mode: str) -> None:
    function, args = TRAPS[name]
    check(function, *args, modes=[mode])


@pytest.mark.parametrize("name", TRAPS)
def test_trap_as_the_interpreter_has_it(name: str) -> None:
    function, args = TRAPS[name]
    try:
        agree(function, args)
    except NotInterpreted as missing:
        pytest.fail(f"the reference interpreter lacks {missing}")


# -- pullbacks ---------------------------------------------------------------------------------------


def relaxed(u, x):
    for i in range(1, len(u)):
        u[i] *= np.sin(u[i - 1]) * x
    return weighted(u)


def along(bars: Any, direction: Any) -> float:
    return sum(pairing(bar, dot) for bar, dot in zip(bars, direction, strict=True))


@pytest.mark.parametrize("function", [relaxed, attribute_views, half_way, masked_in_a_loop])
def test_the_same_pullback_called_twice(function: Callable[..., Any]) -> None:
    args = (U, 1.2)[: function.__code__.co_argcount]
    direction = (np.array([0.3, -1.1, 0.8, 0.2]), 0.7)[: len(args)]
    expected = directional(function, args, direction)
    given = tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in args)
    _, pullback = sourcead.vjp(function, *given)
    left = given[0].copy()
    first = pullback(1.0)
    assert along(first, direction) == pytest.approx(expected.value, rel=1e-8)
    assert along(pullback(2.0), direction) == pytest.approx(2.0 * expected.value, rel=1e-8)
    for bar, again in zip(first, pullback(1.0), strict=True):
        np.testing.assert_array_equal(bar, again)
    np.testing.assert_array_equal(given[0], left)


@pytest.mark.parametrize("function", [relaxed, attribute_views, half_way, masked_in_a_loop])
def test_a_pullback_called_after_its_caller_changed_the_array(function: Callable[..., Any]) -> None:
    args = (U, 1.2)[: function.__code__.co_argcount]
    direction = (np.array([0.3, -1.1, 0.8, 0.2]), 0.7)[: len(args)]
    expected = directional(function, args, direction)
    given = tuple(np.copy(a) if isinstance(a, np.ndarray) else a for a in args)
    _, pullback = sourcead.vjp(function, *given)
    given[0][...] = 100.0
    assert along(pullback(1.0), direction) == pytest.approx(expected.value, rel=1e-8)
    assert (given[0] == 100.0).all()
    given[0][...] = -3.0
    assert along(pullback(1.0), direction) == pytest.approx(expected.value, rel=1e-8)
    assert (given[0] == -3.0).all()


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", TRAPS)
def test_second_derivative_of_trap(name: str, mode: str) -> None:
    function, args = TRAPS[name]
    direction = np.random.default_rng(0).normal(size=np.shape(args[0]))
    gradient = sourcead.grad(function)

    def along(*values):
        return np.sum(gradient(*values) * direction)

    numbers = tuple(i for i, a in enumerate(args) if np.asarray(a).dtype == np.float64)
    check(along, *copy.deepcopy(args), argnums=numbers, modes=[mode], rtol=1e-6)
