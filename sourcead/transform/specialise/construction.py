"""Calls of classes: an instance is made, and its `__init__` inlined."""

from __future__ import annotations

import dataclasses
import enum
import inspect
import types
from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import Object, Unknown, Value
from sourcead.ir.nodes import Call, Const, Name, Ref, Star
from sourcead.runtime.making import initialised
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Kwargs, values_of
from sourcead.transform.specialise.derived import made_derived
from sourcead.transform.specialise.keys import member_of
from sourcead.transform.specialise.live import live_operand
from sourcead.transform.specialise.looked_at import look_at
from sourcead.transform.specialise.making import fresh_object
from sourcead.transform.specialise.passing import PASSING
from sourcead.transform.specialise.special_methods import made_plainly, special_method

__all__ = ["construct", "made_by_parent", "made_tuple"]

_MISSING = dataclasses.MISSING
_INIT_ONLY: Any = getattr(dataclasses, "_FIELD_INITVAR")  # noqa: B009  (private, but in all versions)


def made_tuple(s: Context, method: Any, args: list[Any]) -> Val | None:
    """`Point._make(items)` of a namedtuple class."""
    cls = method.__self__
    fields = getattr(cls, "_fields", None)
    if method.__name__ != "_make" or fields is None or not issubclass(cls, tuple):
        return None
    items = s.components(args[0]) if len(args) == 1 else None
    known = items is not None and len(items) == len(fields)
    check_tuple_class(s, cls)
    return Virtual(tuple(items or ()), "tuple", cls) if known else None


HOLDING = ("__getitem__", "__iter__", "__len__", "__contains__", "__getattribute__")
"""What says which items a tuple has."""


def check_tuple_class(s: Context, cls: type) -> None:
    """Is an instance of a namedtuple class what its items are?"""
    said = [name for name in HOLDING if isinstance(getattr(cls, name), types.FunctionType)]
    if said:
        s.refuse(
            f"`{cls.__name__}` is derived from tuple, and has a `{said[0]}` of its own",
            "give it a method of another name, or make it a class that holds the values",
        )


def construct(s: Context, func: Val, cls: type, args: list[Any], kwargs: Kwargs, hint: str) -> Val:
    if issubclass(cls, enum.Enum) and len(args) == 1 and isinstance(args[0], Const) and not kwargs:
        value = args[0].value
        if any(value == member.value for member in cls):
            return member_of(cls(value))
    new = special_method(cls, "__new__")
    if isinstance(new, types.FunctionType) and type(cls).__call__ is type.__call__:
        if not _is_of_namedtuple(cls):
            return _by_own_new(s, func, cls, new, args, kwargs, hint)
    fields = getattr(cls, "_fields", None)
    if issubclass(cls, tuple) and fields is not None and not any(isinstance(a, Star) for a in args):
        found = dict(zip(fields, args))
        found.update({str(k): v for k, v in kwargs})
        defaults = getattr(cls, "_field_defaults", {})
        found = {**{f: Const(v) for f, v in defaults.items()}, **found}
        if len(args) <= len(fields) and found.keys() >= set(fields):
            check_tuple_class(s, cls)
            return Virtual(tuple(found[f] for f in fields), "tuple", cls)
    derived = made_derived(s, cls, args, kwargs, hint)
    if derived is not None:
        return derived
    init = special_method(cls, "__init__")
    plain_new = made_plainly(cls)
    active = any(map(s.holds_varied, values_of(args, kwargs)))
    if cls in PASSING and not active:
        return s.opaque(func, args, kwargs, hint)
    plain_arguments = not kwargs and not any(isinstance(a, Star) for a in args)
    if (
        plain_new
        and type(cls).__call__ is type.__call__
        and isinstance(init, types.FunctionType)
        and not issubclass(cls, BaseException)
    ):
        made = fresh_object(s, cls, s.operand(func), hint)
        initialise(s, made, cls, args, kwargs)
        return made
    if plain_new and init is object.__init__ and type(cls).__call__ is type.__call__ and not args:
        if not kwargs:
            return fresh_object(s, cls, s.operand(func), hint)
    if active and not s.derivative and not issubclass(cls, BaseException):
        s.refuse(
            f"no derivative rule for the class `{cls.__name__}`, and its construction is not plain Python",
            f"give it a rule with @sourcead.rule({cls.__name__})",
            NoRule,
        )
    made_here = s.opaque(func, args, kwargs, hint)
    if issubclass(cls, BaseException) and plain_arguments and isinstance(made_here, Name):
        site = s.new_site(cls.__name__)
        s.kinds[made_here] = Object(cls, site)
        s.memory.begin(made_here, site, "object", {"args": Virtual(tuple(args))}, complete=False)
    return made_here


def _is_of_namedtuple(cls: type) -> bool:
    """Is this `__new__` the one that `namedtuple` makes?"""
    owner = next(each for each in cls.__mro__ if "__new__" in vars(each))
    return issubclass(cls, tuple) and "_fields" in vars(owner)


def _by_own_new(
    s: Context, func: Val, cls: type, new: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val:
    """A class whose `__new__` is written in Python: it is called, then `__init__` of what it made."""
    made = s.call_object(
        Ref(f"{cls.__name__}.__new__", new), new, [Ref(cls.__name__, cls), *args], kwargs, hint
    )
    kind = s.kind(made)
    if isinstance(kind, Object) and issubclass(kind.cls, cls) and isinstance(made, Name):
        if isinstance(getattr(kind.cls, "__init__", None), types.FunctionType):
            initialise(s, made, kind.cls, args, kwargs)
        return made
    if not isinstance(kind, Unknown):
        return made
    if any(map(s.holds_varied, values_of(args, kwargs))):
        s.refuse(
            f"what `{cls.__name__}.__new__` returns for values that carry a derivative is not known",
            "call the class whose instance it returns",
        )
    keywords = tuple((k, s.operand(v)) for k, v in kwargs)
    given = [a if isinstance(a, Star) else s.operand(a) for a in args]
    operands = (s.operand(made), Ref(cls.__name__, cls), *given)
    return s.emit(Call(Ref("initialised", initialised), operands, keywords), Unknown(), hint)


def made_by_parent(
    s: Context, found: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """`super().__new__(cls, ...)`, where the parent's is that of `object` or of a namedtuple."""
    kind = s.kind(args[0]) if args and not isinstance(args[0], Star) else None
    cls = kind.value if isinstance(kind, Value) else None
    if not isinstance(cls, type):
        return None
    if found is object.__new__:
        return fresh_object(s, cls, s.operand(args[0]), hint)
    fields = getattr(cls, "_fields", ())
    if issubclass(cls, tuple) and len(fields) == len(args) - 1 + len(kwargs):
        given = {**dict(zip(fields, args[1:])), **{str(k): v for k, v in kwargs}}
        return Virtual(tuple(given[f] for f in fields), "tuple", cls)
    return None


def initialise(s: Context, made: Name, cls: type, args: list[Any], kwargs: Kwargs) -> None:
    init = special_method(cls, "__init__")
    owner = generated_for(cls, init)
    if owner is not None:
        initialise_dataclass(s, made, owner, args, kwargs)
    else:
        s.inline(s.lower(init), init, [made, *args], kwargs)


def generated_for(cls: type, init: Any) -> type | None:
    """The dataclass, `cls` or a base of it, of which this is the generated `__init__`."""
    for base in cls.__mro__:
        if vars(base).get("__init__") is init:
            is_generated = "__dataclass_fields__" in vars(base) and not _has_source(init)
            return base if is_generated else None
    return None


def initialise_dataclass(
    s: Context, made: Name, cls: type, args: list[Any], kwargs: Kwargs
) -> None:
    """The generated `__init__` of a dataclass: a store for each field, then `__post_init__`."""
    kind = s.kind(made)
    assert isinstance(kind, Object)
    bound = inspect.signature(cls).bind(*args, **{str(k): v for k, v in kwargs})
    look_at(s, special_method(cls, "__init__"), "__defaults__")
    for field in dataclasses.fields(cls):
        if field.name in bound.arguments:
            value = bound.arguments[field.name]
        elif field.default_factory is not _MISSING:
            value = s.call(
                Ref(getattr(field.default_factory, "__name__", "factory"), field.default_factory),
                [],
                [],
            )
        else:
            stated = bound.signature.parameters.get(field.name)  # a default may be replaced
            default = field.default if stated is None else stated.default
            value = live_operand(f"{cls.__name__}.{field.name}", default)
        s.store_field(made, kind, field.name, value)
    post = getattr(kind.cls, "__post_init__", None)
    if post is not None:
        bound.apply_defaults()
        given = [bound.arguments[name] for name in _init_only(cls)]
        s.call_method_of(made, post, [_as_operand(cls, v) for v in given], "_")


def _init_only(cls: type) -> list[str]:
    """The names of the fields that only `__init__` and `__post_init__` see (`InitVar`)."""
    fields: dict[str, Any] = vars(cls)["__dataclass_fields__"]
    return [n for n, f in fields.items() if f._field_type is _INIT_ONLY]


def _as_operand(cls: type, value: Any) -> Val:
    is_operand = isinstance(value, (Name, Const, Ref, Virtual))
    return value if is_operand else live_operand(f"{cls.__name__}.default", value)


def _has_source(function: Any) -> bool:
    try:
        inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return True
