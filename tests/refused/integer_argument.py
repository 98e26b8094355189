"""The derivative with respect to an integer."""

import sourcead


def program(n):  # error: IntegerArgument
    return n * n


def call():
    sourcead.grad(program)(3)
