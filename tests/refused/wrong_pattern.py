"""A pattern of a sparse Jacobian that leaves out an entry which is not zero."""

import numpy as np

import sourcead


def program(u):  # error: WrongPattern
    return np.array([u[0] * u[1], u[1] ** 2])


def call():
    sourcead.sparse_jacobian(program, pattern=np.eye(2))(np.array([0.7, 1.3]))
