"""Loops that are left in many ways: whatever path is taken, value and derivative are those of the function."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import sourcead
from tests.numeric import directional
from tests.programs.registry import define
from tests.properties.exits import exits_program

POINTS = [(np.random.default_rng(seed).normal(size=4) * 1.5, seed % 3) for seed in range(8)]


@pytest.mark.parametrize("seed", range(30))
def test_each_path_of_a_function_with_many_exits(seed: int) -> None:
    function = define(exits_program(Random(seed)), "f", {})
    in_reverse = sourcead.value_and_grad(function)
    direction = np.random.default_rng(seed).normal(size=4)
    compared = 0
    for x, n in POINTS:
        value, x_bar = in_reverse(x, n)
        assert value == function(x, n)
        forward, along = sourcead.jvp(lambda y, n=n: function(y, n), (x,), (direction,))
        assert forward == value
        np.testing.assert_allclose(x_bar @ direction, along, rtol=1e-10, atol=1e-10)
        found = directional(lambda y, n=n: function(y, n), (x,), (direction,))
        if found.error < 1e-8 * max(abs(found.value), 1.0):  # no test changes its outcome nearby
            np.testing.assert_allclose(along, found.value, rtol=1e-6, atol=1e-6)
            compared += 1
    assert compared > 2
