# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import numpy as np


def mean_square(x):
    return np.mean(x**2)
# output
def mean_square_grad(x, out_bar=1.0):     # grad(mean_square), x: float64[:]
    y_bar = np.divide(out_bar, np.size(x ** 2))  # return np.mean(x**2)
    x_bar = 2.0 * y_bar * x
    return x_bar
