"""Generators and `iter(...)` taken piece by piece: `next`, `send`, kept, shared, taken further after a loop."""

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


def powers(x):
    v = x
    while True:
        yield v
        v = v * x


def running(items):
    total = 0.0
    for v in items:
        total = total + v
        yield total


def at_even_places(x):
    for i, v in enumerate(x):
        if i % 2:
            continue
        yield v * v


def averages(weight):
    total, count, average = 0.0, 0, None
    while True:
        v = yield average
        total += v * weight
        count += 1
        average = total / count


def repeated(source, times):
    for v in source:
        for j in range(times):
            yield v * (j + 1)


def deeper(n, v):
    if n == 0:
        yield v
        return
    for w in deeper(n - 1, v * v):
        yield w * 0.5
    yield v


@program(X)
def next_by_hand(x):
    g = powers(x[0])
    a = next(g)
    b = next(g)
    return a + b * x[1] + next(g) ** 2


@program(X)
def next_in_a_loop(x):
    g = powers(x[0])
    total = 0.0
    for v in x:
        total += next(g) * v
    return total


@program(X)
def looped_over_after_next(x):
    g = running(x)
    s = next(g) * 2.0
    for v in g:
        s = s * 0.5 + v
        if s > 3.0:
            break
    return s + next(g, x[5] * 3.0)


@program(X)
def sent_values(x):
    averaging = averages(x[0])
    next(averaging)
    return sum([averaging.send(v) ** 2 for v in x])


@program(X)
def two_endless_ones_zipped(x):
    return sum(a * b for a, b in zip(powers(x[0]), running(x)))


class Meter:
    def __init__(self, values):
        self.values = values

    def step(self):
        return next(self.values)


@program(X)
def kept_in_an_object(x):
    meter = Meter(running(x))
    s = 1.0
    while s < 5.0:
        s += meter.step()
    return s * meter.step()


@program(X)
def exhausted_and_caught(x):
    g = at_even_places(x)
    out = [next(g)]
    try:
        while True:
            out.append(next(g))
    except StopIteration:
        out.append(x[1] * x[2])
    return sum([v * v for v in out]) * out[-1]


@program(X)
def pipeline_by_next(x):
    g = repeated(running(x), 2)
    s = 0.0
    for _ in range(7):
        s = s * 0.9 + next(g) ** 2
    return s


@program(X)
def one_or_the_other_by_what_was_found(x):
    a, b = powers(x[0]), powers(x[1])
    s = 0.0
    for _ in range(5):
        if s < 1.5:
            s += next(a)
        else:
            s -= next(b) * 0.1
    return s


@program(X)
def recursive_by_next(x):
    g = deeper(3, x[0])
    return next(g) * next(g) + next(g)


@program(X)
def many_in_a_list(x):
    growing = [powers(v) for v in x[:3]]
    s = 0.0
    for _ in range(2):
        for each in growing:
            s += next(each)
    return s


@program(X)
def iterator_of_an_array(x):
    it = iter(x)
    s = next(it)
    for v in it:
        s = s * s + v
    pairs = iter(x)
    return s + sum(a * b for a, b in zip(pairs, pairs))


def taken_up_to(values, n):
    s = 0.0
    for i, v in enumerate(values):
        s += v * v
        if i == n:
            return s
    return s


@program(X)
def shared_with_a_callee(x):
    g = running(x)
    first = taken_up_to(g, 1)
    return first * taken_up_to(g, 1)
