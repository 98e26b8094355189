"""Calls of functions that have a rule: the kind of what they return."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from sourcead.analysis.prototypes import SizeOf
from sourcead.analysis.shape_kinds import inferred_kind
from sourcead.ir.kinds import Array, Kind, List, Number, Object, Tuple, Unknown, carries, is_number
from sourcead.ir.nodes import UNDEFINED, Attr, Call, Const, Expr, MethodCall, Name, Op, Ref, Star
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Kwargs, values_of
from sourcead.transform.specialise.lifting import formula_of, with_plain_functions
from sourcead.transform.specialise.results import elementwise_kind
from sourcead.transform.specialise.rows import (
    flat_as_array,
    of_numbers,
    takes_arrays,
    with_arrays,
    with_rows,
)
from sourcead.transform.specialise.said_dtypes import with_said_dtype
from sourcead.transform.specialise.through_text import refuse_numbers_out_of_text
from sourcead.transform.specialise.whole_lists import copied, note_whole, read_at

__all__ = ["call_rule", "deep_kind", "note_effects", "rule_kind"]

NEUTRAL = (("axis", None), ("keepdims", False), ("where", True), ("dtype", None), ("out", None))
"""Options of NumPy's reductions that say nothing: left out of derivative code."""


def _is_lazy(s: Context, value: Val) -> bool:
    return isinstance(value, Name) and value in s.iterators and s.holds_varied(value)


def call_rule(
    s: Context,
    rule: Rule,
    func: Val,
    obj: Any,
    args: list[Any],
    kwargs: Kwargs,
    hint: str,
    method: bool,
) -> Val:
    plain = values_of(args, kwargs)
    varied = rule.form != "constant" and any(map(s.holds_varied, plain))
    if varied and not s.derivative and any(_is_lazy(s, v) for v in plain):
        s.refuse(
            f"`{getattr(obj, '__name__', 'a function')}` takes an iterator through which derivatives go",
            "make a list of it: `list(...)`",
        )
    if not varied and not s.derivative:
        refuse_numbers_out_of_text(s, obj, plain)
    if rule.calls and varied:
        args, kwargs = with_plain_functions(s, rule, obj, args, kwargs)
    if rule.form == "elementwise" and varied and not (len(plain) == 1 and of_numbers(obj)):
        args = [_as_array(s, arg) for arg in args]
        kwargs = [(k, _as_array(s, v)) for k, v in kwargs]
    reads_lists = varied and not s.derivative and any(isinstance(s.kind(v), List) for v in plain)
    here = read_at(s)
    if reads_lists and here in s.copied:
        args = [a if isinstance(a, Star) else copied(s, a) for a in args]
        kwargs = [(k, copied(s, v)) for k, v in kwargs]
    joins = obj is np.block  # how deep its lists are says what it does
    if varied and not s.derivative and takes_arrays(obj) and not joins:
        args = [with_rows(s, arg) for arg in args]
        kwargs = [(k, with_rows(s, v)) for k, v in kwargs]
    if rule.form in ("general", "linear") and varied:
        args, kwargs = with_arrays(s, rule, obj, args, kwargs)
    if varied and not s.derivative:
        for each in values_of(args, kwargs):
            note_whole(s, each)
    kind = rule_kind(s, rule, obj, args, kwargs)
    unsure = isinstance(kind, Unknown) or rule.kind is not None or rule.form == "general"
    if unsure and varied and not s.derivative and takes_arrays(obj):
        args, before = [flat_as_array(s, obj, arg) for arg in args], args
        kind = kind if args == before else rule_kind(s, rule, obj, args, kwargs)
    if isinstance(kind, (Const, Ref)):
        return kind  # the value itself: it follows from the arguments' kinds
    if not any(isinstance(a, Star) for a in args):
        kind, carried = with_said_dtype(s, obj, args, kwargs, kind)
        varied = varied and carried
    operands = tuple(a if isinstance(a, Star) else s.operand(a) for a in args)
    if s.derivative:
        kwargs = [
            (k, v)
            for k, v in kwargs
            if not (isinstance(v, Const) and _says_nothing(obj, k, v.value))
        ]
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    bound = s.definitions.get(func) if method and isinstance(func, Name) else None
    expr: Expr
    if isinstance(bound, Attr) and not isinstance(operands[0], Star):
        expr = MethodCall(operands[0], bound.attr, operands[1:], keywords)
    elif method and func == operands[0] and not isinstance(operands[0], Star):
        # an object that is called
        expr = MethodCall(operands[0], "__call__", operands[1:], keywords)
    else:
        expr = Call(s.operand(func), operands, keywords)
    by_formula = rule.formula is not None and varied
    if (
        by_formula and rule.reverse is not None
    ):  # the formula is for what that does not differentiate
        by_formula = _is_beyond(s, rule, args, kwargs)
    formula = formula_of(s, rule, args, kwargs) if by_formula else None
    name = s.emit(expr, kind, hint, varied)
    if reads_lists:
        s.whole_reads[name] = here
    if formula is not None:
        s.formula_of[name] = formula
    note_effects(s, rule, name, args)
    return name


def _as_array(s: Context, arg: Any) -> Any:
    """A list or tuple of numbers is the array that NumPy makes of it: its tangent is one, too."""
    if isinstance(arg, Star) or not isinstance(s.kind(arg), (List, Tuple)):
        return arg
    return s.call(Ref("np.asarray", np.asarray), [arg], [])


def _is_beyond(s: Context, rule: Rule, args: list[Any], kwargs: Kwargs) -> bool:
    """Does a value vary that the reverse rule takes for constant, as the object that is called?"""
    assert rule.formula is not None
    names = inspect.signature(rule.formula).parameters
    given = [*zip(names, args), *kwargs]
    return any(name not in rule.wrt and s.holds_varied(value) for name, value in given)


def note_effects(s: Context, rule: Rule, name: Name, args: list[Any]) -> None:
    views = rule.effects.returns in ("view", "maybe", "same")
    source = args[0] if views and args and not isinstance(args[0], Star) else None
    if source is not None:
        s.share(name, source)
    items = s.kinds[name]
    if isinstance(items, Object):
        site = s.new_site(name.hint)
        s.kinds[name] = Object(items.cls, site)
        s.records.add(site)
        s.memory.begin(name, site, "object", {}, complete=False)
        for attr, kind in items.fields:
            varies = name in s.varied and carries(kind)
            s.heap.store(site, attr, kind, varies)
            if varies and isinstance(kind, Unknown):
                s.opaque_fields.add((site, attr))
    if isinstance(items, List):
        site = s.new_site(name.hint)
        s.kinds[name] = List(Unknown(), site)
        s.heap.store(site, ITEM, items.item, name in s.varied)
        if isinstance(source, Name):  # a list of views
            s.heap.read_blindly(site, ITEM)
            s.share_slot(source, site, ITEM)


def rule_kind(
    s: Context, rule: Rule, obj: Any, args: list[Any], kwargs: Kwargs
) -> Kind | Const | Ref:
    if any(isinstance(a, Star) for a in args) or any(k is None for k, _ in kwargs):
        return Unknown()
    kinds = [a if isinstance(a, Const) else s.deep_kind(a) for a in args]
    named = {str(k): v if isinstance(v, Const) else s.deep_kind(v) for k, v in kwargs}
    if rule.kind is not None:
        if not _takes(rule.kind, kinds, named):
            return Unknown()  # a keyword that the rule does not know is refused by its name
        found = rule.kind(*kinds, **named)
        return found if found is not None else Unknown()
    flat: list[Any] = [k for k in (*kinds, *named.values()) if not isinstance(k, Const)]
    if rule.form == "elementwise" and not named and all(is_number(k) for k in flat):
        plain = [s.kind(a) for a in args]
        operands = [a if isinstance(a, Const) else UNDEFINED for a in args]
        return elementwise_kind(s, obj, plain, operands)
    if any(map(_is_unsure, flat)):
        return Number()
    if not rule.effects.pure:
        return Unknown()
    return inferred_kind(obj, kinds, named)


def _takes(function: Any, args: list[Any], kwargs: dict[str, Any]) -> bool:
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError:
        return False
    return True


def _is_unsure(kind: Any) -> bool:
    """Is this, or something in it, a number or array of which no more is known?"""
    match kind:
        case List(_, _, items) | Tuple(items) if items is not None:
            return any(map(_is_unsure, items))
        case List(item):
            return isinstance(item, Number)
        case _:
            return isinstance(kind, Number)


def deep_kind(s: Context, value: Val) -> Any:
    """The kind with the contents of lists written out and constants kept, for samples."""
    if isinstance(value, Const):
        return value
    if isinstance(value, Virtual):
        if value.form == "slice":
            return s.kind(value)
        items = tuple(map(s.deep_kind, value.items))
        if value.form == "tuple":
            return Tuple(items, value.cls)
        first = items[0] if items else Unknown()
        return List(s.kind(first) if isinstance(first, Const) else first, "", items)
    kind = s.kind(value)
    made = s.definitions.get(value) if isinstance(value, Name) else None
    if (
        isinstance(made, Op)
        and made.op == "tuple"
        and isinstance(kind, Tuple)
        and kind.cls is tuple
    ):
        return Tuple(tuple(map(s.deep_kind, made.args)))
    sized = size_of(s, value)
    if sized is not None:
        return sized
    if isinstance(kind, List) and kind.site:
        inside = s.memory.list_items(value)
        held = _opened(s, s.heap.read(kind.site, ITEM), (kind.site,))
        return List(held, "", None if inside is None else tuple(map(s.deep_kind, inside)))
    if isinstance(kind, Object) and kind.site and not kind.fields:
        held_by = ((k, s.heap.read(kind.site, k)) for k in s.heap.known(kind.site))
        known = tuple((k, each) for k, each in held_by if isinstance(k, str) and is_number(each))
        return Object(kind.cls, kind.site, known, kind.optional)
    return kind


def _opened(s: Context, kind: Kind, around: tuple[str, ...]) -> Kind:
    """The kind of an element of a list, with what the lists in it hold."""
    match kind:
        case List(_, site) if site and site not in around:
            return List(_opened(s, s.heap.read(site, ITEM), (*around, site)), "", None, kind.cls)
        case Tuple(items):
            return Tuple(tuple(_opened(s, each, around) for each in items), kind.cls)
        case _:
            return kind


def size_of(s: Context, value: Val) -> SizeOf | None:
    """A shape, or one entry of it, as the axes of the array that it was read from."""
    expr = s.definitions.get(value) if isinstance(value, Name) else None
    match expr:
        case Attr(Name() as array, "shape"):
            kind = s.kind(array)
            return SizeOf(kind.dims) if isinstance(kind, Array) else None
        case Op("getitem", (Name() as shape, Const(i))):
            inner = size_of(s, shape)
            return (
                SizeOf((inner.dims[i],), True) if inner is not None and not inner.single else None
            )
        case Call(Ref("len"), (Name() as array,)):
            kind = s.kind(array)
            return SizeOf(kind.dims[:1], True) if isinstance(kind, Array) and kind.dims else None
        case _:
            return None


def _says_nothing(function: Any, name: str | None, value: Any) -> bool:
    """Is this option of a call what it is without being given? (`axis=None` is not, for `np.argsort`.)"""
    if not any(name == n and value is v for n, v in NEUTRAL):
        return False
    try:
        default = inspect.signature(function).parameters[str(name)].default
    except (TypeError, ValueError, KeyError):
        return name != "axis"
    return default is value or default is np._NoValue
