"""The small programs of the figures, as users write them: without types, in loops and in place."""

import math

import numpy as np

import sourcead


def one_float(x):
    return x * math.sin(x)


def two_floats(x, y):
    return x * y + x


def two_arrays(x, w):
    return np.sum(w * x * x)


def elementwise(x):
    n = len(x)
    y = np.zeros(n)
    for i in range(n):
        y[i] = x[i] * math.sin(x[i])
    return np.sum(y**2)


def recurrence(a, c):
    for i in range(1, len(a)):
        a[i] += c * a[i - 1]
    return a[-1]


def squares(a, c):
    for i in range(1, len(a)):
        a[i] = a[i] * a[i] - c * a[i - 1]
    return a[-1]


def few_states(u, steps, slots):
    for _ in sourcead.checkpointed(range(steps), slots=slots):
        u = u + 1e-4 * np.sin(u)
    return np.sum(u)


def all_states(u, steps):
    for _ in range(steps):
        u = u + 1e-4 * np.sin(u)
    return np.sum(u)


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def network(x, w):
    h = np.tanh(w @ x)
    return np.tanh(w.T @ h) * x


def stepped(u, steps):
    u = u.copy()
    for _ in range(steps):
        u[1:-1] += 0.1 * u[1:-1] * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u
