"""Prices, filters, integrators, circuits, attention, training, trees: classes that work together."""

import abc
import collections
import functools
import logging
import math
import operator
import typing
from dataclasses import dataclass, field

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1])
log = logging.getLogger(__name__)
log = logging.getLogger("w3")


# -- black-scholes / binomial with string options ----------------------------------------------
class Option:
    def __init__(self, strike, maturity, kind="call", style="european"):
        if kind not in ("call", "put"):
            raise ValueError(f"kind {kind!r}")
        self.k, self.t, self.kind, self.style = strike, maturity, kind, style
        self.sign = {"call": 1, "put": -1}[kind]

    def payoff(self, s):
        return max(self.sign * (s - self.k), 0.0)

    def __repr__(self):
        return f"{type(self).__name__}({self.kind})"


def binomial(option, spot, vol, rate, steps=4):
    dt = option.t / steps
    u = math.exp(vol * math.sqrt(dt))
    d = 1 / u
    p = (math.exp(rate * dt) - d) / (u - d)
    df = math.exp(-rate * dt)
    values = [option.payoff(spot * u**j * d ** (steps - j)) for j in range(steps + 1)]
    for n in range(steps - 1, -1, -1):
        for j in range(n + 1):
            hold = df * (p * values[j + 1] + (1 - p) * values[j])
            values[j] = (
                max(hold, option.payoff(spot * u**j * d ** (n - j)))
                if option.style == "american"
                else hold
            )
    return values[0]


@program(100.0, 0.2, 0.03)
def option_prices(s, v, r):
    return sum(
        binomial(Option(101.0, 1.0, k, st), s, v, r)
        for k in ("call", "put")
        for st in ("european", "american")
    )


# -- kalman filter class -----------------------------------------------------------------------
class Kalman:
    def __init__(self, q=0.1, r=0.5, **kw):
        self.x = np.zeros(2)
        self.P = np.eye(2)
        self.F = np.array([[1.0, kw.get("dt", 1.0)], [0, 1.0]])
        self.Q = q * np.eye(2)
        self.R = r
        self.H = np.array([1.0, 0.0])
        self.loglik = 0.0

    def predict(self):
        self.x = self.F @ self.x
        self.P = self.F @ self.P @ self.F.T + self.Q

    def update(self, z):
        y = z - self.H @ self.x
        s = self.H @ self.P @ self.H + self.R
        k = self.P @ self.H / s
        self.x = self.x + k * y
        self.P = (np.eye(2) - np.outer(k, self.H)) @ self.P
        self.loglik += -0.5 * (math.log(2 * math.pi * s) + y * y / s)

    def filter(self, zs):
        for z in zs:
            self.predict()
            if z is None or np.isnan(z):
                continue
            self.update(z)
        return self


@program(np.array([1.0, 1.9, 3.2]), 0.2, 0.7)
def kalman_ll(z, q, r):
    f = Kalman(q=q, r=r, dt=0.5).filter(z)
    return f.loglik + f.x[1] * f.P[0, 1]


# -- rk45 with events and dense output dict results --------------------------------------------
@dataclass
class Result:
    t: list = field(default_factory=list)
    y: list = field(default_factory=list)
    nfev: int = 0
    success: bool = True
    message: str = ""

    def __iter__(self):
        return iter((self.t, self.y))


class Adaptive:
    C = (0, 1 / 2, 3 / 4, 1)

    def __init__(self, f, rtol=1e-3, atol=1e-6, first_step=None, max_step=np.inf):
        self.f = self._counted(f)
        self.n = 0
        self.rtol, self.atol = rtol, atol
        self.h = first_step or 0.1
        self.hmax = max_step

    def _counted(self, f):
        @functools.wraps(f)
        def g(t, y, *a):
            self.n += 1
            return np.asarray(f(t, y, *a))

        return g

    def step(self, t, y, args):
        while True:
            h = min(self.h, self.hmax)
            k1 = self.f(t, y, *args)
            k2 = self.f(t + h / 2, y + h / 2 * k1, *args)
            k3 = self.f(t + 3 * h / 4, y + 3 * h / 4 * k2, *args)
            new = y + h * (2 * k1 + 3 * k2 + 4 * k3) / 9
            k4 = self.f(t + h, new, *args)
            err = h * (-5 * k1 / 72 + k2 / 12 + k3 / 9 - k4 / 8)
            norm = float(np.max(np.abs(err) / (self.atol + self.rtol * np.abs(new))))
            if norm <= 1:
                self.h = h * min(5.0, 0.9 * (norm + 1e-10) ** (-1 / 3))
                return t + h, new
            self.h = h * max(0.2, 0.9 * norm ** (-1 / 3))

    def solve(self, t0, t1, y0, args=()):
        r = Result([t0], [y0])
        t, y = t0, y0
        while t < t1:
            if self.h > t1 - t:
                self.h = t1 - t
            if len(r.t) > 1000:
                r.success = False
                r.message = "too many"
                break
            t, y = self.step(t, y, args)
            r.t.append(t)
            r.y.append(y)
        r.nfev = self.n
        return r


@program(np.array([1.0, 0.2]), 1.3)
def adaptive_ode(y0, k):
    s = Adaptive(lambda t, y, k: [y[1], -k * y[0]], first_step=0.05)
    r = s.solve(0.0, 0.2, y0, (k,))
    ts, ys = r
    return ys[-1] @ ys[1] + 0 * r.nfev


# -- generator pipeline ------------------------------------------------------------------------
def smooth(seq, alpha=0.5):
    last = None
    for v in seq:
        last = v if last is None else alpha * v + (1 - alpha) * last
        yield last


@program(np.array([0.3, 0.7, 1.1, 0.4]), 0.4)
def smoothed_both_ways(x, a):
    out = list(smooth(x, alpha=a))
    return sum(v * w for v, w in zip(out, smooth(reversed(out))))


# -- mixture / EM with dict state --------------------------------------------------------------
@program(np.array([0.1, 0.4, 2.0, 2.3]), 0.8)
def em_steps(x, s):
    state = {"mu": [0.0, 2.0], "w": [0.5, 0.5]}
    for it in range(2):
        dens = [
            [w * np.exp(-0.5 * ((v - m) / s) ** 2) for m, w in zip(state["mu"], state["w"])]
            for v in x
        ]
        resp = [[d / sum(row) for d in row] for row in dens]
        nk = [sum(r[k] for r in resp) for k in range(2)]
        state = {
            **state,
            "mu": [sum(r[k] * v for r, v in zip(resp, x)) / nk[k] for k in range(2)],
            "w": [n / len(x) for n in nk],
        }
    return state["mu"][0] * state["w"][1] + state["mu"][1]


# -- circuit: nodes & components polymorphic stamping ------------------------------------------
class Component(abc.ABC):
    count = 0

    def __init__(self, a, b, value):
        self.nodes = (a, b)
        self.value = value
        Component.count += 0

    @abc.abstractmethod
    def stamp(self, G, I): ...


class Resistor(Component):
    def stamp(self, G, I):
        g = 1 / self.value
        a, b = self.nodes
        for i, j, s in ((a, a, 1), (b, b, 1), (a, b, -1), (b, a, -1)):
            if i > 0 and j > 0:
                G[i - 1, j - 1] += s * g


class Current(Component):
    def stamp(self, G, I):
        a, b = self.nodes
        if a > 0:
            I[a - 1] -= self.value
        if b > 0:
            I[b - 1] += self.value


class Circuit:
    def __init__(self):
        self.parts = []

    def add(self, cls, *args):
        self.parts.append(cls(*args))
        return self

    @property
    def size(self):
        return max(n for p in self.parts for n in p.nodes)

    def solve(self):
        n = self.size
        G = np.zeros((n, n))
        I = np.zeros(n)
        for p in self.parts:
            p.stamp(G, I)
        return np.linalg.solve(G, I)


@program(100.0, 220.0, 0.01)
def circuit(r1, r2, i):
    c = (
        Circuit()
        .add(Resistor, 1, 0, r1)
        .add(Resistor, 1, 2, r2)
        .add(Resistor, 2, 0, 50.0)
        .add(Current, 0, 1, i)
    )
    v = c.solve()
    return v[0] + v[1] ** 2


# -- unit conversions / table lookups with __missing__/__getitem__ -----------------------------
class Table:
    def __init__(self, rows):
        self._rows = dict(rows)

    def __getitem__(self, key):
        if isinstance(key, tuple):
            return tuple(self[k] for k in key)
        try:
            return self._rows[key]
        except KeyError:
            raise KeyError(f"no {key}") from None

    def __setitem__(self, k, v):
        self._rows[k] = v

    def __contains__(self, k):
        return k in self._rows

    def __len__(self):
        return len(self._rows)

    def __iter__(self):
        return iter(self._rows)

    def get(self, k, d=None):
        return self[k] if k in self else d


@program(X)
def tables(x):
    t = Table(zip("abc", x))
    a, b = t["a", "b"]
    t["d"] = a * b
    return sum(t[k] * i for i, k in enumerate(t)) + t.get("z", x[0]) * len(t)


# -- attention numpy w config ------------------------------------------------------------------
@dataclass(frozen=True)
class Config:
    heads: int = 2
    width: int = 4
    scale: float | None = None
    activation: str = "gelu"


ACT = {
    "gelu": lambda v: 0.5 * v * (1 + np.tanh(np.sqrt(2 / np.pi) * (v + 0.044715 * v**3))),
    "relu": lambda v: np.maximum(v, 0),
}


class Attention:
    def __init__(self, cfg, w):
        self.cfg = cfg
        self.w = w
        self.act = ACT[cfg.activation]
        self.cache = {}

    def _split(self, x):
        return x.reshape(x.shape[0], self.cfg.heads, -1).transpose(1, 0, 2)

    def __call__(self, x, mask=None, return_weights=False):
        q, k, v = (self._split(x @ w) for w in self.w)
        s = q @ k.transpose(0, 2, 1) * (self.cfg.scale or q.shape[-1] ** -0.5)
        if mask is not None:
            s = np.where(mask, s, -1e9)
        p = np.exp(s - s.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        self.cache["p"] = p
        out = self.act((p @ v).transpose(1, 0, 2).reshape(x.shape))
        return (out, p) if return_weights else out


@program(
    np.random.default_rng(0).normal(size=(3, 4)), np.random.default_rng(1).normal(size=(3, 4, 4))
)
def attention(x, w):
    a = Attention(Config(), list(w))
    y = a(x, mask=np.tril(np.ones((3, 3), bool)))
    z, p = a(y, return_weights=True)
    return np.sum(z**2) + p[0, 1, 0] + a.cache["p"].sum()


# -- optimizer w/ momentum state & schedule, losses list ---------------------------------------
class Momentum:
    def __init__(self, lr=0.1, beta=0.9, schedule=None):
        self.lr, self.beta = lr, beta
        self.v = None
        self.schedule = schedule or (lambda k: 1.0)
        self.k = 0

    def step(self, p, g):
        self.v = g if self.v is None else self.beta * self.v + g
        self.k += 1
        return p - self.lr * self.schedule(self.k) * self.v


@program(np.array([1.0, 2.0]), 0.05)
def unrolled_training(p, lr):
    opt = Momentum(lr=lr, schedule=lambda k: 0.9**k)
    losses = []
    for _ in range(3):
        g = 2 * p * np.array([1.0, 3.0])
        losses.append(float(np.sum(p**2)))
        p = opt.step(p, g)
    return losses[-1] + p @ p + min(losses)


# -- geometry mesh area / volumes with namedtuples & static helpers ----------------------------
Vec = collections.namedtuple("Vec", "x y z")


class Tri(typing.NamedTuple):
    a: Vec
    b: Vec
    c: Vec

    @staticmethod
    def cross(u, v):
        return Vec(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)

    @property
    def normal(self):
        return self.cross(
            Vec(*map(operator.sub, self.b, self.a)), Vec(*map(operator.sub, self.c, self.a))
        )

    def area(self):
        return 0.5 * math.sqrt(sum(n * n for n in self.normal))


@program(X, np.array([1.0, 0.2, 0.1]), np.array([0.4, 1.3, 0.9]))
def triangle(a, b, c):
    t = Tri(Vec(*a), Vec(*b), Vec(*c))
    return t.area() * t.normal.x + t._replace(a=Vec(0.0, 0.0, 0.0)).area()


# -- logger decorated recursion & tree ---------------------------------------------------------
class Node:
    def __init__(self, value, *children):
        self.value = value
        self.children = list(children)

    def walk(self):
        yield self
        for c in self.children:
            yield from c.walk()

    def fold(self, f):
        return f(self.value, [c.fold(f) for c in self.children])


@program(0.7, 1.3)
def tree_of_a_model(a, b):
    t = Node(a, Node(b, Node(a * b)), Node(2.0))
    return sum(n.value**2 for n in t.walk()) + t.fold(lambda v, cs: v + 0.5 * sum(cs))
