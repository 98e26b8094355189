"""Second derivatives through checkpointed loops: all nestings of two modes, against the plain loop and differences."""

from __future__ import annotations

import inspect
import linecache
import math
import re
import textwrap
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead import checkpointed, grad, hessian, hvp, jvp
from sourcead.testing import check_grad
from tests.sampling import in_turn

U = np.linspace(0.3, 2.0, 4)
D = np.array([1.0, -0.5, 0.3, 0.8])


def plain(function: Any) -> Any:
    """The same function with plain loops."""
    text = textwrap.dedent(inspect.getsource(function))
    changed = re.sub(r"checkpointed\((range\(\w+\)), slots=\w+\)", r"\1", text)
    assert changed != text
    name = f"<plain {function.__name__}>"
    linecache.cache[name] = len(changed), None, changed.splitlines(keepends=True), name
    made: dict[str, Any] = {}
    exec(compile(changed, name, "exec"), globals(), made)
    return made[function.__name__]


def rebound(u, a):
    v = np.zeros_like(u)
    for k in checkpointed(range(9), slots=3):
        v = v - 0.1 * a * np.sin(u) * (k + 1.0)
        u = u + 0.1 * v
    return np.sum(u**2 * v)


def written(u, a):
    w = u * 1.0
    for _ in checkpointed(range(9), slots=3):
        w[1:] += 0.1 * a * np.sin(w[:-1]) * u[1:]
        w[0] *= 1.01
    return np.sum(w**3)


def argument_written(u, a):
    for k in checkpointed(range(8), slots=3):
        u[k % 4] = u[k % 4] * u[(k + 1) % 4] + a
    return np.sum(u**2)


def counters(u, a):
    count, total = 1, 0.0
    for k in checkpointed(range(7), slots=3):
        count = count + k % 3
        total = total + a * np.sum(u) * count
        u = np.cos(u) * count
    return total * np.sum(u)


def tuples(u, a):
    state = (u, np.zeros_like(u), 1.0)
    for _ in checkpointed(range(7), slots=3):
        x, v, s = state
        v = v - 0.1 * a * np.sin(x)
        state = (x + 0.1 * v, v, s * np.sum(v))
    return np.sum(state[0] ** 2) + state[2]


def branches(u, a):
    for k in checkpointed(range(8), slots=3):
        if u[0] > 0.4:
            u = u * np.cos(a * u)
        else:
            u = u + 0.3 * a * k
    return np.sum(u**2)


def of_a_callee(u, a):
    def advanced(v, n, rate):
        for _ in checkpointed(range(n), slots=3):
            v = v + rate * np.sin(v)
        return v

    w = advanced(u, 5, 0.2 * a)
    return np.sum(w * advanced(w, 4, a))


def in_a_loop(u, a):
    for k in range(3):
        u[1:] *= 1.0 + a * u[:-1]
        for _ in checkpointed(range(4), slots=3):
            u = u + 0.1 * np.sin(u) * (k + 1.0)
    return np.sum(u**2)


def loop_in_a_loop(u, a):
    for k in checkpointed(range(4), slots=3):
        for _ in checkpointed(range(3), slots=3):
            u = u + 0.1 * a * np.sin(u) * (k + 1.0)
    return np.sum(u**2)


def coefficients_overwritten(u, a):
    b = u * a
    for _ in checkpointed(range(5), slots=3):
        u = u + 0.1 * b * np.sin(u)
    b[...] = 0.0
    return np.sum(u**2) + np.sum(b)


def no_turn(u, a):
    for _ in checkpointed(range(0), slots=3):
        u = u * a
    return np.sum(u**3)


def of_numbers(u, a):
    x, y = u[0] * u[1], u[2]
    for k in checkpointed(range(9), slots=3):
        x, y = x + 0.1 * math.sin(y * a), y * 0.9 + 0.1 * x * k
    return x * y * u[3]


PROGRAMS = [
    rebound, written, argument_written, counters, tuples, branches, of_a_callee, in_a_loop, loop_in_a_loop,
    coefficients_overwritten, no_turn, of_numbers,
]  # fmt: skip
A = 0.7

PRODUCTS: dict[str, Callable[[Any], Any]] = {
    "hvp": lambda f: hvp(f)(U.copy(), A, D),
    "hessian": lambda f: hessian(f)(U.copy(), A) @ D,
    "grad of grad": lambda f: grad(lambda u: np.sum(grad(f)(u * 1.0, A) * D))(U.copy()),
    "jvp of grad": lambda f: jvp(lambda u: grad(f)(u * 1.0, A), (U.copy(),), (D,))[1],
    "grad of jvp": lambda f: grad(lambda u: jvp(f, (u * 1.0, A), (D, 0.0))[1])(U.copy()),
    "mixed": lambda f: grad(lambda a: np.sum(grad(f)(U * 1.0, a) * D))(A),
}


@pytest.mark.parametrize(
    "program, product", in_turn({p.__name__: p for p in PROGRAMS}, list(PRODUCTS), kept=3)
)
def test_second_derivatives_are_those_of_the_plain_loop(program: Any, product: str) -> None:
    found = PRODUCTS[product](program)
    expected = PRODUCTS[product](plain(program))
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12)


QUICK = (rebound, written, branches, of_a_callee)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(p, id=p.__name__, marks=() if p in QUICK else pytest.mark.slow)
        for p in PROGRAMS
        if p is not in_a_loop
    ],
)
def test_they_agree_with_differences(program: Any) -> None:
    check_grad(lambda u: program(u * 1.0, A), U, order=2)


def second_along(f, u):
    return jvp(lambda u: jvp(lambda u: f(u * 1.0, A), (u,), (D,))[1], (u,), (D,))[1]


THIRD = {
    "grad of jvp of jvp": lambda f: grad(lambda u: second_along(f, u))(U.copy()),
    "jvp of hvp": lambda f: jvp(lambda u: hvp(f)(u * 1.0, A, D), (U.copy(),), (D,))[1],
}


@pytest.mark.parametrize("product", THIRD)
@pytest.mark.parametrize("program", [rebound, written, in_a_loop], ids=lambda p: p.__name__)
def test_third_derivatives_are_right_or_refused(program: Any, product: str) -> None:
    if program is in_a_loop and product == "jvp of hvp":
        with pytest.raises(
            sourcead.NotDifferentiable, match=r"unknown structure|is not known as|of unknown kind"
        ):
            THIRD[product](program)
        return
    of = hvp(plain(program))
    h = 1e-2
    by_twos = [of(U + k * h * D, A, D) - of(U - k * h * D, A, D) for k in (1, 2, 3)]
    expected = (45.0 * by_twos[0] - 9.0 * by_twos[1] + by_twos[2]) / (60.0 * h)
    np.testing.assert_allclose(THIRD[product](program), expected, rtol=1e-6, atol=1e-7)


def many_steps(u):
    for _ in checkpointed(range(200), slots=8):
        u = u + 1e-2 * np.sin(u)
    return np.sum(u**2)


def test_second_derivatives_take_a_few_states_too() -> None:
    x = np.linspace(0.0, 3.0, 20_000)
    direction = np.cos(x)
    peaks, products = [], []
    for function in (many_steps, plain(many_steps)):
        product = hvp(function)
        product(x[:2], direction[:2])
        tracemalloc.start()
        products.append(product(x, direction))
        peaks.append(tracemalloc.get_traced_memory()[1] / x.nbytes)
        tracemalloc.stop()
    np.testing.assert_allclose(*products, rtol=1e-11)
    assert peaks[0] < (1 + 2) * 8 + 20 < 200 < peaks[1]


def stepped(u):
    for _ in checkpointed(range(9), slots=3):
        u = u + 0.1 * np.sin(u) * u[::-1]
    return u


def test_a_linear_map_is_kept_of_a_checkpointed_loop() -> None:
    value, push = sourcead.linearize(stepped, U)
    expected, expected_push = sourcead.linearize(plain(stepped), U)
    np.testing.assert_array_equal(value, expected)
    for direction in (D, U):
        np.testing.assert_allclose(push(direction), expected_push(direction), rtol=1e-13)
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(
            sourcead.jacobian(stepped, mode=mode)(U),
            sourcead.jacobian(plain(stepped))(U),
            rtol=1e-13,
        )


# -- callees that are run again ----------------------------------------------------------------------


def layer(x, w):
    for _ in range(2):
        x = np.tanh(w * x)
    return x


def layers(x, w):
    for i in range(3):
        x = sourcead.checkpoint(layer)(x, w * (i + 1.0))
    return np.sum(x**2)


def plain_layers(x, w):
    for i in range(3):
        x = layer(x, w * (i + 1.0))
    return np.sum(x**2)


def test_callees_with_coefficients_that_change_from_turn_to_turn() -> None:
    """Also where the first state does not vary, and where what is fixed for the inner derivative varies."""

    def slope(f: Any) -> Any:
        return lambda x, w: np.sum(grad(f, 0)(x, w) * grad(f, 1)(x, w))

    rtol = 1e-12
    for argnum in (0, 1):
        found, expected = (hessian(f, argnum)(U, D) for f in (layers, plain_layers))
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol)
        found, expected = (grad(slope(f), argnum)(U, D) for f in (layers, plain_layers))
        np.testing.assert_allclose(found, expected, rtol=rtol, atol=rtol)


def test_a_state_that_is_global_at_first() -> None:
    def slope(f: Any) -> Any:
        return lambda w: np.sum(grad(f, 1)(U, w) ** 2)

    found, expected = grad(slope(layers))(D), grad(slope(plain_layers))(D)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
