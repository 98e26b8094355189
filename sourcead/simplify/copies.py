"""Copies that are read once, by arithmetic, before anything can change what was copied: read the original.

>>> from sourcead.ir.nodes import Assign, Function, MethodCall, Name, Op, Origin, Const, Param
>>> u, t, v = Name("u", 0), Name("t", 0), Name("v", 0)
>>> here = Origin.none()
>>> body = (Assign(t, MethodCall(u, "copy", ()), here), Assign(v, Op("mul", (t, Const(2.0))), here))
>>> len(needless_copies(Function("f", (Param(u),), body, v, here)).body)
1
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from sourcead.ir.nodes import Assign, Block, Function, MethodCall, Name, Op, Stmt
from sourcead.ir.walk import map_blocks, reads, statements, substitute

__all__ = ["needless_copies"]

ARITHMETIC = frozenset({"add", "sub", "mul", "truediv", "neg", "pow", "matmul"})


def needless_copies(function: Function) -> Function:
    uses = Counter(o for s in statements(function.body) for o in reads(s) if isinstance(o, Name))
    uses.update([function.result] if isinstance(function.result, Name) else [])
    return replace(function, body=_block(function.body, uses))


def _block(block: Block, uses: Counter[Name]) -> Block:
    out: list[Stmt] = [map_blocks(s, lambda b: _block(b, uses)) for s in block]
    position = 0
    while position < len(out):
        stmt = out[position]
        original = _copied(stmt, uses)
        reader = None if original is None else _reader(out, position)
        if reader is not None and original is not None:
            assert isinstance(stmt, Assign)
            out[reader] = substitute(out[reader], {stmt.target: original})
            del out[position]
        else:
            position += 1
    return tuple(out)


def _copied(stmt: Stmt, uses: Counter[Name]) -> Name | None:
    """What `stmt` copies, if it is a copy that is read once."""
    match stmt:
        case Assign(target, MethodCall(Name() as value, "copy", ())) if uses[target] == 1:
            return value
        case _:
            return None


def _reader(block: list[Stmt], position: int) -> int | None:
    """Where the copy is read by arithmetic, with only arithmetic in between."""
    made = block[position]
    assert isinstance(made, Assign)
    for i in range(position + 1, len(block)):
        stmt = block[i]
        if (
            not isinstance(stmt, Assign)
            or not isinstance(stmt.expr, Op)
            or stmt.expr.op not in ARITHMETIC
        ):
            return None
        if made.target in reads(stmt):
            return i
    return None
