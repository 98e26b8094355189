"""A cotangent of another structure than the result."""

import sourcead


def program(x, y):  # error: WrongCotangent
    return x * y, x + y


def call():
    _, pullback = sourcead.vjp(program, 0.7, 1.3)
    pullback(1.0)
