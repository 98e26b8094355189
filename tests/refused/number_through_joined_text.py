"""A number is written into a list of texts, which are joined and read again: its derivative would be lost."""

import sourcead


def program(x):
    digits = []
    for sign in ("", "-"):
        digits.append(sign + str(x))
    return float(" ".join(digits).split()[0]) * x  # error: NotDifferentiable


def call():
    sourcead.grad(program)(0.7)
