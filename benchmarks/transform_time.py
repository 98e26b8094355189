"""How long does the transformation take? `python -m benchmarks.transform_time`.

The time to the generated source of a function of thirty lines, and of straight-line programs of
doubled length: 2 is linear.  Every measurement takes a new function, so that nothing is cached, and counts
this process's own time, so that others do not matter much; the least of several is given.
"""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

import sourcead

REPEATS, OF_THIRTY_LINES = 5, 25

THIRTY_LINES = '''\
import numpy as np


def program(x, v, mass, steps):
    """Beads on a string: springs between neighbours, friction, and a wall that pushes back."""
    n = len(x)
    force = np.zeros(n)
    work = 0.0
    dt = 0.01
    stiffness = 4.0
    friction = 0.1
    for step in range(steps):
        for i in range(n):
            force[i] = -friction * v[i]
        for i in range(n - 1):
            stretch = x[i + 1] - x[i] - 1.0
            pull = stiffness * stretch + 0.5 * stretch**3
            force[i] += pull
            force[i + 1] -= pull
        depth = x[0]
        if depth < 0.0:
            force[0] += depth * depth
            work += depth
        elif step % 10 == 0:
            work += 0.1 * depth
        v += dt * force / mass
        x += dt * v
        speed = np.sqrt(np.sum(v * v) + 1e-6)
        work += dt * speed
    kinetic = 0.5 * np.sum(mass * v**2)
    centre = np.mean(x)
    spread = np.sum((x - centre) ** 2)
    energy = kinetic + stiffness * spread
    return energy + work
'''


def straight_line(statements: int) -> str:
    """A program of that many assignments, each with two operands from the ones before."""
    lines = ["import math", "", "", "def program(x):", "    t0 = x"]
    for k in range(1, statements):
        lines.append(f"    t{k} = math.sin(t{k - 1}) + 0.5 * t{k // 2} * t{k - 1}")
    return "\n".join([*lines, f"    return t{statements - 1}", ""])


def main() -> None:
    beads = (np.arange(10.0), np.zeros(10), np.ones(10), 3)
    try:
        print(
            f"thirty lines: {1e3 * transform_time(THIRTY_LINES, beads, OF_THIRTY_LINES):.1f} ms\n"
        )
    except sourcead.SourceADError as refusal:
        print(f"thirty lines: {refusal}\n")
    print(f"{'statements':>10} {'ms':>10} {'ratio':>6} {'us a statement':>15}")
    before = None
    for statements in (100, 200, 400, 800, 1600):
        seconds = transform_time(straight_line(statements), (0.5,))
        ratio = f"{seconds / before:.2f}" if before else ""
        each = 1e6 * seconds / statements
        print(f"{statements:10} {1e3 * seconds:10.1f} {ratio:>6} {each:15.0f}")
        before = seconds


def transform_time(text: str, args: tuple[Any, ...], repeats: int = REPEATS) -> float:
    """Least seconds from a function of that text to the source of its gradient."""
    with tempfile.TemporaryDirectory() as folder:
        return min(once(Path(folder, f"turn_{k}.py"), text, args) for k in range(repeats))


def once(path: Path, text: str, args: tuple[Any, ...]) -> float:
    path.write_text(text)
    program = imported(path)
    start = process_time()
    sourcead.grad(program).source_for(*args)
    return process_time() - start


def imported(path: Path) -> Callable[..., Any]:
    """The function `program` of a file, imported as a module of its own."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    program: Callable[..., Any] = module.program
    return program


if __name__ == "__main__":
    main()
