# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import numpy as np


def functions(x):
    return np.sum(np.exp(-x) * np.sin(x) + np.sqrt(x))
# output
def functions_grad(x, out_bar=1.0):       # grad(functions), x: float64[:]
    t = np.exp(-x)
    x_bar = 0.5 * out_bar / np.sqrt(x)    # return np.sum(np.exp(-x) * np.sin(x) + np.sqrt(x))
    x_bar += out_bar * t * np.cos(x) - out_bar * np.sin(x) * t
    return x_bar
