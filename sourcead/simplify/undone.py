"""What was kept is read where it lies, not put back first.

    for _ in range(n):                          for _ in range(n):
        u[...] = saved.pop()                        t = saved.pop()
        u_bar *= 2.0 * u              ->            u_bar *= 2.0 * t

Storage is put back so that whatever looks at it, through any name, sees what the forward sweep saw.  Where a
loop puts back the whole of one array in every turn, and reads it under that one name only, the kept copy
does as well.  And where nothing is put back any more, nothing has to be restored in the end:

    u_final = u.copy()
    try:                              ->        ...
        ...
    finally:
        u[...] = u_final
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sourcead.ir.kinds import Array, Kind
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Expr,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
)
from sourcead.ir.walk import blocks, reads, rename, statements, substitute
from sourcead.runtime.accumulate import unbroadcast, unless_zero
from sourcead.simplify.storage_classes import Class, StorageClasses, meets_live_objects

__all__ = ["undone"]

WHOLE = Const(Ellipsis)
IN_PLACE = frozenset({"iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul"})


def undone(
    function: Function,
    builder: Any,
    storage: Callable[[], StorageClasses],
    is_pure: Callable[[Expr], bool],
) -> Function:
    """The function itself where nothing is to be done."""
    puts_back = any(
        isinstance(inner, Store) and _is_undo(inner)
        for s in statements(function.body)
        if isinstance(s, For)
        for inner in s.body
    )
    if not puts_back:
        return function
    pass_ = _Undone(builder, storage(), is_pure)
    body = pass_.block(function.body)
    if not pass_.changed:
        return function
    return rename(substitute(replace(function, body=body), pass_.same), pass_.named)


def _is_undo(stmt: Store) -> bool:
    return stmt.index == WHOLE and stmt.op is None and stmt.origin.sweep == "reverse"


class _Undone:
    def __init__(
        self,
        builder: Any,
        storage: StorageClasses,
        is_pure: Callable[[Expr], bool],
    ) -> None:
        self.kinds: dict[Name, Kind] = builder.kinds
        self.fresh = builder.fresh
        self.storage, self.is_pure = storage, is_pure
        self.same: dict[Name, Operand] = {}  # what a `try` left behind
        self.named: dict[
            Name, Name
        ] = {}  # what is read in the place of a variable is called like it
        self.changed = False

    def block(self, block: Block) -> Block:
        """A block that is executed once: the function's own, or that of its `try`."""
        out: list[Stmt] = []
        for position, stmt in enumerate(block):
            match stmt:
                case For():
                    out.append(self.loop(stmt, block[position + 1 :]))
                case Try(handlers=(), orelse=()):
                    out += self.tried(replace(stmt, body=self.block(stmt.body)))
                case _:
                    out.append(stmt)
        return tuple(out)

    # -- a loop that goes back ---------------------------------------------------------------

    def loop(self, loop: For, behind: Block) -> For:
        for name in dict.fromkeys(
            s.base for s in loop.body if isinstance(s, Store) and _is_undo(s)
        ):
            if (
                isinstance(name, Name)
                and not self.touches(behind, self.storage.of(name))
                and self.is_seen_by_name(name, (loop, *behind))
            ):
                body = self.without_undo(loop.body, name)
                if body is not None:
                    loop = replace(loop, body=body)
                    self.changed = True
        return loop

    def without_undo(self, body: Block, name: Name) -> Block | None:
        """The turn with what was kept in the place of `name`, or None where that would not do."""
        storage = self.storage.of(name)
        kept: Name | None = None  # what the array holds at this point
        out: list[Stmt] = []
        for stmt in body:
            if isinstance(stmt, Store) and stmt.base == name and _is_undo(stmt):
                if not self.is_kept(stmt.value, name, body) or name in reads(
                    replace(stmt, base=stmt.value)
                ):
                    return None
                assert isinstance(stmt.value, Name)
                kept = stmt.value
                if kept.hint == "t":
                    self.named[kept] = self.fresh(name.hint, self.kinds[kept])
                continue
            read = {n for inner in statements((stmt,)) for n in reads(inner)}
            mine = {n for n in read if self.storage.of(n) == storage}
            if mine and (kept is None or mine != {name} or not self.only_reads(stmt, storage)):
                return None
            out.append(substitute(stmt, {name: kept}) if mine and kept is not None else stmt)
        return tuple(out)

    def is_kept(self, value: Operand, name: Name, body: Block) -> bool:
        """Is it a copy of such an array that the turn has taken from a list, and that nobody writes?"""
        taken = any(
            (isinstance(s, Unpack) and value in s.targets)
            or (
                isinstance(s, Assign)
                and s.target == value
                and isinstance(s.expr, MethodCall)
                and s.expr.method == "pop"
            )
            for s in body
        )
        kind = self.kinds.get(name)
        return (
            taken
            and isinstance(value, Name)
            and isinstance(kind, Array)
            and self.kinds.get(value) == kind
            and None not in kind.dims
            and self.storage.of(value) != self.storage.of(name)
            and all(self.only_reads(s, self.storage.of(value)) for s in body)
        )

    def only_reads(self, stmt: Stmt, storage: Class) -> bool:
        """Does the statement only compute with what that storage holds, neither keep, pass nor write it?"""
        for inner in statements((stmt,)):
            names = [n for n in reads(inner) if self.storage.of(n) == storage]
            match inner:
                case Assign(_, MethodCall(_, "pop")) | Unpack():
                    continue
                case Assign(_, Op(op)) if op in IN_PLACE and names:
                    return False
                case Assign(target, expr) if names and not (
                    self.computes(expr) and self.storage.of(target) != storage
                ):
                    return False
                case Store(base, _, value) if self.storage_of(base) == storage:
                    return _is_undo(inner) and self.storage_of(value) != storage
                case Store():
                    continue
                case _ if names and not isinstance(inner, Assign):
                    return False
        return True

    def storage_of(self, operand: Operand) -> Class | None:
        return self.storage.of(operand) if isinstance(operand, Name) else None

    def computes(self, expr: Expr) -> bool:
        match expr:
            case Op(op):
                return op not in IN_PLACE and op not in ("tuple", "list", "dict", "copy")
            case Attr():
                return True
            case Call(Ref(value=function)) if function is unless_zero:
                return True
            case Call() | MethodCall():
                return self.is_pure(expr)
            case _:
                return False

    def is_seen_by_name(self, name: Name, block: Block) -> bool:
        """Is there no way to the array but through names?  A global may be the caller's array as well."""
        if self.storage.of(name) not in self.storage.from_outside():
            return True
        return not any(
            meets_live_objects(s) or (isinstance(s, Assign) and not self.is_known(s.expr))
            for s in statements(block)
        )

    def is_known(self, expr: Expr) -> bool:
        """Does evaluating it look at nothing but its operands?"""
        match expr:
            case Op() | Attr() | MethodCall(_, "pop" | "append"):
                return True
            case Call(Ref(value=function)) if function in (unless_zero, unbroadcast, reversed):
                return True
            case _:
                return self.is_pure(expr)

    def touches(self, block: Block, storage: Class) -> bool:
        return any(self.storage.of(n) == storage for s in statements(block) for n in reads(s))

    # -- nothing to restore ------------------------------------------------------------------

    def tried(self, stmt: Try) -> list[Stmt]:
        """Without what restores storage that is not written meanwhile; without `try` if that was all."""
        if not self.changed:
            return [stmt]
        final = tuple(s for s in stmt.final if not self.is_needless(s, stmt.body))
        if final or stmt.interrupted:
            return [replace(stmt, final=final)]
        self.same.update(zip(stmt.targets, stmt.leaves))
        return list(stmt.body)

    def is_needless(self, stmt: Stmt, body: Block) -> bool:
        match stmt:
            case Store(Name() as base, index, Name(), None) if index == WHOLE:
                return not any(self.may_write(s, self.storage.of(base)) for s in statements(body))
            case _:
                return False

    def may_write(self, stmt: Stmt, storage: Class) -> bool:
        match stmt:
            case Store(base):
                return self.storage_of(base) == storage
            case Assign(_, Op(op, (first, *_))) if op in IN_PLACE:
                return self.storage_of(first) == storage
            case Assign(_, Op() | Attr()) | Unpack():
                return False
            case Assign(_, MethodCall(_, "pop" | "append")):
                return False
            case Assign(_, Call() | MethodCall() as expr):
                return not self.is_pure(expr)
            case _:
                return not blocks(stmt)
