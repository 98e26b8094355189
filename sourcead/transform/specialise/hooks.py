"""`with adjoint_of(h) as h_bar: ...`, which the frontend has made a call with the block as a function."""

from __future__ import annotations

from typing import Any

from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Dict, List, NoneKind, Object, Tuple
from sourcead.ir.nodes import Assign, Call, Name, Operand, Origin, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Handler, Kwargs

__all__ = ["HOOKS"]


def _adjoint_of(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) < 2 or kwargs:
        s.refuse(
            "the adjoint of a variable is asked for in another way than by a `with` of its own",
            "write `with sourcead.adjoint_of(h) as h_bar:`",
        )
    *values, block = args
    for value in values:
        _check_value(s, value)
    operands = tuple(map(s.operand, values))
    names = [each for each in operands if isinstance(each, Name)]
    if len(set(names)) < len(names):
        s.refuse("a block asks for the adjoint of one value twice", "ask for it once")
    for operand in operands:
        _check_used(s, operand)
    called = Call(Ref("adjoint_of", adjoint_of), (*operands, s.operand(block)))
    return s.emit(called, NoneKind(), "_")


def _check_value(s: Context, value: Val) -> None:
    if isinstance(value, Virtual) or isinstance(s.kind(value), (Tuple, List, Dict, Object)):
        s.refuse(
            "the adjoint of several values at once is asked for",
            "name them one by one: `with adjoint_of(a) as a_bar, adjoint_of(b) as b_bar:`",
        )


def _check_used(s: Context, value: Operand) -> None:
    if any(isinstance(each, Assign) and each.target == value and _is_here(s, each.origin)
           for each in s.open[-1]):  # fmt: skip
        s.refuse(
            "the adjoint of a part that is taken out here, which nothing behind it uses, is asked for",
            "give the part a name, or ask for the adjoint of the whole",
        )


def _is_here(s: Context, origin: Origin) -> bool:
    """Is this the line of the `with` statement itself?"""
    at = s.origin
    return (origin.file, origin.line, origin.function) == (at.file, at.line, at.function)


HOOKS: dict[Any, Handler] = {adjoint_of: _adjoint_of}
