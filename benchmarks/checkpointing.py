"""Checkpointed loops in figures: `python -m benchmarks.checkpointing [--write]`.

Memory, steps that are run, and time of the gradient of a long loop: with a few states kept, and plain.
`--write` puts the table into `docs/benchmarks.md`.
"""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from unittest import mock

import numpy as np

import sourcead
from benchmarks.page import command
from benchmarks.programs import all_states, few_states
from sourcead import checkpointing
from sourcead.runtime.checkpoints import Tape, fewest_steps

TITLE = "## Long loops in little memory"
SIZE = 10_000
CASES = ((1_000, 10), (1_000, 50), (10_000, 50))  # steps, slots


@dataclass(frozen=True)
class Measured:
    gradient: Any
    seconds: float
    peak: int


def section() -> str:
    rows = "\n".join(row(steps, slots) for steps, slots in CASES)
    return f"""{TITLE}

Written by `python -m benchmarks.checkpointing --write`. The loop is `u = u + 1e-4 * np.sin(u)` on {SIZE:,} doubles.
`peak` is the most memory in use (tracemalloc), in states of {8 * SIZE:,} bytes; the least that there can be is the
slots and the one that is worked on. `steps run` counts those besides each step's own turn in the reverse sweep,
`theory` is the minimum for so many slots (Griewank and Walther's formula). `plain` is the same loop with all states
kept; `equal` says whether the two gradients agree to the last bit.

| steps | slots | peak | over slots + 1 | steps run | theory | seconds | peak, plain | seconds, plain | equal |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |
{rows}
"""


def row(steps: int, slots: int) -> str:
    u = np.linspace(0.0, 3.0, SIZE)
    gradient, plain = sourcead.grad(few_states), sourcead.grad(all_states)
    mine = measured(lambda: gradient(u, steps, slots), lambda: gradient(u[:2], 2, slots))
    its = measured(lambda: plain(u, steps), lambda: plain(u[:2], 2))
    run = steps_run(lambda: gradient(u[:2], steps, slots))
    state = u.nbytes
    equal = "yes" if np.array_equal(mine.gradient, its.gradient) else "no"
    peak = mine.peak / state
    return (
        f"| {steps:,} | {slots} | {peak:.1f} | {peak / (slots + 1):.2f} | {run:,} | {fewest_steps(steps, slots):,} "
        f"| {mine.seconds:.2f} | {its.peak / state:,.0f} | {its.seconds:.2f} | {equal} |"
    )


def measured(call: Callable[[], Any], compile_first: Callable[[], Any]) -> Measured:
    compile_first()
    start = perf_counter()
    found = call()
    seconds = perf_counter() - start
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return Measured(found, seconds, peak)


def steps_run(call: Callable[[], Any]) -> int:
    """How many steps a gradient runs forward, the last one of the primal left out: that is its own turn."""
    tapes: list[Tape] = []

    class Counted(Tape):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            tapes.append(self)

    with mock.patch.object(checkpointing, "Tape", Counted):
        call()
    return sum(tape.advances - 1 for tape in tapes)


if __name__ == "__main__":
    command("benchmarks.checkpointing", __doc__, section)
