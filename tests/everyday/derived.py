"""Classes that are derived from list and dict, and their instances made in the function."""

import copy
import math

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


class Params(dict):
    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name, value):
        self[name] = value


class Stack(list):
    def push(self, value):
        self.append(value)

    def top(self):
        return self[-1]

    def total(self):
        return sum(self)


class Vec(list):
    def __init__(self, items, scale=1.0):
        super().__init__(items)
        self.scale = scale

    def dot(self, other):
        return sum(a * b for a, b in zip(self, other)) * self.scale

    def __add__(self, other):
        return Vec([a + b for a, b in zip(self, other)], self.scale)

    def __mul__(self, factor):
        return Vec([a * factor for a in self], self.scale)

    __rmul__ = __mul__

    @property
    def norm(self):
        return math.sqrt(sum(a * a for a in self))


class Log(list):
    def append(self, value):
        super().append(value * 2.0)

    def __getitem__(self, at):
        if isinstance(at, slice):
            return Log.of(super().__getitem__(at))
        return list.__getitem__(self, at) + 1.0

    @classmethod
    def of(cls, items):
        out = cls()
        for each in items:
            list.append(out, each)
        return out


class Scaled(dict):
    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def __setitem__(self, key, value):
        super().__setitem__(key, value * self.scale)

    def __missing__(self, key):
        value = self[key] = self.scale**2
        return value


@program(X)
def entries_as_attributes(x):
    p = Params(k=x[0], inner=Params(c=x[1], d=x[2]))
    p.inner.c = p.inner.c * p.k
    p.values_kept = [v * v for v in x]
    s = 0.0
    for v in p.inner.values():
        s += v * v
    if "k" in p and hasattr(p, "values_kept") and not hasattr(p, "other"):
        s *= p.values_kept[3]

    def area(k=1.0, inner=None, values_kept=()):
        return k * inner.d * len(values_kept)

    return s + area(**p) + p["k"] * len(p)


@program(X)
def list_with_methods(x):
    stack = Stack()
    for v in x:
        stack.push(v * v)
    last = stack.pop()
    return stack.total() * last + stack.top() + len(stack)


@program(X)
def list_with_operators_and_attributes(x):
    v = Vec([x[0], x[1], x[2]], scale=x[4])
    a = Vec(x[3:])
    for _ in range(4):
        v = v + 0.1 * a
        if v.norm > 1.9:
            a = a * 0.5
    first, *others = v
    return v.norm * first + v.dot(others) + np.array(v).sum() * (v == list(v)) + max(v)


@program(X)
def overridden_methods(x):
    log = Log()
    for v in x:
        log.append(v)
    part = log[1:4]
    table = Scaled(x[0])
    for i, v in enumerate(x):
        table[i % 3] = v * table[i % 3]
    return log[0] * log[-1] + part[0] * part[2] + sum(log) ** 2 + sum(table.values())


class Model:
    def __init__(self, x):
        self.p = Params(k=x[0])
        self.history = Stack()

    def step(self, y):
        self.history.push(self.p.k * y)
        self.p.k = self.p.k * 1.1 + self.history.top() * 0.1
        return self.history[-1]


@program(X)
def kept_in_objects(x):
    model = Model(x)
    s = 0.0
    for v in x:
        s += model.step(v)
        if s > 6.0:
            break
    return s + model.p["k"] * model.history.total()


@program(X)
def copies_of_derived_ones(x):
    p = Params(k=x[0], v=[x[1]])
    q, r = copy.copy(p), copy.deepcopy(p)
    q.k = q.k * 3.0
    q.v.append(x[2])
    r.v.append(x[3] * x[4])
    return p.k * q.k * r.k + sum(p.v) * sum(r.v)


@program(Params(k=2.0, m=3.0))
def dict_argument(p):
    x = 1.5
    for key in p:
        x = x + p[key] ** 2
    p.k = p.k * x
    if "q" not in p:
        p["q"] = p.k * 2.0
    return p.q * p.m * x


@program(Stack([1.0, 2.0]))
def list_argument(stack):
    stack.push(stack.total() * stack[1])
    return stack.total() * stack.top()
