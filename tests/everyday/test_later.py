"""A pullback that is called after its caller has changed everything that he can reach."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.everyday import holding, recursion_storage, recursion_writes, storage, structures  # noqa: F401
from tests.everyday.registry import PROGRAMS, Program
from tests.refusals import right_or_refused
from tests.structures import arrays, children, fresh, leaves, same_content

CASES = [
    pytest.param(program, id=name)
    for name, program in PROGRAMS.items()
    if program.function.__module__
    in [m.__name__ for m in (holding, recursion_writes, storage, structures)]
]


def spoil(value: Any) -> None:
    """Other numbers in all arrays, other things in all containers."""
    for part in children(value).values():
        spoil(part)
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "fc":
            value[...] = value * 0.3 + 7.0
    elif isinstance(value, list):
        value[:1] = [np.ones(1), 3.0]
    elif isinstance(value, dict):
        value.update((key, np.ones(1)) for key in list(value))
    elif hasattr(value, "__dict__"):
        for name in list(vars(value)):
            object.__setattr__(value, name, np.ones(1))


@pytest.mark.parametrize("program", CASES)
def test_the_pullback_is_that_of_the_call(program: Program) -> None:
    with right_or_refused():
        _, pullback = sourcead.vjp(program.function, *copy.deepcopy(program.args))
        expected = pullback(1.0)
        args = copy.deepcopy(program.args)
        held = list(arrays(args))
        _, pullback = sourcead.vjp(program.function, *args)
        spoil(args)
        spoiled = fresh((args, held))
        for _ in range(2):
            found = pullback(1.0)
            assert all(map(np.array_equal, leaves(found), leaves(expected)))
            assert same_content((args, held), spoiled)
