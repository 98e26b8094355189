"""Tangents of calls with a rule: sums of partial derivatives, the same call again, or the rule's formula."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.kinds import Array, Kind, Number, Object, Py, Tuple, Unknown, dtype_of, is_scalar
from sourcead.ir.nodes import Attr, Call, Const, Expr, MethodCall, Name, Op, Operand, Ref
from sourcead.ir.walk import reads
from sourcead.rules.registry import Rule
from sourcead.runtime.accumulate import in_precision, unbroadcast
from sourcead.runtime.records import Record
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.formulas import plus
from sourcead.transform.forward.tangents import Tangents, hint_of
from sourcead.transform.passed import derivative_of_formula, derivatives_of_functions
from sourcead.transform.rule_calls import ZERO, Arguments, Keywords

__all__ = ["rule_tangent"]


KEEP_PLACES = (np.copy, np.ndarray.copy, np.ndarray.astype)
"""Their `order` decides where elements lie in memory, not which index they have."""


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
    if s.b.is_made_in_callee(target):
        return ZERO  # what carries a derivative is stored there later
    rule = s.rules.find(function, label)
    by_layout = any(k == "order" and v in (Const("K"), Const("A")) for k, v in kwargs)
    if by_layout and function not in KEEP_PLACES:
        s.b.refuse(
            "the order of the elements follows the memory layout of the array",
            "say order='C' or order='F', or use reverse mode",
        )
    shown = [v for v in (target, *args[:1]) if isinstance(v, Name)]
    if function is np.lib.stride_tricks.as_strided and any(map(s.is_stored, shown)):
        s.b.refuse("an array is written while a strided view of it is in use", "copy it first")
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
    varies = functools.partial(_varies, s)
    slope = s.rules.raising_apart(rule, target, args, kwargs, Const(False), varies)
    if slope is not None:
        return s.rules.guarded(s.dot(args[0]), slope)
    total: Val = ZERO
    before = len(s.b.statements)
    partials = s.rules.partials(rule, target, args, kwargs, varies)
    for value, partial in partials:
        dot = s.dot(value)
        if dot != ZERO and partial != ZERO:
            if rule.selects and not isinstance(partial, Const):
                term = s.rules.taken(partial, dot)
            else:
                term = s.rules.term(rule, target, args, dot, partial)
            total = term if total == ZERO else plus(s.b, total, term)
    if total != ZERO and _may_be_smaller(s, target, args, before):
        made = Call(Ref("unbroadcast", unbroadcast), (s.b.operand(total), target))
        return s.b.emit(made, s.kind(target), hint_of(target))
    return total


def _varies(s: Tangents, value: Any) -> bool:
    return s.dot(value) != ZERO


def _may_be_smaller(s: Tangents, target: Name, args: Arguments, before: int) -> bool:
    """Is there an operand of unknown shape whose shape the tangent has not got?

    It has no tangent, and no statement since `before` reads it: of `x + w`, the tangent is that of x.  Where
    the shape of the result is known, `Tangents.fit` sees to it.
    """
    if not isinstance(s.kind(target), (Number, Unknown)):
        return False
    names = {a for a in args if isinstance(a, Name) and s.dot(a) == ZERO}
    open_ = {a for a in names if isinstance(s.kind(a), (Array, Number, Unknown))}
    return not open_ <= {name for stmt in s.b.statements[before:] for name in reads(stmt)}


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

    def moved(name: str | None, value: Any) -> Operand:
        return s.written_out(s.rules.structured(value)) if name == rule.wrt[0] else value

    names = _parameters(rule.reverse, len(args))
    swapped = _with_arguments(
        expr, tuple(map(moved, names, args)), tuple((k, moved(k, v)) for k, v in kwargs)
    )
    return s.b.emit(swapped, s.kind(target), hint_of(target))


def _parameters(transpose: Callable[..., Any], count: int) -> list[str]:
    """The parameter of a linear rule for each positional argument; that of `*args` for all that are left."""
    names: list[str] = []
    for parameter in list(inspect.signature(transpose).parameters.values())[1:]:
        if parameter.kind is parameter.VAR_POSITIONAL:
            return names + [parameter.name] * (count - len(names))
        names.append(parameter.name)
    return names[:count]


def _with_arguments(
    expr: Expr, args: tuple[Any, ...], kwargs: tuple[tuple[str | None, Operand], ...]
) -> Expr:
    """The same operation on other arguments; the receiver of a method or attribute is the first."""
    match expr:
        case Call():
            return replace(expr, args=args, kwargs=kwargs)
        case MethodCall():
            return replace(expr, value=args[0], args=args[1:], kwargs=kwargs)
        case Attr():
            return replace(expr, value=args[0])
        case Op():
            return replace(expr, args=args)
        case _:
            raise AssertionError(f"{expr} is no call of a rule")


def _general(s: Tangents, rule: Rule, target: Name, args: Arguments, kwargs: Keywords) -> Val:
    if target in s.b.formula_of:
        return _by_formula(s, target)
    if rule.forward is None:
        s.b.refuse(
            f"`{rule.name}` has no forward rule",
            rule.also.get("way_out", "use reverse mode, or give it one with sourcead.rule"),
            NoRule,
        )
    bound = s.rules.bound(rule, rule.reverse or rule.forward, 2, args, kwargs)
    dots: dict[str, Val] = {
        f"{name}_dot": _of_argument(s, s.rules.structured(bound[name])) if name in bound else ZERO
        for name in rule.wrt
    }
    if all(d == ZERO for d in dots.values()):
        return ZERO
    bound.update(derivatives_of_functions(s.b, rule, rule.forward, bound))
    found = s.rules.inline(rule.forward, [target], {**bound, **dots})
    kind = s.kind(target)
    return _record(s, target, kind, found) if isinstance(kind, Object) else found


def _of_argument(s: Tangents, value: Any) -> Val:
    """The tangent of an argument; of a vector or matrix that is written as lists, with zeros written out."""
    dot = s.dot(value)
    return s.full(value) if dot != ZERO and _is_table(s, value) else dot


def _is_table(s: Tangents, value: Any) -> bool:
    return (
        isinstance(value, Virtual)
        and value.form == "list"
        and all(_is_table(s, item) or is_scalar(s.b.kind(item)) for item in value.items)
    )


def _by_formula(s: Tangents, target: Name) -> Val:
    """The tangent of the Python function that the call stands for."""
    (tangent,), taken, varied = derivative_of_formula(s.b, target, "tangent")
    if all(s.dot(name) == ZERO for name in varied):
        return ZERO
    values = (*taken, *(s.written_out(name) for name in varied))
    pair = s.b.emit(Call(tangent, values), Tuple((Unknown(), Unknown())))
    kind = s.kind(target)
    if not isinstance(kind, Object):
        return _item(s, pair, 1, kind, hint_of(target))
    dots = s.b.emit(Op("getitem", (pair, Const(1))), Unknown())
    slots = enumerate(s.b.heap.known(kind.site))
    parts = tuple(_item(s, dots, i, s.b.heap.read(kind.site, slot)) for i, slot in slots)
    return _record(s, target, kind, Virtual(parts))


def _item(s: Tangents, of: Name, place: int, value: Kind, hint: str = "t") -> Name:
    """The tangent of a `value`; a formula may compute in double precision what the function gives in single."""
    item, dtype = Op("getitem", (of, Const(place))), dtype_of(value)
    if (
        dtype is None
        or isinstance(value, Py)
        or dtype.itemsize >= np.dtype(f"{dtype.kind}8").itemsize
    ):
        return s.b.emit(item, value, hint)
    found = s.b.emit(item, Unknown(), hint)
    made = Call(Ref("in_precision", in_precision), (found, Ref(f"np.{dtype}", dtype.type)))
    return s.b.emit(made, value, hint)


def _record(s: Tangents, target: Name, kind: Object, found: Val) -> Val:
    """The tangent of a result that has several values by attributes, from the tuple of theirs."""
    known = s.b.heap.known(kind.site)
    slots = [slot for slot in known if not isinstance(s.b.heap.read(kind.site, slot), Unknown)]
    items = s.b.components(found)
    if items is None:
        items = [s.b.getitem(found, Const(i)) for i in range(len(slots))]
    named = tuple((str(slot), s.b.operand(item)) for slot, item in zip(slots, items))
    made = Call(Ref("Record", Record), (), named)
    return s.b.emit(made, kind, hint_of(target))
