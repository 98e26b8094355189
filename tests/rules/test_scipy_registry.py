"""Every rule of SciPy's functions through the compiler: both modes, differences, second order.

By default a rule is tested on one call of each of its functions that has all of its parameters active,
or else on the first one; `-m slow` takes all calls.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("scipy")

import sourcead
from sourcead.rules.registry import Rule, all_rules, lookup
from tests.refusals import first_line
from tests.rules.compiled import differentiable, first_order, second_order
from tests.rules.harness import Call, active, calls

for _module in importlib.import_module("sourcead.rules.scipy").MODULES:
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting

REFUSED: dict[tuple[str, str], str] = {("first", "quad_vec"): "holds a None on one branch"}
"""(mode, rule) -> part of the message: calls that are refused, and say so."""


def stated_in(rule: Rule) -> str:
    body = rule.partials or rule.reverse
    return "" if body is None else body.__module__


RULES = [
    rule
    for rule in all_rules()
    if stated_in(rule).startswith("sourcead.rules.scipy") and rule.functions
    if rule.form == "elementwise" or (rule.samples is not None and any(True for _ in calls(rule)))
]
ELSEWHERE = {
    "solve_continuous_are": "its arguments must stay symmetric, and a random direction is not",
    "solve_discrete_are": "its arguments must stay symmetric, and a random direction is not",
    "odeint": "the two modes agree to the integrator's tolerance, not to rounding",
}
"""Tested in `test_scipy_rules.py` and `test_scipy_functions_passed.py` only."""

RULES = [rule for rule in RULES if rule.name not in ELSEWHERE]
by_rule = pytest.mark.parametrize(
    "rule", RULES, ids=lambda rule: f"{stated_in(rule).rpartition('.')[2]}-{rule.name}"
)


def fullest(rule: Rule) -> Iterator[Call]:
    """Of each function the call in which most parameters are active (the first of these)."""
    found: dict[object, Call] = {}
    for call in calls(rule):
        best = found.get(call.function)
        if differentiable(call) and (best is None or len(active(call)) > len(active(best))):
            found[call.function] = call
    yield from list(found.values())[:3]


def check(order: str, rule: Rule, given: Iterator[Call], test: Callable[[Call], None]) -> None:
    """Run `test` on the calls; a refusal must be one that is listed."""
    for call in given:
        try:
            test(call)
        except sourcead.SourceADError as error:
            wanted = REFUSED.get((order, rule.name))
            if wanted is None or wanted not in str(error):
                raise AssertionError(f"{first_line(error)} in {call}") from error


@by_rule
def test_both_modes_agree_with_differences(rule: Rule) -> None:
    check("first", rule, fullest(rule), first_order)


@pytest.mark.slow
@by_rule
def test_the_gradient_is_differentiated_again(rule: Rule) -> None:
    check("second", rule, fullest(rule), second_order)


@pytest.mark.slow
@by_rule
def test_all_calls(rule: Rule) -> None:
    check("first", rule, filter(differentiable, calls(rule)), first_order)
