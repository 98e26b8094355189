"""A tuple that is only taken apart is unpacked where it is made.

    t = np.linalg.eigh(a)                w, v = np.linalg.eigh(a)
    w = t[0]                      ->
    ...
    v = t[1]

Done where all items are taken, each once and in the block in which the tuple is made.  So is an array or list whose
length is checked before its items are read, one after the other:

    if len(s) != 2:
        raise ValueError(...)
    x = s[0]                      ->     x, v = s
    v = s[1]
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
    If,
    MethodCall,
    Name,
    Op,
    Raise,
    Ref,
    Stmt,
    Unpack,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, renewed, with_body

__all__ = ["not_so_many", "says_so", "unpacked"]


def not_so_many(count: int) -> str:
    """What is said where something has more or fewer items than it is unpacked into."""
    return f"{count} values to unpack are expected"


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
    block = _checked(block, count)
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


def _checked(block: Block, count: Counter[Name]) -> Block:
    """With unpacking, which checks the length, in place of such a check and the reading of all items."""
    made = {stmt.target: stmt.expr for stmt in block if isinstance(stmt, Assign)}
    out = list(block)
    for stmt in block:
        match stmt:
            case If(Name() as test, then, (), ()) if count[test] == 1:
                tested = made.get(test)
            case _:
                continue
        match tested:
            case Op("ne", (Name() as length, Const(int() as size))) if says_so(then, size):
                measured = made.get(length)
            case _:
                continue
        match measured:
            case Call(Ref(value=called), (Name() as base,), ()) if called is len:
                at = out.index(stmt)
                targets = _items_behind(out[at + 1 :], base, size)
            case _:
                continue
        if targets is not None:
            needless = {*targets, test, *([length] if count[length] == 1 else [])}
            out[at] = Unpack(targets, None, base, stmt.origin)
            out = [s for s in out if not (isinstance(s, Assign) and s.target in needless)]
    return renewed(block, out)


def says_so(then: Block, size: int) -> bool:
    """Does it raise what is raised where something cannot be unpacked into so many?"""
    match then:
        case (Assign(made, Call(Ref(value=cls), (Const(text),))), Raise(error)):
            return cls is ValueError and made == error and text == not_so_many(size)
        case _:
            return False


def _items_behind(rest: list[Stmt], base: Name, count: int) -> tuple[Name, ...] | None:
    """The names of the items, if they are read before anything is written or called."""
    found: dict[int, Name] = {}
    for stmt in rest:
        match stmt:
            case Assign(target, Op("getitem", (read, Const(int() as at)))) if read == base:
                if at in found:
                    return None
                found[at] = target
                if len(found) == count:
                    names = tuple(found[i] for i in sorted(found))
                    return names if sorted(found) == list(range(count)) else None
            case Assign(_, Op(op)) if not op.startswith("i"):
                continue
            case _:
                return None
    return None


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
