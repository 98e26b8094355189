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
from sourcead.testing import check_grad
from tests.refusals import right_or_refused

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
    seen = []

    def f(x):
        for k in checkpointed(range(5), slots=2):
            seen.append(k)
            x = x * x
        return x

    assert f(2.0) == 2.0**32
    assert seen == [0, 1, 2, 3, 4]


def test_the_text_has_the_body_as_a_function() -> None:
    source = sourcead.grad(written).source_for(U.copy(), 0.1, 3)
    assert "def step(k, total, u, w):" in source
    assert "run_steps(step, t, 4, (0.0, u), (w,))" in source


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


RECORD: list[Any] = []


def records(x):
    for k in checkpointed(range(9), slots=2):
        RECORD.append(k)
        x = x * x
    return x


def appends(x):
    found = []
    for _ in checkpointed(range(9), slots=2):
        x = x * x
        found.append(x)
    return sum(found)


def returns_early(x):
    for _ in checkpointed(range(9), slots=2):
        x = x * x
        if x > 2.0:
            return x
    return 2.0 * x


@pytest.mark.parametrize(
    ("f", "args", "words"),
    [
        (records, (1.1,), "effect outside of its state"),
        (appends, (1.1,), "effect outside of its state"),
        (returns_early, (1.1,), "left by `break`"),
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


def kicked(u, w):
    u[1:] += w * u[:-1] ** 2


def scaled(u, w):
    u *= w
    return np.sum(u**3)


def gives_back(u, w):
    u[0] = w * u[1]
    return u, u[1] * w


def leaves(x, n):
    for k in range(n):
        x = x * x
        if np.sum(x) > 10.0:
            return x
        if k > 3:
            break
    return 2.0 * x


def maybe_the_same(x, n):
    for _ in range(n):
        x = np.sin(x) * x
    return x


def by_keyword(x, *, scale=2.0, power=2):
    return (x * scale) ** power


def of_structures(p):
    return {"a": p["w"] * p["b"], "c": [p["b"] ** 2, (p["w"], 3)]}


@sourcead.checkpoint
def decorated(x, scale=3.0):
    return np.sin(x * scale)


class Net:
    def __init__(self, w):
        self.w = w

    def layer(self, x):
        return np.tanh(self.w * x)

    @sourcead.checkpoint
    def other(self, x):
        return np.tanh(self.w * x)


CHECKPOINTED = {}


def program(name):
    def register(f):
        CHECKPOINTED[name] = f
        return f

    return register


@program("writes into an array made before")
def _(x, w, c):
    u = x * 2.0
    for _ in range(3):
        c(kicked)(u, w)
    return np.sum(u**2)


@program("writes into an argument")
def _(x, w, c):
    c(kicked)(x, w)
    return np.sum(x**2)


@program("writes, and what it wrote to is written again")
def _(x, w, c):
    u = x * 2.0
    a = c(scaled)(u, w)
    u[1:] *= w
    return a * a + np.sum(u**2)


@program("returns the array that it writes")
def _(x, w, c):
    u = x * 2.0
    v, t = c(gives_back)(u, w)
    v[2] = t
    return np.sum(u**2) + (v is u)


@program("returns early and breaks")
def _(x, w, c):
    return np.sum(c(leaves)(x * w, 6)) + np.sum(c(leaves)(x * 9.0, 6)) + np.sum(c(leaves)(x, 1))


@program("may return its argument, which is written later")
def _(x, w, c):
    u, total = x * w, 0.0
    for n in range(3):
        v = c(maybe_the_same)(u, n)
        v[0] = w
        total = total + np.sum(u**2) + np.sum(v**3)
    return total


@program("what it was given is overwritten later")
def _(x, w, c):
    u = x * w
    y = c(by_keyword)(u, power=3)
    u[...] = 1.0
    return np.sum(y * u)


@program("keywords, decorated, methods and lambdas")
def _(x, w, c):
    net = Net(w)
    y = c(by_keyword)(x, scale=w) + decorated(x) + decorated(x, scale=w)
    return np.sum(c(net.layer)(y) + net.other(y) + c(lambda z: z * w * np.exp(-z))(x))


@program("results of several parts")
def _(x, w, c):
    r = c(of_structures)({"w": x, "b": w})
    return np.sum(r["a"] * r["c"][1][0]) * r["c"][0] * r["c"][1][1]


@program("one in another")
def _(x, w, c):
    def outer(x, k):
        y, z = c(lambda u: (u * w, u[0] * k))(x)
        return c(maybe_the_same)(y, 2) * z

    return np.sum(c(outer)(x, 2.0)) + np.sum(c(c(maybe_the_same))(x, 2))


@program("in a loop, with coefficients that change")
def _(x, w, c):
    b = np.linspace(1.0, 2.0, len(x))
    for k in range(4):
        x = c(lambda u, k, b: u + 0.1 * w * np.sin(u) * b / (k + 1.0))(x, k, b)
        b *= 0.9
    return np.sum(x**2)


@program("what it writes is read no more")
def _(x, w, c):
    u = x * w
    return c(scaled)(u, w) + c(gives_back)(x * 2.0, w)[1]


@program("raises on another path")
def _(x, w, c):
    def safe(u):
        if np.any(u < -10.0):
            raise ValueError("too small")
        return u * u

    return np.sum(c(safe)(x * w))


V = np.array([0.3, 0.9, 0.5, 1.2])
programs = pytest.mark.parametrize("name", CHECKPOINTED)


def unchanged(function: Any) -> Any:
    return function


def plainly(name: str) -> Any:
    """The same program with plain calls."""
    body = CHECKPOINTED[name]
    return lambda x, w: body(x, w, unchanged)


@programs
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_checkpointed_callees(name: str, mode: str) -> None:
    body = CHECKPOINTED[name]

    def f(x, w):
        return body(x, w, sourcead.checkpoint)

    at = (V.copy(), 1.3)
    assert f(*at) == plainly(name)(V.copy(), 1.3)
    check_grad(f, V, 1.3, modes=(mode,), order=1)
    mine, its = V.copy(), V.copy()
    found = sourcead.grad(f, (0, 1))(mine, 1.3)
    expected = sourcead.grad(plainly(name), (0, 1))(its, 1.3)
    np.testing.assert_array_equal(mine, its)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-13)


@pytest.mark.parametrize("name", [n for n in CHECKPOINTED if "may return" not in n])
def test_checkpointed_callees_to_second_order(name: str) -> None:
    body = CHECKPOINTED[name]

    def f(x, w):
        return body(x.copy(), w, sourcead.checkpoint)

    with right_or_refused():
        check_grad(f, V, 1.3, order=2, directions=1)


def draws_inside(x, rng):
    return x * rng.normal()


def prints_inside(x, rng):
    print(x)
    return x * x


def records_inside(x, rng):
    RECORD.append(x)
    return x * x


def counts(x, rng):
    rng.count = 1
    return x * x


def a_view_of_what_it_writes(x, rng):
    x[0] = 3.0 * x[1]
    return x[1:]


@pytest.mark.parametrize(
    ("callee", "words"),
    [
        (draws_inside, "effect outside"),
        (prints_inside, "effect outside"),
        (records_inside, "effect outside"),
        (a_view_of_what_it_writes, "returns a view of `x`"),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
def test_callees_with_effects_are_refused(callee: Any, words: str) -> None:
    def f(x, rng):
        return np.sum(sourcead.checkpoint(callee)(x, rng))

    RECORD.clear()
    with pytest.raises(sourcead.SourceADError, match=words):
        sourcead.grad(f)(V.copy(), np.random.default_rng(0))
    assert RECORD == []


def test_an_exception_is_the_callees() -> None:
    body = CHECKPOINTED["raises on another path"]

    def f(x):
        return body(x, 1.0, sourcead.checkpoint)

    with pytest.raises(ValueError, match="too small"):
        sourcead.grad(f)(-20.0 * V)


def test_loops_in_loops_and_callees_in_loops() -> None:
    def body(u, k):
        for j in checkpointed(range(3), slots=2):
            u = u + 0.1 * np.sin(u) * k * (j + 1.0)
        return u

    def nested(u, n):
        for k in checkpointed(range(n), slots=2):
            u = sourcead.checkpoint(body)(u, k)
        return np.sum(u**2)

    def plain(u, n):
        for k in range(n):
            for j in range(3):
                u = u + 0.1 * np.sin(u) * k * (j + 1.0)
        return np.sum(u**2)

    np.testing.assert_allclose(sourcead.grad(nested)(V, 5), sourcead.grad(plain)(V, 5), rtol=1e-13)
    np.testing.assert_allclose(
        sourcead.jvp(lambda u: nested(u, 5), (V,), (V,)),
        sourcead.jvp(lambda u: plain(u, 5), (V,), (V,)),
        rtol=1e-13,
    )


def test_what_the_body_reads_may_be_overwritten_behind_the_loop() -> None:
    def f(u, w):
        b = w * 2.0
        for _ in checkpointed(range(5), slots=2):
            u = u + 0.1 * b * np.sin(u)
        b[...] = 0.0
        return np.sum(u**2) + np.sum(b)

    check_grad(f, V, V**2, order=1)


def test_coefficients_in_a_list() -> None:
    def f(u, ws):
        for k in checkpointed(range(len(ws)), slots=2):
            u = u * ws[k]
        return np.sum(u**2)

    check_grad(f, V, [0.5, 0.25, 0.75], order=1)


def test_an_exception_in_a_turn() -> None:
    def f(u):
        for _ in checkpointed(range(20), slots=2):
            u = u * 1.5
            if np.sum(u) > 100.0:
                raise ValueError("diverged")
        return np.sum(u**2)

    with pytest.raises(ValueError, match="diverged"):
        sourcead.grad(f)(V)
    np.testing.assert_allclose(sourcead.grad(f)(V * 1e-3), 2.0 * V * 1e-3 * 1.5**40, rtol=1e-13)


def test_a_second_derivative_is_that_of_the_tangent() -> None:
    def plain(u):
        for _ in range(7):
            u = u + 0.1 * np.sin(u)
        return np.sum(u**2)

    def f(u):
        for _ in checkpointed(range(7), slots=3):
            u = u + 0.1 * np.sin(u)
        return np.sum(u**2)

    found = sourcead.grad(lambda x: sourcead.jvp(f, (x,), (U,))[1])(U)
    np.testing.assert_allclose(found, sourcead.hvp(plain)(U, U), rtol=1e-12)
    np.testing.assert_allclose(sourcead.hvp(f)(U, U), found, rtol=1e-12)


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
    assert "again_adjoint(t_bar, heavy_adjoint, (" in source or "again_adjoint(" in source
    assert "functools.wraps" not in source


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
