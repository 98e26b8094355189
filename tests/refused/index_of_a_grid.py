"""Something that is not an array is indexed with what carries a derivative: what comes out would be a constant."""

import numpy as np

import sourcead


def program(x):
    grid = np.mgrid[0.0 : x : 5j]  # error: NotDifferentiable
    return np.sum(grid**2)


def call():
    sourcead.grad(program)(0.7)
