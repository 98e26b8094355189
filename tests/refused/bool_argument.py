"""The derivative with respect to a truth value."""

import sourcead


def program(flag):  # error: IntegerArgument
    return 2.0 * flag


def call():
    sourcead.grad(program)(True)
