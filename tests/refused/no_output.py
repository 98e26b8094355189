"""grad of a function that returns nothing."""

import numpy as np

import sourcead


def program(u):  # error: NonScalarOutput
    u *= 2.0


def call():
    sourcead.grad(program)(np.ones(3))
