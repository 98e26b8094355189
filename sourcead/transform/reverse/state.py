"""What all parts of the reverse sweep share: the builder, the adjoints, and the writes that may be undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sourcead.analysis.sizes import Sizes
from sourcead.ir.kinds import Array, Dict, Kind, List, NoneKind, Object
from sourcead.ir.nodes import Const, Name, Op, Operand, Stmt
from sourcead.transform.locations import Locations
from sourcead.transform.positions import At
from sourcead.transform.reverse.adjoints import Adjoints
from sourcead.transform.reverse.structures import Structures
from sourcead.transform.reverse.uses import Use
from sourcead.transform.rule_calls import RuleCalls
from sourcead.transform.specialise import Specialiser

__all__ = ["State", "Write"]


@dataclass(frozen=True)
class Write:
    """An in-place write of the primal: what `undo(number)` takes back.

    `by_callee`: the reverse half of a called function takes it back, in any case.
    """

    number: int
    stmt: Stmt
    at: At
    bases: tuple[Name, ...]
    by_callee: bool = False


class State:
    """The reverse sweep of one program while it is written."""

    def __init__(
        self,
        b: Specialiser,
        locations: Locations,
        structures: Structures,
        is_active: Callable[[object], bool],
        sizes: Sizes,
    ) -> None:
        self.b = b
        self.at = locations
        self.is_active = is_active
        self.structures = structures
        self.adj = Adjoints(b, locations, structures, is_active, sizes)
        self.rules = RuleCalls(b, is_active, locations.mutated_sites)
        self.writes: list[Write] = []
        self.saved_by_units: dict[Name, tuple[Name, Name]] = {}  # see `units.Split`
        self.reopened = False  # is the gradient to be differentiated again?
        self.unbound: set[Name] = set()  # names that some path leaves without a value
        self.is_on_trial = False  # is what is written now thrown away (`loops.py`)?
        self.turns: dict[
            int, Any
        ] = {}  # loops met on trial -> what their turns add to (`loops.Outer`)
        self.contents: list[Use] = []  # arrays that called functions read in the reverse sweep
        self._numbers: dict[At, int] = {}

    def kind(self, value: Operand) -> Kind:
        return self.b.kind(value)

    def flows(self, name: Name) -> bool:
        """Does an adjoint travel with this value (rather than stay with its storage)?"""
        is_found = self.adj.is_dynamic(name) or self.structures.is_dynamic(name)
        return self.is_active(name) and not is_found

    def is_built(self, name: Name) -> bool:
        """Is this a list with active elements, under one name, that is built or changed step by step?"""
        kind = self.b.kind(name)
        return (
            isinstance(kind, List)
            and self.is_active(name)
            and kind.site in self.at.mutated_sites
            and not self.structures.is_dynamic(name)
        )

    def is_in_table(self, name: Name) -> bool:
        """Are the adjoints of what this dict or object holds kept by holder and slot?"""
        kind = self.b.kind(name)
        changed = isinstance(kind, (Dict, Object)) and kind.site in self.at.mutated_sites
        return changed or self.structures.is_dynamic(name)

    def mark(self, stmt: Stmt, *bases: Operand, by_callee: bool = False) -> None:
        """Leave a mark where the write `stmt` may be undone."""
        names = tuple(n for n in bases if isinstance(n, Name) and isinstance(self.kind(n), Array))
        if not names:
            return
        at = stmt.origin.at
        if at not in self._numbers:
            self._numbers[at] = len(self.writes)
            self.writes.append(Write(len(self.writes), stmt, at, names, by_callee))
        self.b.emit(Op("undo", (Const(self._numbers[at]),)), NoneKind(), "_undo")
