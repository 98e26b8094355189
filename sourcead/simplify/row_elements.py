"""An element of a row is an element of the array.

    for i in range(len(p)):                       if p.shape[1] != 2:
        x, y = p[i]                                   raise ValueError(...)
        ...                             ->        for i in range(len(p)):
        row_bar = p_bar[i]                            x = p[i, 0]
        row_bar[1] += x                               y = p[i, 1]
                                                      ...
                                                      p_bar[i, 1] += x

So `element_lists` sees that loops go over such an array element by element.  Where a program would raise an exception,
this may raise another one, or earlier: it is done for functions on lists only, which leave exceptions to
another function.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from sourcead.ir.kinds import Array, Np, Py, Tuple, Unknown
from sourcead.ir.nodes import (
    Assign,
    Attr,
    Block,
    Call,
    Const,
    Function,
    If,
    Name,
    Op,
    Operand,
    Origin,
    Raise,
    Ref,
    Stmt,
    Store,
    Unpack,
)
from sourcead.ir.uses import use_counts
from sourcead.ir.walk import map_blocks, reads, renewed, statements, with_body
from sourcead.simplify.unpacking import not_so_many, says_so

__all__ = ["row_elements"]

INT = Py(int)


def row_elements(function: Function, builder: Any) -> Function:
    """The function itself where nothing is to be done."""
    pass_ = _Pass(function, builder)
    if not pass_.rows:
        return function
    body = pass_.block(function.body)
    return with_body(function, (*pass_.checks(), *body))


class _Pass:
    def __init__(self, function: Function, builder: Any) -> None:
        self.b = builder
        self.result = function.result
        self.params = {p.name for p in function.params}
        self.uses = use_counts(function)
        self.made = {s.target: s for s in statements(function.body) if isinstance(s, Assign)}
        self.readers: dict[Name, list[Stmt]] = defaultdict(list)
        for stmt in statements(function.body):
            for name in set(reads(stmt)):
                self.readers[name].append(stmt)
        self.tested = dict(_length_checks(function))
        self.rows = {
            s.target: (s.expr.args[0], s.expr.args[1])
            for s in self.made.values()
            if isinstance(s.expr, Op) and s.expr.op == "getitem" and self.is_row(s)
        }
        self.lengths: dict[tuple[Name, int], Origin] = {}  # which rows of which arrays have
        self.dropped = {
            id(part)
            for row in self.rows
            for reader in self.readers[row]
            if isinstance(reader, Assign) and (check := self.tested.get(reader.target))
            for part in (check.compared, check.branch)
        }

    # -- rows of which only elements are seen ----------------------------------------------------

    def is_row(self, stmt: Assign) -> bool:
        assert isinstance(stmt.expr, Op)
        base, index = stmt.expr.args
        kind = self.b.kind(base)
        return (
            isinstance(base, Name)
            and isinstance(kind, Array)
            and kind.dtype == "float64"
            and len(kind.dims) == 2
            and self.is_int(index)
            and self.is_read_by_statements_only(stmt.target)
            and all(self.is_of_element(s, stmt) for s in self.readers[stmt.target])
        )

    def is_read_by_statements_only(self, row: Name) -> bool:
        """Is it neither returned nor handed on by a loop or a branch?"""
        count = sum(reads(s).count(row) for s in self.readers[row])
        return row != self.result and self.uses[row] == count > 0

    def is_int(self, index: Operand) -> bool:
        return self.b.kind(index) == INT and not (
            isinstance(index, Const) and type(index.value) is not int
        )

    def is_of_element(self, reader: Stmt, row: Assign) -> bool:
        assert isinstance(row.expr, Op)
        match reader:
            case Assign(target, Op("getitem", (base, index))):
                is_number = isinstance(self.b.kind(target), (Py, Np))
                return base == row.target != index and is_number and self.is_int(index)
            case Store(base, index, value, _):
                return base == row.target != value and self.is_int(index)
            case Unpack(_, None, _):
                return row.expr.args[0] in self.params
            case Assign(length, Call(Ref(value=called), (_,), ())) if called is len:
                return length in self.tested and row.expr.args[0] in self.params
            case _:
                return False

    # -- elements of the array -------------------------------------------------------------------

    def block(self, block: Block) -> Block:
        return renewed(block, [new for stmt in block for new in self.renewed(stmt)])

    def renewed(self, stmt: Stmt) -> Iterator[Stmt]:
        match stmt:
            case Assign(target) if target in self.rows:
                return
            case Assign(target, Op("getitem", (Name() as row, index))) if row in self.rows:
                base, place = yield from self.place(row, index, stmt.origin)
                yield Assign(target, Op("getitem", (base, place)), stmt.origin)
            case Store(Name() as row, index, value, op) if row in self.rows:
                base, place = yield from self.place(row, index, stmt.origin)
                yield Store(base, place, value, op, stmt.origin)
            case Unpack(targets, _, Name() as row) if row in self.rows:
                self.note_length(row, len(targets), stmt.origin)
                for i, target in enumerate(targets):
                    base, place = yield from self.place(row, Const(i), stmt.origin)
                    yield Assign(target, Op("getitem", (base, place)), stmt.origin)
            case Assign(length, Call(_, (Name() as row,), ())) if row in self.rows:
                self.note_length(row, self.tested[length].count, stmt.origin)
            case _ if id(stmt) in self.dropped:
                return
            case _:
                yield map_blocks(stmt, self.block)

    def place(
        self, row: Name, index: Operand, origin: Origin
    ) -> Generator[Stmt, None, tuple[Operand, Name]]:
        """The array, and the index of the element in it, which is made here."""
        base, at = self.rows[row]
        place = self.b.fresh("t", Tuple((INT, INT)))
        yield Assign(place, Op("tuple", (at, index)), origin)
        return base, place

    # -- lengths ---------------------------------------------------------------------------------

    def note_length(self, row: Name, count: int, origin: Origin) -> None:
        base, _ = self.rows[row]
        assert isinstance(base, Name)
        self.lengths.setdefault((base, count), origin)

    def checks(self) -> Iterator[Stmt]:
        """That the rows are as long as what they are unpacked into; before anything is done."""
        for (base, count), origin in self.lengths.items():
            shape = self.b.fresh("t", Tuple((INT, INT)))
            length, is_other = self.b.fresh("t", INT), self.b.fresh("t", Py(bool))
            error = self.b.fresh("t", Unknown())
            made = Call(Ref("ValueError", ValueError), (Const(not_so_many(count)),))
            yield Assign(shape, Attr(base, "shape"), origin)
            yield Assign(length, Op("getitem", (shape, Const(1))), origin)
            yield Assign(is_other, Op("ne", (length, Const(count))), origin)
            raised = (Assign(error, made, origin), Raise(error, None, origin))
            yield If(is_other, raised, (), (), origin)


@dataclass(frozen=True)
class _Check:
    """`if len(row) != count: raise ValueError(...)`, and the statement that compares."""

    count: int
    compared: Stmt
    branch: Stmt


def _length_checks(function: Function) -> Iterator[tuple[Name, _Check]]:
    """By the names of the lengths."""
    uses = use_counts(function)
    compared: dict[Operand, tuple[Name, int, Stmt]] = {}
    for stmt in statements(function.body):
        match stmt:
            case Assign(test, Op("ne", (Name() as length, Const(int() as count)))):
                if uses[test] == uses[length] == 1:
                    compared[test] = length, count, stmt
            case If(test, then, (), ()) if test in compared:
                length, count, comparison = compared[test]
                if says_so(then, count):
                    yield length, _Check(count, comparison, stmt)
