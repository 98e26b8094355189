"""Numbers kept in the fields of a structured array."""

import numpy as np

import sourcead


def program(x):
    work = np.zeros(2, dtype=[("position", float), ("weight", float)])
    work["position"] = x * x  # error: NotDifferentiable
    return np.sum(work["position"])


def call():
    sourcead.grad(program)(0.7)
