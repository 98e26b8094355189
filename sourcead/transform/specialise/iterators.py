"""Iterators are empty once they have been taken: `zip`, `map`, generators and their like.

    pairs = zip(x, y)
    for a, b in pairs: ...
    for a, b in pairs: ...      # never runs

A derivative reads the things behind an iterator, as often as it likes.  So the one iterator that a
function has a name for may be taken by one statement, once; where a second could find it empty, or a
loop could, it is refused (a generator that no derivative goes into is left to Python).  A view of a dict
(`d.items()`) is none: it shows, as often as it is looked at, what the dict holds then.
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np

from sourcead.ir.kinds import Object
from sourcead.ir.nodes import (
    Assign,
    Block,
    For,
    Function,
    If,
    MakeFunction,
    Name,
    Op,
    Operand,
    Stmt,
    Store,
    StoreAttr,
    StoreVariable,
    While,
)
from sourcead.ir.walk import blocks, bound, reads
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context
from sourcead.transform.specialise.generators import as_object
from sourcead.transform.specialise.iteration import VIEWS, active
from sourcead.transform.specialise.resuming import read_by_position, resume_instead

__all__ = ["ITERATORS", "note_iterator", "taken_once"]

ITERATORS: frozenset[Any] = frozenset(
    {zip, map, filter, enumerate, reversed, iter, np.nditer, np.ndenumerate, np.ndindex}
    | {each for each in vars(itertools).values() if isinstance(each, type)}
)
_KEEPING = ("list", "tuple", "dict", "set")  # displays
_ASKING = ("is_", "is_not")


def note_iterator(s: Context, made: Val) -> None:
    """What such a call gave: the compiler may have a list for it, or the items alone."""
    if not isinstance(s.kind(made), Object):
        s.taken_out[id(made)] = made


def taken_once(s: Context, template: Function, name: Name, value: Val) -> Val:
    """The value that a function names; an iterator is refused where it may be met empty."""
    if s.derivative or not _is_iterator(s, value) or name not in _taken_again(s, template):
        return value
    started = s.generators.get(value) if isinstance(value, Name) else None
    if started is not None and not any(map(s.holds_varied, started.values)):
        return as_object(s, started)
    if started is not None:
        resume_instead(s, started)
    if isinstance(value, Name) and value in s.readers:
        read_by_position(s, s.readers[value])
    s.refuse(
        f"the iterator `{name.hint}` is kept, taken twice, or taken inside a loop: after the first time it is empty",
        "make a list of it, `list(...)`, where it is made",
    )


def _is_iterator(s: Context, value: Val) -> bool:
    if isinstance(value, Name) and value in s.generators:
        return True
    if isinstance(value, Name) and value in s.iterators:
        return s.iterators[value][0] not in VIEWS and active(s, value)
    return s.taken_out.get(id(value)) is value


def _taken_again(s: Context, template: Function) -> set[Name]:
    """The names that a function may read more than once for each time that they are bound."""
    found = s.read_again.get(id(template))
    if found is None:
        counts = _counts(template.body)
        counts.update(_once(template.result))
        s.read_again[id(template)] = found = (template, {n for n, k in counts.items() if k > 1})
    names: set[Name] = found[1]
    return names


def _once(operand: Operand) -> Counter[Name]:
    return Counter([operand] if isinstance(operand, Name) else [])


def _counts(block: Block) -> Counter[Name]:
    """How often a block reads names, at most; a name from outside of a loop counts twice in it."""
    total: Counter[Name] = Counter()
    for statement in block:
        total.update(_counts_of(statement))
    return total


def _counts_of(statement: Stmt) -> Counter[Name]:
    total = Counter(_own_reads(statement))
    inside = [_counts(each) for each in blocks(statement)]
    match statement:
        case If():
            then, orelse = inside
            total.update(then | orelse)
        case For() | While():
            own = {name for each in blocks(statement) for name in bound(each)}
            for each in inside:
                total.update({n: k if n in own else 2 * k for n, k in each.items()})
        case _:
            for each in inside:
                total.update(each)
    return total


def _own_reads(statement: Stmt) -> list[Name]:
    found = list(reads(statement))
    match statement:
        case Assign(_, Op(op)) if op in _ASKING:
            return []
        case Assign(_, Op(op)) if op in _KEEPING:
            return 2 * found
        case Assign(_, MakeFunction()) | Store() | StoreAttr() | StoreVariable():
            return 2 * found
        case _:
            return found
