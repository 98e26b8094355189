"""Built-in functions of sequences: `map`, `sum`, `sorted`, `max`, `next`.

Where the items are known they are done item by item, otherwise by the Python code in `library.py`.
Each handler returns the value, or None where the call is to be treated like any other."""

from __future__ import annotations

import functools
import math
import sys
from types import FunctionType
from typing import Any

from sourcead.ir.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Never,
    NoneKind,
    Np,
    Object,
    Py,
    Tuple,
    Unknown,
    join,
)
from sourcead.ir.nodes import Call, Const, Name, Ref, Star
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import library
from sourcead.transform.specialise.certain_errors import raise_if_certain
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.iteration import VIEWS, plain_kind, remember
from sourcead.transform.specialise.nothing_yet import is_empty_yet
from sourcead.transform.specialise.resuming import (
    here,
    is_resumed,
    read_by_position,
    reader,
    resume_instead,
)

__all__ = ["SEQUENCES", "element_kind_of", "by", "follows", "has_star"]


def by(s: Context, function: Any, args: list[Any], kwargs: Kwargs | None = None) -> Val:
    """The call, done by a function of `library.py`."""
    return s.inline(s.lower(function), function, args, kwargs or [])


def has_star(args: list[Any]) -> bool:
    return any(isinstance(a, Star) for a in args)


def follows(s: Context, args: list[Any]) -> bool:
    """Does a derivative, or an object that must be followed, go in?"""
    return any(map(s.holds_varied, args)) or any(
        isinstance(s.kind(a), Object) and s.kind(a) != Object(range) for a in args
    )


def _map(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) < 2:
        return None
    items = [s.components(a) for a in args[1:]]
    if all(i is not None for i in items):
        return Virtual(tuple(s.call(args[0], list(row), []) for row in zip(*items)))
    if not follows(s, args):
        return None
    return by(s, library.mapped if len(args) == 2 else library.mapped_together, args)


def _filter(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) != 2 or not follows(s, args):
        return None
    if isinstance(s.kind(args[0]), NoneKind):
        return by(s, library.kept, args[1:])
    return by(s, library.filtered, args)


def _reduce(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) < 2:
        return None
    items = s.components(args[1])
    if items is None:
        return (
            by(s, library.reduced_from if len(args) == 3 else library.reduced, args)
            if follows(s, args)
            else None
        )
    rest = [*args[2:], *items]
    if not rest:
        return None
    value: Val = rest[0]
    for item in rest[1:]:
        value = s.call(args[0], [value, item], [])
    return value


def _sum(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """A sum of a few numbers is written out; one of objects is what their `+` says."""
    if has_star(args) or not args:
        return None
    items = s.components(args[0])
    special = (Object, List, Tuple, Unknown, Virtual)
    if items is None and is_empty_yet(s, args[0]):
        return next((v for k, v in kwargs if k == "start"), args[1] if len(args) > 1 else Const(0))
    if items is None and _is_view(s, args) and not kwargs and not follows(s, args):
        return _sum_of_constants(s, args, hint)
    if items is None:
        kind = s.kind(args[0])
        held = s.heap.read(kind.site, ITEM) if isinstance(kind, List) else None
        return (
            by(s, library.added, args, kwargs)
            if isinstance(held, special) and follows(s, args)
            else None
        )
    of_objects = any(isinstance(s.kind(i), special) for i in items)
    named = [v for k, v in kwargs if k == "start"]
    total: Val = args[1] if len(args) > 1 else (named[0] if named else Const(0))
    if not follows(s, args) or not (of_objects or len(items) <= 4):
        return None
    if not of_objects and _is_corrected(s, [total, *items]):
        rule = registry.lookup(sum)
        assert rule is not None
        terms = Virtual(tuple(items))
        return s.call_rule(rule, Ref("sum", sum), sum, [terms, *args[1:]], kwargs, hint, False)
    for item in items:
        total = s.op("add", [total, item])
    return total


def _is_view(s: Context, args: list[Any]) -> bool:
    """Is it the values of a dict?"""
    is_known = len(args) == 1 and isinstance(args[0], Name) and args[0] in s.iterators
    return is_known and s.iterators[args[0]][0] in VIEWS


def _sum_of_constants(s: Context, args: list[Any], hint: str) -> Val | None:
    """Of what carries no derivative yet: a number as the values are, or 0 where there are none."""
    match element_kind_of(s, args[0]):
        case Py(type=type_):
            kind: Kind = Py(int) if type_ in (bool, int) else Py(type_, exact=False)
        case Np(dtype):
            kind = Np(dtype, exact=False)
        case _:
            return None
    return s.opaque(Ref("sum", sum), args, [], hint, kind)


def _is_corrected(s: Context, terms: list[Val]) -> bool:
    """From Python 3.12 on, `sum` makes up for rounding: of three floats (two are rounded once)."""
    floats = [t for t in terms if s.kind(t) == Py(float) and t != Const(0.0)]
    return sys.version_info >= (3, 12) and len(floats) > 2


def _sorted(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """A new list of what the other held."""
    if has_star(args) or len(args) != 1:
        return None
    if isinstance(s.kind(args[0]), Dict) and s.holds_varied(args[0]):
        args = [s.entries(args[0], type({}.keys()))]
    arranged = _sorted_by_constants(s, args[0], kwargs)
    if arranged is not None:
        return s.fresh_list(s.operand(Virtual(tuple(arranged), "list"), hint))
    if isinstance(args[0], Name) and args[0] in s.iterators and follows(s, args):
        args = [by(s, library.listed, args)]
    item = element_kind_of(s, args[0])
    if isinstance(item, Never):
        return None
    given = {"key": Const(None), "reverse": Const(False)} | {str(k): v for k, v in kwargs}
    if _by_position(s, item, args, given["key"]):
        keyed = s.derived & s.reachable([args[0]]) and given["key"] != Const(None)
        way = library.arranged_by if keyed else library.arranged
        return by(s, way, [_as_list(s, args[0]), given["key"], given["reverse"]])
    rule = registry.lookup(sorted)
    assert rule is not None
    made = s.call_rule(rule, Ref("sorted", sorted), sorted, args, kwargs, hint, False)
    assert isinstance(made, Name)
    if not s.holds_varied(args[0]):
        s.varied.discard(made)  # only the key does
    site = s.new_site(hint)
    s.kinds[made] = List(Unknown(), site)
    s.heap.store(site, ITEM, item, s.holds_varied(args[0]))
    source = s.kind(args[0])
    if isinstance(source, List) and source.site:
        s.heap.copy(source.site, ITEM, site)
    return made


def _sorted_by_constants(s: Context, items: Val, kwargs: Kwargs) -> list[Val] | None:
    """Items of a dict in the order of their keys: rows that begin with constants, all different."""
    given = dict(kwargs)
    backwards = given.pop("reverse", Const(False))
    found = s.components(items)
    names = s.memory.known(items) if isinstance(s.kind(items), Dict) else None
    if names is not None and names.complete and not given and isinstance(backwards, Const):
        if all(isinstance(name, str) for name in names.slots):
            return [Const(k) for k in sorted(map(str, names.slots), reverse=bool(backwards.value))]
    if found is None or given or not isinstance(backwards, Const):
        return None
    rows = [s.components(row) for row in found]
    keys = [row[0].value for row in rows if row and isinstance(row[0], Const)]
    if len(keys) != len(rows) or len(set(map(type, keys))) != 1 or len(set(keys)) != len(keys):
        return None
    order = sorted(range(len(keys)), key=keys.__getitem__, reverse=bool(backwards.value))
    return [found[i] for i in order]


HELD = (List, Tuple, Dict, Object)
"""What is told apart by who it is, not by its value."""


def _by_position(s: Context, item: Kind, args: list[Any], key: Val) -> bool:
    """Is it asked only which of the items are taken, and in which order?"""
    if s.derivative:
        return False
    is_held = isinstance(item, HELD) or (isinstance(item, Array) and bool(item.dims))
    is_active = any(map(s.holds_varied, args)) or bool(s.derived & s.reachable(args))
    return is_active and (is_held or s.holds_varied(key))


def _as_list(s: Context, items: Val) -> Val:
    """The items in a list, where they can be had by a position."""
    if isinstance(s.kind(items), List) and s.components(items) is None:
        return items
    return s.call(Ref("list", list), [items], [], "items")


def _extreme(name: str, builtin: Any, picking: Any, of_two: Any) -> Any:
    """`max` and `min` return one of what they are given."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if has_star(args) or not args:
            return None
        if len(args) > 1 and not kwargs and all(isinstance(s.kind(a), Object) for a in args):
            picked: Val = args[0]
            for other in args[1:]:
                picked = by(s, of_two, [picked, other])
            return picked
        found = element_kind_of(s, args[0]) if len(args) == 1 else _joined(s, args)
        for key, value in kwargs:
            found = join(found, s.kind(value)) if key == "default" else found
        given = dict(kwargs)
        ranks = given.get("key", Const(None))
        if given.keys() <= {"key"} and _by_position(s, found, args, ranks):
            items = args[0] if len(args) == 1 else Virtual(tuple(args))
            return by(s, picking, [_as_list(s, items), ranks])
        if not isinstance(found, (Py, Np)) or (
            all(k != "key" for k, _ in kwargs) and len(args) > 1
        ):
            return None
        rule = registry.lookup(builtin)
        assert rule is not None
        made = s.call_rule(rule, Ref(name, builtin), builtin, args, kwargs, hint, False)
        assert isinstance(made, Name)
        if not any(s.holds_varied(a) for a in (*args, given.get("default", Const(None)))):
            s.varied.discard(made)  # only the key does
        s.kinds[made] = found
        return made

    return handler


def _joined(s: Context, values: list[Val]) -> Kind:
    found: Kind = Never()
    for value in values:
        found = join(found, s.kind(value))
    return found


def element_kind_of(s: Context, items: Val) -> Kind:
    """The kind that covers the elements of something that is iterated; Never where that is not known."""
    found = s.components(items)
    if found is not None:
        return _joined(s, found)
    kind = plain_kind(s, items)
    return Never() if isinstance(kind, Unknown) else kind


def _prod(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    return by(s, library.product, args, kwargs) if not has_star(args) and follows(s, args) else None


def _iter(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """An iterator of what an object's `__iter__` gives, or of a thing that the derivative reads itself."""
    if len(args) != 1:
        return None
    kind = s.kind(args[0])
    function = getattr(kind.cls, "__iter__", None) if isinstance(kind, Object) else None
    if isinstance(function, FunctionType):
        return s.call_method_of(args[0], function, [], hint)
    place = here(s)
    if is_resumed(s):
        return reader(s, args[0], hint)
    raise_if_certain(s, iter, [args[0]])
    made = s.emit(Call(Ref("iter", iter), (s.operand(args[0]),)), Unknown(), hint)
    if s.holds_varied(args[0]):
        s.kinds[made] = Object(type(iter([])))
        keyed = isinstance(kind, Dict)
        remember(s, made, iter, [s.entries(args[0], VIEWS[0])] if keyed else args, [])
        s.readers[made] = place
        return made
    site = s.new_site(hint)
    s.kinds[made] = Object(type(iter([])), site)
    s.heap.store(site, ITEM, element_kind_of(s, args[0]))
    return made


def _next(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    generator = s.generators.get(args[0]) if args and isinstance(args[0], Name) else None
    if generator is not None and any(map(s.holds_varied, generator.values)):
        resume_instead(s, generator)
    if args and args[0] in s.readers:
        read_by_position(s, s.readers[args[0]])
    kind = s.kind(args[0]) if args else Unknown()
    function = getattr(kind.cls, "__next__", None) if isinstance(kind, Object) else None
    if isinstance(function, FunctionType):
        return (
            by(s, library.next_or, args)
            if args[1:]
            else s.call_method_of(args[0], function, [], hint)
        )
    if (
        not isinstance(kind, Object)
        or kind.cls is not type(iter([]))
        or any(map(s.holds_varied, args))
    ):
        return None
    found = s.heap.read(kind.site, ITEM)
    for default in args[1:]:
        found = join(found, s.kind(default))
    return s.emit(
        Call(Ref("next", next), tuple(map(s.operand, args))),
        Unknown() if isinstance(found, Never) else found,
        hint,
    )


SEQUENCES: dict[Any, Handler] = {
    map: _map, filter: _filter, functools.reduce: _reduce, sum: _sum, math.prod: _prod, iter: _iter, next: _next,
    sorted: _sorted, max: _extreme("max", max, library.largest, library.larger),
    min: _extreme("min", min, library.smallest, library.smaller),
}  # fmt: skip
