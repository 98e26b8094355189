"""Functions that call themselves over lists, dicts, objects and variables that carry derivatives."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tests.everyday.registry import program

XS = [0.3, 0.1, 0.5, 0.2]


# -- lists ----------------------------------------------------------------------------------------


def sum_of_squares(xs):
    if len(xs) == 0:
        return 0.0
    return xs[0] * xs[0] + sum_of_squares(xs[1:])


@program(XS)
def squares_of_a_list(xs):
    return sum_of_squares(xs) * xs[1]


def appended(n, x, out):
    if n == 0:
        return
    out.append(x * n)
    appended(n - 1, x * x, out)


@program(0.7, 3)
def list_filled_by_recursion(x, n):
    out = []
    appended(n, x, out)
    return sum(v * v for v in out) * out[-1]


def quicksort(xs):
    if len(xs) <= 1:
        return xs
    p = xs[0]
    below, above = [v for v in xs[1:] if v < p], [v for v in xs[1:] if v >= p]
    return quicksort(below) + [p] + quicksort(above)


@program(XS)
def sorted_by_recursion(xs):
    return sum((i + 1) * v * v for i, v in enumerate(quicksort(xs)))


def merged(xs):
    if len(xs) < 2:
        return list(xs)
    a, b = merged(xs[: len(xs) // 2]), merged(xs[len(xs) // 2 :])
    out = []
    while a and b:
        out.append(a.pop(0) if a[0] <= b[0] else b.pop(0))
    return out + a + b


@program(XS)
def sorted_by_merging(xs):
    return sum((i + 1) * v * v for i, v in enumerate(merged(xs)))


def leaves(x, n):
    return [x] if n == 0 else leaves(x * 0.5, n - 1) + leaves(x * x, n - 1)


@program(0.7, 3)
def list_made_by_recursion(x, n):
    return sum(v * v for v in leaves(x, n))


def permuted(items, k, out):
    if k == len(items):
        out.append(items[0] * items[-1])
        return
    for i in range(k, len(items)):
        items[k], items[i] = items[i], items[k]
        permuted(items, k + 1, out)
        items[k], items[i] = items[i], items[k]


@program(0.7)
def products_of_permutations(x):
    out = []
    permuted([x, 2.0 * x, x * x], 0, out)
    return sum(v * (i + 1) for i, v in enumerate(out))


@program(0.7, 3)
def backtracking(x, n):
    path, best = [], [0.0]

    def go(k, s):
        if k == 0:
            best[0] = best[0] + s * s
            return
        for w in (1.0, 2.0):
            path.append(w * x)
            go(k - 1, s + path[-1])
            path.pop()

    go(n, 0.0)
    return best[0]


# -- dicts ----------------------------------------------------------------------------------------


@program(0.7, 7)
def remembered(x, n):
    memo = {}

    def f(k):
        if k in memo:
            return memo[k]
        if k < 2:
            return x
        memo[k] = f(k - 1) * x + f(k - 2)
        return memo[k]

    return f(n)


@program(0.7, 3)
def remembered_by_two(x, n):
    cache = {}

    def f(i, j):
        if (i, j) in cache:
            return cache[i, j]
        r = x if i == 0 or j == 0 else f(i - 1, j) * x + f(i, j - 1)
        cache[(i, j)] = r
        return r

    return f(n, n)


@program(0.7, 3)
def entries_changed_by_recursion(x, n):
    state = {"a": x, "b": 1.0}

    def go(k):
        if k == 0:
            return state["a"]
        state["a"] = state["a"] * x + state["b"]
        state["b"] = state["b"] * 0.5
        return go(k - 1) + state["b"]

    return go(n) * state["a"]


# -- objects --------------------------------------------------------------------------------------


class Walker:
    def __init__(self, k):
        self.k = k
        self.seen = []
        self.total = 0.0

    def walk(self, n, x):
        if n == 0:
            return self.k * x
        self.total += x * 0.1
        self.seen.append(x)
        return self.walk(n - 1, x * self.k) + self.total


@program(0.7, 4)
def method_with_state(x, n):
    w = Walker(x * 1.1)
    return w.walk(n, x) + w.total * sum(w.seen)


class Chain:
    def __init__(self, x):
        self.x = x

    def total(self, at):
        return 0.0 if at == len(self.x) else self.x[at] + self.total(at + 1)


@program(np.array([0.7, -0.4, 1.2]))
def method_over_an_array(x):
    return Chain(np.sin(x)).total(0)


@dataclass
class State:
    pos: float
    vel: float


@program(0.7, 4)
def object_changed_by_recursion(x, n):
    s = State(x, 1.0)

    def step(k):
        if k == 0:
            return
        s.vel = s.vel - 0.1 * s.pos
        s.pos = s.pos + 0.1 * math.sin(s.vel)
        step(k - 1)

    step(n)
    return s.pos * s.vel


@program(0.7, 3)
def object_and_array_changed(x, n):
    s, u = State(x, 1.0), np.array([x, x * x, 1.0])

    def go(k):
        if k < 0:
            return 0.0
        u[k] = u[k] * s.pos
        s.pos = s.pos + u[k]
        return go(k - 1) + s.pos

    return go(n - 1) + np.sum(u) + s.pos


class Given(NamedTuple):
    a: float
    steps: list


@program(0.7, 3)
def list_in_a_namedtuple(x, n):
    given = Given(x, [x])

    def go(g, k):
        if k == 0:
            return g.a + sum(g.steps)
        g.steps.append(g.a * k)
        return go(g, k - 1)

    return go(given, n) * len(given.steps)


@dataclass(frozen=True)
class Coefficients:
    a: float
    b: float


def by_coefficients(c, n):
    return c.a if n == 0 else by_coefficients(c, n - 1) * c.b


@program(Coefficients(0.3, 0.5), 3)
def frozen_object(c, n):
    return by_coefficients(c, n)


class Doubling:
    """Stores the double of what is assigned."""

    def __init__(self, v):
        self.__dict__["v"] = v

    def __setattr__(self, name, value):
        self.__dict__[name] = value * 2.0


@program(0.7, 3)
def object_that_stores_in_its_own_way(x, n):
    d = Doubling(x)

    def go(k):
        if k == 0:
            return d.v
        d.v = d.v * x
        return go(k - 1)

    return go(n) * d.v


# -- variables of functions around ----------------------------------------------------------------


@program(0.7, 3)
def variable_rebound_by_recursion(x, n):
    total = 0.0

    def go(k, a):
        nonlocal total
        if k == 0:
            return a
        total = total + a * x
        return go(k - 1, a * x)

    return go(n, x) + total


@program(0.7, 3)
def variable_rebound_one_deeper(x, n):
    total = 0.0

    def go(k, a):
        def note(v):
            nonlocal total
            total = total + v

        if k == 0:
            return a
        note(a * x)
        return go(k - 1, a * x)

    return go(n, x) + total


@program(0.7, 5)
def nested_functions_call_each_other(x, n):
    def even(n, a):
        return a if n == 0 else odd(n - 1, a * x)

    def odd(n, a):
        return a * a if n == 0 else even(n - 1, a + x)

    return even(n, x)


def powers_of(k):
    def p(x, n):
        return x if n == 0 else k * p(x, n - 1) * x

    return p


@program(0.7, 3)
def the_same_function_over_two_constants(x, n):
    return powers_of(2.0)(x, n) + powers_of(3.0)(x, n)


def steps_of(g):
    def p(x, n):
        return x if n == 0 else g(p(x, n - 1)) * x

    return p


@program(0.7, 3)
def the_same_function_over_two_functions(x, n):
    def scaled(a):
        return a * x

    def squared(a):
        return a * a

    return steps_of(np.sin)(x, n) + steps_of(scaled)(x, n) * steps_of(squared)(x, n)
