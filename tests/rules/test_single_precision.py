"""Gradients have the precision of the arguments, tangents that of results that SciPy leaves in single precision."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

pytest.importorskip("scipy")

import sourcead
from sourcead.rules.registry import Rule
from tests.refusals import first_line
from tests.rules.harness import (
    Call,
    active,
    calls,
    evaluate,
    inner,
    leaves,
    map_leaves,
    random_like,
    scale,
    stated_in,
    with_values,
)
from tests.rules.programs import program
from tests.structures import fresh

SINGLE = (np.float32, np.complex64)
RULES = importlib.import_module("tests.rules.test_scipy_registry").RULES


def narrow(value: Any) -> Any:
    """The numbers in single precision, in the same structure."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(narrow, value))
    if not leaves(value):
        return value
    dtype = np.complex64 if np.iscomplexobj(value) else np.float32
    return np.asarray(value, dtype) if isinstance(value, np.ndarray) else dtype(value)


def dtypes(value: Any) -> list[Any]:
    return [np.asarray(leaf).dtype for leaf in leaves(value)]


def in_single(rule: Rule) -> Iterator[Call]:
    """The rule's first call that stays in single precision, or else one whose result SciPy widens."""
    widened = None
    for call in calls(rule):
        try:
            made = with_values(call, {n: narrow(v) for n, v in active(call).items()})
            found = dtypes(evaluate(made))
        except (TypeError, ValueError, ZeroDivisionError):  # takes doubles only
            continue
        if active(made) and found:
            if all(dtype in SINGLE for dtype in found):
                yield made
                return
            widened = widened or made
    if widened is not None:
        yield widened


def of_numbers(value: Any, tangent: Any) -> list[Any]:
    """The tangents of what may vary: that of a count is 0.0."""
    if isinstance(value, (list, tuple)):
        return [t for v, dot in zip(value, tangent, strict=True) for t in of_numbers(v, dot)]
    return [tangent] if leaves(value) else []


UNENDING = {"dblquad", "nquad", "tplquad"}
"""What adapts in several variables divides intervals up to its limit in each where the integrand rounds to 1e-7."""
CALLS = [(rule, call) for rule in RULES if rule.name not in UNENDING for call in in_single(rule)]


@pytest.mark.parametrize(
    "rule, call", CALLS, ids=[f"{stated_in(r).rpartition('.')[2]}-{r.name}" for r, _ in CALLS]
)
def test_single_precision_is_kept(rule: Rule, call: Call) -> None:
    rng, made = np.random.default_rng(0), program(call)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value, pullback = sourcead.vjp(made.function, *fresh(made.args))
            y_bar = map_leaves(lambda leaf: random_like(leaf, rng), value)
            dots = tuple(narrow(random_like(arg, rng)) for arg in made.args)
            bars = pullback(y_bar)
            _, y_dot = sourcead.jvp(made.function, fresh(made.args), dots)
            y_dot = of_numbers(value, y_dot)
        except sourcead.SourceADError as error:
            raise AssertionError(f"{first_line(error)} in {call}") from error
    assert [np.asarray(bar).dtype for bar in bars] == [np.asarray(a).dtype for a in made.args]
    if all(dtype in SINGLE for dtype in dtypes(value)):
        assert dtypes(y_dot) == dtypes(value)
    ahead = inner(of_numbers(value, y_bar), y_dot)
    back = sum(map(inner, bars, dots))
    size = scale(y_bar, y_dot) + sum(map(scale, bars, dots))
    assert abs(ahead - back) <= 1e-3 * (size + 1e-3), f"forward {ahead}, reverse {back} of {call}"
