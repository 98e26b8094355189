"""Arrays under several names, views, and arrays that are like others for a while."""

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(3)
X = rng.normal(size=6)
Y = rng.normal(size=6)
A = rng.normal(size=(4, 4))


class Grid:
    def __init__(self, n):
        self.buf = np.zeros((2, n))
        self.cur = self.buf[0]
        self.new = self.buf[1]

    def swap(self):
        self.cur, self.new = self.new, self.cur

    def step(self, k):
        self.new[1:-1] = self.cur[1:-1] + k * (self.cur[2:] - 2 * self.cur[1:-1] + self.cur[:-2])
        self.swap()


@program(X, 0.2)
def ping_pong(x, k):
    g = Grid(6)
    g.cur[:] = x
    for _ in range(3):
        g.step(k)
    return (g.cur**2).sum() + g.buf.sum()


@program(X, 0.2)
def ping_pong2(x, k):
    a, b = x.copy(), np.zeros_like(x)
    for _ in range(3):
        b[1:-1] = a[1:-1] ** 2 + k * (a[2:] + a[:-2])
        a, b = b, a
    return (a**2).sum() + b[2]


@program(A)
def views_dict(a):
    d = {"row": a[0].copy(), "all": a.copy()}
    d["diag"] = np.diagonal(d["all"])
    d["all"][1, 1] = d["row"][2] ** 2
    return d["diag"].sum() + (d["all"] ** 2).sum()


@program(X)
def slot_views(x):
    class S:
        pass

    s = S()
    s.data = x.copy()
    s.head = s.data[:3]
    s.tail = s.data[3:]
    s.head *= s.tail
    s.tail += s.head
    return (s.data**2).sum()


@program(X)
def list_rows(x):
    rows = [x[:2].copy(), x[2:4].copy(), x[4:].copy()]
    old = rows[0]
    rows[0] = rows[1]
    rows[0] *= 2
    old += rows[1]
    return (old * rows[2]).sum() + (rows[0] * rows[1]).sum()


@program(X)
def maybe_view(x):
    y = x.copy()
    v = y.reshape(2, 3) if x[0] > 5 else y.reshape(3, 2)
    v[0] *= 2.0
    return (v[1] * y[: v.shape[1]]).sum()


@program(A)
def ravel_f(a):
    b = np.asfortranarray(a)
    r = b.ravel()
    r[0] = 5.0
    return (b**2).sum() + (r**3).sum()


@program(A)
def transposed_write(a):
    b = a.copy()
    t = b.T
    for i in range(4):
        t[i, :i] = t[i, :i] * b[i, i]
    return (b * t).sum()


@program(X, Y)
def alias_arg(x, y):
    def upd(a, b):
        a[1:] += b[:-1] ** 2
        return a

    z = x.copy()
    w = upd(z, z)
    w2 = upd(w, y)
    return (z * w2).sum()


@program(X)
def loop_view(x):
    y = x.copy()
    for i in range(1, 6):
        v = y[i - 1 : i + 1]
        v[1] = v[0] * v[1]
        v *= 0.9
    return y.sum()


@program(X)
def cond_alias(x):
    a = x.copy()
    b = x * 2
    t = a if x.sum() > 100 else b
    t[2] = 7.0 * x[0]
    return (a**2).sum() + (b**3).sum()


@program(X)
def loop_alias(x):
    a = x.copy()
    b = x * 2
    for i in range(4):
        t = a if i % 2 else b
        t[i] = t[i + 1] * x[i]
    return (a**2).sum() + (b**3).sum()


@program(X)
def broadcast_store(x):
    m = np.zeros((3, 6))
    m[:] = x
    m[1] *= x[0]
    m[:, 2] = m[1, 3]
    return (m**2).sum()


@program(X)
def int_store(x):
    k = np.zeros(6, dtype=int)
    k[:] = np.arange(6)
    y = x.copy()
    y[k[::-1]] = x**2
    return (y * np.arange(6)).sum()


@program(X)
def shuffle_coeff(x):
    r = np.random.default_rng(0)
    c = np.arange(6.0)
    s = 0.0
    for _ in range(3):
        r.shuffle(c)
        s += (c * x**2).sum()
    return s * c[0] + x[0]


@program(X)
def iadd_alias(x):
    a = x.copy()
    b = a
    a += b * b
    a -= b[::-1]
    a *= a
    return a.sum()


@program(X)
def where_out(x):
    out = np.zeros(6)
    np.multiply(x, 2.0, out=out)
    np.add(out, x, out=out[:])
    np.sin(out, out)
    return out.sum()


@program(X)
def minmax_at(x):
    y = np.zeros(3)
    np.add.at(y, np.array([0, 1, 2, 0, 1, 2]), x)
    np.subtract.at(y, [0, 0], x[:2] ** 2)
    return (y**2).sum()


@program(X)
def append_then_write(x):
    out = []
    buf = np.zeros(2)
    for i in range(3):
        buf[0] = x[i] ** 2
        buf[1] = x[i + 3]
        out.append(buf.copy())
        buf *= 2
    return sum((o[0] * o[1]) for o in out) + buf[0]


@program(X)
def append_same(x):
    out = []
    buf = np.zeros(2)
    for i in range(3):
        buf[0] = x[i] ** 2
        buf[1] += x[i + 3]
        out.append(buf)
    return sum((o[0] * o[1]) for o in out)


@program(X)
def stack_push(x):
    st = [x[0]]
    for v in x[1:]:
        st.append(st[-1] * v + 1)
        if len(st) > 3:
            st.pop(0)
    return sum(st) * st[0]


@program(X)
def swap_elems(x):
    y = x.copy()
    for i in range(5):
        if y[i] > y[i + 1]:
            y[i], y[i + 1] = y[i + 1], y[i]
            y[i] *= 1.1
    return (y * np.arange(6)).sum()


@program(A)
def nested_views(a):
    b = a.copy()
    c = b[1:3]
    d = c[:, 1:]
    e = d.T
    e[0] += 1.0 * b[0, :2]
    d[...] = d**2
    return (b * np.arange(16).reshape(4, 4)).sum() + e.sum()


@program(X)
def flat_iter(x):
    m = x.reshape(2, 3).copy()
    for r in m:
        for j in range(3):
            r[j] = r[j] ** 2 + (r[j - 1] if j else 0)
    return m.sum()


@program(X)
def del_slice(x):
    xs = list(x)
    del xs[1:3]
    xs[1:2] = [x[0] * 2, x[1]]
    return sum(a * b for a, b in zip(xs, range(1, 10)))


@program(X)
def swapaxes_view(x):
    m = np.outer(x[:3], x[3:])
    s = np.swapaxes(m, 0, 1)
    q = np.expand_dims(s, 0)
    q[0, 1] *= x[0]
    return (m**2).sum()


SHARED = np.ones(6)


@program(X)
def global_write(x):
    SHARED[:] = x * 2
    y = SHARED * x
    SHARED[0] = 0.0
    return (y * SHARED).sum()


@program(X)
def product_with_one(x):
    t = x * x
    y = 1.0 * t
    t *= 3
    return (y * y).sum()


@program(X)
def shifted(x):
    t = x * x
    y = t + 1.0
    t *= 3
    return (y * y * t).sum()


@program(X)
def unary_plus(x):
    t = x * x
    y = t - 2
    y2 = +t
    t[1:] = 0.5
    return (y * y2 * t).sum()


@program(X)
def chosen_elements(x):
    t = x * x
    y = np.where(t > 0, t, 0.0)
    z = np.maximum(t, -1)
    t[:] = 0.5 * x
    return (y * z * t).sum()


# -- arrays that one call made, written under a name that may be one or another of them --------------

SQUARE = np.random.default_rng(3).normal(size=(3, 3)) + 2.0 * np.eye(3)
GRID = np.arange(9.0).reshape(3, 3)


@program(SQUARE)
def vectors_written(x):
    w, v = np.linalg.eigh(x + x.T)
    y = v if w[0] > 0.0 else v.T
    z = v * 1.0
    y[0] = y[0] * y[1]
    return (y * GRID).sum() + (v**3).sum() + w[0] + z[1, 1]


@program(SQUARE)
def each_factor_written(x):
    q, r = np.linalg.qr(x)
    for y in (q, r):
        y[0] = y[0] * y[1]
    return (q * GRID).sum() + (r**2).sum()


@program(SQUARE)
def factors_in_a_loop(x):
    total = 0.0
    pair = (x * 1.0, x * 2.0)
    for k in range(3):
        q, r = np.linalg.qr(pair[0] + x)
        y = q if k % 2 else r
        y[1] *= 2.0
        y[0] = y[1] * y[2]
        pair = (r, q)
        total = total + (q * GRID).sum()
    return total + (pair[0] * pair[1] * GRID).sum()


@program(SQUARE)
def factor_in_a_list_written(x):
    u, s, v = np.linalg.svd(x)
    both = [u, v]
    both[len(s) % 2][0] *= s
    return (u**2 * GRID).sum() + (v**2 * GRID).sum()


@program(SQUARE)
def grid_written(x):
    c, d = np.meshgrid(x[0], x[1])
    c[0] = d[1] * d[2]
    return (c * d * GRID).sum()


@program(SQUARE)
def grid_of_views_written(x):
    """Refused: both show the one row, in places that are one."""
    row = x[0] * 2.0
    c, d = np.meshgrid(row, x[1], copy=False)
    row[0] = d[1, 0] * d[2, 1]
    return (c * d * GRID).sum()


@program(SQUARE)
def stretched_and_written(x):
    a, b = np.broadcast_arrays(x, x[0])
    c, d = np.meshgrid(x[0], x[1])
    c[0] = d[1] * d[2]
    return (a * b).sum() + (c * d * GRID).sum()
