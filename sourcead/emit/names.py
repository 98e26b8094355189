"""Out of SSA: which Python variable does each SSA name become?

Names are first united into variables, where a copy between them would otherwise be printed (carried
values of loops, merges of branches, `x += y`) and they do not interfere.  Then each variable gets an
identifier: its hint, which it shares with every variable of the same hint that it does not interfere
with, or the hint with a number.

    total.1 = carried in the loop, next value total.2, result total.3     ->  one variable `total`
    x.1 = x + 1.0, while x itself is read later                           ->  `x_1`, beside `x`
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from types import MappingProxyType

from sourcead.emit.flow import IN_PLACE, Interference, interference
from sourcead.emit.order import local_cells, pinned
from sourcead.emit.titles import titles
from sourcead.ir.nodes import (
    Assign,
    Expr,
    For,
    Function,
    If,
    Name,
    Op,
    Operand,
    Stmt,
    Try,
    While,
)
from sourcead.ir.walk import statements

__all__ = ["Variables", "identifiers", "is_temporary", "variables"]


_CALLED = 1  # rank of what the user calls a temporary, below it what says nothing
_GIVEN = 2  # of a title; above it `t`, which is never untrue
_RANKS = {"_": 0, "result": 0, "t": 3}  # of names that nobody wrote: give way to those of the user
_WRITTEN = 4


def is_temporary(name: Name) -> bool:
    return name.hint in ("t", "_", "t_bar", "t_dot")


@dataclass(frozen=True)
class Variables:
    """SSA names united into printed variables; a variable is the number of its first name."""

    interference: Interference
    variable: dict[Name, int]
    members: dict[int, tuple[Name, ...]]
    hints: dict[int, str]
    fixed: frozenset[int]  # parameters: their identifiers are the user's, whatever it costs
    called: frozenset[int]  # temporaries: the user's own variables have their names first

    def same(self, first: Operand, second: Operand) -> bool:
        if isinstance(first, Name) and isinstance(second, Name):
            return self.variable[first] == self.variable[second]
        return False


def variables(
    function: Function,
    nested: Mapping[Name, Expr] | None = None,
    called: Mapping[Name, str] = MappingProxyType({}),
) -> Variables:
    """`nested`: names that are no variables, printed where they are read; `called`: see `titles`."""
    clashes = interference(function, nested)
    params = {param.name for param in function.params}  # which a user may have called `t`
    union = _Union(clashes, function, {n: c for n, c in called.items() if n not in params})
    for first, second in _affinities(function):
        union.unite(first, second)
    return union.result()


# -- uniting -------------------------------------------------------------------------------------


class _Union:
    """Classes of names, each with the mask of its names and of what they interfere with."""

    def __init__(
        self, clashes: Interference, function: Function, called: Mapping[Name, str]
    ) -> None:
        self.clashes = clashes
        size = len(clashes.names)
        self.parent = list(range(size))
        self.masks = [1 << i for i in range(size)]
        self.against = list(clashes.clashes)
        cells, given = local_cells(function), titles(function, called)
        self.hints = [
            name.hint.removesuffix("_cell") if name in cells else given.get(name, name.hint)
            for name in clashes.names
        ]
        self.ranks = [
            _CALLED
            if name in called
            else _GIVEN
            if name in given
            else _RANKS.get(name.hint, _WRITTEN)
            for name in clashes.names
        ]
        self.fixed = {clashes.index[param.name] for param in function.params}
        self.pinned = {clashes.index[name] for name in pinned(function)}

    def find(self, number: int) -> int:
        while self.parent[number] != number:
            number = self.parent[number]
        return number

    def unite(self, first: Name, second: Name) -> None:
        """Let `second` share the variable of `first`, whose hint is preferred."""
        index = self.clashes.index
        if first not in index or second not in index:
            return
        a, b = self.find(index[first]), self.find(index[second])
        clash = self.against[a] & self.masks[b] or self.against[b] & self.masks[a]
        if a == b or clash or not self._may_rename(a, b):
            return
        named = self._named(a, b)
        keep, drop = min(a, b), max(a, b)
        self.parent[drop] = keep
        self.masks[keep] |= self.masks[drop]
        self.against[keep] |= self.against[drop]
        self.hints[keep], self.ranks[keep] = self.hints[named], self.ranks[named]
        for marked in (self.fixed, self.pinned):
            if drop in marked:
                marked.add(keep)

    def _may_rename(self, a: int, b: int) -> bool:
        """A parameter keeps its name, and gives it to nobody whom the user called otherwise."""
        if a in self.fixed and b in self.fixed:
            return False
        if not {a, b} & (self.fixed | self.pinned):
            return True
        other = b if a in self.fixed | self.pinned else a
        return self.hints[a] == self.hints[b] or self.ranks[other] < _WRITTEN

    def _named(self, a: int, b: int) -> int:
        """Which of the two gives the name."""
        if a in self.fixed:
            return a
        keeps = b in self.fixed or b in self.pinned
        return b if keeps or self.ranks[b] > self.ranks[a] else a

    def result(self) -> Variables:
        names = self.clashes.names
        variable = {name: self.find(i) for i, name in enumerate(names)}
        members: dict[int, list[Name]] = {}
        for name, number in variable.items():
            members.setdefault(number, []).append(name)
        return Variables(
            self.clashes,
            variable,
            {number: tuple(found) for number, found in members.items()},
            {number: self.hints[number] for number in members},
            frozenset(number for number in members if number in self.fixed),
            frozenset(number for number in members if self.ranks[number] == _CALLED),
        )


def _affinities(function: Function) -> list[tuple[Name, Name]]:
    """Pairs that would be copied, the one whose hint counts first; most wanted pairs come first."""
    weighted = [
        (first.hint != second.hint, weight, order, first, second)
        for order, (weight, first, second) in enumerate(_pairs(function))
    ]
    weighted.sort(key=lambda entry: entry[:3])
    return [(first, second) for *_, first, second in weighted]


def _pairs(function: Function) -> Iterator[tuple[int, Name, Name]]:
    cells = local_cells(function)
    for stmt in statements(function.body):
        for weight, first, second in _copies(stmt, cells):
            if isinstance(second, Name):
                yield weight, first, second


def _copies(stmt: Stmt, cells: frozenset[Name]) -> Iterator[tuple[int, Name, Operand]]:
    match stmt:
        case Assign(target, Op() as expr) if expr.args:
            weight = 0 if expr.op in IN_PLACE else 5
            copies = weight == 0 or expr.op == "copy" or (expr.op == "cell" and target in cells)
            if copies and isinstance(expr.args[0], Name):
                yield weight, target, expr.args[0]
        case For(carried=carried) | While(carried=carried):
            for value in carried:
                yield 1, value.inner, value.next
                yield 2, value.inner, value.result
                yield 4, value.inner, value.initial
        case If(merges=merges):
            for merge in merges:
                yield 3, merge.target, merge.then
                yield 3, merge.target, merge.orelse
        case Try():
            yield from _try_copies(stmt)
        case _:
            pass


def _try_copies(stmt: Try) -> Iterator[tuple[int, Name, Operand]]:
    for seen, initial, bound in stmt.interrupted:
        yield 1, seen, initial
        for name in bound:
            yield 1, seen, name
    for leaves in (stmt.leaves, *(handler.leaves for handler in stmt.handlers)):
        for target, leaf in zip(stmt.targets, leaves, strict=True):
            yield 3, target, leaf


# -- identifiers ---------------------------------------------------------------------------------


def identifiers(
    variables: Variables,
    clashes: Interference,
    reserved: Collection[str] = (),
    without: Collection[Name] = (),
) -> dict[int, str]:
    """An identifier for each variable that has a name in `clashes` other than those in `without`.

    Variables of one hint share the identifier unless they interfere.
    """
    dropped = frozenset(without)
    masks: dict[int, tuple[int, int]] = {}  # its names, and the names that they interfere with
    for number, members in variables.members.items():
        own = against = 0
        for name in members:
            if name in clashes.index and name not in dropped:
                own |= 1 << clashes.index[name]
                against |= clashes.clashes[clashes.index[name]]
        if own:
            masks[number] = own, against
    taken = _Taken(reserved)
    chosen: dict[int, str] = {}
    for number in masks:
        if number in variables.fixed:
            chosen[number] = variables.hints[number]
            taken.give(chosen[number], masks[number])
    for number in sorted(masks, key=lambda number: number in variables.called):
        if number not in chosen:
            chosen[number] = taken.free(variables.hints[number], masks[number])
            taken.give(chosen[number], masks[number])
    return chosen


class _Taken:
    """The identifiers given so far, each with the names that have it and those that may not."""

    def __init__(self, reserved: Collection[str]) -> None:
        self.reserved = reserved
        self.masks: dict[str, tuple[int, int]] = {}
        self.usable: dict[str, _Candidates] = {}

    def give(self, name: str, masks: tuple[int, int]) -> None:
        own, against = self.masks.get(name, (0, 0))
        self.masks[name] = own | masks[0], against | masks[1]

    def free(self, hint: str, masks: tuple[int, int]) -> str:
        """The first identifier of this hint that nothing has which interferes."""
        if hint not in self.usable:
            self.usable[hint] = _Candidates(hint, self.reserved)
        for block in self.usable[hint].blocks():
            if block.held and not block.held & ~masks[1]:
                continue
            held = 0
            for name in block.names:
                interfering = self._interfering(name, masks)
                if not interfering:
                    return name
                held |= interfering
            block.held = held
        raise AssertionError("there is always another number")

    def _interfering(self, name: str, masks: tuple[int, int]) -> int:
        """Those who have the identifier and make it impossible; 0 when it may be given."""
        having, excluded = self.masks.get(name, (0, 0))
        return having & masks[1] or (_EVERYBODY if excluded & masks[0] else 0)


_EVERYBODY = -1  # every bit: no name interferes with all of them


@dataclass
class _Block:
    """Identifiers of one hint, and the names that made the last walk through all of them fail.

    A name that interferes with each of these would fail as well: what lives long fills many blocks,
    and one comparison passes over each.
    """

    names: list[str]
    held: int = 0


class _Candidates:
    """`x`, `x_1`, `x_2`, ... without words that are reserved, in blocks that are made once."""

    SIZE = 32

    def __init__(self, hint: str, reserved: Collection[str]) -> None:
        self.made: list[_Block] = []
        self.further = _numbered(re.sub(r"\W", "_", hint), reserved)

    def blocks(self) -> Iterator[_Block]:
        yield from self.made
        while True:
            block = _Block(list(islice(self.further, self.SIZE)))
            self.made.append(block)
            yield block


def _numbered(hint: str, reserved: Collection[str]) -> Iterator[str]:
    for number in count():
        name = hint if number == 0 else f"{hint}_{number}"
        if name not in reserved and not keyword.iskeyword(name):
            yield name
