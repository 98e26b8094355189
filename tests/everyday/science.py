"""Equations of state, kernels, integrators, calculators, lattices, likelihoods: classes as scientists write them."""

# ruff: noqa: RUF012, B028  (as people write it)

import abc
import dataclasses
import enum
import functools
import math
import operator
import warnings
from collections import defaultdict
from dataclasses import dataclass, field
from functools import (
    cached_property,
    partial,
    singledispatch,
    wraps,
)
from typing import NamedTuple

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(0)
X = rng.normal(size=5)
M = rng.normal(size=(3, 4))
Y = rng.uniform(0.5, 1.5, size=5)


class EOS(abc.ABC):
    registry: dict = {}
    R = 8.314

    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        EOS.registry[cls.__name__.lower()] = cls

    def __init__(self, Tc, Pc, omega=0.0, **kwargs):
        self.Tc, self.Pc, self.omega = Tc, Pc, omega
        for k, v in kwargs.items():
            setattr(self, k, v)

    @classmethod
    def create(cls, name, *args, **kwargs):
        try:
            return cls.registry[name](*args, **kwargs)
        except KeyError:
            raise ValueError(f"unknown EOS {name!r}") from None

    @property
    def b(self):
        return self.OMEGA_B * self.R * self.Tc / self.Pc

    @abc.abstractmethod
    def alpha(self, T): ...
    def a(self, T):
        return self.OMEGA_A * (self.R * self.Tc) ** 2 / self.Pc * self.alpha(T)

    def pressure(self, T, V):
        a, b = self.a(T), self.b
        return self.R * T / (V - b) - a / ((V + self.EPS * b) * (V + self.SIG * b))


class PR(EOS):
    OMEGA_A, OMEGA_B, EPS, SIG = 0.45724, 0.0778, 1 - 2**0.5, 1 + 2**0.5

    def alpha(self, T):
        try:
            m = self._m
        except AttributeError:
            m = self._m = np.polyval([-0.26992, 1.54226, 0.37464], self.omega)
        return (1 + m * (1 - np.sqrt(T / self.Tc))) ** 2


class SRK(EOS):
    OMEGA_A, OMEGA_B, EPS, SIG = 0.42748, 0.08664, 0.0, 1.0

    def alpha(self, T):
        w = self.omega
        return (1 + (0.48 + 1.574 * w - 0.176 * w * w) * (1 - (T / self.Tc) ** 0.5)) ** 2


@program(3.5, 0.3, 4.25, 0.2)
def eos(T, V, Tc, omega):
    total = 0.0
    for name in ("pr", "srk"):
        eos = EOS.create(name, Tc, 38.0, omega=omega, shift=1.5)
        total += eos.pressure(T, V) * eos.shift
        total += 0.5 * eos.pressure(T * 1.1, V)
    return total


class Kernel:
    def __add__(self, other):
        return Sum(self, other if isinstance(other, Kernel) else Constant(other))

    __radd__ = __add__

    def __mul__(self, other):
        return Product(self, other if isinstance(other, Kernel) else Constant(other))

    __rmul__ = __mul__

    def __call__(self, X, Y=None):
        X = np.atleast_2d(X)
        Y = X if Y is None else np.atleast_2d(Y)
        return self.evaluate(X, Y)


class Constant(Kernel):
    def __init__(self, c):
        self.c = c

    def evaluate(self, X, Y):
        return np.full((len(X), len(Y)), 1.0) * self.c


class RBF(Kernel):
    def __init__(self, length_scale=1.0):
        self.length_scale = length_scale

    def evaluate(self, X, Y):
        d2 = ((X[:, None, :] - Y[None, :, :]) ** 2).sum(axis=-1)
        return np.exp(-0.5 * d2 / self.length_scale**2)


class Sum(Kernel):
    op = staticmethod(operator.add)

    def __init__(self, k1, k2):
        self.k1, self.k2 = k1, k2

    def evaluate(self, X, Y):
        return self.op(self.k1(X, Y), self.k2(X, Y))


class Product(Sum):
    op = staticmethod(operator.mul)


class GP:
    def __init__(self, kernel, noise=1e-2):
        self.kernel, self.noise = kernel, noise

    def fit(self, X, y):
        K = self.kernel(X)
        K[np.diag_indices_from(K)] += self.noise
        self.L_ = np.linalg.cholesky(K)
        self.alpha_ = np.linalg.solve(self.L_.T, np.linalg.solve(self.L_, y))
        self.X_ = X
        return self

    def predict(self, X, return_std=False):
        if not hasattr(self, "X_"):
            raise RuntimeError("not fitted")
        k = self.kernel(X, self.X_)
        mean = k @ self.alpha_
        if return_std:
            v = np.linalg.solve(self.L_, k.T)
            var = np.diag(self.kernel(X)) - np.einsum("ij,ij->j", v, v)
            return mean, np.sqrt(np.maximum(var, 0))
        return mean

    def log_marginal(self, y):
        return (
            -0.5 * y @ self.alpha_
            - np.log(np.diag(self.L_)).sum()
            - len(y) / 2 * math.log(2 * math.pi)
        )


@program(0.8, 1.3, 0.1, X)
def gaussian_process(ell, amp, noise, y):
    X = np.linspace(0, 2, 5)[:, None]
    gp = GP(amp * RBF(ell) + 0.1 * RBF(length_scale=3.0) * 2.0, noise=noise).fit(X, y)
    mean, std = gp.predict(X[:2] + 0.1, return_std=True)
    return gp.log_marginal(y) + mean.sum() + std.sum()


class Scheme(str, enum.Enum):
    EULER = "euler"
    HEUN = "heun"
    RK4 = "rk4"


@dataclass(frozen=True)
class Config:
    scheme: Scheme = Scheme.RK4
    dt: float = 0.1
    steps: int = 5
    params: dict = field(default_factory=lambda: {"k": 1.0})

    def __post_init__(self):
        if self.dt <= 0:
            raise ValueError("dt must be positive")
        object.__setattr__(self, "t_end", self.dt * self.steps)


def euler(f, t, y, h):
    return y + h * f(t, y)


def heun(f, t, y, h):
    k1 = f(t, y)
    k2 = f(t + h, y + h * k1)
    return y + h * (k1 + k2) / 2


def rk4(f, t, y, h):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


STEPPERS = {Scheme.EULER: euler, Scheme.HEUN: heun, Scheme.RK4: rk4}


def oscillator(t, y, k=1.0, c=0.1):
    return np.array([y[1], -k * y[0] - c * y[1]])


def integrate(f, y0, config):
    step = STEPPERS[Scheme(config.scheme)]
    t, y = 0.0, np.asarray(y0, dtype=float)
    history = [y]
    while t < config.t_end - 1e-12:
        y = step(f, t, y, config.dt)
        t += config.dt
        history.append(y)
    return np.array(history)


@program(X[:2], 2.3, 0.4)
def simulate(y0, k, c):
    base = Config(params={"k": k})
    out = 0.0
    for scheme in Scheme:
        cfg = dataclasses.replace(base, scheme=scheme.value)
        f = partial(oscillator, c=c, **cfg.params)
        out += (integrate(f, y0, cfg) ** 2).sum()
    return out


class Calculator:
    default_parameters = {"epsilon": 1.0, "sigma": 1.0, "rc": None}
    implemented = ["energy", "forces"]

    def __init__(self, **kwargs):
        self.parameters = {**self.default_parameters, **kwargs}
        if self.parameters["rc"] is None:
            self.parameters["rc"] = 3 * self.parameters["sigma"]
        self.results = {}

    def get_property(self, name, atoms):
        if name not in self.implemented:
            raise NotImplementedError(f"{name} not in {self.implemented}")
        if name not in self.results:
            self.calculate(atoms)
        return self.results[name]

    def calculate(self, positions):
        eps, sig, rc = (self.parameters[k] for k in ("epsilon", "sigma", "rc"))
        n = len(positions)
        energy = 0.0
        forces = np.zeros_like(positions)
        for i in range(n):
            for j in range(i + 1, n):
                d = positions[j] - positions[i]
                r2 = d @ d
                if r2 > rc**2:
                    continue
                c6 = (sig**2 / r2) ** 3
                energy += 4 * eps * (c6**2 - c6)
                f = -24 * eps * (2 * c6**2 - c6) / r2 * d
                forces[i] += f
                forces[j] -= f
        self.results["energy"] = energy
        self.results["forces"] = forces

    @property
    def energy(self):
        return self.results["energy"]


class Atoms:
    def __init__(self, positions):
        self.positions = positions
        self.calc = None

    def get_potential_energy(self):
        if self.calc is None:
            raise RuntimeError("no calculator")
        return self.calc.get_property("energy", self.positions)

    def get_forces(self):
        return self.calc.get_property("forces", self.positions)


@program(rng.normal(size=(4, 3)) * 1.5, 0.8, 1.1)
def lennard_jones(pos, eps, sig):
    atoms = Atoms(pos)
    atoms.calc = Calculator(epsilon=eps, sigma=sig)
    return atoms.get_potential_energy() + (atoms.get_forces() ** 2).sum() * 1e-6


CALLS = defaultdict(int)


def counted(fn):
    @wraps(fn)
    def wrapper(*args, **kwargs):
        CALLS[fn.__name__] += 1
        return fn(*args, **kwargs)

    return wrapper


def scaled(by=1.0):
    def deco(fn):
        @wraps(fn)
        def wrapper(*args, **kwargs):
            return by * fn(*args, **kwargs)

        return wrapper

    return deco


@counted
@scaled(by=2.5)
def kinetic(m, v):
    return 0.5 * m * v**2


@program(1.3, 0.7)
def decorated(m, v):
    return kinetic(m, v=v) + kinetic(v, m)


class State(NamedTuple):
    x: float
    v: float = 0.0

    def advance(self, dt, force):
        return self._replace(x=self.x + dt * self.v, v=self.v + dt * force(self.x))


@functools.cache
def weights(n):
    return tuple(1.0 / (k + 1) for k in range(n))


@singledispatch
def energy(obj):
    raise TypeError(type(obj).__name__)


@energy.register
def _(obj: State):
    return 0.5 * obj.v**2 + obj.x**2


@energy.register(float)
def _(obj):
    return obj**2


@energy.register(np.ndarray)
def _(obj):
    return (obj**2).sum()


@program(1.3, 0.7, X)
def dispatching(x, v, a):
    s = State(x, v=v)
    for w in weights(4):
        s = s.advance(0.1 * w, lambda q: -np.sin(q))
    return energy(s) * energy(a) + energy(float(v))


class Lattice:
    def __init__(self, a, b, c):
        self._abc = (a, b, c)

    @cached_property
    def matrix(self):
        a, b, c = self._abc
        return np.array([[a, 0, 0], [0.1 * b, b, 0], [0, 0.2 * c, c]])

    @cached_property
    def reciprocal(self):
        return 2 * np.pi * np.linalg.inv(self.matrix).T

    @property
    def volume(self):
        return abs(np.linalg.det(self.matrix))

    @staticmethod
    def d(g):
        return 1 / np.sqrt(g @ g)

    @classmethod
    def cubic(cls, a):
        return cls(a, a, a)

    def spacing(self, *hkl):
        return self.d(np.dot(hkl, self.reciprocal))


@program(3.1, 4.2)
def lattice(a, c):
    l = Lattice(a, a, c)
    k = Lattice.cubic(a)
    return l.spacing(1, 0, 2) * l.volume + k.spacing(1, 1, 1) + k.volume / l.volume


class Layer:
    activations = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0), None: lambda z: z}

    def __init__(self, w, b, activation=None):
        self.w, self.b, self.activation = w, b, self.activations[activation]

    def __call__(self, x):
        return self.activation(self.w @ x + self.b)


@program(M, X[:3], X[:4])
def composed(w, b, x):
    layers = [Layer(w, b, "tanh"), Layer(w.T, x)]
    return functools.reduce(lambda v, f: f(v), layers, x).sum()


def normal_logpdf(x, loc=0.0, scale=1.0):
    return -0.5 * ((x - loc) / scale) ** 2 - np.log(scale) - 0.5 * np.log(2 * np.pi)


def student_logpdf(x, df, loc=0.0, scale=1.0):
    from scipy.special import gammaln

    z = (x - loc) / scale
    return (
        gammaln((df + 1) / 2)
        - gammaln(df / 2)
        - 0.5 * np.log(df * np.pi)
        - np.log(scale)
        - (df + 1) / 2 * np.log1p(z**2 / df)
    )


DISTS = {"normal": normal_logpdf, "student": student_logpdf}


def loglike(data, dist="normal", reduce="sum", **kwargs):
    if callable(dist):
        logpdf = dist
    elif dist in DISTS:
        logpdf = DISTS[dist]
    else:
        raise ValueError(f"dist must be one of {sorted(DISTS)}")
    ll = logpdf(np.asarray(data), **kwargs)
    if np.any(~np.isfinite(ll)):
        warnings.warn("non finite")
        return -np.inf
    return getattr(np, reduce)(ll)


@program(X, 0.3, 1.2, 4.0)
def likelihoods(x, mu, sigma, df):
    return (
        loglike(x, loc=mu, scale=sigma)
        + loglike(x, dist="student", df=df, scale=sigma, reduce="mean")
        + loglike(x, normal_logpdf, scale=df)
    )
