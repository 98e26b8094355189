"""Gradients by forward mode: the same numbers as by reverse mode, and what cannot be had is refused."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import numpy as np
import pytest

import sourcead


def decay(k: Any, n: Any, *, start: Any = 1.0) -> Any:
    y = start
    for _ in range(n):
        y = y - k * y
    return y


def energy(x: Any, w: Any) -> Any:
    x[0] = x[1] * w["a"]
    return np.sum(np.sin(x) * w["b"]) + w["a"] ** 2


def modulus(z: Any) -> Any:
    return np.sum(np.abs(z) ** 2)


def both(function: Any, **options: Any) -> tuple[Any, Any]:
    return (
        sourcead.differentiate(mode="forward", **options)(function),
        sourcead.differentiate(mode="reverse", **options)(function),
    )


X = np.array([0.3, 0.8, -0.2])
W = {"a": 0.7, "b": np.array([1.0, 2.0, 3.0]), "name": "model"}


def test_a_number() -> None:
    forward, _ = both(decay)
    assert forward.grad(0.25, 3) == pytest.approx(-3 * 0.75**2)
    value, k_bar = forward.value_and_grad(0.25, 3, start=2.0)
    assert value == 2.0 * 0.75**3
    assert k_bar == pytest.approx(-6 * 0.75**2)
    assert type(k_bar) is float
    assert "def decay_jvp(" in forward.grad.source


def test_structures_and_arguments_that_are_written() -> None:
    forward, reverse = both(energy, argnums=(0, 1))
    left, right = (X.copy(), copy.deepcopy(W)), (X.copy(), copy.deepcopy(W))
    x_bar, w_bar = forward.grad(*left)
    x_check, w_check = reverse.grad(*right)
    np.testing.assert_allclose(x_bar, x_check, rtol=1e-13)
    np.testing.assert_allclose(w_bar["b"], w_check["b"], rtol=1e-13)
    assert w_bar["a"] == pytest.approx(w_check["a"], rel=1e-13)
    assert w_bar["name"] is None
    np.testing.assert_array_equal(left[0], right[0])  # written once


@pytest.mark.parametrize("dtype", ["float32", "complex64", "complex128"])
def test_dtypes(dtype: str) -> None:
    z = np.array([0.3, 0.8], dtype) * (1 + (1j if dtype.startswith("complex") else 0))
    forward, reverse = both(modulus)
    found = forward.grad(z.astype(dtype))
    assert found.dtype == dtype
    np.testing.assert_allclose(found, reverse.grad(z.astype(dtype)), rtol=1e-5)


def test_no_elements() -> None:
    forward, _ = both(lambda x: np.sum(x) + 1.0)
    value, x_bar = forward.value_and_grad(np.zeros(0))
    assert value == 1.0
    assert x_bar.shape == (0,)


def test_second_derivatives() -> None:
    forward, _ = both(lambda x: math.sin(x) * x)
    assert sourcead.grad(forward.grad)(0.5) == pytest.approx(
        2 * math.cos(0.5) - 0.5 * math.sin(0.5)
    )


def test_pickling() -> None:
    forward, _ = both(decay)
    assert pickle.loads(pickle.dumps(forward.grad))(0.25, 3) == forward.grad(0.25, 3)


def test_refusals() -> None:
    forward, _ = both(lambda x: x * 2.0)
    with pytest.raises(sourcead.NonScalarOutput, match="needs one real number"):
        forward.grad(X)
    with pytest.raises(sourcead.IntegerArgument):
        forward.grad(2)
    drawn, _ = both(lambda x: np.sum(x) * np.random.normal())
    with pytest.raises(sourcead.NotDifferentiable, match="another value each time"):
        drawn.grad(X)
    with pytest.raises(ValueError, match="'reverse' or 'forward'"):
        sourcead.differentiate(mode="sideways")(decay)


def test_random_numbers_of_a_generator_that_is_passed() -> None:
    forward, _ = both(lambda x, rng: np.sum(x * rng.normal(size=3)))
    expected = np.random.default_rng(3).normal(size=3)
    np.testing.assert_array_equal(forward.grad(X, np.random.default_rng(3)), expected)
