# wrt: x, y
# at: np.linspace(0.1, 1.0, 4), np.linspace(1.0, 2.0, 4)
import numpy as np


def two_arrays(x, y):
    return np.sum(x * y + x / y)
# output
def two_arrays_grad(x, y, out_bar=1.0):   # grad(two_arrays), x: float64[:], y: float64[:]
    x_bar = out_bar / y                   # return np.sum(x * y + x / y)
    t_bar = out_bar * (x / y) / y
    x_bar += out_bar * y
    y_bar = out_bar * x - t_bar
    return x_bar, y_bar
