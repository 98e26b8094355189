"""Does the reverse sweep look into a list that the program changes later? Lists are not undone, so that is refused.

Where it is a rule that reads the list, the program is specialised once more, and the rule reads a copy; the
test of an `if` is kept then as what it was.

s = sum(xs)         the rule needs len(xs) as it was here
xs.append(s)
"""

from __future__ import annotations

from sourcead.ir.kinds import List, Tuple
from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Delete,
    If,
    MethodCall,
    Name,
    Op,
    Operand,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.walk import reads, statements
from sourcead.transform.heap import ITEM, place_of, places
from sourcead.transform.locations import READING
from sourcead.transform.positions import At
from sourcead.transform.reverse.program import Program
from sourcead.transform.reverse.state import State
from sourcead.transform.reverse.uses import SHAPE_ONLY
from sourcead.transform.trees import sites_in

__all__ = ["check_list_reads"]


def check_list_reads(s: State, primal: Block, reverse: Block, program: Program) -> None:
    changes: dict[str, list[tuple[At, Operand | None]]] = {}
    for stmt in statements(primal):
        kind = s.b.kind(changed) if (changed := _changed(stmt)) is not None else None
        if isinstance(kind, List):
            changes.setdefault(kind.site, []).append((stmt.origin.at, changed))
    made: dict[At, list[Name]] = {}
    for stmt in statements(primal):
        if isinstance(stmt, Assign) and stmt.target in s.b.whole_reads:
            made.setdefault(stmt.origin.at, []).append(stmt.target)
    for stmt in statements(reverse):
        if _looks_at_identity(s, stmt):
            continue
        for name in reads(stmt):
            kind = s.b.kind(name)
            if not isinstance(kind, List) or name not in program.definitions:
                continue
            here = stmt.origin.at
            if _reads_arrays(stmt) and any(
                program.may_follow(at, here) for at in _array_writes(s, kind)
            ):
                with s.b.at(stmt.origin):
                    s.b.refuse(
                        f"the derivative here needs the arrays in the list `{name.hint}` as they were, "
                        "and they are written later",
                        "pass copies: [a.copy() for a in ...]",
                    )
            found = [each for site in _looked_into(s, kind) for each in changes.get(site, ())]
            if any(_may_follow(program, at, changed, name, here) for at, changed in found):
                s.b.to_copy.update(s.b.whole_reads[n] for n in made.get(here, ()))
                if isinstance(stmt, If):
                    s.b.to_copy.update(s.b.list_tests.get(name, ()))
                with s.b.at(stmt.origin):
                    s.b.refuse(
                        f"the derivative here needs the list `{name.hint}` as it was, and it is changed later",
                        "pass a copy of it: list(...)",
                    )


def _looked_into(s: State, kind: List) -> list[str]:
    """The list, and the lists in it that hold further ones."""
    found, todo = [kind.site], [s.b.heap.read(kind.site, ITEM)]
    while todo:
        match todo.pop():
            case List(_, site) if site not in found and s.structures.holds_references(site):
                found.append(site)
                todo.append(s.b.heap.read(site, ITEM))
            case Tuple(items):
                todo.extend(items)
    return found


def _reads_arrays(stmt: Stmt) -> bool:
    """Does the statement read what is in the arrays of a list, rather than their shapes or who they are?"""
    match stmt:
        case Assign(_, Call(Ref(path, function))):
            joins = getattr(function, "__module__", "") == "sourcead.runtime.joins"
            return not joins and path.rpartition(".")[2] not in {*SHAPE_ONLY, "range"}
        case Assign(_, MethodCall() | Op("getitem" | "list" | "tuple" | "copy")):
            return False
        case Assign():
            return True
        case _:
            return False


def _array_writes(s: State, kind: List) -> list[At]:
    """Where arrays that the list holds, or the lists in it, are written."""
    sites = sites_in(s.b.heap, kind)
    held = [(site, slot) for site in sorted(sites) for slot in s.b.heap.known(site)]
    found = [p for at in held for p in places(place_of(*at), s.b.heap.read(*at))]
    classes = dict.fromkeys(map(s.b.heap.find, found))
    return [at for cls in classes for at in s.at.written.get(cls, ())]


def _may_follow(program: Program, at: At, changed: Operand | None, name: Name, here: At) -> bool:
    """May the list `name` be changed at `at`, under the name `changed`, after it is read at `here`?

    A list that is made in a turn of a loop is not the one that the next turn changes under this name.
    """
    born = program.definitions[name]
    match program.made(name):
        case Op("list" | "add" | "mul") | Call(Ref("list" | "tuple")) if changed == name:
            return program.may_follow_in_turn(at, here, born.home)
        case _:
            return program.may_follow(at, here)


def _changed(stmt: Stmt) -> Operand | None:
    """What may be a list, and is changed by the statement."""
    if isinstance(stmt, Assign) and not isinstance(stmt.expr, MethodCall):  # as most
        return None
    match stmt:
        case Store(base) | Delete(base):
            return base
        case Assign(_, MethodCall(value, method)) if method not in READING:
            return value
        case _:
            return None


_CONTENTS = frozenset({"add_whole", "take_values"})
"""Methods of the table that go on to what a list refers to."""


def _holds_references(s: State, value: object) -> bool:
    kind = s.b.kind(value) if isinstance(value, Name) else None
    return isinstance(kind, List) and s.structures.holds_references(kind.site)


def _looks_at_identity(s: State, stmt: Stmt) -> bool:
    """Does the statement only find what belongs to a list, or is it of the list's last state?"""
    if isinstance(stmt, Assign) and isinstance(stmt.expr, Op):  # as most
        return False
    match stmt:
        case Assign(_, MethodCall(Name() as value, method, args)) if value == s.adj.table.name:
            return method not in _CONTENTS or not _holds_references(s, args[0])
        case Assign(_, Call(Ref("zeros_like"))):
            return True
        case _:
            return False
