"""Functions made in a loop of unknown length, put on a list or into a dict, and called from there."""

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


def scaled_square(k):
    def square(v):
        return v**2 * k

    return square


def composed(functions):
    def all_of_them(v):
        for f in functions:
            v = f(v)
        return v

    return all_of_them


@program(X)
def lambdas_with_defaults(x):
    fs = []
    for k in x:
        fs.append(lambda v, k=k: v * k)
    s = 1.0
    for f in fs:
        s = f(s) + 0.1
    return s * fs[1](x[0])


@program(X)
def functions_by_key(x):
    table = {}
    for i in range(len(x)):

        def weighted(v, i=i, w=x[i]):
            return np.sin(v) * w + i

        table[i] = weighted
    return sum([table[i](x[0]) for i in range(len(x))])


@program(X)
def functions_from_a_factory(x):
    fs = [scaled_square(k) for k in x]
    s = 1.0
    for f in reversed(fs):
        s = f(s) * 0.5 + 0.3
    return s + composed(fs[:2])(x[0])


@program(X)
def functions_with_arrays_and_weights(x):
    steps = []
    for i in range(len(x)):
        u = x * x[i]
        steps.append((x[i], lambda v, u=u, i=i: (u * v).sum() * u[i]))
    s = 1.0
    while steps:
        weight, step = steps.pop()
        s = step(s) * 0.1 * weight
    return s
