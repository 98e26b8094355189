"""Built-in functions that the specialiser understands itself: what they are for values of known kinds.

Each handler returns the value, or None where the call is to be treated like any other.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import logging
import math
import operator
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.errors import UnsupportedSyntax
from sourcead.ir.kinds import (
    Array,
    Bound,
    Closure,
    Dict,
    Kind,
    List,
    Never,
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
    join,
)
from sourcead.ir.nodes import Call, Const, Name, Ref, Star
from sourcead.rules import registry
from sourcead.runtime.powers import log_or_zero
from sourcead.transform import library
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.containers import dict_like
from sourcead.transform.heap import ITEM
from sourcead.transform.iteration import plain_kind
from sourcead.transform.operations import OPERATORS, class_of

if TYPE_CHECKING:
    from sourcead.transform.calls import Calls

__all__ = ["STRUCTURAL", "picked"]

Kwargs = list[tuple[str | None, Val]]

# -- questions about a value -----------------------------------------------------------------


def _isinstance(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    cls = type(args[0].value) if isinstance(args[0], Const) else class_of(s.kind(args[0]))
    tested = s.kind(args[1])
    wanted: Any = tested.value if isinstance(tested, Value) else None
    if wanted is None:
        items = s.components(args[1])
        if items is not None and all(isinstance(s.kind(i), Value) for i in items):
            wanted = tuple(s.kind(i).value for i in items)  # type: ignore[union-attr]
    if cls is None or wanted is None:
        return None
    return Const(issubclass(cls, wanted))


def _len(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    items = s.components(args[0])
    if items is not None:
        return Const(len(items))
    if isinstance(args[0], Const) and isinstance(args[0].value, str):
        return Const(len(args[0].value))
    kind = s.kind(args[0])
    if isinstance(kind, Object) and hasattr(kind.cls, "__len__"):
        return s.call_method_of(args[0], kind.cls.__len__, [], hint)
    return s.emit(Call(Ref("len", len), (s.operand(args[0]),)), Py(int), hint)


def _hasattr(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind, attr = s.kind(args[0]), args[1]
    if not isinstance(attr, Const):
        return None
    if isinstance(kind, Object):
        if not isinstance(s.heap.read(kind.site, attr.value), Never):
            return None  # may come and go
        return Const(True) if hasattr(kind.cls, attr.value) else None
    cls = class_of(kind)
    return (
        Const(hasattr(cls, attr.value))
        if cls is not None and not isinstance(kind, Value)
        else (Const(hasattr(kind.value, attr.value)) if isinstance(kind, Value) else None)
    )


def _getattr(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) < 2 or not isinstance(args[1], Const):
        return None
    if len(args) == 3:
        kind = s.kind(args[0])
        has = _hasattr(s, args[:2], [], hint)
        if isinstance(has, Const) and has.value is False:
            return args[2]  # type: ignore[no-any-return]
        if (
            isinstance(kind, Object)
            and isinstance(s.heap.read(kind.site, args[1].value), Never)
            and not hasattr(kind.cls, args[1].value)
        ):
            return args[2]  # type: ignore[no-any-return]
        if not (isinstance(has, Const) and has.value is True):
            return None
    return s.attr(args[0], args[1].value, hint)


def _callable(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    match s.kind(args[0]):
        case Value(value=obj):
            return Const(callable(obj))
        case Closure() | Bound():
            return Const(True)
        case Py() | Np() | Array() | NoneKind() | Text() | Tuple() | List() | Dict():
            return Const(False)
        case Object(cls):
            return Const(callable(getattr(cls, "__call__", None)) and "__call__" in dir(cls))  # noqa: B004
        case _:
            return None


def _type(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 1:
        return None
    cls = class_of(s.kind(args[0]))
    return Ref(cls.__name__, cls) if cls is not None else None


def _tuple(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if not args:
        return Virtual(())
    items = s.components(args[0])
    return Virtual(tuple(items)) if items is not None else None


def _list(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if not args:
        return s.fresh_list(s.operand(Virtual((), "list"), hint))
    items = s.components(args[0])
    if items is not None:
        return s.fresh_list(s.operand(Virtual(tuple(items), "list"), hint))
    kind = s.kind(args[0])
    if not isinstance(kind, List) and _follows(s, args):
        return _by(s, library.listed, args)
    if isinstance(kind, List) and kind.site:
        name = s.emit(Call(Ref("list", list), (s.operand(args[0]),)), Unknown(), hint)
        return s.list_like(name, kind.site)
    return None


def _dict(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if any(k is None for k, _ in kwargs) or (args and not isinstance(s.kind(args[0]), Dict)):
        return None
    if args:
        made = s.emit(Call(Ref("dict", dict), (s.operand(args[0]),)), Unknown(), hint)
        dict_like(s, made, args[0])
        for k, v in kwargs:
            s.store(made, Const(k), v, None)
        return made
    flat: list[Val] = []
    for k, v in kwargs:
        flat += [Const(k), v]
    return s.fresh_dict(flat, hint)


def _range(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    return s.emit(Call(Ref("range", range), tuple(map(s.operand, args))), Object(range), hint)


def _iterator(name: str, builtin: Any) -> Any:
    def handler(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if any(isinstance(a, Star) for a in args):
            return None
        from sourcead.transform.iteration import remember

        operands = tuple(map(s.operand, args))
        made = s.emit(
            Call(Ref(name, builtin), operands, tuple((k, s.operand(v)) for k, v in kwargs)),
            Object(builtin),
            hint,
        )
        remember(s, made, builtin, args, kwargs)
        return made

    return handler


def _ndim(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    match s.kind(args[0]):
        case Array(_, dims):
            return Const(len(dims))
        case Py() | Np():
            return Const(0)
        case _:
            return None


def _shape(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    match s.kind(args[0]):
        case Array():
            return s.attr(args[0], "shape", hint)
        case Py() | Np():
            return Virtual(())
        case _:
            return None


def _size(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 1 or kwargs or not isinstance(s.kind(args[0]), Array):
        return None
    return s.attr(args[0], "size", hint)


def _divide(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """In rules, `np.divide` is there for Python numbers: of anything of NumPy's it is a `/`."""
    if not s.derivative or len(args) != 2 or kwargs:
        return None
    if not any(isinstance(s.kind(arg), (Array, Np)) for arg in args):
        return None
    return s.op("truediv", args, hint)


def _log_or_zero(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """The logarithm of a literal base, as in `2.0 ** x`."""
    base = args[0]
    if isinstance(base, Const) and isinstance(base.value, (int, float)) and base.value > 0:
        return s.emit(Call(Ref("math.log", math.log), (base,)), Py(float), hint)
    return None


def _asarray(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`np.asarray(x)` of an exact ndarray that needs no cast is x itself."""
    kind = s.kind(args[0])
    dtype = args[1] if len(args) > 1 else dict(kwargs).get("dtype", Const(None))
    neutral = [
        k
        for k, v in kwargs
        if k == "dtype" or (k in ("order", "copy", "like") and v == Const(None))
    ]
    if not isinstance(kind, Array) or len(args) > 2 or len(neutral) != len(kwargs):
        return None
    wanted = s.kind(dtype)
    same = isinstance(wanted, NoneKind) or (
        isinstance(wanted, Value)
        and isinstance(wanted.value, (type, np.dtype))
        and np.dtype(wanted.value) == kind.dtype
    )
    return args[0] if same else None


def _expand_dims(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """In derivative code a number needs no axes in order to be broadcast."""
    return args[0] if s.derivative and is_scalar(s.kind(args[0])) else None


def _atleast_1d(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0])
    return args[0] if len(args) == 1 and isinstance(kind, Array) and kind.dims else None


# -- functions of sequences ------------------------------------------------------------------


def _by(s: Calls, function: Any, args: list[Any], kwargs: Kwargs = ()) -> Val:  # type: ignore[assignment]
    """The call, done by a function of `transform/library.py`."""
    return s.inline(s.lower(function), function, args, list(kwargs))


def _has_star(args: list[Any]) -> bool:
    return any(isinstance(a, Star) for a in args)


def _follows(s: Calls, args: list[Any]) -> bool:
    """Does a derivative, or an object that must be followed, go in?"""
    return any(map(s.holds_varied, args)) or any(
        isinstance(s.kind(a), Object) and s.kind(a) != Object(range) for a in args
    )


def _map(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if _has_star(args) or len(args) < 2:
        return None
    items = [s.components(a) for a in args[1:]]
    if all(i is not None for i in items):
        return Virtual(tuple(s.call(args[0], list(row), []) for row in zip(*items)))  # type: ignore[arg-type]
    if not _follows(s, args):
        return None
    return _by(s, library.mapped if len(args) == 2 else library.mapped_together, args)


def _filter(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if _has_star(args) or len(args) != 2 or not _follows(s, args):
        return None
    if isinstance(s.kind(args[0]), NoneKind):
        return _by(s, library.kept, args[1:])
    return _by(s, library.filtered, args)


def _reduce(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if _has_star(args) or len(args) < 2:
        return None
    items = s.components(args[1])
    if items is None:
        return (
            _by(s, library.reduced_from if len(args) == 3 else library.reduced, args)
            if _follows(s, args)
            else None
        )
    rest = [*args[2:], *items]
    if not rest:
        return None
    value = rest[0]
    for item in rest[1:]:
        value = s.call(args[0], [value, item], [])
    return value  # type: ignore[no-any-return]


def _sum(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """A sum of a few numbers is written out; one of objects is what their `+` says."""
    if _has_star(args) or not args:
        return None
    items = s.components(args[0])
    special = (Object, List, Tuple, Unknown, Virtual)
    if items is None:
        kind = s.kind(args[0])
        held = s.heap.read(kind.site, ITEM) if isinstance(kind, List) else None
        return (
            _by(s, library.added, args, kwargs)
            if isinstance(held, special) and _follows(s, args)
            else None
        )
    if not _follows(s, args) or not (
        len(items) <= 4 or any(isinstance(s.kind(i), special) for i in items)
    ):
        return None
    named = [v for k, v in kwargs if k == "start"]
    total: Val = args[1] if len(args) > 1 else (named[0] if named else Const(0))
    for item in items:
        total = s.op("add", [total, item])
    return total


def _sorted(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """A new list of what the other held."""
    if _has_star(args) or len(args) != 1:
        return None
    item = element_kind_of(s, args[0])
    if isinstance(item, Never):
        return None
    rule = registry.lookup(sorted)
    assert rule is not None
    made = s.call_rule(rule, Ref("sorted", sorted), sorted, args, kwargs, hint, False)
    site = s.new_site(hint)
    s.kinds[made] = List(Unknown(), site)  # type: ignore[index]
    s.heap.store(site, ITEM, item, s.holds_varied(args[0]))
    return made


def _extreme(name: str, builtin: Any) -> Any:
    """`max` and `min` return one of what they are given."""

    def handler(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if _has_star(args) or not args:
            return None
        found = element_kind_of(s, args[0]) if len(args) == 1 else _joined(s, args)
        for key, value in kwargs:
            found = join(found, s.kind(value)) if key == "default" else found
        if not isinstance(found, (Py, Np)) or (
            all(k != "key" for k, _ in kwargs) and len(args) > 1
        ):
            return None
        rule = registry.lookup(builtin)
        assert rule is not None
        made = s.call_rule(rule, Ref(name, builtin), builtin, args, kwargs, hint, False)
        s.kinds[made] = found  # type: ignore[index]
        return made

    return handler


def _joined(s: Calls, values: list[Val]) -> Kind:
    found: Kind = Never()
    for value in values:
        found = join(found, s.kind(value))
    return found


def element_kind_of(s: Calls, items: Val) -> Kind:
    """The kind that covers the elements of something that is iterated; Never where that is not known."""
    found = s.components(items)
    if found is not None:
        return _joined(s, found)
    kind = plain_kind(s, items)
    return Never() if isinstance(kind, Unknown) else kind


def _prod(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    return (
        _by(s, library.product, args, kwargs) if not _has_star(args) and _follows(s, args) else None
    )


def _iter(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """An iterator over something that carries a derivative is consumed at once: the thing itself will do."""
    if len(args) != 1:
        return None
    kind = s.kind(args[0])
    function = getattr(kind.cls, "__iter__", None) if isinstance(kind, Object) else None
    if isinstance(function, FunctionType):
        return s.call_method_of(args[0], function, [], hint)
    if s.holds_varied(args[0]):
        return args[0]  # type: ignore[no-any-return]
    made = s.emit(Call(Ref("iter", iter), (s.operand(args[0]),)), Unknown(), hint)
    site = s.new_site(hint)
    s.kinds[made] = Object(type(iter([])), site)
    s.heap.store(site, ITEM, element_kind_of(s, args[0]))
    return made


def _next(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0]) if args else Unknown()
    function = getattr(kind.cls, "__next__", None) if isinstance(kind, Object) else None
    if isinstance(function, FunctionType):
        return s.call_method_of(args[0], function, [], hint) if len(args) == 1 else None
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


# -- objects ---------------------------------------------------------------------------------


def _logger(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`logging.getLogger(name)` gives the same object whenever it is asked."""
    if kwargs or not all(isinstance(a, Const) for a in args):
        return None
    made = s.emit(Call(Ref("logging.getLogger", logging.getLogger), tuple(args)), Unknown(), hint)
    s.kinds[made] = Value(logging.getLogger(*(a.value for a in args)))
    return made


def _setattr(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 3 or not isinstance(args[1], Const):
        return None
    s.store_attr(args[0], args[1].value, args[2], None)
    return Const(None)


def _set_slot(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`object.__setattr__(self, name, value)`: past the class's own `__setattr__`."""
    kind = s.kind(args[0]) if len(args) == 3 else Unknown()
    if not isinstance(kind, Object) or not isinstance(args[1], Const):
        return None
    s.store_field(args[0], kind, args[1].value, args[2])
    return Const(None)


def _replace(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
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


def _copy(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`copy.copy`: a container of the same values."""
    return duplicate(s, args[0], hint, deep=False) if len(args) == 1 else None


def _deepcopy(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    return (
        duplicate(s, args[0], hint, deep=True)
        if len(args) == 1 and s.holds_varied(args[0])
        else None
    )


def duplicate(
    s: Calls, value: Val, hint: str, deep: bool, done: dict[Any, Val] | None = None
) -> Val | None:
    """A copy, made as its class would make it; None where the content is not known."""
    done = {} if done is None else done
    if isinstance(value, Name) and value in done:
        return done[value]

    def inner(part: Val) -> Val:
        made = duplicate(s, part, "t", True, done) if deep else part
        if made is None:
            s.refuse(
                "a deep copy of something whose content is not known here",
                "copy its parts by themselves",
            )
        return made  # type: ignore[return-value]

    kind, held = s.kind(value), s.memory.known(value)
    made: Val | None = None
    match kind:
        case Py() | Np() | Text() | NoneKind() | Value():
            return value
        case Array():
            return s.method(value, "copy", [], [], hint)
        case Tuple(_, cls):
            return Virtual(tuple(map(inner, s.components(value) or [])), "tuple", cls)
        case List() if held is not None:
            made = s.fresh_list(s.operand(Virtual(tuple(map(inner, held.items())), "list"), hint))
        case Dict() if held is not None and held.complete:
            made = s.fresh_dict(
                [o for k, v in held.slots.items() for o in (Const(k), inner(v))], hint
            )
        case Object(cls) if not hasattr(cls, "__copy__") and not hasattr(cls, "__deepcopy__"):
            made = s.fresh_object(cls, Ref(cls.__name__, cls), hint)
            for slot in s.heap.known(kind.site):
                s.store_field(made, s.kind(made), str(slot), inner(s.attr(value, str(slot))))  # type: ignore[arg-type]
    if made is not None and isinstance(value, Name):
        done[value] = made
    return made


def _partial(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if _has_star(args) or any(k is None for k, _ in kwargs):
        return None
    operands = tuple(map(s.operand, args))
    keywords = tuple((str(k), s.operand(v)) for k, v in kwargs)
    made = s.emit(
        Call(Ref("functools.partial", functools.partial), operands, keywords), Unknown(), hint
    )
    s.kinds[made] = Partial(args[0], tuple(args[1:]), tuple((str(k), v) for k, v in kwargs))
    return made


def _dunder(name: str) -> Any:
    """A built-in function that asks an object's class: `abs(v)` is `v.__abs__()`."""

    def handler(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        kind = s.kind(args[0]) if args and not _has_star(args) else None
        function = getattr(kind.cls, name, None) if isinstance(kind, Object) else None
        return (
            s.call_method_of(args[0], function, args[1:], hint)
            if isinstance(function, FunctionType)
            else None
        )

    return handler


def _operator(name: str) -> Any:
    """`operator.add(a, b)` is `a + b`."""

    def handler(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        return None if kwargs or _has_star(args) else s.op(name, args, hint)

    return handler


def _picker(builtin: Any) -> Any:
    """`operator.itemgetter(1)` and its like, of constants: an object that the compiler can look into."""

    def handler(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if kwargs or not args or not all(isinstance(a, Const) for a in args):
            return None
        made = s.emit(
            Call(Ref(f"operator.{builtin.__name__}", builtin), tuple(args)), Unknown(), hint
        )
        s.kinds[made] = Value(builtin(*(a.value for a in args)))
        return made

    return handler


def picked(s: Calls, picker: Any, args: list[Any], hint: str) -> Val | None:
    """The call of an `itemgetter` or `attrgetter`."""
    if len(args) != 1 or not isinstance(picker, (operator.itemgetter, operator.attrgetter)):
        return None
    keys = picker.__reduce__()[1]
    if isinstance(picker, operator.itemgetter):
        found = [s.getitem(args[0], Const(k), hint) for k in keys]
    else:
        found = [_attribute_path(s, args[0], k) for k in keys]  # type: ignore[arg-type]
    return found[0] if len(found) == 1 else Virtual(tuple(found))


def _attribute_path(s: Calls, value: Val, path: str) -> Val:
    for attr in path.split("."):
        value = s.attr(value, attr)
    return value


def _reads_names(name: str) -> Any:
    """`eval` and `locals` read variables by names that no analysis sees."""

    def handler(s: Calls, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if name == "vars" and args:
            return None
        s.refuse(
            f"`{name}` reads variables by their names",
            "write the expression itself",
            UnsupportedSyntax,
        )
        return None

    return handler


STRUCTURAL: dict[Any, Any] = {
    **{f: _reads_names(f.__name__) for f in (eval, exec, locals, vars)},
    isinstance: _isinstance, len: _len, hasattr: _hasattr, getattr: _getattr, callable: _callable, type: _type,
    tuple: _tuple, list: _list, dict: _dict, range: _range, map: _map, filter: _filter, functools.reduce: _reduce,
    sum: _sum, math.prod: _prod, iter: _iter, next: _next, copy.copy: _copy, copy.deepcopy: _deepcopy,
    object.__setattr__: _set_slot,
    logging.getLogger: _logger,
    dataclasses.replace: _replace, sorted: _sorted, max: _extreme("max", max), min: _extreme("min", min),
    setattr: _setattr, functools.partial: _partial,
    operator.itemgetter: _picker(operator.itemgetter), operator.attrgetter: _picker(operator.attrgetter),
    **{f: _dunder(f"__{f.__name__}__") for f in (abs, round, float, int, complex, bool, divmod, str, repr, hash)},
    **{function: _operator(name) for name, function in OPERATORS.items()},
    operator.getitem: _operator("getitem"), operator.contains: _operator("contains"),
    operator.is_: _operator("is_"), operator.is_not: _operator("is_not"),
    enumerate: _iterator("enumerate", enumerate), zip: _iterator("zip", zip), reversed: _iterator("reversed", reversed),
    np.ndim: _ndim, np.shape: _shape, np.asarray: _asarray, np.asanyarray: _asarray, np.atleast_1d: _atleast_1d,
    np.expand_dims: _expand_dims, np.size: _size, np.divide: _divide, log_or_zero: _log_or_zero,
}  # fmt: skip
