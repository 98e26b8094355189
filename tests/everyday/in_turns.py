"""Generators and the loops over them run in turns: left early, endless, over others, changing what the other sees."""

import itertools

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


def newton(x):
    y = x
    while True:
        yield y
        y = 0.5 * (y + x / y)


def scaled(x, k=2.0):
    for v in x:
        yield v * k


def running(items):
    total = 0.0
    for v in items:
        total = total + v
        yield total


def rows(a):
    for i in range(len(a)):
        yield a[i]


def halved(u):
    u = u.copy()
    for _ in range(3):
        u *= 0.5
        yield u


def in_order(tree):
    if tree is None:
        return
    left, v, right = tree
    yield from in_order(left)
    yield v
    yield from in_order(right)


def shrinking(x):
    while True:
        yield x
        x = 0.5 * x * np.cos(x)


def iterates(n, v):
    for _ in range(n):
        v = v * np.sin(v) + 0.3
        yield v
    return v


@program(2.3)
def left_when_converged(x):
    for y in newton(x):
        if abs(y * y - x) < 1e-12:
            break
    return y


@program(X)
def pipeline_left_early(x):
    s = 0.0
    for y in running(scaled(x)):
        if s > 10.0:
            break
        s += y * y
    return s


@program(X)
def loop_writes_what_is_given(x):
    x = x.copy()
    s = 0.0
    for r in rows(x.reshape(3, 2)):
        r *= 2.0
        s = s + r.sum() ** 2
        x[5] = x[5] * r[0]
    return s


@program(X)
def one_array_given_with_other_content(x):
    total = 0.0
    for u, w in zip(halved(x), [1.0, 2.0, 3.0]):
        total += np.sum(u * u) * w
    return total


class Path:
    def __init__(self, w):
        self.w, self.count = w, 0

    def __iter__(self):
        for _ in range(4):
            self.count += 1
            self.w = self.w * self.w
            yield self.w


@program(X)
def both_change_the_object(x):
    path = Path(x[0])
    s = 0.0
    for w in path:
        s += w
        path.w = path.w + x[1]
        if s > 100.0:
            break
    return s * path.w * path.count


@program(X)
def returned_from_two_loops(x):
    for v in running(x):
        for w in running(x):
            if w > v:
                break
        if v > 1.0:
            return v * w
    return x[0]


@program(X)
def tree_in_order(x):
    tree = ((None, x[0], None), x[1], (None, x[2], (None, x[3], None)))
    s = 0.0
    for v in in_order(tree):
        s = s * 0.5 + v * v
    return s


@program(X)
def loop_raises_half_way(x):
    s = 0.0
    try:
        for v in running(x):
            s += v * v
            if v > 1.0:
                raise KeyError("large")
            s = s * 2.0
    except KeyError:
        s = s * s * x[0]
    return s


@program(X)
def endless_ones_in_library_functions(x):
    s = sum(a * v for a, v in zip(x, shrinking(x[1])))
    s += sum(v * v for v in itertools.islice(shrinking(x[0]), 3))
    s += sum(list(itertools.takewhile(lambda v: v > 0.1, shrinking(x[3]))))
    for i, v in enumerate(shrinking(x[4])):
        s += v * (i + 1)
        if i > 3:
            break
    return s


@program(X)
def iterators_over_generators(x):
    s = 0.0
    for a, b in itertools.pairwise(map(np.sin, running(x))):
        s += a * b
        if s > 0.9:
            break
    for i, t in enumerate(itertools.accumulate(running(x)), start=1):
        if i == 5:
            break
        s = s * 0.5 + t * i
    return s


@program(X)
def yield_from_left_early(x):
    def all_iterates():
        for i, v in enumerate(x):
            yield from iterates(i, v)

    s = 0.0
    for q in all_iterates():
        if q > 3.0:
            break
        s += q**2
    return s
