"""A function that calls itself writes an array, and is given another view of it."""

import numpy as np

import sourcead


def smooth(x, left, at):
    if at < len(x):
        x[at] += 0.5 * left[at]
        smooth(x, left, at + 1)


def program(x):
    y = x * 1.0
    smooth(y[1:], y[:-1], 0)  # error: NotDifferentiable
    return y.sum()


def call():
    sourcead.grad(program)(np.ones(3))
