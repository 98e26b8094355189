"""`itertools` over values that carry derivatives."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.numeric import check


def pairs(x, y, z):
    return sum(a * b**2 for a, b in itertools.combinations([x, y, z], 2))


def ordered(x, y, z):
    total = 0.0
    for a, b in itertools.permutations((x, y, z), 2):
        total += a / b
    return total


def grid(x, y, z):
    return sum(a * b for a, b in itertools.product([x, y], [z, x]))


def steps(x, y, z):
    return sum((b - a) ** 2 for a, b in itertools.pairwise([x, y, z, x * y]))


def joined(x, y, z):
    total = 1.0
    for a in itertools.chain([x, y], (z,), [x * z]):
        total *= a + 1.0
    return total


def running(x, y, z):
    return sum(a**2 for a in itertools.accumulate([x, y, z]))


def running_product(x, y, z):
    return sum(itertools.accumulate([x, y, z], lambda a, b: a * b))


def applied(x, y, z):
    return sum(itertools.starmap(pow, [(x, y), (y, z)]))


def first_ones(x, y, z):
    return sum(a**2 for a in itertools.islice([x, y, z], 2))


@pytest.mark.parametrize(
    "f",
    [pairs, ordered, grid, steps, joined, running, running_product, applied, first_ones],
    ids=lambda f: f.__name__,
)
def test_known_items(f):
    check(f, 1.3, 0.7, 2.1)


def built(u):
    rows = []
    for v in u:
        rows.append(v * v)
    total = 0.0
    for a in itertools.accumulate(rows):
        total += a * a
    for a, b in itertools.pairwise(rows):
        total += a * b
    return total


def test_lists_of_any_length():
    check(built, np.array([1.0, 0.5, -2.0]))


# -- rows of a length that is known while running ----------------------------------------------------


def leibniz(a):
    total = 0.0
    for order in itertools.permutations(range(len(a))):
        crossed = sum(1 for i, j in itertools.combinations(range(len(a)), 2) if order[i] > order[j])
        term = -1.0 if crossed % 2 else 1.0
        for i, j in enumerate(order):
            term *= a[i, j]
        total += term
    return total**2


def partition_function(u):
    total = 0.0
    for spins in itertools.product((-1, 1), repeat=len(u)):
        total += np.exp(sum(spin * v for spin, v in zip(spins, u)))
    return np.log(total)


def subsets(u):
    count = len(u) - 1
    return sum(u[rows[0]] ** rows[-1] for rows in itertools.combinations(range(len(u)), count))


@pytest.mark.parametrize(
    "f, x",
    [
        (leibniz, np.array([[1.0, 0.5, 0.2], [-0.3, 2.0, 0.7], [0.4, 0.1, 1.5]])),
        (partition_function, np.array([0.5, -0.3, 0.2])),
        (subsets, np.array([0.5, 1.3, 0.2, 0.7])),
    ],
    ids=["leibniz", "partition_function", "subsets"],
)
def test_rows_of_any_length(f, x):
    check(f, x)
