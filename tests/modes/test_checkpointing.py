"""Loops that keep a few states, callees that run again: the plain gradient, in little memory, in few steps."""

from __future__ import annotations

import functools
import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.runtime.checkpoints import Tape, fewest_steps, split_at

checkpointed = sourcead.checkpointed


# -- the schedule --------------------------------------------------------------------------------


@functools.cache
def by_search(steps: int, slots: int) -> int:
    """The minimum by trying all places for the next state."""
    if steps == 1:
        return 0
    if slots == 1:
        return steps * (steps - 1) // 2
    places = range(1, steps)
    return min(m + by_search(steps - m, slots - 1) + by_search(m, slots) for m in places)


@pytest.mark.parametrize("slots", [1, 2, 3, 4, 6])
def test_the_closed_form_is_the_minimum(slots: int) -> None:
    for steps in range(1, 60):
        assert fewest_steps(steps, slots) == by_search(steps, slots)
        if steps > 1 and slots > 1:
            m = split_at(steps, slots)
            assert m + by_search(steps - m, slots - 1) + by_search(m, slots) == by_search(
                steps, slots
            )


@pytest.mark.parametrize(("steps", "slots"), [(1, 1), (7, 1), (10, 3), (57, 4), (500, 6), (40, 99)])
def test_as_few_steps_are_run_as_is_possible(steps: int, slots: int) -> None:
    run = []

    def step(k: int, x: float) -> tuple[float]:
        run.append(k)
        return (x + k,)

    tape = Tape(range(steps), slots)
    (final,) = tape.run(step, (0.0,), ())
    assert final == sum(range(steps))
    assert run == list(range(steps))
    most = 0
    for turn, (item, (state,)) in enumerate(tape.backwards(step, ())):
        assert item == steps - 1 - turn
        assert state == sum(range(item))
        most = max(most, len(tape.kept))
    assert most <= slots
    assert len(run) - 1 == fewest_steps(steps, slots)  # the primal's last step is not theirs
    assert tape.advances == len(run)


def test_going_back_again_gives_the_same_states() -> None:
    tape = Tape(range(20), 3)
    step = lambda k, x: (x * 1.5 + k,)
    tape.run(step, (1.0,), ())
    first = list(tape.backwards(step, ()))
    assert list(tape.backwards(step, ())) == first


# -- gradients -------------------------------------------------------------------------------------


def rebound(x, a, n):
    for k in checkpointed(range(n), slots=4):
        x = x + 0.1 * a * math.sin(x) / (k + 1.0)
    return x


def rebound_plain(x, a, n):
    for k in range(n):
        x = x + 0.1 * a * math.sin(x) / (k + 1.0)
    return x


def written(u, w, n):
    total = 0.0
    for k in checkpointed(range(n), slots=4):
        u[1:-1] += w * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        total = total + u[0] * u[k % 5]
    return np.sum(u**2) + total


def written_plain(u, w, n):
    total = 0.0
    for k in range(n):
        u[1:-1] += w * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        total = total + u[0] * u[k % 5]
    return np.sum(u**2) + total


def several(u, c, n):
    v = np.zeros_like(u)
    for _ in checkpointed(range(n), slots=3):
        a = -np.sin(u) * c
        v = v + 0.1 * a
        u = u + 0.1 * v
        if v[0] > 0.2:
            v = 0.9 * v
    return np.sum(u * v)


def several_plain(u, c, n):
    v = np.zeros_like(u)
    for _ in range(n):
        a = -np.sin(u) * c
        v = v + 0.1 * a
        u = u + 0.1 * v
        if v[0] > 0.2:
            v = 0.9 * v
    return np.sum(u * v)


def items(x, weights):
    for w in checkpointed(weights, slots=2):
        x = x * w + x * x
    return x


def items_plain(x, weights):
    for w in weights:
        x = x * w + x * x
    return x


U = np.linspace(0.1, 1.0, 6) ** 2
PAIRS = [
    (rebound, rebound_plain, (0.7, 1.3, 23)),
    (written, written_plain, (U, 0.1, 20)),
    (several, several_plain, (U, np.array([1.0, 0.5, 2.0, 1.0, 1.0, 3.0]), 17)),
    (items, items_plain, (0.1, [0.5, 0.25, 0.75, 0.5])),
]
pairs = pytest.mark.parametrize(("f", "plain", "args"), PAIRS, ids=[p[0].__name__ for p in PAIRS])


def fresh(args: Any) -> Any:
    return [a.copy() if isinstance(a, np.ndarray) else a for a in args]


@pairs
def test_gradients_are_those_of_the_plain_loop_to_the_bit(f: Any, plain: Any, args: Any) -> None:
    wrt = (0, 1) if f is not items else (0,)
    mine, its = fresh(args), fresh(args)
    value, bars = sourcead.value_and_grad(f, wrt)(*mine)
    expected_value, expected = sourcead.value_and_grad(plain, wrt)(*its)
    assert value == expected_value == plain(*fresh(args))
    for a, b in zip(bars, expected):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(mine, its):
        np.testing.assert_array_equal(a, b)


@pairs
def test_by_differences(f: Any, plain: Any, args: Any) -> None:
    bar = sourcead.grad(f)(*fresh(args))
    first, *rest = args
    step = 1e-6
    direction = np.ones_like(first)[()]
    up, down = (
        plain(*fresh([first + step * direction, *rest])),
        plain(*fresh([first - step * direction, *rest])),
    )
    assert abs(np.sum(bar) - (up - down) / (2.0 * step)) < 1e-7 * max(1.0, abs(np.sum(bar)))


@pairs
def test_tangents(f: Any, plain: Any, args: Any) -> None:
    if f is items:
        return
    dots = [np.ones_like(a)[()] if isinstance(a, (float, np.ndarray)) else 0 for a in args]
    value, dot = sourcead.jvp(f, fresh(args), dots)
    expected = sourcead.jvp(plain, fresh(args), dots)
    np.testing.assert_allclose([value, dot], expected, rtol=1e-13)


def test_a_pullback_may_be_called_again() -> None:
    _, pullback = sourcead.vjp(several, U, U, 15)
    first, second = pullback(1.0), pullback(1.0)
    for a, b in zip(first[:2], second[:2]):
        np.testing.assert_array_equal(a, b)
    _, plain = sourcead.vjp(several_plain, U, U, 15)
    np.testing.assert_array_equal(first[0], plain(1.0)[0])


def test_no_turn_at_all() -> None:
    assert sourcead.grad(rebound)(0.7, 1.3, 0) == 1.0
    assert sourcead.grad(rebound)(0.7, 1.3, 1) == sourcead.grad(rebound_plain)(0.7, 1.3, 1)


def test_without_derivatives_it_is_the_plain_loop() -> None:
    def f(x):
        seen = []
        for k in checkpointed(range(5), slots=2):
            seen.append(k)
        return x * len(seen)

    assert f(2.0) == 10.0
    assert sourcead.grad(f)(2.0) == 5.0


def test_the_text_has_the_body_as_a_function() -> None:
    source = sourcead.grad(written).source_for(U.copy(), 0.1, 3)
    assert "def step(k, total, u, w):" in source
    assert "run_steps(step, range(n), 4, (0.0, u), (w,))" in source


STEPS, SIZE, SLOTS = 10_000, 10_000, 50


def long(u):
    for _ in checkpointed(range(10_000), slots=50):
        u = u + 1e-4 * np.sin(u)
    return np.sum(u)


def test_ten_thousand_steps_in_the_memory_of_fifty_states() -> None:
    u = np.linspace(0.0, 3.0, SIZE)
    gradient = sourcead.grad(long)
    gradient(u[:3])
    tracemalloc.start()
    try:
        found = gradient(u)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= 1.2 * (SLOTS + 1) * u.nbytes
    for k in (0, 17, SIZE - 1):  # elements do not mix: the product of the slopes along the way
        x, slope = u[k], 1.0
        for _ in range(STEPS):
            slope *= 1.0 + 1e-4 * math.cos(x)
            x += 1e-4 * math.sin(x)
        assert abs(found[k] - slope) < 1e-9 * slope


# -- refusals --------------------------------------------------------------------------------------


def breaks(x):
    for _ in checkpointed(range(9), slots=2):
        x = x * x
        if x > 2.0:
            break
    return x


def draws(x, rng):
    for _ in checkpointed(range(9), slots=2):
        x = x + rng.normal() * x
    return x


def prints(x):
    for _ in checkpointed(range(9), slots=2):
        print(x)
        x = x * x
    return x


def alias(u):
    v = u[1:]
    for _ in checkpointed(range(3), slots=2):
        u[:-1] = u[:-1] * v
    return np.sum(u)


@pytest.mark.parametrize(
    ("f", "args", "words"),
    [
        (breaks, (1.1,), "left by `break`"),
        (draws, (1.1, np.random.default_rng(0)), "effect outside of its state"),
        (prints, (1.1,), "effect outside of its state"),
        (alias, (U,), "share memory"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_what_cannot_be_run_again_is_refused(f: Any, args: Any, words: str) -> None:
    with pytest.raises(sourcead.SourceADError, match=words):
        sourcead.grad(f)(*args)


def test_no_slots_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="slots"):
        checkpointed(range(3), slots=0)


# -- callees that run again ------------------------------------------------------------------------


def heavy(x, y):
    for _ in range(5):
        x = np.sin(x) * y
    return x


@sourcead.checkpoint
def light(x, y):
    for _ in range(5):
        x = np.sin(x) * y
    return x


def test_a_checkpointed_callee() -> None:
    def plain(x, y):
        return np.sum(heavy(heavy(x, y), y) ** 2)

    def again(x, y):
        return np.sum(light(sourcead.checkpoint(heavy)(x, y), y) ** 2)

    y = np.linspace(0.5, 2.0, 6)
    assert again(U, y) == plain(U, y)
    for a, b in zip(sourcead.grad(again, (0, 1))(U, y), sourcead.grad(plain, (0, 1))(U, y)):
        np.testing.assert_allclose(a, b, rtol=1e-14)
    dots = (np.ones(6), y)
    np.testing.assert_allclose(
        sourcead.jvp(again, (U, y), dots)[1], sourcead.jvp(plain, (U, y), dots)[1], rtol=1e-14
    )
    source = sourcead.grad(again).source_for(U, y)
    assert "again_adjoint" in source


def test_a_checkpointed_callee_keeps_its_arguments_only() -> None:
    x = np.linspace(0.0, 1.0, 100_000)

    def callee(x):
        for k in range(30):
            x = np.sin(x) + 0.1 * k
        return x

    def f(x):
        y = x
        for _ in range(5):
            y = sourcead.checkpoint(callee)(y)
        return np.sum(y)

    def plain(x):
        y = x
        for _ in range(5):
            y = callee(y)
        return np.sum(y)

    peaks = []
    for g in (sourcead.grad(f), sourcead.grad(plain)):
        g(x[:2])
        tracemalloc.start()
        bar = g(x)
        peaks.append(tracemalloc.get_traced_memory()[1] / x.nbytes)
        tracemalloc.stop()
    np.testing.assert_allclose(bar, sourcead.grad(f)(x), rtol=1e-13)
    assert peaks[0] < 50.0 < 100.0 < peaks[1]
