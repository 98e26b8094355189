"""Jacobians, Hessians and Hessian-vector products: shapes, nesting, modes, and values by closed forms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

import sourcead

X = np.array([0.3, -1.2, 2.0])
BOTH = pytest.mark.parametrize("mode", ["forward", "reverse", "auto"])


def neighbours(x):
    return np.sin(x[1:]) * x[:-1]


def neighbours_jacobian(x):
    J = np.zeros((len(x) - 1, len(x)))
    i = np.arange(len(x) - 1)
    J[i, i] = np.sin(x[1:])
    J[i, i + 1] = np.cos(x[1:]) * x[:-1]
    return J


@BOTH
def test_of_an_array_by_an_array(mode: str) -> None:
    J = sourcead.jacobian(neighbours, mode=mode)(X)
    np.testing.assert_allclose(J, neighbours_jacobian(X), rtol=1e-14)


@BOTH
def test_has_the_axes_of_the_result_then_those_of_the_argument(mode: str) -> None:
    def f(A):
        return A @ A

    A = np.arange(4.0).reshape(2, 2)
    J = sourcead.jacobian(f, mode=mode)(A)
    eye = np.eye(2)
    exact = np.einsum("ik,lj->ijkl", eye, A) + np.einsum("jl,ik->ijkl", eye, A)
    np.testing.assert_allclose(J, exact, rtol=1e-14)


@BOTH
def test_of_a_number_by_a_number_is_a_number(mode: str) -> None:
    J = sourcead.jacobian(lambda x: math.sin(x) * x, mode=mode)(0.5)
    assert type(J) is float
    assert abs(J - (math.cos(0.5) * 0.5 + math.sin(0.5))) < 1e-15


@BOTH
def test_of_an_array_by_a_number(mode: str) -> None:
    J = sourcead.jacobian(lambda t: np.exp(t * X), mode=mode)(0.5)
    np.testing.assert_allclose(J, X * np.exp(0.5 * X), rtol=1e-14)


@BOTH
def test_single_precision_stays(mode: str) -> None:
    J = sourcead.jacobian(neighbours, mode=mode)(X.astype(np.float32))
    assert J.dtype == np.float32
    np.testing.assert_allclose(J, neighbours_jacobian(X), rtol=1e-5)


@BOTH
def test_of_nothing(mode: str) -> None:
    assert sourcead.jacobian(lambda x: 2.0 * x, mode=mode)(np.zeros(0)).shape == (0, 0)


class Point(NamedTuple):
    x: float
    y: float


@dataclass
class Layer:
    w: Any
    b: Any
    name: str = "layer"


def layered(layer, x):
    return {"out": layer.w @ x + layer.b, "norm": (np.sum(x**2), layer.b[0])}


@BOTH
def test_nested_results_and_arguments_give_nested_blocks(mode: str) -> None:
    layer = Layer(np.arange(6.0).reshape(2, 3), np.array([1.0, 2.0]))
    J = sourcead.jacobian(layered, argnums=(0, 1), mode=mode)
    blocks = J(layer, X)
    by_layer, by_x = blocks["out"]
    np.testing.assert_allclose(by_x, layer.w)
    np.testing.assert_allclose(by_layer.w, np.einsum("ij,k->ijk", np.eye(2), X))
    np.testing.assert_allclose(by_layer.b, np.eye(2))
    assert by_layer.name is None
    by_layer, by_x = blocks["norm"][0]
    np.testing.assert_allclose(by_x, 2.0 * X)
    assert not by_layer.w.any() and not by_layer.b.any()
    by_layer, by_x = blocks["norm"][1]
    np.testing.assert_allclose(by_layer.b, [1.0, 0.0])
    assert not by_x.any()


@BOTH
def test_one_argnum_is_a_block_and_a_tuple_of_them_a_tuple(mode: str) -> None:
    def f(p, k):
        return np.array([p.x * k, p.y * k**2])

    p = Point(2.0, 3.0)
    J = sourcead.jacobian(f, 0, mode=mode)(p, 5.0)
    assert isinstance(J, Point)
    np.testing.assert_allclose([J.x, J.y], [[5.0, 0.0], [0.0, 25.0]])
    by_p, by_k = sourcead.jacobian(f, ("p", "k"), mode=mode)(p, 5.0)
    np.testing.assert_allclose(by_k, [2.0, 30.0])
    np.testing.assert_allclose(by_p.y, [0.0, 25.0])


@BOTH
def test_has_aux(mode: str) -> None:
    def f(x):
        y = neighbours(x)
        return y, {"largest": y.max()}

    J, aux = sourcead.jacobian(f, mode=mode, has_aux=True)(X)
    np.testing.assert_allclose(J, neighbours_jacobian(X), rtol=1e-14)
    assert aux == {"largest": neighbours(X).max()}


def test_the_primal_is_run_once() -> None:
    calls = []

    def f(x):
        calls.append(1)
        return x * np.sum(x)

    for mode in ("forward", "reverse"):
        calls.clear()
        J = sourcead.jacobian(f, mode=mode)(X)
        assert len(calls) == 1
        np.testing.assert_allclose(J, np.sum(X) * np.eye(3) + X[:, None], rtol=1e-14)


@BOTH
def test_random_draws_are_the_same_for_all_columns(mode: str) -> None:
    def f(x, rng):
        return x * rng.normal(size=3) + rng.normal()

    J = sourcead.jacobian(f, mode=mode)(X, np.random.default_rng(3))
    np.testing.assert_allclose(J, np.diag(np.random.default_rng(3).normal(size=3)))


@BOTH
def test_an_argument_that_is_written_is_left_as_one_call_leaves_it(mode: str) -> None:
    def f(u, n):
        for _ in range(n):
            u[1:] *= u[:-1]
        return u[1:] + 0.0

    u, twin = X.copy(), X.copy()
    J = sourcead.jacobian(f, mode=mode)(u, 2)
    f(twin, 2)
    np.testing.assert_array_equal(u, twin)
    a, b, c = X  # after one turn: (a, ab, bc), after two: (a, a(ab), (ab)(bc))
    np.testing.assert_allclose(J, [[2 * a * b, a**2, 0], [b * b * c, 2 * a * b * c, a * b * b]])


@BOTH
def test_complex_results_of_real_arguments(mode: str) -> None:
    J = sourcead.jacobian(lambda x: np.exp(1j * x) * x[0], mode=mode)(X)
    exact = np.diag(1j * np.exp(1j * X) * X[0])
    exact[:, 0] += np.exp(1j * X)
    np.testing.assert_allclose(J, exact, rtol=1e-14, atol=1e-15)


@BOTH
def test_holomorphic_functions(mode: str) -> None:
    z = X + 1j * X[::-1]
    J = sourcead.jacobian(lambda z: z**3 * z[0], mode=mode)(z)
    exact = np.diag(3.0 * z**2 * z[0])
    exact[:, 0] += z**3
    np.testing.assert_allclose(J, exact, rtol=1e-12)


@BOTH
def test_what_is_not_holomorphic_is_refused(mode: str) -> None:
    with pytest.raises(sourcead.NonScalarOutput, match="holomorphic"):
        sourcead.jacobian(lambda z: np.conj(z) * z, mode=mode)(X + 1j)


def test_a_mode_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="backwards"):
        sourcead.jacobian(neighbours, mode="backwards")


def test_the_smaller_side_is_taken() -> None:
    tall = sourcead.jacobian(lambda x: np.outer(x, x))
    tall(X), tall(X)
    assert "_dot" in tall.source and "_bar" not in tall.source
    wide = sourcead.jacobian(lambda x: np.array([np.sum(x**2), x[0]]))
    wide(X)
    assert "_bar" in wide.source and "_dot" not in wide.source


# -- Hessians ------------------------------------------------------------------------------------


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_hessian(x):
    H = np.diag(-400.0 * x[:-1], 1) + np.diag(-400.0 * x[:-1], -1)
    H[np.arange(len(x) - 1), np.arange(len(x) - 1)] += 1200.0 * x[:-1] ** 2 - 400.0 * x[1:] + 2.0
    H[np.arange(1, len(x)), np.arange(1, len(x))] += 200.0
    return H


def test_hessian() -> None:
    x = np.linspace(-1.0, 2.0, 7)
    H = sourcead.hessian(rosenbrock)(x)
    np.testing.assert_allclose(H, rosenbrock_hessian(x), rtol=1e-13, atol=1e-12)
    np.testing.assert_allclose(H, H.T, rtol=1e-15)


def test_hessian_of_a_loop_with_branches() -> None:
    def f(x):
        total = 0.0
        for i in range(1, len(x)):
            total = total * x[i] + math.sin(x[i - 1]) * x[i]
            if total > 1.0:
                total *= 0.5
        return total

    x = np.array([0.4, 1.3, 2.1, 0.7])
    H = sourcead.hessian(f)(x)
    step = 1e-4
    for i in range(4):
        e = step * np.eye(4)[i]
        by_differences = (sourcead.grad(f)(x + e) - sourcead.grad(f)(x - e)) / (2.0 * step)
        np.testing.assert_allclose(H[i], by_differences, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(H, H.T, rtol=1e-12)


def test_hessian_of_nested_arguments_has_blocks() -> None:
    def f(p, x):
        return np.sum(p["w"] ** 2 * x) * p["b"]

    p, x = {"w": np.array([1.0, 2.0]), "b": 3.0}, np.array([0.5, 0.7])
    H = sourcead.hessian(f)(p, x)
    np.testing.assert_allclose(H["w"]["w"], np.diag(2.0 * x * 3.0))
    np.testing.assert_allclose(H["w"]["b"], 2.0 * p["w"] * x)
    np.testing.assert_allclose(H["b"]["w"], 2.0 * p["w"] * x)
    assert H["b"]["b"] == 0.0
    (by_p, by_x) = sourcead.hessian(f, argnums=(0, 1))(p, x)
    np.testing.assert_allclose(by_x[0]["w"], np.diag(2.0 * p["w"] * 3.0))
    np.testing.assert_allclose(by_x[1], np.zeros((2, 2)))
    np.testing.assert_allclose(by_p["b"][1], p["w"] ** 2)


def test_hessian_has_aux() -> None:
    H, aux = sourcead.hessian(lambda x: (np.sum(x**3), "seen"), has_aux=True)(X)
    np.testing.assert_allclose(H, np.diag(6.0 * X))
    assert aux == "seen"


def test_hvp() -> None:
    x, v = np.linspace(-1.0, 2.0, 7), np.linspace(1.0, -1.0, 7)
    product = sourcead.hvp(rosenbrock)(x, v)
    np.testing.assert_allclose(product, rosenbrock_hessian(x) @ v, rtol=1e-12)


def test_hvp_by_several_arguments() -> None:
    def f(a, x):
        return a * np.sum(x**3)

    by_a, by_x = sourcead.hvp(f, argnums=(0, 1))(2.0, X, (1.0, np.ones(3)))
    assert abs(by_a - np.sum(3.0 * X**2)) < 1e-13
    np.testing.assert_allclose(by_x, 3.0 * X**2 + 2.0 * 6.0 * X)
    with pytest.raises(sourcead.UnknownArgument, match="tuple of 2"):
        sourcead.hvp(f, argnums=(0, 1))(2.0, X, np.ones(3))


def test_methods_and_decorated_functions() -> None:
    class Model:
        def __init__(self, k):
            self.k = k

        @sourcead.differentiate(argnums="x")
        def energy(self, x):
            return self.k * np.sum(x**4)

    model = Model(2.0)
    np.testing.assert_allclose(model.energy.hessian(X), np.diag(24.0 * X**2))
    np.testing.assert_allclose(model.energy.hvp(X, X), 24.0 * X**3)
    np.testing.assert_allclose(model.energy.jacobian(X), 8.0 * X**3)


# -- of derivatives ----------------------------------------------------------------------------------


def recurrence(x):
    h = x.copy()
    for i in range(1, 3):
        h[i] = h[i] * h[i - 1] + np.sin(h[i])
    return h


def slopes(function: Any, x: Any, step: float = 1e-5) -> Any:
    """Differences of the fourth order, along a last axis."""
    moves = [step * e for e in np.eye(len(x))]
    found = [8.0 * (function(x + m) - function(x - m)) - function(x + 2 * m) + function(x - 2 * m)
             for m in moves]  # fmt: skip
    return np.stack(found, axis=-1) / (12.0 * step)


def test_matrices_of_derivatives_are_functions_in_turn() -> None:
    def energy(x):
        return np.sum(recurrence(x) ** 2)

    J, H = sourcead.jacobian(recurrence), sourcead.hessian(energy)
    for of in (J, H, sourcead.jacobian(J)):
        np.testing.assert_allclose(sourcead.jacobian(of)(X), slopes(of, X), rtol=1e-7, atol=1e-7)
    product = sourcead.hvp(energy)
    found = sourcead.jacobian(product)(X, X)
    np.testing.assert_allclose(found, slopes(lambda x: product(x, X), X), rtol=1e-7, atol=1e-7)
    assert abs(sourcead.hessian(sourcead.hessian(lambda t: t**5))(2.0) - 240.0) < 1e-10


def test_the_arguments_of_a_matrix_of_derivatives_keep_their_names() -> None:
    def f(x, scale=2.0):
        return scale * x**3

    J = sourcead.jacobian(f)
    by_scale = sourcead.jacobian(J, "scale")(X)
    np.testing.assert_allclose(by_scale, np.diag(3.0 * X**2), rtol=1e-14)
    twice = sourcead.elementwise_grad(sourcead.elementwise_grad(f))
    np.testing.assert_allclose(twice(X, scale=5.0), 30.0 * X, rtol=1e-14)
