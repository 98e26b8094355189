"""What does calling a gradient cost beside its body? `python -m benchmarks.call_overhead`.

Compares `grad(f)(...)`, which finds the compiled gradient for its arguments and checks its
assumptions, with the generated function called directly with what it received.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from types import FrameType, FunctionType
from typing import Any

import numpy as np

import sourcead
from benchmarks.contestants import Contestant
from benchmarks.timing import best_times


def scalar(x):  # type: ignore[no-untyped-def]  # a user's program
    return x * math.sin(x)


def two_arrays(x, w):  # type: ignore[no-untyped-def]  # a user's program
    return np.sum(w * x * x)


CALLS: dict[str, tuple[Callable[..., Any], int | tuple[int, ...], tuple[Any, ...]]] = {
    "one float": (scalar, 0, (0.7,)),
    "two arrays": (two_arrays, (0, 1), (np.linspace(0.0, 1.0, 10), np.ones(10))),
}


def main() -> None:
    print(f"{'':12} {'call us':>9} {'body us':>9} {'overhead us':>12}")
    for title, (function, wrt, args) in CALLS.items():
        gradient = sourcead.grad(function, wrt)
        gradient(*args)
        body, received = generated_call(gradient, args)
        call = 1e6 * best_time(gradient, args)
        inside = 1e6 * best_time(body, received)
        print(f"{title:12} {call:9.2f} {inside:9.2f} {call - inside:12.2f}")


def best_time(function: Callable[..., Any], args: tuple[Any, ...]) -> float:
    return best_times([Contestant("call", function)], lambda: args, budget=0.5)["call"]


def generated_call(
    gradient: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The generated function that a call of the gradient enters first, and what it is given."""
    entered: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        generated = not os.path.exists(code.co_filename) and "frozen" not in code.co_filename
        if event == "call" and generated and not entered:
            names = code.co_varnames[: code.co_argcount]
            function = FunctionType(code, frame.f_globals)
            entered.append((function, tuple(frame.f_locals[name] for name in names)))

    sys.setprofile(watch)
    try:
        gradient(*args)
    finally:
        sys.setprofile(None)
    return entered[0]


if __name__ == "__main__":
    main()
