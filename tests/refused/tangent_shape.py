"""A tangent of another shape than its argument."""

import numpy as np

import sourcead


def program(u):  # error: WrongCotangent
    return np.sum(u * u)


def call():
    sourcead.jvp(program, (np.ones(3),), (np.ones(2),))
