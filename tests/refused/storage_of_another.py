"""`np.ndarray` over the storage of another array: a view that nothing follows."""

import numpy as np

import sourcead


def program(x):
    pairs = np.ndarray((2, 2), float, x)  # error: NotDifferentiable
    return pairs[1, 0] * x[0]


def call():
    sourcead.grad(program)(np.ones(4))
