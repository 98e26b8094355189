"""Which statement of a rule's partials suits a call: the general one, or a better one for its operands.

>>> from sourcead.rules.registry import Rule
>>> rule = Rule("f", "elementwise", (), partials=len, also={"scalar": abs})
>>> partials_for(rule, ["x"], [Py(float)], [True]) is abs
True
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from sourcead.ir.kinds import Array, Kind, Py, dtype_of
from sourcead.ir.nodes import Const
from sourcead.rules.registry import Rule

__all__ = ["is_singular", "partials_for", "refuses_complex"]


def partials_for(
    rule: Rule,
    args: Sequence[Any],
    kinds: Sequence[Kind],
    active: Sequence[bool],
    is_nonnegative: Callable[[Any], bool] = lambda operand: False,
) -> Callable[..., Any]:
    """The partials of an elementwise rule, as a person would write them for these operands.

    args: operands (a `Const` is known when the derivative is written); active: which carry a derivative.
    """
    numbers = all(isinstance(k, Py) and k.type in (bool, int, float) for k in kinds)
    exponent = len(args) == 2 and not active[1]
    may_be_complex = (
        exponent and numbers and "any_sign" in rule.also and _is_fraction(args[1], kinds[1])
    )
    if may_be_complex and not is_nonnegative(args[0]):
        found = rule.also["any_sign"]
    elif exponent and isinstance(args[1], Const) and "constant_exponent" in rule.also:
        found = rule.also["constant_exponent"]
    elif exponent and numbers and "inactive_exponent" in rule.also:
        found = rule.also["inactive_exponent"]
    elif rule.also.get("complex") is not None and _any_complex(kinds):
        found = rule.also["complex"]
    elif "reciprocal" in rule.also and args[0] in (Const(1.0), Const(1)):
        found = rule.also["reciprocal"]
    elif numbers and "scalar" in rule.also:
        found = rule.also["scalar"]
    elif "softplus" in rule.also and _is_softplus(args, kinds):
        found = rule.also["softplus"]
    else:
        found = rule.partials
    assert found is not None, rule.name
    return found  # type: ignore[no-any-return]


def _is_fraction(exponent: Any, kind: Kind) -> bool:
    """May the exponent be no whole number?"""
    if isinstance(exponent, Const):
        return bool(exponent.value % 1 != 0)
    return kind == Py(float)


def _is_softplus(args: Sequence[Any], kinds: Sequence[Kind]) -> bool:
    """A finite constant, and an array of doubles?"""
    known = isinstance(args[0], Const) and isinstance(args[0].value, (int, float))
    is_double = isinstance(kinds[1], Array) and kinds[1].dtype == "float64"
    return known and math.isfinite(args[0].value) and is_double


def refuses_complex(rule: Rule, kinds: Sequence[Kind]) -> bool:
    """Are there complex operands, and the rule is for real ones only?"""
    return rule.also.get("complex", "") is None and _any_complex(kinds)


def _any_complex(kinds: Sequence[Kind]) -> bool:
    return any(dtype is not None and dtype.kind == "c" for dtype in map(dtype_of, kinds))


def is_singular(rule: Rule, args: Sequence[Any]) -> bool | str:
    """False, True or "pole", for these operands; see `Rule`."""
    return rule.singular(*args) if callable(rule.singular) else rule.singular
