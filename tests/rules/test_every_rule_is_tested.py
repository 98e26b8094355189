"""A rule states the calls on which the tests of the registry try it, or programs are named here that test it.

Rules of objects (interpolants, sparse matrices, results of solvers) and of what calls a function cannot be
called with numbers alone: programs make the object, use it, and are compared with differences.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

pytest.importorskip("scipy")

from sourcead.rules.registry import Programs, Rule, all_rules, lookup, register
from tests.rules.harness import calls, stated_in

for _module in importlib.import_module("sourcead.rules.scipy").MODULES:
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting

TESTS = Path(__file__).parent.parent
STATED = [rule for rule in all_rules() if stated_in(rule).startswith("sourcead.")]
IN_PROGRAMS = [rule for rule in STATED if isinstance(rule.samples, Programs)]


def partials(y: float, x: float) -> float:
    return 1.0


def test_a_rule_without_domain_or_samples_is_not_registered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def function(x: float) -> float:
        return x

    monkeypatch.setattr(partials, "__module__", "sourcead.rules.numpy.elementwise")
    with pytest.raises(ValueError, match="neither domain nor samples"):
        register(Rule("function", "elementwise", (function,), ("x",), partials=partials))
    assert lookup(function) is None


def test_a_rule_has_calls_or_names_its_programs() -> None:
    for rule in STATED:
        if rule.form != "elementwise" and rule not in IN_PROGRAMS and rule.functions:
            assert any(calls(rule)), f"{rule.name} is tested on no call"


@pytest.mark.parametrize("rule", IN_PROGRAMS, ids=lambda rule: rule.name)
def test_the_programs_are_there(rule: Rule) -> None:
    assert isinstance(rule.samples, Programs)
    assert rule.samples.text in (TESTS / rule.samples.path).read_text()
