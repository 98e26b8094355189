"""grad of a function that returns an array."""

import numpy as np

import sourcead


def program(u):  # error: NonScalarOutput
    return u * u


def call():
    sourcead.grad(program)(np.ones(3))
