"""The forward sweep: the primal, and statements that keep what the reverse sweep needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from sourcead.ir.kinds import NoneKind, Np, Py
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Carried,
    Const,
    For,
    If,
    Merge,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Stmt,
    Store,
    Try,
    While,
    With,
)
from sourcead.ir.walk import binds
from sourcead.transform.effects import index_kinds
from sourcead.transform.indexing import is_basic
from sourcead.transform.positions import At
from sourcead.transform.reverse.kept import Kept, is_whole
from sourcead.transform.reverse.unbound import bound_where_kept

__all__ = ["forward_sweep"]


def forward_sweep(kept: Kept, body: Block, *, split: bool) -> list[Stmt]:
    """`split`: the sweep is a function of its own, which hands over all names: all are bound."""
    saved = [name for each in kept.lists.values() for name in each.values]
    body = bound_where_kept(body, None if split else saved)
    return _Keeping(kept, Const(None) if split else UNDEFINED).block(body, ())


LoopStmt = TypeVar("LoopStmt", For, While)


class _Keeping:
    def __init__(self, kept: Kept, missing: Operand) -> None:
        self.kept = kept
        self.b = kept.b
        self.missing = missing  # the value of a name on the arm that does not bind it

    def block(self, block: Block, home: At) -> list[Stmt]:
        out: list[Stmt] = []
        for stmt in block:
            if home == () and len(stmt.origin.at) == 1:
                out += self.kept.tops.get(stmt.origin.at[0], ())
            out += self.old_content(stmt)
            comparisons = self.kept.comparisons
            out += comparisons.before(stmt, home) if comparisons else ()
            out += self.rewritten(stmt, home)
            out += comparisons.after(stmt) if comparisons else ()
        return out

    def rewritten(self, stmt: Stmt, home: At) -> list[Stmt]:
        at = stmt.origin.at
        match stmt:
            case If():
                then = self.keeping(stmt.then, (*at, 0))
                orelse = self.keeping(stmt.orelse, (*at, 1))
                merges = (*stmt.merges, *self.exports(at))
                return [replace(stmt, then=then, orelse=orelse, merges=merges)]
            case For():
                turns = replace(stmt, body=self.keeping(stmt.body, (*at, 1)))
                return [self.counted(self.bound(turns, at), at)]
            case While():
                condition = tuple(self.block(stmt.condition, (*at, 1)))
                body = self.keeping(stmt.body, (*at, 1))
                again = replace(stmt, condition=condition, body=body)
                return [self.counted(self.bound(again, at), at)]
            case With():
                return [replace(stmt, body=tuple(self.block(stmt.body, home)))]
            case Try():
                body, orelse, final = (
                    tuple(self.block(b, home)) for b in (stmt.body, stmt.orelse, stmt.final)
                )
                return [replace(stmt, body=body, orelse=orelse, final=final)]
            case _:
                return [stmt]

    # -- old contents ------------------------------------------------------------------------

    def old_content(self, stmt: Stmt) -> list[Stmt]:
        """What `stmt` overwrites, where the write will be undone."""
        found = (w for w in self.kept.writes if w.at == stmt.origin.at)
        w = next((w for w in found if w.number in self.kept.old), None)
        if w is None:
            return []
        origin = replace(stmt.origin, text="")
        out: list[Stmt] = []
        for base, old in zip(dict.fromkeys(w.bases), self.kept.old[w.number]):
            if not isinstance(stmt, Store) or is_whole(stmt):
                out.append(Assign(old, MethodCall(base, "copy", ()), origin))
                continue
            read = Op("getitem", (base, stmt.index))
            kind = self.b.kind(old)
            if isinstance(kind, (Py, Np)) or not self.is_view_index(stmt):
                out.append(Assign(old, read, origin))
                continue
            seen = self.b.fresh("t", kind)
            out.append(Assign(seen, read, origin))
            out.append(Assign(old, MethodCall(seen, "copy", ()), origin))
        return out

    def is_view_index(self, stmt: Store) -> bool:
        parts = index_kinds(stmt.index, self.b.kinds)
        return parts is None or is_basic(parts) is not False

    # -- lists -------------------------------------------------------------------------------

    def keeping(self, block: Block, home: At) -> Block:
        """The block with what it keeps put on its list, as soon as all of it is there."""
        out = self.block(block, home)
        saved = self.kept.lists.get(home)
        if saved is None:
            return tuple(out)
        wanted = set(saved.values)
        last = max((i + 1 for i, s in enumerate(out) if _binds_any(s, wanted)), default=0)
        return (*out[:last], *self.appended(saved.name, saved.values), *out[last:])

    def appended(self, name: Name, values: list[Name]) -> list[Stmt]:
        out: list[Stmt] = []
        value: Name = values[0]
        if len(values) > 1:
            value = self.b.fresh("t", self.kept.entry_kind(values))
            out.append(Assign(value, Op("tuple", tuple(values)), Origin.none()))
        done = self.b.fresh("_", NoneKind())
        out.append(Assign(done, MethodCall(name, "append", (value,)), Origin.none()))
        return out

    # -- counts and branches -----------------------------------------------------------------

    def bound(self, loop: LoopStmt, at: At) -> LoopStmt:
        """What goes on a list is bound, though the first turn may not read it: None."""
        saved = self.kept.lists.get((*at, 1))
        values = saved.values if saved is not None else []
        carried = tuple(
            replace(c, initial=Const(None)) if c.initial == UNDEFINED and c.inner in values else c
            for c in loop.carried
        )
        return replace(loop, carried=carried)

    def counted(self, loop: For | While, at: At) -> Stmt:
        counter = self.kept.counters.get(at)
        if counter is None:
            return loop
        inner, following = self.b.fresh("turns", Py(int)), self.b.fresh("turns", Py(int))
        step = Assign(following, Op("add", (inner, Const(1))), Origin.none())
        carried = Carried(inner, Const(0), following, counter)
        at_exit = len(loop.body)
        while loop.exit is not None and at_exit > 0 and isinstance(loop.body[at_exit - 1], If):
            at_exit -= 1  # the last branches choose whether to leave
        body = (*loop.body[:at_exit], step, *loop.body[at_exit:])
        return replace(loop, carried=(*loop.carried, carried), body=body)

    def exports(self, at: At) -> list[Merge]:
        """Names bound on one arm only, made visible behind the branch for the reverse sweep."""
        merges = []
        for name, value in list(self.kept.exported.items()):
            home = self.kept.home_of_name(name)
            if len(home) > len(at) and home[: len(at)] == at:
                target = self.b.fresh(self.b.called.hint(name), self.b.kind(name))
                on_then = home[len(at)] == 0
                arms = (value, self.missing) if on_then else (self.missing, value)
                merges.append(Merge(target, *arms))
                self.kept.exported[name] = target
        return merges


def _binds_any(stmt: Stmt, wanted: set[Name]) -> bool:
    return any(n in wanted for inner in _flat(stmt) for n in binds(inner))


def _flat(stmt: Stmt) -> list[Stmt]:
    """The statement, and those inside it whose names are visible behind it."""
    match stmt:
        case With():
            inside: Block = stmt.body
        case Try():
            inside = (*stmt.body, *stmt.orelse, *stmt.final)
        case _:
            inside = ()
    return [stmt, *(i for s in inside for i in _flat(s))]
