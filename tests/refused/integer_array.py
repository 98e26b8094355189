"""The derivative with respect to an array of integers."""

import numpy as np

import sourcead


def program(u):  # error: IntegerArgument
    return np.sum(u * 1.5)


def call():
    sourcead.grad(program)(np.arange(3))
