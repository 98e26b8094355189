"""What is not selected contributes exactly zero, in both modes; ties and singular points are finite.

Each program is at a point where a value that it does not use is infinite or NaN, or has such a slope.
"""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest

import sourcead
from tests.numeric import check

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

ZERO = np.array([0.0, 4.0])


def overwritten(u):
    w = u**0.5
    w[0] = 3.0
    return np.sum(w)


def overwritten_product(u):
    w = u * np.log(u)
    w[0] = 3.0
    return np.sum(w)


LOG4 = np.log(4.0)
HUGE = np.array([1000.0, 4.0])

LANES = [
    ("where", lambda u: np.sum(np.where(u > 0.0, np.log(u), 0.0)), ZERO, [0.0, 0.25]),
    ("where of a quotient", lambda u: np.sum(np.where(u > 0.0, 1.0 / u, 0.0)), ZERO, [0.0, -1 / 16]),
    ("where of a power", lambda u: np.sum(np.where(u > 0.0, u**-1.5, 0.0)), ZERO, [0.0, -1.5 / 32]),
    ("where, both ways", lambda u: np.sum(np.where(u == 0.0, u, np.sqrt(u))), ZERO, [1.0, 0.25]),
    ("root of a power, sliced", lambda u: np.sum((u**0.5)[1:]), ZERO, [0.0, 0.25]),
    ("quotient, sliced", lambda u: np.sum((1.0 / u)[1:]), ZERO, [0.0, -1 / 16]),
    ("power, sliced", lambda u: np.sum((u**-1.0)[1:]), ZERO, [0.0, -1 / 16]),
    ("quotient, masked", lambda u: np.sum((u / u)[u > 0.0] * 3.0), ZERO, [0.0, 0.0]),
    ("root, gathered", lambda u: np.sum(np.take(np.sqrt(u), [1, 1])), ZERO, [0.0, 0.5]),
    ("root, masked", lambda u: np.sum(np.sqrt(u)[u > 1.0]), ZERO, [0.0, 0.25]),
    ("root, compressed", lambda u: np.sum(np.compress(u > 1.0, np.sqrt(u))), ZERO, [0.0, 0.25]),
    ("root, overwritten", overwritten, ZERO, [0.0, 0.25]),
    ("clip", lambda u: np.sum(np.clip(np.log(u), -1.0, 2.0)), ZERO, [0.0, 0.25]),
    ("a.clip", lambda u: np.sum(np.log(u).clip(-1.0, 2.0)), ZERO, [0.0, 0.25]),
    ("maximum", lambda u: np.sum(np.maximum(-1.0, np.log(u))), ZERO, [0.0, 0.25]),
    ("fmax of NaN", lambda u: np.sum(np.fmax(np.log(u - 1.0), -9.0)), ZERO, [0.0, 1 / 3]),
    ("max", lambda u: np.max(np.log(u)), ZERO, [0.0, 0.25]),
    ("nanmax", lambda u: np.nanmax(np.log(u - 1.0)), ZERO, [0.0, 1 / 3]),
    ("nansum", lambda u: np.nansum(np.log(u - 1.0)), ZERO, [0.0, 1 / 3]),
    ("nan_to_num", lambda u: np.sum(np.nan_to_num(np.log(u), neginf=0.0)), ZERO, [0.0, 0.25]),
    ("sum where", lambda u: np.sum(np.log(u), where=u > 0.0), ZERO, [0.0, 0.25]),
    ("mean where", lambda u: np.mean(np.log(u), where=u > 0.0), ZERO, [0.0, 0.25]),
    ("select", lambda u: np.sum(np.select([u > 0.0], [np.log(u)], 0.0)), ZERO, [0.0, 0.25]),
    ("product with a logarithm", lambda u: np.sum(np.where(u > 0.0, u * np.log(u), 0.0)), ZERO, [0.0, 1 + LOG4]),
    ("its square, below 0", lambda u: np.sum(np.where(u > 0.0, np.log(u) ** 2, 0.0)), ZERO - [1, 0], [0.0, LOG4 / 2]),
    ("product with a quotient", lambda u: np.sum(np.minimum(1.0, 1.0 / u * u)), ZERO, [0.0, 0.0]),
    ("product, sliced", lambda u: np.sum((u * np.log(u))[1:]), ZERO, [0.0, 1 + LOG4]),
    ("product, masked", lambda u: np.sum((u * np.log(u))[u > 0.0]), ZERO, [0.0, 1 + LOG4]),
    ("product, overwritten", overwritten_product, ZERO, [0.0, 1 + LOG4]),
    ("product of what overflows", lambda u: np.sum(np.where(u < 9.0, u * np.exp(u), u)), HUGE, [1.0, 5 * np.exp(4)]),
    ("median", lambda u: np.median(np.append(np.log(u), 9.0)), ZERO, [0.0, 0.25]),
    ("quantile", lambda u: np.quantile(np.append(np.log(u), 9.0), 0.5), ZERO, [0.0, 0.25]),
    ("median of a list", lambda u: statistics.median([np.sqrt(u[0]), np.sqrt(u[1]), 9.0]), ZERO, [0.0, 0.25]),
    ("sorted", lambda u: sorted(np.sqrt(u))[1], ZERO, [0.0, 0.25]),
    ("builtin max", lambda u: max(np.log(u)), ZERO, [0.0, 0.25]),
    ("ptp", lambda u: np.ptp(np.append(np.sqrt(u), [-1.0, 9.0])) + u[1], ZERO, [0.0, 1.0]),
    ("minimum.reduce", lambda u: np.minimum.reduce(-np.log(u)), ZERO, [0.0, -0.25]),
    ("maximum.accumulate", lambda u: np.maximum.accumulate(np.sqrt(u)[::-1])[1], ZERO, [0.0, 0.25]),
    ("lower triangle", lambda u: np.sum(np.tril(np.log(u[[[1, 0], [1, 1]]]))), ZERO, [0.0, 0.75]),
    ("upper triangle", lambda u: np.sum(np.triu(np.log(u[[[1, 1], [0, 1]]]))), ZERO, [0.0, 0.75]),
    ("trace", lambda u: np.trace(np.log(u[[[1, 0], [0, 1]]])), ZERO, [0.0, 0.5]),
    ("delete", lambda u: np.sum(np.delete(np.log(u), 0)), ZERO, [0.0, 0.25]),
    ("repeat", lambda u: np.sum(np.repeat(np.log(u), [0, 2])), ZERO, [0.0, 0.5]),
    ("item", lambda u: np.log(u).item(1), ZERO, [0.0, 0.25]),
    ("interp", lambda u: np.interp(1.0, [0.0, 1.0, 2.0], np.append(np.log(u), 1.0)), ZERO, [0.0, 0.25]),
    ("choose", lambda u: np.sum(np.choose([0, 1], [u, np.log(u)])), ZERO, [1.0, 0.25]),
    ("array.choose", lambda u: np.sum((u > 1).choose([u, np.log(u)])), ZERO, [1.0, 0.25]),
    ("one triangle of a matrix", lambda u: np.linalg.cholesky(9.0 * np.eye(2) + np.triu(np.sqrt(u[[[1, 0], [1, 1]]])))[0, 0],
     ZERO, [0.0, 0.125 / 11.0**0.5]),
    ("part of a list", lambda u: sum([np.sqrt(v) for v in u][1:]), ZERO, [0.0, 0.25]),
    ("part of an array of a list", lambda u: np.sum(np.array([np.sqrt(v) for v in u])[1:]), ZERO, [0.0, 0.25]),
    ("math.fabs of an element", lambda u: math.fabs(u[0]) + math.fabs(-u[1]), ZERO, [0.0, 1.0]),
    ("math.copysign of an element", lambda u: math.copysign(u[1], -1.0), ZERO, [0.0, -1.0]),
    ("factor without derivative", lambda u: np.sum(np.where(u > 0.0, u * np.log(ZERO), 0.0)), ZERO, [0.0, LOG4]),
]  # fmt: skip

GAPS = np.array([np.nan, 1.0, np.inf])

MISSING = [
    ("where", lambda u: np.sum(np.where(np.isfinite(GAPS), (u - GAPS) ** 2, 0.0)), [0.0, 2.0, 0.0]),
    ("mask", lambda u: np.sum((u * u * GAPS)[np.isfinite(GAPS)]), [0.0, 4.0, 0.0]),
    ("where=", lambda u: np.sum(np.sin(u * GAPS), where=np.isfinite(GAPS)), [0.0, np.cos(2.0), 0.0]),
    ("nansum", lambda u: np.nansum((u - GAPS[:2].repeat(2)[:3]) ** 2), [0.0, 0.0, 4.0]),
    ("nan_to_num", lambda u: np.sum(np.nan_to_num(u * GAPS, posinf=0.0)), [0.0, 1.0, 0.0]),
]  # fmt: skip


@pytest.mark.parametrize("case", MISSING, ids=lambda case: case[0])
def test_missing_data_that_a_program_asks_for_contribute_zero(case):
    _, program, expected = case
    found = sourcead.grad(program)(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(found, expected, rtol=1e-14)


KINKS = [
    ("abs", lambda u: np.sum(np.abs(u)), [0.0, -2.0], [0.0, -1.0]),
    ("maximum of equals", lambda u: np.sum(np.maximum(u, u[::-1])), [2.0, 2.0], [1.0, 1.0]),
    ("max of equals", lambda u: np.max(u), [2.0, 2.0, 1.0], [0.5, 0.5, 0.0]),
    ("max of equals with initial", lambda u: np.max(u, initial=2.0), [2.0, 1.0], [0.5, 0.0]),
    ("sort of equals", lambda u: np.sort(u)[0] + 2.0 * np.sort(u)[1], [3.0, 3.0], [1.0, 2.0]),
    ("median of equals", lambda u: np.median(u), [3.0, 3.0], [0.5, 0.5]),
    ("x**0", lambda u: np.sum(u**0), [0.0, 2.0], [0.0, 0.0]),
    ("x**n, n a number", lambda u, n=0: np.sum(u**n), [0.0, 2.0], [0.0, 0.0]),
    ("x**1, x**2", lambda u: np.sum(u**1 + u**2), [0.0, 2.0], [1.0, 5.0]),
    ("prod", lambda u: np.prod(u), [0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
    ("std of equals", lambda u: np.std(u), [2.0, 2.0], [0.0, 0.0]),
    ("norm", lambda u: np.linalg.norm(u), [0.0, 0.0], [0.0, 0.0]),
    ("hypot", lambda u: np.hypot(u[0], u[1]), [0.0, 0.0], [0.0, 0.0]),
    ("largest singular value", lambda u: np.linalg.norm(u[[[0, 1], [1, 0]]], 2), [0.0, 0.0], [0.0, 0.0]),
    ("least singular value", lambda u: np.linalg.norm(u[[[0, 1], [1, 0]]], -2), [0.0, 0.0], [0.0, 0.0]),
    ("nuclear norm", lambda u: np.linalg.norm(u[[[0, 1], [1, 0]]], "nuc"), [0.0, 0.0], [0.0, 0.0]),
    ("ptp of equals", lambda u: np.ptp(u), [1.0, 3.0, 3.0, 1.0], [-0.5, 0.5, 0.5, -0.5]),
    ("maximum.reduce of equals", lambda u: np.maximum.reduce(u), [3.0, 3.0, 1.0], [0.5, 0.5, 0.0]),
    ("builtin max of equals: the first", lambda u: max(u), [3.0, 3.0, 1.0], [1.0, 0.0, 0.0]),
    ("builtin min of equals: the first", lambda u: min(u[1], u[0]), [3.0, 3.0], [0.0, 1.0]),
    ("sorted, equals keep their order", lambda u: sorted(u)[1], [3.0, 3.0, 1.0], [1.0, 0.0, 0.0]),
    ("sorted, reversed", lambda u: sorted(u, reverse=True)[0], [3.0, 3.0, 1.0], [1.0, 0.0, 0.0]),
    ("cumprod with a zero", lambda u: np.sum(np.cumprod(u)), [2.0, 0.0, 3.0], [1.0, 8.0, 0.0]),
    ("prod with two zeros", lambda u: np.prod(u), [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
    ("math.prod", lambda u: math.prod(u), [2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
    ("0**y", lambda u: np.sum(np.zeros(2) ** u) + 0.0 ** u[0], [2.0, 1.0], [0.0, 0.0]),
    ("math.dist, math.hypot", lambda u: math.dist(u, u * 1.0) + math.hypot(u[0], u[0]), [0.0], [0.0]),
    ("percentile of equals", lambda u: np.percentile(u, 50), [2.0, 2.0, 2.0], [0.0, 1.0, 0.0]),
    ("clip at the ends", lambda u: np.sum(np.clip(u, 0.0, 1.0)), [-1.0, 0.0, 1.0, 2.0], [0.0, 1.0, 1.0, 0.0]),
    ("round", lambda u: np.sum(np.round(u)) + round(u[0], 1), [0.5, 1.0], [0.0, 0.0]),
    ("sinc", lambda u: np.sum(np.sinc(u)), [0.0], [0.0]),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point", "expected"), [c[1:] for c in LANES + KINKS], ids=[c[0] for c in LANES + KINKS])  # fmt: skip
def test_gradient(f, point, expected):
    point = np.array(point)
    np.testing.assert_allclose(sourcead.grad(f)(point), expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize(("f", "point", "expected"), [c[1:] for c in LANES + KINKS], ids=[c[0] for c in LANES + KINKS])  # fmt: skip
def test_tangent(f, point, expected):
    along = np.arange(1.0, len(point) + 1.0)
    _, out_dot = sourcead.jvp(f, (np.array(point),), (along,))
    np.testing.assert_allclose(out_dot, along @ np.array(expected), rtol=1e-14, atol=1e-14)


RNG = np.random.default_rng(7)
A = RNG.normal(size=(2, 3, 4))
W = RNG.uniform(0.5, 1.5, size=(2, 3, 4))
MASK = RNG.random((3, 4)) < 0.6

SHAPES = [
    ("negative axis", lambda a: np.sum(np.mean(a * W, axis=-1) ** 2), A),
    ("several axes", lambda a: np.sum(np.sum(a * W, axis=(0, -1)) ** 2), A),
    ("keepdims", lambda a: np.sum((a - np.mean(a, axis=1, keepdims=True)) ** 3), A),
    ("no axes", lambda a: np.sum(np.sum(a, axis=()) ** 2), A),
    ("where", lambda a: np.sum(np.sum(a**2, axis=0, where=MASK) ** 2), A),
    ("where broadcast", lambda a: np.sum(np.mean(a**2, axis=1, where=MASK[:, :1]) ** 2) if MASK[:, 0].any() else 0.0, A),
    ("initial", lambda a: np.sum(np.sum(a, axis=1, initial=a[0, 0, 0]) ** 2), A),
    ("ddof", lambda a: np.sum(np.var(a, axis=(0, 2), ddof=1) ** 2), A),
    ("dtype", lambda a: np.sum(np.sum(a, axis=0, dtype=np.float64) ** 2), A),
    ("size one", lambda a: np.sum((a[:, :1] * a) ** 2), A),
    ("row and column", lambda a: np.sum((a[0, 0] + a[1, :, :1]) ** 3), A),
    ("nothing", lambda a: np.sum(a[:0]) + np.sum(a**2), A),
    ("0-d", lambda a: np.sum(np.array(a[0, 0, 0] * a[1, 1, 1]) * a), A),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point"), [c[1:] for c in SHAPES], ids=[c[0] for c in SHAPES])
def test_shapes_and_options(f, point):
    check(f, point)
