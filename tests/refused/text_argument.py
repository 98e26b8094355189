"""The derivative with respect to text."""

import sourcead


def program(word):  # error: NotDifferentiable
    return 1.5 * len(word)


def call():
    sourcead.grad(program)("text")
