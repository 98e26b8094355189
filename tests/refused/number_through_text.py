"""A number is written as text and read again: the derivative would be lost on the way."""

import sourcead


def program(x):
    shown = f"{x:.6f}"
    rounded = float(shown)  # error: NotDifferentiable
    return rounded * x


def call():
    sourcead.grad(program)(0.7)
