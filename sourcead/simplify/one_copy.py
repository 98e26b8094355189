"""What a loop overwrites of a list, element by element, is kept by one copy of the list.

    undo = []                                       x_saved = x.copy()
    for i in range(n - 2, -1, -1):                  for i in range(n - 2, -1, -1):
        undo.append(x[i])                               x[i] -= c * x[i + 1]
        x[i] -= c * x[i + 1]                        ...
    ...                                             for i in reversed(range(n - 2, -1, -1)):
    for i in reversed(range(n - 2, -1, -1)):   ->       c_bar -= x_bar[i] * x[i + 1]
        c_bar -= x_bar[i] * x[i + 1]                    ...
        x[i] = undo.pop()                           ... x_saved[0] ...
        ...
    ... x[0] ...

The list is one that this function has made of an array, outside of loops: a copy costs no more than making it did.
In the loop that goes back the elements are read as the forward sweep has left them: those that no turn has put
back yet.  Behind the last that is put back, the copy holds what the list would.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sourcead.ir.nodes import (
    Assign,
    Block,
    Call,
    Const,
    For,
    Function,
    MethodCall,
    Name,
    Op,
    Operand,
    Origin,
    Ref,
    Stmt,
    Store,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import blocks, reads, statements, substitute

__all__ = ["one_copy"]


def one_copy(function: Function, builder: Any) -> Function:
    """Of a function that `element_lists` has made."""
    for stmt in function.body:
        match stmt:
            case Assign(made, MethodCall(_, "tolist", ())):
                function = _Pass(function, builder, made).run()
            case _:
                pass
    return function


@dataclass(frozen=True)
class _Undo:
    """A statement of the function's own block that puts elements back, and that which keeps them."""

    back: int
    kept: int
    log: Name | None = None  # of a loop


class _Pass:
    def __init__(self, function: Function, builder: Any, made: Name) -> None:
        self.function, self.b, self.list = function, builder, made
        self.body = function.body
        self.uses = use_counts(function)
        self.made = {s.target: s.expr for s in statements(self.body) if isinstance(s, Assign)}

    def run(self) -> Function:
        """The function with one copy of the list, or as it is where that would not do."""
        positions = [i for i, s in enumerate(self.body) if any(map(self.is_undo, _inside(s)))]
        undos = [self.undo(i) for i in positions]
        found = [undo for undo in undos if undo is not None]
        if len(found) < len(undos) or not any(undo.log is not None for undo in found):
            return self.function
        first, last = positions[0], positions[-1]
        start = min(undo.kept for undo in found)
        if not self.is_fine(start, first, last, positions):
            return self.function
        return self.rewritten(start, last, found)

    # -- what is there -----------------------------------------------------------------------

    def is_undo(self, stmt: Stmt) -> bool:
        """Does it put an element back?  Nothing else of the sweep writes what is the primal's."""
        return isinstance(stmt, Store) and stmt.base == self.list and stmt.origin.sweep == "reverse"

    def undo(self, position: int) -> _Undo | None:
        """What keeps what the statement puts back, if that is all that it is kept for."""
        stmt = self.body[position]
        stores = [s for s in _inside(stmt) if self.is_undo(s)]
        store = stores[0]
        if len(stores) > 1 or not isinstance(store, Store) or store.op is not None:
            return None
        value = store.value
        if not isinstance(value, Name) or self.uses[value] != 1:
            return None
        if stmt is store:
            return self.single(position, store)
        match self.made.get(value):
            case MethodCall(Name() as log, "pop", ()) if (
                isinstance(stmt, For) and store in stmt.body
            ):
                kept = self.kept_on(log)
                return None if kept is None else _Undo(position, kept, log)
            case _:
                return None

    def single(self, position: int, back: Store) -> _Undo | None:
        """Kept is what the next statement that writes to the list overwrites."""
        is_kept = False
        for i, stmt in enumerate(self.body[:position]):
            if isinstance(stmt, Assign) and stmt.target == back.value:
                is_kept = self.is_element(stmt.expr)
            elif is_kept and any(
                isinstance(s, Store) and s.base == self.list for s in _inside(stmt)
            ):
                is_same = isinstance(stmt, Store) and stmt.index == back.index
                return _Undo(position, i) if is_same else None
        return None

    def kept_on(self, log: Name) -> int | None:
        """The loop that appends to the log, in each turn what an element holds."""
        if self.made.get(log) != Op("list", ()) or self.uses[log] != 2:
            return None
        for i, stmt in enumerate(self.body):
            for inner in stmt.body if isinstance(stmt, For) else ():
                match inner:
                    case Assign(_, MethodCall(base, "append", (Name() as item,))) if base == log:
                        return i if self.is_element(self.made.get(item)) else None
                    case _:
                        pass
        return None

    def is_element(self, expr: object) -> bool:
        return isinstance(expr, Op) and expr.op == "getitem" and expr.args[0] == self.list

    # -- may it be done ----------------------------------------------------------------------

    def is_fine(self, start: int, first: int, last: int, positions: list[int]) -> bool:
        """Is the list only read where the copy or what the forward sweep has left may be read as well?"""
        if self.function.result == self.list or start >= first:
            return False
        for i in range(start, len(self.body)):
            stmt = self.body[i]
            if i == first:
                fine = not isinstance(stmt, For) or self.looks_ahead(stmt)
            elif i in positions:
                fine = not any(self.is_element(e) for e in _expressions(stmt))
            elif i < first:
                fine = True
            else:
                fine = i > last or self.list not in _all_reads(stmt)
            if not fine or (i > first and not self.only_elements(stmt)):
                return False
        return True

    def only_elements(self, stmt: Stmt) -> bool:
        """Is nothing done with the list but reading elements, and putting them back?"""
        return all(
            self.list not in reads(s)
            or self.is_undo(s)
            or (isinstance(s, Assign) and self.is_element(s.expr))
            for s in _inside(stmt)
        )

    def looks_ahead(self, loop: For) -> bool:
        """Are the elements that the loop reads those that it has not put back yet?"""
        turns = self.turns(loop.items)
        if turns is None or not self.only_elements(loop):
            return False
        forward, lowest = turns
        at = next(i for i, s in enumerate(loop.body) if self.is_undo(s))
        store = loop.body[at]
        assert isinstance(store, Store)
        own = self.offset(store.index, loop.target)
        for i, stmt in enumerate(loop.body):
            if blocks(stmt) and self.list in _all_reads(stmt):
                return False
            if not (isinstance(stmt, Assign) and self.is_element(stmt.expr)):
                continue
            assert isinstance(stmt.expr, Op)
            there = self.offset(stmt.expr.args[1], loop.target)
            if own is None or there is None or lowest + min(own, there) < 0:
                return False  # x[-1] is the last element
            ahead = (there - own) * forward
            if ahead < 0 or (ahead == 0 and i > at):
                return False
        return True

    def turns(self, items: Operand) -> tuple[int, int] | None:
        """Whether a range, also a reversed one, goes up or down by one, and a number below which it does not go."""
        match self.made.get(items) if isinstance(items, Name) else None:
            case Call(Ref(value=called), (Name() as inner,), ()) if called is reversed:
                found = self.turns(inner)
                return None if found is None else (-found[0], found[1])
            case Call(Ref(value=called), args, ()) if called is range:
                return _turns_of_range(args)
            case _:
                return None

    def offset(self, index: Operand, target: Name) -> int | None:
        """`c` where the index is `target + c`."""
        if index == target:
            return 0
        match self.made.get(index) if isinstance(index, Name) else None:
            case Op("add", (base, Const(int() as more))) if base == target:
                return more
            case Op("sub", (base, Const(int() as less))) if base == target:
                return -less
            case _:
                return None

    # -- doing it ----------------------------------------------------------------------------

    def rewritten(self, start: int, last: int, undos: list[_Undo]) -> Function:
        hint = self.list.hint.removesuffix("_list")
        copy = self.b.fresh(f"{hint}_saved", self.b.kinds[self.list])
        logs = {undo.log for undo in undos}
        out: list[Stmt] = []
        for i, stmt in enumerate(self.body):
            if i == start:
                out.append(Assign(copy, MethodCall(self.list, "copy", ()), Origin.none()))
            kept = self.without_logs((stmt,), logs)
            out += substitute(kept, {self.list: copy}) if i > last else kept
        return replace(self.function, body=tuple(out))

    def without_logs(self, block: Block, logs: set[Name | None]) -> Block:
        out: list[Stmt] = []
        for stmt in block:
            if self.is_undo(stmt):
                continue
            match stmt:
                case Assign(target) if target in logs:
                    continue
                case Assign(_, MethodCall(Name() as base, "append" | "pop")) if base in logs:
                    continue
                case For():
                    stmt = replace(stmt, body=self.without_logs(stmt.body, logs))
                case _:
                    pass
            out.append(stmt)
        return tuple(out)


def _turns_of_range(args: Sequence[object]) -> tuple[int, int] | None:
    """
    >>> _turns_of_range((Const(1), Name("n", 0))), _turns_of_range((Name("n", 0), Const(-1), Const(-1)))
    ((1, 1), (-1, 0))
    """
    match args:
        case (_,):
            return 1, 0
        case (Const(int() as lowest), _) | (Const(int() as lowest), _, Const(1)):
            return 1, lowest
        case (_, Const(int() as end), Const(-1)):
            return -1, end + 1
        case _:
            return None


def _inside(stmt: Stmt) -> Iterator[Stmt]:
    return statements((stmt,))


def _expressions(stmt: Stmt) -> Iterator[object]:
    return (s.expr for s in _inside(stmt) if isinstance(s, Assign))


def _all_reads(stmt: Stmt) -> set[Name]:
    return {name for s in _inside(stmt) for name in reads(s)}
