"""Liveness and interference of SSA names: which names may not share a printed variable?

The structured IR is laid out as points with successors, in the order in which the printed text runs.
Copies that leaving SSA asks for (``Carried``, ``Merge``, ``Try``) are points of their own, at the
place where they would be printed:

    loop entry      inner := initial
    end of a turn   inner := next            (before ``if exit: break``)
    behind a loop   result := inner
    end of a branch target := then, target := orelse

Liveness is solved backwards over the points; names are bits of an int.  A name interferes with
whatever is live behind the point that writes it, except, for a copy, with the copy's source
(Chaitin et al., Register allocation via coloring, 1981).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sourcead.emit.order import expression_operands, head_operands, pinned
from sourcead.ir.never import assert_never
from sourcead.ir.nodes import (
    UNDEFINED,
    Assign,
    Block,
    Carried,
    Delete,
    Expr,
    For,
    Function,
    If,
    Name,
    Op,
    Operand,
    Raise,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    Try,
    Unpack,
    While,
    With,
)
from sourcead.ir.walk import binds

__all__ = ["IN_PLACE", "Interference", "Move", "interference"]

IN_PLACE = frozenset({
    "iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul",
    "ilshift", "irshift", "iand", "ior", "ixor",
})  # fmt: skip

Move = tuple[Name, Operand]


@dataclass(frozen=True)
class Interference:
    """`names` in order of first definition, and for each those that hold a value where it is written.

    Names i and j may not share when bit j of `clashes[i]` is set, or bit i of `clashes[j]`.
    """

    names: tuple[Name, ...]
    index: dict[Name, int]
    clashes: tuple[int, ...]
    needed: frozenset[Name]  # read by a statement, or by a copy into a needed name

    def between(self, first: Name, second: Name) -> bool:
        a, b = self.index[first], self.index[second]
        return bool(self.clashes[a] >> b & 1 or self.clashes[b] >> a & 1)


@dataclass
class _Point:
    reads: tuple[Name, ...] = ()
    writes: tuple[Name, ...] = ()
    moves: tuple[Move, ...] = ()
    successors: list[int] = field(default_factory=list)
    raises: tuple[int, ...] = ()  # handlers that an exception at this point may reach


def interference(function: Function, nested: Mapping[Name, Expr] | None = None) -> Interference:
    """Names in `nested` are not assigned: what they stand for is read where they are."""
    layout = _Layout(function, nested or {})
    names = tuple(dict.fromkeys(layout.mentioned()))
    index = {name: i for i, name in enumerate(names)}
    needed = _needed(layout.points)
    clashes = _clashes(layout.points, index, needed)
    return Interference(names, index, clashes, needed)


class _Layout:
    """The points of a function in printed order."""

    def __init__(self, function: Function, nested: Mapping[Name, Expr]) -> None:
        self.nested = nested
        self.points: list[_Point] = []
        self.handlers: tuple[int, ...] = ()
        self.watched: dict[
            Name, list[Name]
        ] = {}  # rebound in a try body -> its names in the handlers
        self.end = self._add([], reads=pinned(function))[0]
        entry = self._add([], writes=tuple(param.name for param in function.params))
        last = self._block(function.body, entry)
        self._link(self._add(last, self._names((function.result,))), self.end)

    def mentioned(self) -> Iterable[Name]:
        for point in self.points[1:] + self.points[:1]:
            yield from point.writes
            for target, source in point.moves:
                if isinstance(source, Name):
                    yield source
                yield target
            yield from point.reads

    def _names(self, operands: Iterable[object]) -> tuple[Name, ...]:
        """The variables that the text of the operands reads."""
        found: list[Name] = []
        for operand in operands:
            if isinstance(operand, Name) and operand in self.nested:
                found += self._names(expression_operands(self.nested[operand]))
            elif isinstance(operand, Name):
                found.append(operand)
        return tuple(found)

    # -- building ----------------------------------------------------------------------------

    def _link(self, sources: Sequence[int], target: int) -> None:
        for source in sources:
            successors = self.points[source].successors
            if target not in successors:
                successors.append(target)

    def _add(
        self,
        before: Sequence[int],
        reads: tuple[Name, ...] = (),
        writes: tuple[Name, ...] = (),
        moves: tuple[Move, ...] = (),
    ) -> list[int]:
        number = len(self.points)
        raises = () if moves else self.handlers  # a copy does not raise
        self.points.append(_Point(reads, writes, moves, [], raises))
        self._link(before, number)
        if not self.watched:
            return [number]
        bound = [*writes, *(target for target, _ in moves)]
        copies = [(seen, name) for name in bound for seen in self.watched.get(name, ())]
        if copies:
            return self._add([number], moves=tuple(copies))
        return [number]

    def _block(self, block: Block, before: list[int]) -> list[int]:
        for stmt in block:
            before = self._stmt(stmt, before)
        return before

    def _stmt(self, stmt: Stmt, before: list[int]) -> list[int]:
        if isinstance(stmt, Assign):
            return self._assign(stmt, before)
        match stmt:
            case Unpack() | Store() | StoreAttr() | StoreVariable() | Delete():
                return self._add(before, self._names(_line_reads(stmt)), binds(stmt))
            case If():
                return self._if(stmt, before)
            case For():
                return self._for(stmt, before)
            case While():
                return self._while(stmt, before)
            case Try():
                return self._try(stmt, before)
            case With():
                writes = () if stmt.target is None else (stmt.target,)
                return self._block(
                    stmt.body, self._add(before, self._names((stmt.context,)), writes)
                )
            case Raise():
                self._link(self._add(before, self._names(head_operands(stmt))), self.end)
                return []
            case _:
                assert_never(stmt)

    def _assign(self, stmt: Assign, before: list[int]) -> list[int]:
        target, expr = stmt.target, stmt.expr
        if target in self.nested:
            return before
        if isinstance(expr, Op) and expr.op == "copy":
            return self._copy(before, target, expr.args[0])
        if isinstance(expr, Op) and expr.op in IN_PLACE and expr.args[0] not in self.nested:
            # `target = first` comes before `target op= value` where they cannot share a variable
            first, value = expr.args
            before = self._copy(before, target, first)
            return self._add(before, (target, *self._names((value,))), (target,))
        return self._add(before, self._names(expression_operands(expr)), (target,))

    def _copy(self, before: list[int], target: Name, source: Operand) -> list[int]:
        if isinstance(source, Name) and source in self.nested:
            return self._add(before, self._names((source,)), (target,))
        return self._add(before, moves=((target, source),))

    def _if(self, stmt: If, before: list[int]) -> list[int]:
        test = self._add(before, self._names((stmt.test,)))
        then = self._block(stmt.then, test)
        orelse = self._block(stmt.orelse, test)
        then = self._moves(then, [(merge.target, merge.then) for merge in stmt.merges])
        orelse = self._moves(orelse, [(merge.target, merge.orelse) for merge in stmt.merges])
        return then + orelse

    def _moves(self, before: list[int], moves: list[Move]) -> list[int]:
        if not moves or not before:
            return before
        nested = [source for _, source in moves if source in self.nested]
        plain = [(to, UNDEFINED if source in self.nested else source) for to, source in moves]
        return self._add(before, self._names(nested), moves=tuple(plain))

    def _enter(self, carried: tuple[Carried, ...], before: list[int]) -> list[int]:
        return self._moves(before, [(value.inner, value.initial) for value in carried])

    def _turn(self, stmt: For | While, before: list[int], header: int) -> list[int]:
        """Close a turn; returns the points from which the loop is left by its exit condition."""
        leave = self._names(() if stmt.exit is None else (stmt.exit,))
        inner = {value.inner for value in stmt.carried}
        if before and inner.intersection(leave):
            before = self._add(before, leave)  # as it was at the start of the turn
        last = self._moves(before, [(value.inner, value.next) for value in stmt.carried])
        if last and not inner.intersection(leave):
            last = self._add(last, leave)
        self._link(last, header)
        return last if stmt.exit is not None else []

    def _leave(self, carried: tuple[Carried, ...], before: list[int]) -> list[int]:
        return self._moves(before, [(value.result, value.inner) for value in carried])

    def _for(self, stmt: For, before: list[int]) -> list[int]:
        before = self._add(self._enter(stmt.carried, before), self._names((stmt.items,)))
        header = self._add(before)
        body = self._block(stmt.body, self._add(header, writes=(stmt.target,)))
        left = self._turn(stmt, body, header[0])
        return self._leave(stmt.carried, header + left)

    def _while(self, stmt: While, before: list[int]) -> list[int]:
        header = self._add(self._enter(stmt.carried, before))
        test = self._add(self._block(stmt.condition, header), self._names((stmt.test,)))
        left = self._turn(stmt, self._block(stmt.body, test), header[0])
        return self._leave(stmt.carried, test + left)

    def _try(self, stmt: Try, before: list[int]) -> list[int]:
        entry = [(seen, initial) for seen, initial, _ in stmt.interrupted]
        before = self._moves(before, list(entry))
        outer, outer_watched = self.handlers, dict(self.watched)
        final = self._add([])[0]  # entered from everywhere inside
        self.handlers = (*outer, final) if stmt.final else outer
        around = self.handlers
        catch = [self._add([])[0] for _ in stmt.handlers]
        for seen, _, bound in stmt.interrupted:
            for name in bound:
                self.watched[name] = [*self.watched.get(name, ()), seen]
        self.handlers = (*around, *catch)
        last = self._block(stmt.body, self._add(before))
        self.handlers = around
        last = self._block(stmt.orelse, last)
        leaves = list(zip(stmt.targets, stmt.leaves, strict=True))
        if stmt.handlers:
            last = self._moves(last, leaves)
        for handler, first in zip(stmt.handlers, catch, strict=True):
            writes = () if handler.name is None else (handler.name,)
            end = self._block(
                handler.body, self._add([first], self._names((handler.type,)), writes)
            )
            end = self._moves(end, list(zip(stmt.targets, handler.leaves, strict=True)))
            # Python unbinds the name of the exception here, whatever shares its variable
            last = last + (self._add(end, writes=writes) if writes and end else end)
        self.handlers, self.watched = outer, outer_watched
        self._unwind(stmt, final)
        last = self._block(stmt.final, self._add(last))
        return last if stmt.handlers else self._moves(last, leaves)

    def _unwind(self, stmt: Try, final: int) -> None:
        """`finally` on the way out with an exception: nothing that the normal way leaves is there."""
        last = self._block(stmt.final, [final])
        for around in (self.end, *self.handlers):
            self._link(last, around)


def _line_reads(stmt: Stmt) -> tuple[Operand, ...]:
    cell = (stmt.cell,) if isinstance(stmt, StoreVariable) and stmt.cell is not None else ()
    return (*head_operands(stmt), *cell)


# -- solving -----------------------------------------------------------------------------------


def _needed(points: list[_Point]) -> frozenset[Name]:
    needed = {name for point in points for name in point.reads}
    feeds: dict[Name, list[Name]] = {}
    for point in points:
        for target, source in point.moves:
            if isinstance(source, Name):
                feeds.setdefault(target, []).append(source)
    work = list(needed)
    while work:
        for source in feeds.get(work.pop(), ()):
            if source not in needed:
                needed.add(source)
                work.append(source)
    return frozenset(needed)


@dataclass
class _Masks:
    reads: int
    kills: int
    writes: int
    moves: list[tuple[int, int]]  # (target bit, source bit or 0)


def _masks(point: _Point, index: dict[Name, int], needed: frozenset[Name]) -> _Masks:
    def bits(names: Iterable[Name]) -> int:
        mask = 0
        for name in names:
            mask |= 1 << index[name]
        return mask

    moves = [
        (1 << index[target], 1 << index[source] if isinstance(source, Name) else 0)
        for target, source in point.moves
        if target in needed
    ]
    reads, writes = bits(point.reads), bits(point.writes)
    kills = writes
    for target, source in moves:
        reads |= source
        kills |= target
    return _Masks(reads, kills, writes, moves)


def _clashes(
    points: list[_Point], index: dict[Name, int], needed: frozenset[Name]
) -> tuple[int, ...]:
    masks = [_masks(point, index, needed) for point in points]
    live_in = _live_in(points, masks)
    clashes = [0] * len(index)

    def clash(bit: int, others: int) -> None:
        clashes[bit.bit_length() - 1] |= others & ~bit

    for point, mask in zip(points, masks, strict=True):
        live = 0
        for successor in point.successors:
            live |= live_in[successor]
        writes = mask.writes
        while writes:
            bit = writes & -writes
            clash(bit, live | mask.kills)
            writes ^= bit
        for target, source in mask.moves:
            clash(target, (live | mask.kills) & ~(source & ~mask.kills))  # a swap keeps both apart
    return tuple(clashes)


def _live_in(points: list[_Point], masks: list[_Masks]) -> list[int]:
    live_in = [0] * len(points)
    changed = True
    while changed:
        changed = False
        for number in range(len(points) - 1, -1, -1):
            live = 0
            for successor in points[number].successors:
                live |= live_in[successor]
            live = live & ~masks[number].kills | masks[number].reads
            for handler in points[number].raises:
                live |= live_in[handler]  # the exception may come before the point's own writes
            if live != live_in[number]:
                live_in[number] = live
                changed = True
    return live_in
