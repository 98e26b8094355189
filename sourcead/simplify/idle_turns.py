"""Turns in which nothing flows back are not gone back over.

    for k in range(n):                              for k in range(n):
        t = abs(x * x - a) < 1e-12                      if abs(x * x - a) < 1e-12:
        saved.append((x, t))                                break
        if t:                                           saved.append(x)
            break                             ->        x = 0.5 * (x + a / x)
        x = 0.5 * (x + a / x)                       ...
    ...                                             for x in reversed(saved):
    for x, t in reversed(saved):                        ...
        if not t:
            ...

The test of a branch is kept with what a turn keeps, and where it is true (or false), the turn back adds zeros, and
hands on what it was given: what a product with zero is, however large the other factor.  So the turn keeps
nothing in that branch, and the loop that goes back runs over what the other turns have kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
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
    Unpack,
    While,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import binds, map_blocks, operands, statements, substitute, with_body
from sourcead.runtime.accumulate import unbroadcast, unless_zero
from sourcead.simplify.kept import Log, logs, shorter
from sourcead.transform.operations import INPLACE

__all__ = ["idle_turns"]

ZERO = Const(0.0)
SUMS = frozenset({"add", "sub", "iadd", "isub"})
PRODUCTS = frozenset({"mul", "matmul"})
QUOTIENTS = frozenset({"truediv", "neg", "getitem", "copy"})
"""Zero where the first operand is."""
OF_ALL = (np.outer, np.vdot, np.dot, np.einsum)  # products
OF_FIRST = (np.sum, np.broadcast_to, np.expand_dims, np.squeeze, unbroadcast, unless_zero, float)
MAKERS = (np.zeros, np.zeros_like)
READING = frozenset({"sum", "copy", "reshape"})


def idle_turns(function: Function, is_pure: Callable[[Expr], bool]) -> Function:
    """The function itself where nothing is to be done."""
    given = function
    while (idle := _first(function, is_pure)) is not None:
        function = _without(function, idle)
        function = shorter(function, idle.log, use_counts(function))
    return function if function is not given else given


def _first(function: Function, is_pure: Callable[[Expr], bool]) -> _Idle | None:
    turns = {id(s.body) for s in function.body if isinstance(s, (For, While))}
    found = (_idle(function, log, is_pure) for log in logs(function) if id(log.turn) in turns)
    return next((idle for idle in found if idle is not None), None)


@dataclass(frozen=True)
class _Idle:
    """A loop back whose turns do nothing where the test is `value`: `branch` is what it decides forward."""

    log: Log
    branch: If
    back: For
    test: Name  # in the loop back
    value: bool


def _idle(function: Function, log: Log, is_pure: Callable[[Expr], bool]) -> _Idle | None:
    back = _loop_over(function, log)
    if back is None:
        return None
    kept_at = next(i for i, s in enumerate(log.turn) if _is_kept(s, log))
    for branch in log.turn[kept_at:]:
        if not (isinstance(branch, If) and branch.test in log.values):
            continue
        test = log.taken.targets[log.values.index(branch.test)]
        if not _is_only_tested(test, function) or len(log.values) == 1:
            continue
        for value in (True, False):
            if _Turn(back, log, test, value, is_pure).is_idle():
                return _Idle(log, branch, back, test, value)
    return None


def _loop_over(function: Function, log: Log) -> For | None:
    """The loop that goes back over what is kept, and takes it apart first."""
    made: dict[Operand, Expr] = {s.target: s.expr for s in function.body if isinstance(s, Assign)}
    for stmt in function.body:
        match stmt:
            case For(_, Name() as items, _, body, None) if log.taken in body:
                if _goes_over(items, log.name, made):
                    return stmt
            case _:
                pass
    return None


def _goes_over(items: Operand, log: Name, made: Mapping[Operand, Expr]) -> bool:
    """Is there a turn for each entry of the list?"""
    match made.get(items):
        case Call(Ref(value=function), (Name() as inner,), ()):
            if function is reversed or function is len:
                return inner == log
            return function is range and _goes_over(inner, log, made)
        case _:
            return False


def _is_kept(stmt: Stmt, log: Log) -> bool:
    match stmt:
        case Assign(_, MethodCall(base, "append", _)):
            return base == log.name
        case _:
            return False


def _is_only_tested(name: Name, function: Function) -> bool:
    tested = sum(isinstance(s, If) and s.test == name for s in statements(function.body))
    return tested == use_counts(function)[name]


class _Turn:
    """A turn back, where the test is known: which of its values are zeros, and what are others?"""

    def __init__(
        self, back: For, log: Log, test: Name, value: bool, is_pure: Callable[[Expr], bool]
    ) -> None:
        self.back, self.log, self.test, self.value = back, log, test, value
        self.is_pure = is_pure
        self.same: dict[Name, Operand] = {}

    def is_idle(self) -> bool:
        """Does it change nothing, and hand on what it was given?"""
        return self.does_nothing(self.back.body) and all(
            self.known(c.next) == c.inner for c in self.back.carried
        )

    def known(self, operand: Operand) -> Operand:
        return self.same.get(operand, operand) if isinstance(operand, Name) else operand

    def does_nothing(self, block: Block) -> bool:
        return all(map(self.leaves, block))

    def leaves(self, stmt: Stmt) -> bool:
        match stmt:
            case Unpack():
                return stmt == self.log.taken
            case Assign(_, MethodCall(base, "pop", ())) if base == self.log.name:
                return True
            case Assign(target, expr):
                self.same[target] = self.value_of(expr, target)
                if isinstance(expr, Op):
                    return expr.op not in INPLACE or self.known(target) != target
                return self.known(target) == ZERO or self.is_pure(expr)
            case Store(_, _, value, "add" | "sub"):
                return self.known(value) == ZERO
            case If(test, then, orelse, merges) if test == self.test:
                fine = self.does_nothing(then if self.value else orelse)
                for m in merges:
                    self.same[m.target] = self.known(m.then if self.value else m.orelse)
                return fine
            case _:
                return False

    def value_of(self, expr: Expr, target: Name) -> Operand:
        """What this is: a zero, or another name's value, or what it is called itself."""
        read = operands(expr)[isinstance(expr, Call) :]  # without the function
        args = [self.known(o) for o in read]
        zeros = [arg == ZERO for arg in args]
        match expr:
            case Op(op) if op in SUMS and zeros[1]:
                return args[0]
            case Op("add" | "iadd") if zeros[0]:
                return args[1]
            case Op(op):
                is_zero = (op in PRODUCTS and any(zeros)) or (op in QUOTIENTS and zeros[0])
            case Attr(_, attr):
                is_zero = attr == "T" and zeros[0]
            case MethodCall(_, method):
                is_zero = method in READING and zeros[0]
            case Call(Ref(value=function)):
                is_zero = (
                    any(function is f for f in MAKERS)
                    or (any(function is f for f in OF_ALL) and any(zeros))
                    or (any(function is f for f in OF_FIRST) and zeros[0])
                )
            case _:
                is_zero = False
        return ZERO if is_zero else target


def _without(function: Function, idle: _Idle) -> Function:
    """Nothing is kept in those turns; in the others the test is known."""
    log = idle.log

    def forward(turn: Block) -> Block:
        keeping = tuple(s for s in turn if _is_kept(s, log) or binds(s) == (log.entry,))
        branch = idle.branch
        if idle.value:
            moved = replace(branch, orelse=(*keeping, *branch.orelse))
        else:
            moved = replace(branch, then=(*keeping, *branch.then))
        return tuple(moved if s is branch else s for s in turn if s not in keeping)

    body: list[Stmt] = []
    for stmt in function.body:
        if isinstance(stmt, (For, While)) and stmt.body is log.turn:
            stmt = replace(stmt, body=forward(stmt.body))
        elif stmt is idle.back:
            stmt = _decided(idle)
        body.append(stmt)
    return with_body(function, tuple(body))


def _decided(idle: _Idle) -> For:
    """The loop back for the turns that are left."""
    same: dict[Name, Operand] = {}

    def block(old: Block) -> Block:
        out: list[Stmt] = []
        for stmt in old:
            if isinstance(stmt, If) and stmt.test == idle.test:
                out += block(stmt.orelse if idle.value else stmt.then)
                for m in stmt.merges:
                    chosen = m.orelse if idle.value else m.then
                    same[m.target] = (
                        same.get(chosen, chosen) if isinstance(chosen, Name) else chosen
                    )
            else:
                out.append(map_blocks(stmt, block))
        return tuple(out)

    made = replace(idle.back, body=block(idle.back.body))
    return substitute(made, same)  # type: ignore[return-value]
