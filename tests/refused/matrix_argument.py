"""np.matrix means other things by `*`: subclasses of ndarray are refused."""

import numpy as np

import sourcead


def program(a):  # error: NotDifferentiable
    return np.sum(a * a)


def call():
    sourcead.grad(program)(np.matrix([[0.7, 1.3], [0.2, 0.5]]))
