"""A failure of the compiler is said with the user's line; odd things to differentiate never give a bare error."""

from __future__ import annotations

import functools
import math
import operator
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.transform.specialise import statements
from tests.structures import titled


@pytest.fixture
def _broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that fails on the second statement."""
    write, count = statements.write_statement, iter(range(100))

    def failing(*args: Any, **kwargs: Any) -> Any:
        if next(count) == 1:
            raise KeyError("nothing of the user's")
        return write(*args, **kwargs)

    monkeypatch.setattr(statements, "write_statement", failing)


def program(x: Any) -> Any:
    y = x * x
    return y * math.sin(x)


@pytest.mark.usefixtures("_broken")
def test_a_failure_of_the_compiler_names_the_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCEAD_CHECK", raising=False)
    with pytest.raises(
        sourcead.CompilerFailure, match=r"(?s)KeyError.*test_unforeseen.py:\d+, in program"
    ):
        sourcead.grad(program)(2.0)


@pytest.mark.usefixtures("_broken")
def test_in_the_verifying_mode_it_passes_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCEAD_CHECK", "1")
    with pytest.raises(KeyError):
        sourcead.grad(program)(2.0)


# -- odd things --------------------------------------------------------------------------------------


class Model:
    def method(self, x: Any) -> Any:
        return x * x

    @classmethod
    def made(cls, x: Any) -> Any:
        return x * 2.0

    @staticmethod
    def plain(x: Any) -> Any:
        return x * 3.0

    def __call__(self, x: Any) -> Any:
        return x * 4.0


def without_source() -> Any:
    scope: dict[str, Any] = {}
    exec("def made(x):\n    return x * x\n", scope)
    return scope["made"]


TWO_IN_A_LINE = (lambda x: x * x, lambda x: x * x * x)

RIGHT: list[tuple[Any, float]] = [
    (abs, 1.0), (math.sin, math.cos(3.0)), (np.sin, math.cos(3.0)), (float, 1.0), (operator.neg, -1.0),
    (functools.partial(pow, 2.0), 8.0 * math.log(2.0)), (functools.partial(operator.mul, 5.0), 5.0),
    (Model().method, 6.0), (Model.made, 2.0), (Model.plain, 3.0), (Model(), 4.0),
    (functools.lru_cache(Model.plain), 3.0), (TWO_IN_A_LINE[0], 6.0), (TWO_IN_A_LINE[1], 27.0),
    (sourcead.grad(program), None),
]  # fmt: skip


@pytest.mark.parametrize(("function", "slope"), RIGHT, ids=[titled(f) for f, _ in RIGHT])
def test_odd_functions(function: Any, slope: float | None) -> None:
    found = sourcead.grad(function)(3.0)
    if slope is None:
        step = 1e-5
        slope = (function(3.0 + step) - function(3.0 - step)) / (2.0 * step)
        assert found == pytest.approx(slope, rel=1e-8)
    else:
        assert found == pytest.approx(slope, rel=1e-15)


async def coroutine(x: Any) -> Any:
    return x


def generator(x: Any) -> Any:
    yield x


REFUSED = [without_source(), coroutine, generator, print, eval, None, 5, "text", math, np.ones(3)]


@pytest.mark.parametrize("function", REFUSED, ids=titled)
def test_what_cannot_be_differentiated(function: Any) -> None:
    with pytest.raises(sourcead.SourceADError):
        sourcead.grad(function)(3.0)


@pytest.mark.parametrize(
    "value",
    ["text", b"bytes", None, 2, True, np.ones(2, int), np.array(["a"]), np.array([None]), {1.0}, object(),
     np.matrix([[1.0]]), np.ma.ones(2), math.sin, {}, []],
    ids=titled,
)  # fmt: skip
def test_arguments_that_carry_no_derivative(value: Any) -> None:
    with pytest.raises(sourcead.SourceADError):
        sourcead.grad(lambda x: np.sum(x * 1.0))(value)
