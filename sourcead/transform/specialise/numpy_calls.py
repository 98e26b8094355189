"""NumPy's functions that take a function, done by the Python code in `numpy_library.py`, and views by other names.

Each handler returns the value, or None where the call is to be treated like any other (without a rule:
refused, if a derivative goes in)."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.polynomial import polyutils
from numpy.polynomial._polybase import ABCPolyBase

from sourcead.ir.kinds import Array, List, Np, Object, Py, Tuple, Value, dtype_of, is_scalar
from sourcead.ir.nodes import Call, Const, Ref, Star
from sourcead.rules.registry import lookup
from sourcead.runtime.differences import diff_of_order
from sourcead.runtime.polynomials import all_coefficients
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise import numpy_library
from sourcead.transform.specialise.context import Context, Handler, Kwargs
from sourcead.transform.specialise.looked_at import look_at
from sourcead.transform.specialise.rows import either_as_array
from sourcead.transform.specialise.sequences import by, follows, has_star

__all__ = ["NUMPY_CALLS", "fold_of_ufunc", "vectorized"]


def _is_array(s: Context, value: Val, *ranks: int) -> bool:
    kind = s.kind(value)
    return isinstance(kind, Array) and (not ranks or len(kind.dims) in ranks)


def _piecewise(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) != 3 or kwargs or not _is_array(s, args[0]):
        return None
    dtype = dtype_of(s.kind(args[0]))
    conditions, pieces = s.components(args[1]), s.components(args[2])
    if not follows(s, args) or conditions is None or pieces is None or dtype is None:
        return None
    if dtype.kind not in "fc" or not all(_is_array(s, c) for c in conditions):
        return None
    if len(pieces) == len(conditions) + 1:
        met = s.call(
            Ref("np.logical_or.reduce", np.logical_or.reduce),
            [Virtual(tuple(conditions), "list")],
            [],
        )
        otherwise = s.call(Ref("np.logical_not", np.logical_not), [met], [])
        conditions, pieces = [otherwise, *conditions], [pieces[-1], *pieces[:-1]]
    if len(pieces) != len(conditions):
        return None
    lists = [Virtual(tuple(each), "tuple") for each in (conditions, pieces)]
    return by(s, numpy_library.in_pieces, [args[0], *lists])


def _apply_along_axis(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or len(args) != 3 or kwargs or not follows(s, args):
        return None
    if not _is_array(s, args[2]) or not isinstance(args[1], Const):
        return None
    return by(s, numpy_library.along_axis, args)


def _fromiter(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if has_star(args) or not args or not follows(s, args[:1]):
        return None
    return by(s, numpy_library.from_iterable, args, kwargs)


def _ndindex(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """The indices of up to three axes, in Python's numbers."""
    shape = s.components(args[0]) if len(args) == 1 and not has_star(args) else list(args)
    axes = [args[0]] if shape is None and args else shape or []
    if kwargs or has_star(axes) or not all(is_scalar(s.kind(axis)) for axis in axes):
        return None
    functions = {1: numpy_library.indices, 2: numpy_library.pairs, 3: numpy_library.triples}
    return by(s, functions[len(axes)], axes) if len(axes) in functions else None


def _ndarray(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`np.ndarray(shape)` is new storage; over a buffer it would be a view that nothing follows."""
    buffer = [*args[2:3], *(v for k, v in kwargs if k == "buffer")]
    if any(map(s.holds_varied, buffer)):
        s.refuse(
            "`np.ndarray` is laid over the storage of an array that carries a derivative",
            "slice or reshape the array",
        )
    return None


def _over_elements(*functions: Any) -> Handler:
    """An iterator over the elements of an array; one function for all ranks, or one for each from 1 on."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        kind = s.kind(args[0]) if len(args) == 1 and not has_star(args) else None
        if kwargs or not isinstance(kind, Array) or not follows(s, args):
            return None
        rank = 1 if len(functions) == 1 else len(kind.dims)
        return by(s, functions[rank - 1], args) if 0 < rank <= len(functions) else None

    return handler


def _einsum(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """Of one array, without a sum, it is a view: `np.einsum("ij->ji", a)` is `np.transpose(a, (1, 0))`."""
    match args:
        case [Const(str() as subscripts), operand] if not kwargs and isinstance(
            s.kind(operand), Array
        ):
            given, arrow, wanted = subscripts.replace(" ", "").partition("->")
            wanted = wanted if arrow else "".join(sorted(given))
        case _:
            return None
    if not given.isalpha() or not wanted.isalpha():
        return None
    if given == wanted * 2 and len(wanted) == 1:
        return s.call(Ref("np.diagonal", np.diagonal), [operand], [])
    if len(set(given)) == len(given) and sorted(given) == sorted(wanted):
        axes = Virtual(tuple(Const(given.index(letter)) for letter in wanted))
        return s.call(Ref("np.transpose", np.transpose), [operand, axes], [])
    return None


def _matrix_power(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`np.linalg.matrix_power(a, 1)` is `a`."""
    if has_star(args) or any(key != "n" for key, _ in kwargs):
        return None
    match [*args, *(value for _, value in kwargs)]:
        case [a, Const(1)] if _is_array(s, a):
            return s.call(Ref("np.asarray", np.asarray), [a], [])
        case [a, n] if _is_array(s, a) and not isinstance(n, Const):
            return by(s, numpy_library.matrix_power, [a, n])
        case _:
            return None


def _diff(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """`np.diff(a, 0)` is `a`; of an order that is not known here it may be."""
    given = [*args[1:2], *(value for key, value in kwargs if key == "n")]
    if has_star(args) or not given or any(key is None for key, _ in kwargs):
        return None
    order = given[0]
    if isinstance(order, Const) and order.value != 0:
        return None
    if isinstance(order, Const) and args and _is_array(s, args[0]):
        return s.call(Ref("np.asarray", np.asarray), args[:1], [])
    return s.call(Ref("diff_of_order", diff_of_order), args, kwargs, hint)


def _histogram(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """Edges given as an array are handed on, not copied."""
    edges = [*args[1:2], *(value for key, value in kwargs if key == "bins")]
    rule = lookup(np.histogram)
    if rule is None or has_star(args) or not edges or not _is_array(s, edges[0]):
        return None
    func = Ref("np.histogram", np.histogram)
    made = s.call_rule(rule, func, np.histogram, args, kwargs, hint, False)
    counts = s.getitem(made, Const(0))
    return Virtual((counts, s.call(Ref("np.asarray", np.asarray), edges[:1], [])))


def _trim_zeros(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    trim = [*args[1:], *(value for key, value in kwargs if key == "trim")]
    if has_star(args) or len(trim) != len(args) - 1 + len(kwargs) or len(trim) > 1:
        return None
    if not args or not _is_array(s, args[0], 1):
        return None
    if trim and not (isinstance(trim[0], Const) and trim[0].value in ("f", "b", "fb", "bf")):
        return None
    if not follows(s, args[:1]):
        kind = s.kind(args[0])
        assert isinstance(kind, Array)
        given = tuple(map(s.operand, (args[0], *trim)))
        found = Array(kind.dtype, (None,))
        made = s.emit(Call(Ref("np.trim_zeros", np.trim_zeros), given), found, hint)
        s.share(made, args[0])
        return made
    return by(s, numpy_library.trimmed, [args[0], *trim])


def _poly1d(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """Of another one: NumPy looks into the `__dict__` of both.  Of coefficients: that of a zero is left out."""
    if kwargs or len(args) != 1 or has_star(args):
        return None
    if _is_polynomial(s, args[0]):
        return by(s, numpy_library.polynomial_again, args)
    items = s.components(args[0]) if isinstance(s.kind(args[0]), (List, Tuple)) else None
    if s.holds_varied(items[0] if items else args[0]):
        s.call(Ref("all_coefficients", all_coefficients), args, [])
    return None


def _as_series(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """Coefficients as they are; without their zeros at the end, a rule says what becomes of them."""
    if has_star(args) or len(args) != 1 or [*kwargs] != [("trim", Const(False))]:
        return None
    return by(s, numpy_library.series, args)


def _of_series(function: Any) -> Handler:
    """An operator of a polynomial."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        return by(s, function, args) if len(args) == 2 and not has_star(args) else None

    return handler


def _of_coefficients(function: Any) -> Handler:
    """A function that takes the coefficients out of a `np.poly1d`."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if has_star(args) or not args or not _is_polynomial(s, args[0]):
            return None
        func = Ref(f"np.{function.__name__}", function)
        return s.call(func, [s.attr(args[0], "coeffs"), *args[1:]], kwargs, hint)

    return handler


def _to_polynomial(function: Any) -> Handler:
    """A function that gives a `np.poly1d` where it is given one."""

    def handler(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
        if has_star(args) or not any(_is_polynomial(s, arg) for arg in args[:2]):
            return None
        func = Ref(f"np.{function.__name__}", function)
        if function in (np.polyder, np.polyint):
            return by(s, numpy_library.of_polynomial, [func, *args], kwargs)
        if len(args) != 2 or kwargs:
            return None
        if function is np.polydiv:
            return by(s, numpy_library.polynomial_quotient, args)
        return by(s, numpy_library.of_polynomials, [func, *args])

    return handler


def _isscalar(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    """A number, and nothing that has elements."""
    kind = s.kind(args[0]) if len(args) == 1 and not has_star(args) else None
    if isinstance(kind, (Py, Np)) and kind.exact:
        return Const(True)
    return Const(False) if isinstance(kind, (Array, List, Object, Value)) else None


def _is_polynomial(s: Context, value: Any) -> bool:
    kind = None if isinstance(value, Star) else s.kind(value)
    if isinstance(kind, Value):  # a variable of the module, say
        return isinstance(kind.value, np.poly1d)
    return isinstance(kind, Object) and kind.cls is np.poly1d


SERIES_OPERATORS: dict[str, Any] = {
    "__add__": numpy_library.series_sum,
    "__radd__": numpy_library.series_sum_reflected,
    "__sub__": numpy_library.series_difference,
    "__rsub__": numpy_library.series_difference_reflected,
    "__mul__": numpy_library.series_product,
    "__rmul__": numpy_library.series_product_reflected,
    "__divmod__": numpy_library.series_division,
    "__floordiv__": numpy_library.series_quotient,
    "__mod__": numpy_library.series_remainder,
    "__pow__": numpy_library.series_power,
}

NUMPY_CALLS: dict[Any, Handler] = {
    np.isscalar: _isscalar,
    np.trim_zeros: _trim_zeros,
    np.poly1d: _poly1d,
    np.poly1d.__getitem__: _of_series(numpy_library.polynomial_item),
    np.poly1d.__pow__: _of_series(numpy_library.polynomial_power),
    polyutils.as_series: _as_series,
    **{getattr(ABCPolyBase, name): _of_series(f) for name, f in SERIES_OPERATORS.items()},
    **{
        function: _to_polynomial(function)
        for function in (np.polyadd, np.polysub, np.polymul, np.polydiv, np.polyder, np.polyint)
    },
    np.polyval: _of_coefficients(np.polyval),
    np.roots: _of_coefficients(np.roots),
    np.diff: _diff,
    np.linalg.matrix_power: _matrix_power,
    np.histogram: _histogram,
    np.einsum: _einsum,
    np.piecewise: _piecewise,
    np.apply_along_axis: _apply_along_axis,
    np.ndenumerate: _over_elements(
        numpy_library.enumerated_vector, numpy_library.enumerated_matrix
    ),
    np.ndarray: _ndarray,
    np.ndindex: _ndindex,
    np.fromiter: _fromiter,
    np.nditer: _over_elements(numpy_library.in_memory_order),
}


def vectorized(s: Context, func: Val, obj: Any, args: list[Any], kwargs: Kwargs) -> Val | None:
    """A call of `np.vectorize(function)`, of one or two arguments and without options."""
    plain = obj.otypes is None and not obj.excluded and obj.signature is None
    if has_star(args) or kwargs or not plain or len(args) not in (1, 2) or not follows(s, args):
        return None
    look_at(s, obj, "pyfunc")
    path = func.path if isinstance(func, Ref) else "vectorized"
    inner = Ref(f"{path}.pyfunc", obj.pyfunc)
    each = numpy_library.for_each if len(args) == 1 else numpy_library.for_each_pair
    return by(s, each, [inner, *args])


FOLDS: dict[str, Any] = {
    "reduce": numpy_library.reduced,
    "accumulate": numpy_library.accumulated,
    "reduceat": numpy_library.reduced_at,
}

IN_TURN = {
    "f": (
        np.multiply, np.subtract, np.divide, np.hypot, np.logaddexp, np.logaddexp2, np.fmod, np.remainder,
        np.float_power, np.copysign, np.maximum, np.minimum, np.fmax, np.fmin,
    ),
    "c": (np.subtract, np.divide, np.power, np.float_power),
}  # fmt: skip
"""Of real and of complex numbers: of others (`np.arctan2.reduce`) NumPy gives what no order of the elements gives."""


def fold_of_ufunc(s: Context, obj: Any, args: list[Any], kwargs: Kwargs) -> Val | None:
    """`np.hypot.reduce(a)`: what has no rule of its own, by the ufunc's, one row after the other."""
    ufunc = getattr(obj, "__self__", None)
    if not isinstance(ufunc, np.ufunc) or has_star(args) or not args:
        return None
    if obj.__name__ == "outer" and not kwargs and (ufunc.nin, ufunc.nout) == (2, 1):
        args = [either_as_array(s, arg) for arg in args]
        known = lookup(ufunc) is not None and follows(s, args)
        return by(s, numpy_library.outer, [_ufunc(ufunc), *args]) if known else None
    if obj.__name__ not in FOLDS:
        return None
    each, array = FOLDS[obj.__name__], either_as_array(s, args[0])
    if each is numpy_library.reduced and ufunc.identity is not None:
        each = numpy_library.reduced_or_identity
    kind = s.kind(array)
    if not isinstance(kind, Array) or not kind.dims:
        return None
    if ufunc not in IN_TURN.get(np.dtype(kind.dtype).kind, ()):
        return None
    names = list(inspect.signature(each).parameters)[2:]
    options = [*zip(names, args[1:]), *kwargs]
    numbers = (isinstance(s.kind(v), Py) for k, v in options if k != "indices")
    if len(args) > len(names) + 1 or any(k not in names for k, _ in kwargs) or not all(numbers):
        return None
    return by(s, each, [_ufunc(ufunc), array, *args[1:]], kwargs) if follows(s, [array]) else None


def _ufunc(ufunc: Any) -> Ref:
    return Ref(f"np.{ufunc.__name__}", ufunc)
