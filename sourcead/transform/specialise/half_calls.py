"""Calls of derivatives of recursive functions, in a derivative that is differentiated again.

`depth_tangent` is a recursive function like any other, and is specialised as one.  Of the halves of a
pullback the kinds are known; what is derived of them needs no more (`transform/halves.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from sourcead.ir.kinds import Kind, Tape, Tuple
from sourcead.ir.nodes import Call
from sourcead.transform.builder import Val
from sourcead.transform.halves import Half
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.recursion import call_unit, kind_here

__all__ = ["call_half"]


def call_half(s: Context, half: Half, args: Sequence[Val], hint: str) -> Val:
    """The call of a half by its name."""
    unit = half.unit
    if unit not in s.units:
        s.units.append(unit)  # two of one name are told apart by a number
    match half.form:
        case "tangent":
            assert s.tools is not None
            return call_unit(s, half, s.tools.tangent(half), args, hint, unit.live)
        case "forward" | "reverse" if unit.writes:
            s.refuse(
                f"a second derivative of `{unit.name}`, which calls itself and writes what it is given",
                "return new arrays",
            )
        case "forward" | "reverse" if unit.reaches_out:
            s.refuse(
                f"a second derivative of `{unit.name}`, which calls itself and may change a list, dict or object",
                "let it only compute: what changes may be passed and returned as numbers",
            )
        case "forward":
            pair = Tuple((_result(s, half, args), Tape()))
            found = _emit(s, half, args, pair, hint)
            for i in sorted(unit.shares):
                s.share(found, s.operand(args[i]))
            return found
        case "reverse" if len(args) > 2:
            return _emit(s, half, args, Tuple(tuple(s.kind(args[2 + i]) for i in half.wrt)), hint)
        case _:
            s.refuse(
                f"a derivative of `{half.name}`, a part of a derivative that was taken apart",
                "use sourcead.grad or sourcead.jvp for the inner derivative",
            )


def _result(s: Context, half: Half, args: Sequence[Val]) -> Kind:
    unit = half.unit
    assert unit.result is not None
    return kind_here(unit.result, unit.kinds, [s.kind(a) for a in args])


def _emit(s: Context, half: Half, args: Sequence[Val], kind: Kind, hint: str) -> Val:
    varied = any(map(s.holds_varied, args))
    return s.emit(Call(half.ref(), tuple(map(s.operand, args))), kind, hint, varied)
