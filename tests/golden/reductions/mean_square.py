# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import numpy as np


def mean_square(x):
    return np.mean(x**2)
# output
def mean_square_grad(x, out_bar=1.0):     # grad(mean_square), x: float64[:]
    x_bar = 2.0 * np.divide(out_bar, x.size) * x  # return np.mean(x**2)
    return x_bar
