"""A class is made by `type(...)` of what carries a derivative: its attributes would be constants."""

import sourcead


def program(x):
    made = type("Made", (), {"rate": x})  # error: NotDifferentiable
    return made.rate * 2.0


def call():
    sourcead.grad(program)(0.7)
