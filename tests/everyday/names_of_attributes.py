"""`getattr` and `setattr` with names that loops, arguments and classes give."""

import functools
import operator
from typing import ClassVar

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


class Opt:
    def __init__(self):
        self.lr = 0.5
        self.decay = 0.9
        self.mom = 0.1


@program(Opt(), X, "decay")
def getattr_argument(q, x, name):
    setattr(q, name, getattr(q, name) * x[0])
    return getattr(q, name) * q.lr


@program(Opt(), X)
def getattr_loop(q, x):
    names = ["lr", "decay", "mom"]
    s = 0.0
    for i in range(len(x)):
        s = s + getattr(q, names[i % 3]) * x[i]
    return s


@program(Opt(), X)
def setattr_loop(q, x):
    names = ["lr", "decay", "mom"]
    for i in range(len(x)):
        setattr(q, names[i % 3], x[i] * getattr(q, names[i % 2]))
    return q.lr * q.decay + q.mom


@program(Opt(), X)
def setattr_kwargs(q, x):
    def update(obj, **kw):
        for k, v in kw.items():
            if not hasattr(obj, k):
                raise AttributeError(k)
            setattr(obj, k, v)

    update(q, lr=x[0] * q.lr, mom=x[1])
    return q.lr * q.mom * q.decay


# 9 expression evaluator by visitor
class Expr:
    def __add__(self, o):
        return BinOp("+", self, as_expr(o))

    def __mul__(self, o):
        return BinOp("*", self, as_expr(o))

    __radd__ = __add__

    def accept(self, v):
        return getattr(v, "visit_" + type(self).__name__.lower())(self)


def as_expr(o):
    return o if isinstance(o, Expr) else Constant(o)


class Constant(Expr):
    def __init__(self, v):
        self.v = v


class Var(Expr):
    def __init__(self, name):
        self.name = name


class BinOp(Expr):
    def __init__(self, op, a, b):
        self.op, self.a, self.b = op, a, b


class Func(Expr):
    def __init__(self, f, a):
        self.f, self.a = f, a


class Evaluator:
    OPS: ClassVar = {"+": operator.add, "*": operator.mul}

    def __init__(self, env):
        self.env = env
        self.count = 0

    def visit_constant(self, e):
        return e.v

    def visit_var(self, e):
        if e.name not in self.env:
            raise NameError(e.name)
        return self.env[e.name]

    def visit_binop(self, e):
        self.count += 1
        return self.OPS[e.op](e.a.accept(self), e.b.accept(self))

    def visit_func(self, e):
        return getattr(np, e.f)(e.a.accept(self))


@program(X)
def visitor(x):
    tree = Func("sin", Var("a") * Var("b") + 2.0) + Var("a") * x[2] + Constant(x[3])
    ev = Evaluator({"a": x[0], "b": x[1]})
    return tree.accept(ev) * ev.count


def lazy(function):
    name = "_" + function.__name__

    @property
    @functools.wraps(function)
    def get(self):
        try:
            return getattr(self, name)
        except AttributeError:
            value = function(self)
            setattr(self, name, value)
            return value

    return get


class Mixture:
    def __init__(self, a, b):
        self.a, self.b = a, b

    @lazy
    def attraction(self):
        return np.sqrt(np.outer(self.a, self.a)).sum()

    @lazy
    def covolume(self):
        return self.b.sum() * self.a[0]


@program(X)
def lazy_properties(x):
    mixture = Mixture(x[:3], x[3:])
    return mixture.covolume * mixture.attraction + mixture.covolume
