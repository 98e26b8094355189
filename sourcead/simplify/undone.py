"""What was kept is read where it lies, not put back first.

    for _ in range(n):                          for _ in range(n):
        u[...] = saved.pop()                        t = saved.pop()
        u_bar *= 2.0 * u              ->            u_bar *= 2.0 * t

Storage is put back so that whatever looks at it, through any name, sees what the forward sweep saw.  Where a
loop puts back the whole of one array in every turn, and reads it under that one name only, the kept copy
does as well.  Where a turn reads it before that, and not after, it is kept at the end of the forward turn,
when it holds what is read there:

    for _ in range(n):                          for _ in range(n):
        saved.append(u.copy())                      u *= a
        u *= a                                      saved.append(u.copy())
    for _ in range(n):                ->        for _ in range(n):
        u_bar *= 2.0 * u                            u_bar *= 2.0 * saved.pop()
        u[...] = saved.pop()

And where nothing is put back any more, nothing has to be restored in the end:

    u_final = u.copy()
    try:                              ->        ...
        ...
    finally:
        u[...] = u_final
"""

from __future__ import annotations

from collections.abc import Callable, Collection
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
from sourcead.ir.walk import binds, blocks, map_blocks, reads, rename, statements, substitute
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
    pass_ = _Undone(builder, storage(), is_pure, function.body)
    body = pass_.block(function.body)
    if not pass_.changed:
        return function
    body = tuple(map(pass_.keeping_later, body))
    return rename(substitute(replace(function, body=body), pass_.same), pass_.named)


def _is_undo(stmt: Store) -> bool:
    return stmt.index == WHOLE and stmt.op is None and stmt.origin.sweep == "reverse"


def _is_undo_of(stmt: Stmt, name: Name) -> bool:
    return isinstance(stmt, Store) and stmt.base == name and _is_undo(stmt)


def _is_view(expr: Expr) -> bool:
    return isinstance(expr, Op) and expr.op == "getitem"


def _taken_from(kept: Name, body: Block) -> tuple[Name | None, int | None]:
    """The list that `kept` is popped from, and its place in the tuple that is."""
    popped = {s.target: _popped(s) for s in body if isinstance(s, Assign)}
    for stmt in body:
        match stmt:
            case Unpack(targets, None, Name() as value) if kept in targets:
                return popped.get(value), targets.index(kept)
            case Assign(target) if target == kept:
                return popped[target], None
    return None, None


def _popped(stmt: Assign) -> Name | None:
    match stmt.expr:
        case MethodCall(Name() as log, "pop", ()):
            return log
        case _:
            return None


def _appended(stmt: Stmt, log: Operand | None) -> Name | None:
    match stmt:
        case Assign(_, MethodCall(value, "append", (Name() as item,))) if value == log:
            return item
        case _:
            return None


class _Undone:
    def __init__(
        self,
        builder: Any,
        storage: StorageClasses,
        is_pure: Callable[[Expr], bool],
        whole: Block,
    ) -> None:
        self.whole = whole
        self.later: set[Name] = set()  # copies that are made at the end of the turn
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
                body = self.without_undo(loop.body, name) or self.with_later_copy(loop.body, name)
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

    # -- what is read before it is put back --------------------------------------------------

    def with_later_copy(self, body: Block, name: Name) -> Block | None:
        """The turn with what the forward turn keeps at its end, or None where that would not do."""
        at = next(i for i, s in enumerate(body) if _is_undo_of(s, name))
        store = body[at]
        assert isinstance(store, Store)
        kept, storage = store.value, self.storage.of(name)
        if not self.is_kept(kept, name, body) or not isinstance(kept, Name):
            return None
        views = {
            s.target
            for s in statements(body[:at])
            if isinstance(s, Assign) and self.storage.of(s.target) == storage and _is_view(s.expr)
        }
        for position, stmt in enumerate(body):
            mine = {
                n for s in statements((stmt,)) for n in reads(s) if self.storage.of(n) == storage
            }
            allowed = {name, *views} if position < at else {name} if stmt is store else set()
            if not mine <= allowed or not self.only_reads(stmt, storage, views):
                return None
        taken = next(i for i, s in enumerate(body) if kept in binds(s))
        copied = self.copied_for(kept, body)
        if copied is None or any(name in reads(s) for s in statements(body[:taken])):
            return None
        self.later.add(copied)
        self.named[kept] = self.fresh(name.hint, self.kinds[kept])
        return tuple(substitute(s, {name: kept}) for s in body if s is not store)

    def copied_for(self, kept: Name, body: Block) -> Name | None:
        """The copy that the forward sweep puts on the list from which `kept` is taken, if it can be made later."""
        log, place = _taken_from(kept, body)
        every = list(statements(self.whole))
        appended = [item for s in every if (item := _appended(s, log)) is not None]
        if log is None or len(appended) != 1 or sum(log in reads(s) for s in every) != 2:
            return None
        made = {s.target: s.expr for s in every if isinstance(s, Assign)}
        copied: Operand = appended[0]
        match made.get(appended[0]), place:
            case Op("tuple", args), int():
                copied = args[place]
        if not isinstance(copied, Name):
            return None
        is_copy = isinstance(made.get(copied), MethodCall)
        is_used_once = sum(reads(s).count(copied) for s in every) == 1
        loops = [s for s in self.whole if isinstance(s, For) and s.exit is None]
        if not (is_copy and is_used_once and any(self.kept_in(s, copied) for s in loops)):
            return None
        return copied

    def kept_in(self, loop: For, copied: Name) -> tuple[Stmt, ...] | None:
        """The statements of a turn that copy and keep, if they are all its own."""
        copy = [s for s in loop.body if isinstance(s, Assign) and s.target == copied]
        chain, names = list(copy), {copied}
        for stmt in loop.body:
            if isinstance(stmt, Assign) and names.intersection(reads(stmt)):
                chain.append(stmt)
                names.add(stmt.target)
        ends = (
            chain and isinstance(chain[-1].expr, MethodCall) and chain[-1].expr.method == "append"
        )
        return tuple(chain) if ends and len(chain) > 1 else None

    def keeping_later(self, stmt: Stmt) -> Stmt:
        """A forward loop with such copies at the end of its turn."""
        if not isinstance(stmt, For):
            return map_blocks(stmt, lambda block: tuple(map(self.keeping_later, block)))
        for copied in self.later:
            if (chain := self.kept_in(stmt, copied)) is not None:
                rest = [s for s in stmt.body if s not in chain]
                stmt = replace(stmt, body=(*rest, *chain))
        return stmt

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

    def only_reads(self, stmt: Stmt, storage: Class, views: Collection[Name] = frozenset()) -> bool:
        """Does the statement only compute with what that storage holds, neither keep, pass nor write it?

        Or make one of the `views`, which are looked at as well.
        """
        for inner in statements((stmt,)):
            names = [n for n in reads(inner) if self.storage.of(n) == storage]
            match inner:
                case Assign(_, MethodCall(_, "pop")) | Unpack():
                    continue
                case Assign(_, Op(op)) if op in IN_PLACE and names:
                    return False
                case Assign(target) if target in views:
                    continue
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
