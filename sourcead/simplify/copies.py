"""Copies of which only arithmetic reads, before anything can change what was copied: read the original.

>>> from sourcead.ir.nodes import Assign, Function, MethodCall, Name, Op, Origin, Const, Param
>>> u, t, v = Name("u", 0), Name("t", 0), Name("v", 0)
>>> here = Origin.none()
>>> body = (Assign(t, MethodCall(u, "copy", ()), here), Assign(v, Op("mul", (t, Const(2.0))), here))
>>> len(needless_copies(Function("f", (Param(u),), body, v, here), {}).body)
1
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Expr,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)  # fmt: skip
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, substitute, with_body
from sourcead.runtime.accumulate import unless_zero

__all__ = ["computes", "needless_copies"]

ARITHMETIC = frozenset({"add", "sub", "mul", "truediv", "neg", "pow", "matmul"})
READERS = (np.vdot, np.einsum, unless_zero, float)  # of which the result is new
ASIDE = frozenset({"slice", "tuple"})  # makes what an index is made of


def needless_copies(function: Function, kinds: Mapping[Name, Kind]) -> Function:
    uses = use_counts(function)
    storage = _Storage(function, kinds)
    return with_body(function, _block(function.body, uses, storage))


class _Storage:
    """Which arrays the function has made itself, and what is a view of what, as far as it is plain to see."""

    def __init__(self, function: Function, kinds: Mapping[Name, Kind]) -> None:
        self.made: set[Name] = set()
        self.base: dict[Name, Name] = {}
        self.lists: set[Name] = set()
        self.kinds = kinds
        for stmt in statements(function.body):
            if isinstance(stmt, Assign):
                self._assign(stmt.target, stmt.expr)
        self.made = {name for name in self.made if isinstance(kinds.get(name), Array)}

    def _assign(self, target: Name, expr: Expr) -> None:
        if isinstance(expr, Op) and expr.op in ARITHMETIC:  # as most
            self.made.add(target)
            return
        match expr:
            case Call(Ref("np.zeros_like")):
                self.made.add(target)
            case Op("list"):
                self.lists.add(target)
            case Op("getitem", (Name() as base, _)) | Attr(Name() as base, "T"):
                self.base[target] = base

    def is_of_numbers(self, expr: Expr) -> bool:
        """Does it add to a number, or take the last element of a list that is made here?"""
        match expr:
            case Op("iadd" | "isub", (Name() as total, _)):
                return isinstance(self.kinds.get(total), (Py, Np))
            case MethodCall(Name() as log, "pop", ()):
                return log in self.lists
            case _:
                return False

    def are_apart(self, written: Operand, original: Name) -> bool:
        """Does a store into the one leave the other as it is?"""
        while original in self.base:
            original = self.base[original]
        return written in self.made and original in self.made and written != original


def _block(block: Block, uses: Counter[Name], storage: _Storage) -> Block:
    out: list[Stmt] = [map_blocks(s, lambda b: _block(b, uses, storage)) for s in block]
    position = 0
    while position < len(out):
        stmt = out[position]
        last = _last_reader(out, position, uses, storage)
        if last is None:
            position += 1
        else:
            assert isinstance(stmt, Assign) and isinstance(stmt.expr, MethodCall)
            _replace(out, position, last, stmt.target, stmt.expr.value, uses)
    return renewed(block, out)


def _replace(
    out: list[Stmt], position: int, last: int, copied: Name, original: Operand, uses: Counter[Name]
) -> None:
    """Let the readers read the original, under the name of the copy if nothing else reads it."""
    made = out[position - 1] if position > 0 else None
    if isinstance(made, Assign) and made.target == original and uses[made.target] == 1:
        out[position - 1 : position + 1] = [replace(made, target=copied)]
    else:
        readers = out[position + 1 : last + 1]
        out[position : last + 1] = substitute(tuple(readers), {copied: original})


def _last_reader(
    block: list[Stmt], position: int, uses: Counter[Name], storage: _Storage
) -> int | None:
    """Where the copy is read last, if arithmetic reads it and nothing else happens until then."""
    stmt = block[position]
    if not (isinstance(stmt, Assign) and isinstance(stmt.expr, MethodCall)):  # as most
        return None
    match stmt:
        case Assign(target, MethodCall(Name() as original, "copy", ())):
            missing = uses[target]
        case _:
            return None
    for i in range(position + 1, len(block)):
        stmt = block[i]
        match stmt:
            case Assign(_, expr) if computes(expr, target):
                pass
            case Assign(_, expr) if storage.is_of_numbers(expr):
                pass
            case Store(base) if storage.are_apart(base, original):
                pass
            case _:
                return None
        missing -= reads(stmt).count(target)
        if missing == 0:
            return i
    return None


def computes(expr: Expr, copied: Name) -> bool:
    """Does the expression leave all arrays as they are, and does its value not look at the copy?"""
    match expr:
        case Op(op):
            return op in ARITHMETIC or (op in ASIDE and copied not in expr.args)
        case MethodCall(_, "sum", ()):
            return True
        case Call(Ref("unbroadcast"), (first, *_)):
            return first != copied
        case Call(Ref(value=function), _, ()):
            return function in READERS or isinstance(function, np.ufunc)
        case _:
            return False
