"""Generator expressions that user-written functions get, and methods of containers as values."""

import itertools
import math
from functools import partial

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1, 0.9])


def total(items):
    t = 0.0
    for v in items:
        t += v
    return t


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def weighted(items):
    out = 0.0
    for i, v in enumerate(items):
        out += i * v
    return out


def spread(items, power=1):
    xs = [v**power for v in items]
    return sum(xs) / len(xs), max(xs)


class Sample:
    def __init__(self, items):
        self.items = list(items)

    def total(self):
        return sum(self.items)


# -- generator expressions ----------------------------------------------------------------------


@program(X)
def generator_for_a_loop(x):
    return total(v * v for v in x) * weighted(v * v for v in x if v > 0.5)


@program(X)
def generator_for_a_list(x):
    m, b = spread((v * v for v in x), power=2)
    n, c = spread(items=(a * b for a in x for b in x if a < b))
    return m * b + n * c + mean(v * v for v in x) + Sample(v * v for v in x).total()


@program(X)
def generator_that_sees_the_turn(x):
    t = 0.0
    for i in range(3):
        t += total(v**i for v in x) * i
    return t + total(total(a * b for a in x) for b in x)


@program(X)
def generator_that_binds_late(x):
    w = 2.0

    def later(items):
        nonlocal w
        w = 3.0
        return total(items)

    a = 2.0
    g = (v * a for v in x)
    a = x[0]
    return later(w * v for v in x) + sum(g)


@program(X)
def generator_of_a_list_that_grows(x):
    ys = list(x)
    g = (v * v for v in ys)
    ys.append(x[0] * 3)
    zs = [1.0, 2.0]
    h = (v * v * x[0] for v in zs)
    zs = [3.0]
    return sum(g) + sum(h)


@program(X)
def generators_in_each_other(x):
    g = (v for v in x)
    h = (v * v for v in g)
    a, b = zip(*((v, v * v) for v in x))
    return sum(h) + sum(itertools.chain((v for v in x), a)) * b[1]


@program(X)
def generator_beside_others(x):
    t = 0.0
    for a, b in zip((v * v for v in x), np.ones(4)):
        t += a * b
    for a, b in zip(x, (v * v for v in x)):
        t += a * b
    named = dict(zip("abcd", (v * v for v in x)))
    return t + named["b"] + sum(map(lambda v: v * 2, (v * v for v in x)))  # noqa: C417


@program(X)
def first_of_a_generator(x):
    def found(v):
        try:
            return next(a * v for a in x if a * v > 0.5)
        except StopIteration:
            return v

    t = 0.0
    for k in range(4):
        t += found(x[k])
    j = next((i for i, v in enumerate(x) if v > 0.6), None)
    ys = [next((b for b in x if b > a), a * 3) for a in x]
    return t * x[j] + sum(ys)


# -- methods of containers ----------------------------------------------------------------------


def integrate(f, y, n, callback=None):
    for _ in range(n):
        y = y + 0.1 * f(y)
        if callback is not None:
            callback(y)
    return y


class Recorder:
    def __init__(self):
        self.history = []
        self.listeners = []

    def __call__(self, y):
        self.history.append(y)

    def note(self, y):
        self.history.append(2 * y)

    def listen(self, function):
        self.listeners.append(function)

    def fire(self, v):
        for function in self.listeners:
            function(v)


@program(X)
def append_as_a_callback(x):
    history = []
    y = integrate(lambda v: -x[0] * v, x[1], 3, callback=history.append)
    add = history.append
    add(y * y)
    return y * history[0] + sum(history)


@program(X)
def callbacks_of_objects(x):
    r = Recorder()
    integrate(lambda v: -x[0] * v, x[1], 3, callback=r)
    integrate(lambda v: -x[2] * v, x[1], 3, callback=r.note)
    seen = []
    r.listen(seen.append)
    r.fire(x[0])
    return sum(r.history) * seen[0]


@program(X)
def get_as_a_value(x):
    d = {"a": x[0], "b": x[1]}
    get, update, items = d.get, d.update, d.items
    before = get("a") * get("b") + get("c", 2.0)
    update(a=x[2])
    return before + sum(v * v for _, v in items()) + sum(map(d.get, ["a", "b"]))


@program(X)
def methods_in_a_dict(x):
    xs = []
    stack = {"push": xs.append, "pop": xs.pop}
    stack["push"](x[0])
    stack["push"](x[1] * 2)
    return stack["pop"]() * xs[0]


@program(X)
def methods_for_map(x):
    out = []
    list(map(out.append, x * x))
    front = partial(out.insert, 0)
    for v in x:
        front(v * v * v)
    best = max(range(len(out)), key=out.__getitem__)
    return sum(out) * out[0] * out[best] + math.sqrt(out.__len__() * out[-1])
