"""Calls of the gradient: repetition, order, exceptions, effects, structures."""

from __future__ import annotations

import threading
import traceback
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.language.registry import CASES, Case
from tests.language.topics import TOPICS  # noqa: F401  (registers the cases)
from tests.numeric import check
from tests.refusals import right_or_refused
from tests.sampling import in_turn
from tests.structures import fresh, same_content


def smoothed(u):
    for _ in range(2):
        u[1:-1] = u[1:-1] * (u[2:] + u[:-2])
    return np.sum(u**3)


U = np.array([0.7, 1.3, 0.2, 0.5, 0.9])


def gradient_of(f: Any, u: np.ndarray) -> Any:
    return sourcead.grad(f)(u.copy())


def test_a_pullback_gives_the_same_bits_each_time() -> None:
    _, pullback = sourcead.vjp(smoothed, U.copy())
    first, second, third = pullback(1.0), pullback(2.0), pullback(1.0)
    assert same_content(first, third)
    np.testing.assert_allclose(second[0], 2.0 * first[0], rtol=1e-14)


def test_a_pullback_does_not_see_what_its_caller_wrote_meanwhile() -> None:
    u = U.copy()
    _, pullback = sourcead.vjp(smoothed, u)
    u[:] = 99.0
    (bar,) = pullback(1.0)
    assert np.array_equal(u, np.full(5, 99.0))
    np.testing.assert_array_equal(bar, gradient_of(smoothed, U))


def test_pullbacks_may_be_called_in_any_order() -> None:
    _, first = sourcead.vjp(smoothed, U.copy())
    _, second = sourcead.vjp(smoothed, 2.0 * U)
    bars = second(1.0), first(1.0), second(1.0)
    np.testing.assert_array_equal(bars[1][0], gradient_of(smoothed, U))
    np.testing.assert_array_equal(bars[0][0], gradient_of(smoothed, 2.0 * U))
    assert same_content(bars[0], bars[2])


def test_pullbacks_of_one_array_keep_their_own_content() -> None:
    u = U.copy()
    _, first = sourcead.vjp(smoothed, u)
    between = u.copy()
    _, second = sourcead.vjp(smoothed, u)
    after = u.copy()
    np.testing.assert_array_equal(first(1.0)[0], gradient_of(smoothed, U))
    np.testing.assert_array_equal(second(1.0)[0], gradient_of(smoothed, between))
    assert np.array_equal(u, after)


def test_a_returned_gradient_may_be_written() -> None:
    def f(u):
        return 0.5 * np.sum(u * u)

    gradient = sourcead.grad(f)
    first = gradient(U)
    first[:] = 0.0
    np.testing.assert_array_equal(gradient(U), U)


def test_gradients_run_in_several_threads() -> None:
    gradient = sourcead.grad(smoothed)
    expected = [gradient(U * (i + 1)) for i in range(4)]
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(30):
            if not np.array_equal(gradient(U * (i + 1)), expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# -- exceptions and effects --------------------------------------------------------------------


def fails_halfway(u):
    u[0] *= u[1]
    if u[0] > 0.5:
        raise ValueError("too large: %g" % u[2])  # noqa: UP031
    return np.sum(u)


CALLS = {
    "grad": lambda f, u: sourcead.grad(f)(u),
    "value_and_grad": lambda f, u: sourcead.value_and_grad(f)(u),
    "vjp": lambda f, u: sourcead.vjp(f, u),
    "jvp": lambda f, u: sourcead.jvp(f, (u,), (np.ones(5),)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_exception_is_the_primals_own(call: Callable[[Any, Any], Any]) -> None:
    expected, u = U.copy(), U.copy()
    with pytest.raises(ValueError, match=r"too large: 0\.2"):
        fails_halfway(expected)
    with pytest.raises(ValueError, match=r"too large: 0\.2") as caught:
        call(fails_halfway, u)
    assert np.array_equal(u, expected)
    shown = "".join(traceback.format_exception(caught.type, caught.value, caught.tb))
    assert "raise ValueError" in shown


def test_effects_happen_once(capsys: pytest.CaptureFixture[str]) -> None:
    seen = []

    def f(x):
        print("in f")
        seen.append(1)
        return x * x * len(seen)

    assert sourcead.grad(f)(0.5) == 1.0
    assert capsys.readouterr().out == "in f\n"
    assert seen == [1]


def test_objects_of_the_caller_are_the_ones_seen() -> None:
    u = U.copy()
    seen = []

    def f(v):
        seen.append(v is u)
        v[0] = 2.0 * v[1]
        return np.sum(v * v)

    sourcead.grad(f)(u)
    assert seen == [True]
    assert u[0] == 2.0 * U[1]


# -- arguments and structures ------------------------------------------------------------------


def test_one_array_for_two_read_parameters_gives_two_gradients() -> None:
    def f(u, v):
        return np.sum(u * u * v)

    u_bar, v_bar = sourcead.grad(f, argnums=(0, 1))(U, U)
    np.testing.assert_allclose(u_bar, 2.0 * U * U, rtol=1e-15)
    np.testing.assert_allclose(v_bar, U * U, rtol=1e-15)
    assert not np.may_share_memory(u_bar, v_bar)


def test_arguments_can_be_named() -> None:
    def f(x, y, n=2):
        return x * y**n

    assert sourcead.grad(f, argnums="y")(3.0, 2.0) == 12.0
    assert sourcead.grad(f, argnums=("y", "x"))(3.0, y=2.0) == (12.0, 4.0)
    assert sourcead.grad(f)(3.0, 2.0, n=3) == 8.0


Pair = namedtuple("Pair", "low high")


def test_structures_come_back_with_none_where_nothing_is_differentiable() -> None:
    def f(tree):
        return tree["pair"].low * tree["list"][1] + np.sum(tree["list"][0] ** tree["power"])

    tree = {"pair": Pair(0.7, 1.3), "list": [U.copy(), 0.4], "power": 3, "name": "text"}
    bar = sourcead.grad(f)(fresh(tree))
    assert list(bar) == list(tree)
    assert isinstance(bar["pair"], Pair)
    assert bar["power"] is None and bar["name"] is None
    assert bar["pair"] == (0.4, 0.0)
    assert bar["list"][1] == 0.7
    np.testing.assert_allclose(bar["list"][0], 3.0 * U**2, rtol=1e-14)


@pytest.mark.parametrize(
    "value",
    [
        0.7,
        np.float64(0.7),
        np.float32(0.5),
        np.array(0.7),
        np.zeros(0),
        np.ones((2, 1, 3)),
        0.7 + 0.2j,
    ],
    ids=repr,
)
def test_a_constant_function_has_a_zero_gradient_of_the_arguments_form(value: Any) -> None:
    def f(x):
        return 2.0

    bar = sourcead.grad(f)(value)
    assert type(bar) is type(value) or isinstance(bar, (float, np.floating))
    assert np.shape(bar) == np.shape(value)
    assert np.asarray(bar).dtype == np.asarray(value).dtype
    assert not np.any(bar)


def test_auxiliary_results_are_handed_through() -> None:
    def f(x):
        y = x * x
        return y * x, {"square": y, "text": "seen"}

    value, aux = sourcead.grad(f, has_aux=True)(2.0)
    assert value == 12.0
    assert aux == {"square": 4.0, "text": "seen"}


# -- higher order ------------------------------------------------------------------------------


def is_plain(case: Case) -> bool:
    """A real function of numbers: its gradient can be differentiated like any function."""
    return all(isinstance(arg, float) for arg in case.args) and not case.constant


SECOND = {name: case for name, case in CASES.items() if is_plain(case)}


@pytest.mark.parametrize(
    "case, mode", in_turn(SECOND, ["reverse", "forward"], id="{variant}-{name}")
)
def test_the_gradient_can_be_differentiated_again(case: Case, mode: str) -> None:
    gradient = sourcead.grad(case.function, 0)
    with right_or_refused():
        check(gradient, *case.args, modes=[mode], rtol=1e-6, directions=1)


def test_a_function_may_ask_for_a_gradient_itself() -> None:
    def inner(x, a):
        return a * x**3

    def outer(a):
        return sourcead.grad(inner)(2.0, a) * a

    check(outer, 0.7)
