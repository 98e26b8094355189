"""Calls that stay as they are: no derivative may go through, and what they are given escapes."""

from __future__ import annotations

import types
from typing import Any

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.kinds import Kind, Unknown, Value
from sourcead.ir.nodes import Call, Ref, Star
from sourcead.transform.builder import Val
from sourcead.transform.specialise.class_variables import refuse_to_show
from sourcead.transform.specialise.context import Context, Kwargs, values_of
from sourcead.transform.specialise.through_text import refuse_numbers_out_of_text

__all__ = ["opaque"]


def opaque(
    s: Context,
    func: Val,
    args: list[Any],
    kwargs: Kwargs,
    hint: str,
    kind: Kind | None = None,
    method: bool = False,
    blind: bool | None = None,
) -> Val:
    """A call left as it is: no derivative may go through it, unless it is part of one (of a rule's code)."""
    known = s.kind(func)
    if isinstance(known, Value) and not s.derivative:
        refuse_numbers_out_of_text(s, known.value, values_of(args, kwargs))
    plain = values_of(args, kwargs)
    called = s.kind(func)
    if s.rebound and not s.derivative and called not in (Value(isinstance), Value(issubclass)):
        for each in plain:
            refuse_to_show(s, each)
    raised = isinstance(called, Value) and _is_exception(called.value)
    if raised and any(map(s.holds_varied, plain)):
        s.heap.exceptions_carry()
    elif not s.derivative and (any(map(s.holds_varied, plain)) or s.holds_varied(func)):
        label = func.path if isinstance(func, Ref) else str(s.kind(func))
        s.refuse(
            f"no derivative rule for `{label}`, and it has no Python source that could be transformed",
            f"give it a rule with @sourcead.rule({label}), declare it with sourcead.nondifferentiable, "
            "or keep the active value out of this call",
            NoRule,
        )
    if blind is None:
        blind = not isinstance(called, Value) or is_blind(called.value)
        if blind or not _is_harmless(called):
            s.escape([func, *plain], blind)
    elif blind:
        s.escape([func, *plain], blind)
    if method:
        args = args[1:]
    operands = tuple(a if isinstance(a, Star) else s.operand(a) for a in args)
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    return s.emit(Call(s.operand(func), operands, keywords), kind or Unknown(), hint)


def is_blind(function: Any) -> bool:
    """Can this function write to objects that it is not given? Functions written in C, as far as known, cannot."""
    return not isinstance(function, _WRITTEN_IN_C)


def _is_exception(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseException)


def _is_harmless(kind: Kind) -> bool:
    """A function that does not write to what it is given."""
    return isinstance(kind, Value) and any(kind.value is f for f in _HARMLESS)


_WRITTEN_IN_C = (
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.WrapperDescriptorType,
    np.ufunc,
    type,
)

_HARMLESS = (
    print,
    len,
    repr,
    str,
    format,
    min,
    max,
    sum,
    sorted,
    any,
    all,
    isinstance,
    id,
    hash,
    range,
    zip,
    enumerate,
    list,
    tuple,
    dict,
    set,
    frozenset,
    int,
    float,
    bool,
    complex,
    type,
    round,
    abs,
    iter,
    reversed,
    getattr,
    hasattr,
)
