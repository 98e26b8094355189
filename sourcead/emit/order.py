"""In which order does the printed text of a statement evaluate its operands?

>>> from sourcead.ir.nodes import Const, Name, Op, Origin, Store
>>> u, i, v = Name("u", 0), Name("i", 0), Name("v", 0)
>>> [str(operand) for operand in head_operands(Store(u, i, v, None, Origin.none()))]
['v', 'u', 'i']
>>> [str(operand) for operand in expression_operands(Op("contains", (u, i)))]  # `i in u`
['i', 'u']
"""

from __future__ import annotations

from collections.abc import Iterator

from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Capture,
    Delete,
    Expr,
    For,
    Function,
    If,
    MakeFunction,
    Name,
    Op,
    Operand,
    Raise,
    Star,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import operands, reads, statements

__all__ = ["expression_operands", "head_operands", "local_cells", "pinned"]


def expression_operands(expr: Expr) -> tuple[Operand, ...]:
    """The operands from left to right as they are printed."""
    if isinstance(expr, Op):  # as most: patterns take ten times as long
        args = expr.args
        if expr.op in ("contains", "not_contains"):
            return args[1], args[0]
        if Star not in map(type, args):
            return args
        return tuple(arg.value if isinstance(arg, Star) else arg for arg in args)
    match expr:
        case MakeFunction(defaults=defaults):
            return tuple(value for _, value in defaults)
        case _:
            return operands(expr)


def head_operands(stmt: Stmt) -> tuple[Operand, ...]:
    """What the statement's own line evaluates, once, before any of its blocks runs."""
    if isinstance(stmt, Assign):
        return expression_operands(stmt.expr)
    match stmt:
        case Unpack(value=value):
            return (value,)
        case Store(base, index, value, None):
            return value, base, index
        case Store(base, index, value):
            return base, index, value
        case StoreAttr(base, _, value, None):
            return value, base
        case StoreAttr(base, _, value):
            return base, value
        case StoreVariable(_, _, value):
            return (value,)
        case Delete(base, index):
            return (base,) if index is None else (base, index)
        case If(test=test):
            return (test,)
        case For(items=items):
            return (items,)
        case With(context=context):
            return (context,)
        case Raise(exception, cause):
            return tuple(operand for operand in (exception, cause) if operand is not None)
        case While() | Try():
            return ()
        case _:
            assert_never(stmt)


# -- variables that nested functions see ---------------------------------------------------------


def local_cells(function: Function) -> frozenset[Name]:
    """Variable cells that can be printed as plain local variables of the function.

    Those are made once for each call, outside of loops, and seen only by reads, assignments and
    printed nested functions.  All others are objects of their own (`types.CellType`).
    """
    made = {
        stmt.target
        for stmt in _once(function)
        if isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "cell"
    }
    return frozenset(made - _escaping(function)) if made else frozenset()


def _once(function: Function) -> Iterator[Stmt]:
    for stmt in function.body:
        yield stmt
        if isinstance(stmt, If):
            yield from (*stmt.then, *stmt.orelse)
        elif isinstance(stmt, With):
            yield from stmt.body


def _escaping(function: Function) -> set[Name]:
    """Names that are read other than as a variable: passed on, returned, merged, stored."""
    escaping = {function.result} if isinstance(function.result, Name) else set[Name]()
    for stmt in statements(function.body):
        match stmt:
            case Assign(_, Op("cell_get")):
                continue
            case Assign(_, MakeFunction() as make):
                values = [capture.value for capture in make.captures if not capture.is_cell]
                values += [value for _, value in make.defaults]
                escaping.update(value for value in values if isinstance(value, Name))
            case StoreVariable(value=Name() as value):
                escaping.add(value)
            case StoreVariable():
                continue
            case _:
                escaping.update(reads(stmt))
    return escaping


def pinned(function: Function) -> tuple[Name, ...]:
    """Names whose printed variables nested functions read whenever they run: never given to others."""
    found = dict.fromkeys(local_cells(function))
    for capture in _captures(function):
        if isinstance(capture.value, Name):
            found[capture.value] = None
    return tuple(sorted(found, key=lambda name: (name.hint, name.number)))


def _captures(function: Function) -> Iterator[Capture]:
    for stmt in statements(function.body):
        if isinstance(stmt, Assign) and isinstance(stmt.expr, MakeFunction):
            yield from stmt.expr.captures
