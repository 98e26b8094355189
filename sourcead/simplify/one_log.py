"""Lists that are filled in one place, and emptied in one place, are one list of tuples.

    saved.append(k)                               saved.append((k, t))
    saved_1.append(t)                   ->        ...
    ...                                           k, t = saved.pop()
    k = saved.pop()
    t = saved_1.pop()

Each turn of the loops that do so takes from each what it has put there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sourcead.ir.kinds import Tuple
from sourcead.ir.nodes import (
    Assign,
    Block,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Stmt,
    Unpack,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import blocks, map_blocks, statements, substitute, with_body
from sourcead.simplify.kept import measured

__all__ = ["one_log"]


@dataclass(frozen=True)
class _Log:
    """A list of single values: where one is appended, and where it is popped."""

    name: Name
    value: Operand
    append: Stmt
    target: Name
    pop: Stmt


def one_log(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    while (pair := _pair(function)) is not None:
        function = _joined(function, *pair, builder)
    return function


def _pair(function: Function) -> tuple[_Log, _Log] | None:
    uses = use_counts(function) - measured(function)
    lists = {
        s.target
        for s in function.body
        if isinstance(s, Assign) and s.expr == Op("list", ()) and uses[s.target] == 2
    }
    filled: dict[Name, tuple[int, Operand, Stmt]] = {}
    for block in _blocks(function.body):
        for stmt in block:
            match stmt:
                case Assign(_, MethodCall(Name() as log, "append", (Name() as value,))):
                    if log in lists:
                        filled[log] = id(block), value, stmt
    known: dict[tuple[int, int], _Log] = {}
    unpacked = {s.value for s in statements(function.body) if isinstance(s, Unpack)}
    for block in _blocks(function.body):
        for stmt in block:
            match stmt:
                case Assign(target, MethodCall(Name() as log, "pop", ())) if log in filled:
                    place, kept, append = filled[log]
                    found = _Log(log, kept, append, target, stmt)
                    if target in unpacked:
                        continue
                    first = known.setdefault((place, id(block)), found)
                    if first is not found:
                        return first, found
                case _:
                    pass
    return None


def _blocks(block: Block) -> Iterator[Block]:
    yield block
    for stmt in block:
        for inner in blocks(stmt):
            yield from _blocks(inner)


def _joined(function: Function, first: _Log, second: _Log, builder: Any) -> Function:
    values = (first.value, second.value)
    kind = Tuple(tuple(map(builder.kind, values)))
    entry, taken = builder.fresh("t", kind), builder.fresh("t", kind)
    origin = first.append.origin

    def block(old: Block) -> Block:
        last = [s for s in old if s is first.append or s is second.append][-1:]
        return tuple(new for stmt in old for new in changed(stmt, bool(last) and stmt is last[0]))

    def changed(stmt: Stmt, is_last: bool) -> Iterator[Stmt]:
        if is_last:
            yield Assign(entry, Op("tuple", values), origin)
            append = first.append
            assert isinstance(append, Assign) and isinstance(append.expr, MethodCall)
            yield replace(append, expr=replace(append.expr, args=(entry,)))
        elif stmt is first.pop:
            assert isinstance(stmt, Assign)
            yield replace(stmt, target=taken)
            yield Unpack((first.target, second.target), None, taken, stmt.origin)
        elif not (stmt is first.append or stmt is second.append or stmt is second.pop):
            yield map_blocks(stmt, block)

    body = (s for s in function.body if not (isinstance(s, Assign) and s.target == second.name))
    function = with_body(function, block(tuple(body)))
    return substitute(function, {second.name: first.name})
