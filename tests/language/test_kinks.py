"""Ties, kinks and singular points: the derivative that is documented for each, always finite."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sourcead
from tests.refusals import right_or_refused

inf = math.inf

KINKS: list[tuple[str, Callable[..., Any], Any, Any]] = [
    ("np.max shares a tie", lambda u: np.max(u), [1.0, 2.0, 2.0], [0.0, 0.5, 0.5]),
    ("np.min shares a tie", lambda u: u.min(), [1.0, 1.0, 1.0, 4.0], [1 / 3, 1 / 3, 1 / 3, 0.0]),
    ("np.maximum halves a tie", lambda u: np.maximum(u, 2.0)[0], [2.0], [0.5]),
    ("np.minimum halves a tie", lambda u: np.sum(np.minimum(u, 2.0)), [2.0, 3.0, 1.0], [0.5, 0.0, 1.0]),
    ("max picks as Python does", lambda u: max(u[0], u[1]), [2.0, 2.0], [1.0, 0.0]),
    ("min picks as Python does", lambda u: min(u[1], u[0]), [2.0, 2.0], [0.0, 1.0]),
    ("abs at zero", lambda u: abs(u[0]) + np.sum(np.abs(u)), [0.0, -2.0], [0.0, -1.0]),
    ("norm at zero", lambda u: np.linalg.norm(u), [0.0, 0.0], [0.0, 0.0]),
    ("hypot at zero", lambda u: np.hypot(u[0], u[1]), [0.0, 0.0], [0.0, 0.0]),
    ("std of a constant", lambda u: np.std(u), [2.0, 2.0, 2.0], [0.0, 0.0, 0.0]),
    ("prod with one zero", lambda u: np.prod(u), [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
    ("prod with two zeros", lambda u: np.prod(u), [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
    ("x**0 at zero", lambda u: u[0] ** 0, [0.0], [0.0]),
    ("x**2 and x**1 at zero", lambda u: np.sum(u**2 + u**1), [0.0, 3.0], [1.0, 7.0]),
    ("sinc at zero", lambda u: np.sum(np.sinc(u)), [0.0, 1.0], [0.0, -1.0]),
    ("logaddexp of two infinities", lambda u: np.logaddexp(u[0], u[1]), [1.0, -inf], [1.0, 0.0]),
    ("sqrt not selected", lambda u: np.sum(np.where(u > 0, np.sqrt(u), 0.0)), [0.0, 4.0], [0.0, 0.25]),
    ("log not selected", lambda u: np.sum(np.where(u > 0, np.log(u), u)), [-1.0, 0.0, 4.0], [1.0, 1.0, 0.25]),
    ("1/x above a minimum", lambda u: np.sum(np.minimum(1.0, 1.0 / u)), [0.0, 4.0], [0.0, -1.0 / 16.0]),
    ("sqrt sliced away", lambda u: np.sum(np.sqrt(u)[1:]), [0.0, 4.0], [0.0, 0.25]),
    ("sqrt gathered away", lambda u: np.sum(np.sqrt(u)[[1, 1]]), [0.0, 4.0], [0.0, 0.5]),
    ("sqrt masked away", lambda u: np.sum(np.sqrt(u)[u > 1.0]), [0.0, 4.0], [0.0, 0.25]),
    ("singular lane of select", lambda u: np.sum(np.select([u > 0], [np.sqrt(u)], u)), [0.0, 4.0], [1.0, 0.25]),
    ("nan_to_num of a singular lane", lambda u: np.sum(np.nan_to_num(np.log(u), neginf=0.0)), [0.0, 4.0], [0.0, 0.25]),
    ("clip at and beyond the ends", lambda u: np.sum(np.clip(u, 0.0, 1.0)), [-1.0, 0.5, 3.0], [0.0, 1.0, 0.0]),
    ("rounding is constant", lambda u: np.sum(np.round(u) * u), [1.2, 2.7], [1.0, 3.0]),
    ("an overwritten singular element", lambda u: overwritten(u), [0.0, 4.0], [0.0, 0.25]),
]  # fmt: skip


def overwritten(u):
    root = np.sqrt(u)
    root[0] = 1.0
    return np.sum(root)


@pytest.mark.parametrize(
    ("f", "point", "expected"), [k[1:] for k in KINKS], ids=[k[0] for k in KINKS]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_reverse(f: Callable[..., Any], point: list[float], expected: list[float]) -> None:
    with right_or_refused():
        found = sourcead.grad(f)(np.array(point))
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(
    ("f", "point", "expected"), [k[1:] for k in KINKS], ids=[k[0] for k in KINKS]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_forward(f: Callable[..., Any], point: list[float], expected: list[float]) -> None:
    direction = np.arange(1.0, len(point) + 1.0)
    with right_or_refused():
        _, out_dot = sourcead.jvp(f, (np.array(point),), (direction,))
    np.testing.assert_allclose(out_dot, direction @ np.array(expected), rtol=1e-14, atol=1e-14)
