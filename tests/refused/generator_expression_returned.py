"""A generator expression that is handed out: when its elements are computed is decided elsewhere."""

import sourcead


def values(x):
    return (x * i for i in range(4))  # error: UnsupportedSyntax


def program(x):
    return sum(values(x))


def call():
    sourcead.grad(program)(0.7)
