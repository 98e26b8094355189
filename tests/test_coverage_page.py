"""The page on coverage says what the registry says."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

import sourcead
from sourcead.rules.registry import lookup
from tests.coverage_page import PAGE, STATES, page, rows, status

pytest.importorskip("scipy")


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="written for NumPy 2")
def test_the_page_is_current():
    assert PAGE.read_text() == page(), "write it again: python -m tests.coverage_page"


def test_every_function_of_importance_has_a_rule_or_is_declared():
    asked = [row for row in rows() if row["priority"] in ("1", "2")]
    assert len(asked) > 600
    by_state = {state: {r["name"] for r in asked if r["state"] == state} for state in STATES}
    assert sum(map(len, by_state.values())) == len(asked)
    assert by_state["refused"] == set()
    assert by_state["source"] == set()


def test_what_stands_in_no_registry_is_part_of_the_language():
    """Operators, constants, and classes whose instances are called: the state is the list's own."""
    given = {
        row["name"]
        for row in rows()
        if row["priority"] in ("1", "2") and row["state"] != "rule"  # of another version, on record
    }
    unlisted = {name for name in given if status(name) is None}
    functions = {
        n for n in unlisted if n.startswith(("numpy.", "scipy.", "math.")) and " " not in n
    }
    assert functions - ATTRIBUTES == set()


ATTRIBUTES = {
    "math.pi",
    "numpy.ndarray.__iter__",
    "numpy.pi",
    "scipy.interpolate.BSpline",
    "scipy.signal.windows.*",
    "scipy.sparse.csr_matrix((data,",
}

REFUSED = sorted(
    row["name"] for row in rows() if row["state"] == "refused" and status(row["name"]) is not None
)


def test_some_of_the_last_priority_are_refused_by_name():
    assert "scipy.interpolate.make_smoothing_spline" in REFUSED


@pytest.mark.parametrize("name", REFUSED)
def test_the_refused_are_refused_by_name_with_a_way_out(name):
    module, _, function = name.rpartition(".")
    refused = getattr(importlib.import_module(module), function)

    def program(x):
        return np.sum(refused(x, x))

    with pytest.raises(sourcead.NoRule, match=f"`{function}` has no derivative rule") as found:
        sourcead.grad(program)(np.ones(5))
    assert lookup(refused).also["way_out"] in str(found.value)


def test_states_are_told_apart():
    assert status("numpy.sin") == "rule"
    assert status("numpy.argmax") == "constant"
    assert status("numpy.copyto") == "compiler"
    assert status("numpy.trim_zeros") == "compiler"
    assert status("numpy.frompyfunc") is None


def test_what_the_page_calls_refused_is_refused():
    stretched = np.frompyfunc(lambda x: 2.0 * x, 1, 1)
    with pytest.raises(sourcead.SourceADError, match="no derivative rule"):
        sourcead.grad(lambda x: stretched(x) * 1.0)(1.5)
