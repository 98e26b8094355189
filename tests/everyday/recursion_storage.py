"""Functions that call themselves over arrays that are written, before and after."""

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(5)
X = rng.normal(size=6)


def rec(x, i):
    if i >= len(x):
        return 0.0
    return x[i] ** 2 + 0.5 * rec(x, i + 1)


@program(X)
def later_write(x):
    y = x.copy()
    s = rec(y, 0)
    y[0] = 5.0 * s
    y[2:] *= 2
    return s * y.sum()


@program(X)
def loop_write(x):
    y = x.copy()
    s = 0.0
    for k in range(3):
        s += rec(y, k) * y[0]
        y[k] = y[k + 1] * s
    return s


def tail(x, acc):
    if len(x) == 0:
        return acc
    return tail(x[1:], acc * 0.9 + x[0] ** 2)


@program(X)
def tails(x):
    y = np.sin(x)
    a = tail(y, 1.0)
    y += a
    return tail(y, a)


@program(X)
def in_place_arg(x):
    s = rec(x, 0)
    x[1:] = x[:-1] * s
    return (x**2).sum()


def inplace(x, i):
    if i >= len(x):
        return 0.0
    x[i] = x[i] ** 2
    return x[i] + inplace(x, i + 1) * x[i - 1]


@program(X)
def use_inplace_again(x):
    y = x.copy()
    return inplace(y, 0) + y[0] * y[3]


def fft_in_place(x):
    n = len(x)
    if n == 1:
        return
    e = x[::2].copy()
    o = x[1::2].copy()
    fft_in_place(e)
    fft_in_place(o)
    w = np.cos(np.arange(n // 2))
    x[: n // 2] = e + w * o**2
    x[n // 2 :] = e - w * o


@program(rng.normal(size=8))
def use_fft_in_place(x):
    y = x.copy()
    fft_in_place(y)
    return (y**2).sum()


def halve(x):
    if len(x) < 2:
        return
    m = len(x) // 2
    x[:m] += x[m : 2 * m] ** 2
    halve(x[:m])
    halve(x[m:])


@program(X)
def use_halve(x):
    y = x.copy()
    halve(y)
    return (y * np.arange(6)).sum() + y[0] ** 2


def pull(x, i, out):
    if i < 0:
        return out.sum()
    out[i] += x[i] * out[i - 1]
    return pull(x, i - 1, out)


@program(X)
def use_pull(x):
    out = np.ones(6)
    return pull(x, 5, out) * out[2]


def squares(x):
    if len(x) == 0:
        return 0.0
    return (x * x).sum() + squares(x[1:])


@program(X)
def squares_later(x):
    y = np.sin(x)
    s = squares(y)
    y *= s
    y[1] = x[0]
    return y.sum() * s


@program(X)
def squares_loop(x):
    y = x.copy()
    s = 1.0
    for k in range(3):
        s = squares(y[k:]) + 0.1 * s
        y[k + 1 :] *= s
    return s


@program(X)
def squares_arg(x):
    s = squares(x)
    x *= s
    return squares(x)


@program(X)
def overwritten(x):
    y = np.sin(x)
    s = squares(y)
    y[:] = x
    return y.sum() * s


@program(X)
def overwritten_loop(x):
    y = np.sin(x)
    s = 1.0
    for k in range(3):
        s = s + squares(y)
        y[:] = x * k
        y[k] = s
    return s


TABLE = np.arange(6.0)


def with_table(x, i):
    if i == 6:
        return 0.0
    return x[i] * TABLE[i] * x[i] + with_table(x, i + 1)


@program(X)
def table_read(x):
    return with_table(x, 0)


@program(X)
def table_written(x):
    TABLE[:] = np.arange(6.0)
    s = with_table(x, 0)
    TABLE[:] = 0.0
    return s * x[0]


COUNT = np.zeros(1)


def counting(x, i):
    COUNT[0] += 1
    if i == 6:
        return 0.0
    return x[i] ** 2 + counting(x, i + 1)


@program(X)
def counted(x):
    return counting(x, 0)


LOG = []


def logging_(x, i):
    LOG.append(i)
    if i == 6:
        return 0.0
    return x[i] ** 2 + logging_(x, i + 1)


@program(X)
def logged(x):
    return logging_(x, 0) * x[0]


def total(x, i):
    global TOTAL
    TOTAL = TOTAL + 1
    if i == 6:
        return 0.0
    return x[i] ** 2 + total(x, i + 1)


TOTAL = 0


@program(X)
def totalled(x):
    return total(x, 0) * x[0]


@program(X, 6)
def table_written2(x, n):
    def go(i):
        if i >= n:
            return 0.0
        return (x * TABLE).sum() * TABLE[i] + go(i + 1)

    TABLE[:] = np.arange(6.0)
    s = go(0)
    TABLE[:] = 0.0
    return s * x[0]


def with_table2(x, i, n):
    if i == n:
        return 0.0
    return x[i] * TABLE[i] * x[i] + with_table2(x, i + 1, n) * (TABLE * x).sum()


@program(X, 6)
def table_written3(x, n):
    TABLE[:] = np.arange(6.0)
    s = with_table2(x, 0, n)
    TABLE[:] = 0.0
    return s * x[0]


def cholesky(A):
    n = len(A)
    if n == 1:
        return np.sqrt(A)
    L = np.zeros((n, n))
    L[0, 0] = np.sqrt(A[0, 0])
    L[1:, 0] = A[1:, 0] / L[0, 0]
    L[1:, 1:] = cholesky(A[1:, 1:] - np.outer(L[1:, 0], L[1:, 0]))
    return L


@program(np.eye(3) * 4.0 + 0.3 * np.arange(9.0).reshape(3, 3))
def use_cholesky(A):
    return (cholesky(A @ A.T) ** 3).sum()


class Counter:
    def __init__(self):
        self.calls, self.seen = 0, []


def counting_calls(counter, x, n):
    counter.calls += 1
    counter.seen.append(n)
    return x if n == 0 else x * counting_calls(counter, x, n - 1)


@program(0.7, 3)
def counted_on_an_object(x, n):
    """The caller reads what the recursion has left in an object that carries no derivative."""
    counter = Counter()
    y = counting_calls(counter, x, n)
    return y * counter.calls + x * len(counter.seen)
