"""What does the reverse sweep read that the forward sweep must keep, recompute or undo?

Every primal name that the reverse sweep reads gets one of these plans:

- local: bound outside of loops, so the variable still has its value;
- turn: the target of a loop, which the reversed loop runs over again;
- remake: an index (slice, tuple of indices), written again wherever it is used;
- recompute: a cheap pure operation whose inputs are at hand and hold their forward content there;
- save: kept at the end of the turn (one list for each block that has something to keep).

Arrays are kept by reference; what is in them at that point of the reverse sweep is right because the
writes that came later are undone, if and only if something reads the content.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sourcead.ir.kinds import Array, Kind, List, Np, Object, Py, Slice, Tuple
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    For,
    If,
    MethodCall,
    Name,
    Op,
    Ref,
    Stmt,
    Store,
    Try,
    While,
    With,
)
from sourcead.ir.walk import binds, operands, reads
from sourcead.rules import registry
from sourcead.transform.facts import Locations, function_of, index_kinds
from sourcead.transform.indexing import is_basic

__all__ = ["At", "Needed", "Plan", "Program", "Use", "find_needed", "reverse_uses"]

At = tuple[int, ...]

CHEAP = frozenset({"add", "sub", "mul", "neg", "pos"})
SHAPE_ATTRIBUTES = frozenset({"shape", "ndim", "size", "dtype"})
SHAPE_ONLY = frozenset({"zeros_like", "ones_like", "empty_like", "shape", "ndim", "size", "len"})


@dataclass(frozen=True)
class Use:
    """The reverse sweep reads `name` while it goes back over the statement at `at`; `content`: what is in it."""

    name: Name
    at: At
    content: bool


@dataclass(frozen=True)
class Definition:
    at: At
    home: At  # the block (of a branch or loop body, or ()) in which the name is visible
    stmt: Stmt | None
    role: str  # assign, target, inner, result, merge, param, other


class Program:
    """Where things are in the primal: definitions, loops, branches, blocks."""

    def __init__(self, body: Block, params: Iterable[Name]) -> None:
        self.definitions: dict[Name, Definition] = {
            p: Definition((), (), None, "param") for p in params
        }
        self.loops: dict[At, For | While] = {}
        self.branches: dict[At, If] = {}
        self._block(body, ())

    def _block(self, block: Block, home: At) -> None:
        for stmt in block:
            at = stmt.origin.at
            match stmt:
                case If():
                    self.branches[at] = stmt
                    self._block(stmt.then, (*at, 0))
                    self._block(stmt.orelse, (*at, 1))
                    for m in stmt.merges:
                        self.definitions[m.target] = Definition(at, home, stmt, "merge")
                case For() | While():
                    self.loops[at] = stmt
                    inside = (*at, 1)
                    if isinstance(stmt, For):
                        self.definitions[stmt.target] = Definition(
                            (*at, 1, -1), inside, stmt, "target"
                        )
                    for c in stmt.carried:
                        self.definitions[c.inner] = Definition(
                            (*at, 0, -1) if isinstance(stmt, While) else (*at, 1, -1),
                            inside,
                            stmt,
                            "inner",
                        )
                        self.definitions[c.result] = Definition(at, home, stmt, "result")
                    if isinstance(stmt, While):
                        self._block(stmt.condition, inside)
                    self._block(stmt.body, inside)
                case With():
                    if stmt.target is not None:
                        self.definitions[stmt.target] = Definition(at, home, stmt, "other")
                    self._block(stmt.body, home)
                case Try():
                    self._block(stmt.body, home)
                    self._block(stmt.orelse, home)
                    for k, handler in enumerate(stmt.handlers):
                        self._block(handler.body, (*at, 2 + k))
                    self._block(stmt.final, home)
                    for target in stmt.targets:
                        self.definitions[target] = Definition(at, home, stmt, "merge")
                case Assign(target):
                    self.definitions[target] = Definition(at, home, stmt, "assign")
                case _:
                    for name in binds(stmt):
                        self.definitions[name] = Definition(at, home, stmt, "other")

    def loop_home(self, home: At) -> At | None:
        """The innermost loop around a block, by the position of the loop."""
        for n in range(len(home) - 1, 0, -1):
            if home[:n] in self.loops:
                return home[:n]
        return None

    def in_loop(self, name: Name) -> bool:
        found = self.definitions.get(name)
        return found is not None and self.loop_home(found.home) is not None

    def common_loops(self, a: At, b: At) -> list[At]:
        common = 0
        while common < min(len(a), len(b)) and a[common] == b[common]:
            common += 1
        return [
            a[:n] for n in range(1, common + 1) if a[:n] in self.loops and n < len(a) and n < len(b)
        ]

    def exclusive(self, a: At, b: At) -> bool:
        """Are these positions on different arms of one branch?"""
        n = 0
        while n < min(len(a), len(b)) and a[n] == b[n]:
            n += 1
        return n > 0 and a[:n] in self.branches

    def may_follow(self, write: At, read: At) -> bool:
        """May `write` run after `read` (or be the statement that reads)?"""
        if write == read or self.common_loops(write, read):
            return True
        return write > read and not self.exclusive(write, read)


@dataclass
class Plan:
    how: str  # local, turn, remake, recompute, save
    why: str


@dataclass
class Needed:
    """The decision for each name, what each block saves, and which writes are undone."""

    plans: dict[Name, Plan] = field(default_factory=dict)
    saves: dict[At, list[Name]] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    shape_only: set[Name] = field(default_factory=set)

    def why(self, name: Name) -> str:
        plan = self.plans.get(name)
        return "not read by the reverse sweep" if plan is None else f"{plan.how}: {plan.why}"


def reverse_uses(block: Sequence[Stmt], program: Program, kinds: dict[Name, Kind]) -> list[Use]:
    """Every read of a primal name in the reverse sweep."""
    from sourcead.ir.walk import statements

    uses = []
    for stmt in statements(tuple(block)):
        free = shape_reads(stmt, kinds)
        for name in reads(stmt):
            if isinstance(name, Name) and name in program.definitions:
                uses.append(Use(name, stmt.origin.at, name not in free))
        if isinstance(stmt, For):
            for c in stmt.carried:
                uses.extend(
                    Use(o, stmt.origin.at, True)
                    for o in (c.initial, c.next)
                    if o in program.definitions
                )  # type: ignore[arg-type]
    return uses


def shape_reads(stmt: Stmt, kinds: dict[Name, Kind]) -> set[Name]:
    """Names of which the statement needs the shape only."""
    if not isinstance(stmt, Assign):
        return set()
    match stmt.expr:
        case Attr(Name() as value, attr) if attr in SHAPE_ATTRIBUTES:
            return {value}
        case Call(Ref(path), args) if path.rpartition(".")[2] in SHAPE_ONLY:
            return {a for a in args if isinstance(a, Name)}
        case MethodCall(_, "of" | "take" | "take_apart" | "take_slot", args):
            return {a for a in args if isinstance(a, Name)}
        case Call(Ref("take_items"), (_, _, Name() as value)):
            return {value}
        case Call(Ref("unbroadcast"), (first, Name() as like)) if first != like:
            return {like}
        case _:
            return set()


class _Solver:
    def __init__(
        self, program: Program, locations: Locations, kinds: dict[Name, Kind], writes: Sequence[Any]
    ) -> None:
        self.p = program
        self.at = locations
        self.kinds = kinds
        self.writes = writes
        self.found = Needed()
        self.uses: list[Use] = []
        self.by_class: dict[str, list[Any]] = {}
        for w in writes:
            for base in w.bases:
                if isinstance(kinds.get(base), Array):
                    self.by_class.setdefault(locations.cls(base), []).append(w)

    # -- content -----------------------------------------------------------------------------

    def class_writes(self, name: Name) -> list[Any]:
        return self.by_class.get(self.at.cls(name), [])

    def demand_content(self, name: Name, at: At) -> None:
        """What is in the array `name` is read while going back over `at`: later writes to it are undone."""
        if not isinstance(self.kinds.get(name), Array):
            return
        for w in self.class_writes(name):
            if w.number not in self.found.undone and self.p.may_follow(w.at, at):
                self.found.undone.add(w.number)
                self.undo_needs(w)

    def undo_needs(self, w: Any) -> None:
        stmt = w.stmt
        if isinstance(stmt, Store):
            for operand in (stmt.base, stmt.index):
                if isinstance(operand, Name):
                    self.need(operand, w.at, operand is stmt.index)
        else:
            for base in w.bases:
                self.need(base, w.at, False)

    # -- names -------------------------------------------------------------------------------

    def need(self, name: Name, at: At, content: bool) -> None:
        use = Use(name, at, content)
        if name not in self.p.definitions:
            return
        self.uses.append(use)
        if content:
            self.demand_content(name, at)
        if name not in self.found.plans:
            self.decide(name, at)
        elif self.found.plans[name].how in ("recompute", "remake"):
            self.recheck(name, at)

    def recheck(self, name: Name, at: At) -> None:
        """A further use: what was to be recomputed must be right there too."""
        definition = self.p.definitions[name]
        stmt = definition.stmt
        assert isinstance(stmt, Assign)
        if self.found.plans[name].how == "recompute" and not self.holds(
            stmt.expr, definition.at, at, name
        ):
            self.save(name, "its inputs change before it is used again")
        elif self.found.plans[name].how == "remake":
            for o in operands(stmt.expr):
                if isinstance(o, Name):
                    self.need(o, at, False)

    def decide(self, name: Name, at: At) -> None:
        definition = self.p.definitions[name]
        plans = self.found.plans
        stmt = definition.stmt
        if definition.role == "assign" and isinstance(stmt, Assign) and self.is_index(stmt.expr):
            plans[name] = Plan("remake", "an index")
            for o in operands(stmt.expr):
                if isinstance(o, Name):
                    self.need(o, at, False)
            return
        if self.p.loop_home(definition.home) is None:
            plans[name] = Plan("local", "bound outside of loops")
            return
        if definition.role == "target" and isinstance(stmt, For) and self.can_rerun(stmt):
            plans[name] = Plan("turn", "the reversed loop runs over it")
            return
        if definition.role == "assign" and isinstance(stmt, Assign):
            why = self.recomputable(name, stmt.expr, definition.at, at)
            if why is not None:
                plans[name] = Plan("recompute", why)
                for o in operands(stmt.expr):
                    if isinstance(o, Name):
                        self.need(o, at, self.reads_content(stmt.expr))
                return
        self.save(name, "changes from turn to turn")

    def save(self, name: Name, why: str) -> None:
        self.found.plans[name] = Plan("save", why)
        saved = self.found.saves.setdefault(self.p.definitions[name].home, [])
        if name not in saved:
            saved.append(name)

    def is_index(self, expr: Any) -> bool:
        match expr:
            case Op("slice", _):
                return True
            case Op("tuple", args):
                return all(
                    isinstance(self.kinds.get(a) if isinstance(a, Name) else Py(int), (Py, Slice))
                    for a in args
                ) and any(
                    (isinstance(a, Name) and isinstance(self.kinds.get(a), Slice)) or True
                    for a in args
                )
            case _:
                return False

    def can_rerun(self, loop: For) -> bool:
        """Can the reversed loop run over the same items without keeping them?"""
        if loop.exit is not None:
            return False
        kind = self.kinds.get(loop.items) if isinstance(loop.items, Name) else None
        return kind == Object(range) or isinstance(kind, Tuple)

    # -- recomputing -------------------------------------------------------------------------

    def recomputable(self, name: Name, expr: Any, made: At, at: At) -> str | None:
        """Why it is right and cheap to compute `name` again at the position `at`, or None."""
        kind = self.kinds.get(name)
        if name in self.at.views:
            return "a view" if self.at_hand(expr, at) else None
        match expr:
            case Attr(_, attr) if attr in SHAPE_ATTRIBUTES:
                return "a shape"
            case Op("getitem", (Name() as base, index)) if isinstance(self.kinds.get(base), Array):
                return self.rereadable(base, index, made, at, kind)
            case Op("getitem", (Name() as base, Const())) if isinstance(
                self.kinds.get(base), Tuple
            ):
                return "an item of a tuple" if self.at_hand(expr, at) else None
            case Op(op) if (
                op in CHEAP | {"floordiv", "mod"}
                and isinstance(kind, Py)
                and kind.type in (int, bool)
            ):
                return "an integer" if self.at_hand(expr, at) else None
            case Op(op) if (op in CHEAP or op == "truediv") and isinstance(kind, (Py, Np)):
                return "cheap" if self.at_hand(expr, at, strict=True) else None
            case Op(op) if op in CHEAP and isinstance(kind, Array):
                if (
                    self.holds(expr, made, at, name)
                    and self.at_hand(expr, at)
                    and self.weight(name) <= 6
                ):
                    return "cheap, and its inputs are at hand"
                return None
            case Call(Ref("len"), (Name() as arg,)) if isinstance(self.kinds.get(arg), List):
                return None
            case Call(Ref("range")) | Call(Ref("len")):
                return "a count" if self.at_hand(expr, at) else None
            case _:
                return None

    def weight(self, name: Name, depth: int = 0) -> int:
        """How many array operations it takes to compute `name` from what is at hand."""
        definition = self.p.definitions.get(name)
        if (
            depth > 6
            or definition is None
            or not isinstance(definition.stmt, Assign)
            or definition.role != "assign"
        ):
            return 0 if definition is None or self.p.loop_home(definition.home) is None else 1
        if name in self.found.plans and self.found.plans[name].how in ("local", "save"):
            return 0
        if self.p.loop_home(definition.home) is None or name in self.at.views:
            return 0
        expr = definition.stmt.expr
        if not isinstance(expr, Op) or not isinstance(self.kinds.get(name), Array):
            return 0 if isinstance(self.kinds.get(name), (Py, Np)) else 99
        if expr.op not in CHEAP:
            return 99
        return 1 + sum(self.weight(a, depth + 1) for a in expr.args if isinstance(a, Name))

    def rereadable(self, base: Name, index: Any, made: At, at: At, kind: Kind | None) -> str | None:
        """An element (or gather) read again: right if nothing has overwritten it, or the write is undone anyway."""
        if not self.at_hand(Op("getitem", (base, index)), at):
            return None
        top = at[: len(made)]
        for w in self.class_writes(base):
            if self.never_hits(w, base, index, made):
                continue
            if made < w.at and (w.at < top or (w.at[: len(top)] == top and w.at != top)):
                return None
            if self.p.may_follow(w.at, top) and w.number not in self.found.undone:
                return None
        return "read again"

    def never_hits(self, w: Any, base: Name, index: Any, made: At) -> bool:
        from sourcead.transform.dependence import overwrites_later

        return not overwrites_later(self.p, self.kinds, w, base, index, made)

    def holds(self, expr: Any, made: At, at: At, name: Name) -> bool:
        """Do the arrays that `expr` reads have at `at` the content that they had at `made`?"""
        if not self.reads_content(expr):
            return True
        top = at[: len(made)]
        for o in operands(expr):
            if not isinstance(o, Name) or not isinstance(self.kinds.get(o), Array):
                continue
            for w in self.class_writes(o):
                if made < w.at and (w.at < top or (w.at[: len(top)] == top and w.at != top)):
                    return False
                if self.p.may_follow(w.at, top) and w.number not in self.found.undone:
                    return False
            inner = self.p.definitions.get(o)
            if (
                inner is not None
                and isinstance(inner.stmt, Assign)
                and inner.role == "assign"
                and o not in self.at.views
            ):
                if self.p.loop_home(inner.home) is not None and not self.holds(
                    inner.stmt.expr, inner.at, at, o
                ):
                    return False
        return True

    def reads_content(self, expr: Any) -> bool:
        match expr:
            case Attr(_, attr):
                return attr not in SHAPE_ATTRIBUTES and attr != "T"
            case Op("getitem", (Name() as base, index)):
                parts = index_kinds(index, self.kinds)
                kind = self.kinds.get(base)
                return not (
                    isinstance(kind, Array)
                    and parts is not None
                    and is_basic(parts)
                    and len(parts) < len(kind.dims) + 1
                    and any(isinstance(k, Slice) for k in parts)
                )
            case MethodCall() | Call():
                rule = registry.lookup(function_of(expr, self.kinds))
                return rule is None or rule.effects.returns != "view"
            case _:
                return True

    def at_hand(self, expr: Any, at: At, strict: bool = False) -> bool:
        """Are all operands available without keeping anything more (`strict`), or at most numbers more?"""
        return all(
            self.operand_at_hand(o, at, strict) for o in operands(expr) if isinstance(o, Name)
        )

    def operand_at_hand(self, name: Name, at: At, strict: bool) -> bool:
        definition = self.p.definitions.get(name)
        if definition is None or name in self.found.plans:
            return definition is not None
        if self.p.loop_home(definition.home) is None:
            return True
        if definition.role == "target":
            return isinstance(definition.stmt, For) and self.can_rerun(definition.stmt)
        if definition.role != "assign" or not isinstance(definition.stmt, Assign):
            return False
        expr = definition.stmt.expr
        if self.is_index(expr):
            return self.at_hand(expr, at)
        return self.recomputable(name, expr, definition.at, at) is not None


def find_needed(
    uses: Sequence[Use],
    program: Program,
    locations: Locations,
    kinds: dict[Name, Kind],
    writes: Sequence[Any],
) -> Needed:
    """Decide for every name; what must be undone first, so that the rest can rely on it.

    Where arrays would have to be kept that could be computed again from storage that is written, undoing
    those writes instead is tried, and taken if it keeps fewer arrays.
    """
    best = solve(uses, program, locations, kinds, writes, set())
    forced: set[int] = set()
    for w in writes:
        if (
            w.number in best.undone
            or program.loop_home(w.at) is None
            or not isinstance(w.stmt, Store)
        ):
            continue
        if _is_element(w.stmt, kinds):
            continue
        trial = solve(uses, program, locations, kinds, writes, forced | {w.number})
        if cost(trial, kinds) < cost(best, kinds):
            best, forced = trial, forced | {w.number}
    return best


def _is_element(stmt: Store, kinds: dict[Name, Kind]) -> bool:
    base = kinds.get(stmt.base) if isinstance(stmt.base, Name) else None
    parts = index_kinds(stmt.index, kinds)
    return (
        isinstance(base, Array)
        and parts is not None
        and len(parts) == len(base.dims)
        and not any(isinstance(k, (Slice, Array)) for k in parts)
    )


def cost(needed: Needed, kinds: dict[Name, Kind]) -> float:
    """Arrays kept in a turn, old contents included; numbers and recomputed arrays count little."""
    kept = [n for names in needed.saves.values() for n in names]
    arrays = sum(isinstance(kinds.get(n), Array) for n in kept)
    again = sum(
        p.how == "recompute" and isinstance(kinds.get(n), Array) for n, p in needed.plans.items()
    )
    return arrays + len(needed.undone) + 0.05 * (len(kept) - arrays) + 0.1 * again


def solve(
    uses: Sequence[Use],
    program: Program,
    locations: Locations,
    kinds: dict[Name, Kind],
    writes: Sequence[Any],
    forced: set[int],
) -> Needed:
    solver = _Solver(program, locations, kinds, writes)
    for w in writes:
        if w.number in forced:
            solver.found.undone.add(w.number)
    for use in uses:
        if use.content:
            solver.demand_content(use.name, use.at)
    for w in writes:
        if w.number in forced:
            solver.undo_needs(w)
    for use in sorted(uses, key=lambda u: program.definitions[u.name].role == "assign"):
        solver.need(use.name, use.at, use.content)
    return solver.found
