"""Values that a loop carries from turn to turn without changing them are read from outside.

carry total_bar = out_bar
t = 2.0 * total_bar           ->      t = 2.0 * out_bar
next total_bar = total_bar
"""

from __future__ import annotations

from dataclasses import replace

from sourcead.ir.nodes import Block, For, Function, Name, Operand, Stmt, Undefined, While
from sourcead.ir.walk import map_blocks, renewed, substitute

__all__ = ["unchanged"]


def unchanged(function: Function) -> Function:
    same: dict[Name, Operand] = {}
    body = _block(function.body, same)
    return substitute(replace(function, body=body), _resolved(same)) if same else function


def _block(block: Block, same: dict[Name, Operand]) -> Block:
    return renewed(block, [_stmt(map_blocks(s, lambda b: _block(b, same)), same) for s in block])


def _stmt(stmt: Stmt, same: dict[Name, Operand]) -> Stmt:
    if not isinstance(stmt, (For, While)):
        return stmt
    kept = []
    for c in stmt.carried:
        comes_back = isinstance(c.next, Name) and same.get(c.next, c.next) == c.inner
        if comes_back and not isinstance(c.initial, Undefined):
            same[c.inner] = same[c.result] = c.initial
        else:
            kept.append(c)
    return replace(stmt, carried=tuple(kept))


def _resolved(same: dict[Name, Operand]) -> dict[Name, Operand]:
    def last(operand: Operand) -> Operand:
        while isinstance(operand, Name) and operand in same:
            operand = same[operand]
        return operand

    return {name: last(value) for name, value in same.items()}
