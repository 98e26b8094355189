"""Does compiled code do what the reference interpreter does? Value, effects, and both modes.

>>> def f(u, x):
...     u[:2] = u[1:] * x
...     return float(u[0] + x)
>>> agree(f, (np.ones(3), 2.0), ["reverse", "forward"])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import sourcead
from tests.numeric import random_direction
from tests.storage.interpreter import gradient, jvp
from tests.structures import fresh, leaves, same_content

__all__ = ["agree"]


def agree(
    f: Callable[..., Any],
    args: tuple[Any, ...],
    modes: Sequence[str] = ("reverse", "forward"),
    rtol: float = 1e-9,
) -> None:
    """Assert it, at `args`, which are copied for each call."""
    if "reverse" in modes:
        _agree_in_reverse(f, args, rtol)
    if "forward" in modes:
        _agree_forward(f, args, rtol)


def _agree_in_reverse(f: Callable[..., Any], args: tuple[Any, ...], rtol: float) -> None:
    left, mine, theirs = fresh(args), fresh(args), fresh(args)
    primal = f(*left)
    value, bars = gradient(f, mine)
    assert same_content(value, primal), "the interpreter has another value than the primal"
    assert same_content(mine, left), "the interpreter leaves other arguments than the primal"
    found, found_bars = sourcead.value_and_grad(f, tuple(range(len(args))))(*theirs)
    assert same_content(fresh(found), value), "compiled code has another value"
    assert same_content(theirs, mine), "compiled code leaves other arguments"
    _same_numbers(found_bars, bars, rtol)


def _agree_forward(f: Callable[..., Any], args: tuple[Any, ...], rtol: float) -> None:
    dots = tuple(random_direction(arg, np.random.default_rng(5)) for arg in args)
    mine, theirs = fresh(args), fresh(args)
    value, dot = jvp(f, mine, dots)
    found, found_dot = sourcead.jvp(f, theirs, fresh(dots))
    assert same_content(fresh(found), value), "compiled forward mode has another value"
    assert same_content(theirs, mine), "compiled forward mode leaves other arguments"
    _same_numbers(found_dot, dot, rtol)


def _same_numbers(found: Any, expected: Any, rtol: float) -> None:
    """Relative to the largest of them: sums are made in another order."""
    ours, reference = list(leaves(found)), list(leaves(expected))
    assert len(ours) == len(reference), f"{found}, the interpreter has {expected}"
    scale = max((float(np.max(np.abs(r), initial=0.0)) for r in reference), default=0.0)
    for one, other in zip(ours, reference, strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol * max(scale, 1e-3))
