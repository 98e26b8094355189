"""Second derivatives of reductions and differences whose adjoints are functions of arrays of any rank."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.numeric import directional

A = np.array([[0.3, 1.2, 0.8], [0.5, -0.4, 0.6]])
D = np.array([[0.5, -1.0, 0.3], [0.8, 0.2, -0.4]])
W = np.array([[0.1, 0.7, -0.6], [0.9, -0.3, 0.2]])


def product_over_two_axes(a: Any) -> Any:
    return np.sin(a.prod(axis=(0, 1)))


def products_of_blocks(a: Any) -> Any:
    return np.sum(np.sin(np.stack([a, 0.5 * a]).prod(axis=(0, 2), keepdims=True)))


def differences_of_a_stack(a: Any) -> Any:
    return np.sum(np.sin(np.gradient(np.stack([a, a**2, 0.5 * a]), axis=0)))


def counted(a: Any) -> Any:
    """The count of elements is an integer: it is a length, too."""
    n = math.prod(a.shape)
    out = np.zeros(n)
    for i in range(n):
        out[i] = np.sin(a.ravel()[i]) ** (i % n)
    return np.sum(out) / n


@pytest.mark.parametrize(
    "f", [product_over_two_axes, products_of_blocks, differences_of_a_stack, counted]
)
def test_second_derivatives(f):
    g = sourcead.grad(f)
    np.testing.assert_allclose(np.sum(g(A) * D), directional(f, (A,), (D,)).value, rtol=1e-8)
    expected = directional(lambda a: np.sum(g(a) * W), (A,), (D,)).value
    np.testing.assert_allclose(np.sum(sourcead.jvp(g, (A,), (D,))[1] * W), expected, rtol=1e-7)
    twice = sourcead.grad(lambda a: np.sum(g(a) * W))
    np.testing.assert_allclose(np.sum(twice(A) * D), expected, rtol=1e-7)
