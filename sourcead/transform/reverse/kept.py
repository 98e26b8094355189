"""What the forward sweep keeps, under which names: lists, old contents, counts of turns.

One list for each block inside a loop that has something to keep; the old content of each place whose
write is undone; the number of turns where the reversed loop cannot know it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sourcead.ir.kinds import Array, Kind, List, Np, Object, Py, Tuple
from sourcead.ir.nodes import Assign, Block, Const, For, Name, Op, Operand, Origin, Stmt, Store
from sourcead.ir.walk import statements
from sourcead.transform.positions import At
from sourcead.transform.reverse.compared import Comparisons
from sourcead.transform.reverse.needed import Needed
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.state import Write
from sourcead.transform.reverse.views import element_kind
from sourcead.transform.specialise import Specialiser

__all__ = ["Kept", "SavedList", "is_whole", "plan_kept"]


@dataclass
class SavedList:
    """The list that a block's values are kept on; `numbers`: they are all numbers."""

    name: Name
    values: list[Name]
    numbers: bool


@dataclass
class Kept:
    """Names for all that is kept. `exported`: names of one arm of a branch, as they are seen behind it."""

    b: Specialiser
    program: Program
    needed: Needed
    writes: Sequence[Write]
    lists: dict[At, SavedList] = field(default_factory=dict)
    counters: dict[At, Name] = field(default_factory=dict)
    exported: dict[Name, Operand] = field(default_factory=dict)
    old: dict[int, list[Name]] = field(default_factory=dict)  # number of a write -> old contents
    tops: dict[int, list[Stmt]] = field(default_factory=dict)  # before the index-th statement
    comparisons: Comparisons | None = None  # in the verifying mode

    def rerun(self, loop: For) -> bool:
        """May the reversed loop run over the same items?"""
        kind = self.b.kind(loop.items)
        return kind == Object(range) or isinstance(kind, Tuple)

    def entry_kind(self, names: Sequence[Name]) -> Kind:
        """The kind of what goes on a list: a value, or a tuple of several."""
        if len(names) == 1:
            return self.b.kind(names[0])
        return Tuple(tuple(map(self.b.kind, names)))

    def home_of_name(self, name: Name) -> At:
        """The block in which a name is visible, be it the program's or one of what is kept."""
        found = self.program.definitions.get(name)
        if found is not None:
            return found.home
        for number, names in self.old.items():
            if name in names:
                return self.program.home_of(self.writes[number].at)
        for at, counter in self.counters.items():
            if counter == name:
                return self.program.home_of(at)
        return ()


def plan_kept(
    b: Specialiser, program: Program, needed: Needed, writes: Sequence[Write], reverse: Block
) -> Kept:
    """Name the lists, the old contents and the counts of turns."""
    kept = Kept(b, program, needed, writes)
    for name, found in program.definitions.items():
        wanted = needed.how(name) == "local" or isinstance(b.kind(name), Array)
        if wanted and found.home and program.loop_home(found.home) is None:
            kept.exported[name] = name
    hints: dict[Name, str] = {}
    for w in writes:
        if w.number in needed.undone and not w.by_callee:
            _plan_undo(kept, w, hints)
    for home, names in sorted(needed.saves.items()):
        _plan_list(kept, home, names, hints)
    for stmt in statements(reverse):
        if isinstance(stmt, For) and stmt.items == Const(None):
            _plan_count(kept, stmt.origin.at, hints)
    return kept


def is_whole(stmt: Store) -> bool:
    """Is it a store to the whole array, `u[...] = v`?"""
    return isinstance(stmt.index, Const) and stmt.index.value is Ellipsis


def _plan_undo(kept: Kept, w: Write, hints: dict[Name, str]) -> None:
    names = []
    for base in dict.fromkeys(w.bases):
        kind = kept.b.kind(base)
        if isinstance(w.stmt, Store) and not is_whole(w.stmt):
            kind = element_kind(kept.b, w.stmt.base, w.stmt.index)
        names.append(kept.b.fresh("t", kind))
        hints[names[-1]] = f"{base.hint}_undo"
    kept.old[w.number] = names
    home = kept.program.home_of(w.at)
    if kept.program.loop_home(home) is not None:
        kept.needed.saves.setdefault(home, []).extend(names)
    elif home:
        kept.exported.update({name: name for name in names})


def _plan_list(kept: Kept, home: At, names: list[Name], hints: dict[Name, str]) -> None:
    if not names or kept.program.loop_home(home) is None:
        return
    hint = "saved"
    if len(names) == 1:
        first = names[0]
        hint = hints.get(first, "saved") if first.hint == "t" else f"{first.hint}_saved"
    name = kept.b.fresh(hint, List(kept.entry_kind(names)))
    numbers = all(isinstance(kept.b.kind(n), (Py, Np)) for n in names)
    kept.lists[home] = SavedList(name, names, numbers)
    made = Assign(name, Op("list", ()), Origin.none())
    kept.tops.setdefault(home[0], []).append(made)


def _plan_count(kept: Kept, at: At, hints: dict[Name, str]) -> None:
    """A loop whose number of turns is not known again: counted, or read off its list."""
    loop = kept.program.loops[at]
    if isinstance(loop, For) and loop.exit is None and kept.rerun(loop):
        return
    home = kept.program.home_of(at)
    in_loop = kept.program.loop_home(home) is not None
    if not in_loop and (*at, 1) in kept.lists:
        return
    counter = kept.b.fresh("turns", Py(int))
    kept.counters[at] = counter
    if in_loop:
        names = kept.needed.saves.setdefault(home, [])
        names.append(counter)
        saved = kept.lists.get(home)
        if saved is None:
            _plan_list(kept, home, names, hints)
        else:
            saved.values = names  # the list's first value was alone; now the entries are tuples
    elif home:
        kept.exported[counter] = counter
