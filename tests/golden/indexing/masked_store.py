# wrt: x
# at: np.array([-1.0, 0.5, 2.0])
import numpy as np


def masked_store(x):
    y = x * x
    y[x < 0.0] = 0.0
    return np.sum(y)
# output
def masked_store_grad(x, out_bar=1.0):    # grad(masked_store), x: float64[:]
    a_bar = np.broadcast_to(out_bar, x.shape)  # return np.sum(y)
    y_bar = a_bar.copy()                       # y[x < 0.0] = 0.0
    y_bar[x < 0.0] = 0.0
    x_bar = 2.0 * y_bar * x                    # y = x * x
    return x_bar
