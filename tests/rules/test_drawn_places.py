"""Elements of an array in places that are drawn: `rng.choice`, `permutation`, `shuffle`."""

from __future__ import annotations

import numpy as np
import pytest

import sourcead
from tests.numeric import check

X = np.array([0.7, 1.3, 2.1])
PLACES = np.arange(3.0)


def new():
    return np.random.default_rng(3)


def shuffled(x):
    a = x * 1.0
    new().shuffle(a)
    return np.sum(a * PLACES)


def shuffled_rows(x):
    a = np.outer(x, x)
    rng = np.random.RandomState(3)
    rng.shuffle(a)
    return np.sum(a * PLACES[:, None]) * rng.normal()


def shuffled_list(x):
    a = [x[0], 2.0 * x[1], x[2] ** 2]
    new().shuffle(a)
    return 3.0 * a[0] + a[1]


def of_the_module(x):
    np.random.seed(3)
    a = 2.0 * x
    np.random.shuffle(a)
    return np.sum(a * PLACES) + np.random.choice(x) ** 2 + np.sum(np.random.permutation(x) * PLACES)


def shuffled_numbers(x):
    places, rng, total = [0, 1, 2], new(), 0.0
    for _ in range(3):
        rng.shuffle(places)
        for i in places:
            total = total * 0.9 + x[i] ** 2
    np.random.seed(3)
    np.random.shuffle(places)
    return total * x[places[0]]


def shuffled_array_of_numbers(x):
    places, rng, w = np.arange(3), new(), 1.0 * x
    for _ in range(3):
        rng.shuffle(places)
        w = w - 0.1 * w[places] ** 2
    return np.sum(w * PLACES)


PROGRAMS = {
    "some": lambda x: np.sum(new().choice(x, 5) ** 2),
    "one": lambda x: new().choice(x) ** 2,
    "rows": lambda x: np.sum(new().choice(np.outer(x, x), 2, replace=False) ** 2),
    "columns": lambda x: np.sum(new().choice(np.outer(x, x), (2, 2), axis=1) ** 2),
    "weighted": lambda x: np.sum(new().choice(x, 5, p=[0.2, 0.3, 0.5])),
    "of a list": lambda x: new().choice([x[0], 2.0 * x[1]]) ** 2,
    "places": lambda x: np.sum(x[new().choice(3, 5)] ** 2) * x[new().choice(3)],
    "permutation": lambda x: np.sum(new().permutation(np.outer(x, x)) * PLACES[:, None]),
    "shuffled": shuffled,
    "shuffled rows": shuffled_rows,
    "shuffled list": shuffled_list,
    "shuffled numbers": shuffled_numbers,
    "shuffled array of numbers": shuffled_array_of_numbers,
    "of the module": of_the_module,
}


@pytest.mark.parametrize("f", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_same_elements_are_drawn_and_have_their_derivatives(f):
    check(f, X)


def test_the_generator_is_left_as_the_function_leaves_it():
    def f(x, rng):
        return np.sum(rng.choice(x, 4) * rng.permutation(np.append(x, 1.0)))

    one, other = new(), new()
    value, _ = sourcead.value_and_grad(f)(X, one)
    assert value == f(X, other) and one.normal() == other.normal()
