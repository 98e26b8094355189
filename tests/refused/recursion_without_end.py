"""A function calls itself on each of its paths."""

import sourcead


def series(x, n):  # error: NotDifferentiable
    return x * series(x, n - 1)


def program(x):
    return series(x, 3)


def call():
    sourcead.grad(program)(1.0)
