"""Python as people write it: containers, classes, closures, generators, NumPy calls with options."""

import functools
import math
import statistics
from typing import NamedTuple

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(1)
X = rng.normal(size=5)
Y = rng.normal(size=5)
A = rng.normal(size=(4, 5))
S = rng.normal(size=(4, 4))
S = S @ S.T + 4 * np.eye(4)


@program([X, Y])
def list_arg(xs):
    xs = list(xs)
    xs[0] = xs[0] * xs[1]
    return (xs[0] * xs[1]).sum()


@program({"w": X, "b": 0.5})
def dict_arg(p):
    q = dict(p)
    q["w"] = q["w"] * p["b"]
    return (q["w"] * p["w"]).sum()


@program(X)
def shape_loop(x):
    (n,) = x.shape
    T = np.zeros((n, n))
    for i in range(n):
        for j in range(i, n):
            T[i, j] = T[j, i] = x[i] * x[j]
    return (T**2).sum()


@program(X)
def slicestep(x):
    y = x.copy()
    y[::2], y[1::2] = y[1::2].sum() * y[::2], y[1::2] ** 2
    return (y * x).sum()


@program(X)
def tuple_swap(x):
    y = x.copy()
    y[0], y[1] = y[1], y[0]
    y[2], y[3] = y[3] * y[2], y[2]
    return (y * np.arange(5)).dot(y)


@program(X)
def swap_views(x):
    y = x.copy()
    a, b = y[:2], y[2:4]
    a[:], b[:] = b, a * b
    return (y * np.arange(1, 6)).dot(y)


@program(X)
def chain_views(x):
    y = np.outer(x, x)
    v = y.T[1:3].ravel()[::2]
    w = y.reshape(-1)[3:9]
    w *= v[0]
    y.T[2] = x
    return (v * 2).sum() + (w**2).sum() + y.trace()


@program(X)
def prod_loop(x):
    p = 1.0
    for i in range(len(x)):
        if x[i] == 0:
            continue
        p *= x[i]
        if abs(p) > 100:
            break
    return p


@program(X, 3)
def int_arg(x, n):
    s = 0.0
    for k in range(1, n + 1):
        s = s + (x**k).sum() / k
    return s


class Pt(NamedTuple):
    a: float
    b: float


@program(X)
def nt(x):
    p = Pt(x[0], x[1])
    q = p._replace(a=p.b * x[2])
    return q.a * p.a + q.b


@program(X)
def while_state(x):
    i, s = 0, 0.0
    y = x.copy()
    while i < len(y) and s < 3:
        y[i] = math.exp(y[i] / 2)
        s += y[i]
        i += 1
    return s * i + y.sum()


@program(X)
def outer_loop_reuse(x):
    buf = np.zeros(5)
    s = 0.0
    for k in range(3):
        buf[:] = x * (k + 1)
        buf[1:] += buf[:-1]
        s += (buf**2).sum()
    return s + buf[2]


@program(X)
def accumulate_list(x):
    acc = [0.0] * 3
    for i in range(5):
        acc[i % 3] += x[i] ** 2
    return acc[0] * acc[1] * acc[2]


@program(X)
def list2d(x):
    t = [[0.0] * 3 for _ in range(3)]
    for i in range(3):
        for j in range(3):
            t[i][j] = x[i] * x[j] + (t[i - 1][j] if i > 0 else 0.0)
    return t[2][1] * t[2][2] + t[0][0]


@program(X)
def list_alias2d(x):
    t = [[x[0]] * 2] * 2
    t[0][1] = t[1][0] * x[1]
    return t[1][1] * t[0][0] + t[1][1] ** 2


@program(X)
def npwhere_nested(x):
    return np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), np.where(x < -1, x**2, -x)).sum()


@program(X)
def clip_(x):
    return (np.clip(x, -0.5, 0.5) * x).sum() + np.minimum(x, 0.1).sum() + np.maximum(x[0], x[1])


@program(X)
def mean_var(x):
    m = x.mean()
    v = x.var(ddof=1)
    z = (x - m) / np.sqrt(v + 1e-8)
    return (z**3).mean()


@program(A)
def softmax(a):
    e = np.exp(a - a.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(4), [0, 1, 2, 3]]).mean()


@program(A)
def batchnorm(a):
    mu = a.mean(0)
    sd = a.std(0)
    return (((a - mu) / sd) ** 3).sum()


@program(S, X[:4])
def solve_(s, b):
    L = np.linalg.cholesky(s)
    y = np.linalg.solve(L, b)
    return y @ y + 2 * np.log(np.diagonal(L)).sum()


@program(X)
def interp_(x):
    return np.interp(x, np.linspace(-3, 3, 7), np.linspace(-3, 3, 7) ** 2).sum()


@program(X)
def poly(x):
    return np.polyval(x, 0.5) + np.poly1d([1, 2, 3])(x[0])


@program(X)
def trapz(x):
    return (
        np.trapezoid(x**2, dx=0.1) + np.diff(x, n=2).sum() ** 2 + np.cumsum(x)[3] * np.prod(x[:3])
    )


@program(A)
def pad_roll(a):
    p = np.pad(a, 1, mode="edge")
    lap = np.roll(p, 1, 0) + np.roll(p, -1, 0) + p[:, :] * -2
    return (lap[1:-1, 1:-1] * a).sum()


@program(X)
def concat(x):
    y = np.concatenate([x[:2], x[2:] * 2, [1.0, x[0]]])
    z = np.hstack((y, y[::-1]))
    return (z * np.arange(len(z))).sum() + np.tile(x, 2)[6] * np.repeat(x, 2)[3]


@program(2.0, 3.0)
def scalar_math(a, b):
    return (
        math.hypot(a, b) * math.atan2(a, b)
        + math.pow(a, b)
        + a**b
        + math.log(a, b)
        + a % b
        + b // a
        + divmod(b, a)[1]
    )


@program(X)
def complex_roots(x):
    r = np.roots([1.0, x[0], 5 + x[1]])
    return (r * r.conj()).real.sum() + r.imag[0]


@program(X)
def stats(x):
    return np.median(x) * np.percentile(x, 30) + statistics.mean(list(x))


@program(X)
def kwonly(x):
    def f(a, *, k=2, **kw):
        return a * k + kw.get("z", 0)

    return f(x, k=3, z=x[0]).sum()


@program(X)
def starargs(x):
    def f(*a):
        return a[0] * a[-1] + len(a)

    return f(*x) + f(*x[:2], x[3])


class Base:
    scale = 2.0

    def __init__(self, w):
        self.w = w

    @property
    def ww(self):
        return self.w * self.scale

    def apply(self, x):
        return self.act(x * self.ww)

    def act(self, x):
        return x

    @classmethod
    def make(cls, w):
        return cls(w)

    @staticmethod
    def sq(v):
        return v * v


class Derived(Base):
    scale = 3.0

    def act(self, x):
        return np.tanh(super().act(x)) + self.sq(x)


@program(X)
def classes(x):
    return Derived.make(x[0]).apply(x).sum() + Base(x[1]).apply(x).sum()


class Vec:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __add__(self, o):
        return Vec(self.a + o.a, self.b + o.b)

    def __mul__(self, k):
        return Vec(self.a * k, self.b * k)

    __rmul__ = __mul__

    def __matmul__(self, o):
        return self.a * o.a + self.b * o.b

    def __getitem__(self, i):
        return (self.a, self.b)[i]

    def __iter__(self):
        yield self.a
        yield self.b


@program(X)
def vecs(x):
    v = Vec(x[0], x[1])
    w = 2 * (v + Vec(x[2], x[3]) * x[4])
    return v @ w + w[1]


@program(X)
def veciter(x):
    v = Vec(x[0], x[1])
    a, b = v
    return a * b * sum(v)


class Cached:
    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def norm(self):
        return np.sqrt((self.x**2).sum())


@program(X)
def cachedp(x):
    c = Cached(x)
    return c.norm * c.norm + c.norm


class Lazy:
    def __init__(self, x):
        self.x = x

    def get(self):
        try:
            return self._v
        except AttributeError:
            self._v = self.x**2
            return self._v


@program(X)
def lazy(x):
    l = Lazy(x)
    return (l.get() * l.get()).sum()


@program(X)
def walrus(x):
    s = 0.0
    i = 0
    while (v := x[i] ** 2) < 100 and i < 4:
        s += v
        i += 1
    return s * v


@program(X)
def gen(x):
    def g():
        for v in x:
            yield v * v
            yield v

    return sum(g()) ** 2


@program(X)
def comp(x):
    return (
        sum([a * b for a in x for b in x if a > b])
        + sum({k: v for k, v in enumerate(x)}.values()) ** 2
    )


@program(X)
def opaque_int(x):
    n = int(np.floor(x[0])) + 3
    return (x**n).sum() + round(x[1]) * x[2]


@program(X)
def assertive(x):
    assert x.ndim == 1, "bad"
    if not isinstance(x, np.ndarray):
        raise TypeError
    x = np.asarray(x, dtype=float)
    with np.errstate(divide="ignore"):
        y = np.log(np.abs(x))
    return np.nansum(y)


@program(X)
def ma(x):
    w = np.ones(3) / 3
    return sum(np.dot(w, x[i : i + 3]) ** 2 for i in range(len(x) - 2))


@program(X.astype(np.float32))
def f32(x):
    y = x * 2
    y[1:] *= y[:-1]
    return y.sum()


@program(X)
def store_scalar_int(x):
    k = np.zeros(5, dtype=int)
    k[:] = x > 0
    return (x * k).sum()


@program(X, Y)
def minimum_reduce(x, y):
    return (
        np.minimum.reduce(x) * np.add.reduce(y)
        + np.multiply.accumulate(x)[-1]
        + np.add.outer(x, y)[1, 2] ** 2
    )
