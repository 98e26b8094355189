"""Reverse of a call with a rule: each argument receives its share of the result's adjoint."""

from __future__ import annotations

import operator
from typing import Any, cast

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.kinds import Array, Tuple, Unknown
from sourcead.ir.nodes import Call, Const, Name, Op, Ref
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.formulas import weigh
from sourcead.transform.passed import derivative_of_formula, derivatives_of_functions
from sourcead.transform.reverse.lanes import within_lanes
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
    slope = s.rules.raising_apart(rule, target, args, kwargs, seed, s.is_active)
    if slope is not None:
        s.adj.contribute(cast(Val, args[0]), weigh(s.b, seed, slope))
        return
    shorter = s.rules.along_length(rule, target, args, kwargs, seed)
    if shorter is None:
        partials = s.rules.partials(rule, target, args, kwargs, s.is_active)
    else:
        seed, partials = shorter
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
    if target in s.b.formula_of:
        _by_formula(s, target, seed)
        return
    body = rule.reverse
    if body is None:
        way_out = rule.also.get("way_out", "give it one with sourcead.rule")
        s.b.refuse(f"`{rule.name}` has no reverse rule", way_out, NoRule)
    bound = s.rules.bound(rule, body, 1 if rule.form == "linear" else 2, args, kwargs)
    # tuples and lists are made again: what they hold has its content of then here, they themselves do not
    bound = {name: s.rules.structured(value) for name, value in bound.items()}
    bound.update(derivatives_of_functions(s.b, rule, body, bound))
    if rule.form == "linear":
        result = s.rules.inline(body, [seed], bound)
    else:
        y, read = within_lanes(s, rule, target, _by_parts(s, target), bound, seed)
        result = s.rules.inline(body, [seed, y], read)
    items = [result] if len(rule.wrt) == 1 else s.b.components(result)
    if items is None:
        items = [s.b.getitem(result, Const(i)) for i in range(len(rule.wrt))]
    for name, bar in zip(rule.wrt, items):
        if name in bound:
            s.adj.contribute(
                bound[name],
                bar,
                shared=bar == seed or items.count(bar) > 1,
                exact=not rule.also.get("broadcasts"),
            )


def _by_parts(s: State, target: Name) -> Val:
    """The result; of a tuple of which an array is written, its items by the names that the program gave them."""
    kind = s.kind(target)
    if not isinstance(kind, Tuple):
        return target
    made = s.structures.made.items()
    names = {i: n for n, e in made for i in range(len(kind.items)) if e == item_of(target, i)}
    if not any(isinstance(s.kind(n), Array) and s.at.is_written(n) for n in names.values()):
        return target
    return Virtual(
        tuple(
            names.get(i) or s.b.emit(item_of(target, i), each) for i, each in enumerate(kind.items)
        )
    )


def item_of(target: Name, i: int) -> Op:
    return Op("getitem", (target, Const(i)))


def _by_formula(s: State, target: Name, seed: Val) -> None:
    """The pullback of the Python function that the call stands for."""
    (forward, reverse), taken, varied = derivative_of_formula(s.b, target, "pullback")
    pair = s.b.emit(Call(forward, taken), Tuple((Unknown(), Unknown())))
    value = s.b.emit(Op("getitem", (pair, Const(0))), Unknown())
    saved = s.b.emit(Op("getitem", (pair, Const(1))), Unknown(), "saved")
    filled = s.b.operand(_filled(s, value, seed))
    bars = s.b.emit(Call(reverse, (saved, filled)), Tuple(tuple(map(s.kind, varied))), "bars")
    s.adj.contribute(Virtual(varied), bars)


def _filled(s: State, value: Name, seed: Val) -> Val:
    """The seed, with zeros where nothing flows back to one of several results."""
    if isinstance(seed, Virtual):
        items = [
            s.b.emit(Op("getitem", (value, Const(i))), Unknown())
            if part == ZERO or isinstance(part, Virtual)
            else value
            for i, part in enumerate(seed.items)
        ]
        return Virtual(tuple(_filled(s, v, part) for v, part in zip(items, seed.items)))
    if seed != ZERO:
        return seed
    return s.b.emit(Call(Ref("np.zeros_like", np.zeros_like), (value,)), Unknown())
