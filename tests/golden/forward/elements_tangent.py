# mode: forward
# wrt: x
# at: np.linspace(0.1, 1.0, 4)
import math

import numpy as np


def elements_tangent(x):
    y = np.empty(len(x))
    for i in range(len(x)):
        y[i] = math.sin(x[i])
    return np.sum(y)
# output
def elements_tangent_jvp(x, x_dot):       # jvp(elements_tangent), x: float64[:]
    x, x_dot = x.tolist(), x_dot.tolist()
    y = np.empty(len(x)).tolist()
    y_dot = [0.0] * len(y)                 # y = np.empty(len(x))
    for i in range(len(x)):
        t = x[i]
        y_dot[i] = x_dot[i] * math.cos(t)  # y[i] = math.sin(x[i])
        y[i] = math.sin(t)
    y = np.array(y)
    y_dot = np.array(y_dot)
    return np.sum(y), np.sum(y_dot)
