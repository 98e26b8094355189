"""Quotients by a length in derivative code, where the dividend is a product with that length.

    t = np.linalg.norm(x)                         t = np.linalg.norm(x)
    t_bar = 2.0 * out_bar * t             ->
    x_bar = x * over_length(t_bar, t)             x_bar = x * (2.0 * out_bar)

The square of a norm is smooth where the norm is not, at 0: without the quotient, its second derivative
is right there, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Py, is_number, is_scalar
from sourcead.ir.nodes import Call, Const, Name, Ref
from sourcead.runtime.quotients import over_length
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.library import one_for_zero
from sourcead.transform.specialise.sequences import by

__all__ = ["QUOTIENTS", "without_factor"]


def without_factor(s: Context, value: Val, length: Val) -> Val | None:
    """What `length` is multiplied with in `value`, or None where `value` is no such product."""
    if value == length or _is_same_number(s, value, length):
        return Const(1.0)
    stretched = _in_front_of_new_axes(s, value, length)
    if stretched is not None:
        func, pair, axes = stretched
        inner = without_factor(s, *pair)
        return None if inner is None else s.call(func, [inner, axes], [])
    found = s.formula(value)
    if found is None:
        return None
    first, second = (*found.args, Const(None))[:2]
    match found.op:
        case "mul":
            rest = without_factor(s, second, length)
            if rest is not None:
                return s.op("mul", [first, rest])
            rest = without_factor(s, first, length)
            return None if rest is None else s.op("mul", [rest, second])
        case "truediv":
            rest = without_factor(s, first, length)
            return None if rest is None else s.op("truediv", [rest, second])
        case "neg":
            rest = without_factor(s, first, length)
            return None if rest is None else s.op("neg", [rest])
        case "pow" if first == length:
            return _one_power_less(s, length, second)
    return None


def _is_same_number(s: Context, value: Val, other: Val) -> bool:
    """`abs(x) * abs(x)`: two calls of one function of a number."""
    match [s.definitions.get(v) if isinstance(v, Name) else None for v in (value, other)]:
        case [Call(Ref(), (Name() as x,), ()) as first, Call() as second]:
            return first == second and is_number(s.kind(x)) and is_scalar(s.kind(x))
        case _:
            return False


def _one_power_less(s: Context, base: Val, exponent: Val) -> Val | None:
    if not isinstance(exponent, Const) or type(exponent.value) not in (int, float):
        return None
    if exponent.value <= 1:
        return None
    return base if exponent.value == 2 else s.op("pow", [base, Const(exponent.value - 1)])


def _in_front_of_new_axes(s: Context, value: Val, length: Val) -> Any:
    """The two arrays that became these by the same `np.expand_dims`."""
    made = [s.definitions.get(v) if isinstance(v, Name) else None for v in (value, length)]
    match made:
        case [
            Call(Ref(value=np.expand_dims) as func, (a, i)),
            Call(Ref(value=np.expand_dims), (b, j)),
        ] if i == j:
            return func, (a, b), i
        case _:
            return None


def _over_length(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if not s.derivative or len(args) != 2 or kwargs:
        return None
    value, length = args
    rest = without_factor(s, value, length)
    if rest is not None or not s.in_selected:
        return rest
    # A lane that is not selected contributes nothing, to no derivative of any order.
    if s.kind(length) == Py(float):
        return s.op("truediv", [value, by(s, one_for_zero, [length])], hint)
    zero = s.op("eq", [length, Const(0.0)])
    safe = s.call(Ref("np.where", np.where), [zero, Const(1.0), length], [])
    return s.op("truediv", [value, safe], hint)


QUOTIENTS: dict[Any, Handler] = {over_length: _over_length}
