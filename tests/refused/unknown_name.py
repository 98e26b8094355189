"""argnums names a parameter that is not there."""

import sourcead


def program(x, y):  # error: UnknownArgument
    return x * y


def call():
    sourcead.grad(program, argnums="z")(0.7, 1.3)
