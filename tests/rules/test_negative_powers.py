"""A negative Python float to a fractional power is complex: what is differentiated there is refused while it runs.

Nothing earlier can know, and a gradient of a float is a float: `np.abs(x ** 0.5)` is `|x| ** 0.5`, whose slope at
-2 is negative; by the slope of the real power it would be positive.
"""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def root(x):
    return x**0.5


def magnitude(x):
    return np.abs(x**0.5)


def real_part(x):
    return (x**1.5 + x).real


def by_name(x, p=0.5):
    return np.abs(pow(x, p))


def of_abs(x):
    return 2.0 * abs(x**0.5)


def of_an_item(x):
    values = [x, 1.0]
    total = 0.0
    for value in values:
        total = total + value**-0.5
    return total.real


@pytest.mark.parametrize(
    "program", [root, magnitude, real_part, by_name, of_abs, of_an_item], ids=lambda f: f.__name__
)
def test_refused_at_negative_and_right_at_positive_numbers(program):
    check(program, 2.0)
    assert isinstance(sourcead.grad(program)(2.0), float)
    for derivative in (sourcead.grad(program), lambda x: sourcead.jvp(program, (x,), (1.0,))):
        with pytest.raises(sourcead.SourceADError, match="fractional power is complex") as refusal:
            derivative(-2.0)
        assert __file__ in str(refusal.value)


@pytest.mark.parametrize("exponent", [2.0, 3, -1.0, -2])
def test_whole_powers_of_negative_numbers(exponent):
    def program(x, n=exponent):
        return x**n + 3.0 * x

    check(program, -2.0)
    assert sourcead.grad(program)(-2.0) == pytest.approx(
        exponent * (-2.0) ** (exponent - 1) + 3.0, rel=1e-14
    )


def test_of_what_cannot_be_negative_the_slope_is_written_as_it_is():
    def distance(x, y):
        r2 = x * x + y * y
        return r2**1.5 + max(0.0, x) ** 0.5

    check(distance, -2.0 + 2.5, 0.5)
    assert "real_power" not in sourcead.grad(distance, argnums=1).source_for(-2.0, 0.5)


def test_a_helper_that_refuses_while_it_runs_says_where():
    def program(x, mode):
        return np.sum(np.pad(x, 1, mode=mode))

    assert sourcead.grad(program)(np.ones(3), "edge").tolist() == [2.0, 1.0, 2.0]
    with pytest.raises(sourcead.SourceADError, match=r"np\.pad") as refusal:
        sourcead.grad(program)(np.ones(3), "median")
    assert __file__ in str(refusal.value)
