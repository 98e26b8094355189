"""An attribute of a class that carries a derivative is read out of all that the class has."""

import sourcead


class Settings:
    rate = 2.0


def program(x):
    Settings.rate = x * x
    return vars(Settings)["rate"] * x  # error: NotDifferentiable


def call():
    sourcead.grad(program)(0.7)
