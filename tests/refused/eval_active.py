"""Text that is evaluated cannot be seen."""

import sourcead


def program(x):
    return eval("x * x") + x  # error: UnsupportedSyntax


def call():
    sourcead.grad(program)(0.7)
