"""Functions passed to a library function: what the later stages do for them, and their derivatives for rules.

A rule of a function that calls its arguments (`Rule.calls`) is given, for a parameter `f`, the halves of
its pullback by `f_forward` and `f_reverse`, and its tangent by `f_tangent`; by what is captured alone both
halves of the pullback at once by `f_adjoint`, and the tangent by `f_push`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from sourcead.callables import Mode, Source
from sourcead.ir.kinds import Dict, Kind, List, NoneKind, Object, Text, Tuple
from sourcead.ir.nodes import Const, Function, Name, Ref
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val

__all__ = [
    "Tools",
    "derivative_of_formula",
    "derivatives_of_functions",
    "given_items",
    "is_no_function",
]


@dataclass(frozen=True)
class Tools:
    """What the later stages do for a function that is passed on.

    live: a Wengert list as a function; the second argument are the functions whose code is part of it.
    derivative: a function's pullback (both halves), adjoint (both at once) or tangent, for arguments of
      these kinds, with respect to those at these positions.
    clean: a Wengert list without what nobody needs.
    tangent: the tangent function of a recursive function.
    derive: the Wengert lists of a derivative, to be written into the program; `made`: a Wengert list that
      belongs to the program as something to derive, `gradient`: the gradient of something, to be derived.
    """

    live: Callable[[Function, Sequence[Any]], FunctionType]
    derivative: Callable[[FunctionType, Sequence[Kind], str, Sequence[int]], tuple[Any, ...]]
    clean: Callable[[Function, Any], Function]
    tangent: Callable[[Any], Function]
    derive: Callable[[Source, Sequence[Kind], Mode], tuple[Function, ...]]
    made: Callable[[Function], Source]
    gradient: Callable[[Source, Mode], Source]


def given_items(s: Any, value: Any) -> list[Val] | None:
    """What the caller passes in `args`, one by one; None where that is not known."""
    if value is None or isinstance(s.kind(value), NoneKind):
        return []
    if isinstance(s.kind(value), (Tuple, List)):
        return s.components(value)  # type: ignore[no-any-return]
    return [value]


def is_no_function(s: Any, value: Val) -> bool:
    """`jac=True`, `method="2-point"`, or nothing."""
    kind = s.kind(value)
    return isinstance(kind, (NoneKind, Text)) or isinstance(value, Const)


FORMS = {
    "pullback": ("forward", "reverse"),
    "tangent": ("tangent",),
    "gradient pullback": ("gradient_forward", "gradient_reverse"),
    "gradient tangent": ("gradient_tangent",),
}
"""The forms of a derivative, and the names by which a rule asks for their parts."""

BY_CAPTURED = {"adjoint": "adjoint", "push": "tangent"}
"""The same of derivatives by what is captured alone."""


def derivatives_of_functions(
    s: Any, rule: Rule, body: Callable[..., Any], bound: dict[str, Val]
) -> dict[str, Val]:
    """What a rule asks for by `f_forward`, `f_reverse`, ..., for each function `f` passed."""
    asked = inspect.signature(body).parameters
    kinds = {name: s.kind(value) for name, value in bound.items()}
    made: dict[str, Val] = {}
    for name, own in rule.calls.items():
        if name not in bound or is_no_function(s, bound[name]):
            continue
        extra = [] if name in rule.alone else given_items(s, bound.get(rule.captured)) or []
        extra_kinds = [_entry_kind(s, v) for v in extra]
        passed_as = rule.also.get("passes")
        all_kinds = [*own(kinds), *(map(passed_as, extra_kinds) if passed_as else extra_kinds)]
        for form, parts in FORMS.items():
            if any(f"{name}_{part}" in asked for part in parts):
                halves = _derivative(s, bound[name], all_kinds, form)
                named = zip(parts, halves)
                made.update({f"{name}_{p}": h for p, h in named if f"{name}_{p}" in asked})
        captured = range(len(all_kinds) - len(extra), len(all_kinds))
        for part, form in BY_CAPTURED.items():
            if f"{name}_{part}" in asked:
                made[f"{name}_{part}"] = _derivative(s, bound[name], all_kinds, form, captured)[0]
    return made


def _entry_kind(s: Any, value: Val) -> Kind:
    """The kind of an argument as it enters a function."""
    found = s.kind(value) if isinstance(value, Const) else s.deep_kind(value)
    return found if not isinstance(found, Const) else s.kind(found)  # type: ignore[no-any-return]


def _derivative(
    s: Any, function: Val, kinds: Sequence[Kind], form: str, wrt: Sequence[int] | None = None
) -> list[Ref]:
    live = s.kind(function).value
    live = getattr(live, "__differentiated__", live)
    varying = range(getattr(live, "__varies_from__", 0), len(kinds))
    halves = s.tools.derivative(live, kinds, form, varying if wrt is None else wrt)
    return [Ref(half.__name__, half) for half in halves]


def _holds_varied(s: Any, kind: Kind) -> bool:
    """Is it a list in which something varies, though the list is the same one?"""
    match kind:
        case List(_, site) | Dict(_, site) | Object(_, site):
            return bool(s.heap.is_varied(site))
        case Tuple(items):
            return any(_holds_varied(s, item) for item in items)
        case _:
            return False


def derivative_of_formula(
    s: Any, target: Name, form: str
) -> tuple[list[Ref], tuple[Name, ...], tuple[Name, ...]]:
    """The pullback or tangent of the formula that a call stands for; its values, and those that vary."""
    function, taken = s.formula_of[target]
    kinds = [_entry_kind(s, name) for name in taken]
    varied = [
        i for i, name in enumerate(taken) if s.is_varied(name) or _holds_varied(s, s.kind(name))
    ]
    return _derivative(s, function, kinds, form, varied), taken, tuple(taken[i] for i in varied)
