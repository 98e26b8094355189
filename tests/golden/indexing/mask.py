# wrt: x
# at: np.array([-1.0, 0.5, 2.0])
import numpy as np


def mask(x):
    positive = x[x > 0.0]
    return np.sum(positive**3)
# output
def mask_grad(x, out_bar=1.0):            # grad(mask), x: float64[:]
    t = x > 0.0
    positive = x[t]
    positive_bar = 3 * out_bar * positive ** 2  # return np.sum(positive**3)
    x_bar = np.zeros(x.shape)                   # positive = x[x > 0.0]
    x_bar[t] += positive_bar
    return x_bar
