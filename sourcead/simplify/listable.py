"""Which arrays may a function hold in lists of floats?

An array qualifies if its own block is that of the function, loops only read and write single elements
of it (at least one loop does, over a range that comes from the shape of an array, so that a list is not made for
the sake of a few elements), nothing is a view of it, and what reads the whole of it stands outside of
loops.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sourcead.ir.kinds import Array, Kind, Py, Tuple
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Const,
    Expr,
    For,
    Function,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import blocks, reads, statements
from sourcead.simplify.floats import is_float_array

__all__ = ["Uses", "is_shape_use", "listable", "roots_of", "uses_of"]

SHAPES = frozenset({"shape", "ndim", "size", "dtype"})
SHAPE_ONLY = frozenset({"np.zeros_like", "np.ones_like", "np.empty_like", "len", "np.shape"})
IN_PLACE = frozenset({"iadd", "isub", "imul", "itruediv"})
COUNTING = frozenset({"add", "sub", "mul", "floordiv", "neg", "copy"})
RANGES = ("range", "len", "min", "max", "reversed")
ARITHMETIC = frozenset({"add", "sub", "mul", "truediv", "neg", "pow", "matmul"})


@dataclass
class Uses:
    """How the function uses one array: positions of statements of its own block."""

    elements: list[int] = field(default_factory=list)  # read or written one by one
    in_loops: bool = False  # ... in a loop over the shape of some array
    written: list[int] = field(default_factory=list)
    wholes: list[int] = field(default_factory=list)  # read as an array
    remade: list[int] = field(default_factory=list)  # written as an array
    kept: list[int] = field(default_factory=list)  # goes into a tuple
    shape_in_loop: bool = False
    refused: bool = False


def listable(
    function: Function,
    kinds: dict[Name, Kind],
    bases_of: Callable[[Any], list[Name]],
    is_pure: Callable[[Any], bool],
) -> dict[Name, Uses]:
    """The arrays by name, with their uses."""
    found = uses_of(function, kinds, bases_of)
    params = {p.name for p in function.params}
    fresh = {
        s.target
        for s in function.body
        if isinstance(s, Assign) and not bases_of(s.expr) and _makes(s.expr, is_pure)
    }
    out = {}
    for name, uses in found.items():
        if uses.refused or not uses.in_loops or name not in params | fresh:
            continue
        if name not in params and uses.shape_in_loop:
            continue
        if name in params and not _is_put_back_last(function, name, uses):
            continue
        if any(w > k for k in uses.kept for w in (*uses.written, *uses.remade)):
            continue
        out[name] = uses
    return out


def _is_put_back_last(function: Function, name: Name, uses: Uses) -> bool:
    """Is an argument written as a whole only by `x[...] = x_final`, when all is done?"""
    if not uses.remade:
        return True
    last = function.body[uses.remade[0]]
    rest = function.body[uses.remade[0] :]
    return (
        isinstance(last, Store)
        and last.index == Const(Ellipsis)
        and last.op is None
        and len(uses.remade) == 1
        and max((*uses.elements, *uses.wholes, *uses.kept)) < uses.remade[0]
        and all(isinstance(s, (Store, Assign)) for s in rest)
    )


def _makes(expr: Expr, is_pure: Callable[[Any], bool]) -> bool:
    """Does the expression make an array that nobody else knows?"""
    if isinstance(expr, Op):
        return expr.op in ARITHMETIC
    return isinstance(expr, (Call, MethodCall)) and is_pure(expr)


# -- names of one storage --------------------------------------------------------------------------


def roots_of(function: Function) -> dict[Name, Name]:
    """The names that in-place operators and copies give to an array that has one already."""
    roots: dict[Name, Name] = {}
    for stmt in statements(function.body):
        match stmt:
            case Assign(target, Op(op, (Name() as first, *_))) if op in IN_PLACE or op == "copy":
                roots[target] = roots.get(first, first)
    return roots


# -- uses ------------------------------------------------------------------------------------------


def uses_of(
    function: Function, kinds: dict[Name, Kind], bases_of: Callable[[Any], list[Name]]
) -> dict[Name, Uses]:
    roots = roots_of(function)
    sizes = _sizes(function, kinds)
    found: dict[Name, Uses] = {}

    def uses(name: Name) -> Uses | None:
        kind = kinds.get(name)
        if not is_float_array(kind) or len(kind.dims) not in (1, 2):  # type: ignore[union-attr]
            return None
        return found.setdefault(roots.get(name, name), Uses())

    for position, stmt in enumerate(function.body):
        _block_uses((stmt,), position, 0, frozenset(), uses, kinds, bases_of, sizes)
    if isinstance(function.result, Name) and (mine := uses(function.result)):
        mine.wholes.append(len(function.body))
    return found


def _block_uses(
    block: Any,
    position: int,
    depth: int,
    driven: frozenset[Name],
    uses: Callable[[Name], Uses | None],
    kinds: dict[Name, Kind],
    bases_of: Callable[[Any], list[Name]],
    around: frozenset[Name],
) -> None:
    for stmt in block:
        sizes = around
        match stmt:
            case Assign(target, Op(op, args)) if op in COUNTING and driven.intersection(
                a for a in args if isinstance(a, Name)
            ):
                driven = driven | {target}
            case Assign(target, Op("tuple", args)) if all(
                isinstance(a, Const) or a in driven for a in args
            ) and not all(isinstance(a, Const) for a in args):
                driven = driven | {target}
        inner = blocks(stmt)
        if inner:
            for name in reads(stmt):
                if isinstance(name, Name) and (mine := uses(name)):
                    mine.refused = True
            inside = driven
            if isinstance(stmt, For) and stmt.items in sizes:
                inside = driven | {stmt.target}
            if isinstance(stmt, If) and depth == 0:
                sizes = frozenset()  # perhaps not executed: nothing is to be prepared for it
            for each in inner:
                _block_uses(each, position, depth + 1, inside, uses, kinds, bases_of, sizes)
            continue
        _statement_uses(stmt, position, depth, driven, uses, kinds, bases_of)


def _statement_uses(
    stmt: Stmt,
    position: int,
    depth: int,
    driven: frozenset[Name],
    uses: Callable[[Name], Uses | None],
    kinds: dict[Name, Kind],
    bases_of: Callable[[Any], list[Name]],
) -> None:
    rest = list(reads(stmt))
    base, index = element_of(stmt, kinds)
    if base is not None and (mine := uses(base)):
        rest.remove(base)
        mine.elements.append(position)
        mine.in_loops |= depth > 0 and index in driven
        if isinstance(stmt, Store):
            mine.written.append(position)
    shaped = is_shape_use(stmt)
    seen_in = bases_of(stmt.expr) if isinstance(stmt, Assign) else []
    for name in rest:
        mine = uses(name)
        if mine is None:
            continue
        if name == shaped:
            mine.shape_in_loop |= depth > 0
            continue
        if depth > 0 or name in seen_in:
            mine.refused = True
        elif isinstance(stmt, Store) and name == stmt.base:
            mine.remade.append(position)
        elif isinstance(stmt, Assign) and isinstance(stmt.expr, Op):
            match stmt.expr:
                case Op(op, (first, *_)) if op in IN_PLACE and first == name:
                    mine.remade.append(position)
                case Op("tuple" | "copy" | "list" | "dict"):
                    mine.kept.append(position)
                case _:
                    mine.wholes.append(position)
        else:
            mine.wholes.append(position)


def element_of(stmt: Stmt, kinds: dict[Name, Kind]) -> tuple[Name | None, Operand | None]:
    """The array and the index if the statement reads or writes a single element of an array."""
    match stmt:
        case Assign(_, Op("getitem", (Name() as base, index))) | Store(Name() as base, index):
            kind = kinds.get(base)
            if isinstance(kind, Array) and _is_element(index, len(kind.dims), kinds):
                return base, index
    return None, None


def _is_element(index: Operand, rank: int, kinds: dict[Name, Kind]) -> bool:
    kind: Kind | None = kinds.get(index) if isinstance(index, Name) else None
    if isinstance(index, Const):
        return rank == 1 and type(index.value) is int
    if rank == 1:
        return kind == Py(int)
    return isinstance(kind, Tuple) and kind.items == (Py(int),) * rank


def is_shape_use(stmt: Stmt) -> Name | None:
    """The array of which the statement reads only the shape."""
    match stmt:
        case Assign(_, Attr(Name() as value, attr)) if attr in SHAPES:
            return value
        case Assign(_, Call(Ref(path), (Name() as value,), ())) if path in SHAPE_ONLY:
            return value
        case _:
            return None


# -- counts that come from shapes ------------------------------------------------------------------


def _sizes(function: Function, kinds: dict[Name, Kind]) -> frozenset[Name]:
    """Lengths, shapes, and the integers and ranges computed from them."""
    found: set[Name] = set()
    for stmt in statements(function.body):
        match stmt:
            case Assign(target, Attr(Name() as value, "shape" | "size")):
                if isinstance(kinds.get(value), Array):
                    found.add(target)
            case Assign(target, Call(Ref("len"), (Name() as value,))):
                if isinstance(kinds.get(value), Array):
                    found.add(target)
            case Assign(target, Op(op, args)) if op in COUNTING | {"getitem"}:
                if found.intersection(a for a in args if isinstance(a, Name)):
                    found.add(target)
            case Assign(target, Call(Ref(path), args)) if path in RANGES:
                if found.intersection(a for a in args if isinstance(a, Name)):
                    found.add(target)
    return frozenset(found)
