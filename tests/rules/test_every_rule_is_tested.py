"""A rule states the calls on which the tests of the registry try it, or programs are named here that test it.

Rules of objects (interpolants, sparse matrices, results of solvers) and of what calls a function cannot be
called with numbers alone: programs make the object, use it, and are compared with differences.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

pytest.importorskip("scipy")

from sourcead.rules.registry import Rule, all_rules, lookup
from tests.rules.harness import calls, stated_in

for _module in importlib.import_module("sourcead.rules.scipy").MODULES:
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting

TESTS = Path(__file__).parent.parent
INTERPOLANTS, SPARSE = "rules/test_scipy_interpolants.py", "rules/test_scipy_sparse.py"
CHECKPOINTS, IMPLICIT = "modes/test_checkpointing.py", "modes/test_implicit.py"
PASSED = "rules/test_scipy_functions_passed.py"

PROGRAMS = {
    "run_again_adjoint": (CHECKPOINTS, "checkpoint"),
    "run_steps_adjoint": (CHECKPOINTS, "checkpointed"),
    "steps_adjoint_adjoint": ("modes/test_checkpointing_twice.py", "checkpointed"),
    "implicit_root_adjoint": (IMPLICIT, "implicit_root("),
    "fixed_point_adjoint": (IMPLICIT, "fixed_point("),
    "ode_adjoints": (PASSED, "odeint("),
    "ivp_adjoints": (PASSED, "solve_ivp("),
    "solve_ivp": (PASSED, "solve_ivp("),
    "root_scalar": (PASSED, "root_scalar("),
    "root": ("modes/test_scipy_use.py", "root("),
    "minimize": (PASSED, "minimize("),
    "minimize_scalar": (PASSED, "minimize_scalar("),
    "least_squares": (PASSED, "least_squares("),
    "cubic_spline": (INTERPOLANTS, "CubicSpline("),
    "pchip": (INTERPOLANTS, "PchipInterpolator("),
    "akima": (INTERPOLANTS, "Akima1DInterpolator("),
    "hermite": (INTERPOLANTS, "CubicHermiteSpline("),
    "lines": (INTERPOLANTS, "interp1d("),
    "between": (INTERPOLANTS, "interp1d("),
    "grid": (INTERPOLANTS, "RegularGridInterpolator("),
    "grid_values": (INTERPOLANTS, "RegularGridInterpolator("),
    "b_spline": (INTERPOLANTS, "BSpline("),
    "make_interp_spline": (INTERPOLANTS, "make_interp_spline("),
    "make_lsq_spline": (INTERPOLANTS, "make_lsq_spline("),
    "entries_put": (SPARSE, "csr_matrix("),
    "construction": (SPARSE, "csr_matrix("),
    "diags": (SPARSE, "diags("),
    "converted": (SPARSE, ".tocsr("),
    "transpose": (SPARSE, "(a.T @"),
    "toarray": (SPARSE, ".toarray("),
    "multiple": (SPARSE, "((a * K) @ X)"),
    "star": (SPARSE, "(a * X))"),
    "negative": (SPARSE, "((-a) @ X)"),
    "added": (SPARSE, "((a + K) @ X)"),
    "subtracted": (SPARSE, "((a - L) @ X)"),
}
"""Of each rule without calls of its own: the tests, and what the programs in them say."""


def differentiates(rule: Rule) -> bool:
    return rule.form not in ("constant", "refused", "source")


def without_calls() -> set[str]:
    rules = filter(differentiates, all_rules())
    return {
        rule.name
        for rule in rules
        if rule.form != "elementwise" and (rule.samples is None or not any(calls(rule)))
        if rule.name in PROGRAMS or stated_in(rule).startswith("sourcead.")
    }


def test_only_rules_with_programs_have_no_calls() -> None:
    assert without_calls() == set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_programs_are_there(name: str) -> None:
    path, text = PROGRAMS[name]
    assert text in (TESTS / path).read_text()
