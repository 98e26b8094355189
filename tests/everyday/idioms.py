"""Small programs around arrays, lists and helpers, each with a trap in it."""

import collections
import copy
import dataclasses
import functools
import itertools
from dataclasses import dataclass

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(0)
X = rng.normal(size=5)
Y = rng.normal(size=5)
A = rng.normal(size=(4, 5))
S = rng.normal(size=(4, 4))
S = S @ S.T + 4 * np.eye(4)


@program(X, Y)
def swap_rows(x, y):
    z = np.stack([x, y])
    z[[0, 1]] = z[[1, 0]]
    return (z[0] * y).sum() + (z[1] ** 2).sum()


@program(X)
def two_names(x):
    a = x.copy()
    b = a
    b[1] = a[0] * a[2]
    a[0] = b[1] * 3
    return (a * b).sum()


@program(X)
def view_later(x):
    a = x.copy()
    v = a[1:4]
    a = a * 2
    v[:] = v * a[1:4]
    return (v * a[2:5]).sum()


@program(1.3)
def float_loop(x):
    s = 0.0
    hist = []
    while s < 10:
        s += x * (1 + 0.1 * s)
        hist.append(s)
    return hist[-1] * hist[0] + len(hist)


@program(X)
def cumul(x):
    out = np.empty_like(x)
    acc = 0.0
    for i, v in enumerate(x):
        acc = acc * 0.9 + v
        out[i] = acc
    return (out**2).sum()


@program(X)
def sort_and_pick(x):
    i = np.argsort(x)
    y = x[i]
    y[::2] *= -1
    z = np.empty_like(x)
    z[i] = y
    return (z * np.arange(5)).sum() + np.dot(z, x)


class Layer:
    def __init__(self, W, b):
        self.W = W
        self.b = b

    def __call__(self, x):
        return np.tanh(self.W @ x + self.b)


class Net:
    def __init__(self, layers):
        self.layers = layers

    def __call__(self, x):
        for l in self.layers:
            x = l(x)
        return x


@program(
    rng.normal(size=(3, 4)),
    rng.normal(size=3),
    rng.normal(size=(2, 3)),
    rng.normal(size=2),
    rng.normal(size=4),
)
def net(W1, b1, W2, b2, x):
    n = Net([Layer(W1, b1), Layer(W2, b2)])
    return n(x).sum()


@program(X)
def dict_acc(x):
    d = {}
    for i, v in enumerate(x):
        k = i % 2
        d[k] = d.get(k, 0.0) + v * v
    return d[0] * d[1]


@program(X)
def default_d(x):
    d = collections.defaultdict(float)
    for i, v in enumerate(x):
        d["a" if i % 2 else "b"] += v**2
    return d["a"] * d["b"]


@program(S)
def chol(A):
    n = A.shape[0]
    L = np.zeros_like(A)
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j] - L[i, :j] @ L[j, :j]
            if i == j:
                L[i, i] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return np.log(np.diag(L)).sum() + L[3, 0]


@program(X, 0.7)
def early(x, t):
    for i in range(len(x)):
        if x[i] > t:
            return x[i] * t
        t = t * 1.1 + x[i] ** 2 * 0.01
    return t * x.sum()


@program(X)
def nested_fn(x):
    total = 0.0

    def add(v):
        nonlocal total
        total = total + v * v
        return total

    for v in x:
        add(v)
    return total * x[0]


@program(X)
def reduce_(x):
    return functools.reduce(lambda a, b: a * 0.5 + b**2, x, 1.0)


@program(X)
def zipped(x):
    return sum(a * b for a, b in zip(x[:-1], x[1:])) + max(x) * min(x)


@program(X)
def inplace_arg_helper(x):
    a = x.copy()

    def scale(v, k):
        v *= k

    scale(a[:3], 2.0)
    scale(a[2:], a[0])
    return (a**2).sum()


@program(A)
def rows(a):
    b = a.copy()
    for r in b:
        r /= np.sqrt((r**2).sum())
    return (b[0] * b[1]).sum() + b[2, 3]


@program(X)
def tup(x):
    a, *rest = x
    return a * sum(rest) + rest[-1] ** 2


@dataclass
class State:
    pos: np.ndarray
    vel: np.ndarray
    t: float = 0.0

    def step(self, dt):
        acc = -self.pos / (1 + np.dot(self.pos, self.pos)) ** 1.5
        self.vel = self.vel + dt * acc
        self.pos += dt * self.vel
        self.t += dt


@program(X, Y)
def sim(p, v):
    s = State(p.copy(), v.copy())
    for _ in range(7):
        s.step(0.1)
    return s.pos @ s.vel + s.t


@program(X, Y)
def sim2(p, v):
    s = State(p.copy(), v)
    out = []
    for _ in range(3):
        s = dataclasses.replace(s, vel=s.vel * 0.9)
        s.step(0.1)
        out.append(s.pos.copy())
    return sum((o**2).sum() for o in out)


@program(X)
def broadcasty(x):
    d = x[:, None] - x[None, :]
    d2 = d**2 + np.eye(len(x))
    np.fill_diagonal(d2, 1.0)
    return (1 / d2).sum()


@program(X)
def whereby(x):
    m = x > 0
    y = np.zeros_like(x)
    y[m] = np.sqrt(x[m])
    y[~m] = x[~m] ** 2
    return y.sum()


@program(X)
def lst_mut(x):
    xs = [x[0], x[1]]
    ys = xs
    ys.append(x[2])
    xs[0] = xs[0] * ys[2]
    del ys[1]
    return xs[0] * xs[1] + len(xs)


@program(X)
def matrix_power(x):
    M = np.outer(x, x) / 10 + np.eye(5)
    P_ = np.eye(5)
    k = 5
    while k:
        if k & 1:
            P_ = P_ @ M
        M = M @ M
        k >>= 1
    return P_.trace()


@program(2.5)
def newton(a):
    x = a
    for _ in range(50):
        nx = x - (x * x - a) / (2 * x)
        if abs(nx - x) < 1e-14:
            break
        x = nx
    else:
        x = 0.0
    return x


@program(X)
def try_idx(x):
    s = 0.0
    i = 0
    while True:
        try:
            s += x[i] ** 2
        except IndexError:
            break
        i += 1
    return s


@program(X)
def str_opts(x, kind="l2"):
    if kind == "l1":
        r = np.abs(x).sum()
    elif kind == "l2":
        r = np.sqrt((x**2).sum())
    else:
        raise ValueError(kind)
    return r


@program(X)
def itert(x):
    s = 0.0
    for i, j in itertools.combinations(range(len(x)), 2):
        s += 1 / (1 + (x[i] - x[j]) ** 2)
    return s


@program(X)
def accumulate_(x):
    return sum(v**2 for v in itertools.accumulate(x))


@program(X)
def lambda_list(x):
    fs = [np.sin, np.cos, lambda t: t**2]
    return sum(f(v) for f, v in zip(fs, x))


@program(X)
def lambda_late(x):
    fs = []
    for k in range(3):
        fs.append(lambda t: t * k)
    return sum(f(v) ** 2 for f, v in zip(fs, x))


@program(1.2, 0.3)
def rec(x, y):
    def f(n, a):
        if n == 0:
            return a
        return f(n - 1, a * x + y)

    return f(4, 1.0)


@program(3.7)
def rec_open(x):
    def f(a):
        if a < 1:
            return a
        return a * f(a * 0.5)

    return f(x)


@program(X)
def conv(x):
    k = np.array([0.25, 0.5, 0.25])
    y = x
    for _ in range(3):
        y = np.convolve(y, k, mode="same")
    return (y**2).sum()


@program(X)
def global_obj(x):
    CFG.scale = 2.0
    return (x * CFG.scale).sum()


class CFG:
    scale = 1.0


@program(X)
def setd(x):
    d = {"a": x[0], "b": x[1]}
    d.update(c=x[2] * d["a"])
    d["a"] = d.pop("b") * 2
    return sum(v * v for v in d.values())


@program(A)
def einsum_(a):
    return np.einsum("ij,kj->ik", a, a).trace() + np.einsum("ij->j", a)[2] ** 2


@program(X)
def fancy_dup(x):
    y = np.zeros(3)
    np.add.at(y, [0, 1, 1, 2, 0], x**2)
    y[[0, 0]] = x[:2]
    return (y**2).sum()


@program(X)
def reversed_(x):
    s = 0.0
    for v in reversed(x):
        s = s * 0.5 + v**2
    return s


@program(X)
def copy_deep(x):
    d = {"p": [x[:2].copy(), x[2:].copy()]}
    e = copy.deepcopy(d)
    e["p"][0] *= 3
    return (d["p"][0] * e["p"][0]).sum()


@program(X)
def ternary(x):
    return sum((v if v > 0 else 0.1 * v) ** 2 for v in x)


@program(X)
def any_all(x):
    if np.any(x > 1) and not np.all(x > 0):
        return x[0] ** 2
    return x[1] ** 3


@program(A)
def svd_(a):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return s[0] - s[-1] + (u[:, 0] * vt[0, :4]).sum()


@program(X)
def complex_(x):
    z = x[:2] + 1j * x[2:4]
    return (z * np.exp(1j * z)).real.sum() + abs(z).sum()


@program(X)
def fft_(x):
    f = np.fft.rfft(x)
    f[1] = 0
    return (np.abs(f) ** 2).sum() + np.fft.irfft(f, 5)[2]
