"""The page on coverage says what the registry says."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.coverage_page import PAGE, page, rows, status

pytest.importorskip("scipy")


@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.0.0", reason="written for NumPy 2")
def test_the_page_is_current():
    assert PAGE.read_text() == page(), "write it again: python -m tests.coverage_page"


def test_every_function_of_importance_has_a_rule_or_is_declared():
    asked = [row for row in rows() if row["priority"] in ("1", "2")]
    assert len(asked) > 400
    refused = {row["name"] for row in asked if row["state"] == "refused"}
    assert refused <= REFUSED, f"without rule: {refused - REFUSED}"


REFUSED = {
    "scipy.interpolate.BSpline",
    "scipy.interpolate.CubicSpline",
    "scipy.interpolate.PchipInterpolator",
    "scipy.interpolate.RegularGridInterpolator",
    "scipy.interpolate.interp1d",
}
"""Classes whose instances are called: their construction is compiled code."""


def test_states_are_told_apart():
    assert status("numpy.sin") == "rule"
    assert status("numpy.argmax") == "constant"
    assert status("numpy.copyto") == "compiler"
    assert status("numpy.trim_zeros") == "source"
    assert status("numpy.frompyfunc") is None


def test_what_the_page_calls_refused_is_refused():
    stretched = np.frompyfunc(lambda x: 2.0 * x, 1, 1)
    with pytest.raises(sourcead.SourceADError, match="no derivative rule"):
        sourcead.grad(lambda x: stretched(x) * 1.0)(1.5)
