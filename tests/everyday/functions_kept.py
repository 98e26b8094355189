"""`functools.partial`, methods, functions that see their variables late, several in one container."""

import math
import operator
import types
from functools import partial, reduce

import numpy as np

from tests.everyday.registry import program

X = np.array([0.7, 1.3, 0.2, 2.1, 0.9, 1.1])


def scale(k, v):
    return k * v + v**2 * 0.1


def power(v, *, p=2.0, c=1.0):
    return c * v**p


@program(X)
def partials_list(x):
    fs = [partial(scale, x[0]), partial(power, p=2.0, c=x[1]), partial(scale, 3.0), math.sin]
    s = 0.5
    for f in fs:
        s = f(s)
    return s


@program(X)
def partials_loop(x):
    fs = []
    for k in x:
        fs.append(partial(scale, k))
    s = 1.0
    for f in fs:
        s = f(s) * 0.5
    return s * fs[2](x[0])


@program(X)
def partials_comp(x):
    fs = [partial(scale, k) for k in x]
    s = 1.0
    for f in fs:
        s = f(s) * 0.5
    return s + fs[-1](s)


@program(X)
def late_range(x):
    fs = [lambda v: v * x[i] for i in range(3)]
    return sum(f(x[0]) for f in fs)


@program(X)
def late_len(x):
    fs = [lambda v: v * x[i] + i for i in range(len(x))]
    s = 1.0
    for f in fs:
        s = f(s)
    return s


@program(X)
def late_active(x):
    fs = []
    for k in x:
        fs.append(lambda v: v * k)
    k = k * x[0]
    s = 1.0
    for f in fs:
        s = f(s)
    return s


@program(X)
def late_active_comp(x):
    fs = [lambda v: v * k for k in x]
    s = 1.0
    for f in fs:
        s = f(s)
    return s + fs[0](x[0])


class Gain:
    def __init__(self, g):
        self.g = g

    def apply(self, v):
        return self.g * v + 0.1

    def other(self, v):
        return v / self.g

    def __call__(self, v):
        return v * self.g**2


@program(X)
def bound_methods(x):
    gains = [Gain(x[0]), Gain(x[1]), Gain(x[2])]
    fs = [gains[0].apply, gains[1].other, gains[2], math.cos]
    s = x[3]
    for f in fs:
        s = f(s)
    gains[0].g = x[4]
    return s + fs[0](s)


@program(X)
def bound_methods_loop(x):
    fs = []
    for k in x:
        fs.append(Gain(k).apply)
    s = 1.0
    for f in fs:
        s = f(s)
    return s * fs[1](x[0])


@program(X)
def bound_methods_comp(x):
    gains = [Gain(k) for k in x]
    fs = [g.apply for g in gains]
    s = 1.0
    for f in fs:
        s = f(s)
    return s


@program(X)
def callables_loop(x):
    fs = [Gain(k) for k in x]
    s = 1.0
    for f in fs:
        s = f(s) * 0.3
    return s


@program(X)
def two_lambdas(x):
    fs = []
    for i, k in enumerate(x):
        if i % 2:
            fs.append(lambda v, k=k: v * k)
        else:
            fs.append(lambda v, k=k: v + np.sin(k))
    s = 1.0
    for f in fs:
        s = f(s)
    return s


@program(X)
def lambda_or_plain(x):
    fs = []
    for i, k in enumerate(x):
        if i % 2:
            fs.append(partial(scale, k))
        elif i == 4:
            fs.append(math.sin)
        else:
            fs.append(lambda v, k=k: v + np.sin(k))
    s = 1.0
    for f in fs:
        s = f(s)
    return s


@program(X)
def registry_dict(x):
    table = {
        "a": partial(scale, x[0]),
        "b": lambda v: v * x[1],
        "c": Gain(x[2]).apply,
        "d": math.exp,
    }
    s = 0.3
    for name in ["a", "c", "b", "d", "a"]:
        s = table[name](s) * 0.5
    for name, f in table.items():
        s = s + f(x[4])
    return s


@program(X)
def dict_by_index(x):
    table = {}
    for i in range(len(x)):
        table[f"k{i}"] = partial(scale, x[i])
    s = 0.3
    for i in range(len(x)):
        s = table[f"k{i}"](s)
    return s


@program(X)
def pipeline_tuple(x):
    steps = (
        ("scale", partial(operator.mul, x[0])),
        ("shift", partial(operator.add, x[1])),
        ("sq", lambda v: v**2),
    )
    u = x
    for name, f in steps:
        u = f(u)
    return u.sum()


@program(X)
def partial_of_partial(x):
    f = partial(partial(power, c=x[0]), p=3.0)
    g = partial(f, c=x[1])
    return f(x[2]) + g(x[3]) + f.keywords["c"] * g.func(x[0], p=2.0) + len(f.args)


@program(X)
def methods_named_in_a_loop(x):
    g = Gain(x[0])
    s = x[1]
    for name in ("apply", "other", "apply"):
        s = getattr(g, name)(s)
    return s


@program(X)
def returned_partials(x):
    def make(k):
        if k > 1:
            return partial(scale, k)
        return Gain(k).apply

    fs = [make(k) for k in x]
    s = 1.0
    for f in fs:
        s = f(s) * 0.4
    return s


@program(X)
def sorted_functions(x):
    fs = [(k, lambda v, k=k: v * k) for k in x]
    fs.sort(key=lambda p: p[0])
    s = 1.0
    for w, f in fs:
        s = f(s) + w
    return s


@program(X)
def compose_reduce(x):
    def compose(*fs):
        return reduce(lambda f, g: lambda v: g(f(v)), fs)

    h = compose(partial(scale, x[0]), math.sin, Gain(x[1]).apply)
    return h(x[2])


@program(X)
def select_by_index(x):
    fs = [partial(scale, k) for k in x]
    s = 1.0
    for i in np.argsort(x):
        s = fs[i](s) * 0.5
    j = 0
    while s < 3.0 and j < 4:
        s = s + fs[j % 3](s)
        j += 1
    return s


def sq(v):
    return v * v


@program(X)
def live_by_branch(x):
    fs = []
    for i in range(len(x)):
        fs.append(math.sin if i % 2 else np.tanh)
    for i in range(2):
        fs.append(sq if i else math.exp)
    s = x[0]
    for f, v in zip(fs, x):
        s = s + f(v)
    return s * fs[-1](x[1])


@program(X)
def methods_of_several(x):
    class B:
        def __init__(self, k):
            self.k = k

        def up(self, v):
            return v + self.k

        def down(self, v):
            return v / self.k

    bs = [B(k) for k in x]
    fs = []
    for b in bs:
        fs.append(b.up if b.k > 1 else b.down)
        fs.append(partial(b.up))
    s = 0.3
    for f in fs:
        s = f(s)
    fs[0] = math.sin
    return s + fs[0](s)


@program(X)
def callbacks(x):
    log = []

    class Bus:
        def __init__(self):
            self.handlers = {}

        def on(self, name, f):
            self.handlers.setdefault(name, []).append(f)

        def emit(self, name, *a):
            for f in self.handlers.get(name, ()):
                f(*a)

    bus = Bus()
    total = [0.0]

    def add(v, w=1.0):
        total[0] += v * w

    bus.on("tick", add)
    bus.on("tick", partial(add, w=x[0]))
    bus.on("tock", lambda v: add(v * v))
    for v in x:
        bus.emit("tick", v)
        bus.emit("tock", v)
    return total[0]


@program(X)
def memo_dict(x):
    cache = {}

    def lookup(name, make):
        if name not in cache:
            cache[name] = make()
        return cache[name]

    s = 0.0
    for i in range(len(x)):
        f = lookup(i % 3, lambda: partial(operator.mul, x[i]))
        s += f(x[-1])
    return s


@program(X)
def observers(x):
    class Subject:
        def __init__(self):
            self.observers = []

        def attach(self, f):
            if f not in self.observers:
                self.observers.append(f)

        def detach(self, f):
            self.observers.remove(f)

        def notify(self, v):
            return sum(f(v) for f in self.observers)

    s = Subject()
    gains = []
    for k in x:
        g = Gain(k)
        gains.append(g)
        s.attach(g.apply)
        s.attach(g.other)
        s.attach(g.apply)
    s.detach(gains[1].apply)
    return s.notify(x[0]) + len(s.observers)


@program(X)
def names_of_functions(x):
    fs = []
    for k in x:

        def square(v, k=k):
            return v * v * k

        fs.append(square)
        fs.append(partial(operator.mul, k))
        fs.append(Gain(k).apply)
    out = 0.0
    counts = {}
    for f in fs:
        if isinstance(f, partial):
            out += f(0.5) * f.args[0]
        elif isinstance(f, types.MethodType):
            out += f(1.0) * f.__self__.g
        else:
            assert isinstance(f, types.FunctionType) and f.__name__ == "square"
            out += f(2.0)
        counts[type(f).__name__] = counts.get(type(f).__name__, 0) + 1
    return out * counts["method"]


@program(X)
def optional_layer(x):
    best = None
    for i, k in enumerate(x):
        g = Gain(k)
        if best is None or k > 1.0:
            best = g.apply if i % 2 else g.other
    return best(x[0])


@program(X)
def fallback(x):
    fs = [None] * len(x)
    for i, k in enumerate(x):
        if i % 3:
            fs[i] = partial(operator.mul, k)
    s = 0.0
    for i, f in enumerate(fs):
        s += x[i] if f is None else f(2.0)
    return s
