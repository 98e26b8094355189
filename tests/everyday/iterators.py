"""Iterators that are met empty, or run in turns with what they read: right, or refused."""

# ruff: noqa: UP028, C417  (as people write it)

import enum
import itertools
from typing import NamedTuple

import numpy as np

from tests.everyday.generators import Grid
from tests.everyday.registry import program

X = np.random.default_rng(0).normal(size=5)
M = np.random.default_rng(1).normal(size=(3, 4))


def chunks(x, n):
    for i in range(0, len(x), n):
        yield x[i : i + n]


@program(X)
def chunks_written(x):
    x = x.copy()
    total = 0.0
    for c in chunks(x, 2):
        total += c.sum() ** 2
        x[-1] = total
    return total


@program(X)
def chunks_own_written(x):
    x = x.copy()
    for c in chunks(x, 2):
        c *= c[0]
    return (x**2).sum()


@program(X)
def cell_changed(x):
    w = 1.0

    def terms():
        for v in x:
            yield w * v

    total = 0.0
    for t in terms():
        w = w + t
        total += w * t
    return total


@program(X)
def inactive_gen_break(x):
    def naturals():
        n = 0
        while True:
            yield n
            n += 1

    s = 0.0
    for k in naturals():
        if k >= 4:
            break
        s += x[k] ** k
    return s


@program(X)
def inactive_next(x):
    def naturals():
        n = 0
        while True:
            yield n
            n += 1

    g = naturals()
    a = next(g)
    b = next(g)
    return x[a] * x[b] ** 2


@program(X)
def zip_gen(x):
    def pairs(a):
        for i in range(len(a) - 1):
            yield a[i], a[i + 1]

    return sum(p * q for p, q in pairs(x)) + sum(
        np.sin(q - p) for p, q in zip(pairs(x), pairs(x[::-1])) for p, q in (p,)
    )


@program(X)
def grid_changed(x):
    g = Grid(x)
    s = 0.0
    for m, d in g.cells():
        s += m * d * d
        g.x = g.x * 2
    return s


@program(M)
def nditer_(a):
    s = 0.0
    for v in np.nditer(a.T):
        s = 0.9 * s + v * v
    return s


@program(M)
def ndindex_(a):
    s = 0.0
    for i, j in np.ndindex(a.shape):
        s += a[i, j] ** (i + 1) * j
    return s


class Pt(NamedTuple):
    x: float
    y: float = 2.0

    @property
    def norm(self):
        return np.hypot(self.x, self.y)

    def __add__(self, o):
        return Pt(self.x + o.x, self.y + o.y)


@program(1.3, 0.7)
def named_tuples(a, b):
    p = Pt(a, b) + Pt._make([b, a * a])
    q = p._replace(y=p.y * a)
    d = q._asdict()
    s = 0.0
    for name in Pt._fields:
        s += getattr(q, name) ** 2
    for name, v in zip(p._fields, p):
        s += v
    return p.norm * q.norm + d["x"] * Pt(a).norm + s


class Kind(enum.Enum):
    LIN = "lin"
    SQ = "sq"


class Order(enum.IntEnum):
    ONE = 1
    THREE = 3


@program(1.3)
def enums(x):
    def f(kind):
        kind = Kind(kind)
        if kind is Kind.LIN:
            return x
        return x * x

    s = x**Order.THREE + Order.THREE * x
    for k in Kind:
        s += f(k.value)
    for o in Order:
        s += x**o * o
    return s * (Order(3) + 1)


def vals(x):
    for v in x:
        yield v * v


@program(X)
def gen_twice(x):
    g = vals(x)
    return sum(g) + x[0] + 3 * sum(g)


@program(X)
def gen_twice_for(x):
    g = vals(x)
    s = 0.0
    for v in g:
        s += v
    for v in g:
        s += 3 * v
    return s


@program(X)
def gen_in_loop(x):
    g = vals(x)
    s = 0.0
    for i in range(3):
        s += (i + 1) * sum(g)
    return s


@program(X)
def gen_in_branch(x):
    g = vals(x)
    s = 0.0
    if x[0] > -100:
        s += sum(g)
    s += 2 * sum(g)
    return s


def cnt(n):
    for v in range(n):
        yield v


@program(X)
def gen_inactive_part(x):
    g = cnt(5)
    a = next(g)
    s = x[a]
    for k in g:
        s += x[k] ** 2
    return float(s)


@program(X)
def gen_inactive_part_list(x):
    g = cnt(5)
    a = next(g)
    s = x[a]
    l = list(g)
    return s * len(l)


@program(X)
def gen_alias(x):
    g = vals(x)
    h = g
    return sum(g) + x[0] + 3 * sum(h)


def take(g):
    return sum(g)


@program(X)
def gen_callee(x):
    g = vals(x)
    return take(g) + x[0] + 3 * take(g)


@program(X)
def genexp_twice(x):
    g = (v * v for v in x)
    return sum(g) + x[0] + 3 * sum(g)


@program(X)
def map_twice(x):
    g = map(lambda v: v * v, x)
    return sum(g) + x[0] + 3 * sum(g)


@program(X)
def zip_twice(x):
    g = zip(x, x[1:])
    s = 0.0
    for a, b in g:
        s += a * b
    for a, b in g:
        s += a * b * b
    return s


@program(X)
def iter_twice(x):
    it = iter(x)
    return sum(it) + 2 * sum(it) + x[0]


@program(X)
def map_unrolled_twice(x):
    g = map(np.sin, (x[0], x[1]))
    a, b = g
    return a * b + sum(g)


def both(it):
    return sum(it) + 3 * sum(it)


@program(X)
def map_callee_twice(x):
    return both(map(np.sin, (x[0], x[1]))) + both(v for v in x)


@program(X)
def chain_twice(x):
    g = itertools.chain(x, x[:2])
    return sum(g) + 2 * sum(g)


class It:
    def __init__(self, x):
        self.x = x

    def __iter__(self):
        return iter(self.x)


@program(X)
def zip_returned_twice(x):
    def pairs(a):
        return zip(a[:-1], a[1:])

    p = pairs(x)
    s = 0.0
    for a, b in p:
        s += a * b
    for a, b in p:
        s += a * b * b
    return s


@program(X)
def zip_in_list(x):
    g = [zip(x, x[1:])]
    s = 0.0
    for a, b in g[0]:
        s += a * b
    for a, b in g[0]:
        s += a * b
    return s


@program(X)
def map_in_attr(x):
    o = It(map(np.sin, x))
    return sum(o.x) + 3 * sum(o.x)


@program(X)
def batched(x):
    it = iter(x)
    s = 0.0
    for a, b in zip(it, it):
        s += a * b * b
    return s


class Multiples:
    """Iterated by a generator, which looks at the object."""

    def __init__(self, value):
        self.value, self.started = value, 0

    def __iter__(self):
        for i in range(3):
            yield self.value * i

    def counted(self):
        for i in range(3):
            self.started += 1
            yield self.value * i

    def step(self):
        self.value = self.value * 0.5 + 1.0


@program(0.7)
def loop_changes_what_a_generator_method_sees(x):
    multiples, total = Multiples(x), 0.0
    for value in multiples:
        total += value
        multiples.value = multiples.value * x + 1.0
    for i, value in enumerate(multiples):
        total += value * i
        multiples.value = multiples.value * x
    return total


@program(0.7)
def loop_sees_what_a_generator_method_changes(x):
    multiples = Multiples(x)
    return sum(value * multiples.started for value in multiples.counted())


def stepping(multiples):
    for i in range(3):
        multiples.step()
        yield multiples.value * i


@program(0.7)
def loop_sees_what_a_generator_lets_change(x):
    multiples, total = Multiples(x), 0.0
    for value in stepping(multiples):
        total += value * multiples.value
    return total


@program(0.7)
def generator_method_without_effect(x):
    multiples, total = Multiples(x), 0.0
    for value in multiples:
        total += value * multiples.value
    return total + sum(multiples) * sum(v * v for v in multiples)


def halved(u):
    u = u.copy()
    for _ in range(3):
        u *= 0.5
        yield u


def stepped(multiples):
    for _ in range(3):
        multiples.step()
        yield multiples


def columns(u):
    for i in range(3):
        w = np.zeros(3)
        w[0] = u[i]
        w[1] = w[0] * u[0]
        yield w


@program(X)
def one_array_given_again(x):
    return sum(v.sum() * v[0] for v in halved(x))


@program(X)
def one_array_given_again_collected(x):
    return sum(v.sum() * v[0] for v in list(halved(x)))


@program(0.7)
def one_object_given_again(x):
    total = 0.0
    for multiples in stepped(Multiples(x)):
        total += multiples.value**2
    return total


@program(X)
def arrays_of_their_own_given(x):
    return sum(w[0] * w.sum() for w in columns(x))


XS = [0.3, 0.7, 1.1]


def rooted(t):
    if t < 0.0:
        raise ValueError("negative")
    return t**0.5


@program(0.6, XS)
def mapped_list_changed_by_the_loop(v, xs):
    total = 0.0
    for k, q in enumerate(map(rooted, xs)):
        total += q * v * (k + 1)
        xs[-1] = total
    return total


@program(0.6, [0.3, 0.7, -1.1])
def mapped_up_to_a_break(v, xs):
    total = 0.0
    for q in map(rooted, xs):
        total += q * v
        if total > 0.5:
            break
    return total


@program(0.6, [0.3, 0.7, -1.1])
def mapped_until_it_raises(v, xs):
    total = 0.0
    last = 0.1
    try:
        for q in map(rooted, xs):
            total += q * v
            last = q * q
    except ValueError:
        total = total * 2.0 * v + last
    return total


def roots(xs):
    for x in xs:
        yield rooted(x)


@program(0.6, [0.3, 0.7, -1.1])
def generator_that_raises_half_way(v, xs):
    total = 0.0
    try:
        for q in roots(xs):
            total += q * v
    except ValueError:
        total = total * 2.0 * v
    return total


@program(0.6, XS)
def mapped_by_what_the_loop_changes(v, xs):
    total = 0.0
    for q in map(lambda x: x * total + v, xs):
        total += q * v
    return total


@program(0.6, XS)
def filtered_list_changed_by_the_loop(v, xs):
    total = 0.0
    for q in filter(lambda x: x > v - 0.5, xs):
        total += q * v
        xs[-1] = total + 0.5
    return total


@program(0.6, XS)
def pairs_changed_by_the_loop(v, xs):
    total = 0.0
    for a, b in itertools.pairwise(xs):
        total += a * b * v
        xs[-1] = total
    return total


@program(0.6, XS)
def totals_changed_by_the_loop(v, xs):
    total = 0.0
    for a in itertools.accumulate(xs):
        total += a * v
        xs[-1] = total
    return total


@program(0.6, XS)
def chain_changed_by_the_loop(v, xs):
    total = 0.0
    for a in itertools.chain(xs, xs):
        total += a * v
        xs[-1] = total
    return total


@program(0.6, XS)
def part_changed_by_the_loop(v, xs):
    total = 0.0
    for a in itertools.islice(xs, 1, 3):
        total += a * v
        xs[-1] = total
    return total


@program(0.6, XS)
def selection_changed_by_the_loop(v, xs):
    total = 0.0
    for a in itertools.compress(xs, [True, False, True]):
        total += a * v
        xs[-1] = total
    return total


@program(0.6, XS)
def longest_changed_by_the_loop(v, xs):
    total = 0.0
    for a, b in itertools.zip_longest(xs, xs[:1], fillvalue=1.0):
        total += a * b * v
        xs[-1] = total
    return total


@program(0.6, XS)
def values_of_a_dict_changed_by_the_loop(v, xs):
    held = {"a": xs[0], "b": xs[1], "c": xs[2]}
    total = 0.0
    for q in held.values():
        total += q * v
        held["c"] = total
    for i, (key, q) in enumerate(held.items()):
        held["b"] = q * total
        held[key] *= i + 1.0
    return total * held["b"] * held["c"]


@program(0.6, XS)
def groups_changed_by_the_loop(v, xs):
    total = 0.0
    for _, group in itertools.groupby(xs, key=lambda x: x > 0.5):
        total += sum(group) * v
        xs[-1] = total
    return total


@program(0.6, XS)
def groups_up_to_a_break(v, xs):
    total = 0.0
    for is_large, group in itertools.groupby(xs, key=lambda x: x > 0.5):
        total += sum(group) * v
        if is_large:
            break
    return total
