"""Is the gradient of an element loop linear in the loop's length? `python -m benchmarks.scaling`.

Prints, for doubled lengths up to a million, the seconds of primal and gradient, the ratio to the
length before (2 is linear, 4 quadratic; copying an array per written element would show at once),
and the bytes that each has in use at most, for each element of the array.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import sourcead
from benchmarks.contestants import Contestant
from benchmarks.programs import elementwise, recurrence, squares
from benchmarks.size import peak_memory
from benchmarks.timing import best_times

SHORT = 10**5  # the length at which memory is measured: counting allocations is slow


def data(n: int) -> np.ndarray[Any, Any]:
    return np.linspace(0.1, 0.9, n)


PROGRAMS: dict[str, tuple[Callable[..., Any], Callable[[int], tuple[Any, ...]]]] = {
    "y[i] = f(x[i])": (elementwise, lambda n: (data(n),)),
    "A[i] += c * A[i - 1]": (recurrence, lambda n: (data(n), 0.5)),
    "A[i] = A[i] * A[i] - c * A[i - 1]": (squares, lambda n: (data(n), 0.5)),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.scaling", description=__doc__)
    parser.add_argument("--longest", type=int, default=10**6)
    parser.add_argument("--doublings", type=int, default=5)
    options = parser.parse_args()
    lengths = [options.longest >> k for k in range(options.doublings, -1, -1)]
    for title, (program, make_args) in PROGRAMS.items():
        print(f"{title}\n{'n':>10} {'primal s':>10} {'ratio':>6} {'gradient s':>11} {'ratio':>6}")
        before: dict[str, float] = {}
        for n in lengths:
            now = times(program, partial(make_args, n))
            print(
                f"{n:10} {now['primal']:10.4f} {ratio(now, before, 'primal'):>6}"
                f" {now['gradient']:11.4f} {ratio(now, before, 'gradient'):>6}"
            )
            before = now
        print(f"{'bytes per element':>20}: primal {bytes_each(program, make_args):.0f}", end="")
        print(f", gradient {bytes_each(sourcead.grad(program), make_args):.0f}")


def times(
    program: Callable[..., Any], make_args: Callable[[], tuple[Any, ...]]
) -> dict[str, float]:
    contestants = [Contestant("primal", program), Contestant("gradient", sourcead.grad(program))]
    return best_times(contestants, make_args, budget=1.0)


def bytes_each(function: Callable[..., Any], make_args: Callable[[int], tuple[Any, ...]]) -> float:
    """The most memory in use during a call, for each element; the first call compiles."""
    function(*make_args(SHORT))
    return peak_memory(function, make_args(SHORT)) / SHORT


def ratio(now: dict[str, float], before: dict[str, float], name: str) -> str:
    return f"{now[name] / before[name]:.2f}" if before else ""


if __name__ == "__main__":
    main()
