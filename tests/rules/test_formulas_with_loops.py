"""Functions with a formula as their rule that fills an array, entry by entry, in a loop."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from sourcead.rules.forms import formula
from sourcead.rules.registry import Programs
from tests.numeric import check, directional

W = np.array([0.1, 0.5, 0.3])
V = np.array([1.0, -0.4, 0.7])


def summed_squares(w):
    """As compiled code has it."""
    return np.cumsum(w * w)


@formula(
    summed_squares,
    samples=Programs("rules/test_formulas_with_loops.py", "summed_squares("),
    kind=lambda w: w,
)
def summed_in_a_loop(w):
    out = np.zeros(len(w))
    total = 0.0
    for i in range(len(w)):
        total += w[i] ** 2
        out[i] = total
    return out


def wave(w):
    return np.sum(np.sin(summed_squares(w)))


def test_both_modes():
    check(wave, W)


@pytest.mark.parametrize(
    "second",
    [
        lambda: sourcead.hvp(wave)(W, V),
        lambda: sourcead.grad(lambda w: sourcead.grad(wave)(w) @ V)(W),
        lambda: sourcead.jvp(sourcead.grad(wave), (W,), (V,))[1],
        lambda: sourcead.grad(lambda w: sourcead.jvp(wave, (w,), (V,))[1])(W),
    ],
    ids=["hvp", "reverse over reverse", "forward over reverse", "reverse over forward"],
)
def test_second_derivatives(second):
    expected = directional(sourcead.grad(wave), (W,), (V,), V).value
    np.testing.assert_allclose(V @ second(), expected, rtol=1e-9)


def test_forward_over_forward():
    def along(w):
        return sourcead.jvp(wave, (w,), (V,))[1]

    expected = directional(sourcead.grad(wave), (W,), (V,), V).value
    np.testing.assert_allclose(sourcead.jvp(along, (W,), (V,))[1], expected, rtol=1e-9)
