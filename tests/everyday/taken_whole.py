"""Functions that take all of an iterator, dicts of names and values."""

# ruff: noqa: C414  (as people write it)

import numpy as np

from tests.everyday.registry import program

X = np.random.default_rng(0).normal(size=5)
M = np.random.default_rng(1).normal(size=(3, 4))


@program(X)
def inactive_iterator_(x):
    g = iter([1, 2, 3])
    s = x[0] * len(list(g))
    return s * (1 + len(list(g)))


@program(X)
def inactive_iterator_3(x):
    g = iter([1, 2, 3])
    s = x[0] * sum(g)
    return s * (1 + sum(g))


@program(X)
def inactive_iterator_4(x):
    g = iter([1, 2, 3])
    s = x[0] * next(g)
    return s * (1 + next(g)) * max(g)


@program(X)
def inactive_iterator_5(x):
    g = zip([1, 2, 3], [2, 3, 4])
    s = x[0] * len(list(g))
    return s * (1 + len(list(g)))


@program(X)
def inactive_iterator_6(x):
    g = zip([1, 2, 3], [2, 3, 4])
    s = x[0] * len(tuple(g))
    for a, b in g:
        s = s * a
    return s * (1 + len(dict(g)))


@program(X)
def taken_1(x):
    return sum(reversed(x)) * x[0]


@program(X)
def taken_2(x):
    return max(reversed(x)) * x[0]


@program(X)
def taken_3(x):
    return (np.fromiter(reversed(x), float) ** 2)[1:].sum()


@program(X)
def taken_4(x):
    return sum(list(reversed(list(x)))[1:]) * x[0]


@program(X)
def taken_5(x):
    return sum(iter(x)) * max(iter(x))


@program(X)
def taken_6(x):
    return sum(v for v in iter(x)) * min(x[::-1])


@program(X)
def taken_7(x):
    return np.prod(list(reversed(x))) + sum(reversed([x[0], x[1] ** 2]))


@program(X)
def taken_8(x):
    return sum(filter(None, x)) + sum(reversed(x[1:])) ** 2


@program(X)
def taken_12(x):
    return sorted(reversed(x))[0] * tuple(reversed(x))[1] * x[2]


@program(X)
def taken_13(x):
    return np.array(list(zip(x, x[::-1]))).sum() + np.sum([a * b for a, b in zip(x, reversed(x))])


@program(X)
def taken_14(x):
    return np.sum(list(map(lambda a, b: a * b, x, reversed(x))))


@program(X)
def names_and_values_2(x):
    p = dict(zip(("k", "m"), x), extra=x[3] ** 2)
    return sum(v * v for v in p.values()) * p["extra"]


@program(X)
def names_and_values_4(x):
    d = {n: v for n, v in zip(["a", "b"], x)}
    return d["a"] * d["b"]


@program(X)
def from_iterable_1(x):
    return (np.fromiter([v * v for v in x], float) ** 2)[1:].sum()


@program(X)
def from_iterable_2(x):
    return (np.fromiter((v * v for v in x), float, count=3) ** 2)[1:].sum()
