# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import numpy as np


def sum_of_squares(x):
    return np.sum(x * x)
# output
def sum_of_squares_grad(x, out_bar=1.0):  # grad(sum_of_squares), x: float64[:]
    x_bar = 2.0 * out_bar * x             # return np.sum(x * x)
    return x_bar
