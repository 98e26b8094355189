"""Calls: which of the ways a callee is treated in."""

from __future__ import annotations

import functools
import types
from typing import Any

import numpy as np

from sourcead.errors import NoRule
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Kind,
    List,
    NoneKind,
    Number,
    Object,
    Partial,
    Py,
    Tuple,
    Unknown,
    Value,
    dtype_of,
)
from sourcead.ir.nodes import Call, Const, Name, Ref, Star
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.halves import Half
from sourcead.transform.specialise import numpy_library
from sourcead.transform.specialise.branches import choose
from sourcead.transform.specialise.builtins import STRUCTURAL
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.construction import (
    construct,
    generated_for,
    initialise_dataclass,
    made_tuple,
)
from sourcead.transform.specialise.context import Context, Kwargs, values_of
from sourcead.transform.specialise.derivatives import call_derivative
from sourcead.transform.specialise.derived import by_contents, given_contents
from sourcead.transform.specialise.each_class import by_class, is_one_of_several
from sourcead.transform.specialise.frozen import freeze
from sourcead.transform.specialise.function_objects import as_function, convert_stored
from sourcead.transform.specialise.generators import all_of_first
from sourcead.transform.specialise.half_calls import call_half
from sourcead.transform.specialise.inlining import call_function, inactive_call
from sourcead.transform.specialise.iteration import seen
from sourcead.transform.specialise.iterators import ITERATORS, note_iterator
from sourcead.transform.specialise.lazy import over_generators
from sourcead.transform.specialise.live import live_operand
from sourcead.transform.specialise.looked_at import look_at_partial
from sourcead.transform.specialise.nested import call_closure
from sourcead.transform.specialise.nothing_yet import is_nothing_yet, of_nothing
from sourcead.transform.specialise.numpy_calls import fold_of_ufunc, vectorized
from sourcead.transform.specialise.objects import dispatched, dispatched_by_class, picked
from sourcead.transform.specialise.opened import Opened
from sourcead.transform.specialise.recursion import Unit, call_unit
from sourcead.transform.specialise.rewrites import REWRITES, without_out
from sourcead.transform.specialise.rule_calls import rule_kind
from sourcead.transform.specialise.sequences import by
from sourcead.transform.specialise.special_methods import call_of, has_call
from sourcead.transform.specialise.stars import with_star
from sourcead.transform.specialise.stores import vary
from sourcead.transform.specialise.turns import Body
from sourcead.transform.specialise.ufunc_options import in_order, without_options

__all__ = ["call", "call_object"]


def call(s: Context, func: Val, args: list[Any], kwargs: Kwargs, hint: str = "t") -> Val:
    chosen = s.choices.get(func) if isinstance(func, Name) else None
    if chosen is not None and isinstance(func, Name):
        return choose(s, func, chosen[0], list(chosen[1].items()), args, kwargs, hint)
    match s.kind(func):
        case Value(value=obj):
            return s.call_object(func, obj, args, kwargs, hint)
        case Closure() as closure:
            return call_closure(s, func, closure, args, kwargs)
        case Bound(receiver, str(name)):
            return s.method(receiver, name, args, kwargs, hint)
        case Bound(receiver, types.MethodDescriptorType() as f) if registry.lookup(f) is None:
            return s.method(receiver, f.__name__, args, kwargs, hint)
        case Bound(receiver, function):
            return s.call_object(func, function, [receiver, *args], kwargs, hint, method=True)
        case Partial(inner, bound, given):
            named = {**dict(given), **{k: v for k, v in kwargs if k is not None}}
            return s.call(
                inner,
                [*bound, *args],
                [*named.items(), *((k, v) for k, v in kwargs if k is None)],
                hint,
            )
        case Object() if is_one_of_several(s, func):
            return by_class(s, func, lambda each: s.call(each, args, kwargs, hint), hint)
        case Object(cls) if cls in s.function_classes:
            return s.call(as_function(s, func, cls), args, kwargs, hint)
        case Tuple(_, cls) if isinstance(call_of(cls), types.FunctionType):
            return s.call_object(func, call_of(cls), [func, *args], kwargs, hint, method=True)
        case Object(cls) if has_call(cls):
            return s.call_object(func, cls.__call__, [func, *args], kwargs, hint, method=True)
    raise_if_certain(s, lambda value: value(), [func])
    if any(map(s.holds_varied, values_of(args, kwargs))) or s.holds_varied(func):
        convert_stored(s)
    return s.opaque(func, args, kwargs, hint)


def with_declared_kinds(s: Context, value: Val, declared: Kind | Const | Ref) -> Val:
    """A result of which the statements do not tell the kind has the one that the rule declares."""
    match value, declared:
        case Virtual(items), Tuple(kinds) if len(items) == len(kinds):
            for item, kind in zip(items, kinds):
                with_declared_kinds(s, item, kind)
        case Name(), Array() | Py() if isinstance(s.kind(value), (Unknown, Number)):
            s.note_kind(value, declared)
    return value


def _of_objects(s: Context, rule: registry.Rule, args: list[Any]) -> Any:
    """What is called in place of the rule's function, for an object among its arguments."""
    stated = rule.also.get("of_objects")
    if stated is None or not any(map(s.holds_varied, args)):
        return None
    if isinstance(stated, dict):
        held = [kind.cls for a in args if isinstance(kind := s.kind(a), Object)]
        fitting = (h for cls, h in stated.items() for each in held if issubclass(each, cls))
        return next(fitting, None)
    of_objects = any(isinstance(s.kind(a), Object) and s.holds_varied(a) for a in args)
    return stated if of_objects else None


def call_object(
    s: Context,
    func: Val,
    obj: Any,
    args: list[Any],
    kwargs: Kwargs,
    hint: str,
    method: bool = False,
) -> Val:
    if isinstance(obj, Half):
        return call_half(s, obj, args, hint)
    if isinstance(obj, Unit):  # in the body of a closure, written before
        if obj.opened is not None:
            s.refuse(
                f"a derivative inside of `{obj.name}`, which calls itself and is given lists, dicts or objects",
                "let it only compute: what changes may be passed and returned as numbers",
            )
        return call_unit(s, obj.code, obj.template, args, hint, obj.live)
    if isinstance(obj, (Opened, Body)):
        return obj.run(s, args)
    check_foreign(s, func, obj, args, kwargs)
    inherited = by_contents(s, obj, args, kwargs, hint)
    if inherited is not None:
        return inherited
    if s.derived:
        args = given_contents(s, obj, args)
    lazily, args = over_generators(s, obj, args, kwargs)
    if lazily is not None:
        return lazily
    if s.generators or any(isinstance(s.kind(a), Object) for a in values_of(args, [])):
        args = all_of_first(s, obj, args)
    if obj not in (zip, enumerate, reversed, iter) and s.iterators:
        args = [
            Star(s.operand(seen(s, a.value))) if isinstance(a, Star) else seen(s, a) for a in args
        ]
    by_classes = dispatched_by_class(s, func, obj, args, kwargs, hint)
    if by_classes is not None:
        return by_classes
    chosen = dispatched(s, obj, args)
    if chosen is not None:
        return s.call(chosen, args, kwargs, hint)
    if any(isinstance(a, Star) for a in args):
        done = with_star(s, func, obj, args, kwargs)
        if done is not None:
            if obj in ITERATORS:
                note_iterator(s, done)
            return done
    frozen = freeze(s, func, obj, args, kwargs, hint)
    if frozen is not None:
        return frozen
    structural = (STRUCTURAL.get(obj) or REWRITES.get(obj)) if _hashable(obj) else None
    rule = registry.lookup(obj)
    if (structural or rule is not None) and is_nothing_yet(s, values_of(args, kwargs)):
        return of_nothing(s, hint)
    if structural is not None:
        done = structural(s, args, kwargs, hint)
        if done is not None:
            if obj in ITERATORS:
                note_iterator(s, done)
            return done
    if (
        rule is not None
        and rule.form == "source"
        and not s.derivative
        and any(map(s.holds_varied, values_of(args, kwargs)))
    ):
        instead = rule.also.get("instead")  # the same in other words, which can be followed
        followed = (func, obj)
        if instead is not None:
            followed = Ref(instead.__name__, instead), instead
            if not rule.effects.writes:
                args = [_of_items(s, arg) for arg in args]
        return with_declared_kinds(
            s,
            call_function(s, *followed, args, kwargs, hint, method),
            rule_kind(s, rule, obj, args, kwargs) if rule.kind is not None else Unknown(),
        )
    if rule is not None and rule.form == "source" and rule.effects.writes:
        rule = None  # of constants: what it writes is not known, as of any other call
    if rule is not None and rule.form == "refused":
        if any(map(s.holds_varied, values_of(args, kwargs))):
            s.refuse(f"`{rule.name}` has no derivative rule", rule.also["way_out"], NoRule)
        rule = rule if rule.kind is not None else None  # of constants, what is known of the result
    if rule is not None:
        if (
            isinstance(obj, np.ufunc)
            and len(args) > obj.nin
            and not any(isinstance(a, Star) for a in args)
        ):
            args, kwargs = args[: obj.nin], [*kwargs, ("out", args[obj.nin])]
        ordered = in_order(s, func, obj, args, kwargs, hint)
        if ordered is not None:
            return ordered
        args, kwargs = without_options(s, rule, obj, args, kwargs)
        if rule.effects.pure and any(k == "out" for k, _ in kwargs):
            written = without_out(s, func, obj, args, kwargs, hint)
            if written is not None:
                return written
            check_out(s, kwargs, args)
        careful = _of_objects(s, rule, args)
        if careful not in (None, obj):
            return s.call_object(Ref(careful.__name__, careful), careful, args, kwargs, hint)
        return s.call_rule(rule, func, obj, args, kwargs, hint, method)
    if isinstance(getattr(obj, "__self__", None), np.ufunc) and obj.__name__ == "at":
        return ufunc_at(s, func, obj, args, hint)
    folded = fold_of_ufunc(s, obj, args, kwargs)
    if folded is not None:
        return folded
    derived = call_derivative(s, obj, args, kwargs)
    if derived is not None:
        return derived
    if hasattr(type(obj), "__differentiable_source__") and hasattr(obj, "function"):
        return s.call_object(func, obj.function, args, kwargs, hint, method)
    if isinstance(obj, np.vectorize):
        each = vectorized(s, func, obj, args, kwargs)
        if each is not None:
            return each
    match obj:
        case functools.partial():
            look_at_partial(s, obj)
            path = func.path if isinstance(func, Ref) else "partial"
            inner = Ref(f"{path}.func", obj.func)
            bound: list[Any] = [
                live_operand(f"{path}.args[{i}]", v) for i, v in enumerate(obj.args)
            ]
            given: Kwargs = [
                (k, live_operand(f"{path}.keywords[{k!r}]", v)) for k, v in obj.keywords.items()
            ]
            merged = {**dict(given), **dict(kwargs)}
            return s.call(inner, [*bound, *args], list(merged.items()), hint)
        case types.MethodType():
            made = made_tuple(s, obj, args) if isinstance(obj.__self__, type) else None
            if made is not None:
                return made
            path = func.path if isinstance(func, Ref) else "method"
            receiver = Ref(
                f"{path}.__self__", obj.__self__, live=not isinstance(obj.__self__, type)
            )
            return s.call_object(
                Ref(f"{path}.__func__", obj.__func__),
                obj.__func__,
                [receiver, *args],
                kwargs,
                hint,
            )
        case types.FunctionType():
            if obj.__name__ == "__init__" and initialised(s, obj, args, kwargs):
                return Const(None)
            return call_function(s, func, obj, args, kwargs, hint, method)
        case type():
            return construct(s, func, obj, args, kwargs, hint)
    transparent = isinstance(obj, (functools._lru_cache_wrapper, type(np.polydiv)))
    inner_function = getattr(obj, "__wrapped__", None) if transparent else None
    inner_function = inner_function or getattr(obj, "py_func", None)
    if inner_function is not None and any(map(s.holds_varied, values_of(args, kwargs))):
        return s.call_object(func, inner_function, args, kwargs, hint, method)
    if isinstance(inner_function, types.FunctionType):
        kept = inactive_call(s, func, inner_function, args, kwargs, hint, method)
        if isinstance(obj, functools._lru_cache_wrapper) and isinstance(kept, Name):
            s.kept_by_caches[kept] = s.definitions[kept]
        return kept
    found = picked(s, obj, args, hint)
    if found is not None:
        return found
    call = call_of(type(obj))
    if isinstance(func, Ref) and registry.lookup(call) is not None:
        named = Ref(f"{type(obj).__name__}.__call__", call)
        return s.call_object(named, call, [Ref(func.path, obj, True), *args], kwargs, hint)
    if isinstance(call, types.FunctionType) and isinstance(func, Ref):
        return call_function(
            s,
            Ref(f"{func.path}.__call__", call),
            call,
            [Ref(func.path, obj, True), *args],
            kwargs,
            hint,
            method,
        )
    return s.opaque(func, args, kwargs, hint)


def _of_items(s: Context, value: Any) -> Any:
    """A list whose elements are known as a tuple of them, each of its own kind; it is only read."""
    items = None if isinstance(value, Star) else s.memory.list_items(value)
    return value if items is None else Virtual(tuple([_of_items(s, item) for item in items]))


def initialised(s: Context, init: Any, args: list[Any], kwargs: Kwargs) -> bool:
    """`super().__init__(...)`, where the parent's is generated for a dataclass."""
    made = args[0] if args else None
    kind = s.kind(made) if isinstance(made, Name) else None
    owner = generated_for(kind.cls, init) if isinstance(kind, Object) else None
    if owner is None or not isinstance(made, Name):
        return False
    initialise_dataclass(s, made, owner, args[1:], kwargs)
    return True


FOREIGN = {"numpy.ma": "masked arrays", "numpy.matrixlib": "np.matrix"}


def check_foreign(s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs) -> None:
    """Kinds of arrays with an arithmetic of their own."""
    module = getattr(obj, "__module__", None) or ""
    what = next((w for m, w in FOREIGN.items() if f"{module}.".startswith(f"{m}.")), None)
    if what and not s.derivative and any(map(s.holds_varied, values_of(args, kwargs))):
        s.refuse(
            f"`{func}` makes or takes {what}, whose arithmetic is not differentiated",
            "use plain arrays: np.where or a boolean mask selects, `@` multiplies matrices",
        )


def check_out(s: Context, kwargs: Kwargs, args: list[Any]) -> None:
    """`out=` that could not be written as a store."""
    out = dict(kwargs).get("out")
    if (
        out is not None
        and not isinstance(s.kind(out), NoneKind)
        and any(map(s.holds_varied, (out, *values_of(args, kwargs))))
    ):
        s.refuse(
            "`out=` together with `where=`, or into something of unknown kind",
            "assign the result: `out[...] = f(x)`",
            NoRule,
        )


def ufunc_at(s: Context, func: Val, obj: Any, args: list[Any], hint: str) -> Val:
    """`np.add.at(u, index, v)`: an in-place operation in which repeated indices all count."""
    ufunc = obj.__self__
    if not any(map(s.holds_varied, args)):
        return s.emit(Call(s.operand(func), tuple(map(s.operand, args))), NoneKind(), hint)
    target, *rest = args
    if isinstance(s.kind(target), Array) and ufunc in (np.add, np.subtract):
        vary(s, s.operand(target))
        return s.emit(Call(s.operand(func), tuple(map(s.operand, args))), NoneKind(), hint)
    path = f"np.{ufunc.__name__}"
    if not isinstance(s.kind(target), Array) or not is_row_of_places(s, rest[0]):
        s.refuse(
            f"`{path}.at` with values that carry a derivative, at places that are no list or vector of integers",
            "use np.add.at or np.subtract.at, or a loop over the elements",
            NoRule,
        )
    each = numpy_library.at_each if len(args) == 3 else numpy_library.at_each_alone
    by(s, each, [Ref(path, ufunc), *args])
    return Const(None)


def is_row_of_places(s: Context, index: Val) -> bool:
    """Is this a vector or list of integers?"""
    kind = s.kind(index)
    if isinstance(kind, Array):
        return len(kind.dims) == 1 and _is_integer(kind)
    items = s.components(index) if isinstance(kind, List) else None
    return items is not None and all(_is_integer(s.kind(i)) for i in items)


def _is_integer(kind: Kind) -> bool:
    dtype = dtype_of(kind)
    return dtype is not None and dtype.kind in "iu"


def _hashable(obj: Any) -> bool:
    try:
        hash(obj)
    except TypeError:
        return False
    return True
