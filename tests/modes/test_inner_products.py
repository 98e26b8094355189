"""Forward and reverse mode are transposes of each other, to rounding, on every golden program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sourcead
from sourcead.api import pushforward
from sourcead.nested import flatten, unflatten
from tests.golden.test_golden import CASES, Case
from tests.structures import fresh

ROUNDING = 1e-12
SINGLE = 1e-5


def drawn(value: Any, rng: np.random.Generator) -> Any:
    leaves, structure = flatten(value)
    made = [rng.standard_normal(np.shape(x)).astype(np.asarray(x).dtype)[()] for x in leaves]
    made = [float(m) if isinstance(x, float) else m for m, x in zip(made, leaves)]
    return unflatten(structure, made)


def inner(a: Any, b: Any) -> float:
    return float(sum(np.vdot(x, y).real for x, y in zip(flatten(a)[0], flatten(b)[0], strict=True)))


def norm(a: Any) -> float:
    return float(np.sqrt(inner(a, a)))


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_modes_agree(path: Path) -> None:
    case = Case(path)
    rng = np.random.default_rng(7)
    out, pullback = sourcead.vjp(case.function, *fresh(case.args()), argnums=case.argnums)
    out_bar = drawn(out, rng)
    bars = pullback(out_bar)
    at = [case.args()[i] for i in case.argnums]
    dots = [drawn(x, rng) for x in at]
    _, out_dot = pushforward(case.function, case.argnums)(*fresh(case.args()), *dots)
    is_single = any(np.asarray(x).dtype == np.float32 for x in flatten(at)[0])
    slack = (SINGLE if is_single else ROUNDING) * max(norm(bars) * norm(tuple(dots)), 1e-300)
    assert abs(inner(bars, tuple(dots)) - inner(out_bar, out_dot)) <= slack
