"""A generator that is not consumed on the spot: what runs when is not known."""

import sourcead


def rows(x):
    value = x
    while True:
        yield value
        value = value * x


def program(x):
    values = rows(x)  # error: NotDifferentiable
    first = next(values)
    return first * next(values)


def call():
    sourcead.grad(program)(0.7)
