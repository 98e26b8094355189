"""Members of enums as keys and values, what classes hold that is no method, indices of all elements."""

import enum
import operator

import numpy as np

from tests.everyday.registry import program

X = np.random.default_rng(0).normal(size=5)


class Scheme(str, enum.Enum):
    EULER = "euler"
    HEUN = "heun"


class Color(enum.Enum):
    RED = 1
    BLUE = 2


D = {Scheme.EULER: np.sin, Scheme.HEUN: np.cos}


@program(X)
def members_1(x):
    s = 0.0
    for i, c in enumerate(Scheme):
        s += D[c](x[i])
    return s


@program(X)
def members_2(x):
    s = 0.0
    for c in Color:
        s += x[c.value] * (2 if c is Color.RED else 3)
    return s


@program(X)
def members_3(x):
    s = 0.0
    for c in Scheme:
        s += D[Scheme(c.value)](x[0]) * len(c.name)
    return s


@program(X)
def members_4(x):
    return D[Scheme("euler")](x[0]) * D[Scheme["HEUN"]](x[0]) * Color["RED"].value


class Op:
    op = staticmethod(operator.mul)
    f = staticmethod(lambda a: a * a)
    g = np.sin

    def run(self, a, b):
        return self.op(a, b) * self.f(a) * self.g(b)


@program(X)
def held_1(x):
    return Op().run(x[0], x[1])


@program(X)
def held_2(x):
    return Op.op(x[0], x[1]) + (Op().op(x, x[::-1])).sum()


@program(X)
def all_indices(x):
    a = np.outer(x, x)
    s = 0.0
    for i, j in np.ndindex(a.shape):
        s += a[i, j] ** (i + 1) * j
    for idx in np.ndindex(5):
        s += x[idx] ** 2
    for idx in np.ndindex(2, 3):
        s += a[idx] ** 3
    return s


@program(X)
def on_the_diagonal(x):
    K = np.outer(x, x)
    K[np.diag_indices_from(K)] += x[0]
    K[np.diag_indices(5)] *= x[1]
    K[np.tril_indices(5, -1)] *= x[2]
    K[np.triu_indices_from(K, 1)] += x[3]
    return (K**2).sum()
