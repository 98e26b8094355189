"""What does calling a gradient cost beside its body? `python -m benchmarks.call_overhead [--write]`.

Compares `grad(f)(...)`, which finds the compiled gradient for its arguments and checks its
assumptions, with the generated function called directly with what it received.  Of names that the
function looks up outside of itself (global numbers, functions of its module) each is checked at each
call: what one more costs is the difference between a program that reads many and one that reads none.

`--write` puts the table into `docs/benchmarks.md`.
"""

from __future__ import annotations

import itertools
import linecache
import os
import sys
from collections.abc import Callable
from types import FrameType, FunctionType
from typing import Any

import numpy as np

import sourcead
from benchmarks.contestants import Contestant
from benchmarks.page import command
from benchmarks.programs import one_float, two_arrays, two_floats
from benchmarks.timing import best_times

__all__ = ["section"]

TITLE = "## What a call costs beside its body"
MANY = 20  # names
_files = itertools.count()


def reads_numbers(count: int) -> Callable[..., Any]:
    """A program that reads so many global numbers."""
    names = [f"C{i}" for i in range(count)]
    return _defined(" + ".join(["x * y", *names]), dict.fromkeys(names, 0.5))


def calls_functions(count: int) -> Callable[..., Any]:
    """A program that calls so many functions of its module."""
    helpers = {f"h{i}": _defined("x + y", {}, f"h{i}") for i in range(count)}
    return _defined(" + ".join(["x * y", *(f"{name}(x, y)" for name in helpers)]), helpers)


def _defined(expression: str, names: dict[str, Any], name: str = "f") -> Callable[..., Any]:
    text, file = f"def {name}(x, y):\n    return {expression}\n", f"<program {next(_files)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    namespace = {"__name__": "programs", **names}
    exec(compile(text, file, "exec"), namespace)
    return namespace[name]  # type: ignore[no-any-return]


FLOATS = (0.7, 1.3)
ARRAYS = (np.linspace(0.0, 1.0, 10), np.ones(10))
CALLS: dict[str, tuple[Callable[..., Any], int | tuple[int, ...], tuple[Any, ...]]] = {
    "one float": (one_float, 0, (0.7,)),
    "two floats": (two_floats, (0, 1), FLOATS),
    "two arrays": (two_arrays, (0, 1), ARRAYS),
    f"two floats, {MANY} global numbers": (reads_numbers(MANY), (0, 1), FLOATS),
    f"two floats, {MANY} functions called": (calls_functions(MANY), (0, 1), FLOATS),
}


def section() -> str:
    """The part of the page: each call, and what one name more costs."""
    beside = {title: overhead(*call) for title, call in CALLS.items()}
    rows = "\n".join(
        f"| {title} | {call:.2f} us | {call - body:.2f} us |"
        for title, (call, body) in beside.items()
    )
    base, *_ = (call - body for title, (call, body) in beside.items() if title == "two floats")
    number, function = (
        (call - body - base) / MANY for title, (call, body) in beside.items() if f"{MANY}" in title
    )
    return f"""{TITLE}

Written by `python -m benchmarks.call_overhead --write`. `beside its body` is what `grad(f)(...)` takes more than
the generated function that it finds, called directly: the kinds of the arguments are told, and every object that the
compiled gradient relies on is checked. One global number more costs {number:.3f} us, one function more
(itself, its code and its defaults) {function:.3f} us.

| arguments | call | beside its body |
| --- | ---: | ---: |
{rows}
"""


def overhead(
    function: Callable[..., Any], wrt: int | tuple[int, ...], args: tuple[Any, ...]
) -> tuple[float, float]:
    """Microseconds of a call, and of its body."""
    gradient = sourcead.grad(function, wrt)
    gradient(*args)
    body, received = generated_call(gradient, args)
    return 1e6 * best_time(gradient, args), 1e6 * best_time(body, received)


def best_time(function: Callable[..., Any], args: tuple[Any, ...]) -> float:
    return best_times([Contestant("call", function)], lambda: args, budget=0.5)["call"]


def generated_call(
    gradient: Callable[..., Any], args: tuple[Any, ...]
) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The generated derivative that a call of the gradient finds, and what it is given."""
    entered: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        generated = not os.path.exists(code.co_filename) and "frozen" not in code.co_filename
        generated &= not code.co_filename.startswith("<sourcead dispatch")  # that finds it
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
    command("benchmarks.call_overhead", __doc__, section)
