"""Which rule belongs to which callable: looked up by the live object, never by its name.

A callable has one of three states: it has a `Rule`, it is declared constant (its result cannot vary
with any input), or it has neither (an active value that enters it is refused).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Effects", "Rule", "Samples", "all_rules", "lookup", "register"]

Samples = Callable[[Any], Sequence[tuple[tuple[Any, ...], dict[str, Any]]]]
"""`samples(rng)` gives the calls, (args, kwargs) each, on which a rule is tested."""


@dataclass(frozen=True)
class Effects:
    """What a call does besides returning a value. Nothing stated means the worst.

    returns: "fresh" (new storage), "view" (of the first array argument), "maybe" (view or fresh),
      "same" (the argument itself), "scalar" (no storage at all).
    writes: names of parameters whose storage is written.
    pure: the result depends on the arguments' values only, and nothing else changes.
    may_raise: an exception is part of the behaviour (such a call is never dropped).
    """

    returns: str = "fresh"
    writes: tuple[str, ...] = ()
    pure: bool = True
    may_raise: bool = True


@dataclass(eq=False)
class Rule:
    """The derivative of `functions`, one mathematical function under several names.

    form: "elementwise", "linear", "general" or "constant".
    wrt: the parameters that can carry a derivative, in the order of the primal's signature.
    """

    name: str
    form: str
    functions: tuple[Any, ...]
    wrt: tuple[str, ...] = ()
    partials: Callable[..., Any] | None = None
    reverse: Callable[..., Any] | None = None
    forward: Callable[..., Any] | None = None
    singular: bool = False
    effects: Effects = Effects()
    kind: Callable[..., Any] | None = None
    domain: Any = None
    samples: Samples | None = None
    nary: bool = False
    also: dict[str, Any] = field(default_factory=dict)


_RULES: dict[int, tuple[Any, Rule]] = {}  # id -> (object kept alive, rule): some callables are unhashable
_ORDER: list[Rule] = []


def register(rule: Rule) -> None:
    """Make `rule` the rule of each of its functions (a later registration wins)."""
    _ORDER.append(rule)
    for function in rule.functions:
        _RULES[id(function)] = (function, rule)


def lookup(function: Any) -> Rule | None:
    """The rule of a live callable, or None."""
    found = _RULES.get(id(function))
    return found[1] if found is not None and found[0] is function else None


def all_rules() -> tuple[Rule, ...]:
    """Every rule in the order of registration."""
    return tuple(_ORDER)
