"""A class attribute that carries a derivative."""

import sourcead


def program(x):
    class Model:  # error: UnsupportedSyntax
        slope = x * x

    return Model.slope * x


def call():
    sourcead.grad(program)(0.7)
