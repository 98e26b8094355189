"""What the reverse sweep reads in two places is kept once."""

import math

import numpy as np
import pytest

import sourcead
from benchmarks.programs import squares
from tests.numeric import check


def test_a_factor_that_is_squared_is_kept_once():
    text = sourcead.grad(squares).source_for(np.ones(5), 0.5)
    assert "saved.append(t)" in text
    check(squares, np.linspace(0.1, 0.9, 7), 0.5)


def test_a_call_of_math_with_literals_is_computed_once_for_both_sweeps():
    def normal(z):
        return 0.5 * math.erfc(-z / math.sqrt(2))

    def f(x, ys):
        total = 0.0
        for y in ys:
            total += normal(x * y)
        return total

    lines = sourcead.grad(f).source_for(0.7, [1.0, 2.0]).splitlines()
    statements = [line.partition("#")[0] for line in lines]
    assert sum("math.sqrt(2)" in statement for statement in statements) == 1
    density = sum(y * math.exp(-((0.7 * y) ** 2) / 2) for y in (1.0, 2.0)) / math.sqrt(2 * math.pi)
    assert sourcead.grad(f)(0.7, [1.0, 2.0]) == pytest.approx(density, rel=1e-14)
