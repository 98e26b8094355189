"""grad of a function that returns text."""

import sourcead


def program(x):  # error: NonScalarOutput
    return f"{x * x:.3f}"


def call():
    sourcead.grad(program)(0.7)
