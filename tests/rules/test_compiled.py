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
from tests.rules.compiled import differentiable, first_order, second_order, turned
from tests.rules.harness import Call, active, calls, leaves, stated_in

lookup(np.sum)  # loads the rules

FAMILIES = ("sourcead.rules.numpy", "sourcead.rules.python")
ELSEWHERE = (  # rules of functions that are passed functions: these have tests of their own
    "sourcead.rules.python.implicit",
    "sourcead.rules.python.checkpoints",
)
RULES = [
    rule
    for rule in all_rules()
    if rule.form not in ("constant", "source", "refused")
    and rule.functions  # else this NumPy does not have them
    and stated_in(rule).startswith(FAMILIES)
    and stated_in(rule) not in ELSEWHERE
]

MEMORY_ORDER = "the order of the elements follows the memory layout"

UNKNOWN = "of unknown kind"
BRANCHES = "on one branch and a"
BUILT = "no derivative rule for the class `tuple`"
LISTS = "that carries derivatives is passed to a function that calls itself"

REFUSED: dict[tuple[str, str], tuple[str, ...]] = {
    **{("first", name): (MEMORY_ORDER,) for name in ("reshape", "ravel", "flatten")},
    **{("second", name): (MEMORY_ORDER,) for name in ("reshape", "ravel", "flatten")},
    ("first", "dist"): (BRANCHES,),
    ("first", "block"): (UNKNOWN,),
    **{("second", name): (BUILT, UNKNOWN, BRANCHES) for name in ("max_", "min_", "gradient", "einsum")},
    **{("second", name): (UNKNOWN, LISTS) for name in ("split", "array_split", "vsplit", "hsplit", "dsplit")},
    **{("second", name): (LISTS, BRANCHES, UNKNOWN) for name in ("sorted_", "tolist")},
    **{("second", name): (UNKNOWN,) for name in (
        "median", "median_low", "median_high", "unstack", "tensorinv", "tensorsolve", "polyfit", "prod",
        "nanprod", "multiply_reduce", "power_series", "chebval", "legval", "hermval", "hermeval", "lagval",
    )},
    **{("second", name): (BRANCHES,) for name in (
        "acosh", "add_reduceat", "cov", "cross", "dist", "eig", "eigvals", "einsum_adjoint_back", "interp", "lstsq",
        "matrix_norm", "norm", "roots", "roots_of_series", "unravel_from_memory_back",
    )},
    ("second", "block"): (UNKNOWN, BRANCHES, "at the first turn of the loop"),
    ("second", "power_block_back"): ("a value of unknown structure",),
}  # fmt: skip
"""(order, rule) -> parts of the messages: some calls of these are refused, and the refusal says why."""

MANY = 2  # calls of a rule whose gradient is differentiated again by default


OWN = 8  # calls of a rule's first function by default


def usual(rule: Rule) -> Iterator[Call]:
    """Calls of one function, from all parts of their list, and the first call of each of the others."""
    seen: list[object] = []
    own: list[Call] = []
    for call in calls(rule):
        first = call.function not in seen
        if first:
            seen.append(call.function)
        if not differentiable(call):
            continue
        if call.function is seen[0]:
            own.append(call)
        elif first:
            yield call
    yield from own[:: max(1, -(-len(own) // OWN))]


def others(rule: Rule) -> Iterator[Call]:
    chosen = [str(call) for call in usual(rule)]
    yield from (c for c in calls(rule) if differentiable(c) and str(c) not in chosen)


def check(order: str, rule: Rule, given: Iterator[Call], test: Callable[[Call], None]) -> bool:
    """Run `test` on the calls; was any refused?  A refusal is one that is listed, in the words listed."""
    expected = REFUSED.get((order, rule.name), ())
    refused = False
    for call in given:
        try:
            test(call)
        except sourcead.SourceADError as error:
            if not any(part in str(error) for part in expected):
                raise
            refused = True
    return refused


def has_curvature(call: Call) -> bool:
    """A norm is not differentiable at the zero vector; that its square is, no rule of the norm can know."""
    return "norm" not in call.rule.name or all(map(np.any, leaves(list(active(call).values()))))


def check_all(order: str, rule: Rule, test: Callable[[Call], None]) -> None:
    """The usual calls; what is listed as refused must be refused still."""
    assert any(True for _ in usual(rule)), f"{rule.name} is tested on no call"
    given = list(usual(rule))
    if order == "second":
        given = list(filter(has_curvature, given[:: -(-len(given) // MANY)]))
    assert check(order, rule, given, test) <= ((order, rule.name) in REFUSED)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_both_modes_agree_with_differences(rule):
    check_all("first", rule, first_order)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_gradient_is_differentiated_again(rule):
    check_all("second", rule, second_order)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_other_functions_of_a_rule(rule):
    check("first", rule, others(rule), first_order)
    every = (*usual(rule), *others(rule))
    check("second", rule, filter(has_curvature, every), second_order)


@pytest.mark.parametrize(
    "rule", [r for r in RULES if r.form == "elementwise"], ids=lambda rule: rule.name
)
def test_complex_arguments(rule):
    rng = np.random.default_rng(3)
    given = [turned(call, rng) for call in usual(rule)]
    check("complex", rule, (c for c in given if c is not None), first_order)
