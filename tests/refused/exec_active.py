"""Text that is executed cannot be seen."""

import sourcead


def program(x):
    space = {"x": x}
    exec("y = x * x", space)  # error: UnsupportedSyntax
    return space["y"]


def call():
    sourcead.grad(program)(0.7)
