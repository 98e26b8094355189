"""`with adjoint_of(h) as h_bar: ...`, which the frontend has made a call with the block as a function."""

from __future__ import annotations

from typing import Any

from sourcead.hooks import adjoint_of
from sourcead.ir.kinds import Dict, List, NoneKind, Object, Tuple
from sourcead.ir.nodes import Assign, Call, Origin, Ref
from sourcead.transform.builder import Val, Virtual
from sourcead.transform.specialise.context import Context, Handler, Kwargs

__all__ = ["HOOKS"]


def _adjoint_of(s: Context, args: list[Any], kwargs: Kwargs, hint: str) -> Val | None:
    if len(args) != 2 or kwargs:
        s.refuse(
            "the adjoint of a variable is asked for in another way than by a `with` of its own",
            "write `with sourcead.adjoint_of(h) as h_bar:`",
        )
    if isinstance(args[0], Virtual) or isinstance(s.kind(args[0]), (Tuple, List, Dict, Object)):
        s.refuse(
            "the adjoint of several values at once is asked for",
            "write a `with sourcead.adjoint_of(h) as h_bar:` for each of them",
        )
    operands = tuple(s.operand(a) for a in args)
    if any(isinstance(each, Assign) and each.target == operands[0] and _is_here(s, each.origin)
           for each in s.open[-1]):  # fmt: skip
        s.refuse(
            "the adjoint of a part that is taken out here, which nothing behind it uses, is asked for",
            "give the part a name, or ask for the adjoint of the whole",
        )
    return s.emit(Call(Ref("adjoint_of", adjoint_of), operands), NoneKind(), "_")


def _is_here(s: Context, origin: Origin) -> bool:
    """Is this the line of the `with` statement itself?"""
    at = s.origin
    return (origin.file, origin.line, origin.function) == (at.file, at.line, at.function)


HOOKS: dict[Any, Handler] = {adjoint_of: _adjoint_of}
