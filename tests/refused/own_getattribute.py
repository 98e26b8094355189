"""A class that says of every attribute what reading it gives."""

import sourcead


class Doubled:
    def __init__(self, x):
        self.x = x

    def __getattribute__(self, name):
        return 2.0 * object.__getattribute__(self, name)


def program(x):
    return Doubled(x).x ** 2  # error: NotDifferentiable


def call():
    sourcead.grad(program)(0.7)
