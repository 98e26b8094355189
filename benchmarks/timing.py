"""How long does a call take? The least of many turns, the contestants taking turns.

The least, because everything that disturbs a measurement makes it longer; in turns, because a busy
machine then disturbs all contestants alike, and their ratios hold.  Arguments are made afresh for
every call, outside the timed part: programs that write their arguments meet the same content.

Time is that of the processor, so that what else runs on the machine counts little.  And the allocator is
settled before: until a process has given back its first large array, the C library gives the pages of every
freed array back to the system, and to fetch them anew costs up to ten times what is computed on them.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from contextlib import contextmanager
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.workload import leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.contestants import Contestant
    from benchmarks.workload import Args

__all__ = ["best_times"]

LARGE = 32_000_000  # bytes
TURN = 0.01  # seconds that a turn should take at least: calls are batched up to that
ENOUGH = 30  # turns
MOST_CALLS = 20_000  # in a batch: their arguments exist all at once,

MOST_BYTES = 8_000_000  # ... and had better lie in a cache


def best_times(
    contestants: Sequence[Contestant], make_args: Callable[[], Args], budget: float
) -> dict[str, float]:
    """Seconds per call of each contestant; `budget`: seconds spent on each."""
    settle_allocator()
    calls, turns = {}, {}
    size = sum(leaf.nbytes for leaf in leaves(make_args()))
    most = max(1, min(MOST_CALLS, MOST_BYTES // max(size, 1)))
    for contestant in contestants:
        batch_time(contestant, make_args, 1)  # compiles, fills caches
        once = batch_time(contestant, make_args, 1)
        if once < TURN / 10.0 and most >= 10:  # a single short call says little
            once = batch_time(contestant, make_args, 10) / 10.0
        calls[contestant.name] = max(1, min(most, int(TURN / once)))
        turns[contestant.name] = max(2, min(ENOUGH, int(budget / max(once, TURN))))
    best = {contestant.name: float("inf") for contestant in contestants}
    for turn in range(max(turns.values())):
        for contestant in contestants:
            name = contestant.name
            if turn < turns[name]:
                seconds = batch_time(contestant, make_args, calls[name]) / calls[name]
                best[name] = min(best[name], seconds)
    return best


def settle_allocator() -> None:
    """Free one array of nearly 32 MiB, the largest after which glibc keeps what it was given (mallopt(3))."""
    np.ones(LARGE // 8)


def batch_time(contestant: Contestant, make_args: Callable[[], Args], calls: int) -> float:
    """Seconds for that many calls one after the other."""
    batch = [contestant.convert(make_args()) for _ in range(calls)]
    function = contestant.function
    with no_garbage_collection():
        start = process_time()
        for args in batch:
            function(*args)
        return process_time() - start


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
