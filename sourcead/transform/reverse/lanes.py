"""What a rule reads where parts of the result are left out: operands without what is infinite or NaN there.

Adjoints of elementwise functions are guarded element by element (`RuleCalls.term`).  In a sum of products,
and in a function of whole lanes, a zero adjoint meets several elements; so these are looked at instead:

    outer = np.outer(np.log(x), x)[1:, 1:]

The rule of the product reads `reached((np.log(x), x), outer_adjoint, y_bar)` in place of its factors.
"""

from __future__ import annotations

import inspect

from sourcead.ir.kinds import Array, Kind, Np, Number, Py
from sourcead.ir.nodes import Const, Name, Ref
from sourcead.rules.registry import Rule
from sourcead.runtime.accumulate import zeros_kept
from sourcead.runtime.lanes import connected, reached
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.reverse.state import State
from sourcead.transform.rule_calls import Bindings, Formula, default_of

__all__ = ["within_lanes"]


def within_lanes(
    s: State, rule: Rule, target: Name, y: Val, bound: Bindings, seed: Val
) -> tuple[Val, Bindings]:
    """The result and the arguments that the rule reads."""
    if target not in s.rules.selected or s.rules.wild is None:
        return y, bound
    if rule.product is not None:
        return y, _product(s, rule, bound, seed)
    if rule.parts:
        return _parts(s, rule, y, bound, seed)
    if rule.lanes is not None and s.rules.wild.has(bound[rule.lanes[1]]):
        return _lanes(s, rule.lanes, y, bound, seed)
    return y, bound


def _lanes(
    s: State, lanes: tuple[Formula, str], y: Val, bound: Bindings, seed: Val
) -> tuple[Val, Bindings]:
    function, name = lanes
    asked = {n: v for n, v in bound.items() if n in inspect.signature(function).parameters}
    found = s.b.components(s.rules.inline(function, [seed, y], asked))
    return (y, bound) if found is None else (found[0], {**bound, name: found[1]})


def _product(s: State, rule: Rule, bound: Bindings, seed: Val) -> Bindings:
    assert rule.product is not None and s.rules.wild is not None
    adjoints, options = rule.product
    factors = [factor for value in _given(rule, bound) for factor in _items(value)]
    if not any(map(s.rules.wild.has, factors)) or not all(_is_number(s.b.kind(f)) for f in factors):
        return bound
    named = Ref(f"{rule.name}_adjoint", adjoints)
    args: list[Val] = [Virtual(tuple(factors)), named, seed]
    if options:
        given = (bound.get(name, default_of(rule, name)) for name in options)
        args += [Const(None), Virtual(tuple(given))]
    found = s.b.components(s.b.call(Ref("reached", reached), args, []))
    return bound if found is None else _placed(rule, bound, list(found))


def _parts(s: State, rule: Rule, y: Val, bound: Bindings, seed: Val) -> tuple[Val, Bindings]:
    """The arguments without what has no way to the seed, and the result without what is left out."""
    assert rule.reverse is not None and s.rules.wild is not None
    factors = [n for n in rule.wrt if n in bound and _is_number(s.b.kind(bound[n]))]
    options = [n for n in bound if n not in factors]
    wild = {n for n, value in bound.items() if any(map(s.rules.wild.has, _items(value)))}
    if not wild or not wild <= set(factors):
        return y, bound
    args: list[Val] = [
        Virtual(tuple(bound[n] for n in factors)),
        Virtual(tuple(map(Const, (*factors, *options)))),
        Virtual(tuple(bound[n] for n in options)),
        Ref(rule.name, rule.functions[0]),
        Ref(f"{rule.name}_adjoint", rule.reverse),
        seed,
    ]
    found = s.b.components(s.b.call(Ref("connected", connected), args, []))
    if found is None:
        return y, bound
    return _kept(s, y, seed), {**bound, **dict(zip(factors, found))}


def _kept(s: State, y: Val, seed: Val) -> Val:
    if isinstance(y, Virtual) or not _is_number(s.b.kind(y)):
        return y
    return s.b.call(Ref("zeros_kept", zeros_kept), [y, seed], [])


def _given(rule: Rule, bound: Bindings) -> list[Val]:
    """The arguments that are factors; that of `np.einsum` which may be one is a string mostly."""
    values = [bound[name] for name in rule.wrt if name in bound]
    return [v for v in values if not (isinstance(v, Const) and isinstance(v.value, str))]


def _items(value: Val) -> tuple[Val, ...]:
    return value.items if isinstance(value, Virtual) else (value,)


def _is_number(kind: Kind) -> bool:
    return isinstance(kind, (Array, Np, Py, Number))


def _placed(rule: Rule, bound: Bindings, factors: list[Val]) -> Bindings:
    """The arguments with these factors in place of theirs."""
    found = dict(bound)
    for name in rule.wrt:
        value = bound.get(name)
        if value is None or value not in _given(rule, bound):
            continue
        if isinstance(value, Virtual):
            items = tuple(factors.pop(0) for _ in value.items)
            found[name] = Virtual(items, value.form, value.cls)
        else:
            found[name] = factors.pop(0)
    return found
