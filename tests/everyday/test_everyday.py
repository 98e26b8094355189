"""Every program: right in both modes, or refused."""

from __future__ import annotations

import copy

import pytest

from tests.everyday import (  # noqa: F401  (they register their programs)
    constructs,
    holding,
    idioms,
    language,
    numerics,
    recursion,
    recursion_storage,
    storage,
    structures,
)
from tests.everyday.registry import PROGRAMS, Program
from tests.numeric import check
from tests.refusals import right_or_refused


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_derivative(program: Program, mode: str) -> None:
    with right_or_refused():
        check(program.function, *copy.deepcopy(program.args), modes=[mode])
