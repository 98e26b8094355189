"""Functions that call themselves and write the arrays that they are given."""

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(7)
X = rng.normal(size=8)


def quicksort(x, low, high):
    if low >= high:
        return
    pivot, i = x[high], low
    for j in range(low, high):
        if x[j] <= pivot:
            t = x[i]
            x[i] = x[j]
            x[j] = t
            i += 1
    t = x[i]
    x[i] = x[high]
    x[high] = t
    quicksort(x, low, i - 1)
    quicksort(x, i + 1, high)


@program(X)
def sorted_in_place(x):
    y = np.sin(x)
    quicksort(y, 0, len(y) - 1)
    return (y * np.arange(8.0)).sum() * y[2]


def butterfly(re, im, out_re, out_im):
    n = len(re)
    if n == 1:
        out_re[0] = re[0]
        out_im[0] = im[0]
        return
    h = n // 2
    butterfly(re[::2], im[::2], out_re[:h], out_im[:h])
    butterfly(re[1::2], im[1::2], out_re[h:], out_im[h:])
    for k in range(h):
        c, s = np.cos(2 * np.pi * k / n), -np.sin(2 * np.pi * k / n)
        a, b = out_re[h + k], out_im[h + k]
        u, v = c * a - s * b, s * a + c * b
        out_re[h + k] = out_re[k] - u
        out_im[h + k] = out_im[k] - v
        out_re[k] += u
        out_im[k] += v


@program(X)
def fft_into_buffers(x):
    re, im = np.zeros(8), np.zeros(8)
    butterfly(x, x * x, re, im)
    return (re**2 * np.arange(8.0) + im**3).sum()


def solve_lower(L, b):
    n = len(b)
    if n == 1:
        b[0] /= L[0, 0]
        return
    m = n // 2
    solve_lower(L[:m, :m], b[:m])
    b[m:] -= L[m:, :m] @ b[:m]
    solve_lower(L[m:, m:], b[m:])


@program(rng.normal(size=(5, 5)) + 4.0 * np.eye(5), rng.normal(size=5))
def triangular_solve(L, b):
    x = b.copy()
    solve_lower(L, x)
    return (x**2).sum() + x[0] * x[4]


def fill(height, wet, level, i):
    if i < 0 or i >= len(height) or wet[i] > 0.0 or height[i] > level:
        return
    wet[i] = (level - height[i]) ** 2
    fill(height, wet, level, i + 1)
    fill(height, wet, level, i - 1)


@program(X, 1.2)
def flooded(height, level):
    wet = np.zeros(8)
    fill(height, wet, level, 4)
    return wet.sum() * level


def smooth(u, f, turns):
    for _ in range(turns):
        u[1:-1] = 0.5 * (u[2:] + u[:-2] + f[1:-1])


def cycle(u, f):
    smooth(u, f, 2)
    if len(u) > 3:
        r = np.zeros(len(u))
        r[1:-1] = f[1:-1] - 2 * u[1:-1] + u[2:] + u[:-2]
        coarse = np.zeros(len(u) // 2 + 1)
        cycle(coarse, 4 * r[::2])
        u[::2] += coarse
        u[1::2] += 0.5 * (coarse[1:] + coarse[:-1])
    smooth(u, f, 1)


@program(rng.normal(size=9))
def multigrid(f):
    u = np.zeros(9)
    for _ in range(2):
        cycle(u, f)
    return (u**2).sum()


def damp(x, n):
    if n > 0:
        x *= 0.5 * x
        damp(x, n - 1)
        x += 1.0


@program(X)
def damped(x):
    y = x.copy()
    before = (y**2).sum()
    damp(y, 3)
    middle = np.sin(y)
    damp(y, 2)
    return (y * middle).sum() * before


@program(X)
def damped_argument(x):
    s = x.sum()
    damp(x, 2)
    return s * (x**2).sum()


def scaled(x, w, i):
    """The coefficients carry no derivative, and are overwritten."""
    if i == len(x):
        return 0.0
    w[i:] *= 0.9
    return x[i] * w[i] * x[i] + scaled(x, w, i + 1) * w[-1]


@program(X)
def overwritten_weights(x):
    w = np.ones(8)
    return scaled(x, w, 0) * (x * w).sum()


def local_writes(x, n):
    y = x * 2.0
    damp(y, n)
    return y[0] if n == 0 else y.sum() + local_writes(x * 0.3, n - 1)


@program(X)
def writes_in_what_it_made(x):
    return local_writes(x, 2) * x[0]


def ping(x, i):
    if i < len(x):
        x[i] = x[i] * x[i - 1]
        pong(x, i + 1)


def pong(x, i):
    if i < len(x):
        x[i] += 0.5 * x[i - 1] ** 2
        ping(x, i + 1)


@program(X)
def mutual_writes(x):
    y = x.copy()
    ping(y, 1)
    return (y**2).sum()


def rows(A, i):
    if i < len(A):
        A[i] /= np.sqrt((A[i] ** 2).sum())
        for k in range(i + 1, len(A)):
            A[k] -= (A[i] @ A[k]) * A[i]
        rows(A, i + 1)


@program(rng.normal(size=(3, 4)))
def gram_schmidt(A):
    Q = A.copy()
    rows(Q, 0)
    return (Q * np.arange(12.0).reshape(3, 4)).sum()


@program(X)
def inside_a_loop(x):
    total = 0.0
    y = x.copy()
    for k in range(3):
        damp(y[k:], 1)
        total += y[k] * y[-1]
        y[k] = total
    return total * y.sum()


def fold(x, acc, i):
    if i < len(x):
        acc[0] = acc[0] * 0.9 + x[i]
        acc[1] += acc[0] * x[i]
        fold(x, acc, i + 1)


@program(X)
def folded(x):
    acc = np.zeros(2)
    fold(x, acc, 0)
    return acc[0] * acc[1]


def tree_sum(x, out, node):
    if 2 * node + 1 >= len(x):
        out[node] = x[node] ** 2
        return out[node]
    left = tree_sum(x, out, 2 * node + 1)
    right = tree_sum(x, out, 2 * node + 2)
    out[node] = x[node] + left * right
    return out[node]


@program(rng.normal(size=7))
def heap_tree(x):
    out = np.zeros(7)
    return tree_sum(x, out, 0) * out[1] + out[2]


# -- places, paths and ways of writing ------------------------------------------------------------

Y = X[:6]


def two(a, b, i):
    if i < len(a):
        a[i] = a[i] * b[i]
        two(a, b, i + 1)


@program(Y)
def written_same_twice(x):
    y = x.copy()
    two(y, y, 0)
    return y.sum()


@program(Y)
def written_overlap(x):
    y = x.copy()
    two(y[1:], y[:-1], 0)
    return (y * np.arange(6.0)).sum()


@program(Y)
def written_disjoint_halves(x):
    y = x.copy()
    two(y[3:], y[:3], 0)
    return (y * np.arange(6.0)).sum()


def one(a, i):
    if i < len(a):
        a[i] = np.sin(a[i]) * a[i - 1]
        one(a, i + 1)


class Holder:
    def __init__(self, x):
        self.buf = x * 2.0


@program(Y)
def written_attr(x):
    h = Holder(x)
    one(h.buf, 1)
    return (h.buf**2).sum()


@program(Y)
def written_list(x):
    xs = [x * 2.0, x * 3.0]
    one(xs[0], 1)
    one(xs[1], 2)
    return (xs[0] * xs[1]).sum()


@program(Y)
def written_list_loop(x):
    xs = [x * 2.0, x * 3.0, x.copy()]
    for a in xs:
        one(a, 1)
    return (xs[0] * xs[1] + xs[2]).sum()


BUF = np.zeros(6)


@program(Y)
def written_global(x):
    BUF[:] = x
    one(BUF, 1)
    return (BUF**2).sum()


def ret(a, i):
    if i < len(a):
        a[i] = a[i] * a[i - 1]
        return ret(a, i + 1)
    return a


@program(Y)
def written_returns_it(x):
    y = x.copy()
    z = ret(y, 1)
    return (z * y).sum()


@program(Y)
def written_returns_it2(x):
    y = x.copy()
    z = ret(y, 1)
    z[0] = 2.0 * x[1]
    return (z * y).sum()


GRAPH = {0: [1, 2], 1: [3, 4], 2: [4, 5], 3: [], 4: [5], 5: [0]}


def dfs(v, seen, w, x):
    seen[v] = True
    for n in GRAPH[v]:
        if not seen[n]:
            w[n] = w[v] * x[n] + w[n]
            dfs(n, seen, w, x)


@program(Y)
def written_dfs(x):
    seen = np.zeros(6, dtype=bool)
    w = np.ones(6)
    w[0] = x[0]
    dfs(0, seen, w, x)
    return (w**2).sum() * seen.sum()


def dfs2(v, seen, order, x, acc):
    seen[v] = 1
    acc = acc * x[v]
    for n in GRAPH[v]:
        if seen[n] == 0:
            acc = dfs2(n, seen, order, x, acc + x[n])
    order[v] = acc
    return acc


@program(Y)
def written_dfs2(x):
    seen = np.zeros(6, dtype=int)
    order = np.zeros(6)
    return dfs2(0, seen, order, x, 1.0) + (order**2).sum()


@program(Y)
def written_rev(x):
    y = x.copy()
    one(y[::-1], 1)
    one(y[::2], 0)
    return (y * np.arange(6.0)).sum()


@program(rng.normal(size=(2, 3)))
def written_transposed(x):
    y = x.copy()

    def go(a, i):
        if i < len(a):
            a[i] = a[i] * a[i - 1]
            go(a, i + 1)

    go(y.T, 1)
    go(y, 0)
    return (y * np.arange(6.0).reshape(2, 3)).sum()


@program(rng.normal(size=(2, 3)))
def written_reshape(x):
    y = x.copy()
    one(y.reshape(-1), 1)
    one(y.ravel(), 1)
    return (y * np.arange(6.0).reshape(2, 3)).sum()


@program(Y)
def written_closure(x):
    y = np.zeros(6)

    def go(i):
        if i == 6:
            return 0.0
        y[i] = x[i] * (y[i - 1] + 1.0)
        return y[i] * x[0] + go(i + 1)

    return go(0) * y.sum()


@program(Y)
def written_keyword(x):
    y = x.copy()

    def go(a, *, i=0):
        if i < len(a):
            a[i] *= a[i - 1]
            go(a, i=i + 1)

    go(y)
    go(a=y, i=3)
    return (y**2).sum()


class Solver:
    def __init__(self, x):
        self.x = x
        self.out = np.zeros(len(x))

    def go(self, i):
        if i < len(self.x):
            self.out[i] = self.x[i] * (self.out[i - 1] + 1.0)
            self.go(i + 1)


@program(Y)
def written_method(x):
    s = Solver(x)
    s.go(0)
    return (s.out**2).sum()


def ufuncs(a, i):
    if i > 0:
        np.multiply(a, a[0] + 1.0, out=a)
        np.add.at(a, [0, 0, 1], a[2])
        a.sort()
        ufuncs(a, i - 1)
        np.copyto(a, a * 2.0)


@program(Y)
def written_ufuncs(x):
    y = x.copy()
    ufuncs(y, 2)
    return (y * np.arange(6.0)).sum()


def filler(a, i):
    if i > 0:
        t = a[0] * a[1]
        filler(a, i - 1)
        a.fill(t + a[2])
        a[1] += t


@program(Y)
def written_fill(x):
    y = x.copy()
    filler(y, 2)
    return (y * np.arange(6.0)).sum()


def tried(a, i):
    try:
        a[i] = a[i] * a[i - 1]
        tried(a, i + 1)
    except IndexError:
        a[0] = a[0] * 2.0


@program(Y)
def written_tried(x):
    y = x.copy()
    tried(y, 0)
    return (y * np.arange(6.0)).sum()


def wh(a, i):
    while i < len(a):
        a[i] = a[i] ** 2 + a[i - 1]
        if i % 2:
            wh(a, i + 2)
            return a[i]
        i += 1
    return 0.0


@program(Y)
def written_while(x):
    y = x.copy()
    t = 0.0
    if x[0] < 100:
        t = wh(y, 0)
    return (y * np.arange(6.0)).sum() * (1 + t)


@program(Y.astype(np.float32))
def written_f32(x):
    y = x.copy()
    one(y, 1)
    return (y * y).sum()


@program(Y)
def written_mixed32(x):
    y = np.zeros(6, np.float32)
    y[:] = x
    one(y, 1)
    return (y * y).sum()


@program(Y, 0.5)
def written_inactive_then(x, c):
    y = np.ones(6)
    z = np.ones(6)
    one(y, 1)
    y[0] = x[0]
    one(y, 1)
    one(z, 1)
    return (y * z).sum() * c


def hanoi(n, a, b, c, pegs):
    if n == 0:
        return
    hanoi(n - 1, a, c, b, pegs)
    pegs[c] += pegs[a] * 0.1 * n
    hanoi(n - 1, b, a, c, pegs)


@program(rng.normal(size=3))
def written_hanoi(x):
    p = x * x
    hanoi(3, 0, 1, 2, p)
    return (p * np.arange(3.0)).sum()


def permute(x, i, best):
    if i == len(x):
        s = (x * np.arange(4.0)).sum()
        if s > best[0]:
            best[0] = s
        return
    for j in range(i, len(x)):
        t = x[i]
        x[i] = x[j]
        x[j] = t
        permute(x, i + 1, best)
        t = x[i]
        x[i] = x[j]
        x[j] = t


@program(rng.normal(size=4))
def written_perm(x):
    y = x.copy()
    b = np.array([-1e9])
    permute(y, 0, b)
    return b[0] * y[0]


def permute2(x, i, best):
    if i == len(x):
        best[0] = max(best[0], (x * np.arange(4.0)).sum())
        return
    for j in range(i, len(x)):
        x[i], x[j] = x[j], x[i]
        permute2(x, i + 1, best)
        x[[i, j]] = x[[j, i]]


@program(rng.normal(size=4))
def written_perm2(x):
    b = np.array([-1e9])
    permute2(x, 0, b)
    return b[0] * x[0]


def haar(x, n):
    if n == 1:
        return
    s = (x[:n:2] + x[1:n:2]) / 2
    d = (x[:n:2] - x[1:n:2]) / 2
    x[: n // 2] = s
    x[n // 2 : n] = d
    haar(x, n // 2)


@program(rng.normal(size=8))
def written_haar(x):
    y = x**2
    haar(y, 8)
    return (y**3).sum()


def luk(A, k):
    n = len(A)
    if k == n - 1:
        return
    A[k + 1 :, k] /= A[k, k]
    A[k + 1 :, k + 1 :] -= np.outer(A[k + 1 :, k], A[k, k + 1 :])
    luk(A, k + 1)


@program(rng.normal(size=(4, 4)) + 4 * np.eye(4))
def written_lu(A):
    L = A.copy()
    luk(L, 0)
    return np.prod(np.diag(L)) + L[2, 0]


def strassen(A, B, C):
    n = len(A)
    if n == 1:
        C[0, 0] += A[0, 0] * B[0, 0]
        return
    h = n // 2
    for i in (0, h):
        for j in (0, h):
            for k in (0, h):
                strassen(A[i : i + h, k : k + h], B[k : k + h, j : j + h], C[i : i + h, j : j + h])


@program(rng.normal(size=(4, 4)), rng.normal(size=(4, 4)))
def written_matmul(A, B):
    C = np.zeros((4, 4))
    strassen(A, B, C)
    return (C**2).sum()


def memo(n, x, table, known):
    if known[n]:
        return table[n]
    v = x if n < 2 else memo(n - 1, x, table, known) * x + memo(n - 2, x, table, known)
    table[n] = v
    known[n] = True
    return v


@program(0.7)
def written_memo(x):
    return memo(8, x, np.zeros(9), np.zeros(9, bool))


@program(Y)
def written_argument(x):
    one(x, 1)
    one(x[::2], 1)
    return (x**2).sum()


@program(Y, Y * 2)
def written_two_args(a, b):
    two(a, b, 0)
    two(b, a, 1)
    return (a * b).sum() + a[2]


@program([Y, Y * 2])
def written_arg_list(xs):
    two(xs[0], xs[1], 0)
    return (xs[0] * xs[1]).sum()


def cplx(z, i):
    if i < len(z):
        z[i] = z[i] * z[i - 1]
        cplx(z, i + 1)


@program(Y)
def written_complex(x):
    z = x + 1j * x**2
    cplx(z, 1)
    return (abs(z) ** 2).sum()
