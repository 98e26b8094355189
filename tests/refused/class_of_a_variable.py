"""A method that uses a variable of the function around it: its class is another one in each call."""

import sourcead


def program(x):
    class Spring:  # error: UnsupportedSyntax
        def energy(self, v):
            return x * v

    return Spring().energy(2.0)


def call():
    sourcead.grad(program)(0.7)
