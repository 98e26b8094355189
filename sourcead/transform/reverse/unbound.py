"""Names that some path leaves unbound, and that are kept all the same, are None on that path.

    for v in values:                        for v in values:
        if v > 0.0:                             if v > 0.0:
            t = v * v                               t = v * v
                                                else:
                                                    t = None
        ...                                     ...
        saved.append((v, t))                    saved.append((v, t))

Nobody reads the None: where the program reads the name, it is bound.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sourcead.ir.nodes import UNDEFINED, Block, Const, For, If, Name, Operand, Stmt, Try, While
from sourcead.ir.walk import map_blocks, statements

__all__ = ["bound_where_kept", "maybe_unbound"]


def maybe_unbound(block: Block, or_none: bool = False) -> set[Name]:
    """The names that merge a value with none: on some path there is nothing behind them (or None)."""
    flows = _flows(block)

    def is_nothing(value: Operand) -> bool:
        return value == UNDEFINED or (or_none and isinstance(value, Const) and value.value is None)

    found = {name for name, values in flows.items() if any(map(is_nothing, values))}
    size = -1
    while size < len(found):
        size = len(found)
        found |= {name for name, values in flows.items() if not found.isdisjoint(values)}
    return found


def bound_where_kept(block: Block, kept: Iterable[Name] | None) -> Block:
    """The block with each of the names `kept` (None: every name) bound on every path that joins."""
    names = None if kept is None else _sources(block, kept)
    return _bound(block, names)


def _sources(block: Block, kept: Iterable[Name]) -> set[Name]:
    """The names, and those whose values they may be by way of merges."""
    flows = _flows(block)
    found: set[Name] = set()
    todo: list[Operand] = list(kept)
    while todo:
        name = todo.pop()
        if isinstance(name, Name) and name not in found:
            found.add(name)
            todo += flows.get(name, [])
    return found


def _flows(block: Block) -> dict[Name, list[Operand]]:
    """What the names at joins may be."""
    flows: dict[Name, list[Operand]] = {}
    for stmt in statements(block):
        match stmt:
            case If(merges=merges):
                flows.update((m.target, [m.then, m.orelse]) for m in merges)
            case For(carried=carried) | While(carried=carried):
                for c in carried:
                    flows[c.inner] = [c.initial, c.next]
                    flows[c.result] = [c.inner]
            case Try():
                for i, target in enumerate(stmt.targets):
                    flows[target] = [stmt.leaves[i], *(h.leaves[i] for h in stmt.handlers)]
            case _:
                pass
    return flows


def _bound(block: Block, names: set[Name] | None) -> Block:
    return tuple(
        _statement(map_blocks(s, lambda inner: _bound(inner, names)), names) for s in block
    )


def _statement(stmt: Stmt, names: set[Name] | None) -> Stmt:
    def value(operand: Operand, target: Name) -> Operand:
        wanted = names is None or target in names
        return Const(None) if wanted and operand == UNDEFINED else operand

    match stmt:
        case If():
            merges = tuple(
                replace(m, then=value(m.then, m.target), orelse=value(m.orelse, m.target))
                for m in stmt.merges
            )
            return replace(stmt, merges=merges)
        case For() | While():
            carried = tuple(
                replace(c, initial=value(c.initial, c.inner), next=value(c.next, c.inner))
                for c in stmt.carried
            )
            return replace(stmt, carried=carried)
        case Try():
            handlers = tuple(
                replace(h, leaves=tuple(map(value, h.leaves, stmt.targets))) for h in stmt.handlers
            )
            leaves = tuple(map(value, stmt.leaves, stmt.targets))
            return replace(stmt, handlers=handlers, leaves=leaves)
        case _:
            return stmt
