"""Functions out of installed packages, differentiated as they are."""

from __future__ import annotations

import numpy as np
import pytest

from tests.numeric import Point, check, reference
from tests.packages.candidates import CANDIDATES, Candidate
from tests.refusals import right_or_refused

every_candidate = pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda c: c.path)


@pytest.fixture(autouse=True)
def _installed(candidate: Candidate) -> None:
    """Packages beyond NumPy are not required."""
    pytest.importorskip(candidate.package)


@every_candidate
def test_differences_converge(candidate: Candidate) -> None:
    point = Point.of(candidate.scalar(), candidate.args, candidate.argnums)
    found = reference(point, point.direction(np.random.default_rng(0), relative=True), 1.0, 1e-7)
    assert found.value != 0.0


@every_candidate
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_derivative(candidate: Candidate, mode: str) -> None:
    """Along directions relative to the arguments, which are physical constants of any magnitude."""
    with right_or_refused():
        check(
            candidate.scalar(),
            *candidate.args,
            argnums=candidate.argnums,
            modes=[mode],
            rtol=1e-6,
            relative=True,
        )
