"""A structure without any float in it."""

import sourcead


def program(values):  # error: IntegerArgument
    return values[0] * 1.5


def call():
    sourcead.grad(program)([1, 2])
