"""grad of a function that returns two numbers."""

import sourcead


def program(x):  # error: NonScalarOutput
    return x * x, x


def call():
    sourcead.grad(program)(0.7)
