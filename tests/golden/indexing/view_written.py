# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import numpy as np


def view_written(x):
    y = x.copy()
    v = y[1:]
    v *= 2.0
    return np.sum(y * y)
# output
def view_written_grad(x, out_bar=1.0):    # grad(view_written), x: float64[:]
    y = x.copy()
    v = y[1:]
    v *= 2.0
    y_bar = 2.0 * out_bar * y             # return np.sum(y * y)
    y_bar_1 = y_bar[1:]                   # v *= 2.0
    y_bar_1 *= 2.0
    return y_bar
