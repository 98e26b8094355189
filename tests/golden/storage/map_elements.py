# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import math

import numpy as np


def map_elements(x):
    y = np.empty(len(x))
    for i in range(len(x)):
        y[i] = math.sin(x[i])
    return np.sum(y)
# output
def map_elements_grad(x, out_bar=1.0):    # grad(map_elements), x: float64[:]
    x_bar = np.zeros_like(x)              # for i in range(len(x)):
    y_bar = np.full(x.shape, out_bar)
    for i in reversed(range(len(x))):
        t = y_bar[i]                      # y[i] = math.sin(x[i])
        y_bar[i] = 0.0
        x_bar[i] += t * math.cos(x[i])
    return x_bar
