"""One leaf of the argument is an integer and reaches the output as a number."""

import sourcead


def program(values):  # error: IntegerArgument
    return values[0] * values[1]


def call():
    sourcead.grad(program)([0.7, 2])
