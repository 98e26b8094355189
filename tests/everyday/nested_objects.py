"""Objects made of objects, one method called inside itself."""

import operator

import numpy as np

from tests.everyday.registry import program

X = np.random.default_rng(0).normal(size=5)
M = X[:, None]


@program(X)
def objects_1(x):
    K = operator.add(x, x * 2)
    K[1] *= 2
    return K.sum()


class Op:
    op = staticmethod(operator.mul)

    def ev(self, a):
        return self.op(a, a)


@program(X)
def objects_2(x):
    K = Op().ev(x)
    K[1] *= 2
    return K.sum()


class Base:
    def __call__(self, x):
        return self.evaluate(x)


class Leaf(Base):
    def __init__(self, s):
        self.s = s

    def evaluate(self, x):
        return x * self.s


class Node(Base):
    def __init__(self, a, b):
        self.a, self.b = a, b

    def evaluate(self, x):
        return self.a(x) + self.b(x)


@program(X)
def objects_3(x):
    K = Node(Leaf(2.0), Leaf(x[0]))(x)
    K[1] *= 2
    return K.sum()


class K1(Base):
    def __call__(self, X, Y=None):
        Y = X if Y is None else np.atleast_2d(Y)
        return self.evaluate(X, Y)


class L1(K1):
    def __init__(self, s):
        self.s = s

    def evaluate(self, x, y):
        return x * self.s + y


class N1(K1):
    def __init__(self, a, b):
        self.a, self.b = a, b

    def evaluate(self, x, y):
        return self.a(x, y) + self.b(x, y)


class K2(Base):
    def __call__(self, X):
        X = np.atleast_2d(X)
        return self.evaluate(X)


class L2(K2):
    def __init__(self, s):
        self.s = s

    def evaluate(self, x):
        return x * self.s


class L3(K2):
    def __init__(self, s):
        self.s = s

    def evaluate(self, x):
        return ((x[:, None, :] - x[None, :, :]) ** 2).sum(axis=-1) * self.s


class N2(K2):
    def __init__(self, a, b):
        self.a, self.b = a, b

    def evaluate(self, x):
        return self.a(x) + self.b(x)


@program(X)
def objects_4(x):
    K = N1(L1(2.0), L1(x[0]))(M)
    K[1] *= 2
    return K.sum()


@program(X)
def objects_5(x):
    K = N2(L2(2.0), L2(x[0]))(M)
    K[1] *= 2
    return K.sum()


@program(X)
def objects_6(x):
    K = N2(L3(2.0), L3(x[0]))(M)
    K[1] *= 2
    return K.sum()


@program(X)
def objects_7(x):
    K = N2(L3(x[1]), L3(x[0]))(M)
    K[1] *= 2
    return K.sum()


# -- objects of one list that are not alike ---------------------------------------------------------


class Load:
    def __init__(self, m, w):
        self.m = m
        self.w = w


@program([Load(1.0, []), Load(1.5, [3.0])])
def the_first_holds_an_empty_list(loads):
    s = 0.0
    for load in loads:
        for a in load.w:
            s = s + a * a * load.m
    return s


@program([Load(1.0, 2.0), Load(np.array([1.5, 2.0]), 1.0)])
def the_second_holds_an_array(loads):
    s = 0.0
    for load in loads:
        s = s + np.sum(load.m) * load.w
    return s


@program([Load(1.0, None), Load(1.5, 2.0)])
def the_first_holds_nothing(loads):
    s = 0.0
    for load in loads:
        if load.w is not None:
            s = s + load.m * load.w
    return s


@program([Load(1.5, 2.0), Load(1.0, None)])
def the_second_holds_nothing(loads):
    s = 0.0
    for load in loads:
        if load.w is not None:
            s = s + load.m * load.w
    return s
