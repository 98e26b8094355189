"""Idioms of libraries: registries derived from dict, tableaus of a class, parameters by `__getattr__`, named pairs."""

import math
from typing import ClassVar, NamedTuple

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


class Registry(dict):
    def register(self, name=None):
        def deco(f):
            self[name or f.__name__] = f
            return f

        return deco

    def find(self, name):
        return self[name]

    def best(self, x):
        return max(f(x) for f in self.values())

    @property
    def names(self):
        return sorted(self)

    default = "b"


R = Registry()


@R.register()
def squared(x):
    return x * x


@R.register("b")
def shifted(x):
    return x + 1.0


class Params(dict):
    def __getattr__(self, k):
        try:
            return self[k]
        except KeyError:
            raise AttributeError(k) from None

    def __setattr__(self, k, v):
        self[k] = v

    def scaled(self, f):
        return type(self)({k: v * f for k, v in self.items()})


P = Params(k=2.0, m=np.array([1.0, 2.0, 3.0]), sub=Params(c=0.5))


class Entries(dict):
    __getattr__ = dict.__getitem__
    __setattr__ = dict.__setitem__


CONSTANTS = {"q": Entries(k=2.0, v=1.5)}


class Model:
    registry: ClassVar = Registry(squared=squared)

    def __init__(self, p):
        self.p = p

    def f(self, x):
        return self.registry["squared"](x) * self.p.k + self.p.sub.c


M = Model(P)


@program(X)
def registry_derived_from_dict(x):
    return R["squared"](x[0]) * R.find("b")(x[1]) + R.best(x[2]) + len(R.names) + R[R.default](x[0])


@program(X)
def registry_by_unknown_names(x):
    s = 0.0
    for i in range(len(x)):
        s += R["squared" if i % 2 else "b"](x[i])
    for name in R:
        s += R[name](s)
    for name, f in R.items():
        s += f(x[0])
    return s


@program(X)
def entries_as_attributes_of_the_module(x):
    return (
        P.k * x[0]
        + (P.m * x[:3]).sum()
        + P.sub.c * x[1] ** 2
        + CONSTANTS["q"].k * x[2] ** 2
        + isinstance(P, dict)
        + P.get("zz", 3.0) * x[0]
    )


@program(X)
def entries_of_an_object_of_the_module(x):
    return M.f(x[0]) * M.p["k"]


@program(Model(Params(k=2.0, m=np.array([1.0]), sub=Params(c=0.5))), X)
def entries_of_an_argument(m, x):
    return m.f(x[0]) * m.p["k"] * m.p.m[0]


@program(Model(Params(k=2.0, m=np.array([1.0]), sub=Params(c=0.5))), X)
def entries_of_an_argument_written(m, x):
    m.p.k = m.p.k * x[0]
    m.p["new"] = x[1] * m.p.sub.c
    return m.p.k * m.p.new


class Pair(NamedTuple):
    x: float
    y: float

    def __add__(self, o):
        return Pair(self.x + o.x, self.y + o.y)

    def __radd__(self, o):
        return self if o == 0 else NotImplemented

    def __sub__(self, o):
        return Pair(self.x - o.x, self.y - o.y)

    def __mul__(self, k):
        return Pair(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __matmul__(self, o):
        return self.x * o.x + self.y * o.y

    def __abs__(self):
        return math.hypot(self.x, self.y)

    def __neg__(self):
        return Pair(-self.x, -self.y)


@program(X)
def added_pairs(x):
    p, q = Pair(x[0], x[1]), Pair(x[2], x[3])
    r = p + q
    return r.x * 2 + r[1] ** 2


@program(X)
def scaled_pairs(x):
    p = Pair(x[0], x[1]) * float(x[2])
    q = float(x[3]) * p - p * 0.1
    return p.x * q.y + len(p)


@program(X)
def operators_of_pairs(x):
    p, q = Pair(x[0], x[1]), Pair(x[2], x[3])
    return (p @ q) + abs(p) + (-p).x * q.y


@program(X)
def summed_pairs(x):
    ps = [Pair(x[0], x[1]), Pair(x[2], x[3])]
    t = sum(ps, Pair(0.0, 0.0))
    t += ps[0]
    return t.x * t.y


class RungeKutta:
    A = ((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0))
    B = (1 / 6, 1 / 3, 1 / 3, 1 / 6)
    C = (0, 0.5, 0.5, 1)

    def one(self, f, t, y, h):
        ks = []
        for a, c in zip(self.A, self.C):
            ks.append(f(t + c * h, y + h * sum(ai * k for ai, k in zip(a, ks))))
        return y + h * sum(b * k for b, k in zip(self.B, ks))

    def two(self, f, t, y, h):
        ks = []
        for a, c in zip(self.A, self.C):
            ks.append(
                f(t + c * h, y + h * sum((ai * k for ai, k in zip(a, ks)), start=np.zeros_like(y)))
            )
        return y + h * sum(b * k for b, k in zip(self.B, ks))

    def three(self, f, t, y, h):
        ks = []
        for i, a in enumerate(self.A):
            dy = np.zeros_like(y)
            for j, aj in enumerate(a):
                dy = dy + aj * ks[j]
            ks.append(f(t + self.C[i] * h, y + h * dy))
        return y + h * np.dot(self.B, ks)


@program(X)
def stages_by_zip(x):
    return RungeKutta().one(lambda t, y: -y * x[0] * t, 0.1, x, 0.2).sum()


@program(X)
def stages_with_start(x):
    return RungeKutta().two(lambda t, y: -y * x[0] * t, 0.1, x, 0.2).sum()


@program(X)
def stages_by_index(x):
    return RungeKutta().three(lambda t, y: -y * x[0] * t, 0.1, x, 0.2).sum()


@program(X)
def stages_in_a_loop(x):
    rk = RungeKutta()
    y = x
    t = 0.0
    while t < 0.5:
        y = rk.one(lambda t, y: -y * x[0] * t, t, y, 0.2)
        t += 0.2
    return y.sum()


@program(X)
def stages_with_start_in_a_loop(x):
    rk = RungeKutta()
    y = x
    t = 0.0
    while t < 0.5:
        y = rk.two(lambda t, y: -y * x[0] * t, t, y, 0.2)
        t += 0.2
    return y.sum()


@program(X)
def stages_by_index_in_a_loop(x):
    rk = RungeKutta()
    y = x
    t = 0.0
    while t < 0.5:
        y = rk.three(lambda t, y: -y * x[0] * t, t, y, 0.2)
        t += 0.2
    return y.sum()


class Module:
    def __init__(self):
        self._params = {}
        self._children = []

    def __setattr__(self, k, v):
        if isinstance(v, Module):
            self.__dict__.setdefault("_children", []).append(v)
        super().__setattr__(k, v)

    def param(self, name, value):
        self._params[name] = value
        return value

    def __getattr__(self, k):
        try:
            return self.__dict__["_params"][k]
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no {k}") from None

    def __call__(self, *a, **kw):
        return self.forward(*a, **kw)


class Linear(Module):
    def __init__(self, w, b=None):
        super().__init__()
        self.param("w", w)
        if b is not None:
            self.param("b", b)
        self.has_b = b is not None

    def forward(self, u):
        return self.w @ u + (self.b if self.has_b else 0.0)


@program(X)
def parameters_by_getattr(x):
    l = Linear(np.outer(x, x))
    return l(x).sum()


@program(X)
def parameters_by_getattr_with_bias(x):
    l = Linear(np.outer(x, x), x)
    return l(x).sum()


@program(X)
def modules_in_modules(x):
    l = Linear(np.outer(x, x))
    l.sub = Linear(np.outer(x, x))
    return l.sub(x).sum()
