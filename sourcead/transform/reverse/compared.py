"""The verifying mode: each statement's operands are compared between the forward and the reverse sweep.

    y = u * a                          y = u * a
                                       checks.record(0, u, a)
    ...                         ->     ...
    u_bar = y_bar * a                  checks.compare(0, "model.py:7: y = u * a", ("u", "a"), u, a)
                                       u_bar = y_bar * a

What is kept, computed again or undone wrongly shows at the line that reads it.  Compared are numbers
and the contents of arrays, where the reverse sweep reads them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sourcead.ir.kinds import Array, Kind, NoneKind, Np, Py, Tuple, Unknown
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
    Store,
    StoreAttr,
    Unpack,
)
from sourcead.ir.walk import bound
from sourcead.runtime.checks import Checks
from sourcead.transform.positions import At
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.uses import Use

__all__ = ["Comparisons"]

_SIMPLE = (Assign, Store, StoreAttr, Unpack)
IN_PLACE = frozenset({
    "iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul", "ilshift", "irshift",
    "iand", "ior", "ixor",
})  # fmt: skip


class Comparisons:
    """What is recorded at each statement of the primal, and compared when the sweep comes back to it."""

    def __init__(self, builder: Any, program: Program, uses: Iterable[Use]) -> None:
        self.builder = builder
        self.program = program
        self.names: dict[At, dict[Name, None]] = {}
        for use in uses:
            if use.content and is_compared(builder.kind(use.name)):
                self.names.setdefault(use.at, {})[use.name] = None
        self.keys: dict[tuple[At, int], int] = {}
        self.recorded: dict[At, dict[int, tuple[Name, ...]]] = {}
        self.log: Name = builder.fresh("checks", Unknown())

    def opening(self) -> list[Stmt]:
        return [Assign(self.log, Call(Ref("Checks", Checks), ()), Origin.none())]

    def before(self, stmt: Stmt, home: At) -> list[Stmt]:
        """The checksums of the operands that the statement at hand is about to read (and may overwrite)."""
        own = set(bound((stmt,)))
        wanted = self.names.get(stmt.origin.at, ()) if isinstance(stmt, _SIMPLE) else ()
        return self.record(
            stmt, 0, (n for n in wanted if n not in own and self.is_visible(n, stmt, home))
        )

    def after(self, stmt: Stmt) -> list[Stmt]:
        """The checksum of the value that the statement has given a name."""
        match stmt:
            case Assign(target, expr) if target in self.names.get(stmt.origin.at, ()):
                in_place = isinstance(expr, Op) and expr.op in IN_PLACE
                return [] if in_place else self.record(stmt, 1, [target])
            case _:
                return []

    def record(self, stmt: Stmt, half: int, wanted: Iterable[Name]) -> list[Stmt]:
        names = tuple(wanted)
        if not names:
            return []
        key = self.keys.setdefault((stmt.origin.at, half), len(self.keys))
        self.recorded.setdefault(stmt.origin.at, {})[key] = names
        return [self.call("record", Const(key), *names)]

    def back(self, stmt: Stmt, home: At, done: set[At]) -> list[Stmt]:
        """The comparison, once for each time that the reverse sweep comes to the statement.

        It comes before the first statement of the reverse sweep that belongs there, behind the undo.
        """
        origin = stmt.origin
        recorded = self.recorded.get(origin.at)
        if (
            recorded is None
            or origin.at in done
            or self.program.home_of(origin.at) != home
            or is_undo(stmt)
        ):
            return []
        done.add(origin.at)
        text = f"{origin.file}:{origin.line}, in {origin.function}: {origin.text}"
        out: list[Stmt] = []
        for key, names in recorded.items():
            hints: Name = self.builder.fresh("t", Tuple(()))
            shown = tuple(Const(n.hint) for n in names)
            out.append(Assign(hints, Op("tuple", shown), Origin.none()))
            out.append(self.call("compare", Const(key), Const(text), hints, *names))
        return out

    def call(self, method: str, *operands: Operand) -> Stmt:
        done = self.builder.fresh("_", NoneKind())
        return Assign(done, MethodCall(self.log, method, operands), Origin.none())

    # -- places ------------------------------------------------------------------------------

    def is_visible(self, name: Name, stmt: Stmt, home: At) -> bool:
        """Is the name bound before the statement (not so the items of the tuple that it makes)?"""
        found = self.program.definitions[name]
        made = found.stmt
        is_later = isinstance(made, Assign) and made.origin.at > stmt.origin.at
        return home[: len(found.home)] == found.home and not is_later


def is_undo(stmt: Stmt) -> bool:
    return isinstance(stmt, Assign) and isinstance(stmt.expr, Op) and stmt.expr.op == "undo"


def is_compared(kind: Kind) -> bool:
    match kind:
        case Py() | Np() | Array():
            return True
        case Tuple(items):  # of arrays in it the reverse sweep may need no content
            return all(is_compared(item) and not isinstance(item, Array) for item in items)
        case _:
            return False
