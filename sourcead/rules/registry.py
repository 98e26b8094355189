"""Which rule belongs to which callable: looked up by the live object, never by its name.

A callable has one of three states: it has a `Rule`, it is declared constant (its result cannot vary
with any input), or it has neither (an active value that enters it is refused).
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import BuiltinMethodType, MethodType, ModuleType, NoneType
from typing import Any, Union

__all__ = [
    "Effects", "Programs", "Rule", "Samples", "all_rules", "changed", "found", "lookup", "on_demand", "on_miss",
    "register",
]  # fmt: skip

Samples = Callable[[Any], Sequence[tuple[tuple[Any, ...], dict[str, Any]]]]
"""`samples(rng)` gives the calls, (args, kwargs) each, on which a rule is tested."""


@dataclass(frozen=True)
class Programs:
    """The samples of a rule that no call with numbers alone can test: of interpolants, matrices, solvers.

    Programs in `tests/<path>` test it; they say `text`.
    """

    path: str
    text: str

    def __call__(self, rng: Any) -> Sequence[tuple[tuple[Any, ...], dict[str, Any]]]:
        return ()


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


Singular = Union[bool, str, Callable[..., Union[bool, str]]]


@dataclass(eq=False)
class Rule:
    """The derivative of `functions`, one mathematical function under several names.

    form: "elementwise", "linear", "general" or "constant".
    wrt: the parameters that can carry a derivative, in the order of the primal's signature.
    formula: a Python function with the same value (to rounding), which is differentiated instead.
    calls: the parameters that are functions which the primal calls, each with the kinds of what it is
      given first (made from the kinds of the call's arguments); what follows are the values of the
      parameter `captured`, except for the functions in `alone` (`also={"passes": kind}`: the
      rule passes them in another precision, where this gives the kinds).
    values: what is made of such a function's result before it is differentiated for the rule (of a pair,
      the first item; None: nothing).
    singular: can a partial be infinite or NaN?  True: where the value is finite (sqrt at 0); "pole":
      only where the value is infinite or NaN, too (1 / x at 0); or a function that says it for the
      operands (names, or constants) of a call.
    selects: a partial is True or False, and False means that the operand was not taken.
    leaves_out: some elements of an argument may not enter the result at all (a maximum, a gather): an
      adjoint of zero comes back to them, and stays zero whatever slope they have on the way.
    takes_all: every element of the arguments enters the result, always (a sum, a transposed array); so do those
      of an elementwise function that leaves nothing out.
    product: of a sum of products, the function that gives the adjoints of its factors, and the names of the
      options that it takes behind them (`forms.products`).
    parts: elements of the result depend on some elements of the arguments only (`forms.by_parts`).
    lanes: of a function of lanes of an argument, what the rule reads in place of the result and of that
      argument, and its name (`forms.by_lane`).
    """

    name: str
    form: str
    functions: tuple[Any, ...]
    wrt: tuple[str, ...] = ()
    partials: Callable[..., Any] | None = None
    reverse: Callable[..., Any] | None = None
    forward: Callable[..., Any] | None = None
    singular: Singular = False
    selects: bool = False
    leaves_out: bool = False
    takes_all: bool = False
    product: tuple[Callable[..., Any], tuple[str, ...]] | None = None
    parts: bool = False
    lanes: tuple[Callable[..., Any], str] | None = None
    effects: Effects = Effects()
    kind: Callable[..., Any] | None = None
    domain: Any = None
    samples: Samples | None = None
    nary: bool = False
    formula: Callable[..., Any] | None = None
    calls: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] = field(default_factory=dict)
    values: dict[str, Callable[..., Any] | None] = field(default_factory=dict)
    alone: tuple[str, ...] = ()
    captured: str = "args"
    also: dict[str, Any] = field(default_factory=dict)


# Key -> (object kept alive, rule): by identity, because some callables are unhashable.
_RULES: dict[Any, tuple[Any, Rule]] = {}
_ORDER: list[Rule] = []
_PACKAGES = ["sourcead.rules.numpy", "sourcead.rules.python", "sourcead.rules.scipy"]


_LOADING = threading.RLock()  # others wait; a look-up by what is being loaded finds what there is


def _load_packages() -> bool:
    """Register the rules that come with sourcead; at the first look-up, so that its import is quick.

    A package whose import fails stays in the list: the next look-up says so again, and does not
    take its functions for such as have no rule.
    """
    loaded = False
    while _PACKAGES:
        name = _PACKAGES.pop(0)
        try:
            importlib.import_module(name)
        except BaseException:
            _PACKAGES.insert(0, name)
            raise
        loaded = True
    return loaded


_LOADERS: list[Callable[[], bool]] = [_load_packages]

_STATERS: list[Callable[[Any], bool]] = []

generation = object()  # another one when a user has changed what the rules say: see `changed`


def register(rule: Rule) -> None:
    """Make `rule` the rule of each of its functions (a later registration wins).

    A derivative that sourcead itself states says where it is tested; one of a user's is the user's to test.
    """
    stated = rule.partials or rule.reverse or rule.formula
    if stated is not None and (stated.__module__ or "").startswith("sourcead."):
        if rule.domain is None and rule.samples is None:
            raise ValueError(
                f"the rule {rule.name} says neither domain nor samples: it would not be tested"
            )
    _ORDER.append(rule)
    for function in rule.functions:
        _RULES[_key(function)] = (function, rule)


def changed() -> None:
    """What was compiled by the rules so far is to be compiled again."""
    global generation
    generation = object()


def lookup(function: Any) -> Rule | None:
    """The rule of a live callable, or None."""
    if function is None:
        return None
    rule = found(function)
    if rule is None:
        with _LOADING:
            for load in _LOADERS:
                load()
            rule = found(function) or _stated_now(function)
    return rule


def on_miss(load: Callable[[], bool]) -> None:
    """Call `load` when no rule is found; it returns whether it has registered more rules."""
    _LOADERS.append(load)


def on_demand(state: Callable[[Any], bool]) -> None:
    """Call `state` with a function that has no rule; it returns whether it has registered one.

    For many functions that have rules of one make, of which a program uses few.
    """
    _STATERS.append(state)


def _stated_now(function: Any) -> Rule | None:
    return found(function) if any(state(function) for state in _STATERS) else None


def found(function: Any) -> Rule | None:
    """The rule of a live callable among those that are registered by now, or None."""
    held = _RULES.get(id(function))
    if held is not None and held[0] is function:  # as most
        return held[1]
    held = _RULES.get(_key(function))
    if held is None:
        return None
    same = held[0] is function or isinstance(function, (MethodType, BuiltinMethodType))
    return held[1] if same else None


def _key(function: Any) -> Any:
    """A method of an object (`scipy.stats.norm.logpdf`, `np.add.reduce`) is made anew each time it is read."""
    if isinstance(function, MethodType):
        return id(function.__self__), id(function.__func__)
    if isinstance(function, BuiltinMethodType) and not isinstance(
        function.__self__, (ModuleType, NoneType)
    ):
        return id(function.__self__), function.__name__
    return id(function)


def all_rules() -> tuple[Rule, ...]:
    """Every rule in the order of registration."""
    return tuple(_ORDER)
