"""Random programs: value, effects and derivatives agree with the primal and with differences."""

from __future__ import annotations

import linecache

import numpy as np
import pytest
from hypothesis import assume, event, given, reject
from hypothesis import strategies as st

import sourcead
from tests.numeric import Derivative, Point, check, directional
from tests.strategies import RandomProgram, programs


def is_smooth(program: RandomProgram) -> bool:
    """Differences say the derivative well: no comparison changes its outcome near the point."""
    point = Point.of(program.function, program.args)
    direction = point.direction(np.random.default_rng(0))
    found: Derivative = directional(program.function, program.args, direction)
    return found.error < 1e-9 * max(abs(found.value), 1.0)


def compare(program: RandomProgram, modes: list[str]) -> None:
    """Right or refused; a refused program is no example, too many of them are Hypothesis' Unsatisfiable."""
    try:
        check(program.function, *program.args, modes=modes, rtol=1e-6, directions=1)
    except sourcead.SourceADError as error:
        event(f"refused: {type(error).__name__}")  # counted by --hypothesis-show-statistics
        reject()


@given(programs())
def test_programs_run_and_are_tame(program: RandomProgram) -> None:
    with np.errstate(all="raise"):
        point = Point.of(program.function, program.args)
    assert point.is_scalar
    assert abs(point.value) < 1e6
    assert linecache.getlines(program.function.__code__.co_filename)


@pytest.mark.parametrize("modes", [["reverse"], ["forward"], ["reverse", "forward"]], ids="+".join)
@given(program=programs())
def test_derivatives(program: RandomProgram, modes: list[str]) -> None:
    assume(is_smooth(program))
    compare(program, modes)


@given(st.data())
def test_two_calls_from_the_same_state_give_the_same_bits(data: st.DataObject) -> None:
    """Interleaved with calls of another program, which must leave nothing behind."""
    first, second = data.draw(programs()), data.draw(programs())
    assume(is_smooth(first) and is_smooth(second))
    compare(first, ["reverse"])
    compare(second, ["reverse"])
    compare(first, ["reverse"])
