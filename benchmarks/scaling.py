"""Is the gradient of an element loop linear in the loop's length? `python -m benchmarks.scaling`.

Prints, for doubled lengths up to a million, the nanoseconds that primal and gradient take for each element (the same
at every length, if the cost is linear), the ratio of the seconds to those of the length before (2 is linear, 4
quadratic; copying an array per written element would show at once), and the bytes that each has in use at most, for
each element of the array.

All lengths take turns, one call of each in a round, and the least of all rounds counts: a machine that is busy for a
while disturbs one round of every length, and no ratio.  Garbage is collected as in a user's process: automatically,
where Python decides.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterator
from time import process_time
from typing import Any

import numpy as np

import sourcead
from benchmarks.programs import elementwise, recurrence, squares
from benchmarks.size import peak_memory
from benchmarks.timing import settle_allocator

SHORT = 10**5  # the length at which memory is measured: counting allocations is slow

Args = tuple[Any, ...]
Function = Callable[..., Any]


def data(n: int) -> np.ndarray[Any, Any]:
    return np.linspace(0.1, 0.9, n)


PROGRAMS: dict[str, tuple[Function, Callable[[int], Args]]] = {
    "y[i] = f(x[i])": (elementwise, lambda n: (data(n),)),
    "A[i] += c * A[i - 1]": (recurrence, lambda n: (data(n), 0.5)),
    "A[i] = A[i] * A[i] - c * A[i - 1]": (squares, lambda n: (data(n), 0.5)),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description=__doc__)
    parser.add_argument("--longest", type=int, default=10**6)
    parser.add_argument("--doublings", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    lengths = [options.longest >> k for k in range(options.doublings, -1, -1)]
    settle_allocator()
    for title, (program, make_args) in PROGRAMS.items():
        contestants = {"primal": program, "gradient": sourcead.grad(program)}
        best = least_times(contestants, make_args, lengths, options.rounds)
        for line in table(title, best, lengths):
            print(line)
        found = (f"{who} {bytes_each(each, make_args):.0f}" for who, each in contestants.items())
        print(f"bytes per element: {', '.join(found)}\n")


def table(title: str, best: dict[tuple[str, int], float], lengths: list[int]) -> Iterator[str]:
    yield f"{title}\n{'n':>10} {'primal ns/n':>12} {'ratio':>6} {'gradient ns/n':>14} {'ratio':>6}"
    for before, n in zip([0, *lengths], lengths):
        columns = [f"{n:10}"]
        for who, width in (("primal", 12), ("gradient", 14)):
            ratio = f"{best[who, n] / best[who, before]:.2f}" if before else ""
            columns.append(f"{best[who, n] / n * 1e9:{width}.1f} {ratio:>6}")
        yield " ".join(columns)


def least_times(
    contestants: dict[str, Function],
    make_args: Callable[[int], Args],
    lengths: list[int],
    rounds: int,
) -> dict[tuple[str, int], float]:
    """Seconds of one call of each contestant at each length: the least of all rounds but the first."""
    best = {(who, n): float("inf") for who in contestants for n in lengths}
    for round_ in range(rounds + 1):
        for n in lengths:
            for who, function in contestants.items():
                seconds = call_time(function, make_args(n))
                if round_:  # the first compiles, and fills the heap
                    best[who, n] = min(best[who, n], seconds)
    return best


def call_time(function: Function, args: Args) -> float:
    gc.collect()  # what earlier calls left is not this one's
    start = process_time()
    function(*args)
    return process_time() - start


def bytes_each(function: Function, make_args: Callable[[int], Args]) -> float:
    """The most memory in use during a call, for each element; the first call compiles."""
    function(*make_args(SHORT))
    return peak_memory(function, make_args(SHORT)) / SHORT


if __name__ == "__main__":
    main()
