"""argnums counts beyond the parameters."""

import sourcead


def program(x, y):  # error: UnknownArgument
    return x * y


def call():
    sourcead.grad(program, argnums=5)(0.7, 1.3)
