"""Generators in every place, elements of arrays by their indices, dataclasses and enums asked about themselves."""

# ruff: noqa: UP028  (as people write it)

import dataclasses
from dataclasses import InitVar, dataclass, field

import numpy as np

from tests.everyday.registry import program

X = np.random.default_rng(0).normal(size=5)
M = np.random.default_rng(1).normal(size=(3, 4))


@program(X)
def nested_generator(x):
    scale = x[0]

    def terms(n):
        for i in range(n):
            yield scale * x[i] ** i

    return sum(terms(4)) + max(terms(3))


@program(X)
def nested_generator_late(x):
    w = 1.0

    def terms():
        for v in x:
            yield w * v

    g = terms()
    w = x[0]
    return sum(g)


@program(X)
def nested_from(x):
    def walk(k):
        if k < 5:
            yield x[k] ** 2
            yield from walk(k + 2)

    return sum(walk(0)) * x[1]


def chunks(x, n):
    for i in range(0, len(x), n):
        yield x[i : i + n]


@program(X)
def in_chunks(x):
    total = 0.0
    for c in chunks(x, 2):
        total += c.sum() ** 2
    return total


@program(X)
def chunks_written_list(x):
    x = x.copy()
    total = 0.0
    for c in list(chunks(x, 2)):
        total += c.sum() ** 2
        x[-1] = total
    return total


def simpson_weights(n):
    yield 1.0
    for i in range(1, n):
        yield 4.0 if i % 2 else 2.0
    yield 1.0


@program(1.3)
def simpson(b):
    n = 10
    h = b / n
    return h / 3 * sum(w * np.exp(-((i * h) ** 2)) for i, w in enumerate(simpson_weights(n)))


class Grid:
    def __init__(self, x):
        self.x = x

    def __iter__(self):
        for v in self.x:
            yield v

    def cells(self):
        for a, b in zip(self.x[:-1], self.x[1:]):
            yield 0.5 * (a + b), b - a


@program(X)
def grid_iter(x):
    g = Grid(x)
    s = 0.0
    for v in g:
        s += v**3
    for m, d in g.cells():
        s += m * d * d
    return s


@program(X)
def ndenum(x):
    s = 0.0
    for (i,), v in np.ndenumerate(x):
        s += v ** (i + 1)
    return s


@program(M)
def ndenum2(a):
    s = 0.0
    for (i, j), v in np.ndenumerate(a):
        s += v * v * (i - 2 * j)
    return s


@program(M)
def ndenum_index(a):
    out = np.zeros(a.shape)
    for idx, v in np.ndenumerate(a):
        out[idx] = v**2 * (idx[0] + 1)
    return out[1].sum() * out[0, 0]


@dataclass
class Params:
    k: float
    m: float = 1.0
    names: list = field(default_factory=list)
    scale: InitVar[float] = 2.0
    omega: float = field(init=False)

    def __post_init__(self, scale):
        self.omega = scale * np.sqrt(self.k / self.m)


@program(1.3, 0.7)
def initvar(k, m):
    p = Params(k, m)
    q = Params(k=k, scale=3.0)
    return p.omega * q.omega**2 + len(p.names)


@program(1.3, 0.7)
def asdict_(k, m):
    p = Params(k, m)
    d = dataclasses.asdict(p)
    d["k"] = d["k"] ** 2
    t = dataclasses.astuple(p)
    return sum(v for n, v in d.items() if n not in ("names",)) + t[0] * t[1] * p.k


@program(1.3, 0.7)
def fields_(k, m):
    p = Params(k, m)
    s = 0.0
    for i, f in enumerate(dataclasses.fields(p)):
        v = getattr(p, f.name)
        if f.name == "names":
            continue
        s += (i + 1) * v**2
    return s


OPS = {"a": np.sin, "b": np.cos}


HAND = {"lin": lambda v: v, "sq": lambda v: v * v, "exp": np.exp}


@program(X)
def dispatch(x):
    s = 0.0
    for i, k in enumerate(["lin", "exp", "sq", "lin", "exp"]):
        s += HAND[k](x[i])
    for k, f in sorted(HAND.items()):
        s = s * 0.5 + f(x[0])
    for f in OPS.values():
        s += f(x[1])
    return s


def sel(x, kinds):
    s = 0.0
    for i in range(len(kinds)):
        s += HAND[kinds[i]](x[i])
    return s


@program(X)
def dispatch_list(x):
    return sel(x, ["sq", "exp", "lin"])


class Timer:
    def __init__(self, w):
        self.w = w

    def __enter__(self):
        self.t = self.w * 2
        return self

    def __exit__(self, *exc):
        self.t = self.t * 3
        return False


@program(1.3)
def manager_after(x):
    with Timer(x) as t:
        y = t.t * x
    return y + t.t


def vals(x):
    for v in x:
        yield v * v


def cnt(n):
    for v in range(n):
        yield v


@program(X)
def gen_inactive_twice(x):
    g = cnt(5)
    s = x[0] * len(list(g))
    return s * (1 + len(list(g)))


@program(X)
def gen_in_branch_next(x):
    g = cnt(5)
    s = x[0]
    if x[0] > -100:
        s = s * (1 + next(g))
    s = s * (2 + next(g))
    return s * x[1]


@program(X)
def iter_once(x):
    it = iter(x)
    s = 0.0
    for v in it:
        s += v * v
    return s


@program(X)
def zip_once(x):
    g = zip(x, x[1:])
    s = 0.0
    for a, b in g:
        s += a * b
    return s


@program(X)
def gen_branches_once(x):
    g = vals(x)
    if x[0] > 100:
        return sum(g)
    else:
        return max(g)


class It:
    def __init__(self, x):
        self.x = x

    def __iter__(self):
        return iter(self.x)


@program(X)
def own_iter(x):
    it = It(x)
    return sum(it) + 3 * sum(it)


@program(X)
def zip_returned(x):
    def pairs(a):
        return zip(a[:-1], a[1:])

    s = 0.0
    for a, b in pairs(x):
        s += a * b
    for a, b in pairs(x):
        s += a * b * b
    return s


@program(X)
def enum_inactive_twice(x):
    g = enumerate([1.0, 2.0])
    s = x[0]
    for i, w in g:
        s = s * w + i * x[i]
    for i, w in g:
        s = s * w + i * x[i]
    return s
