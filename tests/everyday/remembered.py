"""Functions that remember what they gave: decorators of one's own, `lru_cache` with its size by position."""

import functools
import math

import numpy as np

from tests.everyday.registry import program


def remembering(function):
    known = {}

    @functools.wraps(function)
    def asked(*args):
        if args not in known:
            known[args] = function(*args)
        return known[args]

    return asked


@program(0.7)
def tree_by_a_decorator(x):
    @remembering
    def value(n, j):
        if n == 3:
            return x * j
        return max(x, 0.3 * value(n + 1, j + 1) + 0.7 * value(n + 1, j))

    return value(0, 0)


@program(0.3)
def two_trees_by_a_decorator(sigma):
    up = math.exp(sigma * 0.5)
    p = (1 - 1 / up) / (up - 1 / up)

    def price(strike):
        @remembering
        def value(n, j):
            now = max(strike - 1.3 * up ** (2 * j - n), 0.0)
            if n == 3:
                return now
            return max(now, p * value(n + 1, j + 1) + (1 - p) * value(n + 1, j))

        return value(0, 0)

    return price(1.4) + price(2.0) ** 2


@program(0.7)
def tree_by_a_table(x):
    table = {}

    def fresh(n, j):
        if n == 3:
            return x * j
        return max(x, 0.3 * value(n + 1, j + 1) + 0.7 * value(n + 1, j))

    def value(*args):
        if args not in table:
            table[args] = fresh(*args)
        return table[args]

    return value(0, 0)


@program(0.7)
def trees_by_lru_cache(x):
    def price(k):
        @functools.lru_cache(None)
        def value(n, j):
            if n == 3:
                return x * j * k
            return max(x, 0.3 * value(n + 1, j + 1) + 0.7 * value(n + 1, j))

        return value(0, 0)

    return sum(price(k) for k in np.arange(3.0))


class Pair:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __iter__(self):
        yield self.x
        yield self.y


@program(0.7)
def lists_extended_by_what_iterates(a):
    items = [*Pair(a, a * a)]
    items += Pair(a, 2.0)
    items.extend(Pair(a * a, 3.0))
    items.extend(np.array([a, a * a]) * 2)
    (x, y) = (*Pair(items[1], a),)
    return sum(items) * items[-1] + x * y
