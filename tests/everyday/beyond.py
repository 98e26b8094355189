"""Programs around validation, managers, subclasses of containers and callbacks; some are refused so far."""

# ruff: noqa: RUF012, B028, B006  (as people write it)

import contextlib
import itertools
import math
import warnings
from dataclasses import dataclass
from functools import wraps

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(0)
X = rng.normal(size=5)
M = rng.normal(size=(3, 4))
Y = rng.uniform(0.5, 1.5, size=5)


def validated(**checks):
    def deco(fn):
        import inspect

        sig = inspect.signature(fn)

        @wraps(fn)
        def wrapper(*args, **kwargs):
            bound = sig.bind(*args, **kwargs)
            for name, check in checks.items():
                if not check(bound.arguments[name]):
                    raise ValueError(f"{name} invalid")
            return fn(*args, **kwargs)

        return wrapper

    return deco


@validated(x=lambda v: v > 0)
def log1(x, base=math.e):
    return math.log(x) / math.log(base)


@program(1.3, 0.7)
def validated_call(m, v):
    return log1(m, base=3.0) * log1(x=v)


@contextlib.contextmanager
def units(system, factor):
    old = system["unit"]
    system["unit"] = factor
    try:
        yield system
    finally:
        system["unit"] = old


class Timer:
    def __enter__(self):
        self.n = 1
        return self

    def __exit__(self, *a):
        self.n += 1


@program(X, 1.7)
def managed(x, f):
    system = {"unit": 1.0}
    with (
        units(system, f) as s,
        np.errstate(divide="ignore", invalid="ignore"),
        Timer() as t,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        y = np.where(x > 0, np.log(np.abs(x)), x / s["unit"])
    return y.sum() * system["unit"] + t.n


class Layer:
    activations = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), None: lambda z: z}

    def __init__(self, w, b, activation=None):
        self.w, self.b, self.activation = w, b, self.activations[activation]

    def __call__(self, x):
        return self.activation(self.w @ x + self.b)


class Sequential(list):
    def __call__(self, x):
        for layer in self:
            x = layer(x)
        return x


@program(M, X[:3], X[:4])
def pipeline(w, b, x):
    net = Sequential([Layer(w, b, "tanh"), Layer(w.T, x, activation="relu"), Layer(w, 0.0)])
    return (net(x) ** 2).sum()


def newton(f, df, x0, *, tol=1e-12, maxiter=50, callback=None, full_output=False):
    x, info = x0, {"converged": False, "history": []}
    for it in range(maxiter):
        fx = f(x)
        info["history"].append(f"{it}: {float(fx):.2e}")
        if abs(fx) < tol:
            info.update(converged=True, iterations=it)
            break
        d = df(x)
        if d == 0:
            raise ZeroDivisionError(f"df({x}) = 0 at iteration {it}")
        x = x - fx / d
        if callback is not None:
            callback(x)
    else:
        warnings.warn(f"no convergence in {maxiter} iterations")
    return (x, info) if full_output else x


@program(2.0)
def kepler(a):
    seen = []
    E, info = newton(
        lambda E: E - 0.3 * math.sin(E) - a,
        lambda E: 1 - 0.3 * math.cos(E),
        a,
        callback=seen.append,
        full_output=True,
    )
    assert info["converged"], "\n".join(info["history"])
    return E * math.cos(E) + seen[0]


class Quantity:
    __array_priority__ = 1000

    def __init__(self, value, unit=""):
        self.value, self.unit = value, unit

    def _check(self, o):
        if isinstance(o, Quantity):
            if o.unit != self.unit:
                raise TypeError(f"{self.unit} vs {o.unit}")
            return o.value
        return o

    def __add__(self, o):
        return Quantity(self.value + self._check(o), self.unit)

    def __sub__(self, o):
        return Quantity(self.value - self._check(o), self.unit)

    def __mul__(self, o):
        return (
            Quantity(self.value * o.value, f"{self.unit}*{o.unit}")
            if isinstance(o, Quantity)
            else Quantity(self.value * o, self.unit)
        )

    __rmul__ = __mul__

    def __truediv__(self, o):
        return (
            Quantity(self.value / o.value, self.unit + "/" + o.unit)
            if isinstance(o, Quantity)
            else Quantity(self.value / o, self.unit)
        )

    def __pow__(self, n):
        return Quantity(self.value**n, f"{self.unit}^{n}")

    def __neg__(self):
        return Quantity(-self.value, self.unit)

    def __lt__(self, o):
        return self.value < self._check(o)

    def __eq__(self, o):
        return isinstance(o, Quantity) and self.value == o.value

    def __hash__(self):
        return hash((self.value, self.unit))

    def to(self, unit, factors={"km": 1e-3, "m": 1.0}):
        return Quantity(self.value * factors[unit], unit)


@program(1.3, 0.7)
def quantities(m, v):
    M_, V = Quantity(m, "kg"), Quantity(v, "m/s")
    e = 0.5 * M_ * V**2
    L = max(Quantity(m, "m"), Quantity(v, "m"))
    return (
        e.value
        + (e / M_).value
        + (-(L - Quantity(0.1, "m"))).to("km").value * 1e3
        + (len(e.unit) if V < 3 else 0)
    )


@dataclass
class Body:
    m: float
    r: np.ndarray
    v: np.ndarray

    def kinetic(self):
        return 0.5 * self.m * self.v @ self.v


class System:
    def __init__(self, bodies, G=1.0):
        self.bodies, self.G = list(bodies), G

    def __iter__(self):
        return iter(self.bodies)

    def __len__(self):
        return len(self.bodies)

    def accelerations(self):
        acc = []
        for i, a in enumerate(self.bodies):
            total = np.zeros(2)
            for j, b in enumerate(self.bodies):
                if i == j:
                    continue
                d = b.r - a.r
                total = total + self.G * b.m * d / (d @ d + 0.01) ** 1.5
            acc.append(total)
        return acc

    def leapfrog(self, dt):
        for b, a in zip(self.bodies, self.accelerations()):
            b.v = b.v + 0.5 * dt * a
        for b in self.bodies:
            b.r = b.r + dt * b.v
        for b, a in zip(self.bodies, self.accelerations()):
            b.v = b.v + 0.5 * dt * a

    @property
    def energy(self):
        e = sum(b.kinetic() for b in self.bodies)
        for a, b in itertools.combinations(self.bodies, 2):
            e -= self.G * a.m * b.m / np.sqrt(((a.r - b.r) ** 2).sum() + 0.01)
        return e


@program(np.array([1.0, 0.5, 0.7]), rng.normal(size=(3, 2)), rng.normal(size=(3, 2)) * 0.3)
def nbody(m, r, v):
    s = System(Body(mi, ri, vi) for mi, ri, vi in zip(m, r, v))
    s = System([Body(m[i], r[i], v[i]) for i in range(3)])
    for _ in range(3):
        s.leapfrog(0.05)
    return s.energy + s.bodies[1].r.sum()
