"""A local class whose making is more than a definition."""

import sourcead


def program(x):
    class Spring(metaclass=type):  # error: UnsupportedSyntax
        def energy(self, v):
            return v * v

    return Spring().energy(x)


def call():
    sourcead.grad(program)(0.7)
