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
    x_1 = x.tolist()
    n = len(x_1)
    x_bar = [0.0] * len(x_1)                     # for i in range(len(x)):
    y_bar = np.full(x.shape, out_bar).tolist()
    for i in reversed(range(n)):
        x_bar[i] += y_bar[i] * math.cos(x_1[i])  # y[i] = math.sin(x[i])
    return np.array(x_bar)
