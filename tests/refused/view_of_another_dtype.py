"""The bytes of an array, read as something else."""

import numpy as np

import sourcead


def program(x):
    z = x + 0j
    return np.sum(z.view(float) ** 2)  # error: NotDifferentiable


def call():
    sourcead.grad(program)(np.ones(3))
