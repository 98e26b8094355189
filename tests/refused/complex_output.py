"""grad of a function that returns a complex number."""

import sourcead


def program(x):  # error: NonScalarOutput
    return x * (1.0 + 2.0j)


def call():
    sourcead.grad(program)(0.7)
