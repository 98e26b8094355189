"""Lists and tuples of numbers beside an array decide its length: what a call returns is known from them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.numeric import check

X = np.array([1.5, 4.0])
W = np.array([1.0, 3.0])
WEIGHTS = [1.0, 3.0]


def norm_of_order(x, order):
    return np.linalg.norm(np.outer(x, x), order)


CASES = {
    "average, list": lambda x: np.average(x * x, weights=[1.0, 3.0]),
    "average, tuple of integers": lambda x: np.average(x * x, 0, (1, 3)),
    "average, list of a module": lambda x: np.average(x * x, weights=WEIGHTS),
    "average, weights that vary": lambda x: np.average([1.0, 2.0], weights=[x[0], x[1]]),
    "average, returned": lambda x: np.average(x, weights=[x[0], 3.0], returned=True)[0] ** 2,
    "histogram, weights": lambda x: np.sum(np.histogram([0.1, 0.9], bins=2, weights=x * x)[0] * W),
    "histogram, list of weights": lambda x: (
        np.histogram([0.1, 0.9, 0.2], 2, (0, 1), weights=[x[0] ** 2, x[1], 1.0])[0] @ W
    ),
    "histogram, density": lambda x: (
        np.histogram([0.1, 0.9], bins=[0, 0.5, 1.0], weights=x, density=True)[0] @ W
    ),
    "choose, list": lambda x: np.sum(np.choose([0, 1], [x, x * x])),
    "choose, array of choices": lambda x: np.sum(np.choose(np.array([0, 1]), np.stack([x, x * x]))),
    "reduceat, list times array": lambda x: np.sum(np.add.reduceat([1.0, 2.0] * x, [0, 1]) * x),
    "bincount, list": lambda x: np.bincount([0, 1, 1], weights=[x[0], x[1], x[0] * x[1]])[1],
    "norm, order out of a variable": lambda x: norm_of_order(x, "nuc") + norm_of_order(x, np.inf),
}


@pytest.mark.parametrize("function", [np.maximum, np.fmin, np.hypot], ids=lambda f: f.__name__)
def test_a_number_beside_a_list(function):
    check(lambda x, f=function: np.sum(f(x, [0.2, 0.5]) * f([0.1, 0.7], x)), 0.3)


@pytest.mark.parametrize("name", CASES)
def test_kinds_from_lists(name):
    check(CASES[name], X)
