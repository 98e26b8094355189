"""Where a function of `math` raises, its gradient does, although the value is not asked for."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

import sourcead

OUTSIDE = {"log": -0.5, "log2": -0.5, "log10": -0.5, "log1p": -2.5, "acosh": -1.5, "atanh": 1.5}
OTHERS = {"sqrt": -0.5, "asin": 1.5, "acos": 1.5}


def program(name: str) -> Callable[[float], float]:
    return {
        "log": lambda x: math.log(x) * 2.0,
        "log2": lambda x: math.log2(x) * 2.0,
        "log10": lambda x: math.log10(x) * 2.0,
        "log1p": lambda x: math.log1p(x) * 2.0,
        "acosh": lambda x: math.acosh(x) * 2.0,
        "atanh": lambda x: math.atanh(x) * 2.0,
        "sqrt": lambda x: math.sqrt(x) * 2.0,
        "asin": lambda x: math.asin(x) * 2.0,
        "acos": lambda x: math.acos(x) * 2.0,
    }[name]


@pytest.mark.parametrize("name, x", [*OUTSIDE.items(), *OTHERS.items()])
def test_outside_of_the_domain(name: str, x: float) -> None:
    function = program(name)
    with pytest.raises(ValueError) as expected:
        function(x)
    gradient = sourcead.grad(function)
    for derivative in (gradient, sourcead.value_and_grad(function), sourcead.grad(gradient)):
        with pytest.raises(ValueError) as found:
            derivative(x)
        assert str(found.value) == str(expected.value)


def test_a_loop_of_logarithms() -> None:
    def total(x: float, n: int) -> float:
        t = 0.0
        for i in range(n):
            t += math.log(x + i)
        return t

    gradient = sourcead.grad(total)
    assert gradient(0.5, 3) == pytest.approx(2.0 + 1.0 / 1.5 + 1.0 / 2.5, rel=1e-15)
    with pytest.raises(ValueError):
        gradient(-1.5, 3)
