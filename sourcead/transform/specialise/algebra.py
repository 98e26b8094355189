"""Constants are folded; in derivative code also ones, signs, constant factors and numbers that are only stretched."""

from __future__ import annotations

import numpy as np

from sourcead.ir.kinds import Array, NoneKind, Py, is_number, is_scalar, same_dim
from sourcead.ir.nodes import Argument, Call, Const, Name, Operand, Star
from sourcead.transform.builder import Val, constants
from sourcead.transform.operations import OPERATORS, class_of
from sourcead.transform.specialise.context import Context

__all__ = ["fold", "pushed_inside", "stretched_number", "unstretched"]

FOLDED = frozenset(
    {
        "add",
        "sub",
        "mul",
        "neg",
        "not_",
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "truediv",
        "pow",
        "floordiv",
        "mod",
    }
)


def pushed_inside(s: Context, op: str, args: list[Val], hint: str) -> Val | None:
    """An operation of a stretched number with a number, or its sign: done before stretching."""
    for arg in args:
        stretched = stretched_number(s, arg)
        if stretched is None:
            continue
        func, number, shape = stretched
        if is_scalar(s.kind(number)) and all(is_scalar(s.kind(a)) for a in args if a is not arg):
            inner = s.operand(s.op(op, [number if a is arg else a for a in args]))
            kind = s.kind(arg)
            return s.emit(Call(func, (inner, shape)), kind, hint)
    return None


def stretched_number(s: Context, value: Val) -> tuple[Operand, Operand, Argument] | None:
    """The function and the arguments of `np.broadcast_to(number, shape)`."""
    expr = s.definitions.get(value) if isinstance(value, Name) else None
    if not isinstance(expr, Call) or getattr(expr.func, "value", None) is not np.broadcast_to:
        return None
    number, shape = expr.args
    return None if isinstance(number, Star) else (expr.func, number, shape)


def unstretched(s: Context, args: list[Val]) -> list[Val]:
    """A number stretched to the shape of the other operand: the number will do."""
    for this, other in ((0, 1), (1, 0)):
        stretched = stretched_number(s, args[this])
        if stretched is None:
            continue
        mine, theirs = s.kind(args[this]), s.kind(args[other])
        if (
            isinstance(mine, Array)
            and isinstance(theirs, Array)
            and len(mine.dims) <= len(theirs.dims)
        ):
            if all(map(same_dim, mine.dims[::-1], theirs.dims[::-1])) and is_scalar(
                s.kind(stretched[1])
            ):
                args = list(args)
                args[this] = stretched[1]
    return args


def fold(s: Context, op: str, args: list[Val]) -> Val | None:
    """Constants, and the algebra of ones that derivative code is free to use."""
    known = constants(args)
    if op in FOLDED and known is not None and all(isinstance(v, (bool, int, float)) for v in known):
        try:
            value = OPERATORS[op](*known)
        except ArithmeticError:
            return None
        if isinstance(value, (bool, int, float)) and (
            s.derivative or isinstance(value, int) or op not in ("truediv", "pow")
        ):
            return Const(value)
    if op == "not_" and (decided := s.truth(args[0])) is not None:
        return Const(not decided)
    if op in ("eq", "ne") and any(isinstance(s.kind(a), NoneKind) for a in args):
        others = [k for k in map(s.kind, args) if not isinstance(k, NoneKind)]
        if not others or all(
            class_of(k) in (bool, int, float, complex, tuple, list, str) for k in others
        ):
            return Const((not others) == (op == "eq"))
    if op in ("eq", "ne") and known is not None:
        same = known[0] == known[1]
        return Const(same if op == "eq" else not same)
    return algebra(s, op, args) if s.derivative else None


def algebra(s: Context, op: str, args: list[Val]) -> Val | None:
    one = [isinstance(a, Const) and type(a.value) in (int, float) and a.value == 1 for a in args]
    match op:
        case "mul" if one[0] and is_number(s.kind(args[1])):
            return args[1]
        case "mul" | "truediv" | "pow" if one[1] and is_number(s.kind(args[0])):
            return args[0]
        case "add" | "sub" if args[1] == Const(0) and s.kind(args[0]) == Py(int):
            return args[0]
        case "neg" if isinstance(args[0], Name):
            inner = s.formula(args[0])
            if inner is not None and inner.op == "neg":
                return inner.args[0]
        case "mul" if isinstance(args[1], Const) and not isinstance(args[0], Const):
            return s.op(op, [args[1], args[0]])  # constants first
        case "mul" if isinstance(args[1], Name) and isinstance(args[0], Const):
            inner = s.formula(args[1])
            if inner is not None and inner.op == "mul" and isinstance(inner.args[0], Const):
                product = fold(s, "mul", [args[0], inner.args[0]])
                if product is not None:
                    return s.op("mul", [product, inner.args[1]])
    return None
