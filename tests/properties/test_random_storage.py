"""Random programs against the reference interpreter of docs/storage.md, and against differences.

`pytest -m slow tests/properties` runs thousands; RANDOM_PROGRAMS=4000 runs more of the others, too.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import event, given, reject, settings
from hypothesis import strategies as st

import sourcead
from tests.numeric import Point, check, directional
from tests.programs.registry import define
from tests.properties.mixtures import mixtures
from tests.properties.storages import storages
from tests.properties.test_random_containers import containers
from tests.storage.agreement import agree
from tests.strategies import RandomProgram, programs

MANY = 3000


@st.composite
def of_containers(draw: st.DrawFn) -> RandomProgram:
    text = draw(containers())
    return RandomProgram(text, define(text, "program", {"math": math}), (0.7,))


KINDS = {"arrays": programs(), "containers": of_containers(), "mixtures": mixtures()}
each_kind = pytest.mark.parametrize("kind", KINDS)


def compare(program: RandomProgram) -> None:
    """Value, effects, gradient and jvp as the interpreter has them; or refused, which is no example."""
    try:
        with np.errstate(all="ignore"):
            if writes_before_it_reads(program):
                reject()
            agree(program.function, program.args)
    except sourcead.SourceADError as error:
        event(f"refused: {str(error).splitlines()[0]}")
        reject()


def is_smooth(program: RandomProgram) -> bool:
    """Differences say the derivative well: no comparison changes its outcome near the point."""
    point = Point.of(program.function, program.args)
    found = directional(program.function, program.args, point.direction(np.random.default_rng(0)))
    return found.error < 1e-9 * max(abs(found.value), 1.0)


class Copying(np.ndarray):
    """Reads all before it writes.

    NumPy itself does not where vectors with different strides overlap: `A.reshape(9)[2:5] = A[:, 1]` stores an
    element that it has just written.
    """

    def __setitem__(self, index, value):
        super().__setitem__(index, np.copy(value))


def writes_before_it_reads(program: RandomProgram) -> bool:
    """Does the program's value hang on the order in which NumPy copies elements?"""

    def value(kind: type[np.ndarray]) -> float:
        arrays = (a.copy().view(kind) if isinstance(a, np.ndarray) else a for a in program.args)
        return float(program.function(*arrays))

    return value(np.ndarray) != value(Copying)


def test_the_order_in_which_numpy_copies_is_seen():
    def overlapping(A):
        A.reshape(9)[2:5] = A[:, 1]
        return A[1, 0]

    A = np.arange(9.0).reshape(3, 3)
    assert writes_before_it_reads(RandomProgram("", overlapping, (A,)))
    assert not writes_before_it_reads(RandomProgram("", np.sum, (A,)))


@each_kind
@given(data=st.data())
def test_compiled_code_does_what_the_page_says(kind: str, data: st.DataObject) -> None:
    compare(data.draw(KINDS[kind]))


def against_differences(program: RandomProgram) -> None:
    with np.errstate(all="ignore"):
        if not is_smooth(program) or writes_before_it_reads(program):
            reject()
        try:
            check(program.function, *program.args, rtol=1e-6, directions=1)
        except sourcead.SourceADError as error:
            event(f"refused: {str(error).splitlines()[0]}")
            reject()


@given(program=mixtures())
def test_mixtures_against_differences(program: RandomProgram) -> None:
    against_differences(program)


@given(program=storages())
def test_storages_against_differences(program: RandomProgram) -> None:
    against_differences(program)


@pytest.mark.slow
@settings(max_examples=MANY, derandomize=False)
@given(program=storages())
def test_thousands_against_differences(program: RandomProgram) -> None:
    against_differences(program)


@pytest.mark.slow
@each_kind
@settings(max_examples=MANY, derandomize=False)
@given(data=st.data())
def test_thousands(kind: str, data: st.DataObject) -> None:
    compare(data.draw(KINDS[kind]))
