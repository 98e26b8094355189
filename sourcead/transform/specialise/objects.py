"""Built-in functions of objects and functions: `copy.copy`, `setattr`, `functools.partial`, `operator.itemgetter`.

Each handler returns the value, or None where the call is to be treated like any other."""

from __future__ import annotations

import collections
import copy
import dataclasses
import functools
import logging
import operator
from collections.abc import Iterable
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from sourcead.errors import UnsupportedSyntax
from sourcead.ir.kinds import (
    Array,
    Closure,
    Dict,
    Kind,
    List,
    NoneKind,
    Np,
    Object,
    Partial,
    Py,
    Text,
    Tuple,
    Unknown,
    Value,
    is_scalar,
)
from sourcead.ir.nodes import Call, Const, Name, Ref, Star
from sourcead.rules import registry
from sourcead.runtime.contexts import leave, watched
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.operations import OPERATORS, class_of
from sourcead.transform.specialise import library
from sourcead.transform.specialise.attribute_names import constant_text, set_by_name
from sourcead.transform.specialise.attributes import bind_field
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.derived import CONTENTS, is_derived, stand_in
from sourcead.transform.specialise.each_class import by_class, is_one_of_several
from sourcead.transform.specialise.function_objects import partial_object
from sourcead.transform.specialise.library import same
from sourcead.transform.specialise.looked_at import look_at
from sourcead.transform.specialise.making import fresh_object
from sourcead.transform.specialise.sequences import by, has_star

__all__ = ["OBJECTS", "dispatched", "duplicate", "picked"]


def _logger(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`logging.getLogger(name)` gives the same object whenever it is asked."""
    if kwargs or not all(isinstance(a, Const) for a in args):
        return None
    made = s.emit(Call(Ref("logging.getLogger", logging.getLogger), tuple(args)), Unknown(), hint)
    s.kinds[made] = Value(logging.getLogger(*(a.value for a in args)))
    return made


def _new(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`object.__new__(cls)`: an instance without attributes."""
    cls = s.kind(args[0]) if len(args) == 1 and not has_star(args) else Unknown()
    if kwargs or not isinstance(cls, Value) or not isinstance(cls.value, type):
        return None
    return fresh_object(s, cls.value, s.operand(args[0]), hint)


def _setattr(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 3:
        return None
    name = constant_text(s, args[1])
    if name is None:
        return _set_by_unknown_name(s, args)
    s.store_attr(args[0], name.value, args[2], None)
    return Const(None)


def _set_by_unknown_name(s: Context, args: list[Any]) -> Val | None:
    found = set_by_name(s, args)
    is_module = isinstance(getattr(s.kind(args[0]), "value", None), ModuleType)
    if found is None and (is_module or any(map(s.holds_varied, args))):
        s.refuse(
            "the name of an attribute that is set is known only while the program runs",
            "set the attributes by name, in `__init__` too, or keep the values in a dict",
        )
    return found


def _namespace(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`types.SimpleNamespace(a=x, b=y)`"""
    held = [s.memory.known(v) for k, v in kwargs if k is None]
    if args or not all(h is not None and h.complete for h in held):
        return None
    made = fresh_object(s, SimpleNamespace, Ref("SimpleNamespace", SimpleNamespace), hint)
    kind = s.kind(made)
    assert isinstance(kind, Object)
    for name, value in kwargs:
        known = s.memory.known(value) if name is None else None
        for slot, each in known.slots.items() if known is not None else [(name, value)]:
            s.store_field(made, kind, str(slot), each)
    return made


def _set_slot(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`object.__setattr__(self, name, value)`: past the class's own `__setattr__`."""
    kind = s.kind(args[0]) if len(args) == 3 else Unknown()
    if not isinstance(kind, Object) or not isinstance(args[1], Const):
        return None
    s.store_field(args[0], kind, args[1].value, args[2])
    return Const(None)


def _replace(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`dataclasses.replace(obj, **changes)`: the class is called with the fields of `obj`, and the changes."""
    kind = s.kind(args[0]) if len(args) == 1 else Unknown()
    if not isinstance(kind, Object) or not dataclasses.is_dataclass(kind.cls):
        return None
    given: Kwargs = [
        (f.name, s.attr(args[0], f.name)) for f in dataclasses.fields(kind.cls) if f.init
    ]
    return s.call(
        Ref(kind.cls.__name__, kind.cls), [], list({**dict(given), **dict(kwargs)}.items()), hint
    )


def _fields_of(s: Context, value: Val) -> list[tuple[str, Val]] | None:
    """The fields of a dataclass instance, with what they hold; None where it is something else."""
    kind = s.kind(value)
    if not isinstance(kind, Object) or not dataclasses.is_dataclass(kind.cls):
        return None
    return [(f.name, s.attr(value, f.name)) for f in dataclasses.fields(kind.cls)]


def _fields(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`dataclasses.fields(obj)`, of an instance or a class: fixed when the class is made."""
    kind = s.kind(args[0]) if len(args) == 1 else Unknown()
    cls = kind.cls if isinstance(kind, Object) else getattr(kind, "value", None)
    if not isinstance(cls, type) or not dataclasses.is_dataclass(cls):
        return None
    path = f"{cls.__name__}.__dataclass_fields__"
    return Virtual(tuple(Ref(f"{path}[{f.name!r}]", f) for f in dataclasses.fields(cls)))


def _as_dict(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`dataclasses.asdict(obj)`: dataclasses in it become dicts too, containers are copied."""
    found = _fields_of(s, args[0]) if len(args) == 1 and not kwargs else None
    if found is None:
        return None
    parts = [(n, _as_dict(s, [v], [], n) or duplicate(s, v, n, deep=True) or v) for n, v in found]
    return s.fresh_dict([o for n, v in parts for o in (Const(n), v)], hint)


def _as_tuple(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`dataclasses.astuple(obj)`"""
    found = _fields_of(s, args[0]) if len(args) == 1 and not kwargs else None
    if found is None:
        return None
    parts = (_as_tuple(s, [v], [], n) or duplicate(s, v, n, deep=True) or v for n, v in found)
    return Virtual(tuple(parts))


def _copy(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`copy.copy`: a container of the same values."""
    return duplicate(s, args[0], hint, deep=False) if len(args) == 1 else None


def _deepcopy(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    return (
        duplicate(s, args[0], hint, deep=True)
        if len(args) == 1 and s.holds_varied(args[0])
        else None
    )


def duplicate(
    s: Context, value: Val, hint: str, deep: bool, done: dict[Any, Val] | None = None
) -> Val | None:
    """A copy, made as its class would make it; None where the content is not known."""
    done = {} if done is None else done
    if isinstance(value, Name) and value in done:
        return done[value]

    def known(made: Val | None) -> Val:
        if made is None:
            s.refuse(
                "a deep copy of something whose content is not known here",
                "copy its parts by themselves",
            )
        return made

    def inner(part: Val) -> Val:
        return known(duplicate(s, part, "t", True, done)) if deep else part

    if is_one_of_several(s, value):
        found = by_class(
            s, value, lambda each: known(duplicate(s, each, hint, deep, dict(done))), hint
        )
        if isinstance(value, Name):
            done[value] = found
        return found
    kind, held = s.kind(value), s.memory.known(value)
    made: Val | None = None
    match kind:
        case Py() | Np() | Text() | NoneKind() | Value():
            return value
        case Array():
            return s.method(value, "copy", [], [], hint)
        case Tuple(_, cls):
            return Virtual(tuple(map(inner, s.components(value) or [])), "tuple", cls)
        case List() if held is not None and not _may_be_one(s, held.items()):
            made = s.fresh_list(s.operand(Virtual(tuple(map(inner, held.items())), "list"), hint))
        case List(_, site) if deep and _is_flat(s, s.heap.read(site, ITEM)):
            return by(s, library.copied_deeply, [value])
        case Dict() if held is not None and held.complete:
            made = s.fresh_dict(
                [o for k, v in held.slots.items() for o in (Const(k), inner(v))], hint
            )
        case Object(cls) if not hasattr(cls, "__copy__") and not hasattr(cls, "__deepcopy__"):
            runs = stand_in(cls) if is_derived(s, value) else cls
            made = fresh_object(s, cls, Ref(cls.__name__, runs), hint)
            own = s.kind(made)
            assert isinstance(own, Object)
            s.derived.update([own.site] if is_derived(s, value) else [])
            for slot in s.heap.known(kind.site):
                part = s.attr(value, str(slot))
                if slot == CONTENTS and not deep:
                    part = duplicate(s, part, "t", False) or part
                s.store_field(made, own, str(slot), inner(part))
    if made is not None and isinstance(value, Name):
        done[value] = made
    return made


def _may_be_one(s: Context, items: Iterable[Any]) -> bool:
    """May two of these be one list, dict or object by two names? Copied one by one they would be two."""
    sites: dict[str, Any] = {}
    for item in items:
        site = getattr(s.kind(item), "site", "")
        if site and sites.setdefault(site, item) != item:
            return True
    return False


def _is_flat(s: Context, kind: Kind) -> bool:
    """Does a copy of such items share nothing with one of another item, except where they are one?"""
    if isinstance(kind, List) and kind.cls is list and kind.site:
        kind = s.heap.read(kind.site, ITEM)
        return is_scalar(kind)
    return is_scalar(kind) or isinstance(kind, Text)


def _partial(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or any(k is None for k, _ in kwargs):
        return None
    function, *given = args
    named = tuple((str(k), v) for k, v in kwargs)
    inner = s.kind(function)
    if isinstance(inner, Partial):  # as Python makes one of the two
        function, given = inner.function, [*inner.args, *given]
        named = tuple({**dict(inner.kwargs), **dict(named)}.items())
    made_object = partial_object(s, function, given, named, hint)
    if made_object is not None:
        return made_object
    operands = tuple(map(s.operand, [function, *given]))
    keywords = tuple((k, s.operand(v)) for k, v in named)
    made = s.emit(
        Call(Ref("functools.partial", functools.partial), operands, keywords), Unknown(), hint
    )
    s.kinds[made] = Partial(function, tuple(given), named)
    return made


def _dunder(name: str) -> Any:
    """A built-in function that asks an object's class: `abs(v)` is `v.__abs__()`."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        kind = s.kind(args[0]) if args and not has_star(args) else None
        if args and not has_star(args) and is_one_of_several(s, args[0]):
            return by_class(
                s,
                args[0],
                lambda each: handler(s, [each, *args[1:]], kwargs, hint) or _unsaid(s, name),
                hint,
            )
        function = getattr(kind.cls, name, None) if isinstance(kind, (Object, Tuple)) else None
        if function is not None and registry.lookup(function) is not None:
            return s.call(bind_field(s, args[0], function, name, hint), args[1:], kwargs, hint)
        return (
            s.call_method_of(args[0], function, args[1:], hint)
            if isinstance(function, FunctionType)
            else None
        )

    return handler


def _unsaid(s: Context, name: str) -> Val:
    s.refuse(f"not every class of the object says what `{name}` is", "give each class the method")


def _operator(name: str) -> Any:
    """`operator.add(a, b)` is `a + b`."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        return None if kwargs or has_star(args) else s.op(name, args, hint)

    return handler


def _picker(builtin: Any) -> Any:
    """`operator.itemgetter(1)` and its like, of constants: an object that the compiler can look into."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if kwargs or not args or not all(isinstance(a, Const) for a in args):
            return None
        made = s.emit(
            Call(Ref(f"operator.{builtin.__name__}", builtin), tuple(args)), Unknown(), hint
        )
        s.kinds[made] = Value(builtin(*(a.value for a in args)))
        return made

    return handler


def picked(s: Context, picker: Any, args: list[Any], hint: str) -> Val | None:
    """The call of an `itemgetter` or `attrgetter`."""
    if len(args) != 1 or not isinstance(picker, (operator.itemgetter, operator.attrgetter)):
        return None
    keys = picker.__reduce__()[1]
    if isinstance(picker, operator.itemgetter):
        found = [s.getitem(args[0], Const(k), hint) for k in keys]
    else:
        found = [_attribute_path(s, args[0], k) for k in keys]
    return found[0] if len(found) == 1 else Virtual(tuple(found))


def _attribute_path(s: Context, value: Val, path: str) -> Val:
    for attr in path.split("."):
        value = s.attr(value, attr)
    return value


def _cached(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`functools.lru_cache(function)`: called again, the function gives the same.

    Of a function that is made here, whose cache nobody else sees; `lru_cache(maxsize=...)` decorates it.
    """
    if len(args) == 1 and isinstance(s.kind(args[0]), Closure):
        function: Val = args[0]
        return function
    if all(isinstance(v, Const) for v in (*args, *(v for _, v in kwargs))):
        return Ref("same", same)
    return None


def _namedtuple(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """A class of tuples that is made here, of constants: one and the same at every call."""
    fields = s.components(args[1]) if len(args) == 2 else None
    given = [args[0], *(fields if fields is not None else args[1:])]
    if kwargs or len(args) != 2 or not all(isinstance(g, Const) for g in given):
        return None
    name, *names = [g.value for g in given]
    return Ref(name, _tuple_class(name, names[0] if fields is None else tuple(names)))


@functools.lru_cache(maxsize=256)
def _tuple_class(name: str, fields: Any) -> Any:
    return collections.namedtuple(name, fields)


def dispatched(s: Context, obj: Any, args: list[Any]) -> Val | None:
    """The function that `functools.singledispatch` chooses by the class of the first argument."""
    if not isinstance(obj, FunctionType) or not hasattr(obj, "registry") or not args:
        return None
    dispatch: Any = getattr(obj, "dispatch", None)
    cls = None if isinstance(args[0], Star) else class_of(s.kind(args[0]))
    if cls is None or getattr(dispatch, "__qualname__", "") != "singledispatch.<locals>.dispatch":
        return None
    look_at(s, obj, "registry")
    found = dispatch(cls)
    return Ref(f"{obj.__name__}.dispatch({cls.__name__})", found)


def dispatched_by_class(
    s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """The same for an object that may be of several classes."""
    if not isinstance(obj, FunctionType) or not hasattr(obj, "registry") or not args:
        return None
    if isinstance(args[0], Star) or not is_one_of_several(s, args[0]):
        return None
    return by_class(s, args[0], lambda each: s.call(func, [each, *args[1:]], kwargs, hint), hint)


def _reads_names(name: str) -> Any:
    """`eval` and `locals` read variables by names that no analysis sees."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if name == "vars" and args:
            return None
        s.refuse(
            f"`{name}` reads variables by their names",
            "write the expression itself",
            UnsupportedSyntax,
        )

    return handler


def _left_as_it_is(name: str, function: Any) -> Handler:
    """A helper of generated code, in a derivative that is differentiated again."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        return s.emit(Call(Ref(name, function), tuple(map(s.operand, args))), Unknown(), hint)

    return handler


OBJECTS: dict[Any, Handler] = {
    leave: _left_as_it_is("leave", leave), watched: _left_as_it_is("watched", watched),
    **{f: _reads_names(f.__name__) for f in (eval, exec, locals, vars)},
    copy.copy: _copy, copy.deepcopy: _deepcopy, dataclasses.replace: _replace,
    dataclasses.asdict: _as_dict, dataclasses.fields: _fields, dataclasses.astuple: _as_tuple,
    object.__new__: _new, SimpleNamespace: _namespace,
    object.__setattr__: _set_slot, setattr: _setattr,
    logging.getLogger: _logger, functools.partial: _partial,
    functools.lru_cache: _cached, functools.cache: _cached,
    collections.namedtuple: _namedtuple,
    operator.itemgetter: _picker(operator.itemgetter), operator.attrgetter: _picker(operator.attrgetter),
    **{f: _dunder(f"__{f.__name__}__") for f in (abs, round, float, int, complex, bool, divmod, str, repr, hash)},
    **{function: _operator(name) for name, function in OPERATORS.items()},
    operator.getitem: _operator("getitem"), operator.contains: _operator("contains"),
    operator.is_: _operator("is_"), operator.is_not: _operator("is_not"),
}  # fmt: skip
