"""`grad(g)` inside the function: a derivative is made once, and its statements stand in place of its call."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from sourcead.ir.kinds import Value
from sourcead.ir.nodes import UNDEFINED, Const, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.inlining import live_defaults

__all__ = ["call_derivative", "make_derivative"]


def make_derivative(s: Context, maker: Any, args: list[Any], kwargs: Kwargs) -> Val:
    """`grad(g)` inside a function, of a function that is known: the derivative is made here, once."""
    given = [constant_value(s, a) for a in args]
    named = {str(k): constant_value(s, v) for k, v in kwargs}
    if any(v is UNDEFINED for v in (*given, *named.values())):
        s.refuse(
            f"`{maker.__name__}` is applied to a function that is known only at run time",
            "take the derivative outside, or of a function of a module",
        )
    made = maker(*given, **named)
    return Ref(made.__name__, made)


def constant_value(s: Context, value: Val) -> Any:
    """The live object that an operand stands for, UNDEFINED where it is not known."""
    if isinstance(value, Const):
        return value.value
    if isinstance(value, Virtual) and value.form == "tuple":
        items = tuple(map(partial(constant_value, s), value.items))
        return UNDEFINED if UNDEFINED in items else items
    kind = s.kind(value)
    return kind.value if isinstance(kind, Value) else UNDEFINED


def call_derivative(s: Context, derivative: Any, args: list[Any], kwargs: Kwargs) -> Val:
    """`grad(g)(x)` inside a function: the gradient's statements in place of the call."""
    parameters = tuple(inspect.signature(derivative).parameters)
    named = dict(zip(parameters, args))
    named.update({str(k): v for k, v in kwargs})
    defaults = live_defaults(derivative)
    values = [named.get(p, defaults.get(p, Const(None))) for p in parameters]
    kinds = [s.kind(v) if isinstance(v, Const) else s.deep_kind(v) for v in values]
    template = derivative.template_for(kinds)
    return s.inline(template, derivative, values, [])
