# wrt: x
# at: np.linspace(0.1, 1.0, 5)
import numpy as np


def slices(x):
    d = x[1:] - x[:-1]
    return np.sum(d * d)
# output
def slices_grad(x, out_bar=1.0):          # grad(slices), x: float64[:]
    d = x[1:] - x[:-1]
    d_bar = 2.0 * out_bar * d             # return np.sum(d * d)
    x_bar = np.zeros(x.shape)             # d = x[1:] - x[:-1]
    x_bar[1:] = d_bar
    x_bar[:-1] -= d_bar
    return x_bar
