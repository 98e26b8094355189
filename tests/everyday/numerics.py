"""Numerical methods in a page each: filters, solvers, grids, dynamic programming, small simulations."""

import math

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(2)
X = rng.normal(size=6)
Y = rng.normal(size=6)
A = rng.normal(size=(4, 5))
S = rng.normal(size=(4, 4))
S = S @ S.T + 4 * np.eye(4)
Z = rng.normal(size=(7, 2))


@program(0.3, 0.5, Z[:, 0])
def kalman(q, r, ys):
    m, p = 0.0, 1.0
    ll = 0.0
    for y in ys:
        p = p + q * q
        s = p + r * r
        k = p / s
        e = y - m
        ll -= 0.5 * (math.log(2 * math.pi * s) + e * e / s)
        m += k * e
        p *= 1 - k
    return ll


@program(np.array([0.2, 0.1, 0.7]), Z[:, 0])
def garch(theta, r):
    omega, alpha, beta = theta
    n = len(r)
    sigma2 = np.zeros(n)
    sigma2[0] = r.var()
    for t in range(1, n):
        sigma2[t] = omega + alpha * r[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(sigma2) + r**2 / sigma2)


@program(rng.normal(size=(5, 3)), rng.normal(size=(3, 3)))
def crf(em, trans):
    alpha = em[0]
    for t in range(1, em.shape[0]):
        m = alpha[:, None] + trans
        mx = m.max(axis=0)
        alpha = mx + np.log(np.exp(m - mx).sum(axis=0)) + em[t]
    mx = alpha.max()
    return mx + np.log(np.exp(alpha - mx).sum())


@program(rng.normal(size=4), rng.normal(size=5))
def soft_dtw(x, y):
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), np.inf)
    R[0, 0] = 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = (x[i - 1] - y[j - 1]) ** 2
            a = np.array([R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]])
            z = a.min()
            R[i, j] = d + z - np.log(np.sum(np.exp(-(a - z))))
    return R[n, m]


@program(S, rng.normal(size=4))
def cg(A, b):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r.copy()
    rs = r @ r
    for _ in range(3):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x = x + alpha * p
        r -= alpha * Ap
        rn = r @ r
        if np.sqrt(rn) < 1e-12:
            break
        p = r + (rn / rs) * p
        rs = rn
    return x @ x


@program(rng.normal(size=(4, 3)))
def householder(A):
    R = A.copy()
    m, n = R.shape
    for k in range(n):
        x = R[k:, k]
        v = x.copy()
        v[0] += np.copysign(np.linalg.norm(x), x[0])
        v /= np.linalg.norm(v)
        R[k:, k:] -= 2.0 * np.outer(v, v @ R[k:, k:])
    return np.abs(np.diag(R)).sum() + R[0, 2] ** 2


@program(rng.normal(size=(4, 4)))
def lu_pivot(A):
    A = A.copy()
    n = len(A)
    sign = 1.0
    for k in range(n - 1):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            sign = -sign
        A[k + 1 :, k] /= A[k, k]
        A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    return sign * np.prod(np.diag(A))


@program(S)
def power_iter(A):
    v = np.ones(4)
    lam = 0.0
    for i in range(30):
        w = A @ v
        lam_new = np.linalg.norm(w)
        v = w / lam_new
        lam = lam_new
    return lam * v[0]


@program(rng.uniform(0, 3, size=(5, 2)), rng.normal(size=(5, 5)))
def bilinear(p, img):
    i = np.floor(p).astype(int)
    f = p - i
    x0, y0 = i[:, 0], i[:, 1]
    fx, fy = f.T
    return (
        img[x0, y0] * (1 - fx) * (1 - fy)
        + img[x0 + 1, y0] * fx * (1 - fy)
        + img[x0, y0 + 1] * (1 - fx) * fy
        + img[x0 + 1, y0 + 1] * fx * fy
    ).sum()


@program(rng.normal(size=(5, 3)))
def lj(pos):
    n = len(pos)
    e = 0.0
    f = np.zeros_like(pos)
    for i in range(n):
        for j in range(i + 1, n):
            d = pos[i] - pos[j]
            r2 = d @ d + 0.5
            if r2 > 9.0:
                continue
            s6 = (1 / r2) ** 3
            e += 4 * (s6 * s6 - s6)
            g = (48 * s6 * s6 - 24 * s6) / r2 * d
            f[i] += g
            f[j] -= g
    return e + (f**2).sum()


@program(np.array([1.0, 0.3, 0.5]))
def sir(p):
    beta, gamma, s0 = p
    y = np.array([s0, 1 - s0, 0.0])

    def rhs(t, y):
        s, i, r = y
        return np.array([-beta * s * i, beta * s * i - gamma * i, gamma * i])

    h = 0.1
    t = 0.0
    for _ in range(10):
        k1 = rhs(t, y)
        k2 = rhs(t + h / 2, y + h / 2 * k1)
        k3 = rhs(t + h / 2, y + h / 2 * k2)
        k4 = rhs(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t += h
    return y[1] * 2 + y[2] ** 2


@program(rng.normal(size=(6, 2)), rng.normal(size=6), 0.7, 0.2)
def gp(X, y, ell, noise):
    d2 = ((X[:, None, :] - X[None, :, :]) ** 2).sum(-1)
    K = np.exp(-0.5 * d2 / ell**2) + noise**2 * np.eye(len(X))
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return 0.5 * y @ a + np.log(np.diag(L)).sum() + 0.5 * len(X) * np.log(2 * np.pi)


@program(X)
def haar(x):
    x = x[:4].copy()
    n = len(x)
    out = x.copy()
    while n > 1:
        h = n // 2
        a = (out[:n:2] + out[1:n:2]) / 2
        d = (out[:n:2] - out[1:n:2]) / 2
        out[:h] = a
        out[h:n] = d
        n = h
    return (out**3).sum()


@program(rng.normal(size=(6, 6)))
def multigrid_smooth(u):
    u = u.copy()
    f = np.ones_like(u)
    for _ in range(2):
        for color in (0, 1):
            for i in range(1, 5):
                for j in range(1 + (i + color) % 2, 5, 2):
                    u[i, j] = 0.25 * (
                        u[i - 1, j]
                        + u[i + 1, j]
                        + u[i, j - 1]
                        + u[i, j + 1]
                        - f[i, j] * u[i, j] ** 2
                    )
    return (u**2).sum()


@program(Z)
def polygon(pts):
    x, y = pts.T
    area = 0.5 * np.abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
    per = sum(math.dist(pts[i], pts[i - 1]) for i in range(len(pts)))
    return area + per


@program(X, Y)
def regress(x, y):
    A_ = np.vstack([x, np.ones(len(x))]).T
    coef, res, rank, sv = np.linalg.lstsq(A_, y, rcond=None)
    m, c = coef
    return m * c + m**2


@program(np.array([0.1, 0.4]), 5)
def mc(theta, seed):
    rng = np.random.default_rng(seed)
    s = np.full(50, 1.0)
    for _ in range(4):
        z = rng.standard_normal(50)
        s = s * np.exp((theta[0] - 0.5 * theta[1] ** 2) * 0.25 + theta[1] * 0.5 * z)
    return np.maximum(s - 1.0, 0).mean() * np.exp(-theta[0])


@program(rng.normal(size=(3, 4)), rng.normal(size=3), rng.normal(size=(4, 4)), 6)
def rnn(W, b, V, T):
    h = np.zeros(3)
    x = np.ones(4)
    loss = 0
    for t in range(T):
        h = np.tanh(W @ x + b + 0.1 * h)
        x = V @ np.append(h, 1.0)
        loss += np.sum(x**2) / T
        if loss > 1e3:
            return loss
    return loss


@program(
    {
        "W": [rng.normal(size=(3, 2)), rng.normal(size=(1, 3))],
        "b": [rng.normal(size=3), rng.normal(size=1)],
    },
    rng.normal(size=2),
)
def mlp(params, x):
    for i, (W, b) in enumerate(zip(params["W"], params["b"])):
        x = W @ x + b
        if i < len(params["W"]) - 1:
            x = np.maximum(x, 0.01 * x)
    return x[0] ** 2


@program(X, 0.3)
def hist(x, bw):
    bins = np.zeros(5)
    edges = np.linspace(-2, 2, 6)
    for v in x:
        k = np.searchsorted(edges, v) - 1
        if 0 <= k < 5:
            bins[k] += math.exp(-(((v - edges[k]) / bw) ** 2))
    return (bins**2).sum()


@program(X)
def quat(x):
    def qmul(a, b):
        w1, x1, y1, z1 = a
        w2, x2, y2, z2 = b
        return np.array(
            [
                w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
                w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
                w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
                w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
            ]
        )

    q = x[:4] / np.linalg.norm(x[:4])
    v = np.array([0.0, x[4], x[5], 1.0])
    qc = q * np.array([1, -1, -1, -1])
    return qmul(qmul(q, v), qc)[1:] @ np.array([1.0, 2.0, 3.0])


@program(rng.uniform(0.5, 1.5, size=4))
def fem(E):
    n = len(E) + 1
    K = np.zeros((n, n))
    for e in range(len(E)):
        ke = E[e] * np.array([[1.0, -1.0], [-1.0, 1.0]])
        idx = [e, e + 1]
        K[np.ix_(idx, idx)] += ke
    f = np.zeros(n)
    f[-1] = 1.0
    free = np.arange(1, n)
    u = np.zeros(n)
    u[free] = np.linalg.solve(K[np.ix_(free, free)], f[free])
    return f @ u


@program(rng.normal(size=(6, 2)))
def kmeans(x):
    c = x[:2].copy()
    for _ in range(3):
        d = np.linalg.norm(x[:, None] - c[None], axis=2)
        lab = d.argmin(axis=1)
        c = np.array([x[lab == k].mean(axis=0) for k in range(2)])
    return sum(((x[lab == k] - c[k]) ** 2).sum() for k in range(2))


@program(2.0, 0.5)
def brent_like(a, b):
    lo, hi = 0.0, 5.0
    x = 1.0
    it = 0
    while True:
        fx = math.exp(-b * x) - a * x / 4
        d = -b * math.exp(-b * x) - a / 4
        step = fx / d
        x -= step
        it += 1
        if abs(step) < 1e-13 or it > 50:
            break
    return x * a


@program(rng.normal(size=(4, 3)), [0, 2, 1])
def perm(a, order):
    out = []
    for k in order:
        col = a[:, k]
        out.append(col / np.linalg.norm(col))
    m = np.column_stack(out)
    return np.linalg.det(m.T @ m) + m[0, 1]


@program(X)
def ewma_blocks(x):
    res = {}
    for name, al in {"fast": 0.5, "slow": 0.1}.items():
        s = x[0]
        tr = [s]
        for v in x[1:]:
            s = al * v + (1 - al) * s
            tr.append(s)
        res[name] = np.array(tr)
    return (res["fast"] * res["slow"]).sum()


@program(X)
def cubic(x):
    n = len(x)
    h = 1.0
    a = np.ones(n) * 4
    b = np.ones(n - 1)
    rhs = np.zeros(n)
    rhs[1:-1] = 6 * (x[2:] - 2 * x[1:-1] + x[:-2]) / h
    c = np.zeros(n - 1)
    d = np.zeros(n)
    c[0] = b[0] / a[0]
    d[0] = rhs[0] / a[0]
    for i in range(1, n - 1):
        c[i] = b[i] / (a[i] - b[i - 1] * c[i - 1])
    for i in range(1, n):
        d[i] = (rhs[i] - b[i - 1] * d[i - 1]) / (a[i] - b[i - 1] * c[i - 1])
    for i in range(n - 2, -1, -1):
        d[i] -= c[i] * d[i + 1]
    return (d**2).sum()


@program(X)
def logsumexp_stream(x):
    m, s = -np.inf, 0.0
    for v in x:
        if v > m:
            s = s * np.exp(m - v) + 1.0
            m = v
        else:
            s += np.exp(v - m)
    return m + np.log(s)


@program(rng.normal(size=(3, 3)))
def expm_taylor(A):
    E = np.eye(3)
    T = np.eye(3)
    for k in range(1, 12):
        T = T @ A / k
        E = E + T
    return E[0, 2] * np.trace(E)


class Tape:
    def __init__(self):
        self.items = []

    def push(self, v):
        self.items.append(v)
        return self

    def total(self):
        return sum(self.items)


@program(X)
def fluent(x):
    t = Tape()
    t.push(x[0] ** 2).push(x[1]).push(x[0] * x[2])
    return t.total() * x[3]


class Stack:
    def __init__(self):
        self.s = []

    def run(self, prog, env):
        for op, *arg in prog:
            if op == "push":
                self.s.append(env[arg[0]])
            elif op == "add":
                b = self.s.pop()
                a = self.s.pop()
                self.s.append(a + b)
            elif op == "mul":
                b = self.s.pop()
                a = self.s.pop()
                self.s.append(a * b)
            elif op == "sin":
                self.s.append(np.sin(self.s.pop()))
        return self.s[-1]


@program(1.2, 0.7)
def vm(x, y):
    prog = [("push", "x"), ("push", "y"), ("mul",), ("sin",), ("push", "x"), ("add",)]
    return Stack().run(prog, {"x": x, "y": y})
