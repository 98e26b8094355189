"""What leaves a function that calls itself is caught: trying each call first would take 2^depth calls."""

import numpy as np

import sourcead


def leading(x, at):
    try:
        return x[at] * leading(x, at + 1)  # error: NotDifferentiable
    except IndexError:
        return 1.0


def call():
    sourcead.grad(leading)(np.ones(3), 0)
