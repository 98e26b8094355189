"""A loop over a generator: the two run in turns, so the loop's body is a function that the generator calls.

    def steps(x):                       for x in steps(x0):
        while True:                         total += x                total = 0.0; x = x0
            yield x              +          if x < 0.1: break   ->    while True:
            x = 0.5 * x                                                   total += x
                                                                          if x < 0.1: break
                                                                          x = 0.5 * x

The statements of the generator are written in place of the loop, those of the body in place of each
`yield`.  What the loop carries from turn to turn is in cells of the memory meanwhile; so the loops of the
generator carry it, as they carry their own variables.  A body that leaves its loop lets the generator return.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sourcead.frontend.generators import NotInTurns
from sourcead.ir.kinds import Closure, Unknown
from sourcead.ir.nodes import (
    Assign,
    Call,
    Const,
    For,
    Function,
    MethodCall,
    Name,
    Operand,
    Ref,
    Try,
)
from sourcead.ir.walk import statements
from sourcead.transform.builder import Val
from sourcead.transform.specialise.context import Context, Env
from sourcead.transform.specialise.generators import Started, check_depth

__all__ = ["Body", "in_turns", "loop_in_turns"]

Turn = Callable[[Context, For, Env], "Operand | None"]


@dataclass(eq=False)
class Body:
    """The body of a loop, with what is known where it stands."""

    loop: For
    env: Env
    cells: list[Name]  # of what the loop carries
    turn: Turn
    stack: dict[str, Any] = field(default_factory=dict)  # the functions around the loop

    def __repr__(self) -> str:
        return "the loop's body"

    def run(self, s: Context, args: list[Any]) -> Val:
        """Write a turn for this item; what says whether the loop is left."""
        (item,) = args
        inside = {**self.env, self.loop.target: item}
        for carried, cell in zip(self.loop.carried, self.cells):
            inside[carried.inner] = _held(s, cell, carried.inner.hint)
        with self._function_around(s):
            left = self.turn(s, self.loop, inside)
        for carried, cell in zip(self.loop.carried, self.cells):
            s.memory.put(cell, str(cell), "", s.value(carried.next, inside))
        return Const(False) if left is None else left

    @contextmanager
    def _function_around(self, s: Context) -> Iterator[None]:
        """Names mean inside what they mean where the loop stands; the place is told by the `yield`."""
        within = {name: getattr(s, name) for name in (*_STACKS, "origin", "ordinal", "loop")}
        entered = [*s.entered, s.place]
        for name, held in self.stack.items():
            setattr(s, name, list(held))
        s.entered, s.loop = entered, f".{self.loop.target.hint}"
        try:
            yield
        finally:
            for name, held in within.items():
                setattr(s, name, held)


_STACKS = ("stack", "entered", "calls", "templates", "active", "heights")


def in_turns(s: Context, found: Started) -> Function | None:
    """The generator as a function that calls the loop's body; None where its `yield`s do not let it."""
    function = found.function
    try:
        if isinstance(function, Closure):
            part: Function = function.make.part("turns")
            return part
        return s.lower(function, part="turns")
    except NotInTurns:
        return None


def loop_in_turns(
    s: Context, loop: For, found: Started, template: Function, env: Env, turn: Turn
) -> None:
    """Write the generator with the loop's body in it; `turn` is `run_turn` of `loops.py`."""
    if loop.exit is not None and _ends_later(s, loop, template):
        s.refuse(
            f"`{found.name}` has a `finally`, and goes on to live when the loop over it is left",
            f"call it in the loop's head: `for ... in {found.name}(...)`",
        )
    cells = []
    for carried in loop.carried:
        cell = s.fresh(carried.inner.hint, Unknown())
        s.memory.begin(cell, str(cell), "cell", {"": s.value(carried.initial, env)})
        cells.append(cell)
    body = Body(loop, dict(env), cells, turn, {name: list(getattr(s, name)) for name in _STACKS})
    given = [Ref("consume", body), *found.args]
    function = found.function
    with _seen_by_handlers(s, dict(zip((c.inner for c in loop.carried), cells))):
        if isinstance(function, Closure):
            check_depth(s, function.make.syntax, found.name)
            s.call_with_template(function, template, given, found.kwargs)
        else:
            check_depth(s, function.__code__, found.name)
            s.inline(template, function, given, found.kwargs)
    for carried, cell in zip(loop.carried, cells):
        env[carried.result] = _held(s, cell, carried.inner.hint)
        del s.memory.contents[cell]


@contextmanager
def _seen_by_handlers(s: Context, cells: dict[Name, Name]) -> Iterator[None]:
    """An exception that comes from the generator leaves the loop with what its variables hold then."""
    around = [(c, c.in_cells) for c in s.catches if c.depth == len(s.stack)]
    for catch, _ in around:
        catch.in_cells = {**catch.in_cells, **cells}
    try:
        yield
    finally:
        for catch, before in around:
            catch.in_cells = before


def _ends_later(s: Context, loop: For, template: Function) -> bool:
    """Is there a `finally` in a generator that has another name than in the head of the loop?"""
    if not any(isinstance(each, Try) for each in statements(template.body)):
        return False
    makes = (Call, MethodCall)
    return not any(
        isinstance(each, Assign)
        and each.target == loop.items
        and isinstance(each.expr, makes)
        and each.target.hint in ("t", "generator")
        for each in statements(s.templates[-1].body)
    )


def _held(s: Context, cell: Name, hint: str) -> Val:
    held = s.memory.get(cell, "")
    if held is None:
        s.refuse(
            f"`{hint}` changes what it is from one turn of a loop over a generator to the next",
            "keep one kind of value in it",
        )
    return held
