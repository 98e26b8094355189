"""Arguments that are structures, NumPy beyond arithmetic, and more of the language."""

import functools
import math

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(5)
X = rng.normal(size=6)
Y = rng.normal(size=6)
A = rng.normal(size=(4, 4))


# --- aliasing through arguments
@program([X, X])
def twice_list(xs):
    xs = [v.copy() for v in xs]
    return (xs[0] * xs[1]).sum()


@program((X, Y))
def tuple_arg(t):
    a, b = t
    return (a * b).sum()


@program({"a": X, "b": {"c": Y, "d": 2.0}})
def nested_dict(p):
    return (p["a"] * p["b"]["c"]).sum() * p["b"]["d"]


class M:
    def __init__(self):
        self.w = np.arange(6.0)
        self.b = 0.3
        self.hist = []

    def f(self, x):
        self.hist.append(x.sum())
        return np.tanh(self.w * x + self.b).sum() + self.hist[-1] ** 2


@program(X)
def with_model(x):
    m = M()
    return m.f(x) + m.f(x * 2) + sum(m.hist)


MODEL = M()


@program(X)
def global_model(x):
    return np.tanh(MODEL.w * x + MODEL.b).sum()


@program(X)
def np_pieces(x):
    return np.piecewise(x, [x < 0, x >= 0], [lambda t: t**2, lambda t: np.sin(t)]).sum()


@program(X)
def vectorized(x):
    @np.vectorize
    def f(t):
        return t * t if t > 0 else math.exp(t)

    return f(x).sum()


@program(A)
def along_axis(a):
    return np.apply_along_axis(lambda r: r / (1 + (r**2).sum()), 1, a).sum()


@program(X)
def sel(x):
    return (
        np.select([x > 1, x > 0], [x**2, x**3], default=-x).sum()
        + np.choose([0, 1, 0, 1, 0, 1], [x, 2 * x]).sum()
    )


@program(A)
def lin(a):
    q, r = np.linalg.qr(a)
    w = np.linalg.eigvalsh(a + a.T)
    return (
        np.abs(np.diag(r)).sum()
        + w[0] * w[-1]
        + np.linalg.slogdet(a)[1]
        + np.linalg.norm(a, 2)
        + np.linalg.cond(a)
    )


@program(A)
def lin2(a):
    return (
        np.linalg.pinv(a).sum()
        + np.linalg.matrix_power(a, 3).trace()
        + np.linalg.multi_dot([a, a.T, a])[0, 1]
        + np.linalg.norm(a, axis=1).sum()
    )


@program(X)
def srt(x):
    return (
        (np.sort(x) * np.arange(6)).sum() + np.partition(x, 2)[2] + np.quantile(x, 0.3) + np.ptp(x)
    )


@program(X)
def shp(x):
    a = x.reshape(2, 3)
    b = np.moveaxis(a[None], 0, -1).squeeze()
    c = np.flip(b, 1)
    d = np.rot90(c)
    e = np.tril(np.outer(x[:3], x[3:]))
    return (
        (d * np.arange(6).reshape(d.shape)).sum()
        + e.sum()
        + np.block([[a, a], [a * 2, a]])[3, 4]
        + np.kron(x[:2], x[2:4])[3]
    )


@program(X)
def splits(x):
    a, b, c = np.split(x, 3)
    d, e = np.array_split(x, [2])
    return (a * b * c).sum() + (d[:2] * e[:2]).sum()


@program(X)
def mesh(x):
    g, h = np.meshgrid(x[:3], x[3:], indexing="ij")
    return (g ** h.shape[0] * h).sum() + np.ix_([0, 1])[0].sum() * x[0]


@program(X)
def grad_(x):
    return (
        (np.gradient(x, 0.5) ** 2).sum()
        + np.ediff1d(x).prod()
        + np.trapezoid(x, dx=0.2)
        + np.convolve(x, x[:3], "valid").sum()
    )


@program(X)
def covs(x):
    m = x.reshape(2, 3)
    return (
        np.cov(m)[0, 1]
        + np.corrcoef(m)[0, 1]
        + np.average(x, weights=np.arange(1, 7))
        + np.nanmean(np.where(x > 0, x, np.nan))
    )


@program(X)
def fmts(x):
    s = f"{x.sum():.3f}"
    n = len(s)
    print("", end="")
    return x.sum() * (n > 0)


@program(X)
def partials(x):
    f = functools.partial(np.sum, axis=None)
    g = functools.partial(pow, 2.0)
    return f(x) + g(x[0]) + functools.partial(math.atan2, x=1.0)(x[1]) if False else f(x) * 2


@program(2.0)
def while_else(x):
    n = 0
    while x < 100:
        x = x * x
        n += 1
        if n > 10:
            break
    else:
        x = x + 1
    return x


@program(X)
def cont(x):
    s = 0.0
    for i, v in enumerate(x):
        if i == 2:
            continue
        for j in range(i):
            if j == 3:
                break
            s += v * x[j]
        else:
            s *= 1.1
    return s


@program(X)
def match_(x):
    def op(cmd, v):
        match cmd:
            case ("scale", k):
                return v * k
            case ("pow", int(n)):
                return v**n
            case {"shift": s}:
                return v + s
            case _:
                return v

    return op({"shift": x[0]}, op(("pow", 2), op(("scale", x[1]), x))).sum()


@program(X)
def closures(x):
    def make(k):
        def f(t):
            return k * t

        return f

    fs = [make(x[i]) for i in range(3)]
    return sum(f(x[3]) for f in fs) ** 2


@program(X)
def sorted_(x):
    xs = sorted(x, key=lambda t: -t)
    return xs[0] * xs[1] + max(x, key=abs) + sum(sorted(abs(v) for v in x)[:2])


@program(X)
def comps(x):
    d = {i: v for i, v in enumerate(x)}
    ev = [d[k] for k in d if k % 2 == 0]
    return sum(a * b for a, b in zip(ev, reversed(ev))) + sum(d.values())


@program(X)
def strs(x):
    table = {"sin": np.sin, "exp": np.exp}
    return sum(table[name](x).sum() for name in ("sin", "exp"))


@program(X)
def nested_loops_break(x):
    best = None
    for i in range(6):
        for j in range(i + 1, 6):
            d = (x[i] - x[j]) ** 2
            if best is None or d < best:
                best = d
    return best
