"""A tuple that is only taken apart is unpacked where it is made.

    t = np.linalg.eigh(a)                w, v = np.linalg.eigh(a)
    w = t[0]                      ->
    ...
    v = t[1]

Done where all items are taken, each once and in the block in which the tuple is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sourcead.ir.kinds import Kind, Tuple
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Stmt,
    Unpack,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, with_body

__all__ = ["unpacked"]


def unpacked(function: Function, kind_of: Callable[[Name], Kind]) -> Function:
    """`kind_of(name)`: what a name holds."""
    count = use_counts(function)
    return with_body(function, _block(function.body, count, kind_of))


def _block(block: Block, count: Counter[Name], kind_of: Callable[[Name], Kind]) -> Block:
    parts: dict[Name, dict[int, Name]] = {}
    for stmt in block:
        match stmt:
            case Assign(target, Op("getitem", (Name() as base, Const(int() as at)))):
                parts.setdefault(base, {})[at] = target
            case _:
                pass
    whole = {
        stmt.target: parts[stmt.target]
        for stmt in block
        if isinstance(stmt, Assign)
        and (isinstance(stmt.expr, (Call, MethodCall)) or _is_shape(stmt.expr))
        and _is_whole(stmt.target, parts.get(stmt.target, {}), count, kind_of)
    }
    taken = {name for items in whole.values() for name in items.values()}
    out: list[Stmt] = []
    for stmt in block:
        if isinstance(stmt, Assign) and stmt.target in taken:
            continue
        out.append(map_blocks(stmt, lambda inner: _block(inner, count, kind_of)))
        if isinstance(stmt, Assign) and stmt.target in whole:
            items = whole[stmt.target]
            targets = tuple(items[i] for i in range(len(items)))
            out.append(Unpack(targets, None, stmt.target, stmt.origin))
    return renewed(block, out)


def _is_shape(expr: Expr) -> bool:
    return isinstance(expr, Attr) and expr.attr == "shape"


def _is_whole(
    name: Name, items: dict[int, Name], count: Counter[Name], kind_of: Callable[[Name], Kind]
) -> bool:
    kind = kind_of(name)
    return (
        isinstance(kind, Tuple)
        and len(kind.items) > 1
        and sorted(items) == list(range(len(kind.items)))
        and count[name] == len(items)
    )
