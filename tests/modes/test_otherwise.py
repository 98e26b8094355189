"""Hessians of what cannot be differentiated forward over reverse: the same numbers by a directional derivative."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

import sourcead


def filled(a: Any, i: int, x: float) -> None:
    if i < len(a):
        a[i] = x * a[i - 1] ** 2 if i else x
        filled(a, i + 1, x)


def of_a_number(x: float, n: int = 3, *, scale: float = 1.0) -> Any:
    a = np.zeros(n)
    filled(a, 0, x)
    return np.sum(a**2) * scale


def squared(a: Any, i: int) -> None:
    if i < len(a):
        a[i] = a[i] * a[i - 1] ** 2
        squared(a, i + 1)


def of_an_array(x: Any) -> Any:
    a = x**2
    squared(a, 1)
    return np.sum(a**2)


def of_two(x: float, y: Any, n: int) -> Any:
    a = x * y
    squared(a, 1)
    return np.sum(a**n)


X = np.array([1.1, 0.9, 0.8])


def slopes(gradient: Any, x: Any) -> Any:
    """Richardson differences of a gradient: rows for the directions."""

    def difference(h: float) -> Any:
        rows = [(gradient(x + h * e) - gradient(x - h * e)) / (2 * h) for e in np.eye(x.size)]
        return np.array(rows)

    return (4.0 * difference(5e-5) - difference(1e-4)) / 3.0


def test_recursion_that_writes_an_array() -> None:
    """In closed form: x, x^3, x^7."""
    x = 1.2
    second = 2.0 + 30.0 * x**4 + 182.0 * x**12
    assert sourcead.hessian(of_a_number)(x) == pytest.approx(second, rel=1e-13)
    assert sourcead.hvp(of_a_number)(x, 2.0) == pytest.approx(2.0 * second, rel=1e-13)
    assert sourcead.hvp(of_a_number)(x, 3, 1.0, scale=0.5) == pytest.approx(0.5 * second, rel=1e-13)
    of_one = 2.0
    assert sourcead.hessian(of_a_number)(x, n=1) == pytest.approx(of_one)


def test_recursion_that_writes_an_array_it_is_given() -> None:
    expected = slopes(sourcead.grad(of_an_array), X)
    product = sourcead.hvp(of_an_array)
    hessian = sourcead.hessian(of_an_array)
    for _ in range(2):  # the second time, it is known to be refused the usual way
        np.testing.assert_allclose(hessian(X), expected, rtol=1e-8)
        np.testing.assert_allclose(product(X, X), expected @ X, rtol=1e-8)
    assert "slope" in product.source and "slope" in hessian.source
    copied = pickle.loads(pickle.dumps(hessian))
    np.testing.assert_allclose(copied(X), expected, rtol=1e-8)
    assert repr(copied) == repr(hessian) == "<hessian of of_an_array>"


def test_several_arguments() -> None:
    blocks = sourcead.hessian(of_two, (0, 1))(1.3, X, 2)
    together = lambda z: of_two(z[0], z[1:], 2)
    at = np.concatenate([[1.3], X])
    expected = slopes(sourcead.grad(together), at)
    np.testing.assert_allclose(blocks[0][0], expected[0, 0], rtol=1e-8)
    np.testing.assert_allclose(blocks[0][1], expected[0, 1:], rtol=1e-8)
    np.testing.assert_allclose(blocks[1][1], expected[1:, 1:], rtol=1e-8)
    along = sourcead.hvp(of_two, ("x", "y"))(1.3, X, 2, (0.5, X))
    np.testing.assert_allclose(along[1], expected[1:] @ np.concatenate([[0.5], X]), rtol=1e-8)


def test_solvers_of_differential_equations() -> None:
    """x'' = -p x with x(0) = 1, x'(0) = p: cos(sqrt(p)) + sqrt(p) sin(sqrt(p)) at 1."""
    integrate = pytest.importorskip("scipy.integrate")

    def by_ivp(p: Any) -> Any:
        start = np.array([1.0, 0.0]) + p * np.array([0.0, 1.0])
        found = integrate.solve_ivp(
            lambda t, y: np.array([y[1], -p * y[0]]), (0.0, 1.0), start, rtol=1e-11, atol=1e-12
        )
        return found.y[0, -1]

    def by_odeint(p: Any) -> Any:
        slope = lambda y, t, q: np.array([y[1], -q * y[0]])
        times = np.array([0.0, 1.0])
        found = integrate.odeint(slope, [1.0, 0.3], times, args=(p,), rtol=1e-11, atol=1e-12)
        return found[-1, 0]

    def second(f: Any, p: float, h: float = 1e-3) -> float:
        weights = {-2: -1.0, -1: 16.0, 0: -30.0, 1: 16.0, 2: -1.0}
        return sum(w * f(p + k * h) for k, w in weights.items()) / (12.0 * h * h)

    p = 1.7
    exact = lambda q: np.cos(np.sqrt(q)) + np.sqrt(q) * np.sin(np.sqrt(q))
    assert sourcead.hessian(by_ivp)(p) == pytest.approx(second(exact, p), rel=1e-6)
    exact = lambda q: np.cos(np.sqrt(q)) + 0.3 * np.sin(np.sqrt(q)) / np.sqrt(q)
    assert sourcead.hvp(by_odeint)(p, 1.0) == pytest.approx(second(exact, p), rel=1e-6)


def test_splines_made_of_values() -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    places, points = np.array([0.0, 1.0, 2.2, 3.0, 4.1]), np.array([0.4, 1.7, 2.9])
    through = lambda y: np.sum(interpolate.make_interp_spline(places, y)(points) ** 3)
    y = np.array([0.2, 0.5, 0.1, 0.9, 0.4])
    expected = slopes(sourcead.grad(through), y)
    np.testing.assert_allclose(sourcead.hessian(through)(y), expected, rtol=1e-7, atol=1e-9)


def test_what_is_refused_every_way_says_what_the_usual_way_says() -> None:
    frozen = np.frompyfunc(lambda x: 2.0 * x, 1, 1)

    def unknown(x: float) -> Any:
        return frozen(x) * x

    with pytest.raises(sourcead.NoRule, match="no derivative rule") as found:
        sourcead.hessian(unknown)(1.5)
    assert "return frozen(x) * x" in str(found.value)
    assert "slope" not in str(found.value)


# -- a call for each direction ---------------------------------------------------------------------

calls: list[str] = []


def decayed(u: Any) -> Any:
    """Writes its argument after the solver has read it."""
    from scipy.integrate import solve_ivp

    made = solve_ivp(lambda t, y: -u * y, (0, 1), u, rtol=1e-11, atol=1e-13)
    u *= 2.0
    return np.sum(made.y[:, -1] ** 2)


def decayed_and_counted(u: Any) -> Any:
    from scipy.integrate import solve_ivp

    made = solve_ivp(lambda t, y: -u * y, (0, 1), u, rtol=1e-11, atol=1e-13)
    calls.append("once")
    return np.sum(made.y[:, -1] ** 2)


def curvature(u: Any) -> Any:
    """Of u^2 exp(-2 u)."""
    return np.diag((2.0 - 8.0 * u + 4.0 * u**2) * np.exp(-2.0 * u))


def test_each_direction_begins_with_the_arguments_as_they_were() -> None:
    pytest.importorskip("scipy")
    u = X.copy()
    np.testing.assert_allclose(sourcead.hessian(decayed)(u), curvature(X), rtol=1e-6, atol=1e-8)
    np.testing.assert_array_equal(u, 2.0 * X)


def test_what_is_seen_outside_happens_once_or_is_refused() -> None:
    pytest.importorskip("scipy")
    calls.clear()
    with pytest.raises(sourcead.SourceADError, match="derivative of a tangent"):
        sourcead.hessian(decayed_and_counted)(X)
    assert not calls
    product = sourcead.hvp(decayed_and_counted)(X, np.ones(3))
    assert calls == ["once"]
    np.testing.assert_allclose(product, np.diag(curvature(X)), rtol=1e-6)
