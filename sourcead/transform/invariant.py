"""Extrema that the program moves its numbers by, and then moves them back: nothing depends on them.

    largest = np.max(a, axis=-1, keepdims=True)
    y = largest[..., 0] + np.log(np.sum(np.exp(a - largest), axis=-1))

The largest is taken out so that `exp` cannot overflow; with any other number `y` would be the same.  So its
derivative is zero, and computing that zero would cost as much as the rest: masks of where the largest is, how many
are as large, and sums that cancel to rounding errors.  An expert leaves it out, and so does this pass.

What becomes of each value is followed when the extremum moves by d: it moves by a multiple of d (a `shift`), or is
multiplied by a power of exp(d) (a `scale`).  A difference shifts, `exp` makes a scale of a shift and `log` a shift of
a scale, sums along axes on which d is one number keep a scale.  Where all that leaves the program is moved by nothing,
the extremum does not vary.  The same with an extremum that is itself a scale finds `m * np.sqrt(np.sum((x / m)**2))`.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sourcead.ir.kinds import Array, NoneKind, Np, Py, Slice, Value
from sourcead.ir.nodes import Argument, Assign, Call, Const, Expr, MethodCall, Name, Op, Operand
from sourcead.ir.walk import operands, reads, statements
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.effects import function_of, index_kinds
from sourcead.transform.specialise import Specialised, Specialiser

__all__ = ["without_invariant_extrema"]

EXTREMA = frozenset({np.max, np.min, np.maximum, np.minimum, np.ndarray.max, np.ndarray.min,
                     builtins.max, builtins.min})  # fmt: skip
EXPONENTIALS = frozenset({np.exp, math.exp})
LOGARITHMS = frozenset({np.log, math.log})
ROOTS = frozenset({np.sqrt, math.sqrt})
SUMS = frozenset({np.sum, np.ndarray.sum, np.mean, np.ndarray.mean})


@dataclass(frozen=True, slots=True)
class Moved:
    """By `degree` times d, or by the factor exp(degree d); `axes` (from the right): those along which d may differ."""

    form: str  # "shift" or "scale"
    degree: float
    axes: frozenset[int]


class NotFollowed(Exception):
    """Something is computed of which is not known how it moves."""


def without_invariant_extrema(done: Specialised) -> None:
    """Take the extrema on which nothing depends from what varies."""
    b = done.builder
    body = list(statements(done.function.body))
    assigned = [s for s in body if isinstance(s, Assign)]
    seeds = [
        s for s in assigned if s.target in b.varied and function_of(s.expr, b.kinds) in EXTREMA
    ]
    if not seeds:
        return
    elsewhere = {n for s in body if not isinstance(s, Assign) for n in reads(s)}
    elsewhere.update(_names(done.function.result))
    for seed in seeds:
        kind = b.kind(seed.target)
        if not isinstance(kind, (Array, Np, Py)):
            continue
        dims = kind.dims if isinstance(kind, Array) else ()
        axes = frozenset(k - len(dims) for k, dim in enumerate(dims) if dim != 1)
        for form in ("shift", "scale"):
            moves = _Moves(b, {seed.target: Moved(form, 1, axes)})
            if moves.end_in(assigned) and not elsewhere & moves.moved.keys():
                b.varied -= _only_from(seed.target, moves.moved, b, assigned)
                break


def _names(result: Val) -> Iterable[Name]:
    if isinstance(result, Virtual):
        for item in result.items:
            yield from _names(item)
    elif isinstance(result, Name):
        yield result


def _only_from(
    seed: Name, moved: dict[Name, Moved], b: Specialiser, assigned: Sequence[Assign]
) -> set[Name]:
    """The seed, and what is computed from it and constants alone."""
    found = {seed}
    for stmt in assigned:
        if stmt.target in moved and stmt.target != seed:
            if not any(o in b.varied and o not in found for o in operands(stmt.expr)):
                found.add(stmt.target)
    return found


class _Moves:
    def __init__(self, b: Specialiser, moved: dict[Name, Moved]) -> None:
        self.b, self.moved = b, moved

    def end_in(self, assigned: Sequence[Assign]) -> bool:
        """Follow what moves through the program; False where something is computed that is not understood."""
        try:
            for stmt in assigned:
                if any(o in self.moved for o in operands(stmt.expr)):
                    result = self.of(stmt.expr)
                    if result is not None:
                        self.moved[stmt.target] = result
        except NotFollowed:
            return False
        return True

    # -- one expression -----------------------------------------------------------------------

    def of(self, expr: Expr) -> Moved | None:
        """How its value moves; None: it does not.  Raises NotFollowed."""
        match expr:
            case Op("add" | "sub" as op, (left, right)):
                return self.sum(left, right, 1 if op == "add" else -1)
            case Op("mul" | "truediv" as op, (left, right)):
                return self.product(left, right, 1 if op == "mul" else -1)
            case Op("pow", (base, Const(int() | float() as exponent))):
                return self.turned(base, "scale", lambda degree: degree * exponent, "scale")
            case Op("neg", (value,)):
                return self.turned(value, "shift", lambda degree: -degree, "shift", also="scale")
            case Op("getitem", (value, index)) if index not in self.moved:
                return self.part(value, index)
            case Call(_, (Name() as value,), kwargs) | MethodCall(Name() as value, _, (), kwargs):
                return self.called(function_of(expr, self.b.kinds), value, dict(kwargs))
            case Call(_, (Name() as value, axis), kwargs) | MethodCall(
                Name() as value, _, (axis,), kwargs
            ):
                given = {"axis": axis, **dict(kwargs)}
                return self.called(function_of(expr, self.b.kinds), value, given)
            case _:
                raise NotFollowed

    def called(self, function: Any, value: Name, kwargs: dict[Any, Argument]) -> Moved | None:
        if function in EXPONENTIALS and not kwargs:
            return self.turned(value, "shift", lambda degree: degree, "scale")
        if function in LOGARITHMS and not kwargs:
            return self.turned(value, "scale", lambda degree: degree, "shift")
        if function in ROOTS and not kwargs:
            return self.turned(value, "scale", lambda degree: degree / 2, "scale")
        if function in SUMS and kwargs.keys() <= {"axis", "keepdims"}:
            return self.summed(value, **{k: getattr(v, "value", ...) for k, v in kwargs.items()})
        raise NotFollowed

    def turned(
        self, value: Operand, form: str, degree: Callable[[float], float], into: str, also: str = ""
    ) -> Moved | None:
        how = self.moved.get(value) if isinstance(value, Name) else None
        if how is None:
            return None
        if how.form == also:  # the factor does not see a sign
            return how
        if how.form != form:
            raise NotFollowed
        return Moved(into, degree(how.degree), how.axes)

    def sum(self, left: Operand, right: Operand, sign: int) -> Moved | None:
        """Of shifts, or of two numbers that are scaled alike."""
        match self.how(left), self.how(right):
            case Moved("scale") as a, Moved("scale") as b if a == b:
                return a
            case a, b:
                return _degrees_added("shift", a, b, sign)

    def product(self, left: Operand, right: Operand, sign: int) -> Moved | None:
        """Of scaled numbers, or of a shift and a literal."""
        match self.how(left), self.how(right):
            case Moved("shift") as a, None if (factor := _number(right)) is not None:
                return replace(a, degree=a.degree * factor**sign)
            case None, Moved("shift") as b if (factor := _number(left)) is not None and sign == 1:
                return replace(b, degree=b.degree * factor)
            case a, b:
                return _degrees_added("scale", a, b, sign)

    def made(self, value: Val) -> Expr | None:
        """The expression of a name."""
        return self.b.definitions.get(value) if isinstance(value, Name) else None

    def how(self, value: Operand) -> Moved | None:
        return self.moved.get(value) if isinstance(value, Name) else None

    def summed(self, value: Name, axis: Any = None, keepdims: Any = False) -> Moved | None:
        """Along axes on which d is one number; the mean of a shift would also do, and is rare."""
        how, kind = self.moved.get(value), self.b.kind(value)
        if how is None:
            return None
        if how.form != "scale" or not isinstance(kind, Array) or type(keepdims) is not bool:
            raise NotFollowed
        if not (axis is None or type(axis) is int):
            raise NotFollowed
        rank = len(kind.dims)
        gone = set(range(-rank, 0)) if axis is None else {axis if axis < 0 else axis - rank}
        if gone & how.axes:
            raise NotFollowed
        if keepdims:
            return how
        return replace(how, axes=frozenset(k + sum(g > k for g in gone) for k in how.axes))

    def part(self, value: Operand, index: Operand) -> Moved | None:
        """Elements along axes on which d is one number, and whole axes."""
        how = self.how(value)
        if how is None:
            return None
        kind, parts = self.b.kind(value), index_kinds(index, self.b.kinds)
        if not isinstance(kind, Array) or parts is None:
            raise NotFollowed
        rank = len(kind.dims)
        taken = sum(isinstance(k, (Py, Np, Slice)) for k in parts)
        axes: list[int | None] = []  # of the value, for each axis of the result; None: a new one
        at = 0
        for position, part in enumerate(parts):
            match part:
                case NoneKind():
                    axes.append(None)
                case Py(of) if of is int:
                    if at - rank in how.axes:
                        raise NotFollowed
                    at += 1
                case Slice():
                    if at - rank in how.axes and not self.is_whole(index, position):
                        raise NotFollowed
                    axes.append(at)
                    at += 1
                case Value(value=known) if known is Ellipsis:
                    axes.extend(range(at, at + rank - taken))
                    at += rank - taken
                case _:
                    raise NotFollowed
        axes.extend(range(at, rank))
        return replace(
            how,
            axes=frozenset(
                k - len(axes)
                for k, axis in enumerate(axes)
                if axis is not None and axis - rank in how.axes
            ),
        )

    def is_whole(self, index: Operand, position: int) -> bool:
        """Is this part of the index `:`?"""
        made = self.made(index)
        if isinstance(made, Op) and made.op == "tuple":
            made = self.made(made.args[position])
        bounds = made.args if isinstance(made, Op) and made.op == "slice" else ()
        return bool(bounds) and all(bound == Const(None) for bound in bounds)


def _degrees_added(form: str, a: Moved | None, b: Moved | None, sign: int) -> Moved | None:
    """How a sum of shifts moves, or a product of scaled numbers; with a sign of -1, a difference or quotient."""
    if a is None and b is None:
        return None
    if any(how is not None and how.form != form for how in (a, b)):
        raise NotFollowed
    if b is None:
        return a
    if a is None:
        return replace(b, degree=sign * b.degree)
    if a.axes != b.axes:
        raise NotFollowed
    return _unless_still(replace(a, degree=a.degree + sign * b.degree))


def _number(value: Operand) -> float | None:
    """A literal that is not zero."""
    return (
        value.value
        if isinstance(value, Const) and type(value.value) in (int, float) and value.value
        else None
    )


def _unless_still(how: Moved) -> Moved | None:
    return how if how.degree else None
