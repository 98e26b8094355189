"""Fits, potentials, expressions, finite volumes, mixtures, interpolation, bodies: with the Python around them."""

# ruff: noqa: C408, B020  (as people write it)

import itertools
import math
import operator
import random
from dataclasses import KW_ONLY, dataclass, field
from functools import partialmethod, reduce
from typing import ClassVar

import numpy as np

from tests.everyday.beyond import Body, System
from tests.everyday.registry import program

rng = np.random.default_rng(0)
X = rng.normal(size=5)
M = rng.normal(size=(3, 4))
Y = rng.uniform(0.5, 1.5, size=5)


class Parameter:
    def __init__(self, name, value, bounds=(None, None), fixed=False):
        self.name, self._value, self.bounds, self.fixed = name, value, bounds, fixed

    @property
    def value(self):
        lo, hi = self.bounds
        if lo is not None and hi is not None:
            return lo + (hi - lo) / (1 + np.exp(-self._value))
        if lo is not None:
            return lo + np.exp(self._value)
        return self._value

    @value.setter
    def value(self, v):
        self._value = v

    def __float__(self):
        return float(self.value)

    def __mul__(self, o):
        return self.value * o

    __rmul__ = __mul__

    def __repr__(self):
        return f"<{self.name}={self.value:.3g}>"


class Model:
    def __init__(self, func, **hints):
        self.func = func
        self.params = [Parameter(n, **h) for n, h in hints.items()]

    def __getitem__(self, name):
        for p in self.params:
            if p.name == name:
                return p
        raise KeyError(name)

    def eval(self, x, **kwargs):
        values = {p.name: p.value for p in self.params}
        values.update({k: v for k, v in kwargs.items() if v is not None})
        return self.func(x, **values)

    def residual(self, x, y, weights=None):
        r = self.eval(x) - y
        return r if weights is None else r * weights


def peak(x, amp=1.0, center=0.0, width=1.0):
    return amp * np.exp(-(((x - center) / width) ** 2))


@program(0.4, 0.2, -0.1, Y)
def model_fit(a, c, w, y):
    x = np.linspace(-1, 1, 5)
    m = Model(
        peak,
        amp=dict(value=a, bounds=(0, 2)),
        center={"value": c},
        width={"value": w, "bounds": (0.1, None)},
    )
    m["center"].value = c**2
    return (
        (m.residual(x, y, weights=1 / y) ** 2).sum()
        + m.eval(x, amp=3.0, center=None).sum()
        + 2 * m["amp"]
    )


class Base:
    def __init__(self, **kw):
        for k, v in kw.items():
            setattr(self, k, v)

    def energy(self, x):
        return 0.0


class Harmonic(Base):
    k = 1.0

    def energy(self, x):
        return super().energy(x) + 0.5 * self.k * (x**2).sum()


class Cubic(Base):
    def energy(self, x):
        return super().energy(x) + self.c3 * (x**3).sum()


class Walls(Base):
    def energy(self, x):
        return super().energy(x) + np.where(np.abs(x) > 1, (np.abs(x) - 1) ** 4, 0).sum()


class Potential(Walls, Cubic, Harmonic):
    name: ClassVar[str] = "all"

    def __call__(self, x, *, shift=0.0):
        return self.energy(np.asarray(x) - shift)


@program(X, 2.0, 0.3)
def mixins(x, k, c):
    p = Potential(k=k, c3=c)
    return p(x) + p(x, shift=c) + Harmonic().energy(x)


class Node:
    __slots__ = ("children", "op")

    def __init__(self, op, *children):
        self.op, self.children = op, children

    def __call__(self, **env):
        match self.op, self.children:
            case "var", (name,):
                return env[name]
            case "const", (v,):
                return v
            case "+", children:
                return sum(c(**env) for c in children)
            case "*", (a, b):
                return a(**env) * b(**env)
            case ("sin" | "cos") as fn, (a,):
                return getattr(np, fn)(a(**env))
            case op, _:
                raise ValueError(op)


@program(0.7, 1.3)
def expression(x, y):
    X_, Y_ = Node("var", "x"), Node("var", "y")
    e = Node("+", Node("*", X_, Y_), Node("sin", Node("*", X_, X_)), Node("const", 2.0))
    return e(x=x, y=y) * e(x=y, y=2.0)


LIMITERS = {
    "minmod": lambda a, b: np.where(a * b > 0, np.where(np.abs(a) < np.abs(b), a, b), 0.0),
    "vanleer": lambda a, b: np.where(a * b > 0, 2 * a * b / np.where(a * b > 0, a + b, 1.0), 0.0),
    "none": None,
}


@dataclass
class Grid:
    n: int
    length: float = 1.0
    _: KW_ONLY
    periodic: bool = True
    cells: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        self.dx = self.length / self.n
        self.cells = (np.arange(self.n) + 0.5) * self.dx

    def __len__(self):
        return self.n


class Solver:
    def __init__(self, grid, velocity, limiter="minmod", cfl=0.5):
        if limiter not in LIMITERS:
            raise KeyError(f"limiter {limiter!r} not in {', '.join(LIMITERS)}")
        self.grid, self.velocity, self.limiter, self.cfl = grid, velocity, LIMITERS[limiter], cfl
        self.time, self.steps = 0.0, 0

    def flux(self, u):
        a, b = u - np.roll(u, 1), np.roll(u, -1) - u
        slope = self.limiter(a, b) if self.limiter else 0.0
        return self.velocity * (u + 0.5 * (1 - self.cfl) * slope)

    def step(self, u):
        dt = self.cfl * self.grid.dx
        F = self.flux(u)
        u = u.copy()
        u -= dt / self.grid.dx * (F - np.roll(F, 1))
        self.time += dt
        self.steps += 1
        return u

    def run(self, u, t_end):
        while self.time < t_end:
            u = self.step(u)
        return u


@program(Y, 0.8)
def advection(u0, c):
    grid = Grid(len(u0), periodic=True)
    total = 0.0
    for lim in LIMITERS:
        s = Solver(grid, velocity=c, limiter=lim)
        total += (s.run(u0, 0.3) ** 2).sum() * s.steps
    return total + len(grid)


def logsumexp(a, axis=None, keepdims=False):
    m = np.max(a, axis=axis, keepdims=True)
    out = m + np.log(np.sum(np.exp(a - m), axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)


class GMM:
    def __init__(self, n_components=2, *, tol=1e-3, max_iter=3, random_state=None):
        self.n_components, self.tol, self.max_iter = n_components, tol, max_iter
        self.rng = np.random.default_rng(random_state)

    def _log_prob(self, X):
        diff = X[:, None] - self.means_[None, :]
        return (
            -0.5 * diff**2 / self.vars_
            - 0.5 * np.log(2 * np.pi * self.vars_)
            + np.log(self.weights_)
        )

    def fit(self, X):
        self.means_ = np.linspace(X.min(), X.max(), self.n_components)
        self.vars_ = np.full(self.n_components, X.var())
        self.weights_ = np.full(self.n_components, 1 / self.n_components)
        prev = -np.inf
        for self.n_iter_ in range(1, self.max_iter + 1):
            lp = self._log_prob(X)
            norm = logsumexp(lp, axis=1, keepdims=True)
            r = np.exp(lp - norm)
            nk = r.sum(axis=0)
            self.means_ = r.T @ X / nk
            self.vars_ = np.einsum("ij,ij->j", r, (X[:, None] - self.means_) ** 2) / nk + 1e-6
            self.weights_ = nk / len(X)
            ll = norm.mean()
            if abs(ll - prev) < self.tol:
                break
            prev = ll
        self.ll_ = ll
        return self

    def score(self, X):
        return logsumexp(self._log_prob(X), axis=1).mean()


@program(np.sort(X))
def mixture(x):
    g = GMM(random_state=0).fit(x)
    return g.score(x[:3]) + g.ll_ + g.means_ @ g.vars_


def make_spline(knots, values):
    h = np.diff(knots)
    slopes = np.diff(values) / h

    def evaluate(t):
        i = int(np.clip(np.searchsorted(knots, t) - 1, 0, len(h) - 1))
        return values[i] + slopes[i] * (t - knots[i])

    def integral():
        return sum(hh * (a + b) / 2 for hh, a, b in zip(h, values[:-1], values[1:]))

    evaluate.integral = integral
    return evaluate, integral


class Stats:
    def __init__(self, x):
        self.x = x

    def moment(self, order, centre=True):
        x = self.x - self.x.mean() if centre else self.x
        return (x**order).mean()

    variance = partialmethod(moment, 2)
    skew3 = partialmethod(moment, order=3)


@program(X, 0.31)
def factories(y, t):
    f, area = make_spline(np.linspace(0, 1, len(y)), y)
    s = Stats(y)
    acc = list(itertools.accumulate(y, operator.mul))
    getter = operator.itemgetter(0, 2)
    a, b = getter(acc)
    return f(t) * area() + s.variance() + s.skew3() + a * b + operator.attrgetter("x")(s).sum()


class Interpolator:
    count = 0

    def __init__(self, x, y):
        self.x, self.y, self._cache = x, y, {}

    def coefficients(self, order):
        try:
            return self._cache[order]
        except KeyError:
            Interpolator.count += 1
            V = np.vander(self.x[: order + 1], increasing=True)
            self._cache[order] = c = np.linalg.solve(V, self.y[: order + 1])
            return c

    def __call__(self, t, order=2):
        return reduce(lambda acc, c: acc * t + c, reversed(self.coefficients(order)))


@program(X, 0.4)
def interpolated(y, t):
    f = Interpolator(np.linspace(0, 1, 5), y)
    s = f(t) + f(0.3) * f(t, order=3)
    if (n := len(f._cache)) == 2:
        s = s * n
    return s


@program(M, X[:3])
def tabular(a, w):
    a = np.ascontiguousarray(a, dtype=np.float64)
    w = np.asarray(w).reshape(-1, 1)
    mean, std = np.mean(a, axis=0), np.std(a, axis=0, ddof=1)
    z = (a - mean) / std
    c = np.cov(z, rowvar=False)
    q, r = np.linalg.qr(c + 4 * np.eye(len(c)))
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    out = {
        "trace": np.trace(c @ c),
        "s": s.prod(),
        "w": np.average(a, axis=0, weights=w[:, 0] ** 2).sum(),
        "qr": np.abs(np.diag(r)).sum(),
    }
    print(f"{out['trace']:.1f}", end="")
    return sum(out[k] * i for i, k in enumerate(sorted(out), 1))


@program(np.array([1.0, 0.5, 0.7]), rng.normal(size=(3, 2)), rng.normal(size=(3, 2)) * 0.3)
def nbody_named(m, r, v):
    s = System([Body(m[i], r[i], v[i]) for i in range(3)])
    for _ in range(3):
        s.leapfrog(0.05)
    return s.energy + s.bodies[1].r.sum() + len(s)


@program(np.array([1.0, 0.5, 0.7]), X)
def sorted_names(m, x):
    out = {"b": m[0] * x[1], "a": x[2] ** 2, "c": m @ m}
    s = 0.0
    for i, k in enumerate(sorted(out), 1):
        s += i * out[k]
    for k in sorted(out, reverse=True):
        s = s * 0.5 + out[k]
    return s + [out[k] for k in sorted(out.keys())][0]


@program(
    np.array([0.1, 0.4, -0.3, 0.2]),
    np.random.default_rng(4).normal(size=(6, 3)),
    np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0]),
)
def logistic_with_intercept(weights, x, labels):
    """The matrix has as many columns as the weights behind the first."""
    z = x @ weights[1:] + weights[0]
    return np.sum(labels * z - np.logaddexp(0.0, z)) - 0.5 * np.sum(weights[1:] ** 2)


class Quaternion:
    __slots__ = ("v", "w")

    def __init__(self, w, v):
        self.w = w
        self.v = np.asarray(v, dtype=float)

    def __mul__(self, other):
        if isinstance(other, Quaternion):
            w = self.w * other.w - self.v @ other.v
            return Quaternion(w, self.w * other.v + other.w * self.v + np.cross(self.v, other.v))
        return Quaternion(self.w * other, self.v * other)

    __rmul__ = __mul__

    def __add__(self, other):
        return Quaternion(self.w + other.w, self.v + other.v)

    @property
    def conjugate(self):
        return Quaternion(self.w, -self.v)

    def turned(self, p):
        return (self * Quaternion(0.0, p) * self.conjugate).v

    @classmethod
    def about(cls, axis, angle):
        axis = axis / np.linalg.norm(axis)
        return cls(math.cos(angle / 2), math.sin(angle / 2) * axis)


@program(np.array([1.0, 2.0, 0.5]), 0.7)
def between_two_rotations(axis, angle):
    q, p = Quaternion.about(axis, angle), Quaternion.about(np.array([0.0, 1.0, 0.0]), 0.3)
    apart = math.acos(q.w * p.w + q.v @ p.v)
    s = math.sin(0.6 * apart) / math.sin(apart) * q + math.sin(0.4 * apart) / math.sin(apart) * p
    return s.turned(np.array([1.0, 0.0, 2.0]))[1] + s.w**2


@program(0.9, np.array([1.0, 0.5, 2.0]))
def value_of_a_policy(beta, reward):
    moves = np.array(
        [
            [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]],
            [[0.1, 0.1, 0.8], [0.5, 0.4, 0.1], [0.3, 0.3, 0.4]],
        ]
    )
    value = np.zeros(3)
    turns = 0
    while True:
        q = reward[None, :] + beta * np.einsum("aij,j->ai", moves, value)
        new = q.max(axis=0)
        turns += 1
        if np.max(np.abs(new - value)) < 1e-3 or turns > 30:
            break
        value = new
    best = q.argmax(axis=0)
    return q[best[0], 0] * value[1] + new.mean()


@program(np.array([[0.6, 0.3, 0.9], [0.2, 0.8, 0.5], [0.7, 0.4, 0.1]]))
def warping_path(costs):
    n, m = costs.shape
    table = np.full((n + 1, m + 1), np.inf)
    table[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            table[i, j] = costs[i - 1, j - 1] + min(
                table[i - 1, j], table[i, j - 1], table[i - 1, j - 1]
            )
    i, j = n, m
    path = []
    while i > 0 and j > 0:
        path.append((i - 1, j - 1))
        k = np.argmin([table[i - 1, j - 1], table[i - 1, j], table[i, j - 1]])
        if k == 0:
            i -= 1
            j -= 1
        elif k == 1:
            i -= 1
        else:
            j -= 1
    return table[n, m] + 0.1 * sum(costs[p] ** 2 for p in path)


@program(np.array([[0.6, 0.3, 0.9], [0.2, 0.8, 0.5], [0.7, 0.4, 0.1]]))
def elements_at_pairs_are_written(c):
    path = []
    for i in range(3):
        c[i, 0] *= 1.5
        path.append((i, 2 - i))
    total = 0.0
    for p in path:
        total += c[p]
        c[p] = total * c[p]
    return total + c[0, 2] * c[2, 0]


@program(np.array([0.2, 0.5, 0.9]))
def continued_fractions(x):
    def lentz(start, a, b):
        f = start or 1e-30
        c, d = f, 0.0
        for j in itertools.count(1):
            d = 1 / ((b(j) + a(j) * d) or 1e-30)
            c = b(j) + a(j) / c
            f *= c * d
            if abs(c * d - 1) < 1e-12:
                return f

    def numerator(v):
        return lambda j: v if j == 1 else (-((j - 1) ** 2) * v * v if j % 2 else (j - 1) * v)

    return sum(lentz(0.0, numerator(v), lambda j: 1.0 + 0.1 * j) for v in x)


@program(np.array([1.0, 2.0, 3.0]))
def places_from_lists_and_draws(x):
    places = list(range(len(x)))
    random.seed(2)
    random.shuffle(places)
    total = 1.0
    for i in places:
        total = total * 0.9 + x[i] ** 2
    for i in list(range(0, 3, 2)) + [int(v) for v in {0, 2}]:
        total += x[i] * x[places[0]]
    for i in set(range(3)):
        total = total * 0.9 + x[i] ** 3
    drawn = np.random.default_rng(0)
    return total + x[random.randint(0, 2)] * x[drawn.integers(3)]


@program(np.array([1.0, 2.0, 3.0]))
def what_loops_leave(x):
    for i in range(3):
        for j in range(2):
            q = x * i + j * x
        x = x + 0.1 * q * x
    out = 0.0
    for k in range(2):
        for i in range(3):
            q = x * i * x
        out += np.sum(q) if k else 0.0
    for i in range(3):
        p = x * x[i]
        if x[i] > 1.5:
            break
    else:
        p = x * 0
    for i in range(3):
        r = np.outer(x, x) * i
        s = r.T
        s[0] = x
    return out + q[0] + p[1] + np.sum(r) + s[1, 0]
