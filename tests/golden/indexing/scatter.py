# wrt: x
# at: np.linspace(0.1, 1.0, 3), np.array([0, 2, 4])
import numpy as np


def scatter(x, index):
    y = np.zeros(5)
    y[index] = x
    return np.sum(y * y)
# output
def scatter_grad(x, index, out_bar=1.0):  # grad(scatter), x: float64[:], index: int64[:]
    y = np.zeros(5)
    y[index] = x
    y_bar = 2.0 * out_bar * y             # return np.sum(y * y)
    x_bar = last_written(y_bar, index)    # y[index] = x
    y_bar[index] = 0.0
    return x_bar
