"""Trading memory for time: callees that are run again, and loops that keep a few states only.

>>> import math, sourcead
>>> def f(x):
...     for _ in sourcead.checkpointed(range(1000), slots=5):
...         x = x + 0.001 * math.sin(x)
...     return x
>>> def plain(x):
...     for _ in range(1000):
...         x = x + 0.001 * math.sin(x)
...     return x
>>> sourcead.grad(f)(1.0) == sourcead.grad(plain)(1.0)
True
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sourcead.runtime.checkpoints import Tape

__all__ = [
    "Checkpointed", "called_again", "checkpoint", "checkpointed", "run_again", "run_steps",
]  # fmt: skip


class Checkpointed:
    """Items of a loop whose reverse sweep keeps `slots` states; iterating over it is iterating over them."""

    def __init__(self, items: Sequence[Any], slots: int) -> None:
        if slots < 1:
            raise ValueError(f"slots is at least 1, not {slots}")
        self.items = items
        self.slots = slots

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def checkpointed(items: Sequence[Any], slots: int) -> Checkpointed:
    """`for i in checkpointed(range(T), slots=k)`: in reverse mode, memory for k states instead of all T.

    A state is what a turn hands on to the next one: variables that it rebinds, arrays that it writes.  The
    reverse sweep runs steps again from the states that it kept: as few as is possible with k states, in
    the order of binomial checkpointing.  The gradient has the bits of the plain loop's.

    The body may not have effects (prints, random draws), may not `break`, and may write only arrays that it
    names.  Source: Griewank and Walther, Algorithm 799: revolve, ACM TOMS 26 (2000).
    """
    return Checkpointed(items, slots)


def checkpoint(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, of which the reverse sweep keeps the arguments only, and runs it again.

    To be used as a decorator or at a call, `checkpoint(f)(x)`.  Arrays that it writes are kept as they were
    before.  The function may have no other effects: it may not print or draw random numbers.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return called_again(function, *args, **kwargs)

    return call


def called_again(function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
    """`function(*args, **kwargs)`, which a derivative runs again."""
    return function(*args, **kwargs)


def run_again(
    function: Callable[..., Any], args: tuple[Any, ...], fixed: tuple[Any, ...] = ()
) -> Any:
    """`function(*fixed, *args)`: in derivative code, the call of a checkpointed function.

    args: what carries a derivative.
    """
    return function(*fixed, *args)


def run_steps(
    step: Callable[..., Any],
    items: Sequence[Any],
    slots: int,
    state: tuple[Any, ...],
    args: tuple[Any, ...],
    fixed: tuple[Any, ...] = (),
) -> tuple[tuple[Any, ...], tuple[Tape, tuple[Any, ...]]]:
    """The state after `state = step(item, *fixed, *state, *args)` for each item, and what a reverse sweep starts from.

    That is the tape, and the state before the first step as the tape holds it.  `fixed` carries no derivative.
    """
    tape = Tape(items, slots, fixed)
    return tape.run(step, state, args), (tape, tape.kept[0][1])
