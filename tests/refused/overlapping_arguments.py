"""Two views of one array for two differentiated parameters, one of which is written."""

import numpy as np

import sourcead


def program(u, v):  # error: AliasedArguments
    u *= v
    return np.sum(u * v)


def call():
    base = np.array([0.7, 1.3, 0.2])
    sourcead.grad(program, argnums=(0, 1))(base[1:], base[:-1])
