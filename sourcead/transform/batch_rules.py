"""How calls take the leading axis of a stack of seeds.

Axes counted from the front move by one, those counted from the back stay; products are written so that
the axis of the seeds comes out first.  Every function here gives the expression for the stack; the
operands are those of the single seed, and `batch.has` tells which of them are stacks.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sourcead.ir.kinds import Np, Py, Tuple
from sourcead.ir.nodes import (
    Attr,
    Call,
    Const,
    Expr,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Star,
)
from sourcead.rules import registry
from sourcead.runtime import accumulate, lists, nested_lists, selection, sequences, shadows, undo
from sourcead.runtime.batched import for_each_seed, laid_out_each, unbroadcast_each, unpacked_each
from sourcead.runtime.quotients import over_length, ratio
from sourcead.transform.batch import ALL, CannotBatch
from sourcead.transform.effects import function_of

if TYPE_CHECKING:
    from sourcead.transform.batch import Batch

__all__ = ["batched_call"]

NONE = Const(None)


@dataclass
class Given:
    """A call with its arguments by name; what is not given is None."""

    batch: Batch
    target: Name
    function: Any
    expr: Any
    args: tuple[Operand, ...]
    named: dict[str, Operand]

    def __getitem__(self, name: str) -> Operand:
        return self.named.get(name, NONE)

    def only(self, *names: str) -> None:
        """Refuse what the rule does not know."""
        extra = {k for k, v in self.named.items() if v != NONE} - set(names)
        if extra:
            raise CannotBatch(f"`{_name(self.function)}` with {', '.join(sorted(extra))}")

    def constant(self, name: str, default: Any = None) -> Any:
        """The value of an argument that is written in the text, as an axis is."""
        operand = self[name]
        return default if operand == NONE and name not in self.named else self._value(operand)

    def _value(self, operand: Operand) -> Any:
        definition = self.batch.definitions.get(operand)
        if isinstance(operand, Const):
            return operand.value
        if isinstance(definition, Op) and definition.op in ("tuple", "list"):
            return tuple(self._value(a) for a in definition.args)
        if isinstance(definition, Op) and definition.op == "neg":
            return -self._value(definition.args[0])
        raise CannotBatch(f"`{_name(self.function)}` with an axis that is computed")


BatchRule = Callable[[Given], Expr]
_RULES: dict[int, tuple[Any, tuple[str, ...], BatchRule]] = {}


def rule(*functions: Any, names: str) -> Callable[[BatchRule], BatchRule]:
    """How `functions`, with parameters of these names, take the axis."""

    def decorate(body: BatchRule) -> BatchRule:
        for function in functions:
            _RULES[id(function)] = function, tuple(names.split()), body
        return body

    return decorate


def batched_call(batch: Batch, target: Name, expr: Any, label: str) -> Expr:
    """The expression for stacks."""
    function = function_of(expr, batch.b.kinds)
    if function is None and isinstance(expr, MethodCall):
        function = getattr(np.ndarray, expr.method, None)
    if function is None and isinstance(expr, Attr):
        function = getattr(np.ndarray, expr.attr, None)
    if isinstance(expr, Call) and isinstance(expr.func, Name):
        label = expr.func.hint
    args, kwargs = _arguments(expr)
    bound = getattr(function, "__self__", None)
    if isinstance(bound, np.ufunc) and function.__name__ == "at":
        return _at(batch, expr, args)
    found = _RULES.get(id(function))
    if found is not None and not any(isinstance(a, Star) for a in args):
        _, names, body = found
        if len(names) == 1 and names[0] == "*":
            named = dict(kwargs)
        else:
            named = {**dict(zip(names, args)), **dict(kwargs)}
        return body(Given(batch, target, function, expr, args, named))
    return _one_by_one(batch, function, expr, args, kwargs, label)


def _arguments(expr: Any) -> tuple[tuple[Any, ...], tuple[tuple[Any, Operand], ...]]:
    match expr:
        case MethodCall(value, _, args, kwargs):
            return (value, *args), kwargs
        case Call(_, args, kwargs):
            return args, kwargs
        case Attr(value):
            return (value,), ()
        case Op(_, args):
            return args, ()
    raise AssertionError(expr)


def _name(function: Any) -> str:
    return getattr(function, "__name__", str(function))


def _call(path: str, function: Any, *args: Operand, **kwargs: Operand) -> Call:
    return Call(Ref(path, function), args, tuple(kwargs.items()))


# -- what has no rule --------------------------------------------------------------------------

_PURE = (accumulate.last_written,)
_WRITERS = {lists.__name__, shadows.__name__, undo.__name__}


def _one_by_one(batch: Batch, function: Any, expr: Any, args: Any, kwargs: Any, label: str) -> Expr:
    """A pure call, made for each seed."""
    known = registry.lookup(function)
    stated = known is not None and known.effects.pure and not known.effects.writes
    fresh = known is not None and known.effects.returns in ("fresh", "scalar")
    pure = (
        ((stated and fresh) or function in _PURE)
        and getattr(function, "__module__", "") not in _WRITERS
        and not any(isinstance(a, Star) or (batch.is_container(a) and batch.has(a)) for a in args)
        and not any(k in (None, "out") or batch.has(v) for k, v in kwargs)
    )
    if not pure or isinstance(expr, Attr):
        raise CannotBatch(f"`{_name(function) if function else label}` has no rule for many seeds")
    if isinstance(expr, Call):
        func = expr.func
    else:
        func = Ref(_path(function, expr), function)
    mask = batch.emit(Op("tuple", tuple(Const(batch.has(a)) for a in args)))
    return Call(Ref("for_each_seed", for_each_seed), (func, mask, *args), tuple(kwargs))


def _path(function: Any, expr: Any) -> str:
    if isinstance(expr, MethodCall):
        return f"np.ndarray.{expr.method}"
    return f"operator.{_name(function)}"


def _at(batch: Batch, expr: Any, args: tuple[Operand, ...]) -> Expr:
    """`np.add.at(u, index, v)`"""
    base, index, value = args
    if batch.has(index) or not batch.has(base):
        raise CannotBatch("an index depends on the seed")
    rank = batch.region_rank(base, index)
    value = batch.aligned(value, rank)
    at = batch.stack_index(base, index)
    if at == Const(Ellipsis):
        raise CannotBatch("`ufunc.at` on a whole array")
    return Call(expr.func, (base, at, value))


# -- element by element --------------------------------------------------------------------------


@rule(
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.real, np.imag,
    np.conj, np.where, accumulate.unless_zero, accumulate.zeros_kept, over_length, ratio, np.isnan,
    np.isfinite, np.equal, np.not_equal,
    names="*",
)  # fmt: skip
def elementwise(given: Given) -> Expr:
    given.only()
    batch = given.batch
    rank = max(map(batch.rank, given.args))
    args = tuple(batch.aligned(a, rank) for a in given.args)
    if isinstance(given.expr, Call):
        return Call(given.expr.func, args)
    assert isinstance(given.expr, Op)
    return Op(given.expr.op, args)


@rule(np.ndarray.real, np.ndarray.imag, np.ndarray.conj, np.ndarray.conjugate, np.ndarray.copy,
      np.ndarray.astype, np.copy, np.ascontiguousarray, np.asarray, np.array, names="*")  # fmt: skip
def same_for_each(given: Given) -> Expr:
    """What does the same to every element, with what else it was given."""
    if any(given.batch.is_container(a) for a in given.args[:1]):
        return joined_rows(given)
    return given.expr  # type: ignore[no-any-return]


def joined_rows(given: Given) -> Expr:
    """`np.array([a, b])`: what was the first axis is the second one."""
    given.only("dtype")
    items = _items(given, given.args[0])
    if not items or any(given.batch.is_container(i) for i in items):
        raise CannotBatch("a nested list becomes an array")
    rank = max(map(given.batch.rank, items))
    if any(given.batch.rank(i) != rank for i in items):
        raise CannotBatch("a list of numbers and arrays becomes an array")
    made = given.batch.emit(Op("list", tuple(map(given.batch.stacked, items))))
    return _call("np.stack", np.stack, made, axis=Const(1))


@rule(float, complex, np.float64, np.complex128, names="x")
def number(given: Given) -> Expr:
    """A stack of numbers stays an array."""
    return Op("copy", (given["x"],))


@rule(np.zeros_like, np.empty_like, names="a")
def like(given: Given) -> Expr:
    given.only("a")
    return given.expr  # type: ignore[no-any-return]


@rule(np.full, names="shape fill_value dtype")
def full(given: Given) -> Expr:
    given.only("shape", "fill_value")
    if given.batch.rank(given["fill_value"]) > given.batch.rank(given.target):
        raise CannotBatch("`full` with an array that has more axes")
    value = given.batch.aligned(given["fill_value"], given.batch.rank(given.target))
    return _call("np.full", np.full, _longer(given, given["shape"]), value)


@rule(np.full_like, names="a fill_value")
def full_like(given: Given) -> Expr:
    given.only("a", "fill_value")
    if given.batch.has(given["a"]):
        raise CannotBatch("`full_like` of a tangent")
    value = given.batch.aligned(given["fill_value"], given.batch.rank(given.target))
    return _call("np.full", np.full, given.batch.stacked_shape(given["a"]), value)


# -- reductions and scans ------------------------------------------------------------------------


def _moved(axis: int) -> int:
    return axis + 1 if axis >= 0 else axis


def _axes(given: Given, rank: int, name: str = "axis", default: Any = None) -> Operand:
    """The axes as they are for the stack; None stands for all of them."""
    axis = given.constant(name, default)
    if axis is None:
        axis = tuple(range(rank))
    if isinstance(axis, tuple):
        moved = tuple(map(_moved, axis))
        return Const(moved[0]) if len(moved) == 1 else _shape(given, list(map(Const, moved)))
    return Const(_moved(axis))


def _shape(given: Given, parts: Sequence[Operand]) -> Operand:
    return given.batch.emit(Op("tuple", tuple(parts)))


@rule(np.sum, np.mean, np.ndarray.sum, np.ndarray.mean, names="a axis dtype out keepdims")
def reduction(given: Given) -> Expr:
    given.only("a", "axis", "keepdims")
    a = given["a"]
    rank = given.batch.rank(a)
    keep = {"keepdims": given["keepdims"]} if given["keepdims"] != NONE else {}
    if rank == 0:
        return Op("copy", (a,))
    function = np.mean if _name(given.function) == "mean" else np.sum
    return _call(f"np.{function.__name__}", function, a, axis=_axes(given, rank), **keep)


@rule(np.cumsum, np.ndarray.cumsum, names="a axis")
def scan(given: Given) -> Expr:
    given.only("a", "axis")
    rank = given.batch.rank(given["a"])
    if given["axis"] == NONE and rank != 1:
        raise CannotBatch("`cumsum` of a flattened array")
    return _call("np.cumsum", np.cumsum, given["a"], axis=_axes(given, rank, default=0))


@rule(np.flip, names="m axis")
def flip(given: Given) -> Expr:
    return _call("np.flip", np.flip, given["m"], axis=_axes(given, given.batch.rank(given["m"])))


@rule(np.roll, names="a shift axis")
def roll(given: Given) -> Expr:
    rank = given.batch.rank(given["a"])
    if given["axis"] == NONE and rank != 1:
        raise CannotBatch("`roll` of a flattened array")
    axis = _axes(given, rank, default=0)
    return _call("np.roll", np.roll, given["a"], given["shift"], axis=axis)


@rule(np.diff, names="a n axis")
def difference(given: Given) -> Expr:
    given.only("a", "n", "axis")
    n = given["n"] if given["n"] != NONE else Const(1)
    axis = _axes(given, given.batch.rank(given["a"]), default=-1)
    return _call("np.diff", np.diff, given["a"], n, axis=axis)


@rule(np.take, names="a indices axis")
def take(given: Given) -> Expr:
    given.only("a", "indices", "axis")
    rank = given.batch.rank(given["a"])
    if given["axis"] == NONE and rank != 1:
        raise CannotBatch("`take` from a flattened array")
    return _call(
        "np.take", np.take, given["a"], given["indices"], axis=_axes(given, rank, default=0)
    )


@rule(np.trace, names="a offset axis1 axis2")
def trace(given: Given) -> Expr:
    given.only("a", "offset", "axis1", "axis2")
    offset = given["offset"] if given["offset"] != NONE else Const(0)
    axes = {k: Const(_moved(given.constant(k, d))) for k, d in (("axis1", 0), ("axis2", 1))}
    return _call("np.trace", np.trace, given["a"], offset, **axes)


@rule(np.diag, names="v k")
def diagonal(given: Given) -> Expr:
    given.only("v", "k")
    offset = given["k"] if given["k"] != NONE else Const(0)
    if given.batch.rank(given["v"]) != 2:
        mask = given.batch.emit(Op("tuple", (Const(True), Const(False))))
        each = Ref("for_each_seed", for_each_seed)
        return Call(each, (Ref("np.diag", np.diag), mask, given["v"], offset))
    return _call("np.diagonal", np.diagonal, given["v"], offset, axis1=Const(1), axis2=Const(2))


@rule(np.triu, np.tril, names="m k")
def triangle(given: Given) -> Expr:
    if given.batch.rank(given["m"]) < 2:
        raise CannotBatch("a triangle of a vector")
    return given.expr  # type: ignore[no-any-return]


# -- shapes --------------------------------------------------------------------------------------


@rule(np.reshape, names="a shape")
def reshape(given: Given) -> Expr:
    given.only("a", "shape")
    return _reshaped(given, given["a"], given["shape"])


@rule(np.ndarray.reshape, names="*")
def reshape_method(given: Given) -> Expr:
    given.only()
    a, *shape = given.args
    if len(shape) == 1:
        return _reshaped(given, a, shape[0])
    return _call("np.reshape", np.reshape, a, _shape(given, [given.batch.count, *shape]))


def _reshaped(given: Given, a: Operand, shape: Operand) -> Expr:
    return _call("np.reshape", np.reshape, a, _longer(given, shape))


def _longer(given: Given, shape: Operand) -> Operand:
    """`(seeds, *shape)`"""
    batch = given.batch
    kind = batch.b.kind(shape)
    definition = batch.definitions.get(shape)
    if isinstance(definition, Op) and definition.op in ("tuple", "list"):
        return _shape(given, [batch.count, *definition.args])
    if isinstance(shape, Const):
        sizes = shape.value if isinstance(shape.value, tuple) else (shape.value,)
        return _shape(given, [batch.count, *map(Const, sizes)])
    if isinstance(kind, (Py, Np)):
        return _shape(given, [batch.count, shape])
    first = _shape(given, [batch.count])
    if not isinstance(kind, Tuple) and not isinstance(definition, Attr):
        shape = batch.emit(Call(Ref("tuple", tuple), (shape,)))
    return batch.emit(Op("add", (first, shape)))


@rule(np.ravel, np.ndarray.ravel, np.ndarray.flatten, names="a")
def ravel(given: Given) -> Expr:
    given.only("a")
    made = _call(
        "np.reshape", np.reshape, given["a"], _shape(given, [given.batch.count, Const(-1)])
    )
    if _name(given.function) == "flatten":
        return MethodCall(given.batch.emit(made), "copy", ())
    return made


@rule(np.broadcast_to, names="array shape")
def broadcast_to(given: Given) -> Expr:
    given.only("array", "shape")
    rank = given.batch.rank(given.target)
    aligned = given.batch.aligned(given["array"], rank)
    return _call("np.broadcast_to", np.broadcast_to, aligned, _longer(given, given["shape"]))


@rule(np.transpose, names="a axes")
def transpose(given: Given) -> Expr:
    return _transposed(given, given["a"], given.constant("axes"))


@rule(np.ndarray.T, names="a")
def transpose_attribute(given: Given) -> Expr:
    return _transposed(given, given["a"], None)


@rule(np.ndarray.transpose, names="*")
def transpose_method(given: Given) -> Expr:
    a, *axes = given.args
    given.named["axes"] = axes[0] if len(axes) == 1 else NONE
    order = tuple(map(given._value, axes)) if len(axes) > 1 else given.constant("axes")
    return _transposed(given, a, order)


def _transposed(given: Given, a: Operand, axes: Any) -> Expr:
    rank = given.batch.rank(a)
    if rank < 2:
        return Op("copy", (a,))
    axes = tuple(range(rank))[::-1] if axes is None else axes
    if rank == 2 and tuple(axes) == (1, 0):
        return _call("np.swapaxes", np.swapaxes, a, Const(1), Const(2))
    order = _shape(given, [Const(0), *(Const(axis % rank + 1) for axis in axes)])
    return _call("np.transpose", np.transpose, a, order)


@rule(np.swapaxes, np.ndarray.swapaxes, names="a axis1 axis2")
def swapaxes(given: Given) -> Expr:
    axes = [Const(_moved(given.constant(k))) for k in ("axis1", "axis2")]
    return _call("np.swapaxes", np.swapaxes, given["a"], *axes)


@rule(np.moveaxis, names="a source destination")
def moveaxis(given: Given) -> Expr:
    axes = [_axes(given, 0, k) for k in ("source", "destination")]
    return _call("np.moveaxis", np.moveaxis, given["a"], *axes)


@rule(np.expand_dims, names="a axis")
def expand_dims(given: Given) -> Expr:
    return _call("np.expand_dims", np.expand_dims, given["a"], _axes(given, 0))


@rule(np.squeeze, np.ndarray.squeeze, names="a axis")
def squeeze(given: Given) -> Expr:
    if given["axis"] == NONE:
        raise CannotBatch("`squeeze` without an axis")
    return _call("np.squeeze", np.squeeze, given["a"], _axes(given, 0))


@rule(np.concatenate, names="arrays axis")
def concatenate(given: Given) -> Expr:
    given.only("arrays", "axis")
    return _joined(given, np.concatenate, _axes(given, 0, default=0))


@rule(np.stack, names="arrays axis")
def stack(given: Given) -> Expr:
    given.only("arrays", "axis")
    return _joined(given, np.stack, _axes(given, 0, default=0))


@rule(np.hstack, names="arrays")
def hstack(given: Given) -> Expr:
    if any(given.batch.rank(i) == 0 for i in _items(given, given["arrays"])):
        return _joined(given, np.stack, Const(1))
    first = given.batch.rank(_items(given, given["arrays"])[0])
    return _joined(given, np.concatenate, Const(1 if first == 1 else 2))


def _items(given: Given, arrays: Operand) -> tuple[Operand, ...]:
    definition = given.batch.definitions.get(arrays)
    if not isinstance(definition, Op) or definition.op not in ("list", "tuple"):
        raise CannotBatch(f"`{_name(given.function)}` of a list that is made elsewhere")
    return definition.args


def _joined(given: Given, function: Any, axis: Operand) -> Expr:
    items = _items(given, given["arrays"])
    if len({given.batch.rank(i) for i in items}) != 1:
        raise CannotBatch(f"`{_name(given.function)}` of arrays of several ranks")
    made = given.batch.emit(Op("list", tuple(map(given.batch.stacked, items))))
    return _call(f"np.{_name(function)}", function, made, axis=axis)


# -- products ------------------------------------------------------------------------------------


@rule(np.matmul, operator.matmul, np.dot, np.ndarray.dot, names="a b")
def product(given: Given) -> Expr:
    given.only("a", "b")
    batch = given.batch
    a, b = given["a"], given["b"]
    ranks = batch.rank(a), batch.rank(b)
    if 0 in ranks:
        rank = max(ranks)
        return Op("mul", (batch.aligned(a, rank), batch.aligned(b, rank)))
    if max(ranks) > 2:
        raise CannotBatch(f"`{_name(given.function)}` of stacks of matrices")
    match ranks, batch.has(a), batch.has(b):
        case (1, 1), True, True:
            return _call("np.sum", np.sum, batch.emit(Op("mul", (a, b))), axis=Const(1))
        case (1, 1), False, True:
            return Op("matmul", (b, a))
        case (2, 1), False, True:
            return Op("matmul", (b, batch.emit(Attr(a, "T"))))
        case (2, 1), True, True:
            column = batch.emit(batch.item(b, batch.index([ALL, ALL, NONE])))
            made = batch.emit(Op("matmul", (a, column)))
            return batch.item(made, batch.index([ALL, ALL, Const(0)]))
        case (1, 2), True, True:
            row = batch.emit(batch.item(a, batch.index([ALL, NONE])))
            made = batch.emit(Op("matmul", (row, b)))
            return batch.item(made, batch.index([ALL, Const(0)]))
        case _:
            return Op("matmul", (a, b))


@rule(np.outer, names="a b")
def outer(given: Given) -> Expr:
    batch = given.batch
    a, b = given["a"], given["b"]
    if batch.rank(a) != 1 or batch.rank(b) != 1:
        raise CannotBatch("`outer` of matrices")
    column = batch.index([ALL, ALL, NONE] if batch.has(a) else [ALL, NONE])
    left = batch.emit(batch.item(a, column))
    right = batch.emit(batch.item(b, batch.index([ALL, NONE]))) if batch.has(b) else b
    return Op("mul", (left, right))


@rule(np.einsum, names="*")
def einsum(given: Given) -> Expr:
    given.only()
    batch = given.batch
    first, *arrays = given.args
    if not isinstance(first, Const) or "..." in first.value:
        raise CannotBatch("`einsum` with an ellipsis, or subscripts that are computed")
    inputs, arrow, output = first.value.replace(" ", "").partition("->")
    if not arrow:
        output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
    seed = next(c for c in "zyxwvutsrqponmlkjihgfedcba" if c not in inputs)
    terms = [(seed if batch.has(a) else "") + t for t, a in zip(inputs.split(","), arrays)]
    text = Const(f"{','.join(terms)}->{seed}{output}")
    return _call("np.einsum", np.einsum, text, *arrays)


@rule(np.linalg.solve, names="a b")
def solve(given: Given) -> Expr:
    batch = given.batch
    a, b = given["a"], given["b"]
    if batch.has(a) or batch.rank(a) != 2 or batch.rank(b) > 2:
        raise CannotBatch("`solve` with matrices that depend on the seed")
    if batch.rank(b) == 2:
        return Call(given.expr.func, (a, b))
    columns = batch.emit(Attr(b, "T"))
    return Attr(batch.emit(Call(given.expr.func, (a, columns))), "T")


# -- helpers of generated code ---------------------------------------------------------------------


@rule(accumulate.unbroadcast, names="adjoint like")
def unbroadcast(given: Given) -> Expr:
    if not given.batch.has(given["adjoint"]):
        raise CannotBatch("`unbroadcast` to the shape of a tangent")
    like = given["like"]
    if given.batch.has(like):
        like = given.batch.emit(given.batch.item(like, Const(0)))
    return Call(Ref("unbroadcast_each", unbroadcast_each), (given["adjoint"], like))


@rule(accumulate.laid_out, names="values like")
def laid_out(given: Given) -> Expr:
    batch = given.batch
    if not batch.has(given["values"]) or batch.has(given["like"]):
        raise CannotBatch("a layout that depends on the seed")
    return Call(Ref("laid_out_each", laid_out_each), (given["values"], given["like"]))


@rule(selection.sum_of_tangents, names="dots y")
def sum_of_tangents(given: Given) -> Expr:
    """A sum of stacks."""
    return given.expr  # type: ignore[no-any-return]


@rule(nested_lists.unpacked, names="bar nested")
def unpacked(given: Given) -> Expr:
    if given.batch.has(given["nested"]):
        raise CannotBatch("a list of tangents becomes an array")
    return Call(Ref("unpacked_each", unpacked_each), (given["bar"], given["nested"]))


@rule(sequences.inner, names="values tangents")
def inner(given: Given) -> Expr:
    if not given.batch.is_container(given["tangents"]):
        raise CannotBatch("a sum over the numbers of an array, one by one")
    return given.expr  # type: ignore[no-any-return]


@rule(lists.like_object, names="value parts")
def like_object(given: Given) -> Expr:
    return given.expr  # type: ignore[no-any-return]
