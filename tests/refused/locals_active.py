"""locals() reads names that are not written down."""

import sourcead


def program(x):
    y = x * x
    return locals()["y"]  # error: UnsupportedSyntax


def call():
    sourcead.grad(program)(0.7)
