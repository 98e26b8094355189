"""Classes that are derived from list or dict: an instance is an object that has one.

    class Params(dict):                        p = <object>; p.contents = {"k": x}
        def __getattr__(self, name):           y = p.contents["k"]
            return self[name]           ->
    p = Params(k=x)
    y = p.k

What the class says itself is called, what it does not goes to the list or dict: `self[name]`, `super().append(v)`,
`len(self)`.  So both modes see lists, dicts and objects only.  The object is an empty one when the program runs; where
code that is not followed would look at it, or the caller, that is refused.
"""

from __future__ import annotations

import collections
import functools
import math
from collections.abc import Iterator, Sequence
from types import FunctionType
from typing import Any

import numpy as np

from sourcead.errors import NotDifferentiable, SourceADError
from sourcead.ir.kinds import Dict, List, Object
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Attr,
    Call,
    Const,
    Delete,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
)
from sourcead.ir.one_of import options_of
from sourcead.ir.walk import reads, statements
from sourcead.runtime.frames import Frame, Reader
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.making import fresh_object
from sourcead.transform.specialise.special_methods import special_method

__all__ = [
    "CONTENTS",
    "as_contents",
    "by_contents",
    "check_derived",
    "contents_of",
    "is_derived",
    "made_derived",
]

CONTENTS = "contents_"
BASES: tuple[type, ...] = (list, dict)
ASKED: dict[Any, tuple[str, ...]] = {
    list: ("__iter__", "__len__"),
    dict: ("__iter__", "__len__", "__getitem__", "keys"),
}
"""What is asked of an instance that is iterated: where the class says none of it, its contents may be instead."""
SHOWN = ("__repr__", "__str__", "__format__")


def base_of(cls: type) -> type | None:
    """list or dict, where the class is derived from one of the two, and from nothing else that is built in."""
    built_in = [c for c in cls.__mro__ if not c.__flags__ & (1 << 9)]  # no heap types
    found = [c for c in built_in if c is not object]
    return found[0] if len(found) == 1 and found[0] in BASES and cls not in BASES else None


def is_derived(s: Context, value: Any) -> bool:
    """Is it an instance that was made here?"""
    kind = s.kind(value)
    return isinstance(kind, Object) and base_of(kind.cls) is not None and kind.site in s.derived


def made_derived(
    s: Context, cls: type, args: list[Any], kwargs: Kwargs, hint: str, contents: Val | None = None
) -> Val | None:
    """`cls(*args, **kwargs)`; None where the class is not of this kind."""
    base = base_of(cls)
    if base is None or s.derivative or cls.__new__ is not base.__new__ or type(cls) is not type:
        return None
    if hasattr(cls, "__slots__"):
        return None
    made = fresh_object(s, cls, Ref(cls.__name__, stand_in(cls)), hint)
    kind = s.kind(made)
    assert isinstance(kind, Object)
    s.derived.add(kind.site)
    empty = s.fresh_list(s.operand(Virtual((), "list"), hint)) if base is list else None
    s.store_field(made, kind, CONTENTS, contents or empty or s.fresh_dict([], hint))
    if contents is None:
        init = special_method(cls, "__init__")
        s.call_object(Ref(f"{cls.__name__}.__init__", init), init, [made, *args], kwargs, "_")
    return made


@functools.lru_cache(maxsize=1024)
def stand_in(cls: type) -> type:
    """The class of the object when the program runs: it has what the program's own classes say."""
    own = [c for c in reversed(cls.__mro__) if c.__flags__ & (1 << 9)]
    left_out = ("__dict__", "__weakref__", "__module__", "__doc__", "__init_subclass__")
    said = {k: v for c in own for k, v in vars(c).items() if k not in left_out}
    return type(cls.__name__, (), said)


def contents_of(s: Context, value: Val) -> Val:
    kind = s.kind(value)
    assert isinstance(kind, Object)
    held = s.memory.get(value, CONTENTS)
    if held is not None:
        return held
    found = s.heap.read(kind.site, CONTENTS)
    made = s.emit(Attr(s.operand(value), CONTENTS), found, "contents")
    s.memory.learn(value, CONTENTS, made) if isinstance(value, Name) else None
    return made


def as_contents(s: Context, value: Any, others: tuple[str, ...] = ()) -> Any:
    """What is iterated in place of an instance, whose class says nothing of it (nor any of `others`)."""
    if isinstance(value, Star) or not s.derived or not is_derived(s, value):
        return value
    kind = s.kind(value)
    assert isinstance(kind, Object)
    base = base_of(kind.cls)
    assert base is not None
    if any(
        isinstance(getattr(kind.cls, name, None), FunctionType) for name in (*ASKED[base], *others)
    ):
        return value
    return contents_of(s, value)


TAKERS: tuple[Any, ...] = (
    list, tuple, dict, set, frozenset, zip, enumerate, reversed, sum, sorted, len, iter, any, all, math.fsum, math.prod,
    math.dist, math.hypot, collections.deque, collections.Counter, collections.OrderedDict,
)  # fmt: skip


def given_contents(s: Context, obj: Any, args: list[Any]) -> list[Any]:
    """The arguments of a function that takes lists and dicts for what they hold."""
    module = getattr(obj, "__module__", None) or ""
    library = module.partition(".")[0] in ("numpy", "scipy") or isinstance(obj, np.ufunc)
    if library or any(obj is each for each in TAKERS):
        return [as_contents(s, each) for each in args]
    if obj in (min, max) and len(args) == 1:
        return [as_contents(s, each) for each in args]
    if obj in (map, filter) or module == "itertools":
        return [as_contents(s, each) for each in args]
    if obj in (print, str, repr):
        return [as_contents(s, each, SHOWN) for each in args]
    return args


def by_contents(
    s: Context, function: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """A method of list or dict itself, called with such an instance; None where it is something else."""
    owner = getattr(function, "__objclass__", None)
    if owner not in (*BASES, object) or not args or isinstance(args[0], Star):
        return None
    if not s.derived or not is_derived(s, args[0]):
        return None
    instance: Val = args[0]
    rest = [as_contents(s, each) for each in args[1:]]
    inner: Val = contents_of(s, instance)
    name = function.__name__
    match name, rest:
        case "__init__", _:
            _fill(s, inner, rest, kwargs)
            return Const(None)
        case "__getitem__", [index]:
            return _item(s, instance, inner, index, hint)
        case "__setitem__", [index, value]:
            s.store(inner, index, value, None)
            return Const(None)
        case "__delitem__", [index]:
            s.delete_item(inner, index)
            return Const(None)
        case "__len__", []:
            return s.call(Ref("len", len), [inner], [], hint)
        case "__iter__", []:
            return s.call(Ref("iter", iter), [inner], [], hint)
        case "__reversed__", []:
            return s.call(Ref("reversed", reversed), [inner], [], hint)
        case (("__setattr__" | "__getattribute__" | "__delattr__"), _):
            return None
        case (("__iadd__" | "__ior__" | "__imul__"), [other]):
            s.op(name.strip("_"), [inner, other])
            return instance
        case _ if name in OPERATIONS and len(rest) == 1:
            return s.op(OPERATIONS[name], [inner, *rest], hint)
        case _ if not name.startswith("__"):
            return s.method(inner, name, rest, kwargs, hint)
    s.refuse(
        f"`{name}` of a `{_name(s, instance)}`, which is derived from {owner.__name__}",
        "give the class a method that says it",
    )


OPERATIONS = {
    "__contains__": "contains", "__eq__": "eq", "__ne__": "ne", "__lt__": "lt", "__le__": "le", "__gt__": "gt",
    "__ge__": "ge", "__add__": "add", "__mul__": "mul", "__or__": "or_",
}  # fmt: skip


def _name(s: Context, value: Val) -> str:
    kind = s.kind(value)
    return kind.cls.__name__ if isinstance(kind, Object) else str(kind)


def _fill(s: Context, inner: Val, args: list[Any], kwargs: Kwargs) -> None:
    """`list.__init__(self, items)`, `dict.__init__(self, mapping, k=v)`"""
    if isinstance(s.kind(inner), Dict):
        if args or kwargs:
            given = s.call(Ref("dict", dict), args, kwargs)
            s.method(inner, "update", [given], [], "_")
    elif args:
        s.method(inner, "extend", [s.call(Ref("list", list), args, [])], [], "_")


def _item(s: Context, instance: Val, inner: Val, index: Val, hint: str) -> Val:
    kind = s.kind(instance)
    missing = getattr(kind.cls, "__missing__", None) if isinstance(kind, Object) else None
    if not isinstance(missing, FunctionType) or isinstance(s.kind(inner), List):
        return s.getitem(inner, index, hint)
    there = s.op("contains", [inner, index])
    decided = s.truth(there)

    def made() -> tuple[bool, list[Val]]:
        return True, [s.call_method_of(instance, missing, [index], hint)]

    def held() -> tuple[bool, list[Val]]:
        return True, [s.getitem(inner, index, hint)]

    if decided is not None:
        _, found = held() if decided else made()
    else:
        _, found = s.fork(s.operand(there), held, made, [hint])
    chosen: Val = found[0]
    return chosen


# -- where the object itself would be looked at ------------------------------------------------------


def check_derived(s: Context, function: Function) -> None:
    """Does anything but the program itself look at such an object? What it holds is elsewhere."""
    if not s.derived:
        return
    if s.reachable([function.result]) & s.derived:
        raise _refusal(s, function.result, function)
    for statement in statements(function.body):
        looked_at = next(_looked_at(s, statement), None)
        if looked_at is not None:
            raise _refusal(s, looked_at, statement)


def _stands_in(s: Context, value: Any) -> bool:
    """Is it an object in place of such an instance, or of a function (`function_objects.py`)?"""
    kind = s.kind(value)
    return isinstance(kind, Object) and kind.site in s.derived


def _looked_at(s: Context, statement: Stmt) -> Iterator[Operand]:
    """The operands of a statement of other code that lead to such an object."""
    match statement:
        case Assign(_, Call(Ref(value=object.__new__))):
            return
        case Assign(_, Call(Ref(value=object.__setattr__), (base, _, value))):
            yield from _kept_outside(s, base, [value])
        case Assign(_, MethodCall(base, _, args)) if isinstance(s.kind(base), (List, Dict)):
            yield from _kept_outside(s, base, args)
        case Assign(_, Call(Ref(value=function))) if any(function is each for each in _TAKING):
            return
        case Assign(_, Call() | MethodCall()):
            yield from (n for n in reads(statement) if s.reachable([n]) & s.derived)
        case Assign(_, Op(op)) if op not in _HOLDING:
            compares = op in _COMPARING  # functions are told apart as in Python
            looked_at = (n for n in reads(statement) if _stands_in(s, n))
            yield from (n for n in looked_at if not (compares and _is_function(s, n)))
        case Assign(_, Attr(Name() as base, attr)):
            kind = s.kind(base)
            if _stands_in(s, base) and isinstance(kind, Object):
                is_method = isinstance(getattr(kind.cls, attr, None), FunctionType)
                if not is_method and attr not in s.heap.known(kind.site):
                    yield base
        case Store(base, _, value) | StoreAttr(base, _, value):
            if isinstance(statement, Store) and _stands_in(s, base):
                yield base
            yield from _kept_outside(s, base, [value])
        case Delete(base, index) if index is not None and _stands_in(s, base):
            yield base
        case StoreVariable(_, _, value):
            yield from _kept_outside(s, UNDEFINED, [value])


def _kept_outside(s: Context, base: Any, values: Sequence[Any]) -> Iterator[Operand]:
    """What is put where it outlives the call."""
    site = getattr(s.kind(base), "site", "")
    if site and not isinstance(base, Ref) and not s.heap.is_external(site):
        return
    plain = [v.value if isinstance(v, Star) else v for v in values]
    yield from (v for v in plain if s.reachable([v]) & s.derived)


def _is_function(s: Context, value: Any) -> bool:
    kind = s.kind(value)
    options = options_of(kind.cls) or (kind.cls,) if isinstance(kind, Object) else ()
    stand_ins = [each for each in options if isinstance(each, type)]
    return bool(stand_ins) and all(each in s.function_classes for each in stand_ins)


_COMPARING = frozenset({"contains", "not_contains", "eq", "ne"})
_TAKING: tuple[Any, ...] = (type, len, range, enumerate, zip, reversed, list, tuple, iter)
_HOLDING = frozenset(
    {"copy", "tuple", "list", "dict", "is_", "is_not", "cell", "cell_get", "getitem", "dict_merge"}
)


def _refusal(s: Context, value: Any, where: Any) -> SourceADError:
    sites = s.reachable([value]) & s.derived
    kinds = [k for k in s.kinds.values() if isinstance(k, Object) and k.site in sites]
    cls = next((k.cls for k in kinds), object)
    if issubclass(cls, (Frame, Reader)):
        return NotDifferentiable.at(
            where.origin,
            "a generator that is taken piece by piece is returned, kept, or handed to code that is not followed",
            "hand on a list of its items",
        )
    if cls in s.function_classes:
        return NotDifferentiable.at(
            where.origin,
            f"the function `{cls.__name__}`, which a list holds, is returned, or handed to code that is not followed",
            "call it here",
        )
    return NotDifferentiable.at(
        where.origin,
        f"a `{cls.__name__}`, derived from list or dict, is returned, kept, or handed to code that is not followed",
        "hand on what it holds: `list(...)`, `dict(...)`",
    )
