"""The reference interpreter itself: what docs/storage.md says is the derivative, as differences have it.

It is run on every program of the language table and of everyday code about storage that it can interpret.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sourcead.errors import SourceADError
from tests.everyday import idioms, recursion, recursion_storage, storage, structures
from tests.everyday.registry import PROGRAMS
from tests.language import topics  # noqa: F401  (registers the cases)
from tests.language.registry import CASES
from tests.numeric import Point, directional, random_direction
from tests.storage.interpreter import NotInterpreted, gradient, jvp
from tests.structures import fresh, pairing, same_content

ALIASED = {"twice_list"}  # read in two places: an adjoint for each, but one shadow of the memory
COMPUTED = {"named_descriptor", "computed_once", "found_by_getattr", "passed_on"}
"""Attributes that their class computes: the interpreter knows what an object holds, and properties."""
OTHERWISE = {"kept_by_new", "decorated_with_signature"}
"""A `__new__` that keeps what it made, and a signature that is only said: the interpreter takes neither."""

FUNCTIONS = {
    case.function.__name__: (case.function, case.args, case.argnums)
    for case in CASES.values()
    if case.function.__name__ not in COMPUTED | OTHERWISE
}
MODULES = {m.__name__ for m in (idioms, recursion, recursion_storage, storage, structures)}
FUNCTIONS |= {
    name: (p.function, p.args, None)
    for name, p in PROGRAMS.items()
    if p.function.__module__ in MODULES and name not in ALIASED
}
MOST = 300  # of the programs at least: the others need what the table of derivatives has not


def compare(f: Any, args: tuple[Any, ...], argnums: Any) -> None:
    point = Point.of(f, args, argnums)
    rng = np.random.default_rng(0)
    out_bar = 1.0 if point.is_scalar else random_direction(point.value, rng)
    direction = point.direction(rng)
    expected = directional(f, point.args, direction, out_bar)
    slack = 1e-6 * max(abs(expected.value), 1e-3) + 10.0 * expected.error
    if point.is_single:
        slack += 1e-3 * max(abs(expected.value), 1.0)

    left = fresh(point.args)
    value, bars = gradient(f, left, out_bar)
    assert same_content(fresh(value), point.value)
    assert same_content(left, point.after)
    along = sum(pairing(bars[i], direction[i]) for i in point.argnums)
    assert abs(along - expected.value) <= slack

    left = fresh(point.args)
    value, value_dot = jvp(f, left, direction)
    assert same_content(fresh(value), point.value)
    assert same_content(left, point.after)
    assert abs(pairing(out_bar, value_dot) - expected.value) <= slack


def test_interpreted_programs_agree_with_differences(capsys: pytest.CaptureFixture[str]) -> None:
    interpreted, wrong = 0, []
    for name, program in FUNCTIONS.items():
        try:
            compare(*program)
            interpreted += 1
        except (NotInterpreted, SourceADError):  # the frontend has refused it
            continue
        except Exception as error:  # all of them are to be seen
            wrong.append(f"{name}: {type(error).__name__} {error}")
    assert not wrong, "\n".join(wrong)
    assert interpreted >= MOST
