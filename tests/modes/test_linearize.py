"""The derivative at a point as a linear map, applied many times."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import sourcead

X = np.array([0.3, 0.7, 0.5])
V = np.array([1.0, -2.0, 0.5])


def scan(x):
    s = 0.0
    for i in range(1, len(x)):
        s = s * x[i] + math.sin(x[i - 1]) * x[i]
        if s > 1.0:
            s *= 0.5
    return s


def in_place(u):
    u = u.copy()
    for _ in range(3):
        u[1:] += u[:-1] * u[1:]
    return u


def data_dependent(x):
    n = 0
    while np.sum(x) < 10.0:
        x = x * 1.5 + 0.1 * x**2
        n += 1
        if n > 5:
            break
    return x * n


def iterated(x):
    total = 0.0
    for a, b in zip(x, [1.0, 2.0, 3.0]):
        total += a * b * a
    return total


def continued(x):
    source = iter([2, 3, 4, 5])
    total = x[0]
    for power in source:
        if power == 3:
            break
        total = total * x[1] ** power
    for power in source:
        total = total + x[2] ** power
    return total


def listed(x):
    values = [x[0]]
    for i in range(3):
        values.append(values[-1] * x[i])
    return values[-1] + values[1]


def bound_on_some_turns(x):
    total = 1.0
    for i in range(4):
        if i > 0:
            row = x * x[i % 3]
        if i > 1:
            total = total + np.sum(row * x[i % 3]) * total
    return total


def polynomial(x, n):
    return x[0] if n == 0 else x[n % 3] + polynomial(x * x[0], n - 1) * x[n % 2]


def recursive(x):
    return polynomial(x, 4) * x


def shrinking(u):
    for _ in range(3):
        u[1:] *= u[:-1]
    return np.sum(u**2)


def gradient_in_place(x):
    return sourcead.grad(shrinking)(x.copy())


FUNCTIONS = [scan, in_place, data_dependent, iterated, continued, listed]
FUNCTIONS += [bound_on_some_turns, recursive, gradient_in_place]
FUNCTIONS += [sourcead.grad(scan), sourcead.grad(iterated)]


@pytest.mark.parametrize("f", FUNCTIONS, ids=lambda f: f.__name__)
def test_is_the_tangent_bit_for_bit_each_time(f: Any) -> None:
    value, push = sourcead.linearize(f, X)
    for v in (V, X, V):
        expected_value, expected = sourcead.jvp(f, (X,), (v,))
        np.testing.assert_array_equal(value, expected_value)
        np.testing.assert_array_equal(push(v), expected)


BY_DIFFERENCES = [in_place, data_dependent, bound_on_some_turns, recursive, gradient_in_place]


@pytest.mark.parametrize("f", BY_DIFFERENCES, ids=lambda f: f.__name__)
def test_by_differences(f: Any) -> None:
    step = 1e-6
    expected = (f(X + step * V) - f(X - step * V)) / (2.0 * step)
    np.testing.assert_allclose(sourcead.linearize(f, X)[1](V), expected, rtol=1e-8)


def test_the_primal_runs_once_and_what_the_caller_does_later_does_not_matter() -> None:
    calls = []

    def f(x, w):
        calls.append(1)
        y = x * w
        y[0] = y[1] * x[2]
        return y

    x, w = X.copy(), V.copy()
    value, push = sourcead.linearize(f, x, w)
    expected = push(V, X)
    value[:] = x[:] = w[:] = 99.0
    np.testing.assert_array_equal(push(V, X), expected)
    assert len(calls) == 1
    dy = V * V + X * X
    dy[0] = dy[1] * X[2] + X[1] * V[1] * V[2]
    np.testing.assert_allclose(expected, dy)


def test_some_arguments_and_aux() -> None:
    def f(x, w):
        return np.sum(x * w), x.shape

    value, push, aux = sourcead.linearize(f, X, V, argnums="w", has_aux=True)
    assert aux == (3,)
    assert abs(value - X @ V) < 1e-15
    assert abs(push(np.ones(3)) - X.sum()) < 1e-15


def test_nested_arguments() -> None:
    def f(p):
        return {"y": p["w"] * p["b"]}

    _, push = sourcead.linearize(f, {"w": X, "b": 2.0})
    np.testing.assert_allclose(push({"w": V, "b": 1.0})["y"], 2.0 * V + X)


def test_a_tangent_of_another_shape_is_refused() -> None:
    _, push = sourcead.linearize(in_place, X)
    with pytest.raises(sourcead.WrongCotangent):
        push(np.ones(4))
    with pytest.raises(TypeError, match="1 tangents"):
        push(V, V)


def test_a_handler_gives_the_right_map_or_is_refused() -> None:
    def f(x):
        try:
            y = np.sum(x)
            z = 1.0 / y
        except ZeroDivisionError:
            z = 0.0 * y
        return z

    try:
        _, push = sourcead.linearize(f, X)
    except sourcead.NotDifferentiable:
        return
    np.testing.assert_allclose(push(V), -np.sum(V) / np.sum(X) ** 2, rtol=1e-14)


def test_elementwise_grad() -> None:
    slope = sourcead.elementwise_grad(lambda x, k: np.tanh(k * x))
    np.testing.assert_allclose(slope(X, 2.0), 2.0 / np.cosh(2.0 * X) ** 2, rtol=1e-14)
    by_k = sourcead.elementwise_grad(lambda x, k: k * x**2, "k")
    np.testing.assert_allclose(by_k(X, 2.0), np.sum(X**2), rtol=1e-14)
    assert sourcead.elementwise_grad(math.sin)(0.5) == math.cos(0.5)


# -- aux of vjp and jvp ----------------------------------------------------------------------------


def test_vjp_and_jvp_have_aux() -> None:
    def f(x):
        y = x * np.sum(x)
        return y, {"sum": np.sum(x), "y": y}

    out, pullback, aux = sourcead.vjp(f, X, has_aux=True)
    assert abs(aux["sum"] - X.sum()) < 1e-15
    aux["y"][:] = out[:] = 99.0  # not what the pullback reads
    (x_bar,) = pullback(V)
    np.testing.assert_allclose(x_bar, V * X.sum() + V @ X)
    out, out_dot, aux = sourcead.jvp(f, (X,), (V,), has_aux=True)
    np.testing.assert_allclose(out_dot, V * X.sum() + X * V.sum())
    np.testing.assert_allclose(aux["y"], out)
