"""Is the gradient of an element loop linear in the loop's length? `python -m benchmarks.scaling`.

Prints, for doubled lengths up to a million, the seconds of primal and gradient and the ratio to the
length before: 2 is linear, 4 quadratic.  Copying an array per written element would show at once.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import sourcead
from benchmarks.contestants import Contestant
from benchmarks.timing import best_times


def elementwise(x):  # type: ignore[no-untyped-def]  # a user's program
    n = len(x)
    y = np.zeros(n)
    for i in range(n):
        y[i] = x[i] * math.sin(x[i])
    return np.sum(y**2)


def recurrence(a, c):  # type: ignore[no-untyped-def]  # a user's program
    for i in range(1, len(a)):
        a[i] += c * a[i - 1]
    return a[-1]


def data(n: int) -> np.ndarray[Any, Any]:
    return np.linspace(0.1, 2.0, n)


PROGRAMS: dict[str, tuple[Callable[..., Any], Callable[[int], tuple[Any, ...]]]] = {
    "y[i] = f(x[i])": (elementwise, lambda n: (data(n),)),
    "A[i] += c * A[i - 1]": (recurrence, lambda n: (data(n), 0.5)),
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


def times(
    program: Callable[..., Any], make_args: Callable[[], tuple[Any, ...]]
) -> dict[str, float]:
    contestants = [Contestant("primal", program), Contestant("gradient", sourcead.grad(program))]
    return best_times(contestants, make_args, budget=1.0)


def ratio(now: dict[str, float], before: dict[str, float], name: str) -> str:
    return f"{now[name] / before[name]:.2f}" if before else ""


if __name__ == "__main__":
    main()
