"""What surrounds models: curves, events, settings, quantities with units, decorators, registries, windows."""

# ruff: noqa: RUF012  (as people write it)

import collections
import contextlib
import enum
import functools
import itertools
import logging
import math
import operator
import typing
import warnings
from dataclasses import dataclass

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1])
log = logging.getLogger(__name__)


@dataclass
class Leg:
    notional: float
    rate: float
    frequency: int = 2

    def times(self, maturity):
        return [i / self.frequency for i in range(1, int(maturity * self.frequency) + 1)]


class Curve:
    def __init__(self, tenors, rates, interpolation="linear"):
        self._tenors = list(tenors)
        self._rates = list(rates)
        self._interpolate = getattr(self, f"_{interpolation}")

    def _linear(self, t):
        ts, rs = self._tenors, self._rates
        if t <= ts[0]:
            return rs[0]
        for (t0, r0), (t1, r1) in zip(zip(ts, rs), zip(ts[1:], rs[1:])):
            if t0 <= t <= t1:
                return r0 + (r1 - r0) * (t - t0) / (t1 - t0)
        return rs[-1]

    def _flat(self, t):
        return self._rates[-1]

    def discount(self, t):
        return math.exp(-self._interpolate(t) * t)

    def bumped(self, **kw):
        new = Curve(self._tenors, self._rates)
        new.__dict__.update(kw)
        return new


@program(np.array([0.01, 0.02, 0.025]))
def swap_value(rates):
    c = Curve((0.5, 1.0, 2.0), rates)
    leg = Leg(100.0, 0.02)
    fixed = sum(leg.notional * leg.rate / leg.frequency * c.discount(t) for t in leg.times(2))
    return fixed - leg.notional * (1 - c.discount(2.0))


@program(np.array([0.01, 0.02, 0.025]))
def swap_flat(rates):
    return Curve((0.5, 1.0, 2.0), rates, "flat").discount(1.5)


# -- callbacks dict / events -------------------------------------------------------------------
class Emitter:
    def __init__(self):
        self.handlers = collections.defaultdict(list)

    def on(self, name, h):
        self.handlers[name].append(h)
        return h

    def emit(self, name, *args, **kw):
        return [h(*args, **kw) for h in self.handlers[name]]


@program(X)
def events(x):
    e = Emitter()
    e.on("step", lambda v, k=1.0: v * k)
    e.on("step", lambda v, k=1.0: v + x[1] * k)
    return sum(e.emit("step", x[0], k=x[2])) + sum(e.emit("none", x[0]))


# -- config dict with nested defaults and merge ------------------------------------------------
DEFAULTS = {
    "solver": {"tol": 1e-8, "theta": 0.5},
    "material": {"k": 1.0, "rho": 2.0},
    "verbose": False,
}


def merged(base, extra):
    out = dict(base)
    for k, v in extra.items():
        if isinstance(v, dict) and isinstance(out.get(k), dict):
            out[k] = merged(out[k], v)
        else:
            out[k] = v
    return out


# -- operator overloading: polynomial / dual / unit class --------------------------------------
class Quantity:
    __slots__ = ("unit", "value")

    def __init__(self, value, unit=""):
        self.value = value
        self.unit = unit

    def _coerce(self, o):
        return o if isinstance(o, Quantity) else Quantity(o, self.unit)

    def __add__(self, o):
        o = self._coerce(o)
        if o.unit != self.unit:
            raise TypeError(f"{self.unit} and {o.unit}")
        return Quantity(self.value + o.value, self.unit)

    __radd__ = __add__

    def __mul__(self, o):
        if isinstance(o, Quantity):
            return Quantity(self.value * o.value, "*".join(filter(None, (self.unit, o.unit))))
        return Quantity(self.value * o, self.unit)

    __rmul__ = __mul__

    def __pow__(self, n):
        return functools.reduce(operator.mul, [self] * n)

    def __float__(self):
        return float(self.value)

    def __neg__(self):
        return Quantity(-self.value, self.unit)

    def __sub__(self, o):
        return self + (-self._coerce(o))

    def __truediv__(self, o):
        return Quantity(self.value / o.value, self.unit + "/" + o.unit)

    def __str__(self):
        return f"{self.value} {self.unit}"


@program(0.7, 1.3)
def quantities_of_a_model(m, v):
    mass, speed = Quantity(m, "kg"), Quantity(v, "m/s")
    e = 0.5 * mass * speed**2
    tot = sum([e, e * 2.0], start=Quantity(0.0, e.unit))
    log.debug("energy %s", tot)
    d = tot - e / Quantity(2.0, "") if False else tot - e
    return float(d) * m


class Poly:
    def __init__(self, *c):
        self.c = list(c)

    def __call__(self, x):
        r = 0.0
        for a in reversed(self.c):
            r = r * x + a
        return r

    def __add__(self, o):
        return Poly(*[a + b for a, b in itertools.zip_longest(self.c, o.c, fillvalue=0.0)])

    def __mul__(self, o):
        out = [0.0] * (len(self.c) + len(o.c) - 1)
        for i, a in enumerate(self.c):
            for j, b in enumerate(o.c):
                out[i + j] += a * b
        return Poly(*out)

    def deriv(self):
        return Poly(*[i * a for i, a in enumerate(self.c)][1:])

    def __getitem__(self, i):
        return self.c[i]

    def __len__(self):
        return len(self.c)


@program(X)
def polynomials(x):
    p = Poly(x[0], x[1], 2.0)
    q = Poly(1.0, x[2])
    r = p * q + q
    return r(0.5) * r.deriv()(x[0]) + r[1] * len(r)


# -- kwargs forwarding, decorator with args incl. validation -----------------------------------
def validated(**limits):
    def deco(f):
        @functools.wraps(f)
        def wrapper(*args, **kw):
            names = f.__code__.co_varnames[: f.__code__.co_argcount]
            bound = dict(zip(names, args), **kw)
            for k, (lo, hi) in limits.items():
                if k in bound and not lo <= bound[k] <= hi:
                    raise ValueError(f"{k}={bound[k]} not in [{lo}, {hi}]")
            return f(*args, **kw)

        return wrapper

    return deco


@validated(t=(0, 1000), p=(0, 1e6))
def density(t, p, m=0.029, **kw):
    return p * m / (8.314 * t) * (1 + kw.get("humid", 0.0))


def retry(times, exceptions=(ValueError,)):
    def deco(f):
        def wrapper(x, *a, **k):
            last = None
            for i in range(times):
                try:
                    return f(x * (i + 1), *a, **k)
                except exceptions as e:
                    last = e
            raise last

        return wrapper

    return deco


@retry(4)
def picky(x, s=1.0):
    if x < 1.0:
        raise ValueError("too small")
    return x * x * s


@program(0.4, 1.5)
def retried(x, s):
    return picky(x, s=s) * x


def memo(f):
    cache = {}

    @functools.wraps(f)
    def w(n, *a):
        if n not in cache:
            cache[n] = f(n, *a)
        return cache[n]

    w.cache = cache
    return w


@program(X)
def memoized_inner(x):
    @memo
    def fib(n):
        return x[n] if n < 2 else fib(n - 1) * x[2] + fib(n - 2)

    return fib(6)


@program(X)
def timed_section(x):
    import time

    timings = {}

    @contextlib.contextmanager
    def timer(name):
        t0 = time.perf_counter()
        try:
            yield
        finally:
            timings[name] = time.perf_counter() - t0

    with timer("a"):
        y = np.sin(x)
    with timer("b"):
        z = y @ x
    assert set(timings) == {"a", "b"}
    return z


class State(typing.NamedTuple):
    pos: np.ndarray
    vel: np.ndarray
    t: float = 0.0

    def advanced(self, h, acc):
        v = self.vel + h * acc(self.pos)
        return self._replace(pos=self.pos + h * v, vel=v, t=self.t + h)

    @property
    def kinetic(self):
        return 0.5 * np.dot(self.vel, self.vel)


def simulate(s, acc, h, steps, observer=None):
    for _ in range(steps):
        s = s.advanced(h, acc)
        if observer:
            observer(s)
        yield s


@program(np.array([1.0, 0.1]), np.array([0.2, 0.9]), 1.4)
def orbit(p, v, k):
    energies = []
    last = None
    for last in simulate(
        State(p, v),
        lambda q: -k * q / np.linalg.norm(q) ** 3,
        0.1,
        4,
        lambda s: energies.append(s.kinetic),
    ):
        pass
    return last.kinetic + sum(energies) + last.t * p[0]


class Unit(enum.IntEnum):
    A = 1
    B = 3


class Flags(enum.Flag):
    DRAG = enum.auto()
    LIFT = enum.auto()


@program(0.7, 2.0)
def with_flags(v, rho):
    f = 0.0
    flags = Flags.DRAG | Flags.LIFT
    if flags & Flags.DRAG:
        f += 0.5 * rho * v**2 * Unit.B
    if Flags.LIFT in flags:
        f -= v**Unit.A
    return f * (Unit.B > Unit.A)


class Registry:
    _models = {}

    def __init_subclass__(cls, name=None, **kw):
        super().__init_subclass__(**kw)
        Registry._models[name or cls.__name__.lower()] = cls

    @classmethod
    def create(cls, name, *a, **k):
        return cls._models[name](*a, **k)


class Arrhenius(Registry, name="arr"):
    def __init__(self, a, ea):
        self.a = a
        self.ea = ea

    def __call__(self, t):
        return self.a * math.exp(-self.ea / (8.314 * t))


class Power(Registry):
    def __init__(self, a, n=1.5):
        self.a = a
        self.n = n

    def __call__(self, t):
        return self.a * (t / 300) ** self.n


@program(2.0, 1000.0)
def registry_models(a, ea):
    return Registry.create("arr", a, ea=ea)(350.0) + Registry.create("power", a)(400.0)


def weights(n, kind="hann", **kw):
    match kind:
        case "hann":
            return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / (n - 1))
        case "gauss":
            return np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / (kw["s"] * n)) ** 2)
        case ("kaiser", b):
            return np.kaiser(n, b)
        case _:
            raise ValueError(kind)


@program(np.array([0.3, 0.7, 1.1, 0.5]), 0.4)
def windows(x, s):
    return sum((x * weights(len(x), k, s=s)).sum() for k in ("hann", "gauss", ("kaiser", 2.0)))


class Interp:
    def __init__(self, x, y, fill=None):
        self.x = np.asarray(x, float)
        self.y = np.asarray(y, float)
        if np.any(np.diff(self.x) <= 0):
            raise ValueError("x must increase")
        self.fill = fill

    def __call__(self, q):
        q = np.atleast_1d(q)
        i = np.clip(np.searchsorted(self.x, q) - 1, 0, len(self.x) - 2)
        w = (q - self.x[i]) / (self.x[i + 1] - self.x[i])
        out = (1 - w) * self.y[i] + w * self.y[i + 1]
        if self.fill is not None:
            out = np.where((q < self.x[0]) | (q > self.x[-1]), self.fill, out)
        return out if out.size > 1 else out.item()


@program(X, 0.6)
def interpolated_of_a_model(y, q):
    f = Interp([0, 1, 2], y, fill=0.0)
    return f(q) + f([q, q * 2, 5.0]).sum()


@program(X)
def warn_and_log(x):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        y = np.log(x)
        if np.any(y < 0):
            warnings.warn(f"negative: {y.min():.2f}", RuntimeWarning, stacklevel=2)
    log.warning("x %s", x[0]) if x[0] > 9 else log.debug("ok")
    return y.sum()


@program(X)
def missing_key_fallback(x):
    opts = {"a": x[0]}
    try:
        s = opts["scale"]
    except KeyError:
        s = opts.setdefault("scale", x[1])
    for name in ("a", "b", "scale"):
        try:
            s = s + opts[name] * 2
        except KeyError as e:
            s = s + len(e.args) * x[2]
    return s
