"""Do a rule's reverse and forward parts agree with each other, and with differences, on one call?

Like the harness, nothing here uses the compiler.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sourcead.rules.numpy.samples import Symmetric
from tests.rules.harness import (
    Call,
    active,
    difference,
    evaluate,
    fitted_bar,
    forward,
    inner,
    is_leaf,
    leaves,
    map_leaves,
    random_like,
    reverse,
    scale,
)  # fmt: skip

__all__ = ["compare"]


def compare(call: Call, rng: np.random.Generator, rtol: float = 1e-7) -> bool:
    """Check the call in random directions; False where it has nothing to differentiate."""
    y = evaluate(call)
    values = active(call)
    if not values or not leaves(y):
        return False
    for y_bar in _seeds(y, rng):
        bars = {
            name: fitted_bar(values[name], bar) for name, bar in reverse(call, y, y_bar).items()
        }
        for dots in _directions(values, rng):
            _compare(call, y, y_bar, bars, dots, rtol)
    return True


def _compare(call: Call, y: Any, y_bar: Any, bars: Any, dots: Any, rtol: float) -> None:
    y_dot = forward(call, y, dots)
    ahead, back = inner(y_bar, y_dot), sum(inner(bars[name], dots[name]) for name in dots)
    size = scale(y_bar, y_dot) + sum(scale(bars[name], dots[name]) for name in dots)
    assert np.isfinite(back), f"reverse {back} of {call}"
    assert abs(ahead - back) <= 1e-10 * (size + 1e-3), (
        f"forward {ahead!r}, reverse {back!r} of {call}"
    )
    expected, error = difference(call, dots, y_bar)
    assert error <= rtol * (abs(expected) + 0.1 * size + 1e-3), (
        f"differences +- {error:.1e} of {call}"
    )
    slack = rtol * (abs(expected) + 0.1 * size + 1e-3) + 10.0 * error
    assert abs(expected - back) <= slack, (
        f"differences {expected!r} +- {error:.1e}, rule {back!r} of {call}"
    )


def _seeds(y: Any, rng: np.random.Generator) -> Iterator[Any]:
    """Random seeds for the result; for a tuple also each entry alone, None for the others."""
    full = map_leaves(lambda leaf: random_like(leaf, rng), y)
    yield full
    if isinstance(y, tuple) and len(y) > 1:
        for k in range(len(y)):
            if is_leaf(y[k]):
                yield tuple(full[i] if i == k else None for i in range(len(y)))


def _direction(leaf: Any, rng: np.random.Generator) -> Any:
    dot = random_like(leaf, rng)
    return dot + dot.T if isinstance(leaf, Symmetric) else dot


def _directions(values: dict[str, Any], rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """Random tangents for all active arguments, then for each one alone."""
    full = {
        name: map_leaves(lambda leaf: _direction(leaf, rng), value)
        for name, value in values.items()
    }
    yield full
    if len(values) > 1:
        for name in values:
            yield {name: full[name]}
