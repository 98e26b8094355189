"""A set holds what is equal once, which a derivative does not see."""

import numpy as np

import sourcead


def program(x):
    found = {float(v) for v in x}  # error: NotDifferentiable
    return sum(found) ** 2


def call():
    sourcead.grad(program)(np.ones(3))
