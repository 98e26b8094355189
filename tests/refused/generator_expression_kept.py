"""A generator expression that is kept and read piecemeal."""

import sourcead


def program(x):
    values = (x * i for i in range(4))  # error: NotDifferentiable
    next(values)
    x = x * 2.0
    return next(values) * x


def call():
    sourcead.grad(program)(0.7)
