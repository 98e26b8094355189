"""Puts the forward and the reverse sweep together into one function.

The forward sweep gains what `needed` decided to keep: one list for each block inside a loop that has
something to keep, old contents of storage before writes that are undone, counts of turns.  The reverse
sweep takes it back: pops at the start of a block, computes again what is cheap, undoes writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sourcead.ir.kinds import Array, Kind, List, NoneKind, Np, Object, Py, Tuple, Unknown
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Call,
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
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import binds, map_expr, operands, reads, statements, substitute
from sourcead.runtime.undo import undo
from sourcead.transform.needed import At, Needed, Program

__all__ = ["Assembler"]


@dataclass
class Saved:
    """The list that a block's values are kept on."""

    name: Name
    values: list[Name]
    numbers: bool


@dataclass
class Assembler:
    """Rewrites the two sweeps according to `needed`."""

    builder: Any
    program: Program
    needed: Needed
    writes: list[Any]
    keep: bool = False  # the logs are read more than once (a pullback)
    lists: dict[At, Saved] = field(default_factory=dict)
    counters: dict[At, Operand] = field(default_factory=dict)
    exported: dict[Name, Operand] = field(default_factory=dict)
    old: dict[int, list[Name]] = field(default_factory=dict)
    tops: dict[int, list[Stmt]] = field(default_factory=dict)
    undo_hints: dict[Name, str] = field(default_factory=dict)
    redo: Name | None = None  # the list of what a pullback has taken back
    final: list[tuple[Name, Name]] = field(default_factory=list)

    # -- planning ----------------------------------------------------------------------------

    def prepare(self, reverse: Block) -> None:
        """Name the lists, the old contents and the counts of turns."""
        for name, found in self.program.definitions.items():
            plan = self.needed.plans.get(name)
            wanted = (plan is not None and plan.how == "local") or isinstance(
                self.builder.kind(name), Array
            )
            if wanted and found.home and self.program.loop_home(found.home) is None:
                self.exported[name] = name
        for w in self.writes:
            if w.number in self.needed.undone:
                self.plan_undo(w)
        for home, names in sorted(self.needed.saves.items()):
            self.plan_list(home, names)
        for stmt in statements(reverse):
            if isinstance(stmt, For) and stmt.items == Const(None):
                self.plan_count(stmt.origin.at)

    def home_of(self, at: At) -> At:
        """The innermost branch or loop block around a position."""
        for n in range(len(at) - 1, 0, -1):
            if at[:n] in self.program.loops:
                return (*at[:n], 1)
            if at[:n] in self.program.branches:
                return (*at[:n], at[n])
        return ()

    def plan_undo(self, w: Any) -> None:
        names = []
        for base in dict.fromkeys(w.bases):
            kind = self.builder.kind(base)
            if isinstance(w.stmt, Store) and not self.is_whole(w.stmt):
                kind = self.element_kind(w.stmt)
            names.append(self.builder.fresh("t", kind))
            self.undo_hints[names[-1]] = f"{base.hint}_undo"
        self.old[w.number] = names
        home = self.home_of(w.at)
        if self.program.loop_home(home) is not None:
            self.needed.saves.setdefault(home, []).extend(names)
        elif home:
            for name in names:
                self.exported[name] = name

    def is_whole(self, stmt: Store) -> bool:
        return isinstance(stmt.index, Const) and stmt.index.value is Ellipsis

    def element_kind(self, stmt: Store) -> Kind:
        from sourcead.transform.reverse import _restore

        b = self.builder
        with b.trial():
            return b.kind(b.getitem(stmt.base, _restore(b, stmt.index)))  # type: ignore[no-any-return]

    def plan_list(self, home: At, names: list[Name]) -> None:
        if not names or self.program.loop_home(home) is None:
            return
        single = len(names) == 1
        hint = f"{names[0].hint}_saved" if single else "saved"
        if single and names[0].hint == "t":
            hint = self.undo_hints.get(names[0], "saved")
        item: Kind = (
            self.builder.kind(names[0])
            if single
            else Tuple(tuple(self.builder.kind(n) for n in names))
        )
        name = self.builder.fresh(hint, List(item))
        numbers = all(isinstance(self.builder.kind(n), (Py, Np)) for n in names)
        self.lists[home] = Saved(name, names, numbers)
        self.at_top(home, Assign(name, Op("list", ()), Origin.none()))

    def at_top(self, at: At, stmt: Stmt) -> None:
        self.tops.setdefault(at[0], []).append(stmt)

    def plan_count(self, at: At) -> None:
        """A loop whose number of turns is not known again: counted, or read off its list."""
        loop = self.program.loops[at]
        if isinstance(loop, For) and loop.exit is None and self.rerun(loop):
            if isinstance(loop.items, Name):
                self.use_operand(loop.items, at)
            return
        home = self.home_of(at)
        if self.program.loop_home(home) is None and (*at, 1) in self.lists:
            return
        counter = self.builder.fresh("turns", Py(int))
        self.counters[at] = counter
        if self.program.loop_home(home) is not None:
            self.needed.saves.setdefault(home, []).append(counter)
            saved = self.lists.get(home)
            if saved is None:
                self.plan_list(home, self.needed.saves[home])
            else:
                self.widen_list(home, saved)
        elif home:
            self.exported[counter] = counter

    def widen_list(self, home: At, saved: Saved) -> None:
        """The list's first value was alone; now the entries are tuples."""
        saved.values = self.needed.saves[home]

    def use_operand(self, name: Name, at: At) -> None:
        return

    def rerun(self, loop: For) -> bool:
        kind = self.builder.kind(loop.items)
        return bool(kind == Object(range) or isinstance(kind, Tuple))

    # -- forward sweep -----------------------------------------------------------------------

    def forward(self, block: Block, home: At) -> list[Stmt]:
        out: list[Stmt] = []
        for stmt in block:
            if home == () and len(stmt.origin.at) == 1:
                out.extend(self.tops.get(stmt.origin.at[0], ()))
            out.extend(self.before(stmt))
            out.extend(self.rewritten(stmt, home))
        return out

    def before(self, stmt: Stmt) -> list[Stmt]:
        """The old content of what `stmt` overwrites, where the write will be undone."""
        w = next((w for w in self.writes if w.at == stmt.origin.at and w.number in self.old), None)
        if w is None:
            return []
        out: list[Stmt] = []
        for base, old in zip(dict.fromkeys(w.bases), self.old[w.number]):
            origin = replace(stmt.origin, text="")
            if isinstance(stmt, Store) and not self.is_whole(stmt):
                kind = self.builder.kind(old)
                if isinstance(kind, (Py, Np)) or not self.is_view_index(stmt):
                    out.append(Assign(old, Op("getitem", (base, stmt.index)), origin))
                    continue
                seen = self.builder.fresh("t", kind)
                out.append(Assign(seen, Op("getitem", (base, stmt.index)), origin))
                out.append(Assign(old, MethodCall(seen, "copy", ()), origin))
            else:
                out.append(Assign(old, MethodCall(base, "copy", ()), origin))
        return out

    def is_view_index(self, stmt: Store) -> bool:
        from sourcead.transform.facts import index_kinds
        from sourcead.transform.indexing import is_basic

        parts = index_kinds(stmt.index, self.builder.kinds)
        return parts is None or is_basic(parts) is not False

    def rewritten(self, stmt: Stmt, home: At) -> list[Stmt]:
        at = stmt.origin.at
        match stmt:
            case If():
                then = self.keeping(self.forward(stmt.then, (*at, 0)), (*at, 0))
                orelse = self.keeping(self.forward(stmt.orelse, (*at, 1)), (*at, 1))
                return [
                    replace(
                        stmt,
                        then=tuple(then),
                        orelse=tuple(orelse),
                        merges=(*stmt.merges, *self.exports(at)),
                    )
                ]
            case For():
                body = self.keeping(self.forward(stmt.body, (*at, 1)), (*at, 1))
                return self.counted(replace(stmt, body=tuple(body)), at)
            case While():
                condition = self.forward(stmt.condition, (*at, 1))
                body = self.keeping(self.forward(stmt.body, (*at, 1)), (*at, 1))
                return self.counted(replace(stmt, condition=tuple(condition), body=tuple(body)), at)
            case With():
                return [replace(stmt, body=tuple(self.forward(stmt.body, home)))]
            case Try():
                return [
                    replace(
                        stmt,
                        body=tuple(self.forward(stmt.body, home)),
                        orelse=tuple(self.forward(stmt.orelse, home)),
                        final=tuple(self.forward(stmt.final, home)),
                    )
                ]
            case _:
                return [stmt]

    def keeping(self, block: list[Stmt], home: At) -> list[Stmt]:
        """The block with what it keeps put on its list, as soon as all of it is there."""
        saved = self.lists.get(home)
        if saved is None:
            return block
        wanted = set(saved.values)
        last = max((i + 1 for i, s in enumerate(block) if self.binds_any(s, wanted)), default=0)
        return block[:last] + self.appended(home) + block[last:]

    def binds_any(self, stmt: Stmt, wanted: set[Name]) -> bool:
        return any(n in wanted for inner in self.flat(stmt) for n in binds(inner))

    def flat(self, stmt: Stmt) -> list[Stmt]:
        """The statement, and those inside it whose names are visible behind it."""
        match stmt:
            case With():
                return [stmt, *(i for s in stmt.body for i in self.flat(s))]
            case Try():
                return [
                    stmt,
                    *(i for s in (*stmt.body, *stmt.orelse, *stmt.final) for i in self.flat(s)),
                ]
            case _:
                return [stmt]

    def appended(self, home: At) -> list[Stmt]:
        saved = self.lists.get(home)
        if saved is None:
            return []
        value: Operand = saved.values[0]
        out: list[Stmt] = []
        if len(saved.values) > 1:
            value = self.builder.fresh(
                "t", Tuple(tuple(self.builder.kind(n) for n in saved.values))
            )
            out.append(Assign(value, Op("tuple", tuple(saved.values)), Origin.none()))
        done = self.builder.fresh("_", NoneKind())
        out.append(Assign(done, MethodCall(saved.name, "append", (value,)), Origin.none()))
        return out

    def counted(self, loop: For | While, at: At) -> list[Stmt]:
        counter = self.counters.get(at)
        if counter is None:
            return [loop]
        b = self.builder
        inner, following = b.fresh("turns", Py(int)), b.fresh("turns", Py(int))
        step = Assign(following, Op("add", (inner, Const(1))), Origin.none())
        carried = Carried(inner, Const(0), following, counter)  # type: ignore[arg-type]
        return [replace(loop, carried=(*loop.carried, carried), body=(*loop.body, step))]

    def exports(self, at: At) -> list[Merge]:
        """Names bound on one arm only, made visible behind the branch for the reverse sweep."""
        merges = []
        for name in list(self.exported):
            value = self.exported[name]
            inside = self.arm_of(name, at)
            if inside is None:
                continue
            target = self.builder.fresh(name.hint, self.builder.kind(name))
            missing = Const(None) if self.keep else UNDEFINED
            merges.append(Merge(target, *((value, missing) if inside == 0 else (missing, value))))
            self.exported[name] = target
        return merges

    def arm_of(self, name: Name, at: At) -> int | None:
        home = self.home_of_name(name)
        if len(home) > len(at) and home[: len(at)] == at:
            return home[len(at)]
        return None

    def home_of_name(self, name: Name) -> At:
        found = self.program.definitions.get(name)
        if found is not None:
            return found.home
        for number, names in self.old.items():
            if name in names:
                return self.home_of(self.writes[number].at)
        for at, counter in self.counters.items():
            if counter == name:
                return self.home_of(at)
        return ()

    # -- reverse sweep -----------------------------------------------------------------------

    def reverse(self, block: Block, home: At, known: dict[Name, Operand]) -> list[Stmt]:
        """The reverse statements of the block `home`, with everything they read at hand."""
        known = dict(known)
        out: list[Stmt] = []
        self.pop(home, known, out)
        for stmt in block:
            for name in self.wanted(stmt, home):
                self.provide(name, home, known, out, stmt.origin)
            self.place(stmt, home, known, out)
        return out

    def pop(self, home: At, known: dict[Name, Operand], out: list[Stmt]) -> None:
        saved = self.lists.get(home)
        if saved is None:
            return
        copies = [self.builder.fresh(n.hint, self.builder.kind(n)) for n in saved.values]
        popped: Name = copies[0]
        if len(copies) > 1:
            popped = self.builder.fresh("t", Tuple(tuple(self.builder.kind(n) for n in copies)))
        out.append(Assign(popped, MethodCall(saved.name, "pop", ()), Origin.none()))
        if len(copies) > 1:
            out.append(Unpack(tuple(copies), None, popped, Origin.none()))
        known.update(zip(saved.values, copies))

    def wanted(self, stmt: Stmt, home: At) -> list[Name]:
        """Names to be computed again in this block that `stmt`, or anything in it, reads."""
        found: dict[Name, None] = {}

        def visit(name: Any) -> None:
            plan = self.needed.plans.get(name)
            if plan is None or plan.how not in ("recompute", "remake"):
                return
            definition = self.program.definitions[name]
            assert isinstance(definition.stmt, Assign)
            for o in operands(definition.stmt.expr):
                visit(o)
            if plan.how == "recompute" and definition.home == home:
                found[name] = None

        for inner in statements((stmt,)):
            for name in self.all_reads(inner):
                visit(name)
        return list(found)

    def all_reads(self, stmt: Stmt) -> list[Any]:
        out = list(reads(stmt))
        number = undo_number(stmt)
        if number is not None and number in self.old:
            write = self.writes[number].stmt
            out += (
                [write.base, write.index]
                if isinstance(write, Store)
                else list(self.writes[number].bases)
            )
        if isinstance(stmt, For) and stmt.items == Const(None):
            loop = self.program.loops[stmt.origin.at]
            if isinstance(loop, For) and isinstance(loop.items, Name):
                made = self.program.definitions[loop.items].stmt
                out += operands(made.expr) if isinstance(made, Assign) else [loop.items]
        return out

    def provide(
        self, name: Name, home: At, known: dict[Name, Operand], out: list[Stmt], origin: Origin
    ) -> None:
        if name in known:
            return
        definition = self.program.definitions[name]
        assert isinstance(definition.stmt, Assign)
        copy = self.builder.fresh(name.hint, self.builder.kind(name))
        expr = map_expr(definition.stmt.expr, lambda o: self.known(o, known, out, origin))
        out.append(Assign(copy, expr, replace(definition.stmt.origin, text="", sweep="")))
        known[name] = copy

    def known(
        self, operand: Operand, known: dict[Name, Operand], out: list[Stmt], origin: Origin
    ) -> Operand:
        if not isinstance(operand, Name):
            return operand
        if operand in known:
            return known[operand]
        plan = self.needed.plans.get(operand)
        if plan is not None and plan.how == "remake":
            definition = self.program.definitions[operand]
            assert isinstance(definition.stmt, Assign)
            expr = map_expr(definition.stmt.expr, lambda o: self.known(o, known, out, origin))
            copy: Name = self.builder.fresh(operand.hint, self.builder.kind(operand))
            out.append(Assign(copy, expr, replace(origin, text="")))
            return copy
        return self.exported.get(operand, operand)

    def place(self, stmt: Stmt, home: At, known: dict[Name, Operand], out: list[Stmt]) -> None:
        number = undo_number(stmt)
        if number is not None:
            self.undo(number, known, out, stmt.origin)
            return
        match stmt:
            case If():
                at = stmt.origin.at
                test = self.known(stmt.test, known, out, stmt.origin)
                out.append(
                    If(
                        test,
                        tuple(self.reverse(stmt.then, (*at, 0), known)),
                        tuple(self.reverse(stmt.orelse, (*at, 1), known)),
                        tuple(
                            replace(
                                m,
                                then=self.known(m.then, known, out, stmt.origin),
                                orelse=self.known(m.orelse, known, out, stmt.origin),
                            )
                            for m in stmt.merges
                        ),
                        stmt.origin,
                    )
                )
            case For() if stmt.items == Const(None):
                self.turn_back(stmt, known, out)
            case For() | While() | Try() | With():
                mapping = {
                    n: self.known(n, known, out, stmt.origin)
                    for s in statements((stmt,))
                    for n in reads(s)
                    if isinstance(n, Name)
                }
                out.append(substitute(stmt, mapping))
            case _:
                mapping = {
                    n: self.known(n, known, out, stmt.origin)
                    for n in reads(stmt)
                    if isinstance(n, Name)
                }
                out.append(substitute(stmt, mapping))

    def undo(
        self, number: int, known: dict[Name, Operand], out: list[Stmt], origin: Origin
    ) -> None:
        if number not in self.old:
            return
        w = self.writes[number]
        origin = replace(origin, text="")
        for base, old in zip(dict.fromkeys(w.bases), self.old[number]):
            value = self.known(old, known, out, origin)
            index: Operand = Const(Ellipsis)
            if isinstance(w.stmt, Store):
                index = self.known(w.stmt.index, known, out, origin)
            target = self.known(base, known, out, origin)
            if self.keep:
                if self.redo is None:
                    self.redo = self.builder.fresh("redone", Unknown())
                done = self.builder.fresh("_", NoneKind())
                out.append(
                    Assign(done, Call(Ref("undo", undo), (target, index, value, self.redo)), origin)
                )
            else:
                out.append(Store(target, index, value, None, origin))

    def turn_back(self, stmt: For, known: dict[Name, Operand], out: list[Stmt]) -> None:
        """The reversed loop: over the same range backward, over the list of what was kept, or so many times."""
        at = stmt.origin.at
        loop = self.program.loops[at]
        saved = self.lists.get((*at, 1))
        b = self.builder
        inside = dict(known)
        origin = replace(stmt.origin, text="")
        target = b.fresh("_", Py(int))
        reads_target = isinstance(loop, For) and loop.target in self.used_inside(stmt)
        outermost = self.program.loop_home(self.home_of(at)) is None
        direct = saved is not None and outermost and not reads_target and saved.numbers
        if direct:
            assert saved is not None
            items: Operand = b.emit_into(
                out, Call(Ref("reversed", reversed), (saved.name,)), Unknown(), origin
            )
        elif isinstance(loop, For) and loop.exit is None and self.rerun(loop):
            forward = self.range_again(loop, known, out, origin, reads_target)
            items = forward
            if reads_target:
                target = b.fresh(loop.target.hint, b.kind(loop.target))
                inside[loop.target] = target
        else:
            count = self.counters.get(at)
            if count is None:
                assert saved is not None
                turns: Operand = b.emit_into(
                    out, Call(Ref("len", len), (saved.name,)), Py(int), origin
                )
            else:
                turns = self.known(count, known, out, origin)
            items = b.emit_into(out, Call(Ref("range", range), (turns,)), Object(range), origin)
        body: list[Stmt] = []
        home = (*at, 1)
        if direct:
            assert saved is not None
            copies = [b.fresh(n.hint, b.kind(n)) for n in saved.values]
            target = copies[0]
            if len(copies) > 1:
                target = b.fresh("t", Tuple(tuple(b.kind(n) for n in copies)))
                body.append(Unpack(tuple(copies), None, target, Origin.none()))
            inside.update(zip(saved.values, copies))
            popped = self.lists.pop(home)
            body += self.reverse(stmt.body, home, inside)
            self.lists[home] = popped
        else:
            body += self.reverse(stmt.body, home, inside)
        carried = tuple(
            replace(c, initial=self.known(c.initial, known, out, origin)) for c in stmt.carried
        )
        out.append(For(target, items, carried, tuple(body), None, stmt.origin))

    def used_inside(self, stmt: For) -> set[Any]:
        """Primal names that the reversed loop reads, directly or to compute something again."""
        found: set[Any] = set()

        def visit(name: Any) -> None:
            if name in found:
                return
            found.add(name)
            plan = self.needed.plans.get(name)
            if plan is not None and plan.how in ("recompute", "remake"):
                definition = self.program.definitions[name]
                assert isinstance(definition.stmt, Assign)
                for o in operands(definition.stmt.expr):
                    visit(o)

        for inner in statements(stmt.body):
            for name in self.all_reads(inner):
                visit(name)
        return found

    def range_again(
        self, loop: For, known: dict[Name, Operand], out: list[Stmt], origin: Origin, ordered: bool
    ) -> Operand:
        b = self.builder
        definition = (
            self.program.definitions.get(loop.items) if isinstance(loop.items, Name) else None
        )
        again: Operand = self.known(loop.items, known, out, origin)
        if (
            definition is not None
            and isinstance(definition.stmt, Assign)
            and isinstance(definition.stmt.expr, Call)
        ):
            expr = map_expr(definition.stmt.expr, lambda o: self.known(o, known, out, origin))
            again = b.emit_into(out, expr, Object(range), origin)
        if not ordered:
            return again
        return b.emit_into(out, Call(Ref("reversed", reversed), (again,)), Unknown(), origin)  # type: ignore[no-any-return]


def undo_number(stmt: Stmt) -> int | None:
    """The number of the write that a mark in the reverse sweep stands for."""
    if isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "undo":
        mark = stmt.expr.args[0]
        assert isinstance(mark, Const)
        return int(mark.value)
    return None
