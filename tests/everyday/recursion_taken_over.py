"""Functions that call themselves, write the array that they are given, and return it."""

import numpy as np

from tests.everyday.registry import program

__all__ = ["IN_USE"]

rng = np.random.default_rng(9)
X = np.array([0.3, 0.7, 1.1])


@program(rng.normal(size=17), 2)
def multigrid_cycles(f, sweeps):
    def smooth(u, f, h):
        for _ in range(sweeps):
            u[1:-1] = 0.5 * (u[2:] + u[:-2] + h * h * f[1:-1])

    def cycle(u, f, h):
        if len(u) <= 3:
            u[1] = 0.5 * h * h * f[1]
            return u
        smooth(u, f, h)
        r = np.zeros(len(u))
        r[1:-1] = f[1:-1] + (u[2:] - 2.0 * u[1:-1] + u[:-2]) / (h * h)
        coarse = r[::2].copy()
        e = cycle(np.zeros(len(coarse)), coarse, 2.0 * h)
        u[::2] += e
        u[1::2] += 0.5 * (e[1:] + e[:-1])
        smooth(u, f, h)
        return u

    u = np.zeros(len(f))
    for _ in range(2):
        u = cycle(u, f, 1.0 / (len(f) - 1))
    return 1e3 * np.sum(u**2 * np.linspace(1.0, 2.0, len(f)))


def swept(x, c, n):
    if n == 0:
        x[0] *= 1.1
        return x
    x[1:] += np.sin(c) * x[:-1].copy()
    swept(x, c, n - 1)
    x[-1] *= x[0]
    return x


@program(X, 0.4, 2)
def swept_in_turn(x, c, n):
    for _ in range(3):
        x = swept(x, c, n)
    return np.sum(x**2 * np.arange(1.0, 4.0))


@program(X, 0.4, 2)
def swept_and_written(x, c, n):
    u = np.zeros(3)
    u[:] = x * 2.0
    for _ in range(2):
        u = swept(u, c, n)
        u[1] += c
    return np.sum(u**3)


@program(X, 0.4, 2)
def swept_part(x, c, n):
    u = x.copy()
    u = swept(u[:2], c, n)
    u[0] = 3.0 * u[1]
    return np.sum(u)


# -- both names are in use ----------------------------------------------------------------------------


def seen_under_both_names(x, c, n):
    u = x.copy()
    v = swept(u, c, n)
    v[0] = v[0] ** 2
    return np.sum(u**2)


def kept_from_before(x, c, n):
    u = x.copy()
    old = u
    for _ in range(2):
        u = swept(u, c, n)
        u[0] = u[0] ** 2
        u = u + old
    return np.sum(u)


def given_again(x, c, n):
    w = x.copy()
    v = w
    for _ in range(2):
        v = swept(w, c, n)
        v[0] = v[0] ** 2
    return np.sum(v)


def row_of_a_table(x, c, n):
    u = np.outer(x, x)
    r = swept(u[1], c, n)
    r[0] = 2.0 * r[1]
    return np.sum(u**2)


def on_one_branch(x, c, n):
    u = x.copy()
    if c > 0.0:
        v = swept(u, c, n)
        v[0] = v[1] ** 2
    return np.sum(u)


IN_USE = (seen_under_both_names, kept_from_before, given_again, row_of_a_table, on_one_branch)
