"""Draws of the module `random`, whose methods are Python functions on built-in ones."""

from __future__ import annotations

import random

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.7, 1.3, 2.1])


def numbers(x):
    random.seed(3)
    return np.sum(x * random.random()) * random.uniform(1.0, 2.0) * random.randint(1, 5)


def chosen(x):
    random.seed(3)
    return np.sum(x**2) * random.choice([1.0, 2.0, 3.0]) + np.sum(x) * random.gauss(0.0, 1.0)


def shuffled(x):
    places = [0, 1, 2]
    random.seed(3)
    random.shuffle(places)
    total = 0.0
    for i in places:
        total = total * 0.9 + x[i] ** 2
    return total


def method_by_name(x):
    draw = random.Random(3).getrandbits
    return np.sum(x**2) * draw(3)


@pytest.mark.parametrize("f", [numbers, chosen, shuffled, method_by_name])
def test_they_are_made_once(f):
    check(f, X)


def test_the_generator_is_left_as_the_function_leaves_it():
    def f(x, rng):
        return x * rng.random() * rng.choice([1.0, 2.0, 3.0]) + rng.gauss(0.0, 1.0)

    one, other = random.Random(3), random.Random(3)
    value, _ = sourcead.value_and_grad(f)(1.5, one)
    assert value == f(1.5, other) and one.random() == other.random()
