"""A module of which the programs of `test_module_variables.py` change variables."""

import numpy as np

scale = 2.0
grid = np.zeros(3)


def scaled(x):
    return scale * x


def put(value):
    globals()["scale"] = value


def rebind(value):
    global scale
    scale = value


def first_of_grid():
    return grid[0]
