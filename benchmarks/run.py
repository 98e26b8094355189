"""Gradients in ratios: `python -m benchmarks.run [name ...] [--seconds S] [--write]`.

One run measures, in turns, the primal, the hand-written gradient, sourcead's and those of the other
tools that are installed, on one thread.  `--write` writes the table to `docs/benchmarks.md`.
"""

from __future__ import annotations

import argparse
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata

import numpy as np

import sourcead
from benchmarks import call_overhead
from benchmarks.contestants import Contestant, derived, emitted, hand, peers, primal
from benchmarks.contestants import sourcead as ours
from benchmarks.page import PAGE, with_others
from benchmarks.size import function_lines, peak_memory, source_lines, written_bytes
from benchmarks.timing import best_times
from benchmarks.workload import Workload, leaves, load, names

AGREE = 1e-8  # relative to the largest element: a gradient that differs more is not timed


@dataclass(frozen=True)
class Row:
    """What was measured of one workload; `refused` says why sourcead has no numbers in it."""

    workload: Workload
    seconds: dict[str, float]  # by contestant
    lines: dict[str, int]  # of sourcead and hand
    memory: dict[str, int]  # peak in bytes, of sourcead and hand; arguments that the program writes
    refused: str = ""

    def ratio(self, above: str, below: str) -> float | None:
        if above in self.seconds and below in self.seconds:
            return self.seconds[above] / self.seconds[below]
        return None


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.run", description=__doc__)
    parser.add_argument("names", nargs="*", help="workloads; all without any")
    parser.add_argument("--seconds", type=float, default=0.5, help="for each contestant of each")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    options = parser.parse_args()

    rows = []
    for name in options.names or names():
        rows.append(measure(load(name), options.seconds))
        print(told(rows[-1]), flush=True)
    page = document(rows)
    print(f"\n{page}")
    if options.write:
        PAGE.write_text(with_others(page), encoding="utf-8")
    return sum(bool(row.refused) for row in rows)


# -- measuring ---------------------------------------------------------------------------------


def measure(workload: Workload, seconds: float) -> Row:
    contestants = [primal(workload), hand(workload), *derived(workload), *peers(workload)]
    compiled = ours(workload)
    refused = objection(workload, compiled)
    if not refused:
        contestants[2:2] = [compiled, emitted(compiled, full_size(workload))]
    times = best_times(contestants, lambda: workload.make_args(workload.full_scale), seconds)
    lines = {"hand": function_lines(workload.hand_gradient)}
    memory = {"hand": peak_memory(workload.hand_gradient, full_size(workload))}
    if not refused:
        lines["sourcead"] = source_lines(compiled.derivative.source)
        memory["sourcead"] = peak_memory(compiled.function, full_size(workload))
        memory["written"] = written_bytes(workload.primal, full_size(workload))
    return Row(workload, times, lines, memory, refused)


def full_size(workload: Workload) -> tuple[object, ...]:
    return workload.make_args(workload.full_scale)


def objection(workload: Workload, compiled: Contestant) -> str:
    """Why sourcead's gradient cannot be timed: it refuses the program, fails, or differs from the hand's."""
    try:
        found = compiled.function(*full_size(workload))
    except sourcead.SourceADError as refusal:
        return str(refusal)
    except Exception as failure:  # a bug, which the table tells like a refusal
        return f"fails with {type(failure).__name__}: {failure}"
    expected = workload.hand_gradient(*full_size(workload))
    for right, other in zip(leaves(expected), leaves(found), strict=True):
        error = np.max(np.abs(right - other)) / np.max(np.abs(right))
        if not error < AGREE:
            return f"differs from the hand-written gradient by {error:.1e}"
    return ""


# -- telling -----------------------------------------------------------------------------------

RATIOS = (
    ("gradient / primal", "sourcead", "primal"),
    ("sourcead / hand", "sourcead", "hand"),
    ("emitted / hand", "emitted", "hand"),
    ("sourcead / derived", "sourcead", "derived"),
    ("autograd / sourcead", "autograd", "sourcead"),
    ("torch / sourcead", "torch", "sourcead"),
    ("jax / sourcead", "jax", "sourcead"),
)


def told(row: Row) -> str:
    """One line for who waits."""
    times = "  ".join(f"{name} {readable(seconds)}" for name, seconds in row.seconds.items())
    return f"{row.workload.name:20} {times}" + (f"\n  {row.refused}" if row.refused else "")


def readable(seconds: float) -> str:
    """
    >>> readable(0.00000123), readable(0.0123), readable(2.0)
    ('1.23 us', '12.3 ms', '2 s')
    """
    unit, name = next(
        (unit, name) for unit, name in ((1.0, "s"), (1e-3, "ms"), (0.0, "us")) if seconds >= unit
    )
    return f"{seconds / (unit or 1e-6):.3g} {name}"


def document(rows: Sequence[Row]) -> str:
    """The page: what was measured, on what, and the table."""
    titles = ["workload", "primal", *(title for title, _, _ in RATIOS), "lines", "peak memory"]
    ruler = ["---", *["---:"] * (len(titles) - 1)]
    ends = [summary("median", statistics.median, rows)]
    ends.append(summary("geometric mean", statistics.geometric_mean, rows))
    table = [titles, ruler, *map(cells, rows), *ends]
    drawn = "\n".join(f"| {' | '.join(row)} |" for row in table)
    what = "\n".join(map(described, rows))
    return f"""# Benchmarks

Written by `python -m benchmarks.run --write` on {environment()}, one thread.
Ratios of the least times of one run, in which all took turns. `gradient` is sourcead's; `hand` is the reverse
sweep of the same program as an expert writes it in Python and NumPy; `emitted` is the generated function called
directly, as from a saved file: without finding it for the kinds of its arguments, which what a call costs beside its
body (below) is for; `derived`, for five of them, is a gradient that
mathematics or other loops make cheaper than any reverse sweep of the program (products of matrices instead of
pairs of bodies, the inputs of all steps of a network at once, a derived density, logarithms of prices). JAX's
times are those of its compiled code, without compiling. `lines` are those of the generated gradient and of
the hand-written one; `peak memory` is sourcead's over the hand-written gradient's (from 1 KiB on), less one copy of
each argument that the program writes: sourcead leaves in them what the program does, the hand-written gradients
need not. The programs are in
`benchmarks/workloads`.

{drawn}

{what}

{call_overhead.section()}"""


def described(row: Row) -> str:
    reason = f". Not timed: {row.refused.splitlines()[0]}" if row.refused else ""
    return f"- `{row.workload.name}`: {row.workload.title}{reason}"


def cells(row: Row) -> list[str]:
    ratios = [number(row.ratio(above, below)) for _, above, below in RATIOS]
    lines = f"{row.lines['sourcead']} / {row.lines['hand']}" if "sourcead" in row.lines else ""
    comparable = "sourcead" in row.memory and row.memory["hand"] >= 1024
    own = row.memory["sourcead"] - row.memory["written"] if comparable else 0
    memory = own / row.memory["hand"] if comparable else None
    first = f"`{row.workload.name}`" + (" (not timed)" if row.refused else "")
    return [first, readable(row.seconds["primal"]), *ratios, lines, number(memory)]


def summary(title: str, mean: Callable[[Sequence[float]], float], rows: Sequence[Row]) -> list[str]:
    columns = [[row.ratio(above, below) for row in rows] for _, above, below in RATIOS]
    found = [[value for value in column if value is not None] for column in columns]
    return [title, "", *(number(mean(column) if column else None) for column in found), "", ""]


def number(value: float | None) -> str:
    """Two digits that mean something.

    >>> number(0.0123), number(1.26), number(34.6), number(None)
    ('0.012', '1.3', '35', '')
    """
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 10.0 else f"{value:.2g}"


def environment() -> str:
    tools = ["numpy", "autograd", "torch", "jax"]
    versions = [f"{tool} {version}" for tool in tools if (version := installed(tool))]
    return ", ".join([f"Python {platform.python_version()}", *versions, platform.machine()])


def installed(tool: str) -> str | None:
    try:
        return metadata.version(tool)
    except metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    raise SystemExit(main())
