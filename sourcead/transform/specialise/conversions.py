"""Built-in functions that make one sequence or number of another: `tuple`, `list`, `range`, `np.asarray`.

Each handler returns the value, or None where the call is to be treated like any other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Dict,
    List,
    NoneKind,
    Np,
    Object,
    Py,
    Tuple,
    Unknown,
    Value,
    is_scalar,
)
from sourcead.ir.nodes import Call, Const, MethodCall, Name, Op, Ref, Star
from sourcead.runtime.powers import log_or_zero
from sourcead.transform.builder import Val, Virtual, constants
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import dict_library, library
from sourcead.transform.specialise.context import TRACKED, Again, Context, Handler, Kwargs
from sourcead.transform.specialise.dicts import dict_like
from sourcead.transform.specialise.generators import taken_early
from sourcead.transform.specialise.iteration import UNROLLED, VIEWS, remember, sequenced
from sourcead.transform.specialise.namespaces import copied
from sourcead.transform.specialise.sequences import by, element_kind_of, follows, has_star

__all__ = ["CONVERSIONS"]

SHORT = 8  # numbers that are written out


def _tuple(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if not args:
        return Virtual(())
    items = s.components(args[0]) or _places(s, args[0])
    if items is not None:
        return Virtual(tuple(items))
    kind = s.kind(args[0])
    numbers = isinstance(kind, List) and s.heap.read(kind.site, ITEM) == Py(float)
    if not numbers and not follows(s, args):
        return None
    if not isinstance(kind, List):
        return _tuple(s, [by(s, library.listed, args)], [], hint)
    if not s.derivative and not s.heap.is_external(kind.site) and s.heap.follow(kind.site):
        raise Again
    name = s.emit(Call(Ref("tuple", tuple), (s.operand(args[0]),)), Unknown(), hint)
    return s.list_like(name, kind.site, cls=tuple)


def _places(s: Context, value: Val) -> list[Val] | None:
    """The numbers of a short range of known ends: of axes, say."""
    match s.definitions.get(value) if isinstance(value, Name) else None:
        case Call(Ref(value=builtin), ends) if builtin is range:
            numbers = [end.value for end in ends if isinstance(end, Const)]
            if len(numbers) == len(ends) and len(range(*numbers)) <= SHORT:
                return [Const(i) for i in range(*numbers)]
    return None


def _list(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if not args:
        return s.fresh_list(s.operand(Virtual((), "list"), hint))
    items = s.components(args[0])
    if items is not None:
        return s.fresh_list(s.operand(Virtual(tuple(items), "list"), hint))
    kind = s.kind(args[0])
    if not isinstance(kind, List) and follows(s, args):
        return by(s, library.listed, args)
    if isinstance(kind, List) and kind.site:
        name = s.emit(Call(Ref("list", list), (s.operand(args[0]),)), Unknown(), hint)
        return s.list_like(name, kind.site)
    item = element_kind_of(s, args[0])
    if isinstance(item, (Py, Np)):  # of a range, of an array without derivatives
        name = s.emit(Call(Ref("list", list), (s.operand(args[0]),)), Unknown(), hint)
        site = s.new_site(hint)
        s.kinds[name] = List(Unknown(), site)
        s.heap.store(site, ITEM, item)
        return name
    return None


def _dict(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if any(k is None for k, _ in kwargs) or has_star(args):
        return None
    args = [copied(s, a) for a in args]
    pairs = _known_pairs(s, args[0]) if args else None
    if pairs is not None:
        return s.fresh_dict([*pairs, *(o for k, v in kwargs for o in (Const(k), v))], hint)
    if args and not isinstance(s.kind(args[0]), Dict):
        if len(args) > 1 or not follows(s, args):
            return None
        made = by(s, dict_library.made_of, args)
        for k, v in kwargs:
            s.store(made, Const(k), v, None)
        return made
    if args:
        if follows(s, args):
            made = s.method(args[0], "copy", [], [], hint)
        else:
            made = s.emit(Call(Ref("dict", dict), (s.operand(args[0]),)), Unknown(), hint)
            dict_like(s, made, args[0])
        for k, v in kwargs:
            s.store(made, Const(k), v, None)
        return made
    flat: list[Val] = []
    for k, v in kwargs:
        flat += [Const(k), v]
    return s.fresh_dict(flat, hint)


def _zipped_with_names(s: Context, items: Name) -> list[Val] | None:
    builtin, args, _ = s.iterators[items]
    names = s.components(args[0]) if builtin is zip and len(args) == 2 else None
    if isinstance(args[0], Const) and isinstance(args[0].value, str):
        names = [Const(letter) for letter in args[0].value]
    values = sequenced(s, args[1]) if names is not None and len(names) <= UNROLLED else None
    if values is None or names is None or (values.count() or len(names)) < len(names):
        return None
    return [Virtual((name, values.get(Const(i)))) for i, name in enumerate(names)]


def _known_pairs(s: Context, items: Val) -> list[Val] | None:
    """Keys and values, one after the other, of `zip(names, values)` and the like; None where they are unknown.

    Where there are fewer values than names, the dict's construction raises IndexError.
    """
    found = s.components(items)
    if found is None and isinstance(items, Name) and items in s.iterators and s.holds_varied(items):
        found = _zipped_with_names(s, items)
    pairs = [s.components(pair) for pair in found or []]
    keys = [pair[0] for pair in pairs if pair is not None and len(pair) == 2]
    if found is None or len(keys) != len(found) or constants(keys) is None:
        return None
    if len(set(constants(keys) or [])) != len(keys):
        return None
    return [part for pair in pairs for part in pair or []]


def _from_keys(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if kwargs or not 1 <= len(args) <= 2 or any(isinstance(a, Star) for a in args):
        return None
    keys, value = args[0], args[1] if len(args) > 1 else Const(None)
    if isinstance(s.kind(keys), Dict):
        keys = s.entries(keys, VIEWS[0])
    if isinstance(keys, Const) and isinstance(keys.value, str):
        keys = Virtual(tuple(map(Const, keys.value)))
    items = s.components(keys)
    known = None if items is None or len(items) > TRACKED else constants(items)
    if known is not None:
        return s.fresh_dict([o for k in dict.fromkeys(known) for o in (Const(k), value)], hint)
    if not follows(s, [keys, value]) and not isinstance(s.kind(keys), (List, Tuple, Object)):
        return None
    return by(s, dict_library.from_keys, [keys, value])


def _range(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    return s.emit(Call(Ref("range", range), tuple(map(s.operand, args))), Object(range), hint)


def _keys(s: Context, items: Val) -> Val:
    """What is iterated of a dict that carries derivatives."""
    if isinstance(s.kind(items), Dict) and s.holds_varied(items):
        return s.entries(items, VIEWS[0])
    return items


def _iterator(name: str, builtin: Any) -> Any:
    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if any(isinstance(a, Star) for a in args):
            return None

        args = [_keys(s, a) for a in args]
        early = [taken_early(s, a) if hint == "t" else (a, None) for a in args]
        args = [a for a, _ in early]
        operands = tuple(map(s.operand, args))
        made = s.emit(
            Call(Ref(name, builtin), operands, tuple((k, s.operand(v)) for k, v in kwargs)),
            Object(builtin),
            hint,
        )
        remember(s, made, builtin, args, kwargs)
        s.early.update((made, found) for _, found in early if found is not None)
        return made

    return handler


def _divide(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """In rules, `np.divide` is there for Python numbers: of anything of NumPy's it is a `/`."""
    if not s.derivative or len(args) != 2 or kwargs:
        return None
    return s.op("truediv", args, hint) if any(_is_numpys(s, arg) for arg in args) else None


def _is_numpys(s: Context, value: Any) -> bool:
    """Is it surely an array or a number of NumPy's?  The adjoint of such a number may be one of Python's."""
    if not isinstance(s.kind(value), Np):
        return isinstance(s.kind(value), Array)
    match s.definitions.get(value) if isinstance(value, Name) else None:
        case Op("getitem", (base, _)):
            return isinstance(s.kind(base), Array)
        case Op(_, args):
            return any(_is_numpys(s, arg) for arg in args)
        case MethodCall(base):
            return isinstance(s.kind(base), Array)
        case Call(Ref(value=function)):
            return isinstance(function, np.ufunc) or str(
                getattr(function, "__module__", "")
            ).startswith("numpy")
        case _:
            return False


def _log_or_zero(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """The logarithm of a literal base, as in `2.0 ** x`."""
    base = args[0]
    if isinstance(base, Const) and isinstance(base.value, (int, float)) and base.value > 0:
        return s.emit(Call(Ref("math.log", math.log), (base,)), Py(float), hint)
    return None


def _asarray(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
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


def _slice(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`slice(1, -1)` is what `1:-1` in an index is: what it picks is a view."""
    if kwargs or not 1 <= len(args) <= 3 or any(isinstance(a, Star) for a in args):
        return None
    none = Const(None)
    parts = (none, args[0], none) if len(args) == 1 else (*args, none)[:3]
    return Virtual(tuple(parts), "slice")


def _expand_dims(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """In derivative code a number needs no axes in order to be broadcast."""
    return args[0] if s.derivative and is_scalar(s.kind(args[0])) else None


def _atleast_1d(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    kind = s.kind(args[0])
    return args[0] if len(args) == 1 and isinstance(kind, Array) and kind.dims else None


CONVERSIONS: dict[Any, Handler] = {
    tuple: _tuple, list: _list, dict: _dict, dict.fromkeys: _from_keys, range: _range, slice: _slice,
    enumerate: _iterator("enumerate", enumerate), zip: _iterator("zip", zip), reversed: _iterator("reversed", reversed),
    np.asarray: _asarray, np.asanyarray: _asarray, np.atleast_1d: _atleast_1d,
    np.expand_dims: _expand_dims, np.divide: _divide, log_or_zero: _log_or_zero,
}  # fmt: skip
