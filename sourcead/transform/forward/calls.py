"""Tangents of calls with a rule: sums of partial derivatives, the same call again, or the rule's formula."""

from __future__ import annotations

from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.nodes import Const, Expr, Name, Operand
from sourcead.ir.walk import map_expr
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.formulas import plus
from sourcead.transform.forward.tangents import Tangents, hint_of
from sourcead.transform.passed import derivatives_of_functions
from sourcead.transform.rule_calls import ZERO, Arguments, Keywords

__all__ = ["rule_tangent"]


def rule_tangent(
    s: Tangents,
    function: Any,
    target: Name,
    expr: Expr,
    args: Arguments,
    kwargs: Keywords,
    label: str = "",
) -> Val:
    """The tangent of `target = expr`, a call of `function`."""
    rule = s.rules.find(function, label)
    if any(k == "order" and v in (Const("K"), Const("A")) for k, v in kwargs):
        s.b.refuse(
            "the order of the elements follows the memory layout of the array",
            "say order='C' or order='F', or use reverse mode",
        )
    match rule.form:
        case "constant":
            return ZERO
        case "elementwise":
            return _elementwise(s, rule, target, args, kwargs)
        case "linear":
            return _linear(s, rule, target, expr, args, kwargs)
        case _:
            return _general(s, rule, target, args, kwargs)


def _elementwise(s: Tangents, rule: Rule, target: Name, args: Arguments, kwargs: Keywords) -> Val:
    total: Val = ZERO
    partials = s.rules.partials(rule, target, args, kwargs, lambda a: s.dot(a) != ZERO)
    for value, partial in partials:
        dot = s.dot(value)
        if dot != ZERO and partial != ZERO:
            term = s.rules.term(rule, target, dot, partial)
            total = term if total == ZERO else plus(s.b, total, term)
    return total


def _linear(
    s: Tangents, rule: Rule, target: Name, expr: Expr, args: Arguments, kwargs: Keywords
) -> Val:
    """The same call on the tangent."""
    assert rule.reverse is not None
    value = s.rules.bound(rule, rule.reverse, 1, args, kwargs).get(rule.wrt[0])
    if value is None:
        return ZERO
    structured = s.rules.structured(value)
    if s.dot(structured) == ZERO:
        return ZERO
    moved: dict[Val, Operand] = {}
    if isinstance(value, Virtual):  # *args
        moved = {item: s.written_out(item) for item in value.items}
    else:
        moved[value] = s.written_out(structured)
    swapped = map_expr(expr, lambda o: moved.get(o, o))
    return s.b.emit(swapped, s.kind(target), hint_of(target))


def _general(s: Tangents, rule: Rule, target: Name, args: Arguments, kwargs: Keywords) -> Val:
    if rule.forward is None:
        s.b.refuse(
            f"`{rule.name}` has no forward rule",
            "use reverse mode, or give it one with sourcead.rule",
            NoRule,
        )
    bound = s.rules.bound(rule, rule.reverse or rule.forward, 2, args, kwargs)
    dots: dict[str, Val] = {
        f"{name}_dot": s.dot(s.rules.structured(bound[name])) if name in bound else ZERO
        for name in rule.wrt
    }
    if all(d == ZERO for d in dots.values()):
        return ZERO
    bound.update(derivatives_of_functions(s.b, rule, rule.forward, bound))
    return s.rules.inline(rule.forward, [target], {**bound, **dots})
