"""A loop's turn that ends with a name from outside of it."""

import numpy as np
import pytest

from tests.numeric import check


def set_in_each_turn(k, x):
    n = 0.5
    for _ in range(k):
        n = x
    return 1.1 * x + 1.3 * n


def swapped(k, x):
    a, b = x * x, 0.3
    for _ in range(k):
        a, b = x, a
    return 1.1 * x + a * b


def array_in_each_turn(k, u):
    n = np.zeros(3)
    for _ in range(k):
        n = u
    return np.sum(u) + np.sum(n * n)


def in_a_while(k, x):
    n = x * x
    while k > 0:
        k -= 1
        n = x
    return n + x


@pytest.mark.parametrize("k", [0, 1, 3])
def test_it_receives_what_the_turn_hands_on(k):
    for f in (set_in_each_turn, swapped, in_a_while):
        check(lambda x, f=f: f(k, x), 0.7, directions=1)
    check(lambda u: array_in_each_turn(k, u), np.array([0.3, -0.5, 0.9]), directions=1)
