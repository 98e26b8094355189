"""What does the reverse sweep read that the forward sweep must keep, recompute or undo?

Every primal name that the reverse sweep reads gets one of these plans:

- local: bound outside of loops, so the variable still has its value;
- turn: the target of a loop, which the reversed loop runs over again;
- remake: an index (slice, tuple of indices), written again wherever it is used;
- recompute: a cheap pure operation whose inputs are at hand and hold their forward content there;
- stored: a number read from the element that it was stored in, before that store is taken back;
- save: kept at the end of the turn (one list for each block that has something to keep).

Arrays are kept by reference; what is in them at that point of the reverse sweep is right because the
writes that came later are undone, if and only if something reads the content.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sourcead.ir.kinds import Array, Kind, Np, Py
from sourcead.ir.nodes import Const, Expr, For, Name, Op, Store
from sourcead.ir.walk import operands
from sourcead.transform.locations import Locations
from sourcead.transform.positions import At
from sourcead.transform.reverse.grown_lists import GrownLists
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.recompute import COMPARISONS, LARGE, Plan, Recomputing, is_element
from sourcead.transform.reverse.state import Write
from sourcead.transform.reverse.uses import Use

__all__ = ["Needed", "find_needed"]


@dataclass
class Needed:
    """The decision for each name, what each block saves, and which writes are undone."""

    plans: dict[Name, Plan] = field(default_factory=dict)
    saves: dict[At, list[Name]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    stored: dict[int, Name] = field(default_factory=dict)  # by the number of the store

    def how(self, name: object) -> str | None:
        plan = self.plans.get(name) if isinstance(name, Name) else None
        return None if plan is None else plan.how

    def why(self, name: Name) -> str:
        plan = self.plans.get(name)
        return "not read by the reverse sweep" if plan is None else f"{plan.how}: {plan.why}"


def find_needed(
    uses: Sequence[Use],
    program: Program,
    locations: Locations,
    kinds: Mapping[Name, Kind],
    writes: Sequence[Write],
    contents: Sequence[Use] = (),
    undone: Collection[int] = (),
    lists: GrownLists | None = None,
) -> Needed:
    """Decide for every name; what must be undone first, so that the rest can rely on it.

    `contents`: arrays that are read by other functions, under names of theirs.  `undone`: writes that are
    undone in any case.  `lists`: those whose elements may be read again.

    Where arrays would have to be kept that could be computed again from storage that is written, undoing
    those writes instead is tried, and taken if it keeps fewer arrays.
    """

    identities = {use.name for use in uses if use.identity}

    def solve(forced: set[int]) -> Needed:
        solver = _Solver(program, locations, kinds, writes, identities, lists)
        return solver.solve(uses, forced, contents)

    forced = set(undone)
    best = solve(forced)
    for w in writes:
        if (
            w.number in best.undone
            or program.loop_home(w.at) is None
            or not isinstance(w.stmt, Store)
            or is_element(w.stmt.base, w.stmt.index, kinds)
        ):
            continue
        trial = solve(forced | {w.number})
        if _cost(trial, kinds, writes) < _cost(best, kinds, writes):
            best, forced = trial, forced | {w.number}
    return best


def _cost(needed: Needed, kinds: Mapping[Name, Kind], writes: Sequence[Write]) -> float:
    """Arrays kept in a turn, old contents included; numbers and recomputed arrays count little."""
    kept = [n for names in needed.saves.values() for n in names]
    arrays = [kind for n in kept if isinstance(kind := kinds.get(n), Array)]
    old = [kinds.get(w.bases[0]) for w in writes if w.number in needed.undone]
    again = sum(
        p.how == "recompute" and isinstance(kinds.get(n), Array) for n, p in needed.plans.items()
    )
    sizes = sum(map(_size, (*arrays, *old)))
    return sizes + 0.05 * (len(kept) - len(arrays)) + 0.1 * again


def _size(kind: Kind | None) -> float:
    """How much memory, as a guess: an array of many axes is made of smaller ones."""
    return 3.0 if isinstance(kind, Array) and len(kind.dims) >= LARGE else 1.0


class _Solver:
    """Follows what is needed to what that needs, until nothing new is found."""

    def __init__(
        self,
        program: Program,
        locations: Locations,
        kinds: Mapping[Name, Kind],
        writes: Sequence[Write],
        identities: Collection[Name],
        lists: GrownLists | None,
    ) -> None:
        self.p = program
        self.kinds = kinds
        self.writes = writes
        self.found = Needed()
        self.read_at: dict[Name, list[At]] = {}
        self.again = Recomputing(
            program, locations, kinds, writes, self.found.plans, self.found.undone, identities,
            lists,
        )  # fmt: skip

    def solve(self, uses: Sequence[Use], forced: set[int], contents: Sequence[Use]) -> Needed:
        self.found.undone |= forced
        for use in (*uses, *contents):
            if use.content:
                self.demand_content(use.name, use.at)
        for w in self.writes:
            if w.number in forced:
                self.undo_needs(w)
        for use in sorted(uses, key=lambda u: self.p.definitions[u.name].role == "assign"):
            self.need(use.name, use.at, use.content)
        self.lighten()
        return self.found

    def lighten(self) -> None:
        """Numbers and large arrays that are cheap to compute from what is kept anyway need not be kept beside it.

        That is known only now: `k = mu / r3` may have been asked for before `r3` was.
        """
        for names in self.found.saves.values():
            for name in sorted(names, key=lambda n: self.p.definitions[n].at, reverse=True):
                definition = self.p.definitions[name]
                expr, at = definition.expr, definition.at
                if expr is None or not self.is_beside(name, expr):
                    continue
                kept = self.found.plans.pop(name)
                read_at = [at, *self.read_at[name]]
                whys = [self.again.why(name, expr, at, use) for use in read_at]
                if whys[0] is None or None in whys:
                    self.found.plans[name] = kept
                    continue
                names.remove(name)
                self.found.plans[name] = Plan("recompute", whys[0])
                for use in read_at:
                    self.need_inputs(name, expr, use)

    def is_beside(self, name: Name, expr: Expr) -> bool:
        """Of a number: is it one operation on numbers that are kept, or that the loops do not change?"""
        kind = self.kinds.get(name)
        if isinstance(kind, Array):
            return len(kind.dims) >= LARGE and not self.is_relied_on(name)
        return (
            isinstance(kind, (Py, Np))
            and isinstance(expr, Op)
            and all(
                isinstance(o, Const) or (isinstance(o, Name) and self.is_number_at_hand(o))
                for o in operands(expr)
            )
        )

    def is_relied_on(self, name: Name) -> bool:
        """Is something computed again from it?"""
        again = (n for n, plan in self.found.plans.items() if plan.how == "recompute")
        exprs = (self.p.definitions[n].expr for n in again)
        return any(name in operands(expr) for expr in exprs if expr is not None)

    def is_number_at_hand(self, name: Name) -> bool:
        kept = self.found.how(name) in ("local", "save", "turn", "recompute")
        return isinstance(self.kinds.get(name), (Py, Np)) and (kept or self.is_invariant(name))

    def is_invariant(self, name: Name) -> bool:
        found = self.p.definitions.get(name)
        if found is None or self.p.loop_home(found.home) is None:
            return found is not None
        return isinstance(found.expr, Op) and all(
            isinstance(o, Const) or (isinstance(o, Name) and self.is_invariant(o))
            for o in operands(found.expr)
        )

    # -- content -----------------------------------------------------------------------------

    def demand_content(self, name: Name, at: At) -> None:
        """What is in the array `name` is read while going back over `at`: later writes to it are undone."""
        if not isinstance(self.kinds.get(name), Array):
            return
        for w in self.again.writes_to(name):
            if w.number not in self.found.undone and self.again.may_change(name, w, at):
                self.found.undone.add(w.number)
                self.undo_needs(w)

    def undo_needs(self, w: Write) -> None:
        """An undo reads the place that was written."""
        if w.by_callee:
            return
        if isinstance(w.stmt, Store):
            for operand in (w.stmt.base, w.stmt.index):
                if isinstance(operand, Name):
                    self.need(operand, w.at, operand is w.stmt.index)
        else:
            for base in w.bases:
                self.need(base, w.at, False)

    # -- names -------------------------------------------------------------------------------

    def need(self, name: Name, at: At, content: bool) -> None:
        if name not in self.p.definitions:
            return
        self.read_at.setdefault(name, []).append(at)
        if content:
            self.demand_content(name, at)
        if name not in self.found.plans:
            self.decide(name, at)
        elif self.found.plans[name].how in ("recompute", "remake", "stored"):
            self.recheck(name, at)

    def need_operands(self, expr: Expr, at: At, content: bool) -> None:
        for o in operands(expr):
            if isinstance(o, Name):
                self.need(o, at, content)

    def need_inputs(self, name: Name, expr: Expr, at: At) -> None:
        """Of an element that is read again, only what has overwritten it had to be undone, and is."""
        for o in operands(expr):
            if isinstance(o, Name):
                element = isinstance(expr, Op) and expr.op == "getitem" and o == expr.args[0]
                element = element and name not in self.again.at.views
                self.need(o, at, self.again.reads_content(expr) and not element)

    def recheck(self, name: Name, at: At) -> None:
        """A further use: what was to be recomputed must be right there too."""
        definition = self.p.definitions[name]
        assert definition.expr is not None
        if self.found.plans[name].how == "remake":
            self.need_operands(definition.expr, at, content=False)
        elif self.found.plans[name].how == "stored":
            if self.again.stored_by(name, at) is None:
                self.found.stored = {k: n for k, n in self.found.stored.items() if n != name}
                self.save(name, "changes from turn to turn")
        elif not self.again.holds(definition.expr, definition.at, at):
            self.save(name, "its inputs change before it is used again")

    def decide(self, name: Name, at: At) -> None:
        definition = self.p.definitions[name]
        expr, stmt = definition.expr, definition.stmt
        plans = self.found.plans
        if expr is not None and self.again.is_index(expr):
            plans[name] = Plan("remake", "an index")
            self.need_operands(expr, at, content=False)
        elif expr is not None and definition.home and self.is_test(name, expr, at):
            plans[name] = Plan("recompute", "the test of a branch within one")
            self.need_inputs(name, expr, at)
        elif self.p.loop_home(definition.home) is None:
            plans[name] = Plan("local", "bound outside of loops")
        elif definition.role == "target" and isinstance(stmt, For) and self.again.can_rerun(stmt):
            plans[name] = Plan("turn", "the reversed loop runs over it")
        elif (store := self.again.stored_by(name, at)) is not None:
            plans[name] = Plan("stored", "read where it was stored")
            self.found.stored[store.number] = name
            self.undo_needs(store)
        elif expr is not None and (why := self.again.why(name, expr, definition.at, at)):
            plans[name] = Plan("recompute", why)
            self.need_inputs(name, expr, at)
        else:
            self.save(name, "changes from turn to turn")

    def is_test(self, name: Name, expr: Expr, at: At) -> bool:
        """Is it a comparison that may be made again where it is needed: `elif x < 1.0`?"""
        is_comparison = isinstance(expr, Op) and expr.op in COMPARISONS
        return (
            is_comparison
            and self.again.why(name, expr, self.p.definitions[name].at, at) is not None
        )

    def save(self, name: Name, why: str) -> None:
        self.found.plans[name] = Plan("save", why)
        saved = self.found.saves.setdefault(self.p.definitions[name].home, [])
        if name not in saved:
            saved.append(name)
