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
