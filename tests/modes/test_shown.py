"""Every derivative of a decorated function can be looked at: its text, its list, its signature."""

from __future__ import annotations

import inspect
import math
import pickle
from typing import Any

import pytest

import sourcead


@sourcead.differentiate
def height(x: float, y: float) -> float:
    return x * math.sin(y)


NAMES = ("grad", "value_and_grad", "vjp", "jvp", "jacobian", "hessian", "hvp")
CALLS: dict[str, tuple[Any, ...]] = {
    "vjp": (0.3, 0.4),
    "jvp": ((0.3, 0.4), (1.0, 0.5)),
    "hvp": (0.3, 0.4, 1.0),
}


@pytest.mark.parametrize("name", NAMES)
def test_text_and_list_before_and_after_a_call(name: str) -> None:
    derivative = getattr(height, name)
    assert "math." in derivative.source
    assert derivative.wengert.startswith("def height")
    args = CALLS.get(name, (0.3, 0.4))
    assert "math." in derivative.source_for(*args)
    derivative(*args)
    compile(derivative.source, "shown", "exec")
    assert "height" in repr(derivative)
    assert "math" in derivative._repr_html_()
    assert "height" in derivative.__doc__


@pytest.mark.parametrize(
    "name, parameters",
    [("grad", "x y"), ("vjp", "x y"), ("jvp", "primals tangents"), ("jacobian", "x y")],
)
def test_signature(name: str, parameters: str) -> None:
    assert list(inspect.signature(getattr(height, name)).parameters) == parameters.split()


def test_both_directions_give_the_same_numbers() -> None:
    value, pullback = height.vjp(0.3, 0.4)
    assert value == height(0.3, 0.4)
    assert pullback(1.0) == (math.sin(0.4), 0.3 * math.cos(0.4))
    assert height.jvp((0.3, 0.4), (1.0, 0.0)) == (value, math.sin(0.4))


@pytest.mark.parametrize("name", ["vjp", "jvp"])
def test_they_are_kept_and_can_be_pickled(name: str) -> None:
    derivative = getattr(height, name)
    assert getattr(height, name) is derivative
    assert type(pickle.loads(pickle.dumps(derivative))) is type(derivative)


def test_what_it_is_called() -> None:
    assert repr(height) == "<differentiable height>"
    assert repr(height.hessian) == "<hessian of height>"
    assert repr(height.jacobian) == "<jacobian of height>"
    assert repr(height.hvp) == "<hvp of height>"
    assert repr(height.vjp) == "<vjp of height>"
