"""`sum` of floats has the function's value to the last bit: Python corrects its rounding from 3.12 on."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

import sourcead


def of_a_list(x: float, y: float, z: float) -> Any:
    return sum([x, y, z]) ** 2


def of_a_generator(x: float, y: float, z: float) -> Any:
    return sum((q * q for q in (x, y, z)), 1.5) ** 2


def of_a_dict(x: float, y: float, z: float) -> Any:
    return sum({"a": x, "b": y, "c": z}.values()) * x


def of_a_map(x: float, y: float, z: float) -> Any:
    return sum(map(math.sin, (x, y, z)))


def of_two(x: float, y: float, z: float) -> Any:
    return sum((x * y, z)) ** 2


def of_many(x: float, y: float, z: float) -> Any:
    return sum(x + i * y for i in range(7)) * z


PROGRAMS = [of_a_list, of_a_generator, of_a_dict, of_a_map, of_two, of_many]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_value_is_that_of_the_function(program: Any) -> None:
    draw = random.Random(1)
    for _ in range(40):
        point = [draw.gauss(0.0, 1.0) for _ in range(3)]
        value, gradient = sourcead.value_and_grad(program, argnums=(0, 1, 2))(*point)
        assert value == program(*point)
        assert sourcead.jvp(program, point, (0.0, 1.0, 0.0))[0] == program(*point)
    step = 1e-5
    for i in range(3):
        ahead, behind = list(point), list(point)
        ahead[i] += step
        behind[i] -= step
        expected = (program(*ahead) - program(*behind)) / (2.0 * step)
        assert gradient[i] == pytest.approx(expected, rel=1e-6, abs=1e-8)


def test_the_gradient_reads_as_before() -> None:
    source = sourcead.grad(of_a_list, argnums=(0, 1, 2)).source_for(1.0, 2.0, 3.0)
    assert source.rstrip().endswith("return t_bar, t_bar, t_bar")
