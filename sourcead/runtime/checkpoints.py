"""The reverse sweep of a long loop with memory for a few states: binomial checkpointing.

States are kept at some of the steps.  To go back over a step its state must be at hand: it is computed
again from the last one that is kept, and on the way there further states are kept in what has become
free.  Where they are kept decides how many steps are run again; the minimum is known in closed form.

Source: A. Griewank and A. Walther, Algorithm 799: revolve, ACM TOMS 26 (2000), pages 19-45.

>>> fewest_steps(10, 3), fewest_steps(10_000, 50)
(15, 28622)
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from sourcead.runtime.lists import zeros_like

__all__ = [
    "Tape",
    "again_adjoint",
    "fewest_steps",
    "own",
    "split_at",
    "steps_adjoint",
    "zero",
]

State = tuple[Any, ...]
Step = Callable[..., Any]


# -- where to keep a state ---------------------------------------------------------------------------


def longest(slots: int, times: int) -> int:
    """How many steps can be gone back over with so many states if none is run more than `times` times."""
    return math.comb(slots + times, slots) if times >= 0 else 0


def repetitions(steps: int, slots: int) -> int:
    """The least number of times that some step must be run."""
    times = 0
    while longest(slots, times) < steps:
        times += 1
    return times


def fewest_steps(steps: int, slots: int) -> int:
    """The minimum of steps run, besides each step's own turn in the reverse sweep.

    `slots` states can be kept, the first one among them.
    """
    times = repetitions(steps, slots)
    return times * steps - longest(slots + 1, times - 1)


def split_at(steps: int, slots: int) -> int:
    """How far to go before the next state is kept, of `steps` to the end, with `slots` states for them.

    Both parts then need no more repetitions than they must: the first `times - 1` with all slots, after
    the second was done `times` with one less.
    """
    times = repetitions(steps, slots)
    most = min(longest(slots, times - 1), steps - longest(slots - 1, times - 1))
    least = max(longest(slots, times - 2), steps - longest(slots - 1, times))
    return min(max(most, least, 1), steps - 1)


# -- states ------------------------------------------------------------------------------------------


def own(state: State) -> State:
    """The state with arrays of its own: steps may write them."""
    return tuple([v.copy() if isinstance(v, np.ndarray) else v for v in state])


class Tape:
    """The states that are kept of a run over `items`; `advances` counts the steps that were run."""

    def __init__(self, items: Sequence[Any], slots: int, fixed: State = ()) -> None:
        self.items = items if hasattr(items, "__getitem__") else list(items)
        self.slots = slots
        self.fixed = fixed
        self.advances = 0
        self.kept: list[tuple[int, State]] = []
        self.last: State | None = None  # before the last step
        self.lock = threading.Lock()

    def run(self, step: Step, state: State, args: State) -> State:
        """The primal: the state after all steps, keeping what the reverse sweep starts from."""
        self.kept = [(0, own(state))]
        self._keep_more(step, args, len(self.items))
        at, first = self.kept[-1]
        steps = len(self.items) - at
        if steps == 0:
            return own(first)
        current = self._advance(step, first, at, at + steps - 1, args)
        self.last = own(current) if steps > 1 else None
        return self._advance(step, current, at + steps - 1, at + steps, args, is_own=True)

    def _keep_more(self, step: Step, args: State, end: int) -> None:
        """Keep states on the way to step `end`, as many as there is room for."""
        while len(self.kept) < self.slots and end - self.kept[-1][0] > 1:
            at, state = self.kept[-1]
            far = split_at(end - at, self.slots - len(self.kept) + 1)
            self.kept.append((at + far, self._advance(step, state, at, at + far, args)))

    def _advance(
        self, step: Step, state: State, start: int, end: int, args: State, is_own: bool = False
    ) -> State:
        """The state before step `end`, from the one before step `start`."""
        count = len(state)
        state = state if is_own else own(state)
        for k in range(start, end):
            state = tuple(step(self.items[k], *self.fixed, *state, *args)[:count])
        self.advances += end - start
        return state

    def backwards(self, step: Step, args: State) -> Iterator[tuple[Any, State]]:
        """Items and the states before their steps, from the last to the first; the states may be written."""
        if len(self.kept) > 1 or self.last is not None:
            last, self.last = self.last, None
        else:
            last = None  # gone back over before: only the first state is left
        end = len(self.items)
        while end > 0:
            if last is None:
                self._keep_more(step, args, end)
            at, state = self.kept[-1]
            if last is not None:
                state, last = last, None
            else:
                state = self._advance(step, state, at, end - 1, args)
            end -= 1
            if at == end and at > 0:
                self.kept.pop()
            yield self.items[end], state


# -- derivatives ---------------------------------------------------------------------------------------


def steps_adjoint(
    state_bars: Any,
    run: tuple[Tape, State],
    step: Step,
    items: Sequence[Any],
    slots: int,
    step_forward: Step,
    step_reverse: Step,
    args: State,
    fixed: State = (),
) -> Any:
    """Adjoints of the state before all steps, and of args; `run`: the tape, and that state.

    A derivative of it runs over `items` itself (`tangent_steps.py`).
    """
    tape, _ = run
    with tape.lock:
        count = len(tape.kept[0][1])
        bars = [zero(v) if b is None else b for b, v in zip(state_bars, tape.kept[0][1])]
        bars += [zero(v) for v in args]
        for item, state in tape.backwards(step, args):
            _, saved = step_forward(item, *fixed, *state, *args)
            bars = list(step_reverse(saved, tuple(bars)))
    return tuple(bars[:count]), tuple(bars[count:])


def again_adjoint(
    out_bar: Any, function_adjoint: Step, args: State, fixed: State, out: Any = None
) -> Any:
    """Adjoints of the arguments of a callee that is run again; `out`: its results, where they are several."""
    if out is not None:
        out_bar = tuple([zero(v) if b is None else b for b, v in zip(out_bar, out)])
    return function_adjoint(*fixed, *args, out_bar)


def zero(value: Any) -> Any:
    """Zero, as an adjoint of `value`."""
    return zeros_like(value)
