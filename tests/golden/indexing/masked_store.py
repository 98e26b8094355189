# wrt: x
# at: np.array([-1.0, 0.5, 2.0])
import numpy as np


def masked_store(x):
    y = x * x
    y[x < 0.0] = 0.0
    return np.sum(y)
# output
def masked_store_grad(x, out_bar=1.0):    # grad(masked_store), x: float64[:]
    y_bar = np.full(x.shape, out_bar)     # y[x < 0.0] = 0.0
    y_bar[x < 0.0] = 0.0
    x_bar = 2.0 * y_bar * x               # y = x * x
    return x_bar
