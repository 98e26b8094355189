"""Roots and fixed points whose derivative follows from the equation, in both modes, to second order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import sourcead


def residual(x, a):
    return x**3 + a * x - 2.0


def real_root(a):
    x = 1.0
    for _ in range(60):
        x = x - (x**3 + a * x - 2.0) / (3.0 * x**2 + a)
    return x


def root_by(a):
    return sourcead.implicit_root(residual, real_root(sourcead.stop_gradient(a)), args=(a,))


def closure_root(a):
    b = 2.0 * a
    return sourcead.implicit_root(lambda x: x**3 + 0.5 * b * x - 2.0, real_root(a))


def opaque_root(a):
    roots = np.roots([1.0, 0.0, sourcead.stop_gradient(a), -2.0])
    x = float(roots[np.argmin(abs(roots.imag))].real)
    return sourcead.implicit_root(residual, x, args=(a,))


def first(a: float) -> float:
    x = real_root(a)
    return -x / (3.0 * x**2 + a)


def second(a: float) -> float:
    x, s = real_root(a), first(a)
    d = 3.0 * x**2 + a
    return -s / d + x * (6.0 * x * s + 1.0) / d**2


@pytest.mark.parametrize("f", [root_by, closure_root, opaque_root], ids=lambda f: f.__name__)
def test_a_number(f: Any) -> None:
    a = 1.3
    assert abs(f(a) - real_root(a)) < 1e-12
    assert abs(sourcead.grad(f)(a) - first(a)) < 1e-12
    assert abs(sourcead.jvp(f, (a,), (2.0,))[1] - 2.0 * first(a)) < 1e-12


def test_a_number_to_second_order() -> None:
    a = 1.3
    assert abs(sourcead.grad(sourcead.grad(root_by))(a) - second(a)) < 1e-11
    assert abs(sourcead.hessian(root_by)(a) - second(a)) < 1e-11


def system(x, p):
    return np.array([x[0] ** 2 + x[1] ** 2 - p[0], x[0] - p[1] * x[1]])


def on_circle(p):
    x = np.array([1.0, 1.0])
    for _ in range(40):
        J = np.array([[2.0 * x[0], 2.0 * x[1]], [1.0, -p[1]]])
        x = x - np.linalg.solve(J, system(x, p))
    return x


def system_root(p):
    return sourcead.implicit_root(system, on_circle(sourcead.stop_gradient(p)), args=(p,))


def exact(p):
    y = np.sqrt(p[0] / (1.0 + p[1] ** 2))
    return np.array([p[1] * y, y])


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_a_system(mode: str) -> None:
    p = np.array([3.0, 0.7])
    found = sourcead.jacobian(system_root, mode=mode)(p)
    steps = 1e-30j * np.eye(2)
    by_complex_step = np.stack([exact(p + e).imag / 1e-30 for e in steps], axis=1)
    np.testing.assert_allclose(found, by_complex_step, rtol=1e-12)


A = np.array([[2.0, 0.3], [-0.4, 3.0]])


def cubes(x, p):
    return x**3 + A @ x - p


def cubes_root(p):
    x = np.zeros(2)
    for _ in range(50):
        x = x - np.linalg.solve(np.diag(3.0 * x**2) + A, cubes(x, p))
    return x


def test_a_system_to_second_order() -> None:
    def f(p):
        x = sourcead.implicit_root(cubes, cubes_root(p), args=(p,))
        return np.sum(x**3)

    def gradient(p):
        x = cubes_root(p)
        return np.linalg.solve((np.diag(3.0 * x**2) + A).T, 3.0 * x**2)

    p = np.array([1.0, 2.0])
    np.testing.assert_allclose(sourcead.grad(f)(p), gradient(p), rtol=1e-12)
    H = sourcead.hessian(f)(p)
    for i, e in enumerate(1e-5 * np.eye(2)):
        by_differences = (gradient(p + e) - gradient(p - e)) / 2e-5
        np.testing.assert_allclose(H[i], by_differences, rtol=1e-7)


def test_a_fixed_point() -> None:
    def cosine(a):
        x = 1.0
        for _ in range(200):
            x = 0.5 * math.cos(a * x)
        return sourcead.fixed_point(lambda x: 0.5 * math.cos(a * x), x)

    a = 1.7
    x = cosine(a)
    slope = 0.5 * math.sin(a * x)
    expected = -slope * x / (1.0 + slope * a)
    assert abs(sourcead.grad(cosine)(a) - expected) < 1e-12
    assert abs(sourcead.jvp(cosine, (a,), (1.0,))[1] - expected) < 1e-12


def test_a_fixed_point_of_a_system() -> None:
    A = np.array([[0.3, 0.1], [-0.2, 0.4]])

    def f(b):
        x = np.linalg.solve(np.eye(2) - A, sourcead.stop_gradient(b))
        return sourcead.fixed_point(lambda x, b: A @ x + b, x, args=(b,))

    b = np.array([1.0, 2.0])
    expected = np.linalg.inv(np.eye(2) - A)
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(sourcead.jacobian(f, mode=mode)(b), expected, rtol=1e-12)


# -- unknowns in a matrix, parameters in structures ----------------------------------------------------


def cosines(x, a):
    return 0.2 * np.cos(a @ x) + 0.1


def converged(a, steps):
    x = np.ones((2, 3))
    for _ in range(steps):
        x = cosines(x, a)
    return x


def test_the_unknowns_may_be_a_matrix() -> None:
    def point(a):
        return sourcead.fixed_point(cosines, converged(sourcead.stop_gradient(a), 60), (a,))

    def root(a):
        x = converged(sourcead.stop_gradient(a), 60)
        return sourcead.implicit_root(lambda x, a: np.ravel(cosines(x, a) - x), x, (a,))

    def plain(a):
        return converged(a, 60)

    a = np.array([[0.4, 1.0], [1.3, -0.3]])
    for f in (point, root):
        for mode in ("forward", "reverse"):
            found = sourcead.jacobian(f, mode=mode)(a)
            expected = sourcead.jacobian(plain, mode="forward")(a)
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)

    def energy(of):
        return lambda a: np.sum(of(a) ** 2)

    found, expected = (sourcead.hvp(energy(f))(a, a[::-1]) for f in (point, plain))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_parameters_may_be_a_dict_or_an_object() -> None:
    def step(x, p):
        return 0.5 * np.cos(p["a"] * x + p["b"][0])

    def point(p):
        x, q = np.ones(3), sourcead.stop_gradient(p)
        for _ in range(80):
            x = step(x, q)
        return np.sum(sourcead.fixed_point(step, x, (p,)) ** 2)

    def plain(p):
        x = np.ones(3)
        for _ in range(80):
            x = step(x, p)
        return np.sum(x**2)

    p = {"a": np.array([0.4, 0.5, 0.6]), "b": [0.1, 0.7]}
    found, expected = (sourcead.grad(f)(p) for f in (point, plain))
    np.testing.assert_allclose(found["a"], expected["a"], rtol=1e-12)
    assert abs(found["b"][0] - expected["b"][0]) < 1e-13
