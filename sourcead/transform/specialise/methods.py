"""Calls of methods, by the kind of the receiver."""

from __future__ import annotations

import functools
import inspect
import types
from typing import Any

import numpy as np

from sourcead.analysis.prototypes import result_kind
from sourcead.errors import NoRule
from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Number,
    Object,
    Partial,
    Py,
    Text,
    Tuple,
    Unknown,
    Value,
)
from sourcead.ir.nodes import Const, MethodCall, Ref, Star
from sourcead.rules import registry
from sourcead.signature import added_to
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.distributions import is_distribution
from sourcead.transform.heap import ITEM
from sourcead.transform.operations import class_of, method_class
from sourcead.transform.specialise.absent import definite
from sourcead.transform.specialise.attributes import (
    bind_field,
    fields_of,
    parent_attribute,
)
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.construction import made_by_parent
from sourcead.transform.specialise.context import Context, Kwargs, values_of
from sourcead.transform.specialise.derived import by_contents
from sourcead.transform.specialise.descriptors import is_descriptor
from sourcead.transform.specialise.dicts import dict_method
from sourcead.transform.specialise.each_class import by_class, is_one_of_several
from sourcead.transform.specialise.frozen import frozen_method, met_method
from sourcead.transform.specialise.generators import all_of_first
from sourcead.transform.specialise.lists import list_method
from sourcead.transform.specialise.live import live_operand
from sourcead.transform.specialise.looked_at import look_at
from sourcead.transform.specialise.module_variables import refuse_method
from sourcead.transform.specialise.namespaces import namespace_method, owner
from sourcead.transform.specialise.nothing_yet import is_nothing_yet, of_nothing
from sourcead.transform.specialise.rewrites import REWRITES
from sourcead.transform.specialise.rows import with_arrays, with_rows
from sourcead.transform.specialise.rule_calls import note_effects, rule_kind
from sourcead.transform.specialise.said_dtypes import with_said_dtype

__all__ = ["call_method_of", "method"]

_TEXT_TO_TEXT = frozenset(
    {
        "format",
        "join",
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "title",
        "capitalize",
        "ljust",
        "rjust",
        "center",
        "zfill",
        "removeprefix",
        "removesuffix",
        "encode",
        "decode",
    }
)

_TEXT_TO_INT = frozenset({"index", "find", "count", "rfind", "rindex"})


def method(
    s: Context, receiver: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str = "t"
) -> Val:
    receiver = definite(s, receiver, f"'NoneType' object has no attribute '{method}'")
    held_by = owner(s, receiver)
    if held_by is not None:
        done = namespace_method(s, held_by, method, args, kwargs, hint)
        if done is not None:
            return done
    refuse_method(s, receiver, method)
    if is_nothing_yet(s, [receiver]):
        return of_nothing(s, hint)
    kind = s.kind(receiver)
    if s.generators:
        args = all_of_first(s, method, args)
    if isinstance(receiver, Virtual) and receiver.form == "super":
        return parent_method(s, receiver, method, args, kwargs, hint)
    if method == "__class__":
        return s.call(s.call(Ref("type", type), [receiver], []), args, kwargs, hint)
    match kind:
        case Value(value=obj) if not isinstance(obj, (np.dtype,)) and hasattr(obj, method):
            path = f"{receiver.path}.{method}" if isinstance(receiver, Ref) else method
            rule = registry.lookup(getattr(getattr(obj, method), "__func__", None))
            if rule is not None and rule.form == "constant":
                return opaque_method(s, receiver, method, args, kwargs, hint, Unknown())
            look_at(s, obj, method)
            bound = getattr(obj, method)
            if isinstance(obj, np.poly1d) and isinstance(bound, types.MethodType):
                return s.call(Ref(path, bound.__func__), [receiver, *args], kwargs, hint)
            return s.call(Ref(path, bound), args, kwargs, hint)
        case Partial(Ref(value=function)) if is_distribution(function):
            return frozen_method(s, receiver, kind, method, args, kwargs, hint)
        case Partial() if method == "func":
            return s.call(s.attr(receiver, method), args, kwargs, hint)
        case Object() if is_one_of_several(s, receiver):
            return by_class(
                s, receiver, lambda each: s.method(each, method, args, kwargs, hint), hint
            )
        case Object():
            return object_method(s, receiver, kind, method, args, kwargs, hint)
        case Array() | Py() | Np() | Number():
            return number_method(s, receiver, kind, method, args, kwargs, hint)
        case List(_, site):
            return list_method(s, receiver, site, method, args, kwargs, hint)
        case Dict(cls=cls) if added_to(cls) and not hasattr(dict, method):
            return s.call(s.attr(receiver, method, hint), args, kwargs, hint)
        case Dict(_, site):
            return dict_method(s, receiver, site, method, args, kwargs, hint)
        case Tuple(_, cls) if cls is not tuple and isinstance(
            inspect.getattr_static(cls, method, None), (staticmethod, classmethod)
        ):
            path = f"{cls.__name__}.{method}"
            return s.call(Ref(path, getattr(cls, method)), args, kwargs, hint)
        case Tuple(_, cls) if cls is not tuple and isinstance(
            getattr(cls, method, None), types.FunctionType
        ):
            if method == "_replace":
                found = dict(zip(fields_of(cls), s.components(receiver) or []))
                found.update((str(k), v) for k, v in kwargs)
                return Virtual(tuple(found.values()), "tuple", cls)
            if method == "_asdict":
                items = zip(fields_of(cls), s.components(receiver) or [])
                return s.fresh_dict([o for k, v in items for o in (Const(k), v)], hint)
            return s.call_object(Const(None), getattr(cls, method), [receiver, *args], kwargs, hint)
    plain = values_of(args, kwargs)
    if isinstance(kind, Text):
        return text_method(s, receiver, method, args, kwargs, hint)
    if s.holds_varied(receiver) or any(map(s.holds_varied, plain)):
        s.refuse(
            f"method `{method}` of a value of unknown kind, with a value that carries a derivative",
            "make its kind known, or give the method a rule with @sourcead.rule",
            NoRule,
        )
    return opaque_method(s, receiver, method, args, kwargs, hint, Unknown())


def parent_method(
    s: Context, receiver: Virtual, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    """`super().method(...)`"""
    found = parent_attribute(s, receiver, method)
    instance = receiver.items[1]
    if found is object.__setattr__:
        found = None
    if found is object.__init__ or (found is None and method in ("__init__", "__init_subclass__")):
        return Const(None)
    if found is None and method == "__setattr__":
        return s.call(
            Ref("object.__setattr__", object.__setattr__), [instance, *args], kwargs, hint
        )
    if method == "__new__":
        plain = getattr(found, "__func__", found)
        made = made_by_parent(s, plain, args, kwargs, hint)
        if made is not None:
            return made
    if isinstance(found, staticmethod):
        return s.call_object(Ref(method, found.__func__), found.__func__, args, kwargs, hint)
    if isinstance(found, classmethod):
        kind = s.kind(instance)
        own = class_of(kind)
        cls = instance if own is None or isinstance(kind, Value) else Ref(own.__name__, own)
        return s.call_object(
            Ref(method, found.__func__), found.__func__, [cls, *args], kwargs, hint
        )
    inherited = by_contents(s, found, [instance, *args], kwargs, hint)
    if inherited is not None:
        return inherited
    if not isinstance(found, types.FunctionType):
        s.refuse(
            f"`super().{method}` is not a plain method",
            "name the class: `Base.method(self, ...)`",
        )
    return s.call_object(Ref(found.__qualname__, found), found, [instance, *args], kwargs, hint)


def text_method(
    s: Context, receiver: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    if isinstance(receiver, Const) and all(isinstance(a, Const) for a in args) and not kwargs:
        try:
            made = getattr(receiver.value, method)(*(a.value for a in args))
        except (AttributeError, LookupError, TypeError, ValueError):
            made = None  # raised by the program, where it runs
        if isinstance(made, (str, bool, int)):
            return Const(made)
    kind: Kind = Text() if method in _TEXT_TO_TEXT else Unknown()
    if method in _TEXT_TO_INT:
        kind = Py(int)
    elif method in ("startswith", "endswith") or method.startswith("is"):
        kind = Py(bool)
    return opaque_method(s, receiver, method, args, kwargs, hint, kind)


def opaque_method(
    s: Context, receiver: Val, method: str, args: list[Any], kwargs: Kwargs, hint: str, kind: Kind
) -> Val:
    if not isinstance(s.kind(receiver), (Text, Array, Py, Np, Value)):
        s.escape([receiver, *values_of(args, kwargs)], blind=True)
    operands = tuple(a if isinstance(a, Star) else s.operand(a) for a in args)
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    return s.emit(MethodCall(s.operand(receiver), method, operands, keywords), kind, hint)


def object_method(
    s: Context, receiver: Val, kind: Object, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    with_parameters = met_method(s, receiver, kind, method, args, kwargs, hint)
    if with_parameters is not None:
        return with_parameters
    held = s.heap.read(kind.site, method)
    if not isinstance(held, Never):
        return s.call(s.field(receiver, kind, method, hint), args, kwargs, hint)
    if (
        kind.cls is set
        and method in ("add", "update")
        and not any(map(s.holds_varied, values_of(args, kwargs)))
    ):
        s.heap.store(kind.site, ITEM, s.kind(args[0]) if method == "add" else Unknown())
        return opaque_method(s, receiver, method, args, kwargs, hint, NoneKind())
    function = None
    raw: Any = None
    for base in kind.cls.__mro__:
        if method in vars(base):
            raw = vars(base)[method]
            function = getattr(kind.cls, method)
            break
    if function is None and isinstance(getattr(kind.cls, "__getattr__", None), types.FunctionType):
        return s.call(s.attr(receiver, method, hint), args, kwargs, hint)
    if function is None:
        if any(map(s.holds_varied, values_of(args, kwargs))):
            s.refuse(
                f"`{kind.cls.__name__}` finds `{method}` by `__getattr__`, or not at all",
                "call the function itself",
                NoRule,
            )
        return opaque_method(s, receiver, method, args, kwargs, hint, Unknown())
    if isinstance(raw, functools.partialmethod):
        path = f"{kind.cls.__name__}.__dict__[{method!r}]"
        bound_before = [live_operand(f"{path}.args[{i}]", v) for i, v in enumerate(raw.args)]
        named = {k: live_operand(f"{path}.keywords[{k!r}]", v) for k, v in raw.keywords.items()}
        named.update((str(k), v) for k, v in kwargs if k is not None)
        inner = Ref(f"{path}.func", raw.func)
        if isinstance(raw.func, types.FunctionType) and all(k is not None for k, _ in kwargs):
            return s.call(inner, [receiver, *bound_before, *args], list(named.items()), hint)
    if is_descriptor(raw):
        return s.call(s.attr(receiver, method, hint), args, kwargs, hint)
    if isinstance(raw, property):
        return s.call(s.call_method_of(receiver, raw.fget, [], hint), args, kwargs, hint)
    if isinstance(raw, (staticmethod, classmethod)) or not hasattr(type(raw), "__get__"):
        return s.call(Ref(f"{kind.cls.__name__}.{method}", function), args, kwargs, hint)
    inherited = by_contents(s, function, [receiver, *args], kwargs, hint)
    if inherited is not None:
        return inherited
    if isinstance(raw, functools._lru_cache_wrapper):
        path = f"{kind.cls.__name__}.{method}"
        return s.call_object(Ref(path, function), function, [receiver, *args], kwargs, hint)
    rule = registry.lookup(function)
    varied = s.holds_varied(receiver) or any(map(s.holds_varied, values_of(args, kwargs)))
    if rule is not None and rule.form == "source" and rule.effects.writes and not varied:
        rule = None  # of constants: what it writes is not known, as of any other call
    if rule is not None or isinstance(function, types.FunctionType):
        bound = bind_field(s, receiver, function, method, hint)
        return s.call(bound, args, kwargs, hint)
    if varied and not s.derivative and kind.cls is set:
        s.refuse("a set of values that carry a derivative", "use a list")
    if varied and not s.derivative:
        s.refuse(
            f"no derivative rule for method `{kind.cls.__name__}.{method}`, and it has no Python source",
            f"give it a rule with @sourcead.rule({kind.cls.__name__}.{method})",
            NoRule,
        )
    return opaque_method(s, receiver, method, args, kwargs, hint, Unknown())


def number_method(
    s: Context, receiver: Val, kind: Kind, method: str, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    cls = method_class(kind)
    function = getattr(cls, method, None)
    if function is None:
        raise_if_certain(s, lambda v: getattr(v, method), [receiver])
        s.refuse(f"`{kind}` has no method `{method}`", "see the kinds of the arguments")
    if REWRITES.get(function) is not None:
        done = REWRITES[function](s, [receiver, *args], kwargs, hint)
        if done is not None:
            return done
    if any(k == "out" for k, _ in kwargs):
        given = dict(kwargs)
        out = given.pop("out")
        if isinstance(s.kind(out), Array) and "where" not in given:
            s.store(
                out,
                Const(Ellipsis),
                number_method(s, receiver, kind, method, args, list(given.items()), "t"),
                None,
            )
            return out
    if method == "item" and not args and isinstance(kind, (Np, Array)):
        found = result_kind(_item, [kind])
        return s.emit(
            MethodCall(s.operand(receiver), "item", ()),
            found,
            hint,
            s.is_varied(receiver),
        )
    if method == "view" and (args or kwargs) and s.is_varied(receiver):
        s.refuse(
            "`view` of an array that carries a derivative, as another dtype or class",
            "use `astype`, `.real` and `.imag`, or plain arrays",
        )
    rule = registry.lookup(function)
    if rule is None and isinstance(kind, Np):
        function = getattr(np.ndarray, method, None)
        rule = registry.lookup(function)
    if rule is None:
        active = [a for a in (receiver, *values_of(args, kwargs)) if s.holds_varied(a)]
        if active:
            s.refuse(
                f"no derivative rule for method `{method}` of {kind}",
                "use another formulation, or give it a rule with @sourcead.rule",
                NoRule,
            )
        return opaque_method(s, receiver, method, args, kwargs, hint, Unknown())
    varied = rule.form != "constant" and any(
        map(s.holds_varied, (receiver, *values_of(args, kwargs)))
    )
    if varied and not s.derivative:
        args = [with_rows(s, arg) for arg in args]
        (_, *args), kwargs = with_arrays(s, rule, function, [receiver, *args], kwargs)
    known = rule_kind(s, rule, getattr(cls, method, function), [receiver, *args], kwargs)
    if isinstance(known, (Const, Ref)):
        return known
    known, carried = with_said_dtype(s, function, [receiver, *args], kwargs, known)
    varied = varied and carried
    operands = tuple(a if isinstance(a, Star) else s.operand(a) for a in args)
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    name = s.emit(MethodCall(s.operand(receiver), method, operands, keywords), known, hint, varied)
    note_effects(s, rule, name, [receiver])
    return name


def _item(a: Any) -> Any:
    """`a.item()`; of a sample with several elements, that of the first."""
    return a.item() if a.size == 1 else a.flat[0].item()


def call_method_of(s: Context, receiver: Val, function: Any, args: list[Any], hint: str) -> Val:
    """A method found on the class, called with `receiver` as self."""
    path = getattr(function, "__qualname__", "method")
    return s.call_object(Ref(path, function), function, [receiver, *args], [], hint)
