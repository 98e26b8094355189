"""The differentiated function is a generator itself."""

import sourcead


def program(x):
    yield x * x  # error: UnsupportedSyntax


def call():
    sourcead.grad(program)(0.7)
