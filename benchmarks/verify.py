"""Check the workloads themselves: `python -m benchmarks.verify [--sourcead] [name ...]`.

Every hand-written gradient is compared

- with differences of the primal along random directions, one direction in all differentiated
  arguments and one in each alone, by Richardson extrapolation of central differences;
- with the gradient of each other tool that is installed, element by element; with `--sourcead`
  also with sourcead's; and with the derived one, where there is one.

The exit status is the number of workloads that fail.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import numpy as np

from benchmarks.contestants import Contestant, derived, peers, sourcead
from benchmarks.workload import Args, Workload, differentiated, leaves, load, map_leaves, names

DIFFERENCES = 1e-7  # relative error allowed against differences
TOOLS = 1e-9  # ... against the other tools, relative to the largest element


def main(wanted: list[str]) -> int:
    failed = 0
    too = "--sourcead" in wanted
    for name in [name for name in wanted if name != "--sourcead"] or names():
        workload = load(name)
        tools = [*derived(workload), *peers(workload), *([sourcead(workload)] if too else [])]
        complaints = list(check(workload, tools))
        failed += bool(complaints)
        print(f"{name:20} {'; '.join(complaints) or 'ok'}")
    return failed


def check(workload: Workload, tools: Sequence[Contestant]) -> Iterator[str]:
    """What is wrong with the workload."""
    first, second = (workload.primal(*workload.make_args(1)) for _ in range(2))
    if first != second:
        yield f"primal gives {first}, then {second}"
    bars = hand_bars(workload)
    for position, bar in zip(differentiated(workload), bars):
        yield from same_structure(workload.make_args(1)[position], bar)
    yield from against_differences(workload, bars)
    for tool in tools:
        yield from against_tool(workload, bars, tool)


def hand_bars(workload: Workload) -> tuple[object, ...]:
    found = workload.hand_gradient(*workload.make_args(1))
    return found if isinstance(workload.wrt, tuple) else (found,)


def same_structure(argument: object, bar: object) -> Iterator[str]:
    shapes = [[leaf.shape for leaf in leaves(value)] for value in (argument, bar)]
    if shapes[0] != shapes[1]:
        yield f"shapes {shapes[1]} for arguments of shapes {shapes[0]}"


# -- against differences -----------------------------------------------------------------------


def against_differences(workload: Workload, bars: tuple[object, ...]) -> Iterator[str]:
    rng = np.random.default_rng(1)
    positions = differentiated(workload)
    for moved in dict.fromkeys([positions, *((position,) for position in positions)]):
        args = workload.make_args(1)
        direction = {
            position: map_leaves(lambda x: rng.normal(size=np.shape(x)), args[position])
            for position in moved
        }
        expected = directional_derivative(workload, direction)
        found = sum(
            float(np.sum(bar_leaf * direction_leaf))
            for position, bar in zip(positions, bars)
            if position in direction
            for bar_leaf, direction_leaf in zip(leaves(bar), leaves(direction[position]))
        )
        error = abs(found - expected) / abs(expected)
        if not error < DIFFERENCES:
            yield f"arguments {moved}: {found} by hand, {expected} by differences ({error:.1e})"


def directional_derivative(workload: Workload, direction: dict[int, object]) -> float:
    """Central differences with halved steps, extrapolated until they agree best (Ridders, 1982)."""

    def difference(step: float) -> float:
        forward, backward = (
            workload.primal(*displaced(workload.make_args(1), direction, sign * step))
            for sign in (1.0, -1.0)
        )
        return float(forward - backward) / (2.0 * step)

    best, smallest_change = np.nan, np.inf
    step = 0.02 / np.sqrt(sum(float(np.sum(d**2)) for d in leaves(list(direction.values()))))
    row = [difference(step)]
    for _ in range(10):
        step /= 2.0
        above, row = row, [difference(step)]
        for order, coarse in enumerate(above, start=1):
            row.append(row[-1] + (row[-1] - coarse) / (4.0**order - 1.0))
            change = max(abs(row[-1] - row[-2]), abs(row[-1] - coarse))
            if change < smallest_change:
                best, smallest_change = row[-1], change
    return best


def displaced(args: Args, direction: dict[int, object], step: float) -> Args:
    return tuple(
        add_scaled(argument, step, direction[position]) if position in direction else argument
        for position, argument in enumerate(args)
    )


def add_scaled(value: object, step: float, direction: object) -> object:
    """`value + step * direction`, in the structure of `value`; floats stay floats."""
    steps = leaves(direction)
    return map_leaves(
        lambda x: (
            type(x)(x + step * next(steps)) if isinstance(x, float) else x + step * next(steps)
        ),
        value,
    )


# -- against tools -----------------------------------------------------------------------------


def against_tool(workload: Workload, bars: tuple[object, ...], tool: Contestant) -> Iterator[str]:
    try:
        found = tool.function(*tool.convert(workload.make_args(1)))
    except Exception as failure:  # of the tool; the other checks go on
        yield f"{tool.name}: {failure}"
        return
    for expected, other in zip(leaves(bars), leaves(found), strict=True):
        error = np.max(np.abs(expected - other)) / np.max(np.abs(expected))
        if not error < TOOLS:
            yield f"{tool.name} differs by {error:.1e}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
