"""Functions that call themselves below a test that only the run decides."""

import math

import numpy as np

from tests.everyday.registry import program

rng = np.random.default_rng(2)
X = rng.normal(size=6)


def power(x, n):
    if n == 0:
        return 1.0
    if n % 2:
        return x * power(x, n - 1)
    h = power(x, n // 2)
    return h * h


@program(1.3, 11)
def use_power(x, n):
    return power(x, n) * x


@program(3.7)
def halving(x):
    def f(a):
        if a < 1:
            return a
        return a * f(a * 0.5)

    return f(x)


def cheb(n, x):
    if n == 0:
        return np.ones_like(x)
    if n == 1:
        return x
    return 2 * x * cheb(n - 1, x) - cheb(n - 2, x)


@program(5, X)
def use_cheb(n, x):
    return (cheb(n, x) * x).sum()


def simpson(f, a, b, fa, fm, fb, whole, eps, k):
    m = (a + b) / 2
    lm, rm = (a + m) / 2, (m + b) / 2
    flm, frm = f(lm, k), f(rm, k)
    left = (m - a) / 6 * (fa + 4 * flm + fm)
    right = (b - m) / 6 * (fm + 4 * frm + fb)
    d = left + right - whole
    if abs(d) < 15 * eps:
        return left + right + d / 15
    return simpson(f, a, m, fa, flm, fm, left, eps / 2, k) + simpson(
        f, m, b, fm, frm, fb, right, eps / 2, k
    )


def integrand(t, k):
    return math.exp(-k * t) * math.sin(3 * t)


@program(0.7, 2.0)
def adaptive(k, b):
    fa, fm, fb = integrand(0.0, k), integrand(b / 2, k), integrand(b, k)
    return simpson(integrand, 0.0, b, fa, fm, fb, b / 6 * (fa + 4 * fm + fb), 1e-6, k)


class Node:
    def __init__(self, op, *kids):
        self.op, self.kids = op, kids


TREE = Node("mul", Node("x"), Node("add", Node("x"), Node("sin", Node("x"))))


def ev(node, x):
    if node.op == "x":
        return x
    v = [ev(k, x) for k in node.kids]
    if node.op == "mul":
        return v[0] * v[1]
    if node.op == "add":
        return v[0] + v[1]
    return math.sin(v[0])


@program(1.1)
def tree(x):
    return ev(TREE, x)


def ev2(node, x):
    if node.op == "x":
        return x
    if node.op == "sin":
        return math.sin(ev2(node.kids[0], x))
    a = ev2(node.kids[0], x)
    b = ev2(node.kids[1], x)
    return a * b if node.op == "mul" else a + b


@program(1.1)
def tree2(x):
    return ev2(TREE, x)


def is_even(x, n):
    return x if n == 0 else x * is_odd(x, n - 1)


def is_odd(x, n):
    return 1.0 if n == 0 else x + is_even(x, n - 1)


@program(1.2, 7)
def mutual(x, n):
    return is_even(x, n)


def fft(x):
    n = len(x)
    if n == 1:
        return x
    e, o = fft(x[::2]), fft(x[1::2])
    w = np.exp(-2j * np.pi * np.arange(n // 2) / n)
    return np.concatenate([e + w * o, e - w * o])


@program(rng.normal(size=8))
def use_fft(x):
    f = fft(x + 0j)
    return (np.abs(f) ** 2)[1:3].sum() + f.real[3]


def pairwise(x):
    if len(x) <= 2:
        return x.sum() ** 2
    m = len(x) // 2
    return pairwise(x[:m]) * 0.5 + pairwise(x[m:])


@program(X)
def use_pairwise(x):
    return pairwise(x)


def horner(c, x, i):
    return c[i] + x * horner(c, x, i + 1) if i < len(c) else 0.0


@program(X, 0.6)
def use_horner(c, x):
    return horner(c, x, 0)


def two(x, n):
    if n == 0:
        return x, x * x
    a, b = two(x * 0.9, n - 1)
    return b * x, a + b


@program(1.2, 4)
def use_two(x, n):
    s = 0.0
    for i in range(n):
        a, b = two(x, i)
        s += a * b
    return s


def det(A):
    n = len(A)
    if n == 1:
        return A[0, 0]
    s = 0.0
    for j in range(n):
        minor = np.delete(A[1:], j, axis=1)
        s += (-1) ** j * A[0, j] * det(minor)
    return s


@program(rng.normal(size=(4, 4)))
def use_det(A):
    return det(A)


def casteljau(p, t):
    if len(p) == 1:
        return p[0]
    return casteljau((1 - t) * p[:-1] + t * p[1:], t)


@program(rng.normal(size=(4, 2)), 0.3)
def use_casteljau(p, t):
    return (casteljau(p, t) ** 2).sum()


def merge_sort(x):
    if len(x) < 2:
        return x
    m = len(x) // 2
    a, b = merge_sort(x[:m]), merge_sort(x[m:])
    out = np.empty(len(x))
    i = j = 0
    for k in range(len(x)):
        if j >= len(b) or (i < len(a) and a[i] <= b[j]):
            out[k] = a[i]
            i += 1
        else:
            out[k] = b[j]
            j += 1
    return out


@program(X)
def use_sort(x):
    return (merge_sort(x) * np.arange(6)).sum() + merge_sort(x)[0] ** 2


def fact(x, n):
    return x if n <= 1 else x * n * fact(x, n - 1)


@program(1.1)
def known_depth(x):
    return fact(x, 4)


def inplace(x, i):
    if i >= len(x):
        return 0.0
    x[i] = x[i] ** 2
    return x[i] + inplace(x, i + 1)


@program(X)
def use_inplace(x):
    y = x.copy()
    return inplace(y, 0) + y[0]


memo = {}


def fib(n, x, memo):
    if n < 2:
        return x
    if n in memo:
        return memo[n]
    memo[n] = fib(n - 1, x, memo) * fib(n - 2, x, memo)
    return memo[n]


@program(7, 1.1)
def use_fib(n, x):
    return fib(n, x, {})
