"""A function whose derivative is taken inside another: as a list for arguments of given kinds, with their values.

What a function made on the spot captures are further parameters of it; what a list, dict or object holds
is known as it is of an argument.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sourcead.adapters import spread
from sourcead.api import addresses_star, positions
from sourcead.callables import Mode, Source, source_of
from sourcead.derivative import Spread
from sourcead.errors import UnknownArgument
from sourcead.ir.kinds import Dict, Kind, List, Object, Tuple, Unknown, Value
from sourcead.ir.nodes import Const, Function, Param, Star
from sourcead.ir.one_of import options_of
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.lifting import lifted, parameter_names
from sourcead.transform.specialise.live import live_operand
from sourcead.transform.specialise.stand_ins import bound_anyway

__all__ = ["Inner", "derived", "inlined", "inner_of", "of_live", "pair"]


@dataclass(frozen=True)
class Inner:
    """A function, the values of its parameters, and which of them the derivative is by."""

    source: Source
    values: tuple[Val, ...]
    wrt: tuple[int, ...]
    single: bool

    def kinds(self, s: Context) -> tuple[Kind, ...]:
        return tuple(_argument_kind(s, v) for v in self.values)


def inner_of(s: Context, function: Val, argnums: Any, args: list[Any], kwargs: Kwargs) -> Inner:
    """`argnums` None: by all arguments that are passed by position."""
    if any(isinstance(a, Star) for a in args) or any(k is None for k, _ in kwargs):
        s.refuse(
            "a derivative is called with * or ** of something of unknown length",
            "unpack a tuple, or name the arguments",
        )
    argnums = tuple(range(len(args))) if argnums is None else argnums
    kind = s.kind(function)
    if isinstance(kind, Value):
        return of_live(s, kind.value, argnums, args, kwargs)
    return _of_made(s, function, argnums, args, kwargs)


def of_live(s: Context, live: Any, argnums: Any, args: list[Any], kwargs: Kwargs) -> Inner:
    if isinstance(live, Spread):
        live = live.for_count(len(args))
    elif addresses_star(live, argnums):
        live = spread(live, len(args))
    source = source_of(live)
    wrt, single = positions(live, argnums)
    if source.receiver is not None:
        args = [live_operand(f"{source.name}.__self__", source.receiver), *args]
    try:
        given = inspect.Signature(source.parameters).bind(*args, **{str(k): v for k, v in kwargs})
    except TypeError as error:
        s.refuse(f"`{source.name}`: {error}", "pass the arguments that it takes")
    values = [_value_of(s, source, p, given.arguments) for p in source.parameters]
    return Inner(source, tuple(values), wrt, single)


def _value_of(
    s: Context, source: Source, parameter: inspect.Parameter, given: dict[str, Any]
) -> Val:
    name = parameter.name
    if parameter.kind is parameter.VAR_POSITIONAL:
        return Virtual(tuple(given.get(name, ())))
    if parameter.kind is parameter.VAR_KEYWORD:
        flat = [o for k, v in given.get(name, {}).items() for o in (Const(k), v)]
        return s.fresh_dict(flat, name)
    if name in given:
        return given[name]  # type: ignore[no-any-return]
    return live_operand(f"{source.name}_{name}_default", parameter.default)


def _of_made(s: Context, function: Val, argnums: Any, args: list[Any], kwargs: Kwargs) -> Inner:
    """A closure, a bound method, a partial: what it uses from around it becomes further parameters."""
    names = parameter_names(s, function, len(args) + len(kwargs))
    named = dict(kwargs)
    values = [*args, *(named.pop(n) for n in names[len(args) :] if n in named)]
    if named or len(values) != len(args) + len(kwargs):
        s.refuse("a derivative is called with keywords that cannot be placed", "pass by position")
    single = isinstance(argnums, (int, str))
    wanted = [argnums] if isinstance(argnums, (int, str)) else list(argnums)
    wrt = [names.index(w) if isinstance(w, str) and w in names else w for w in wanted]
    if not all(isinstance(w, int) and -len(values) <= w < len(values) for w in wrt):
        s.refuse(
            f"argnums={argnums!r} of a function of {len(values)} arguments", "", UnknownArgument
        )
    kinds = [_argument_kind(s, v) for v in values]
    written, taken = lifted(s, function, kinds)
    assert s.tools is not None
    source = s.tools.made(written)
    return Inner(
        source, (*values, *bound_anyway(s, taken)), tuple(int(w) % len(values) for w in wrt), single
    )


def _argument_kind(s: Context, value: Val) -> Kind:
    """The kind of a value as an argument has it: with what lists, dicts and objects hold here."""
    if isinstance(value, Virtual) and value.form == "tuple":
        return Tuple(tuple(_argument_kind(s, v) for v in value.items), value.cls)
    kind = s.kind(value)
    items = s.memory.list_items(value) if isinstance(kind, List) else None
    if isinstance(kind, List) and items is not None:
        return List(Unknown(), "", tuple(_argument_kind(s, v) for v in items), kind.cls)
    return _with_contents(s, kind, ())


def _with_contents(s: Context, kind: Kind, around: tuple[str, ...]) -> Kind:
    """`around`: the containers that this one is in."""
    site = getattr(kind, "site", "")
    if site in around:
        return Unknown()  # it contains itself

    def inner(each: Kind) -> Kind:
        return _with_contents(s, each, (*around, site) if site else around)

    match kind:
        case Tuple(items, cls):
            return Tuple(tuple(map(inner, items)), cls)
        case List(_, str(), None, cls) if site:
            return List(inner(s.heap.read(site, ITEM)), "", None, cls)
        case Dict() if site and ITEM not in s.heap.known(site):
            held = tuple((key, inner(s.heap.read(site, key))) for key in s.heap.known(site))
            return Dict(Unknown(), "", held)
        case Object(cls) if options_of(cls):
            return Unknown()
        case Object(cls) if site:
            fields = ((str(a), inner(s.heap.read(site, a))) for a in s.heap.known(site))
            return Object(cls, "", tuple(fields))
        case _:
            return kind


# -- the derivative's statements -------------------------------------------------------------------


def derived(s: Context, inner: Inner, mode: Mode) -> tuple[Function, ...]:
    assert s.tools is not None
    return s.tools.derive(inner.source, inner.kinds(s), mode)


def inlined(s: Context, function: Function, source: Source, values: Sequence[Val]) -> Val:
    params = tuple(Param(p.name) for p in function.params)
    return s.inline(replace(function, params=params), source.live, list(values), [])


def pair(s: Context, value: Val) -> tuple[Val, Val]:
    first, second = (s.getitem(value, Const(i)) for i in range(2))
    return first, second
