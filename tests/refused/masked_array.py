"""A masked array that carries a derivative."""

import numpy as np

import sourcead


def program(u):
    masked = np.ma.masked_less(u, 0.5)  # error: NotDifferentiable
    return np.sum(masked)


def call():
    sourcead.grad(program)(np.array([0.7, 1.3, 0.2]))
