# wrt: x
# at: np.linspace(0.1, 1.0, 5), np.array([0, 2, 2, 4])
import numpy as np


def gather(x, index):
    return np.sum(x[index] ** 2)
# output
def gather_grad(x, index, out_bar=1.0):   # grad(gather), x: float64[:], index: int64[:]
    x_bar = np.zeros(x.shape)             # return np.sum(x[index] ** 2)
    np.add.at(x_bar, index, 2.0 * out_bar * x[index])
    return x_bar
