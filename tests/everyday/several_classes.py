"""Objects whose class only the running program knows: in lists and dicts that loops fill, in variables."""

import abc
import math
from dataclasses import dataclass
from functools import partial, singledispatch
from typing import Any

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


class Layer(abc.ABC):
    name = "layer"

    @abc.abstractmethod
    def forward(self, u): ...
    def __call__(self, u):
        return self.forward(u)

    @property
    def size(self):
        return 1


class Dense(Layer):
    def __init__(self, w, b):
        self.w, self.b = w, b

    def forward(self, u):
        return np.tanh(self.w * u + self.b)

    @property
    def size(self):
        return 2


class Scale(Layer):
    name = "scale"

    def __init__(self, k):
        self.k = k

    def forward(self, u):
        return self.k * u


class Relu(Layer):
    def forward(self, u):
        return np.maximum(u, 0.1 * u)


@program(X)
def layers_in_loop(x):
    net = []
    for i in range(len(x)):
        if i % 3 == 0:
            net.append(Dense(x[i], 0.1 * i))
        elif i % 3 == 1:
            net.append(Scale(x[i]))
        else:
            net.append(Relu())
    u = x
    total = 0
    for layer in net:
        u = layer(u)
        total += layer.size
        if layer.name == "scale":
            u = u + 0.1
    return u.sum() * total


@dataclass
class Node:
    pass


@dataclass
class Num(Node):
    value: float


@dataclass
class Add(Node):
    left: Any
    right: Any


@dataclass
class Mul(Node):
    left: Any
    right: Any


@program(X)
def instance_tests(x):
    parts = [Num(v) if i % 2 else Add(v, v * v) for i, v in enumerate(x)]
    s = 0.0
    for p in parts:
        if isinstance(p, Num):
            s += p.value**2
        else:
            s += p.left * p.right
    for p in parts:
        match p:
            case Num(value=v):
                s += v
            case Add(left, right):
                s += left * right
    return s


class Payoff:
    def __init__(self, strike):
        self.strike = strike


class CallOption(Payoff):
    def __call__(self, s):
        return max(s - self.strike, 0.0)


class PutOption(Payoff):
    def __call__(self, s):
        return max(self.strike - s, 0.0)


class Straddle(Payoff):
    def __init__(self, strike, width):
        super().__init__(strike)
        self.width = width

    def __call__(self, s):
        return abs(s - self.strike) * self.width


KINDS = {"call": CallOption, "put": PutOption, "straddle": partial(Straddle, width=0.5)}


@program(X)
def registry_of_classes(x):
    book = [
        KINDS[name](strike)
        for name, strike in zip(["call", "put", "straddle", "put", "call", "call"], x)
    ]
    total = 0.0
    for weight, option in enumerate(book, 1):
        total += weight * option(1.05 * x[1])
    return total


@program(X)
def chosen_by_branch(x):
    total = 0.0
    for i, k in enumerate(x):
        option = CallOption(k) if i % 2 else PutOption(k)
        option.strike *= 1.1
        total += option(1.0) + option.strike
    best = CallOption(x[0]) if x[0] > x[1] else Straddle(x[1], x[2])
    return total + best(x[3]) + best.strike


@singledispatch
def area(s):
    raise NotImplementedError(type(s))


class Circle:
    def __init__(self, r):
        self.r = r


class Rect:
    def __init__(self, a, b):
        self.a, self.b = a, b


@area.register
def _(s: Circle):
    return math.pi * s.r**2


@area.register(Rect)
def _(s):
    return s.a * s.b


@program(X)
def dispatch_over_list(x):
    shapes = []
    for i in range(len(x)):
        shapes.append(Circle(x[i]) if i < 3 else Rect(x[i], x[0]))
    return sum(area(s) for s in shapes)


class V2:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, o):
        return V2(self.a + o.a, self.b + o.b)

    def __radd__(self, o):
        return self if o == 0 else NotImplemented

    def __mul__(self, k):
        return V2(self.a * k, self.b * k)

    def __abs__(self):
        return math.hypot(self.a, self.b)

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (self.a, self.b)[i]


class Zero:
    a = 0.0
    b = 0.0

    def __add__(self, o):
        return o

    def __radd__(self, o):
        return o

    def __mul__(self, k):
        return self

    def __abs__(self):
        return 0.0

    def __len__(self):
        return 0

    def __getitem__(self, i):
        return 0.0


@program(X)
def operators_of_several(x):
    vs = [V2(x[i], x[i - 1]) if i % 2 else Zero() for i in range(len(x))]
    total = V2(0.1, 0.2)
    s = 0.0
    for v in vs:
        total = total + v * 2.0
        s += abs(v) * len(v) + v[0] * v.b
        if v:
            s += 1.0
    return abs(total) + s


class State:
    def __init__(self, ctx):
        self.ctx = ctx


class Heating(State):
    def step(self, t):
        self.ctx.energy += self.ctx.rate
        return Cooling(self.ctx) if t > 1.5 else self

    def delta(self, t):
        return self.ctx.rate


class Cooling(State):
    def step(self, t):
        return Heating(self.ctx) if t < 1.0 else self

    def delta(self, t):
        return -0.3 * t


class Machine:
    def __init__(self, rate):
        self.rate, self.energy = rate, 0.0
        self.state = Heating(self)


@program(X)
def state_machine(x):
    m = Machine(x[0])
    t = x[1]
    for _ in range(6):
        t = t + m.state.delta(t)
        m.state = m.state.step(t)
    return t * m.energy


@program(X)
def linked_of_classes(x):
    out = {}
    for i, v in enumerate(x):
        out[f"n{i}"] = Num(v) if i % 2 else Mul(v, v)
    s = 0.0
    for name, node in out.items():
        s += node.value if type(node) is Num else node.left * node.right * len(name)
    return s + out["n1"].value


class Gain:
    def __init__(self, g):
        self.g = g

    def apply(self, v):
        return self.g * v + 0.1

    def other(self, v):
        return v / self.g


@program(X)
def none_objects(x):
    fs = []
    for i, k in enumerate(x):
        fs.append(Gain(k) if i % 2 else None)
    s = 0.0
    for f in fs:
        if f is not None:
            s += f.apply(x[0])
        if f:
            s += f.other(x[1])
    return s
