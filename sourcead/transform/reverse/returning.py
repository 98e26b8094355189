"""The reverse sweep with everything that it reads at hand: popped, computed again, undone.

It takes back what the forward sweep has kept: pops at the start of a block, computes again what is
cheap, undoes writes where the sweep left its marks, and decides over what each reversed loop runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from sourcead.ir.kinds import NoneKind, Object, Py, Unknown
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    Expr,
    For,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
    Store,
    Unpack,
)
from sourcead.ir.walk import map_expr, operands, reads, statements, substitute
from sourcead.runtime.undo import undo
from sourcead.transform.positions import At
from sourcead.transform.reverse.kept import Kept, SavedList

__all__ = ["Returning"]

Known = dict[Name, Operand]
"""What stands, at one point of the reverse sweep, for names of the primal."""


class Returning:
    """Completes one reverse sweep.

    `noted`: of which arrays it is noted what is taken back, to be done again at the end: all of a pullback,
    which may run more than once; those that lie in what the caller has given.
    """

    def __init__(self, kept: Kept, *, noted: Callable[[Name], bool]) -> None:
        self.kept = kept
        self.b = kept.b
        self.noted = noted
        self.redo: Name | None = None  # the list of what was taken back

    def block(self, block: Block, home: At, known: Known) -> list[Stmt]:
        """The reverse statements of the block `home`."""
        known = dict(known)
        out: list[Stmt] = []
        saved = self.kept.lists.get(home)
        if saved is not None:
            popped, copies = self.entry(saved)
            out.append(Assign(popped, MethodCall(saved.name, "pop", ()), Origin.none()))
            out += self.unpacked(popped, copies)
            known.update(zip(saved.values, copies))
        self.statements(block, home, known, out)
        return out

    def statements(self, block: Block, home: At, known: Known, out: list[Stmt]) -> None:
        compared: set[At] = set()
        for stmt in block:
            comparisons = self.kept.comparisons
            before = comparisons.back(stmt, home, compared) if comparisons else ()
            for each in (*before, stmt):
                for name in self.wanted(each, home):
                    self.provide(name, known, out, each.origin)
                self.place(each, known, out)

    def entry(self, saved: SavedList) -> tuple[Name, list[Name]]:
        """Names for one entry of a list, and for the values in it."""
        copies = [self.b.fresh(self.b.called.hint(n), self.b.kind(n)) for n in saved.values]
        if len(copies) == 1:
            return copies[0], copies
        return self.b.fresh("t", self.kept.entry_kind(copies)), copies

    def unpacked(self, entry: Name, copies: list[Name]) -> list[Stmt]:
        return [Unpack(tuple(copies), None, entry, Origin.none())] if len(copies) > 1 else []

    # -- computing again ---------------------------------------------------------------------

    def definition(self, name: Name) -> Expr:
        found = self.kept.program.made(name)
        assert found is not None
        return found

    def wanted(self, stmt: Stmt, home: At) -> list[Name]:
        """Names to be computed again in this block that `stmt`, or anything in it, reads."""
        found: dict[Name, None] = {}

        def visit(operand: Operand) -> None:
            how = self.kept.needed.how(operand)
            if isinstance(operand, Name) and how in ("recompute", "remake"):
                for o in operands(self.definition(operand)):
                    visit(o)
                if how == "recompute" and self.kept.program.definitions[operand].home == home:
                    found[operand] = None

        for inner in statements((stmt,)):
            for name in self.all_reads(inner):
                visit(name)
        return list(found)

    def all_reads(self, stmt: Stmt) -> list[Operand]:
        """What a statement reads, and what the undo or the loop that it stands for will read."""
        out: list[Operand] = list(reads(stmt))
        number = undo_number(stmt)
        if number is not None and (number in self.kept.old or number in self.kept.needed.stored):
            write = self.kept.writes[number]
            if isinstance(write.stmt, Store):
                out += [write.stmt.base, write.stmt.index]
            else:
                out += write.bases
        if isinstance(stmt, For) and stmt.items == Const(None):
            loop = self.kept.program.loops[stmt.origin.at]
            if isinstance(loop, For) and isinstance(loop.items, Name):
                made = self.kept.program.made(loop.items)
                out += [loop.items] if made is None else operands(made)
        return out

    def provide(self, name: Name, known: Known, out: list[Stmt], origin: Origin) -> None:
        """Compute `name` again."""
        if name in known:
            return
        copy = self.b.fresh(self.b.called.hint(name), self.b.kind(name))
        stmt = self.kept.program.definitions[name].stmt
        assert isinstance(stmt, Assign)
        expr = map_expr(stmt.expr, lambda o: self.known(o, known, out, origin))
        out.append(Assign(copy, expr, replace(stmt.origin, text="", sweep="")))
        known[name] = copy

    def known(self, operand: Operand, known: Known, out: list[Stmt], origin: Origin) -> Operand:
        """What stands for an operand of the primal here."""
        if not isinstance(operand, Name):
            return operand
        if operand in known:
            return known[operand]
        if self.kept.needed.how(operand) == "remake":
            again = self.definition(operand)
            expr = map_expr(again, lambda o: self.known(o, known, out, origin))
            copy = self.b.fresh(self.b.called.hint(operand), self.b.kind(operand))
            out.append(Assign(copy, expr, replace(origin, text="")))
            return copy
        return self.kept.exported.get(operand, operand)

    def known_names(
        self, names: Iterable[Name], known: Known, out: list[Stmt], origin: Origin
    ) -> dict[Name, Operand]:
        return {n: self.known(n, known, out, origin) for n in names}

    def read_stored(self, number: int, known: Known, out: list[Stmt], origin: Origin) -> None:
        """What the store wrote, if that is where it is read again."""
        name = self.kept.needed.stored.get(number)
        stmt = self.kept.writes[number].stmt
        if name is None:
            return
        assert isinstance(stmt, Store)
        taken = Op("getitem", (stmt.base, stmt.index))
        expr = map_expr(taken, lambda o: self.known(o, known, out, origin))
        known[name] = value = self.b.fresh(self.b.called.hint(name), self.b.kind(name))
        out.append(Assign(value, expr, replace(origin, text="", sweep="")))

    # -- statements --------------------------------------------------------------------------

    def place(self, stmt: Stmt, known: Known, out: list[Stmt]) -> None:
        """The statement, reading what is at hand here."""
        number = undo_number(stmt)
        if number is not None:
            self.read_stored(number, known, out, stmt.origin)
            self.undo(number, known, out, stmt.origin)
        elif isinstance(stmt, If):
            self.branch(stmt, known, out)
        elif isinstance(stmt, For) and stmt.items == Const(None):
            self.turn_back(stmt, known, out)
        else:
            names = [n for s in statements((stmt,)) for n in reads(s)]
            out.append(substitute(stmt, self.known_names(names, known, out, stmt.origin)))

    def branch(self, stmt: If, known: Known, out: list[Stmt]) -> None:
        at, origin = stmt.origin.at, stmt.origin
        test = self.known(stmt.test, known, out, origin)
        then = tuple(self.block(stmt.then, (*at, 0), known))
        orelse = tuple(self.block(stmt.orelse, (*at, 1), known))
        merges = tuple(
            replace(
                m,
                then=self.known(m.then, known, out, origin),
                orelse=self.known(m.orelse, known, out, origin),
            )
            for m in stmt.merges
        )
        out.append(If(test, then, orelse, merges, origin))

    def undo(self, number: int, known: Known, out: list[Stmt], origin: Origin) -> None:
        """Put the old content back where a write is taken back."""
        if number not in self.kept.old:
            return
        w = self.kept.writes[number]
        origin = replace(origin, text="")
        for base, old in zip(dict.fromkeys(w.bases), self.kept.old[number]):
            value = self.known(old, known, out, origin)
            index: Operand = Const(Ellipsis)
            if isinstance(w.stmt, Store):
                index = self.known(w.stmt.index, known, out, origin)
            target = self.known(base, known, out, origin)
            if not self.noted(base):
                out.append(Store(target, index, value, None, origin))
                continue
            if self.redo is None:
                self.redo = self.b.fresh("redone", Unknown())
            done = self.b.fresh("_", NoneKind())
            call = Call(Ref("undo", undo), (target, index, value, self.redo))
            out.append(Assign(done, call, origin))

    # -- loops -------------------------------------------------------------------------------

    def turn_back(self, stmt: For, known: Known, out: list[Stmt]) -> None:
        """The reversed loop: over the same range backward, over the list of what was kept, or so many times."""
        at = stmt.origin.at
        loop = self.kept.program.loops[at]
        saved = self.kept.lists.get((*at, 1))
        origin = replace(stmt.origin, text="")
        target = self.b.fresh("_", Py(int))
        inside = dict(known)
        reads_target = isinstance(loop, For) and loop.target in self.used_inside(stmt)
        if saved is not None and saved.numbers and not reads_target and self.is_outermost(at):
            call = Call(Ref("reversed", reversed), (saved.name,))
            items: Operand = self.b.emit_into(out, call, Unknown(), origin)
            target, copies = self.entry(saved)
            body = self.unpacked(target, copies)
            inside.update(zip(saved.values, copies))
            self.statements(stmt.body, (*at, 1), inside, body)
        else:
            if isinstance(loop, For) and loop.exit is None and self.kept.rerun(loop):
                items = self.range_again(loop, known, out, origin, reads_target)
                if reads_target:
                    target = self.b.fresh(loop.target.hint, self.b.kind(loop.target))
                    inside[loop.target] = target
            else:
                items = self.counted(at, saved, known, out, origin)
            body = self.block(stmt.body, (*at, 1), inside)
        carried = tuple(
            replace(c, initial=self.known(c.initial, known, out, origin)) for c in stmt.carried
        )
        out.append(For(target, items, carried, tuple(body), None, stmt.origin))

    def is_outermost(self, at: At) -> bool:
        program = self.kept.program
        return program.loop_home(program.home_of(at)) is None

    def counted(
        self, at: At, saved: SavedList | None, known: Known, out: list[Stmt], origin: Origin
    ) -> Operand:
        """As many turns as were counted, or as the list has entries."""
        count = self.kept.counters.get(at)
        if count is None:
            assert saved is not None
            length = Call(Ref("len", len), (saved.name,))
            turns: Operand = self.b.emit_into(out, length, Py(int), origin)
        else:
            turns = self.known(count, known, out, origin)
        return self.b.emit_into(out, Call(Ref("range", range), (turns,)), Object(range), origin)

    def used_inside(self, stmt: For) -> set[Operand]:
        """Primal names that the reversed loop reads, directly or to compute something again."""
        found: set[Operand] = set()

        def visit(operand: Operand) -> None:
            if operand in found or not isinstance(operand, Name):
                return
            found.add(operand)
            if self.kept.needed.how(operand) in ("recompute", "remake"):
                for o in operands(self.definition(operand)):
                    visit(o)

        for inner in statements(stmt.body):
            for name in self.all_reads(inner):
                visit(name)
        return found

    def range_again(
        self, loop: For, known: Known, out: list[Stmt], origin: Origin, ordered: bool
    ) -> Operand:
        """The loop's own items; backward if it matters (`ordered`) which turn is which."""
        again = self.known(loop.items, known, out, origin)
        made = self.kept.program.made(loop.items) if isinstance(loop.items, Name) else None
        if isinstance(made, Call):
            expr = map_expr(made, lambda o: self.known(o, known, out, origin))
            again = self.b.emit_into(out, expr, Object(range), origin)
        if not ordered:
            return again
        return self.b.emit_into(out, Call(Ref("reversed", reversed), (again,)), Unknown(), origin)


def undo_number(stmt: Stmt) -> int | None:
    """The number of the write that a mark in the reverse sweep stands for."""
    if not (isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "undo"):
        return None
    (number,) = stmt.expr.args
    return number.value if isinstance(number, Const) else None
