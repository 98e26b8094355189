"""Calls that write an argument in place, as the stores that they are.

`np.copyto(dst, src)`, `x.fill(v)`, `x.sort()`, `x.partition(k)`, `np.put`, `np.putmask`, `np.fill_diagonal` and `out=`
become `dst[...] = value`: one kind of write, which both modes know.  The values and the storage written are the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, NoneKind, Py, is_scalar, same_dim
from sourcead.ir.nodes import Const, Ref
from sourcead.rules import registry
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise import numpy_library
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.sequences import by

__all__ = ["REWRITES", "without_out"]

WHOLE = Const(Ellipsis)


def _copyto(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 2 or not isinstance(s.kind(args[0]), Array):
        return None
    named = dict(kwargs)
    where = named.pop("where", None)
    if set(named) - {"casting"}:
        return None
    if where is None:
        s.store(args[0], WHOLE, args[1], None)
    elif isinstance(s.kind(where), Array) and not isinstance(s.kind(args[1]), Array):
        s.store(args[0], where, args[1], None)
    else:
        return by(s, numpy_library.copy_where, [args[0], args[1], where])
    return Const(None)


def _fill(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 2 or not isinstance(s.kind(args[0]), Array):
        return None
    s.store(args[0], WHOLE, args[1], None)
    return Const(None)


def _as(function: Any) -> Handler:
    """A method that leaves in its array what `function` returns for it."""

    def rewrite(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if not isinstance(s.kind(args[0]), Array):
            return None
        value = s.call(Ref(f"np.{function.__name__}", function), list(args), list(kwargs))
        s.store(args[0], WHOLE, value, None)
        return Const(None)

    return rewrite


def _put(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """One number, or one for each place (fewer values are repeated); places count the elements flat."""
    if len(args) != 3 or kwargs or not isinstance(s.kind(args[0]), Array):
        return None
    if not (_is_array(s, args[0], 1) or _is_array(s, args[0], 2)):
        return by(s, numpy_library.put, args)
    places = args[1]
    if not isinstance(s.kind(places), (Array, Py)):
        places = s.call(Ref("np.asarray", np.asarray), [places], [])
    if not is_scalar(s.kind(args[2])) and not _same_shape(s, places, args[2]):
        return by(s, numpy_library.put, args)
    if _is_array(s, args[0], 2):
        split = Ref("np.unravel_index", np.unravel_index)
        rows = s.call(split, [places, s.attr(args[0], "shape")], [])
        places = Virtual(tuple(s.getitem(rows, Const(i)) for i in range(2)))
    s.store(args[0], places, args[2], None)
    return Const(None)


def _place(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 3 or kwargs or not _is_mask(s, args[1]):
        return None
    if not is_scalar(s.kind(args[2])):
        return by(s, numpy_library.place, args)
    s.store(args[0], args[1], args[2], None)
    return Const(None)


def _putmask(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 3 or kwargs or not _is_mask(s, args[1]):
        return None
    array, mask, values = args
    if _same_shape(s, array, values):
        values = s.getitem(values, mask)
    elif not is_scalar(s.kind(values)):
        return by(s, numpy_library.putmask, args)
    s.store(array, mask, values, None)
    return Const(None)


def _fill_diagonal(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """Of a matrix; a wide or a tall one has as many places as its shorter side."""
    if len(args) != 2 or kwargs or not _is_array(s, args[0], 2) or not is_scalar(s.kind(args[1])):
        return None
    shape = s.attr(args[0], "shape")
    size = s.call(Ref("min", min), [s.getitem(shape, Const(0)), s.getitem(shape, Const(1))], [])
    along = s.call(Ref("np.arange", np.arange), [size], [])
    s.store(args[0], Virtual((along, along)), args[1], None)
    return Const(None)


def _is_array(s: Context, value: Val, rank: int) -> bool:
    kind = s.kind(value)
    return isinstance(kind, Array) and len(kind.dims) == rank


def _is_mask(s: Context, value: Val) -> bool:
    kind = s.kind(value)
    return isinstance(kind, Array) and kind.dtype == "bool"


def _same_shape(s: Context, one: Val, other: Val) -> bool:
    """Is it known that two arrays have the same shape? (Nothing has combined the two yet.)"""
    a, b = s.kind(one), s.kind(other)
    if not isinstance(a, Array) or not isinstance(b, Array) or len(a.dims) != len(b.dims):
        return False
    return all(m is not None and m == n for m, n in zip(a.dims, b.dims))


def _tolist(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """Of a matrix it is the list of what it is of the rows."""
    kind = s.kind(args[0])
    if not isinstance(kind, Array) or len(kind.dims) < 2 or not s.holds_varied(args[0]):
        return None
    return None if s.derivative else by(s, numpy_library.nested, args)


REWRITES: dict[Any, Handler] = {
    np.copyto: _copyto, np.ndarray.fill: _fill, np.put: _put, np.ndarray.put: _put,
    np.ndarray.sort: _as(np.sort), np.ndarray.partition: _as(np.partition), np.ndarray.tolist: _tolist,
    np.place: _place, np.putmask: _putmask, np.fill_diagonal: _fill_diagonal,
}  # fmt: skip


def without_out(
    s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs, hint: str
) -> Val | None:
    """`f(x, out=y)` as `y[...] = f(x)`, whose value is y."""
    named = dict(kwargs)
    out: Val | None = named.pop("out", None)
    if out is None:
        return None
    components = s.components(out)
    if components is not None and len(components) == 1:
        out = components[0]
    if "where" in named:
        return _into_selected(s, func, obj, out, args, named)
    if isinstance(s.kind(out), NoneKind) or _ignores_out(obj):
        return s.call_object(func, obj, args, list(named.items()), hint)
    if not isinstance(s.kind(out), Array):
        return None
    value = s.call_object(func, obj, args, list(named.items()), hint)
    s.store(out, WHOLE, value, None)
    return out


def _ignores_out(obj: Any) -> bool:
    """Does NumPy take the keyword, and write nothing?"""
    rule = registry.lookup(obj)
    return rule is not None and bool(rule.also.get("ignores_out"))


def _into_selected(
    s: Context, func: Val, obj: Any, out: Val, args: list[Any], named: dict[Any, Val]
) -> Val | None:
    """`ufunc(x, out=y, where=mask)`: the elements of y that are selected are written."""
    active = any(map(s.holds_varied, [out, *args]))
    if not active or not isinstance(obj, np.ufunc) or obj.nout != 1 or named.keys() != {"where"}:
        return None
    if not isinstance(s.kind(out), Array) or obj.nin not in (1, 2) or len(args) != obj.nin:
        return None
    library = numpy_library.into_selected, numpy_library.into_selected_of_two
    alike = [Const(_has_shape_of(s, arg, out)) for arg in args]
    return by(s, library[obj.nin - 1], [func, out, named["where"], *args, *alike])


def _has_shape_of(s: Context, value: Val, other: Val) -> bool:
    """Have two arrays certainly one shape?"""
    mine, its = s.kind(value), s.kind(other)
    if value == other:
        return True
    if not isinstance(mine, Array) or not isinstance(its, Array) or len(mine.dims) != len(its.dims):
        return False
    return all(map(same_dim, mine.dims, its.dims))
