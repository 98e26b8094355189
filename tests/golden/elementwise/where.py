# wrt: x
# at: np.array([-1.0, 0.5, 2.0])
import numpy as np


def where(x):
    return np.sum(np.where(x > 0.0, x * x, 0.1 * x))
# output
def where_grad(x, out_bar=1.0):           # grad(where), x: float64[:]
    t = x > 0.0
    x_bar = 0.1 * np.where(t, 0.0, out_bar)  # return np.sum(np.where(x > 0.0, x * x, 0.1 * x))
    x_bar += 2.0 * np.where(t, out_bar, 0.0) * x
    return x_bar
