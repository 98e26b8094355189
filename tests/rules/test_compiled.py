"""Every rule through the compiler, on every call that it states: both modes, differences, second order.

By default each rule is tested on all of its calls for one of its functions, and on one call for each
of the others; `-m slow` takes the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import sourcead
from sourcead.rules.registry import Rule, all_rules, lookup
from tests.refusals import first_line
from tests.rules.compiled import differentiable, first_order, second_order, turned
from tests.rules.harness import Call, calls

lookup(np.sum)  # loads the rules

FAMILIES = ("sourcead.rules.numpy", "sourcead.rules.python")
RULES = [
    rule
    for rule in all_rules()
    if rule.form not in ("constant", "source")
    and rule.functions  # else this NumPy does not have them
    and (rule.partials or rule.reverse).__module__.startswith(FAMILIES)
]

MEMORY_ORDER = "the order of the elements follows the memory layout"

REFUSED: dict[tuple[str, str], str] = {
    ("forward", "reshape"): MEMORY_ORDER,
}
"""(mode, rule) -> part of the message: calls that are refused, and say so."""


def usual(rule: Rule) -> Iterator[Call]:
    """All calls of one function, the first call of each of the others."""
    seen: list[object] = []
    for call in calls(rule):
        first = call.function not in seen
        if first:
            seen.append(call.function)
        if (first or call.function is seen[0]) and differentiable(call):
            yield call


def others(rule: Rule) -> Iterator[Call]:
    chosen = [str(call) for call in usual(rule)]
    yield from (c for c in calls(rule) if differentiable(c) and str(c) not in chosen)


def check(order: str, rule: Rule, given: Iterator[Call], test: Callable[[Call], None]) -> int:
    """Run `test` on the calls; a refusal must be one that is listed."""
    tested, refused = 0, 0
    for call in given:
        try:
            test(call)
        except sourcead.SourceADError as error:
            assert REFUSED.get((order, rule.name), "\0") in str(error), (
                f"{first_line(error)} in {call}"
            )
            refused += 1
        tested += 1
    return tested


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_both_modes_agree_with_differences(rule):
    assert check("first", rule, usual(rule), first_order) > 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_gradient_is_differentiated_again(rule):
    assert check("second", rule, usual(rule), second_order) > 0


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_other_functions_of_a_rule(rule):
    check("first", rule, others(rule), first_order)
    check("second", rule, others(rule), second_order)


@pytest.mark.parametrize(
    "rule", [r for r in RULES if r.form == "elementwise"], ids=lambda rule: rule.name
)
def test_complex_arguments(rule):
    rng = np.random.default_rng(3)
    given = [turned(call, rng) for call in usual(rule)]
    check("complex", rule, (c for c in given if c is not None), first_order)
