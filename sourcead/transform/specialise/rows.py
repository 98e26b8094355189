"""Lists of lists where NumPy wants an array: each row becomes an array first.

    np.sum(rows)     is     np.sum(np.array([np.array(row) for row in rows]))

The adjoint of an array goes into a list element by element; what goes into a list of lists must reach
the elements of the lists in it, which are found by who they are.  So a list of lists of which not every
element is known by name is gone through as a loop would do it: the rule sees an array.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from sourcead.ir.kinds import (
    Array,
    Kind,
    List,
    Never,
    Np,
    Number,
    Tuple,
    dtype_of,
    is_number,
    is_scalar,
)
from sourcead.ir.nodes import Const, Name, Op, Ref, Star
from sourcead.rules.registry import Rule
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.heap import ITEM
from sourcead.transform.specialise import numpy_library
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.sequences import by

__all__ = [
    "as_array",
    "beside_arrays",
    "flat_as_array",
    "is_of_arrays",
    "takes_arrays",
    "with_constant_arrays",
    "with_rows",
]


def takes_arrays(obj: Any) -> bool:
    """Is a list, for this function, the array that NumPy makes of it?"""
    owner = getattr(obj, "__objclass__", None) or obj
    module = getattr(owner, "__module__", None) or ""
    return isinstance(obj, np.ufunc) or module.partition(".")[0] in ("numpy", "scipy")


SEQUENCES = (np.select, np.choose, np.linalg.multi_dot)


def is_of_arrays(obj: Any, args: list[Any]) -> bool:
    """Does this function of NumPy make an array of each list that it takes? Some take a list of arrays."""
    module = getattr(obj, "__module__", None) or ""
    if obj is np.einsum and not isinstance(args[0], Const):
        return False  # lists of axes
    return module.partition(".")[0] == "numpy" and not any(obj is each for each in SEQUENCES)


def beside_arrays(s: Context, args: list[Val]) -> list[Val]:
    """Operands of which one is an array: lists and tuples beside it are the arrays that NumPy makes of them."""
    if s.derivative:
        return args
    kinds = list(map(s.kind, args))
    if not any(isinstance(k, (List, Tuple)) for k in kinds):
        return args
    if not any(isinstance(k, Array) or (isinstance(k, Np) and k.exact) for k in kinds):
        return args
    made = _constant_as_array if any(map(s.holds_varied, args)) else as_array
    return [made(s, as_array(s, arg)) for arg in args]


def with_constant_arrays(s: Context, rule: Rule, args: list[Any]) -> list[Any]:
    """Arguments of which one varies: lists of constants in the place of others that could are arrays, too.

    `np.dot(x, [1.0, 2.0])` has the adjoint of x from an array; what is a shape, an axis or an index stays a list.
    """
    if rule.reverse is None:
        return args
    parameters = list(inspect.signature(rule.reverse).parameters.values())[2:]
    if any(isinstance(arg, Star) for arg in args):
        return args
    places = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    if places and places[-1].kind is inspect.Parameter.VAR_POSITIONAL:
        places += [places[-1]] * len(args)
    return [
        _constant_as_array(s, arg) if place.name in rule.wrt else arg
        for place, arg in zip(places, args)
    ] + args[len(places) :]


def _constant_as_array(s: Context, arg: Val) -> Val:
    """A list or tuple of numbers that do not vary, as an array."""
    if isinstance(s.kind(arg), (List, Tuple)) and not s.holds_varied(arg) and _is_numbers(s, arg):
        return s.call(Ref("np.asarray", np.asarray), [arg], [])
    return arg


def _is_numbers(s: Context, value: Val) -> bool:
    """A number, or a list or tuple of numbers, however deep."""
    kind = s.kind(value)
    if not isinstance(kind, (List, Tuple)):
        return is_scalar(kind) or (isinstance(value, Const) and type(value.value) in (int, float))
    items = s.components(value)
    if items is None:
        return isinstance(kind, List) and is_scalar(_held(s, kind))
    return bool(items) and all(_is_numbers(s, item) for item in items)


def as_array(s: Context, arg: Val) -> Val:
    """A list or tuple that holds what carries a derivative, as an array."""
    if s.derivative or not isinstance(s.kind(arg), (List, Tuple)) or not s.holds_varied(arg):
        return arg
    return s.call(Ref("np.asarray", np.asarray), [arg], [])


def flat_as_array(s: Context, obj: Any, arg: Any) -> Any:
    """A list of numbers, of unknown length, as an array: its axis may have the size of another argument's."""
    if obj in (np.array, np.asarray, np.asanyarray) or isinstance(arg, Star):
        return arg
    kind = s.kind(arg)
    if not isinstance(kind, List) or not is_scalar(_held(s, kind)) or s.components(arg) is not None:
        return arg
    return as_array(s, arg)


def with_rows(s: Context, arg: Any) -> Any:
    """The argument of a function that takes arrays, without lists of lists that are not known by their elements."""
    if isinstance(arg, Star):
        return arg
    kind = s.kind(arg)
    if not isinstance(kind, (List, Tuple)) or not s.holds_varied(arg):
        return arg
    items = s.components(arg)
    if items is not None:
        fitted = [flat_as_array(s, None, with_rows(s, item)) for item in items]
        if any(isinstance(s.kind(item), Array) for item in fitted):
            fitted = [_constant_as_array(s, item) for item in fitted]
        if all(a is b for a, b in zip(fitted, items)) and not _is_changed(s, arg, items):
            return arg
        return Virtual(tuple(fitted), "tuple" if isinstance(kind, Tuple) else "list")
    if not isinstance(kind, List) or not isinstance(_held(s, kind), List):
        return arg
    return by(s, numpy_library.rows_of, [arg, _leaf_type(s, kind)])


def _is_changed(s: Context, arg: Val, items: list[Val]) -> bool:
    """Are these lists in a list that is another one than the display that made it?"""
    kind = s.kind(arg)
    if not isinstance(kind, List) or not any(isinstance(s.kind(item), List) for item in items):
        return False
    made = s.definitions.get(arg) if isinstance(arg, Name) else None
    is_display = isinstance(arg, Virtual) or (isinstance(made, Op) and made.op == "list")
    return not is_display or s.heap.is_assigned(kind.site, ITEM)


def _held(s: Context, kind: List) -> Kind:
    return s.heap.read(kind.site, ITEM) if kind.site else kind.item


def _leaf_type(s: Context, kind: Kind) -> Val:
    """The dtype of the array, as far as the kinds tell: of `[[0, 1], [x, 2]]` no row alone has it."""
    while isinstance(kind, List):
        kind = _held(s, kind)
    dtype = dtype_of(kind)
    if dtype is None or not is_number(kind) or isinstance(kind, (Number, Never)):
        return Const(None)
    return Ref(f"np.{dtype.name}", dtype.type)
