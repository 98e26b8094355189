"""Several additions to one part of an adjoint by one line of the primal are one, unless something looks in between."""

import numpy as np
import pytest

import sourcead
from tests.numeric import check


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def diffuse(u, steps):
    for _ in range(steps):
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return np.sum(u**2)


def wave(u, v):
    u[1:-1, 1:-1] *= np.sin(u[2:, 1:-1]) + u[1:-1, 1:-1] * v[1:-1, 1:-1] + u[1:-1, 1:-1] ** 2
    return np.sum(u**3)


def table(a):
    r = np.zeros((4, 4))
    r[0, :] = a[:4]
    for i in range(1, 4):
        for j in range(1, 4):
            r[i, j] = r[i - 1, j] * a[j] + np.sin(r[i - 1, j]) * r[i, j - 1] + r[i - 1, j - 1]
    return np.sum(r**2)


def views(x):
    low = x[:3]
    return np.sum(low * x[1:4] * x[:3]) + np.sum(np.sin(low) * x[:3] ** 2)


def repeated(x, i):
    return np.sum(x[i] * np.sin(x[i])) + np.sum(x[x > 0.5] * x[x > 0.5] ** 2)


def chosen(x, flag):
    return np.sum(x[:-1] ** 2) + (np.sum(x[1:] ** 3) if flag > 0.0 else x[0]) + np.sum(x[:-1] ** 4)


def shared(x):
    return np.sum(x[2:] * x[:-2]) * np.sum(x[2:] ** 2) + x[2:] @ x[2:] * x[3]


x6 = np.array([0.3, 1.2, 0.7, 1.5, 0.9, 0.4])
CASES = [
    (rosenbrock, (x6,)), (diffuse, (x6, 3)), (wave, (np.outer(x6, x6), np.outer(x6, x6[::-1]))), (table, (x6,)),
    (views, (x6,)), (repeated, (x6, np.array([1, 1, 2]))), (chosen, (x6, 1.0)), (chosen, (x6, -1.0)), (shared, (x6,)),
]  # fmt: skip


@pytest.mark.parametrize(
    "f, args", CASES, ids=[f"{f.__name__}-{i}" for i, (f, _) in enumerate(CASES)]
)
def test_right(f, args):
    check(f, *args, argnums=tuple(i for i, a in enumerate(args) if _is_floats(a)))


def _is_floats(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float64


@pytest.mark.parametrize("f, args", [(rosenbrock, (x6,)), (diffuse, (x6, 3)), (wave, CASES[2][1])])
def test_a_part_is_written_once(f, args):
    parts = [
        line.split("=")[0].rstrip(" +-")
        for line in sourcead.grad(f).source_for(*args).splitlines()
        if "_bar[" in line.split("=")[0]
    ]
    assert parts
    assert len(parts) == len(set(parts))
