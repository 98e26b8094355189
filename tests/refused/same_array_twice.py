"""One array for two differentiated parameters, one of which is written."""

import numpy as np

import sourcead


def program(u, v):  # error: AliasedArguments
    u[0] = v[1] * v[2]
    return np.sum(u * v)


def call():
    u = np.array([0.7, 1.3, 0.2])
    sourcead.grad(program, argnums=(0, 1))(u, u)
