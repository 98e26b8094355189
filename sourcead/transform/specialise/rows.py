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
from sourcead.transform.specialise.context import Context, Kwargs
from sourcead.transform.specialise.sequences import by

__all__ = [
    "as_array",
    "either_as_array",
    "beside_arrays",
    "flat_as_array",
    "of_numbers",
    "takes_arrays",
    "with_arrays",
    "with_rows",
]


def takes_arrays(obj: Any) -> bool:
    """Is a list, for this function, the array that NumPy makes of it?"""
    return _is_of_ufunc(obj) or _library(obj) in ("numpy", "scipy")


def of_numbers(obj: Any) -> bool:
    """Does Python raise where this function is given a list? (`abs`, `math.sin`)"""
    return _library(obj) in ("builtins", "math", "cmath")


def _library(obj: Any) -> str:
    """Whose function, or method, is it?"""
    owner = getattr(obj, "__objclass__", None) or obj
    return (getattr(owner, "__module__", None) or "").partition(".")[0]


def _is_of_ufunc(obj: Any) -> bool:
    """`np.add`, `np.add.outer`"""
    return isinstance(obj, np.ufunc) or isinstance(getattr(obj, "__self__", None), np.ufunc)


SEQUENCES: dict[Any, tuple[int, str]] = {
    np.select: (1, "choicelist"),
    np.choose: (1, "choices"),
    np.linalg.multi_dot: (0, "arrays"),
}
"""Functions that take a list of arrays, and where: each of them may be a list itself."""


MAKING = (
    np.array, np.asarray, np.asanyarray, np.asarray_chkfinite, np.ascontiguousarray, np.asfortranarray, np.require,
    np.copy, np.concatenate, np.stack, np.vstack, np.hstack, np.dstack, np.column_stack, np.block,
)  # fmt: skip
"""Functions that make the array, and those that join what is in a list."""


def with_arrays(
    s: Context, rule: Rule, obj: Any, args: list[Any], kwargs: Kwargs
) -> tuple[list[Any], Kwargs]:
    """The arguments of a function of NumPy's that makes an array of each list that it takes, as it makes them."""
    if obj in SEQUENCES:
        at, name = SEQUENCES[obj]
        args = [_of_arrays(s, a) if i == at else a for i, a in enumerate(args)]
        return args, [(k, _of_arrays(s, v) if k == name else v) for k, v in kwargs]
    if obj is np.einsum and not isinstance(args[0], Const):  # lists of axes stand between
        last = len(args) - 1
        args = [either_as_array(s, a) if i % 2 == 0 and i < last else a for i, a in enumerate(args)]
        return args, kwargs
    if not _is_of_ufunc(obj) and _library(obj) != "numpy":
        return args, kwargs
    if any(obj is each for each in MAKING):
        return args, kwargs
    args = [arg if isinstance(arg, Star) else as_array(s, arg) for arg in args]
    kwargs = [(k, as_array(s, v)) for k, v in kwargs]
    if s.derivative or rule.form == "linear":
        return args, kwargs
    return _with_constant_arrays(s, rule, args, kwargs)


def _of_arrays(s: Context, arg: Any) -> Any:
    """A list of arrays, some of which are given as lists."""
    if s.derivative or isinstance(arg, Star) or not isinstance(s.kind(arg), (List, Tuple)):
        return arg
    items = s.components(arg)
    if items is None or not any(isinstance(s.kind(item), (List, Tuple)) for item in items):
        return arg
    return Virtual(tuple(either_as_array(s, item) for item in items), "list")


def either_as_array(s: Context, arg: Val) -> Val:
    return _constant_as_array(s, as_array(s, arg))


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


def _with_constant_arrays(
    s: Context, rule: Rule, args: list[Any], kwargs: Kwargs
) -> tuple[list[Any], Kwargs]:
    """Arguments of which one varies: lists of constants in the place of others that could are arrays, too.

    `np.dot(x, [1.0, 2.0])` has the adjoint of x from an array; what is a shape, an axis or an index stays a list.
    """
    if rule.reverse is None or any(isinstance(arg, Star) for arg in args):
        return args, kwargs
    parameters = list(inspect.signature(rule.reverse).parameters.values())[2:]
    places = [p for p in parameters if p.kind is not p.KEYWORD_ONLY]
    if places and places[-1].kind is inspect.Parameter.VAR_POSITIONAL:
        places += [places[-1]] * len(args)
    names = [p.name for p in places[: len(args)]]
    given = [
        _constant_as_array(s, arg) if name in rule.wrt else arg for name, arg in zip(names, args)
    ]
    named = [(k, _constant_as_array(s, v) if k in rule.wrt else v) for k, v in kwargs]
    return given + args[len(names) :], named


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
