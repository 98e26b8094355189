"""A generator function that `contextlib.contextmanager` made a context manager of, in its parts.

    @contextmanager
    def setting(d, key, value):                enter(d, key, value): old = d[key]; d[key] = value
        old = d[key]                                                 return d, old, d, key
        d[key] = value                         leave(old, d, key):   d[key] = old
        try:                                   failed(old, d, key):  d[key] = old
            yield d
        finally:
            d[key] = old

`enter` is what runs before the `yield`, and gives its value and the variables that the others read; `leave` is what
runs behind it, `failed` what runs when an exception comes out of the `with`, before that goes on.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import gast

from sourcead.frontend.build import load, located
from sourcead.frontend.scopes import Scope, assigned, parameters

__all__ = ["NotInParts", "part"]


class NotInParts(Exception):
    """The `yield` does not stand where a function can be cut in two."""


@dataclass
class _Cut:
    """The statements before the `yield`, its value, and what follows in either case."""

    before: list[Any]
    value: Any
    after: list[Any] = field(default_factory=list)
    failed: list[Any] = field(default_factory=list)


def part(function: Any, name: str) -> Any:
    """The FunctionDef of one part: "enter", "leave" or "failed". Raises NotInParts."""
    cut = _cut(copy.deepcopy(function.body))
    kept = _kept(function, cut)
    declared = [n for n in cut.before if isinstance(n, gast.Global | gast.Nonlocal)]
    made = copy.deepcopy(function)
    made.decorator_list = []
    if name == "enter":
        value = gast.Constant(None, None) if cut.value is None else cut.value
        given = gast.Tuple([value, *map(load, kept)], gast.Load())
        made.body = [*cut.before, located(gast.Return(given), function.body[-1])]
        return made
    names = [gast.Name(each, gast.Param(), None, None) for each in kept]
    made.args = gast.arguments(names, [], None, [], [], None, [])
    made.body = [*declared, *(cut.after if name == "leave" else cut.failed)]
    made.body = made.body or [located(gast.Pass(), function)]
    return made


def _cut(body: list[Any]) -> _Cut:
    places = [i for i, each in enumerate(body) if any(_yields(each))]
    if len(places) != 1:
        raise NotInParts
    (at,) = places
    before, statement, after = body[:at], body[at], body[at + 1 :]
    if any(isinstance(n, gast.Return) for each in before for n in gast.walk(each)):
        raise NotInParts
    match statement:
        case gast.Expr(value=gast.Yield(value=value)):
            return _Cut(before, value, after)
        case gast.Try(handlers=[], orelse=[]):
            inner = _cut(statement.body)
            return _behind_try(before, inner, statement, after)
        case _:
            raise NotInParts


def _behind_try(before: list[Any], inner: _Cut, statement: Any, after: list[Any]) -> _Cut:
    """A `yield` in the body of `try: ... finally: ...`."""
    final = statement.finalbody
    first = inner.before
    if first:  # an exception before the `yield`
        again = located(gast.Raise(None, None), statement)
        handler = gast.ExceptHandler(None, None, [*copy.deepcopy(final), again])
        first = [located(gast.Try(first, [handler], [], []), statement)]
    last: Sequence[Any] = final
    if inner.after:
        last = [located(gast.Try(inner.after, [], [], copy.deepcopy(final)), statement)]
    return _Cut(
        [*before, *first], inner.value, [*last, *after], [*inner.failed, *copy.deepcopy(final)]
    )


def _yields(node: Any) -> Iterator[Any]:
    for inner in gast.walk(node):
        if isinstance(inner, gast.FunctionDef | gast.Lambda | gast.ClassDef):
            raise NotInParts  # what it captures would be cut off
        if isinstance(inner, gast.Yield | gast.YieldFrom):
            yield inner


def _certain(block: Sequence[Any]) -> Iterator[str]:
    """The variables that statements bind, whatever way they take."""
    binding = (gast.Assign, gast.AugAssign, gast.AnnAssign, gast.Import, gast.ImportFrom)
    for statement in block:
        if isinstance(statement, binding):
            yield from assigned([statement])
        elif isinstance(statement, gast.Try):
            if all(isinstance(h.body[-1], gast.Raise) for h in statement.handlers):
                yield from _certain(statement.body)


def _kept(function: Any, cut: _Cut) -> list[str]:
    """The variables that are read behind the `yield`; each is certainly bound before it."""
    scope = Scope.of(function)
    behind = [n for each in (*cut.after, *cut.failed) for n in gast.walk(each)]
    read = {n.id for n in behind if isinstance(n, gast.Name)} & scope.locals
    bound = {name for name, _ in parameters(function.args)}
    bound |= set(_certain(cut.before))
    own = set(assigned([*cut.after, *cut.failed])) - set(assigned(cut.before))
    if not read - own <= bound:
        raise NotInParts
    return sorted(read & bound)
