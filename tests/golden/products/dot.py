# wrt: x, y
# at: np.linspace(0.1, 1.0, 3), np.linspace(1.0, 2.0, 3)
import numpy as np


def dot(x, y):
    return np.dot(x, y) ** 2
# output
def dot_grad(x, y, out_bar=1.0):          # grad(dot), x: float64[:], y: float64[:]
    t_bar = 2.0 * out_bar * np.dot(x, y)  # return np.dot(x, y) ** 2
    x_bar = t_bar * y
    y_bar = t_bar * x
    return x_bar, y_bar
