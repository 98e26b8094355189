"""Numbers kept in an array of objects."""

import numpy as np

import sourcead


def program(x):
    work = np.empty(2, dtype=object)
    work[0] = x * x  # error: NotDifferentiable
    work[1] = x
    return work[0] * work[1]


def call():
    sourcead.grad(program)(0.7)
