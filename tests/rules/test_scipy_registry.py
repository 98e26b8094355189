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
from tests.rules.harness import Call, active, calls, stated_in

for _module in importlib.import_module("sourcead.rules.scipy").MODULES:
    importlib.import_module(f"scipy.{_module}")
lookup(object())  # loads what is waiting


RULES = [
    rule
    for rule in all_rules()
    if stated_in(rule).startswith("sourcead.rules.scipy") and rule.functions
    if rule.form == "elementwise" or (rule.samples is not None and any(True for _ in calls(rule)))
]
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


NOT_AGAIN = {
    "odeint": "NoRule: `ode_adjoints` has no forward rule",  # the derivative of a tangent is there
    "curve_fit": "NotDifferentiable: of a derivative a derivative is taken",
    "quad_vec": "NotDifferentiable: of a derivative a derivative is taken",  # of integrands that return arrays
    "dirichlet_multinomial_pmf": "NotDifferentiable: of a derivative a derivative is taken",
    "multinomial_mean": "NotDifferentiable: `op=` on a value whose kind is not known",
    "multinomial_pmf": "NotDifferentiable: of a derivative a derivative is taken",
}
"""Rules whose reverse part is not differentiated again, and what the refusal says."""


def check(given: Iterator[Call], test: Callable[[Call], None]) -> None:
    """Run `test` on the calls; none is refused."""
    for call in given:
        try:
            test(call)
        except sourcead.SourceADError as error:
            raise AssertionError(f"{first_line(error)} in {call}") from error


@by_rule
def test_both_modes_agree_with_differences(rule: Rule) -> None:
    check(fullest(rule), first_order)


@pytest.mark.slow
@by_rule
def test_the_gradient_is_differentiated_again(rule: Rule) -> None:
    if rule.name in NOT_AGAIN:
        with pytest.raises(AssertionError, match=NOT_AGAIN[rule.name]):
            check(fullest(rule), second_order)
    else:
        check(fullest(rule), second_order)


@pytest.mark.slow
@by_rule
def test_all_calls(rule: Rule) -> None:
    check(filter(differentiable, calls(rule)), first_order)
