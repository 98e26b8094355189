"""Calls of classes: an instance is made, and its `__init__` inlined."""

from __future__ import annotations

import dataclasses
import inspect
import types
from typing import Any

from sourcead.errors import NoRule
from sourcead.ir.kinds import Object
from sourcead.ir.nodes import Const, Name, Ref, Star
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.attributes import live_operand
from sourcead.transform.specialise.context import Context, Kwargs, values_of
from sourcead.transform.specialise.making import fresh_object

__all__ = ["construct"]

_MISSING = dataclasses.MISSING


def construct(s: Context, func: Val, cls: type, args: list[Any], kwargs: Kwargs, hint: str) -> Val:
    fields = getattr(cls, "_fields", None)
    if issubclass(cls, tuple) and fields is not None and not any(isinstance(a, Star) for a in args):
        found = dict(zip(fields, args))
        found.update({str(k): v for k, v in kwargs})
        defaults = getattr(cls, "_field_defaults", {})
        found = {**{f: Const(v) for f, v in defaults.items()}, **found}
        if len(args) <= len(fields) and found.keys() >= set(fields):
            return Virtual(tuple(found[f] for f in fields), "tuple", cls)
    init = getattr(cls, "__init__")  # noqa: B009
    plain_new = getattr(cls, "__new__") is object.__new__  # noqa: B009
    active = any(map(s.holds_varied, values_of(args, kwargs)))
    plain_arguments = not kwargs and not any(isinstance(a, Star) for a in args)
    if (
        plain_new
        and type(cls) is type
        and isinstance(init, types.FunctionType)
        and not issubclass(cls, BaseException)
    ):
        made = fresh_object(s, cls, s.operand(func), hint)
        initialise(s, made, cls, args, kwargs)
        return made
    if active and not issubclass(cls, BaseException):
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


def initialise(s: Context, made: Name, cls: type, args: list[Any], kwargs: Kwargs) -> None:
    init = getattr(cls, "__init__")  # noqa: B009
    if dataclasses.is_dataclass(cls) and "__init__" in vars(cls) and not _has_source(init):
        initialise_dataclass(s, made, cls, args, kwargs)
    else:
        s.inline(s.lower(init), init, [made, *args], kwargs)


def initialise_dataclass(
    s: Context, made: Name, cls: type, args: list[Any], kwargs: Kwargs
) -> None:
    """The generated `__init__` of a dataclass: a store for each field, then `__post_init__`."""
    kind = s.kind(made)
    assert isinstance(kind, Object)
    bound = inspect.signature(cls).bind(*args, **{str(k): v for k, v in kwargs})
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
            value = live_operand(f"{cls.__name__}.{field.name}", field.default)
        s.store_field(made, kind, field.name, value)
    post = getattr(cls, "__post_init__", None)
    if post is not None:
        s.call_method_of(made, post, [], "_")


def _has_source(function: Any) -> bool:
    try:
        inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return True
