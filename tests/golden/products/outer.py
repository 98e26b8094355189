# wrt: x, y
# at: np.linspace(0.1, 1.0, 3), np.linspace(1.0, 2.0, 2)
import numpy as np


def outer(x, y):
    return np.sum(np.exp(np.outer(x, y)))
# output
def outer_grad(x, y, out_bar=1.0):        # grad(outer), x: float64[:], y: float64[:]
    t_bar = out_bar * np.exp(np.outer(x, y))  # return np.sum(np.exp(np.outer(x, y)))
    x_bar = t_bar @ y
    y_bar = x @ t_bar
    return x_bar, y_bar
