"""A cotangent of another shape than the result."""

import numpy as np

import sourcead


def program(u):  # error: WrongCotangent
    return u[1:] * u[:-1]


def call():
    _, pullback = sourcead.vjp(program, np.ones(3))
    pullback(np.ones(3))
