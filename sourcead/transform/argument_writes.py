"""Which arguments does a program write: themselves, or storage that they hold?"""

from __future__ import annotations

import re

from sourcead.ir.kinds import Array, Dict, Kind, List, Object, Tuple, Unknown
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Call,
    Delete,
    MethodCall,
    Name,
    Op,
    Operand,
    Stmt,
    Store,
    StoreAttr,
)
from sourcead.ir.walk import operands, statements
from sourcead.transform.effects import written_arguments
from sourcead.transform.locations import READING
from sourcead.transform.specialise import Specialised

__all__ = ["arguments_written", "storage_written"]


def arguments_written(done: Specialised) -> frozenset[int]:
    """Positions of the parameters whose storage may be written, in whatever they hold."""
    owners = _Owners(done)
    found: set[int] = set()
    for stmt in statements(done.function.body):
        for operand in storage_written(stmt, done.kinds):
            if isinstance(operand, Name):
                found |= owners.of(operand)
    return frozenset(found)


class _Owners:
    """From storage to the parameters that it may have come with."""

    def __init__(self, done: Specialised) -> None:
        self.kinds = done.kinds
        self.heap = done.heap
        self.positions = {p.name.hint: i for i, p in enumerate(done.function.params)}
        self.every = set(self.positions.values())
        self.arrays: dict[str, set[int]] = {}  # class of arrays -> parameters
        for param in done.function.params:
            if isinstance(self.kinds.get(param.name), Array):
                self._belongs(param.name, {self.positions[param.name.hint]})
        for stmt in statements(done.function.body):
            if isinstance(stmt, Assign) and isinstance(self.kinds.get(stmt.target), Array):
                self._taken_out(stmt.target, stmt)

    def of(self, name: Name) -> set[int]:
        match self.kinds.get(name, Unknown()):
            case Array():
                return self.arrays.get(self.heap.find(str(name)), set())
            case List(_, site) | Dict(_, site) | Object(_, site):
                return self._of_site(site)
            case Unknown():
                return self.every
            case _:
                return set()

    def _of_site(self, site: str) -> set[int]:
        """A site that was there before is named by the path to it: `params['w']`, `model.state`."""
        if not self.heap.is_external(site):
            return set()
        roots = {re.split(r"[.\[]", path, maxsplit=1)[0] for path in self.heap.paths_to(site)}
        return {self.positions[root] for root in roots & self.positions.keys()}

    def _belongs(self, name: Name, positions: set[int]) -> None:
        self.arrays.setdefault(self.heap.find(str(name)), set()).update(positions)

    def _taken_out(self, target: Name, stmt: Assign) -> None:
        """An array that is read from what holds it."""
        match stmt.expr:
            case Op("getitem", _) | Attr() | MethodCall():
                pass
            case _:
                return
        for operand in operands(stmt.expr):
            match self.kinds.get(operand) if isinstance(operand, Name) else None:
                case List(_, site) | Dict(_, site) | Object(_, site):
                    self._belongs(target, self._of_site(site))
                case Tuple() | Unknown():
                    known = self.positions.get(operand.hint) if isinstance(operand, Name) else None
                    self._belongs(target, self.every if known is None else {known})
                case _:
                    continue


def storage_written(stmt: Stmt, kinds: dict[Name, Kind]) -> list[Operand]:
    """What the statement itself writes into."""
    match stmt:
        case Assign() if isinstance(stmt.expr, Op):  # as most
            return []
        case Store(base) | StoreAttr(base) | Delete(base):
            return [base]
        case Assign(_, Call() | MethodCall() as call):
            written: list[Operand] = list(written_arguments(call, kinds))
            if isinstance(call, MethodCall) and call.method not in READING:
                holder = call.value
                if isinstance(holder, Name) and isinstance(kinds.get(holder), (List, Dict, Object)):
                    written.append(holder)
            return written
        case _:
            return []
