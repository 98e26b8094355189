"""The number of random programs is what `tests/conftest.py` says: a few hundred in a run of the suite."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tests.conftest import IN_ONE_EXAMPLE_OF_EACH
from tests.properties import test_random_containers, test_random_programs, test_random_storage

MODULES = (test_random_containers, test_random_programs, test_random_storage)

DRAWN = {
    "test_programs_run_and_are_tame": 0,  # nothing is differentiated
    "test_two_calls_from_the_same_state_give_the_same_bits": 2,
}
"""Programs in one example, where it is not one."""


def property_tests(module: ModuleType) -> list[Callable[..., Any]]:
    found = [f for f in vars(module).values() if getattr(f, "is_hypothesis_test", False)]
    return [f for f in found if "slow" not in [m.name for m in getattr(f, "pytestmark", ())]]


def variants(test: Callable[..., Any]) -> int:
    """How often the test runs, once for each set of parameters."""
    marks = [m for m in getattr(test, "pytestmark", ()) if m.name == "parametrize"]
    return math.prod(len(list(mark.args[1])) for mark in marks)


def test_programs_of_one_example_of_each_test() -> None:
    tests = [test for module in MODULES for test in property_tests(module)]
    found = sum(variants(test) * DRAWN.get(test.__name__, 1) for test in tests)
    assert found == IN_ONE_EXAMPLE_OF_EACH
