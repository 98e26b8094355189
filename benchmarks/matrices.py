"""Whole matrices of derivatives: `python -m benchmarks.matrices [--write]`.

Two tables.  A sparse Hessian (the chained Rosenbrock function in vector form) for growing n: how many
directions, seconds to find pattern and colouring once, seconds for each Hessian after that.  And dense
Jacobians and Hessians: all seeds at once against one seed after the other.  `--write` puts them into
`docs/benchmarks.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

import numpy as np

import sourcead
from benchmarks.page import command
from benchmarks.programs import network, rosenbrock, stepped
from sourcead.callables import Mode
from sourcead.linear import Linearization
from sourcead.nested import flatten

TITLE = "## Sparse Hessians, and many seeds at once"
SIZES = (10**3, 10**4, 10**5)


def section() -> str:
    sparse = "\n".join(map(sparse_row, SIZES))
    x, w = np.linspace(-1.0, 1.0, 200), np.random.default_rng(0).normal(size=(100, 200)) / 10.0
    programs = (
        ("Jacobian of a network, 200", network, (x, w)),
        ("Jacobian of 50 steps, 200", stepped, (x, 50)),
        ("Hessian of Rosenbrock, 200", sourcead.grad(rosenbrock), (x,)),
    )
    dense = "\n".join(dense_row(*each) for each in programs)
    return f"""{TITLE}

Written by `python -m benchmarks.matrices --write`. Sparse Hessians of the chained Rosenbrock function in vector form:
`preparation` finds the pattern in the program and colours it, once; each Hessian after that takes the seconds of the
last column. The number of directions does not depend on n.

| n | directions | preparation, s | Hessian, s |
| ---: | ---: | ---: | ---: |
{sparse}

Dense matrices in forward mode, all directions at once against one after the other:

| matrix | one by one, s | at once, s | ratio |
| --- | ---: | ---: | ---: |
{dense}
"""


def sparse_row(n: int) -> str:
    x = np.linspace(-1.0, 2.0, n)
    hessian = sourcead.sparse_hessian(rosenbrock)
    sourcead.sparse_hessian(rosenbrock)(x[:10])  # what is compiled is compiled
    hessian._structure.pattern((x[:10],))
    preparation = seconds(lambda: hessian.prepare(x), 1)
    each = seconds(lambda: hessian(x), 4)
    return f"| {n:,} | {hessian.sweeps} | {preparation:.3f} | {each:.4f} |"


def dense_row(name: str, function: Any, args: tuple[Any, ...]) -> str:
    single = Linearization(function, Mode("linear", (0,)))
    matrix = sourcead.jacobian(function, mode="forward")
    size = np.size(flatten(args[0])[0][0])

    def one_by_one() -> Any:
        push = single(*args).many
        return np.stack([push((row,)) for row in np.eye(size)], axis=-1)

    np.testing.assert_allclose(one_by_one(), matrix(*args), rtol=1e-10, atol=1e-12)
    slow, fast = seconds(one_by_one, 4), seconds(lambda: matrix(*args), 4)
    return f"| {name} | {slow:.4f} | {fast:.4f} | {slow / fast:.1f} |"


def seconds(call: Callable[[], Any], turns: int) -> float:
    """The least of some turns."""
    best = float("inf")
    for _ in range(turns):
        start = perf_counter()
        call()
        best = min(best, perf_counter() - start)
    return best


if __name__ == "__main__":
    command("benchmarks.matrices", __doc__, section)
