"""Drop statements whose result nobody reads.

A statement stays if it has an effect that can be seen (a store into storage that came from outside, a
call that is not known to be pure, an exception) or if something that stays reads what it binds.  A
store into fresh storage stays only if that storage is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Delete,
    For,
    Function,
    Handler,
    If,
    MakeFunction,
    MethodCall,
    Name,
    Op,
    Raise,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import (
    binds,
    map_blocks,
    operands,
    read_operands,
    reads,
    renewed,
    statements,
    with_body,
)
from sourcead.runtime.contexts import watched
from sourcead.simplify.storage_classes import StorageClasses

__all__ = ["dead_code"]

NEVER_RAISE = frozenset({"tuple", "list", "dict", "copy", "slice", "is_", "is_not", "not_", "undo"})
LIST_METHODS = frozenset({"append", "pop"})


def dead_code(
    function: Function, is_pure: Callable[[Any], bool], storage: StorageClasses
) -> Function:
    """`is_pure(expr)`: evaluating it changes nothing and raises nothing that matters."""
    marker = _Marker(function, is_pure, storage)
    marker.run()
    return with_body(function, marker.sweep(function.body))


def may_raise(expr: Any) -> bool:
    """Could evaluating this raise an exception that a `try` around it is there for?"""
    return not isinstance(expr, MakeFunction) and not (
        isinstance(expr, Op) and expr.op in NEVER_RAISE
    )


def _catches(stmt: Stmt, function: Function) -> bool:
    """Does it matter here whether a statement inside raises?"""
    if isinstance(stmt, Try):
        return not all(map(_passes_on, stmt.handlers))
    if not isinstance(stmt, With) or not isinstance(stmt.context, Name):
        return False
    made = (
        s.expr
        for s in statements(function.body)
        if stmt.context in binds(s) and isinstance(s, Assign)
    )
    return any(isinstance(e, Call) and e.func == Ref("watched", watched) for e in made)


class _Marker:
    def __init__(
        self,
        function: Function,
        is_pure: Callable[[Any], bool],
        storage: StorageClasses,
    ) -> None:
        self.function = function
        self.storage = storage
        self.is_pure = is_pure
        self.live: set[Name] = set()
        self.grown = True
        self.live_storage = storage.from_outside()
        self.marked: set[int] = set()  # identities of assignments of which all operands are live
        self.caught: set[Name] = set()  # computed where an exception would be handled
        self.caught_stores: set[int] = set()  # identities of stores there
        for stmt in statements(function.body):
            if _catches(stmt, function):
                assert isinstance(stmt, (Try, With))
                for inner in statements(stmt.body):
                    if isinstance(inner, Assign) and may_raise(inner.expr):
                        self.caught.add(inner.target)
                    elif isinstance(inner, (Store, StoreAttr, Unpack)):
                        self.caught_stores.add(id(inner))

    # -- marking -----------------------------------------------------------------------------

    def run(self) -> None:
        self.want(self.function.result)
        while self.grown:
            self.grown = False
            self.block(self.function.body)

    def want(self, operand: Any) -> None:
        if isinstance(operand, Name) and operand not in self.live:
            self.live.add(operand)
            self.live_storage.update(self.storage.reach(operand))
            self.grown = True

    def block(self, block: Block) -> bool:
        """Mark what the block's live statements read; is anything in it live?"""
        found = False
        for stmt in reversed(block):
            if id(stmt) in self.marked:
                found = True
            elif self.is_live(stmt):
                found = True
                self.mark(stmt)
        return found

    def is_live(self, stmt: Stmt) -> bool:
        if isinstance(stmt, Assign):  # as most
            target = stmt.target
            return target in self.live or target in self.caught or self.has_effect(stmt.expr)
        if id(stmt) in self.caught_stores:
            return True
        match stmt:
            case Store(base):
                return self.is_storage_live(base)
            case StoreAttr(base):
                return self.is_storage_live(base)
            case StoreVariable() | Delete() | Raise() | Unpack():
                return (
                    not isinstance(stmt, Unpack)
                    or any(t in self.live for t in stmt.targets)
                    or self.is_storage_live(stmt.value)
                )
            case If():
                inner = self.any_live(stmt.then) or self.any_live(stmt.orelse)
                return inner or any(m.target in self.live for m in stmt.merges)
            case For():
                return self.any_live(stmt.body) or any(c.result in self.live for c in stmt.carried)
            case While():
                inner = self.any_live(stmt.body) or self.any_live(stmt.condition)
                return inner or any(c.result in self.live for c in stmt.carried)
            case Try() | With():
                return True
            case _:
                assert_never(stmt)

    def any_live(self, block: Block) -> bool:
        return any(map(self.is_live, block))

    def is_storage_live(self, base: Any) -> bool:
        if not isinstance(base, Name):
            return True
        return self.storage.of(base) in self.live_storage

    def has_effect(self, expr: Any) -> bool:
        match expr:
            case MethodCall(Name() as base, method) if method in LIST_METHODS:
                return self.is_storage_live(base)
            case MakeFunction():
                return False
            case Op("undo", _):
                return True
            case _:
                return not self.is_pure(expr)

    def mark(self, stmt: Stmt) -> None:
        if isinstance(stmt, Assign):  # as most
            self.marked.add(id(stmt))
            for operand in operands(stmt.expr):
                self.want(operand)
            return
        match stmt:
            case If():
                self.block(stmt.then)
                self.block(stmt.orelse)
                self.want(stmt.test)
                for m in stmt.merges:
                    if m.target in self.live:
                        self.want(m.then)
                        self.want(m.orelse)
            case For() | While():
                self.loop(stmt)
            case Try():
                for block in (stmt.body, stmt.orelse, stmt.final, *(h.body for h in stmt.handlers)):
                    self.block(block)
                for operand in reads(stmt):
                    self.want(operand)
            case With():
                self.block(stmt.body)
                self.want(stmt.context)
            case _:
                for each in read_operands(stmt):
                    self.want(each)

    def loop(self, stmt: For | While) -> None:
        if isinstance(stmt, For):
            self.want(stmt.items)
        else:
            self.block(stmt.condition)
            self.want(stmt.test)
        if stmt.exit is not None:
            self.want(stmt.exit)
        for c in stmt.carried:
            if c.result in self.live or c.inner in self.live:
                self.want(c.initial)
                self.want(c.next)
        self.block(stmt.body)

    # -- sweeping ----------------------------------------------------------------------------

    def sweep(self, block: Block) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            if id(stmt) in self.marked:
                out.append(stmt)
            elif self.is_live(stmt):
                out.extend(self.unwrapped(self.swept(stmt)))
        return renewed(block, out)

    def unwrapped(self, stmt: Stmt) -> Block:
        """A `try` of which nothing is left but its body."""
        if not isinstance(stmt, Try) or stmt.final or not all(map(_only_raises, stmt.handlers)):
            return (stmt,)
        copies = tuple(
            Assign(t, Op("copy", (v,)), stmt.origin)
            for t, v in zip(stmt.targets, stmt.leaves)
            if t in self.live
        )
        return (*stmt.body, *stmt.orelse, *copies)

    def swept(self, stmt: Stmt) -> Stmt:
        if isinstance(stmt, Assign):
            return stmt
        stmt = map_blocks(stmt, self.sweep)
        match stmt:
            case If(merges=merges):
                flows = tuple(m for m in merges if m.target in self.live)
                return stmt if len(flows) == len(merges) else replace(stmt, merges=flows)
            case For(carried=carried) | While(carried=carried):
                live = tuple(c for c in carried if c.result in self.live or c.inner in self.live)
                return stmt if len(live) == len(carried) else replace(stmt, carried=live)
            case _:
                return stmt


def _passes_on(handler: Handler) -> bool:
    """`except ...: raise`, or a `finally` written as `except: ...; raise`: nothing is there for one exception."""
    return _only_raises(handler) or (
        handler.type is None and bool(handler.body) and _is_reraise(handler.body[-1])
    )


def _only_raises(handler: Handler) -> bool:
    """`except ...: raise`"""
    return len(handler.body) == 1 and _is_reraise(handler.body[0])


def _is_reraise(stmt: Stmt) -> bool:
    return isinstance(stmt, Raise) and stmt.exception is None
