"""Every construct of the table, alone and inside a callee, in both modes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.language.registry import CASES, Case
from tests.language.topics import TOPICS
from tests.numeric import Point, check, random_direction, reference
from tests.programs.registry import define
from tests.refusals import right_or_refused
from tests.sampling import in_turn

every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
each_mode = pytest.mark.parametrize("mode", ["reverse", "forward"])


@every_case
def test_differences_converge(case: Case) -> None:
    """The cases themselves: smooth at their point, and not constant by accident."""
    rng = np.random.default_rng(3)
    point = Point.of(case.function, case.args, case.argnums)
    out_bar = 1.0 if point.is_scalar else random_direction(point.value, rng)
    found = reference(point, point.direction(rng), out_bar, 1e-6 if point.is_single else 1e-8)
    assert (abs(found.value) < 1e-12) is case.constant


@every_case
@each_mode
def test_construct(case: Case, mode: str) -> None:
    with right_or_refused():
        check(case.function, *case.args, argnums=case.argnums, modes=[mode])


@pytest.mark.parametrize(
    "case, mode", in_turn(CASES, ["reverse", "forward"], id="{variant}-{name}")
)
def test_construct_in_a_callee(case: Case, mode: str) -> None:
    with right_or_refused():
        check(caller_of(case), *case.args, argnums=case.argnums, modes=[mode])


def caller_of(case: Case) -> Callable[..., Any]:
    """A function that does nothing but call the case's, and use its result twice."""
    names = ", ".join(f"a{i}" for i in range(len(case.args)))
    name = f"calls_{case.function.__name__}"
    text = f"def {name}({names}):\n    inner = {case.function.__name__}({names})\n    return inner * inner + 0.5 * inner\n"
    return define(text, name, {case.function.__name__: case.function})


def test_every_case_is_a_function_of_its_topic() -> None:
    """A second function of the same name would hide the first from its readers."""
    for case in CASES.values():
        module = inspect.getmodule(case.function)
        assert module in TOPICS
        assert vars(module)[case.function.__name__] is case.function
