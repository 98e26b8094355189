"""Models as people write them: equations of state, calculators, fitted models, kernels, schemes of steps."""

# ruff: noqa: B019, B028, RUF012, UP031  (as people write it)

import abc
import enum
import functools
import logging
import math
import warnings
from dataclasses import dataclass, field

import numpy as np

from tests.everyday.registry import program

X = np.array([0.3, 0.7, 1.1])
log = logging.getLogger(__name__)


# -- equation of state hierarchy, abc, cached attribute ----------------------------------------
class EquationOfState(abc.ABC):
    gas_constant = 8.314

    def __init__(self, tc, pc, omega):
        self.tc, self.pc, self.omega = tc, pc, omega
        self._b = None

    @property
    def b(self):
        if self._b is None:
            self._b = self.covolume()
        return self._b

    @abc.abstractmethod
    def covolume(self): ...
    @abc.abstractmethod
    def alpha(self, t): ...
    def attraction(self, t):
        return self.a_c * self.alpha(t)

    @property
    def a_c(self):
        return 0.45724 * (self.gas_constant * self.tc) ** 2 / self.pc

    def pressure(self, t, v):
        if v <= self.b:
            raise ValueError("volume below covolume")
        return self.gas_constant * t / (v - self.b) - self.attraction(t) / (
            v * v + 2 * self.b * v - self.b**2
        )

    def volume(self, t, p, tol=1e-12):
        v = self.gas_constant * t / p
        for _ in range(60):
            h = 1e-6 * v
            f = self.pressure(t, v) - p
            df = (self.pressure(t, v + h) - self.pressure(t, v - h)) / (2 * h)
            step = f / df
            v = v - step
            if abs(step) < tol * v:
                break
        else:
            warnings.warn("not converged")
        return v


class PengRobinson(EquationOfState):
    def covolume(self):
        return 0.0778 * self.gas_constant * self.tc / self.pc

    def alpha(self, t):
        kappa = 0.37464 + 1.54226 * self.omega - 0.26992 * self.omega**2
        return (1 + kappa * (1 - math.sqrt(t / self.tc))) ** 2


@program(np.array([304.1, 7.38, 0.225]))
def eos_parameters(p):
    eos = PengRobinson(*p)
    return sum(eos.pressure(t, v) for t in (300.0, 350.0) for v in (300.0, 500.0))


# -- lennard jones with neighbor list class ----------------------------------------------------
class NeighbourList:
    def __init__(self, cutoff, skin=0.3):
        self.cutoff, self.skin, self.pairs = cutoff, skin, None
        self.builds = 0
        self.reference = None

    def update(self, pos):
        if self.pairs is None or np.max(np.abs(pos - self.reference)) > self.skin / 2:
            self.build(pos)

    def build(self, pos):
        self.reference = pos.copy()
        self.builds += 1
        self.pairs = []
        for i in range(len(pos) - 1):
            d = pos[i + 1 :] - pos[i]
            for j in np.where((d**2).sum(1) < (self.cutoff + self.skin) ** 2)[0]:
                self.pairs.append((i, i + 1 + int(j)))


class Calculator:
    implemented = {"energy", "forces"}

    def __init__(self, **params):
        self.parameters = {"epsilon": 1.0, "sigma": 1.0, "rc": 2.5}
        self.parameters.update(params)
        self.nl = NeighbourList(self.parameters["rc"])
        self.results = {}

    def calculate(self, pos, properties=("energy",)):
        unknown = set(properties) - self.implemented
        if unknown:
            raise NotImplementedError(f"{unknown}")
        self.nl.update(pos)
        eps, sigma = self.parameters["epsilon"], self.parameters["sigma"]
        e, f = 0.0, np.zeros_like(pos)
        for i, j in self.nl.pairs:
            rij = pos[j] - pos[i]
            r2 = rij @ rij
            if r2 > self.parameters["rc"] ** 2:
                continue
            c6 = (sigma**2 / r2) ** 3
            e += 4 * eps * (c6**2 - c6)
            fij = -24 * eps * (2 * c6**2 - c6) / r2 * rij
            f[i] += fij
            f[j] -= fij
        self.results["energy"] = e
        self.results["forces"] = f

    def get(self, name, pos):
        if name not in self.results:
            self.calculate(pos, [name])
        return self.results[name]


POS = np.array([[0.0, 0.0, 0.0], [1.1, 0.1, 0.0], [0.0, 1.2, 0.2], [1.0, 1.0, 1.0]])


@program(POS, 0.9)
def lj_energy_forces(pos, sigma):
    calc = Calculator(sigma=sigma, epsilon=0.5)
    e = calc.get("energy", pos)
    f = calc.get("forces", pos)
    return e + 0.1 * np.sum(f**2)


# -- fitted model ------------------------------------------------------------------------------
class LinearModel:
    def __init__(self, alpha=0.1, fit_intercept=True):
        self.alpha, self.fit_intercept = alpha, fit_intercept

    def fit(self, X, y):
        X = np.asarray(X, dtype=float)
        if X.ndim != 2:
            raise ValueError("2d")
        if self.fit_intercept:
            self.x_mean_, self.y_mean_ = X.mean(axis=0), y.mean()
        else:
            self.x_mean_, self.y_mean_ = np.zeros(X.shape[1]), 0.0
        Xc = X - self.x_mean_
        self.coef_ = np.linalg.solve(
            Xc.T @ Xc + self.alpha * np.eye(X.shape[1]), Xc.T @ (y - self.y_mean_)
        )
        self.intercept_ = self.y_mean_ - self.x_mean_ @ self.coef_
        return self

    def predict(self, X):
        if not hasattr(self, "coef_"):
            raise RuntimeError("fit first")
        return X @ self.coef_ + self.intercept_

    def score(self, X, y):
        r = y - self.predict(X)
        return 1.0 - r @ r / np.sum((y - y.mean()) ** 2)


A = np.array([[1.0, 2.0], [0.5, 1.0], [2.0, 0.3], [1.5, 1.1]])


@program(np.array([1.0, 0.4, 2.0, 1.7]), 0.3)
def ridge_score(y, alpha):
    m = LinearModel(alpha=alpha).fit(A, y)
    return m.score(A, y) + m.coef_[0]


# -- solver with callback & options dataclass --------------------------------------------------
@dataclass
class Options:
    tol: float = 1e-10
    maxiter: int = 50
    damping: float = 1.0
    callback: object = None
    history: list = field(default_factory=list)

    def __post_init__(self):
        if not 0 < self.damping <= 1:
            raise ValueError("damping")
        self.tol = float(self.tol)


def newton(f, df, x0, options=None, *args, **kwargs):
    options = options or Options()
    x = x0
    for k in range(options.maxiter):
        fx = f(x, *args, **kwargs)
        if options.callback is not None:
            options.callback(k, x)
        options.history.append(float(abs(fx)))
        if abs(fx) < options.tol:
            return x, k
        x = x - options.damping * fx / df(x, *args, **kwargs)
    raise RuntimeError("no convergence")


@program(2.0, 0.5)
def solver_with_callback(a, b):
    seen = []
    opts = Options(callback=lambda k, x: seen.append((k, x)))
    x, n = newton(
        lambda x, a, b=0.1: x**3 + b * x - a, lambda x, a, b=0.1: 3 * x * x + b, 1.0, opts, a, b=b
    )
    return x * x + seen[1][1] + 0 * n


# -- registry decorator with arguments, string option ------------------------------------------
KERNELS = {}


def register(name, *aliases):
    def deco(f):
        for n in (name, *aliases):
            KERNELS[n] = f
        return f

    return deco


@register("rbf", "gaussian")
def rbf(d, length=1.0):
    return np.exp(-0.5 * (d / length) ** 2)


@register("matern")
def matern(d, length=1.0, nu=1.5):
    s = np.sqrt(2 * nu) * d / length
    return (1 + s) * np.exp(-s)


class GP:
    def __init__(self, kernel="rbf", noise=1e-2, **kw):
        try:
            self.kernel = KERNELS[kernel.lower()]
        except KeyError:
            raise ValueError(f"unknown kernel {kernel!r}; choose from {sorted(KERNELS)}") from None
        self.kw = kw
        self.noise = noise

    def log_likelihood(self, x, y):
        d = np.abs(x[:, None] - x[None, :]) + 1e-3
        K = self.kernel(d, **self.kw) + self.noise * np.eye(len(x))
        L = np.linalg.cholesky(K)
        a = np.linalg.solve(L, y)
        return -0.5 * a @ a - np.log(np.diag(L)).sum() - 0.5 * len(x) * math.log(2 * math.pi)


@program(X, 1.3)
def gp_ll(y, length):
    t = np.array([0.0, 1.0, 2.5])
    return sum(GP(k, length=length).log_likelihood(t, y) for k in ("RBF", "matern"))


# -- enum with behaviour -----------------------------------------------------------------------
class Scheme(enum.Enum):
    EULER = "euler"
    MIDPOINT = "midpoint"
    RK4 = "rk4"

    @property
    def order(self):
        return {Scheme.EULER: 1, Scheme.MIDPOINT: 2, Scheme.RK4: 4}[self]

    def step(self, f, t, y, h):
        if self is Scheme.EULER:
            return y + h * f(t, y)
        if self is Scheme.MIDPOINT:
            return y + h * f(t + h / 2, y + h / 2 * f(t, y))
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


@program(np.array([1.0, 0.2]), 1.3)
def enum_schemes(y0, k):
    total = 0.0
    for s in Scheme:
        y, t, h = y0, 0.0, 0.1
        while t < 0.35:
            y = s.step(lambda t, y: np.array([y[1], -k * y[0]]), t, y, h)
            t += h
        total += s.order * y[0]
    return total + Scheme("rk4").step(lambda t, y: -k * y, 0.0, y0[1], 0.1)


# -- singledispatch ----------------------------------------------------------------------------
@functools.singledispatch
def area(shape):
    raise TypeError(type(shape))


@dataclass(frozen=True)
class Circle:
    r: float


@dataclass(frozen=True)
class Rect:
    a: float
    b: float


@area.register
def _(s: Circle):
    return math.pi * s.r**2


@area.register(Rect)
def _(s):
    return s.a * s.b


@program(0.7, 1.3)
def dispatched(a, b):
    return sum(area(s) * i for i, s in enumerate([Circle(a), Rect(a, b), Circle(b)], 1))


@program(0.7, 1.3)
def dispatched_direct(a, b):
    return area(Circle(a)) * area(Rect(a, b))


# -- lru_cache helper with inactive args + property cache --------------------------------------
class Basis:
    def __init__(self, n):
        self.n = n

    @functools.cache
    def nodes(self):
        return np.cos(np.pi * (np.arange(self.n) + 0.5) / self.n)

    @functools.cached_property
    def vander(self):
        return np.polynomial.chebyshev.chebvander(self.nodes(), self.n - 1)


@program(X)
def chebyshev_fit(y):
    b = Basis(3)
    c = np.linalg.solve(b.vander, y)
    return np.polynomial.chebyshev.chebval(0.3, c) + c @ c


# -- cached_property active --------------------------------------------------------------------
class Gauss:
    def __init__(self, mu, sigma):
        self.mu, self.sigma = mu, sigma

    @functools.cached_property
    def norm(self):
        return 1 / (self.sigma * math.sqrt(2 * math.pi))

    def pdf(self, x):
        return self.norm * math.exp(-0.5 * ((x - self.mu) / self.sigma) ** 2)

    def __mul__(self, o):
        if not isinstance(o, Gauss):
            return NotImplemented
        v = 1 / (1 / self.sigma**2 + 1 / o.sigma**2)
        return Gauss(v * (self.mu / self.sigma**2 + o.mu / o.sigma**2), math.sqrt(v))

    def __rmul__(self, k):
        return Gauss(k * self.mu, abs(k) * self.sigma)

    def __eq__(self, o):
        return isinstance(o, Gauss) and self.mu == o.mu

    def __hash__(self):
        return hash(self.mu)

    def __repr__(self):
        return f"Gauss({self.mu:.3f})"


@program(0.3, 1.2)
def gaussians(mu, s):
    a, b = Gauss(mu, s), Gauss(1.0, 0.5)
    c = a * b
    d = 2.0 * c
    log.info("%r", d)
    return d.pdf(mu) + d.pdf(1.0) * (a == b) + a.pdf(s)


# -- iterator class ----------------------------------------------------------------------------
class Grid:
    def __init__(self, lo, hi, n):
        self.lo, self.hi, self.n = lo, hi, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i < 0:
            i += self.n
        if not 0 <= i < self.n:
            raise IndexError(i)
        return self.lo + (self.hi - self.lo) * i / (self.n - 1)

    def __iter__(self):
        for i in range(self.n):
            yield self[i]


@program(0.2, 1.5)
def grid_iteration(lo, hi):
    g = Grid(lo, hi, 5)
    return sum(math.sin(p) for p in g) + g[-1] * len(g) + sum(b * a for a, b in zip(g, list(g)[1:]))


# -- trapezoid with try import fallback & ndarray checks ---------------------------------------
def integrate(y, x=None, dx=1.0, axis=-1, method="trapezoid"):
    y = np.asanyarray(y)
    if x is None:
        d = dx
    else:
        x = np.asanyarray(x)
        d = np.diff(x) if x.ndim == 1 else np.diff(x, axis=axis)
    if method == "trapezoid":
        return (d * (y[1:] + y[:-1]) / 2.0).sum(axis)
    elif method == "simpson":
        try:
            from scipy.integrate import simpson
        except ImportError:
            simpson = None
        return simpson(y, x=x, dx=dx)
    else:
        raise ValueError("method must be 'trapezoid' or 'simpson', got %r" % (method,))


@program(np.array([0.3, 0.7, 1.1, 0.2, 0.9]), 0.4)
def integrals(y, s):
    return integrate(y) + integrate(y * s, x=np.linspace(0, 1, 5)) * integrate(
        y, dx=s, method="simpson"
    )
