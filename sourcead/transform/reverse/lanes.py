"""What a rule reads where parts of the result are left out: operands without what is infinite or NaN there.

Adjoints of elementwise functions are guarded element by element (`RuleCalls.term`).  In a sum of products,
and in a function of whole lanes, a zero adjoint meets several elements; so these are looked at instead:

    outer = np.outer(np.log(x), x)[1:, 1:]

The rule of the product reads `reached((np.log(x), x), outer_adjoint, y_bar)` in place of its factors.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence

import numpy as np

from sourcead.ir.kinds import Array, Kind, List, Np, Number, Py
from sourcead.ir.nodes import Call, Const, Name, Ref
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
    if rule.product is not None or rule.parts or rule.lanes is not None:
        bound = {n: _as_array(s, value) if n in rule.wrt else value for n, value in bound.items()}
    if rule.product is not None:
        return y, _product(s, rule, bound, seed)
    if rule.parts:
        return _parts(s, rule, y, bound, seed)
    if rule.lanes is not None and _is_wild(s, bound[rule.lanes[1]]):
        return _lanes(s, rule.lanes, y, bound, seed)
    return y, bound


def _as_array(s: State, value: Val) -> Val:
    """A list of numbers is read as the array that the function makes of it, where one may be infinite or NaN."""
    if (
        not isinstance(value, Name)
        or not isinstance(s.b.kind(value), List)
        or not _is_wild(s, value)
    ):
        return value
    made = s.b.call(Ref("np.asarray", np.asarray), [value], [])
    return made if _is_number(s.b.kind(made)) else value


def _is_wild(s: State, value: Val) -> bool:
    assert s.rules.wild is not None
    made = s.b.definitions.get(value) if isinstance(value, Name) else None
    match made:  # what was made here is none of the program's definitions
        case Call(Ref(value=np.asarray), (Name() as listed,)):
            return s.rules.wild.has(listed)
    return s.rules.wild.has(value)


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
    if not any(_is_wild(s, f) for f in factors) or not all(
        _is_number(s.b.kind(f)) for f in factors
    ):
        return bound
    named = Ref(f"{rule.name}_adjoint", adjoints)
    args: list[Val] = [Virtual(tuple(factors)), named, seed]
    if options:
        given = (bound.get(name, default_of(rule, name)) for name in options)
        args += [Const(None), Virtual(tuple(given))]
    found = s.b.components(s.b.call(Ref("reached", reached), args, []))
    names = [n for n in rule.wrt if n in bound and bound[n] in _given(rule, bound)]
    return bound if found is None else _placed(names, bound, list(found))


def _parts(s: State, rule: Rule, y: Val, bound: Bindings, seed: Val) -> tuple[Val, Bindings]:
    """The arguments without what has no way to the seed, and the result without what is left out."""
    assert rule.reverse is not None
    named = [n for n in rule.wrt if n in bound and all(map(_is_a_number(s), _items(bound[n])))]
    options = [n for n in bound if n not in named]
    wild = {n for n, value in bound.items() if any(_is_wild(s, v) for v in _items(value))}
    if not wild or not wild <= set(named):
        return y, bound
    labels = [label for n in named for label in _labels(n, bound[n])]
    args: list[Val] = [
        Virtual(tuple(v for n in named for v in _items(bound[n]))),
        Virtual(tuple(map(Const, (*labels, *options)))),
        Virtual(tuple(bound[n] for n in options)),
        Ref(rule.name, rule.functions[0]),
        Ref(f"{rule.name}_adjoint", rule.reverse),
        seed,
    ]
    found = s.b.components(s.b.call(Ref("connected", connected), args, []))
    if found is None:
        return y, bound
    return _kept(s, y, seed), _placed(named, bound, list(found))


def _labels(name: str, value: Val) -> list[str]:
    """The names that `connected` is given: each argument of `*varargs` is one of these."""
    return [f"*{name}"] * len(value.items) if isinstance(value, Virtual) else [name]


def _is_a_number(s: State) -> Callable[[Val], bool]:
    return lambda value: _is_number(s.b.kind(value))


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


def _placed(names: Sequence[str], bound: Bindings, factors: list[Val]) -> Bindings:
    """The arguments with these factors in place of those of these names."""
    found = dict(bound)
    for name in names:
        value = bound[name]
        if isinstance(value, Virtual):
            items = tuple(factors.pop(0) for _ in value.items)
            found[name] = Virtual(items, value.form, value.cls)
        else:
            found[name] = factors.pop(0)
    return found
