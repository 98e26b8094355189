"""Reverse of a call with a rule: each argument receives its share of the result's adjoint."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.nodes import Const, Name
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val
from sourcead.transform.formulas import weigh
from sourcead.transform.passed import derivatives_of_functions
from sourcead.transform.reverse.state import State
from sourcead.transform.rule_calls import ZERO, Arguments, Keywords

__all__ = ["apply_rule"]


def apply_rule(
    s: State,
    function: Any,
    target: Name,
    args: Arguments,
    kwargs: Keywords,
    seed: Val,
    *,
    label: str = "",
    owned: bool = False,
) -> None:
    """`seed` is the adjoint of the result; `owned`: its storage may be handed on to an argument."""
    rule = s.rules.find(function, label)
    match rule.form:
        case "constant":
            return
        case "elementwise":
            _elementwise(s, rule, function, target, args, kwargs, seed, owned)
        case _:
            _general(s, rule, target, args, kwargs, seed)


def _elementwise(
    s: State,
    rule: Rule,
    function: Any,
    target: Name,
    args: Arguments,
    kwargs: Keywords,
    seed: Val,
    owned: bool,
) -> None:
    partials = s.rules.partials(rule, target, args, kwargs, s.is_active)
    sole = sum(map(s.is_active, args)) == 1
    if function in (operator.mul, np.multiply) and args[0] == args[1]:
        seed, partials = weigh(s.b, seed, Const(2.0)), partials[:1]  # of a square
    for value, partial in partials:
        if s.is_active(value) and partial != ZERO:
            amount = s.rules.term(rule, target, args, seed, partial)
            passed = amount == seed
            s.adj.contribute(value, amount, owned=sole and passed and owned, shared=passed)


def _general(
    s: State, rule: Rule, target: Name, args: Arguments, kwargs: Keywords, seed: Val
) -> None:
    body = rule.reverse
    if body is None:
        way_out = rule.also.get("way_out", "give it one with sourcead.rule")
        s.b.refuse(f"`{rule.name}` has no reverse rule", way_out, NoRule)
    leading: list[Val] = [seed] if rule.form == "linear" else [seed, target]
    bound = s.rules.bound(rule, body, len(leading), args, kwargs)
    bound.update(derivatives_of_functions(s.b, rule, body, bound))
    result = s.rules.inline(body, leading, bound)
    items = [result] if len(rule.wrt) == 1 else s.b.components(result)
    if items is None:
        items = [s.b.getitem(result, Const(i)) for i in range(len(rule.wrt))]
    for name, bar in zip(rule.wrt, items):
        if name in bound:
            s.adj.contribute(
                s.rules.structured(bound[name]),
                bar,
                shared=bar == seed or items.count(bar) > 1,
                exact=not rule.also.get("broadcasts"),
            )
